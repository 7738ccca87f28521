# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Everybody reads why: wishes, places, demand and lot of their own, totals of the day, and nobody's name."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.allocation.explaining import Explanation, Outcome, explain, find_published_id, read_published
from app.events.rules import Placement
from app.programme.agenda import read_rounds
from app.registration.links import personal_token
from app.web.database import db
from tests.allocation.published import give, publish
from tests.factories.days import NOW
from tests.pages import Visitor
from tests.registration.steps import Day, open_day


@pytest.fixture
def day(app: Flask) -> Iterator[Day]:
    """Anna and ben wish for 1.1, of which there is one seat, before 1.2; cem for 1.2 only, dora for nothing in round 1."""
    with app.app_context():
        day = open_day(placement=Placement.WISHES, wishes_until=NOW + timedelta(days=3), capacity=9)
        day.join("anna", "ben", "cem", "dora")
        give(day, "anna", "1.1", "1.2")
        give(day, "ben", "1.1", "1.2")
        give(day, "cem", "1.2", "2.1")
        yield day


def told(day: Day, name: str) -> Explanation | None:
    session = db.session()
    number = find_published_id(session, day.event_id)
    assert number is not None
    rounds = read_rounds(session, day.event)
    offered = {run.id: run for one in rounds for run in one.runs}
    return explain(read_published(session, number), day.ids[name], rounds, offered)


def became(day: Day, name: str) -> list[tuple[str, int, Outcome, int, int, int]]:
    """Run, rank, outcome, people who wished for it, seats, twins."""
    found = told(day, name)
    assert found is not None
    return [
        (one.run.label, one.rank, one.outcome, one.demand.people, one.demand.seats, one.twins)
        for round_ in found.rounds
        for one in round_.wishes
    ]


def test_the_lot_between_two_who_wish_the_same(day: Day) -> None:
    publish(day, loser="ben")
    assert became(day, "anna") == [
        ("1.1", 1, Outcome.GRANTED, 2, 1, 0),
        ("1.2", 2, Outcome.NOT_NEEDED, 3, 2, 0),
    ]
    assert became(day, "ben") == [("1.1", 1, Outcome.LOT, 2, 1, 1), ("1.2", 2, Outcome.GRANTED, 3, 2, 0)]
    found = told(day, "ben")
    assert found is not None
    assert found.lot_decided
    assert [one.rank for one in found.rounds] == [2, None]


def test_the_other_way_round_with_another_seed(day: Day) -> None:
    publish(day, loser="anna")
    assert became(day, "anna")[0][2] is Outcome.LOT
    assert became(day, "ben")[0][2] is Outcome.GRANTED


def test_what_was_not_possible(day: Day) -> None:
    publish(day, barred="ben")
    assert became(day, "ben")[0][2] is Outcome.BARRED
    assert told(day, "dora") is None


def test_the_page_of_a_person(app: Flask, client: FlaskClient, day: Day) -> None:
    ben, dora = personal_token(day.of("ben")), personal_token(day.of("dora"))
    assert Visitor(client).get(f"/my/{ben}/places").status == 404
    publish(day)
    page = Visitor(client).get(f"/my/{ben}").follow("So kamen meine Plätze zustande")
    assert page.status == 200
    assert "das Los hat zwischen Ihnen entschieden" in page.text
    assert "Das war Ihr Wunsch Nummer 2" in page.text
    for name in ("Anna", "Cem", "Beispiel"):
        assert name not in page.text
    assert "nicht dabei" in Visitor(client).get(f"/my/{dora}/places").text
    everybody = page.follow("Alle Zahlen der Zuteilung")
    assert "Fingerabdruck der Eingabe" in everybody.text
    assert "Anna" not in everybody.text


def test_it_says_what_changed_since(app: Flask, client: FlaskClient, day: Day) -> None:
    publish(day)
    day.choose("ben", "1:open")
    page = Visitor(client).get(f"/my/{personal_token(day.of('ben'))}/places")
    assert "Sie haben diesen Platz inzwischen zurückgegeben" in page.text


def test_the_public_page_is_there_once_it_is_published(app: Flask, client: FlaskClient, day: Day) -> None:
    address = f"/events/{day.event.slug}/places"
    assert Visitor(client).get(address).status == 404
    publish(day)
    page = Visitor(client).get(address)
    assert page.status == 200
    assert "1.1 Beraten ohne Vorurteil 2 2 1 1" in page.text
    day.set_event(agenda_released_at=None)
    assert "Beraten" not in Visitor(client).get(address).text


def test_pages_do_not_load_the_solver() -> None:
    code = (
        "import sys, app.allocation.views; sys.exit(any(one in sys.modules for one in ('highspy', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
