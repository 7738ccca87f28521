# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is said of a workshop: asked in its form, read on its page, in agenda, PDF, files and calendars."""

import re
from collections.abc import Iterator
from contextvars import Context
from dataclasses import fields, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.events.models import Event
from app.events.rules import EventStatus, Placement
from app.events.service import mark_changed
from app.programme.models import Run, Workshop
from app.programme.plan import write_to
from app.programme.rules import TRACK_COLOURS, Thing
from app.programme.workshop_facts import WORKSHOP_FACTS, WorkshopFacts
from app.settings import ROOT
from app.web.database import db, transaction
from tests.factories.days import NOW, at, make_event, make_programme
from tests.pages import Page, Visitor
from tests.pdf import text_of
from tests.scheduling.steps import add, change

DAY = "/events/musterfachtag"
PAGE = f"{DAY}/workshops/beraten-ohne-vorurteil"
ALL = WorkshopFacts(
    title="Beraten ohne Vorurteil",
    abstract="Fälle aus der Praxis.",
    track="Beratung",
    target_group="Beratende mit Publikum",
    prerequisites="Ein eigener Fall",
    method="Fallarbeit in Gruppen",
    language="tr",
    interpreting="Gebärdensprache",
    guiding_questions="- Was hilft?\n\n• Wer fehlt?",
    materials="Leitfaden: https://example.org/leitfaden.pdf.\nEin Zettel <b>ohne</b> Adresse\nhttps://example.org/a?b=1&c=2",
    undocumented=True,
)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def build(facts: WorkshopFacts = ALL, **changes: Any) -> tuple[int, dict[str, int]]:
    with transaction() as session:
        event = make_event(session, **changes)
        programme = make_programme(session, event)
        write_to(programme.workshops[0], facts)
        return event.id, {label: run.id for label, run in programme.runs.items()}


def visit(client: FlaskClient, path: str = PAGE) -> Page:
    return Context().run(Visitor(client).get, path)


def test_every_fact_is_read_wherever_the_workshop_is(client: FlaskClient) -> None:
    """Whatever is added to the facts has to be shown: on the page, on paper, in the feed and in the file for programs."""
    build()
    shown = visit(client).text
    with Context().run(client.get, f"{DAY}/agenda.pdf") as answer:
        paper = " ".join(text_of(answer.data).split())
    feed = Context().run(client.get, "/calendar/events/musterfachtag.ics").get_data(as_text=True)
    feed = feed.replace("\r\n ", "").replace("\\,", ",").replace("\\n", "\n")
    said = {"language": "Türkisch", "guiding_questions": "Wer fehlt?", "materials": "Leitfaden"}
    said["undocumented"] = "Was hier gesagt wird, bleibt hier"
    for name in WORKSHOP_FACTS:
        words = said.get(name) or str(getattr(ALL, name))
        for where in (shown, paper, feed):
            assert words in where, (name, words, where[:3000])
    schedule = Context().run(client.get, f"{DAY}/agenda.json").get_json()["schedule"]["x-fachtag"]
    assert any(
        {**one, **{f.name: getattr(ALL, f.name) for f in fields(ALL)}} == one
        for one in schedule["workshops"].values()
    )


def test_the_page_says_when_and_where_and_leads_there_and_back(client: FlaskClient) -> None:
    _, runs = build()
    agenda = visit(client, f"{DAY}/agenda")
    assert PAGE in agenda.links()
    assert agenda.soup.find(id=f"run-{runs['1.1']}") is not None
    page = visit(client)
    assert page.heading == "Beraten ohne Vorurteil"
    for words in (
        "1.1, 11:00–12:15 Uhr",
        "Raum Birke",
        "Aylin Beispiel",
        "noch 20 Plätze",
        "ohne Dokumentation",
    ):
        assert words in page.text, words
    assert f"{DAY}/agenda#run-{runs['1.1']}" in page.links()
    links = [one["href"] for one in page.soup.find_all("a") if "example.org/" in one["href"]]
    assert links == ["https://example.org/leitfaden.pdf", "https://example.org/a?b=1&c=2"]
    assert "Ein Zettel <b>ohne</b> Adresse" in page.text
    canonical = page.soup.find("link", rel="canonical")
    assert canonical is not None
    assert canonical["href"] == f"http://localhost{PAGE}"
    english = visit(client, f"{PAGE}?lang=en")
    assert "20 places left" in english.text
    assert "Turkish" in english.text
    assert f"{DAY}/agenda?lang=en" in english.links()
    assert english.soup.find("link", rel="canonical")["href"] == f"http://localhost{PAGE}"  # type: ignore[index]


def test_places_are_those_of_this_moment(client: FlaskClient) -> None:
    """Without a change of the agenda: a place that is taken raises no revision."""
    _, runs = build()
    for taken, waiting, words in (
        (19, 0, "noch 1 Platz"),
        (20, 0, "voll"),
        (20, 3, "voll, 3 Personen warten"),
    ):
        with transaction() as session:
            run = session.get_one(Run, runs["1.1"])
            run.taken, run.waiting, run.waiting_counter = taken, waiting, waiting
        assert words in visit(client).text
        assert "0 Personen" not in visit(client).text
    with transaction() as session:
        session.get_one(Run, runs["1.1"]).capacity = None
        session.get_one(Run, runs["1.1"]).waiting = 0
    assert "Plätze" not in visit(client).text


def test_free_places_are_not_told_where_nobody_takes_one(client: FlaskClient) -> None:
    event_id, runs = build()
    with transaction() as session:
        session.get_one(Run, runs["1.1"]).takes_place = False
        mark_changed(session.get_one(Event, event_id), NOW, calendar=False)
    page = visit(client)
    assert "findet nicht statt" in page.text
    assert "Plätze" not in page.text
    with transaction() as session:
        event = session.get_one(Event, event_id)
        session.get_one(Run, runs["1.1"]).takes_place = True
        event.placement, event.wishes_until = Placement.WISHES, at("9:00")
        mark_changed(event, NOW, calendar=False)
    assert "Plätze" not in visit(client).text


def test_there_is_no_page_before_the_release_of_a_draft_or_of_another_day(client: FlaskClient) -> None:
    event_id, _ = build()
    with transaction() as session:
        other = make_event(session, slug="anderer-tag")
        make_programme(session, other)
    assert visit(client).status == 200
    assert visit(client, f"{DAY}/workshops/gibt-es-nicht").status == 404
    assert visit(client, "/events/anderer-tag/workshops/beraten-ohne-vorurteil").status == 200
    for facts in ({"agenda_released_at": None}, {"agenda_released_at": NOW, "status": EventStatus.DRAFT}):
        with transaction() as session:
            event = session.get_one(Event, event_id)
            for name, value in facts.items():
                setattr(event, name, value)
            mark_changed(event, NOW, calendar=False)
        assert visit(client).status == 404


def test_each_workshop_has_an_address_that_stays() -> None:
    event_id, _ = build()
    with transaction() as session:
        made = [
            add(session, event_id, Thing.WORKSHOP, WorkshopFacts(title), NOW).slug
            for title in ("Neu!", "neu", "🎉", "…")
        ]
    assert made == ["neu", "neu-2", "workshop", "workshop-2"]
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Workshop(event_id=event_id, title="Neu", slug="neu"))
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Workshop(event_id=event_id, title="Neu", slug=""))
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Workshop(event_id=event_id, title="Welsch", language="cy"))
    with transaction() as session:
        first = session.scalars(select(Workshop).order_by(Workshop.id)).first()
        assert first is not None
        change(session, event_id, Thing.WORKSHOP, first.id, replace(ALL, title="Ganz anders"), NOW)
    assert db.session.scalars(select(Workshop.slug).order_by(Workshop.id)).first() == "beraten-ohne-vorurteil"


@pytest.mark.parametrize(
    ("line", "words", "address"),
    [
        ("Nur Text", "Nur Text", ""),
        ("https://example.org/x", "https://example.org/x", "https://example.org/x"),
        ("Siehe (https://example.org/x).", "Siehe", "https://example.org/x"),
        ("https://example.org/x – der Leitfaden", "der Leitfaden", "https://example.org/x"),
        ("javascript:alert(1)", "javascript:alert(1)", ""),
        ("Leitfaden: HTTP kommt später", "Leitfaden: HTTP kommt später", ""),
    ],
)
def test_links_are_found_in_lines(line: str, words: str, address: str) -> None:
    assert WorkshopFacts("", materials=f"\n {line} \n").reading == ((words, address),)


def test_a_track_is_a_word_with_an_edge_of_its_colour(client: FlaskClient) -> None:
    event_id, runs = build()
    with transaction() as session:
        second = session.get_one(Run, runs["2.1"]).workshop
        second.track = "Arbeit"
        mark_changed(session.get_one(Event, event_id), NOW, calendar=False)
    agenda = visit(client, f"{DAY}/agenda")
    assert [agenda.soup.find(id=f"run-{runs[label]}").get("class") for label in ("2.1", "1.1", "1.2")] == [  # type: ignore[union-attr]
        ["track", "track--1"],
        ["track", "track--2"],
        None,
    ]
    for words in ("Themenstrang Arbeit", "Themenstrang Beratung"):
        assert words in " ".join(agenda.text.split())
    tracks = Context().run(client.get, f"{DAY}/agenda.json").get_json()["schedule"]["conference"]["tracks"]
    assert [one["name"] for one in tracks] == ["Arbeit", "Beratung"]
    xml = Context().run(client.get, f"{DAY}/agenda.xml").get_data(as_text=True)
    assert xml.count("<track>Arbeit</track>") == 1


def test_every_colour_of_a_track_stands_out_on_light_and_dark_pages() -> None:
    """WCAG 1.4.11, reckoned from the style sheet."""
    sheet = (ROOT / "static/css/fachtag.css").read_text(encoding="utf-8")
    found = dict(re.findall(r"\.track--(\d+) \{ --track: (#[0-9a-f]{6}); \}", sheet))
    assert list(found.values()) == list(TRACK_COLOURS)
    assert list(found) == [str(number) for number in range(1, len(TRACK_COLOURS) + 1)]
    dark = re.search(r"background-default-surface: oklch\(([0-9.]+)%", sheet)
    assert dark is not None
    pages = (1.0, (float(dark[1]) / 100) ** 3)  # white, and the lighter of the dark surfaces
    for colour in TRACK_COLOURS:
        for page in pages:
            darker, lighter = sorted((_luminance(colour), page))
            assert (lighter + 0.05) / (darker + 0.05) >= 3, colour


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
