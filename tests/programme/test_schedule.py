# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Schedules of generated days are valid, say the same in both formats, and are fetched once."""

import json
import random
from collections.abc import Iterator
from contextvars import Context
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.events.facts import RoomFacts
from app.events.models import Event, Room
from app.events.rules import EventStatus, Seats
from app.events.service import mark_changed
from app.programme.agenda import AgendaLine, RoundView, RunView
from app.programme.credits import Credit
from app.programme.kinds import Kind
from app.programme.models import Workshop
from app.programme.rules import ContributorRole, Icon
from app.programme.schedule import Pages, schedule_json, schedule_xml
from app.programme.workshop_facts import LANGUAGES, WorkshopFacts
from app.web.database import transaction
from tests.factories.days import NOW, at, make_event, make_programme
from tests.pages import Visitor
from tests.programme.frab import complaints, complaints_of_json

DAY = "/events/musterfachtag"
WORDS = ("Fälle lesen", "]]></event>", "Ämter & <b>Wege</b>", "x\x0by", "🎉", "Ž", "a" * 200)
PAGES = Pages("https://fachtag.example.org/agenda", lambda slug: f"https://fachtag.example.org/{slug}")

PEOPLE = [
    Credit(1, ContributorRole.TALK, "Mara Testfall", "Leiterin"),
    Credit(2, ContributorRole.MINUTES, "Jon Beispiel", "", "Hochschule <A>"),
    Credit(3, ContributorRole.FACILITATION, "<Olga> Entwurf"),
]
KINDS = [Kind(f"kind-{word}", word, "", Icon.STAR) for word in ("Pause", "Vortrag", "Ein <Fest>")]


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def build() -> int:
    with transaction() as session:
        event = make_event(session)
        make_programme(session, event)
        return event.id


def fetch(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    return Context().run(client.get, path, headers=headers)


def generated(luck: random.Random) -> tuple[Event, list[AgendaLine], list[RoomFacts]]:
    """A day of one to three dates, some of them past midnight, with items and rounds in rooms or in none."""
    starts = at(f"{luck.randint(7, 20)}:{luck.choice(('00', '45'))}")
    day = Event(
        slug=luck.choice(("owl", "kim-fachtag-owl", "2-fachtag", "f")),
        uid=f"{luck.random()}@fachtag.invalid",
        title=luck.choice(WORDS),
        starts_at=starts,
        ends_at=starts + timedelta(hours=luck.choice((6, 20, 55))),
        revision=luck.randint(0, 99),
        language=luck.choice(("de", "en")),
        venue_name="Haus", venue_street="", venue_postcode="", venue_city="Ort",
    )  # fmt: skip
    rooms = [RoomFacts(name, luck.choice((None, 20))) for name in ("Saal", "–", "R & <1>", "Ä")]
    rooms = luck.sample(rooms, luck.randint(0, len(rooms)))

    def moment() -> datetime:
        minutes = int((day.ends_at - day.starts_at).total_seconds()) // 60 - 90
        return day.starts_at + timedelta(minutes=luck.randint(0, minutes))

    def room() -> RoomFacts | None:
        return luck.choice([*rooms, None])

    def line(number: int, round_: RoundView | None = None) -> AgendaLine:
        begins = round_.starts_at if round_ else moment()
        ends = round_.ends_at if round_ else begins + timedelta(minutes=luck.choice((5, 45, 90)))
        kind = None if round_ else luck.choice(KINDS)
        return AgendaLine(
            f"item-{number}", kind, luck.choice(WORDS), luck.choice(WORDS), begins, ends, room(), round_
        )

    def run(number: int) -> RunView:
        about = WorkshopFacts(
            luck.choice(WORDS), luck.choice(WORDS), language=luck.choice(("", *LANGUAGES)), method=luck.choice(("", *WORDS)), track=luck.choice(("", "Arbeit", "B & <C>")),
            guiding_questions=luck.choice(("", "Wer?\n– Was?")), undocumented=luck.random() < 0.3,
        )  # fmt: skip
        people = tuple(luck.sample(PEOPLE, luck.randint(0, 3)))
        return RunView(
            number, number, f"1.{number}", about.title, about.abstract, room(), people, Seats(None, 0, 0), 0,
            spans=luck.choice((1, 1, 2)), takes_place=luck.random() < 0.8, about=about, slug=luck.choice(("w", "lang-" * 9)),
        )  # fmt: skip

    def round_(number: int) -> RoundView:
        begins = day.starts_at + timedelta(minutes=90 * (number - 1))
        runs = tuple(run(10 * number + one) for one in range(luck.randint(0, 6)))
        return RoundView(number, number, "Runde", begins, begins + timedelta(minutes=75), runs)

    lines = [line(number) for number in range(1, luck.randint(2, 15))]
    lines += [line(100 + number, round_(number)) for number in range(1, luck.randint(1, 4))]
    return day, sorted(lines, key=lambda one: (one.starts_at, one.ends_at, one.key)), rooms


@pytest.mark.parametrize("seed", range(60))
def test_a_generated_day_is_a_valid_schedule_that_says_the_same_twice(seed: int) -> None:
    day, lines, rooms = generated(random.Random(seed))
    xml = schedule_xml(day, lines, rooms, PAGES)
    whole = json.loads(schedule_json(day, lines, rooms, PAGES))
    assert complaints(xml) == []
    assert complaints_of_json(whole) == []
    in_xml = {
        one.get("guid"): {child.tag: child.text or "" for child in one if child.tag != "persons"}
        for one in ET.fromstring(xml).iter("event")  # noqa: S314 - our own
    }
    in_json = {
        one["guid"]: {name: one[name].replace("\x0b", "") for name in in_xml[one["guid"]]}
        for date in whole["schedule"]["conference"]["days"]
        for held in date["rooms"].values()
        for one in held
    }
    assert in_json == in_xml
    runs = [run for line in lines if line.round for run in line.round.runs]
    assert len(in_xml) == sum(line.round is None for line in lines) + sum(run.takes_place for run in runs)
    assert len(whole["schedule"]["x-fachtag"]["workshops"]) == len(runs)


def test_the_validator_finds_what_is_wrong() -> None:
    day, lines, rooms = generated(random.Random(3))
    good = schedule_xml(day, lines, rooms, PAGES).decode()
    for old, new in (
        ("<track />", ""),
        ('index="1"', 'index="2"'),
        ("<conference>", "<conference><place>x</place>"),
        ("</slug>", "!</slug>"),
        ('guid="', 'guid="x'),
        ("+01:00</date>", "</date>"),
        ("<room>", "<room>x"),
    ):
        assert old in good, old
        assert complaints(good.replace(old, new, 1).encode()), old


@pytest.mark.parametrize("ending", [".xml", ".json", ".ics"])
def test_who_has_it_is_told_so(client: FlaskClient, ending: str) -> None:
    """A tag over the bytes and the moment of the last change; both end with the next one."""
    event_id = build()
    first = fetch(client, f"{DAY}/agenda{ending}")
    tag, stamp = first.headers["ETag"], first.headers["Last-Modified"]
    assert "Set-Cookie" not in first.headers
    assert fetch(client, f"{DAY}/agenda{ending}", If_None_Match=tag).status_code == 304
    assert fetch(client, f"{DAY}/agenda{ending}", If_Modified_Since=stamp).status_code == 304
    packed = fetch(client, f"{DAY}/agenda{ending}", Accept_Encoding="gzip")
    assert (packed.headers["Content-Encoding"], packed.headers["ETag"]) == ("gzip", f'{tag[:-1]}-gzip"')
    with transaction() as session:
        session.query(Workshop).order_by(Workshop.id).first().title = "Anders"  # type: ignore[union-attr]
        mark_changed(session.get_one(Event, event_id), NOW + timedelta(days=1), calendar=False)
    again = fetch(client, f"{DAY}/agenda{ending}", If_None_Match=tag, If_Modified_Since=stamp)
    assert (again.status_code, b"Anders" in again.data) == (200, True)


def test_rooms_stand_in_the_order_of_the_house(client: FlaskClient) -> None:
    event_id = build()
    with transaction() as session:
        for room in session.query(Room).where(Room.event_id == event_id):
            room.position = -room.position
        mark_changed(session.get_one(Event, event_id), NOW, calendar=False)
    root = ET.fromstring(fetch(client, f"{DAY}/agenda.xml").data)  # noqa: S314 - our own
    names = [room.get("name") for room in root.iter("room") if room.get("name")]
    assert names == ["Foyer", "Raum Ahorn", "Raum Birke", "Großer Saal"]


def test_the_page_of_the_day_says_its_facts_to_search_engines(client: FlaskClient) -> None:
    """As data that no word of anybody can leave."""
    event_id = build()
    with transaction() as session:
        session.query(Workshop).order_by(Workshop.id).first().title = "</script><b>&"  # type: ignore[union-attr]
        mark_changed(session.get_one(Event, event_id), NOW, calendar=False)
    said = data_of(client)
    assert (said["@type"], said["startDate"]) == ("Event", "2031-03-13T09:30:00+01:00")
    assert said["location"]["address"]["addressLocality"] == "Musterstadt"
    assert said["url"] == f"http://localhost{DAY}"
    parts = {one["name"]: one for one in said["subEvent"]}
    assert len(parts) == 8  # one workshop runs twice under one name
    assert parts["</script><b>&"]["location"]["name"] == "Raum Birke, Kreishaus Musterstadt"
    assert parts["</script><b>&"]["url"] == f"http://localhost{DAY}/workshops/beraten-ohne-vorurteil"
    with transaction() as session:
        event = session.get_one(Event, event_id)
        event.status, event.agenda_released_at = EventStatus.CANCELLED, None
        mark_changed(event, NOW, calendar=True)
    said = data_of(client)
    assert said["eventStatus"] == "https://schema.org/EventCancelled"
    assert "subEvent" not in said


def data_of(client: FlaskClient) -> dict[str, object]:
    page = Context().run(Visitor(client).get, DAY)
    block = page.soup.find("script", type="application/ld+json")
    assert block is not None
    return json.loads(block.text)
