# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The released agenda: page, JSON and schedule; before the release, after changes, and from the cache."""

from collections.abc import Iterator
from contextvars import Context
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.events.models import Event
from app.events.rules import EventStatus
from app.events.service import mark_changed
from app.programme.models import AgendaItem, Run, Workshop
from app.programme.plan import ItemFacts
from app.programme.rules import ItemKind, Thing
from app.programme.workshop_facts import WorkshopFacts
from app.web.database import transaction
from tests.factories.days import NOW, Programme, at, make_event, make_programme
from tests.pages import Page, Visitor
from tests.pdf import beyond_the_margins, tags_of, text_of
from tests.scheduling.steps import add, release_now, replan_round, replan_run, take_out

BASE = "/events/musterfachtag/agenda"


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def build(*, released: bool = True, **changes_: Any) -> tuple[int, Programme]:
    with transaction() as session:
        event = make_event(session, **changes_)
        return event.id, make_programme(session, event, released=released)


def visit(client: FlaskClient, path: str = BASE) -> Page:
    return Context().run(Visitor(client).get, path)


def fetch(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """In a context of its own, as a server answers; the test's own context would lend it the language of before."""
    return Context().run(client.get, path, headers=headers)


def _facilitating(name: str) -> dict[str, str]:
    return {"role": "facilitation", "name": name, "function": "", "organisation": "", "about": ""}


def test_before_the_release_there_is_nothing(client: FlaskClient) -> None:
    build(released=False)
    page = visit(client)
    assert page.status == 200
    assert "Der Tagesablauf ist noch nicht veröffentlicht" in page.text
    assert "Beraten ohne Vorurteil" not in page.response.get_data(as_text=True)
    for ending in (".json", ".xml", ".ics", ".pdf"):
        assert fetch(client, BASE + ending).status_code == 404


def test_release_is_seen_at_once(client: FlaskClient) -> None:
    event_id, _ = build(released=False)
    assert "Begrüßung" not in visit(client).text
    with transaction() as session:
        release_now(session, event_id, NOW)
    assert "Begrüßung" in visit(client).text
    for ending in (".json", ".xml", ".ics", ".pdf"):
        with fetch(client, BASE + ending) as answer:
            assert answer.status_code == 200


@pytest.mark.parametrize("ending", ["", ".json", ".xml", ".ics", ".pdf"])
def test_draft_is_not_there(client: FlaskClient, ending: str) -> None:
    """T35"""
    build(status=EventStatus.DRAFT)
    assert fetch(client, BASE + ending).status_code == 404


def test_page_shows_the_day_in_order(client: FlaskClient) -> None:
    build()
    page = visit(client)
    words = [
        "9:00–9:30 Uhr",
        "Ankommen und Kaffee",
        "Begrüßung",
        "10:00–10:45 Uhr",
        "Vortrag: Was Akten nicht erzählen",
        "11:00–12:15 Uhr",
        "Workshoprunde 1",
        "1.1 Beraten ohne Vorurteil",
        "Raum Birke",
        "Aylin Beispiel",
        "1.2 Datenschutz im Fallmanagement",
        "Mittagsimbiss",
        "Workshoprunde 2",
        "2.1 Konflikte am Schalter",
        "2.2 Datenschutz im Fallmanagement",
        "Ausblick",
    ]
    listed = page.soup.select_one("ol.agenda")
    assert listed is not None
    text = " ".join(listed.get_text(" ").split())
    places = [text.find(word) for word in words]
    assert -1 not in places, words[places.index(-1)]
    assert places == sorted(places)
    assert {f"{BASE}.ics", f"{BASE}.json", f"{BASE}.xml"} <= set(page.links())
    assert "Set-Cookie" not in page.response.headers


def test_page_follows_each_change_and_logs_it(client: FlaskClient) -> None:
    event_id, programme = build()
    assert "Was sich seit der Veröffentlichung geändert hat" not in visit(client).text
    with transaction() as session:
        run = replan_run(session, programme.runs["1.1"].id, NOW, room_id=None)
    page = visit(client)
    assert "Was sich seit der Veröffentlichung geändert hat" in page.text
    assert "Beraten ohne Vorurteil – Raum: Raum Birke → –" in page.text
    with transaction() as session:
        replan_round(session, run.round_id, NOW, starts_at=at("11:15"), ends_at=at("12:15"))
    page = visit(client)
    assert "Workshoprunde 1 – Zeit: 11:00–12:15 Uhr → 11:15–12:15 Uhr" in page.text
    assert "11:15–12:15 Uhr" in page.text
    assert event_id


def test_page_is_kept_per_language(client: FlaskClient) -> None:
    build()
    assert visit(client).heading == "Tagesablauf"
    english = visit(client, f"{BASE}?lang=en")
    assert english.heading == "Agenda"
    assert "/events/musterfachtag?lang=en" in english.links()
    assert visit(client).heading == "Tagesablauf"


def test_seats_taken_do_not_change_the_page(client: FlaskClient) -> None:
    """It is kept by revision, so nothing may stand on it that changes without one."""
    _, programme = build()
    before = fetch(client, BASE).data
    with transaction() as session:
        run = session.get_one(Run, programme.runs["1.1"].id)
        run.taken, run.waiting, run.waiting_counter = 20, 3, 3
        mark_changed(session.get_one(Event, run.round.event_id), NOW, calendar=False)
    assert fetch(client, BASE).data == before


def test_json(client: FlaskClient) -> None:
    build()
    answer = fetch(client, f"{BASE}.json")
    assert answer.mimetype == "application/json"
    assert "Set-Cookie" not in answer.headers
    said = answer.get_json()["schedule"]
    conference, extras = said["conference"], said["x-fachtag"]
    assert said["version"] == "2"
    assert (conference["acronym"], conference["daysCount"]) == ("musterfachtag", 1)
    assert [one["name"] for one in conference["rooms"]] == [
        "Großer Saal",
        "Raum Birke",
        "Raum Ahorn",
        "Foyer",
    ]
    (day,) = conference["days"]
    titles = [one["title"] for held in day["rooms"].values() for one in held]
    assert len(titles) == 9
    (talk,) = [one for one in day["rooms"]["Raum Birke"] if one["title"].startswith("1.1")]
    assert (talk["start"], talk["duration"], talk["subtitle"]) == ("11:00", "01:15", "Workshoprunde 1")
    assert [one["name"] for one in talk["persons"]] == ["Aylin Beispiel"]
    assert (extras["place"], extras["revision"]) == (
        "Kreishaus Musterstadt, Beispielweg 1, 00000 Musterstadt",
        2,
    )
    assert extras["moderation"] == []
    (opening,) = [one for one in day["rooms"]["Großer Saal"] if one["title"] == "Begrüßung"]
    assert extras["items"][opening["guid"]] == {
        "kind": "welcome",
        "description": "",
        "language": "",
        "contributors": [],
        "inside": [],
        "stands": [],
    }
    assert opening["type"] == "Begrüßung"
    assert extras["workshops"][talk["guid"]] == {
        "label": "1.1",
        "workshop": "beraten-ohne-vorurteil",
        "round": "Workshoprunde 1",
        "rounds": 1,
        "parts": [{"starts_at": "2031-03-13T11:00:00+01:00", "ends_at": "2031-03-13T12:15:00+01:00"}],
        "chosen_beforehand": True,
        "station": "",
        "round_number": 1,
        "takes_place": True,
        "capacity": 20,
        "contributors": [_facilitating("Aylin Beispiel")],
        "inside": [],
        "room": "Raum Birke",
        "step_free": True,
        "venue": "",
        "online": False,
        **asdict(WorkshopFacts("Beraten ohne Vorurteil", "Fälle aus der Praxis, gemeinsam gelesen.")),
    }


def schedule(client: FlaskClient, query: str = "") -> ET.Element:
    answer = fetch(client, f"{BASE}.xml{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/xml"
    assert "Set-Cookie" not in answer.headers
    return ET.fromstring(answer.data)  # noqa: S314 - our own file


def test_schedule(client: FlaskClient) -> None:
    build()
    root = schedule(client)
    conference = {child.tag: child.text for child in root.findall("./conference/*")}
    assert conference == {
        "acronym": "musterfachtag",
        "title": "Musterfachtag: Vom Einzelfall zur Struktur",
        "start": "2031-03-13",
        "end": "2031-03-13",
        "days": "1",
        "timeslot_duration": "00:05",
        "time_zone_name": "Europe/Berlin",
    }
    (day,) = root.findall("./day")
    assert (day.get("index"), day.get("date"), day.get("start")) == (
        "1",
        "2031-03-13",
        "2031-03-13T09:00:00+01:00",
    )
    assert [room.get("name") for room in day] == ["Großer Saal", "Raum Birke", "Raum Ahorn", "Foyer"]
    talks = {str(talk.findtext("title")): talk for talk in day.iter("event")}
    assert len(talks) == 9
    talk = talks["1.1 Beraten ohne Vorurteil"]
    assert {child.tag: child.text for child in talk if child.tag != "persons"} | {"slug": ""} == {
        "date": "2031-03-13T11:00:00+01:00",
        "start": "11:00",
        "duration": "01:15",
        "room": "Raum Birke",
        "slug": "",
        "title": "1.1 Beraten ohne Vorurteil",
        "type": "Workshop",
        "subtitle": "Workshoprunde 1",
        "track": None,
        "language": "de",
        "abstract": "Fälle aus der Praxis, gemeinsam gelesen.",
        "description": None,
        "url": "http://localhost/events/musterfachtag/workshops/beraten-ohne-vorurteil",
    }
    assert [person.text for person in talk.iter("person")] == ["Aylin Beispiel"]
    for name in ("id", "guid"):
        assert len({one.get(name) for one in day.iter("event")}) == 9


def test_numbers_in_the_schedule_are_kept(client: FlaskClient) -> None:
    """Conference apps keep favourites by id and guid: a new item at the front must not shift them."""
    event_id, programme = build()

    def ids() -> dict[str, tuple[str | None, str | None]]:
        return {
            str(talk.findtext("title")): (talk.get("id"), talk.get("guid"))
            for talk in schedule(client).iter("event")
        }

    before = ids()
    with transaction() as session:
        facts = ItemFacts(ItemKind.MARKET, "Markt", at("8:30"), at("9:00"))
        first = add(session, event_id, Thing.ITEM, facts, NOW).id
    after = ids()
    assert {title: after[title] for title in before} == before
    assert len(after) == len(before) + 1
    with transaction() as session:
        take_out(session, event_id, Thing.ITEM, first, NOW)
        take_out(session, event_id, Thing.ITEM, programme.items[0].id, NOW)
    assert set(ids().values()) < set(before.values())


def test_on_paper(client: FlaskClient) -> None:
    """A11Y-14: a table of the day, then each round; tagged, in the reader's language, set once for each version."""
    event_id, programme = build()
    with fetch(client, f"{BASE}.pdf") as answer:
        assert (answer.mimetype, answer.headers["Content-Disposition"]) == (
            "application/pdf",
            "inline; filename=musterfachtag-agenda.pdf",
        )
        first = answer.data
    text, tags = text_of(first), tags_of(first)
    for words in ("Tagesablauf", "Begrüßung", "1.1 Beraten ohne Vorurteil", "nicht stufenlos"):
        assert words in text, words
    assert (tags.count("Table"), tags[:2].count("H1")) == (1, 1)
    assert tags.count("H3") == len(programme.runs)
    assert pdf_of(client) == first
    assert "Agenda: Musterfachtag" in text_of(pdf_of(client, "?lang=en"))
    with transaction() as session:
        session.get_one(Workshop, programme.workshops[0].id).title = "Feier 🎉 #strong[x]"
        mark_changed(session.get_one(Event, event_id), NOW, calendar=False)
    assert "Feier □ #strong[x]" in text_of(pdf_of(client))


def test_on_paper_too_a_day_is_called_off_and_says_when_it_was_printed(client: FlaskClient) -> None:
    event_id, _ = build()
    with transaction() as session:
        facts = ItemFacts(ItemKind.BREAK, "Kaffee", at("10:10"), at("10:20"))
        add(session, event_id, Thing.ITEM, facts, NOW + timedelta(days=9))
    text = text_of(pdf_of(client))
    assert "Kaffee" in text
    assert "Stand: 14.01.2026" in text
    assert "abgesagt" not in visit(client).text + text
    with transaction() as session:
        session.get_one(Event, event_id).status = EventStatus.CANCELLED
        mark_changed(session.get_one(Event, event_id), NOW, calendar=True)
    assert "Der Fachtag musste abgesagt werden." in text_of(pdf_of(client))
    assert "Der Fachtag musste abgesagt werden." in visit(client).text


def test_on_paper_no_word_is_too_long(client: FlaskClient) -> None:
    event_id, programme = build()
    with transaction() as session:
        event = session.get_one(Event, event_id)
        event.title = event.venue_name = "w" * 150
        session.get_one(Workshop, programme.workshops[0].id).title = "x" * 150
        session.get_one(Workshop, programme.workshops[0].id).abstract = f"https://example.org/{'y' * 200}"
        mark_changed(event, NOW, calendar=False)
    assert beyond_the_margins(pdf_of(client)) == []


def pdf_of(client: FlaskClient, query: str = "") -> bytes:
    with fetch(client, f"{BASE}.pdf{query}") as answer:
        return answer.data


def test_language_does_not_reach_programs(client: FlaskClient) -> None:
    """The contract: also when the English visitor comes first, whose bytes are kept."""
    build()
    for ending in (".json", ".xml"):
        english = fetch(client, f"{BASE}{ending}?lang=en", **{"Accept-Language": "en"}).data
        assert b"lang=" not in english
        assert fetch(client, BASE + ending).data == english


def test_hostile_text_stays_text(client: FlaskClient) -> None:
    """T20, T43"""
    event_id, programme = build()
    hostile = "]]></event><script>alert(1)</script>&amp;\x0b\x1f\ufffe“"
    with transaction() as session:
        session.get_one(Workshop, programme.workshops[0].id).title = hostile
        session.get_one(AgendaItem, programme.items[0].id).note = hostile
        mark_changed(session.get_one(Event, event_id), NOW, calendar=False)
    titles = [str(talk.findtext("title")) for talk in schedule(client).iter("event")]
    assert any(title.startswith("1.1 ]]></event><script>alert(1)</script>&amp;") for title in titles)
    said = fetch(client, f"{BASE}.json").get_json()["schedule"]["conference"]["days"][0]["rooms"]
    assert hostile in [one["abstract"] for held in said.values() for one in held]
    assert visit(client).soup.find("script", string="alert(1)") is None
