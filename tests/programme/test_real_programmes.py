# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Programmes of days that took place fit into the model: each thing in its field, on the page, in files and calendars, and in
the copy for the next year."""

import json
from collections.abc import Iterator
from contextvars import Context
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.copying.rules import Part
from app.copying.service import NextDay, copy_day
from app.events.models import Event
from app.people.models import Organiser
from app.programme.agenda import AgendaLine, RunView, meetings, read_agenda, read_rounds
from app.programme.contradictions import contradictions
from app.programme.queries import loose_ends
from app.web.database import db, transaction
from tests.factories.days import DAY, NOW, at
from tests.pages import Visitor
from tests.pdf import text_of
from tests.people.helpers import an_organiser
from tests.programme import real_programmes
from tests.programme.frab import complaints, complaints_of_json
from tests.programme.real_programmes import Maker


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def built(make: Maker) -> tuple[Event, list[AgendaLine]]:
    with transaction() as session:
        number = make(session).id
    event = db.session.get_one(Event, number)
    return event, read_agenda(db.session(), event)


def runs_of(lines: list[AgendaLine]) -> dict[str, RunView]:
    return {one.run.label: one.run for one in meetings(lines)}


def titled(lines: list[AgendaLine], title: str) -> AgendaLine:
    return next(line for line in lines if line.title == title)


@pytest.mark.parametrize("make", real_programmes.ALL, ids=lambda make: make.__name__)
def test_each_is_shown_and_exported(client: FlaskClient, make: Maker) -> None:
    event, lines = built(make)
    base = f"/events/{event.slug}/agenda"
    page = Context().run(Visitor(client).get, base).text
    with client.get(f"{base}.pdf") as answer:
        paper = text_of(answer.data)
    for line in lines:
        assert line.title in page
        for one in (*line.inside, *(line.round.runs if line.round else ())):
            assert one.title in page
            assert one.title in paper
    for kind in ("xml", "json"):
        file = client.get(f"{base}.{kind}").data
        assert not (complaints(file) if kind == "xml" else complaints_of_json(json.loads(file)))
    assert client.get(f"{base}.ics").data.count(b"BEGIN:VEVENT") == 1 + sum(
        len(one.parts) for one in meetings(lines)
    )


@pytest.mark.parametrize("make", real_programmes.ALL, ids=lambda make: make.__name__)
def test_each_is_copied_without_loss(app: Flask, make: Maker) -> None:
    event, lines = built(make)
    lead = an_organiser(app, "lead@example.org")
    with transaction() as session:
        new = NextDay("next-day", "Wieder", DAY + timedelta(weeks=52), None, "", (Part.ROOMS, Part.PROGRAMME))
        copied = copy_day(session, event.id, new, session.get_one(Organiser, lead), NOW).id
    again = read_agenda(db.session(), db.session.get_one(Event, copied))
    assert [_told(line) for line in again] == [_told(line) for line in lines]


def _told(line: AgendaLine) -> object:
    """All that people read of a line but its date; in a copy everybody is to be asked again."""
    people = [[one.who for one in (*it.contributors, *it.asked)] for it in (line, *line.inside)]
    runs = [
        (run.label, run.title, run.where, run.spans, len(run.parts), [one.title for one in run.inside])
        for run in (line.round.runs if line.round else ())
    ]
    inside = [(one.title, one.clock) for one in line.inside]
    return line.title, inside, line.stands, people, line.round and line.round.booked, runs


def test_groups_in_two_parts_are_one_choice() -> None:
    event, lines = built(real_programmes.two_part_groups)
    assert contradictions(event, lines) == []
    group = runs_of(lines)["AG 1"]
    assert group.parts == ((at("13:45"), at("15:00")), (at("16:30"), at("17:30")))
    first, second = read_rounds(db.session(), event)
    assert [run.label for run in first.runs] == [f"AG {number}" for number in range(1, 7)]
    assert (second.runs, len(second.going_on)) == ((), 6)
    interim = titled(lines, "Zwischenpräsentation")
    assert [one.clock for one in interim.inside][:2] == ["15:30–15:40", "15:40–15:50"]


def test_groups_formed_on_the_spot_are_not_chosen() -> None:
    event, lines = built(real_programmes.groups_on_the_spot)
    assert contradictions(event, lines) == []
    assert [one.title for one in read_rounds(db.session(), event)] == ["Workshops"]
    group = runs_of(lines)["T1"]
    assert group.parts == ((at("10:45"), at("11:45")), (at("14:45"), at("15:30")))
    later = titled(lines, "Transfergruppen II").round
    assert later is not None
    assert (len(later.going_on), later.booked) == (8, False)
    assert loose_ends(lines).runs_without_limit == ()


def test_two_inputs_share_a_block() -> None:
    event, lines = built(real_programmes.short_inputs)
    assert contradictions(event, lines) == []
    block = titled(lines, "Inputs aus den Ländern")
    assert [(one.heading, len(one.contributors)) for one in block.inside] == [
        ("11:15–11:35 Input Hessen", 2),
        ("11:35–12:00 Input NRW", 1),
    ]


def test_a_market_lies_beside_forums_with_its_stands() -> None:
    event, lines = built(real_programmes.two_days_with_market)
    assert [one.sentence for one in contradictions(event, lines) if "Pause" not in one.sentence] == []
    market = titled(lines, "Markt der Möglichkeiten")
    assert (len(market.stands), sum(one.needs_power for one in market.stands)) == (20, 6)
    assert market.stands[2].line == "Tisch 3: Träger 3 (Film)"
    quiz = titled(lines, "Pub-Quiz in Teams")
    assert (quiz.kind and quiz.kind.name, quiz.ends_at) == ("Pub-Quiz", at("0:00", DAY + timedelta(days=1)))
    held = [one.run for one in meetings(lines) if one.run.title.startswith("Thema")]
    assert (len(held), sum(run.takes_place for run in held)) == (22, 21)
    assert runs_of(lines)["3.5"].where == "R5, Haus B, Beispielweg 2"


def test_six_tables_share_a_hall() -> None:
    event, lines = built(real_programmes.world_cafe)
    assert contradictions(event, lines) == []
    table = runs_of(lines)["3"]
    assert (table.where, len(table.parts)) == ("Festhalle, Tisch 3", 3)
    assert table.credits == ("Tischleitung: Gastgeberin Begegnung, Ehrenamtliche, Helferkreis",)
    assert read_rounds(db.session(), event) == []


def test_sessions_are_made_on_the_day_and_a_course_is_one_place() -> None:
    event, lines = built(real_programmes.barcamp)  # who trains for a whole day makes breaks of their own
    assert [one.sentence for one in contradictions(event, lines) if "Pause" not in one.sentence] == []
    runs = runs_of(lines)
    assert not runs["B04"].takes_place
    assert [start.date() for start, _end in runs["K1"].parts] == [
        DAY + timedelta(days=1),
        DAY + timedelta(days=2),
    ]
    assert [run.label for one in read_rounds(db.session(), event) for run in one.runs] == ["K1", "K2"]
