# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Everybody reads why: wishes, places, demand and lot of their own, totals of the day, and nobody's name."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.allocation.explaining import (
    Explanation,
    Published,
    WishOutcome,
    explain,
    find_published,
    open_protocol,
    read_published,
)
from app.allocation.instance import Instance, ModelPerson, ModelPlace, ModelRun, Wishes
from app.allocation.models import AllocationRun
from app.allocation.pinning import why_refused
from app.allocation.protocol import Seat, refusals_as_data, write_protocol
from app.allocation.result import Allocation, Infeasibility, Solver, Stage, WhyNot
from app.allocation.rules import Goal, Hindrance, Obstacle, Proof
from app.allocation.solving import solve
from app.allocation.verification import worth
from app.clock import now as clock_now
from app.events.rules import Placement, Seats
from app.programme.agenda import RoundView, RunView, read_rounds
from app.registration.links import personal_token
from app.web.database import db
from tests.allocation.asking import varied
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
    number, pending = find_published(session, day.event_id, day.now) or (0, False)
    rounds = read_rounds(session, day.event)
    offered = {run.id: run for one in rounds for run in one.runs}
    return explain(read_published(session, number, pending=pending), day.ids[name], rounds, offered)


def became(day: Day, name: str) -> list[tuple[str, int, WishOutcome | Hindrance, int, int, int]]:
    """Run, rank, outcome or what stood against it, people who wished for it, seats, twins."""
    found = told(day, name)
    assert found is not None
    return [
        (
            "/".join(run.label for run in one.runs),
            one.rank,
            one.why.hindrance if one.why else one.outcome,
            one.demand.people,
            one.demand.seats,
            one.twins,
        )
        for round_ in found.rounds
        for one in round_.wishes
    ]


def test_the_lot_between_two_who_wish_the_same(day: Day) -> None:
    publish(day, loser="ben")
    assert became(day, "anna") == [
        ("1.1", 1, WishOutcome.GRANTED, 2, 1, 0),
        ("1.2", 2, WishOutcome.NOT_NEEDED, 3, 2, 0),
    ]
    assert became(day, "ben") == [
        ("1.1", 1, Hindrance.LOT, 2, 1, 1),
        ("1.2", 2, WishOutcome.GRANTED, 3, 2, 0),
    ]
    found = told(day, "ben")
    assert found is not None
    assert found.lot_decided
    assert [one.rank for one in found.rounds] == [2, None]


def test_the_other_way_round_with_another_seed(day: Day) -> None:
    publish(day, loser="anna")
    assert became(day, "anna")[0][2] is Hindrance.LOT
    assert became(day, "ben")[0][2] is WishOutcome.GRANTED


def test_reasons_that_are_still_worked_out(app: Flask, client: FlaskClient, day: Day) -> None:
    publish(day, explained=False)
    address = f"/my/{personal_token(day.of('ben'))}/places"
    assert became(day, "ben")[0][2] is WishOutcome.PENDING
    assert "nicht ermitteln" in Visitor(client).get(address).text  # the process has ended long ago
    with day.step() as session:
        session.execute(update(AllocationRun).values(finished_at=clock_now()))
    assert "wird noch ermittelt" in Visitor(client).get(address).text


def test_an_allocation_of_before_is_shown_with_its_own_goals(
    app: Flask, client: FlaskClient, day: Day
) -> None:
    publish(day)
    with day.step() as session:
        one = session.scalars(select(AllocationRun)).one()
        protocol = copy.deepcopy(one.protocol or {})
        protocol["format"] = protocol["instance"]["format"] = 1
        protocol["stages"][0] |= {"goal": "outside", "rank": None}
        one.protocol, one.refusals = protocol, []
    for address in (f"/my/{personal_token(day.of('ben'))}/places", f"/events/{day.event.slug}/places"):
        page = Visitor(client).get(address)
        assert page.status == 200
        assert "nach den Zielen einer früheren Fassung" in page.text
        assert "Ein Rang ist" not in page.text
    assert "Plätze außerhalb der Wünsche" in page.text


def test_what_was_not_possible(day: Day) -> None:
    publish(day, barred="ben")
    assert became(day, "ben")[0][2] is WishOutcome.BARRED
    assert told(day, "dora") is None


def test_the_page_of_a_person(app: Flask, client: FlaskClient, day: Day) -> None:
    ben, dora = personal_token(day.of("ben")), personal_token(day.of("dora"))
    assert Visitor(client).get(f"/my/{ben}/places").status == 404
    publish(day)
    page = Visitor(client).get(f"/my/{ben}").follow("So kamen meine Plätze zustande")
    assert page.status == 200
    assert "das Los hat entschieden" in page.text
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
    assert "Diesen Platz haben Sie inzwischen nicht mehr" in page.text


def test_the_public_page_is_there_once_it_is_published(app: Flask, client: FlaskClient, day: Day) -> None:
    address = f"/events/{day.event.slug}/places"
    assert Visitor(client).get(address).status == 404
    publish(day)
    page = Visitor(client).get(address)
    assert page.status == 200
    assert "1.1 Beraten ohne Vorurteil 2 2 1 1" in page.text
    day.set_event(agenda_released_at=None)
    assert "Beraten" not in Visitor(client).get(address).text


def test_a_wish_for_a_run_over_two_rounds_counts_in_both() -> None:
    """The wish stands in the list of the first round, the place in both."""
    long_run, other = ModelRun(1, 1, (1, 2), 9), ModelRun(2, 2, (2,), 9)
    people = (ModelPerson(1, (1, 2), wishes=(Wishes(1, (1,)),)),)
    published = opened(Instance((1, 2), people, (long_run, other)), (ModelPlace(1, 1),))
    runs = {one.id: a_view(one) for one in (long_run, other)}
    found = explain(published, 1, [RoundView(one, one, "", NOW, NOW, ()) for one in (1, 2)], runs)
    assert found is not None
    assert [(one.given and one.given.id, one.rank) for one in found.rounds] == [(1, 1), (1, 1)]


def outcomes(person: ModelPerson, *runs: ModelRun, places: tuple[ModelPlace, ...]) -> list[WishOutcome]:
    rounds = sorted({number for run in runs for number in run.rounds})
    published = opened(Instance(tuple(rounds), (person,), runs), places)
    views = {run.id: a_view(run) for run in runs}
    found = explain(published, person.id, [RoundView(one, one, "", NOW, NOW, ()) for one in rounds], views)
    assert found is not None
    return [wish.outcome for one in found.rounds for wish in one.wishes]


def test_a_run_that_is_too_small_or_too_long_is_said_to_be() -> None:
    small, large, other = ModelRun(1, 1, (1,), 1), ModelRun(2, 2, (1,), 9), ModelRun(4, 4, (2,), 9)
    two = ModelPerson(1, (1,), wishes=(Wishes(1, (1, 2)),), chairs=2)
    assert outcomes(two, small, large, places=(ModelPlace(1, 2),)) == [WishOutcome.SEATS, WishOutcome.GRANTED]
    long_run = ModelRun(3, 3, (1, 2), 9)
    absent = ModelPerson(1, (1,), wishes=(Wishes(1, (3, 2)),))
    there = (ModelPlace(1, 2),)
    assert outcomes(absent, long_run, large, other, places=there) == [WishOutcome.AWAY, WishOutcome.GRANTED]
    led = ModelRun(5, 5, (2,), 9, staff=(1,))
    leading = ModelPerson(1, (1, 2), wishes=absent.wishes)
    there = (ModelPlace(1, 2), ModelPlace(1, 5))
    assert outcomes(leading, long_run, large, led, places=there) == [WishOutcome.AWAY, WishOutcome.GRANTED]


def test_no_reason_is_missing_once_all_are_worked_out() -> None:
    """On generated days, with runs over several rounds: what fills a round stands against no wish that was no dearer."""
    seen = set()
    for number in range(20):
        instance = varied(number * 5 + 1, 24)
        if not (allocation := solve(instance)).places:
            continue
        published = opened(instance, allocation.places, why_refused(instance, allocation, seconds=60))
        rounds = [RoundView(one, one, "", NOW, NOW, ()) for one in instance.rounds]
        views = {one.id: a_view(one) for one in instance.runs}
        for person in instance.people:
            found = explain(published, person.id, rounds, views)
            assert found is not None
            wishes = [wish for one in found.rounds for wish in one.wishes]
            seen |= {wish.outcome for wish in wishes}
            assert Hindrance.UNKNOWN not in {wish.why.hindrance for wish in wishes if wish.why}
    assert seen >= {WishOutcome.GRANTED, WishOutcome.NOT_NEEDED, WishOutcome.COVERED, WishOutcome.REFUSED}


def test_the_condition_that_stood_against_a_wish_is_read_without_names(
    app: Flask, client: FlaskClient, day: Day
) -> None:
    """By the person; the team reads whom it keeps apart."""
    publish(day)
    anna, ben = day.ids["anna"], day.ids["ben"]
    said = Infeasibility(Obstacle.APART, {"partners": (anna, ben)})
    with day.step() as session:
        one = session.scalars(select(AllocationRun)).one()
        one.refusals = refusals_as_data({(ben, day.runs["1.1"]): WhyNot(Hindrance.CONDITION, condition=said)})
    page = Visitor(client).get(f"/my/{personal_token(day.of('ben'))}/places")
    assert "wäre das nicht einzuhalten gewesen: 2 Personen bleiben getrennt." in page.text
    assert "Anna" not in page.text


def test_the_rule_that_would_be_broken_more_often_is_read_by_its_name(
    app: Flask, client: FlaskClient, day: Day
) -> None:
    publish(day)
    said = Infeasibility(Obstacle.ORGANISATION_CAP, {"most": 1, "organisation": None, "runs": ()})
    with day.step() as session:
        one = session.scalars(select(AllocationRun)).one()
        why = WhyNot(Hindrance.GOAL, Goal.RULES, condition=said)
        one.refusals = refusals_as_data({(day.ids["ben"], day.runs["1.1"]): why})
    page = Visitor(client).get(f"/my/{personal_token(day.of('ben'))}/places")
    assert (
        "würde eine Regel des Teams öfter verletzt: Jeder Workshop: höchstens 1 aus jeder Organisation."
        in page.text
    )


def a_view(run: ModelRun) -> RunView:
    return RunView(run.id, run.workshop, "", "", "", None, (), Seats(None, 0, 0), 0)


def opened(
    instance: Instance, places: Iterable[ModelPlace], refusals: Mapping[Seat, WhyNot] | None = None
) -> Published:
    places = tuple(places)
    stages = tuple(Stage(one.goal, one.value, None, 0, one.rank, one.most) for one in worth(instance, places))
    found = Allocation(Proof.FEASIBLE, Solver("von Hand", "1"), places, stages)
    return open_protocol(write_protocol(instance, found), NOW, refusals_as_data(refusals or {}))
