# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who waits for each other's places swaps at once: only into what was asked for, the shortest chain first."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.models import Event
from app.programme.models import Run, Workshop
from app.registration.workshops import places
from app.registration.workshops.models import Place
from app.registration.workshops.swapping import swap_places
from app.web.database import transaction
from tests.registration.steps import CLOSED, Day, open_day


@pytest.fixture
def day(app: Flask) -> Iterator[Day]:
    """One seat in each of four runs in round 1: 1.1, 1.2, 1.3 and 1.4."""
    with app.app_context():
        day = open_day()
        with transaction() as session:
            event = session.get_one(Event, day.event_id)
            round_ = session.get_one(Run, day.runs["1.1"]).round
            for label in ("1.3", "1.4"):
                workshop = Workshop(event_id=event.id, title=f"Thema {label}", abstract="")
                run = Run(
                    workshop=workshop,
                    round=round_,
                    label=label,
                    capacity=1,
                    created_at=day.now,
                    modified_at=day.now,
                )
                session.add_all([workshop, run])
                session.flush()
                day.runs[label] = run.id
        for label in ("1.1", "1.2"):
            day.set_run(label, capacity=1)
        yield day


def seat(day: Day, **labels: str) -> None:
    for name, label in labels.items():
        day.join(name, labels=(label,))


def where(day: Day, *names: str) -> list[dict[str, str]]:
    return [day.places(name) for name in names]


def test_two_swap_and_both_are_told(day: Day) -> None:
    seat(day, anna="1.1", ben="1.2")
    day.choose("anna", "1.2")
    day.forget_mails()
    day.choose("ben", "1.1")
    assert where(day, "anna", "ben") == [{"1.2": "place"}, {"1.1": "place"}]
    assert (day.mails("anna"), day.mails("ben")) == (["places.changed"], ["places.changed"])
    assert [(day.run(one).taken, day.run(one).waiting) for one in ("1.1", "1.2")] == [(1, 0), (1, 0)]
    assert day.of("anna").feed_changed_at == day.of("ben").feed_changed_at == day.now


def test_three_in_a_ring(day: Day) -> None:
    seat(day, anna="1.1", ben="1.2", cem="1.3")
    day.choose("anna", "1.2")
    day.choose("ben", "1.3")
    assert day.places("anna") == {"1.1": "place", "1.2": "waiting 1"}
    day.choose("cem", "1.1")
    assert where(day, "anna", "ben", "cem") == [{"1.2": "place"}, {"1.3": "place"}, {"1.1": "place"}]


def test_the_shortest_first(day: Day) -> None:
    """Anna could go round with ben and cem, or just with dora, who waits longer for nobody's sake."""
    seat(day, anna="1.1", ben="1.2", cem="1.3")
    day.set_run("1.2", capacity=2)
    seat(day, dora="1.2")
    day.choose("ben", "1.3")
    day.choose("cem", "1.1")  # waits 1
    day.choose("dora", "1.1")  # waits 2
    day.choose("anna", "1.2")
    assert where(day, "anna", "dora") == [{"1.2": "place"}, {"1.1": "place"}]
    assert where(day, "ben", "cem") == [
        {"1.2": "place", "1.3": "waiting 1"},
        {"1.3": "place", "1.1": "waiting 1"},
    ]


def test_of_two_the_one_who_waits_longer(day: Day) -> None:
    seat(day, anna="1.1")
    day.set_run("1.2", capacity=2)
    seat(day, ben="1.2", cem="1.2")
    day.choose("cem", "1.1")
    day.choose("ben", "1.1")
    day.choose("anna", "1.2")
    assert where(day, "anna", "ben", "cem") == [
        {"1.2": "place"},
        {"1.2": "place", "1.1": "waiting 2"},
        {"1.1": "place"},
    ]


def test_who_has_nothing_to_give_keeps_the_number(day: Day) -> None:
    seat(day, anna="1.1", ben="1.2")
    day.join("cem", labels=("1.2",))
    assert day.places("cem") == {"1.2": "waiting 1"}
    day.choose("anna", "1.2")
    day.choose("ben", "1.1")
    assert day.places("cem") == {"1.2": "waiting 1"}


def test_nobody_moves_who_has_not_asked(day: Day) -> None:
    seat(day, anna="1.1", ben="1.2")
    day.choose("ben", "1.1")
    assert where(day, "anna", "ben") == [{"1.1": "place"}, {"1.2": "place", "1.1": "waiting 1"}]


def test_no_workshop_twice(day: Day) -> None:
    """Somebody mended the data by hand: anna has 2.1, which is the workshop she waits for now. She stays where she is."""
    seat(day, anna="1.1", ben="1.2")
    day.choose("anna", "2.1")
    day.choose("anna", "1.2")
    with transaction() as session:
        hoped_for = session.get_one(Run, day.runs["1.2"]).workshop_id
        mine = select(Place).where(Place.registration_id == day.ids["anna"], Place.run_id == day.runs["2.1"])
        session.scalars(mine).one().workshop_id = hoped_for
    day.choose("ben", "1.1")
    assert where(day, "anna", "ben") == [
        {"1.1": "place", "1.2": "waiting 1", "2.1": "place"},
        {"1.2": "place", "1.1": "waiting 1"},
    ]
    with transaction() as session:
        session.delete(session.scalars(mine).one())
        session.get_one(Run, day.runs["2.1"]).taken = 0


def test_not_once_registration_has_closed(day: Day) -> None:
    """F36"""
    seat(day, anna="1.1", ben="1.2")
    day.choose("ben", "1.1")
    with day.step(now=CLOSED) as session:
        event, anna = session.get_one(Event, day.event_id), day.ids["anna"]
        places.choose(
            session, event, session.get_one(type(day.of("anna")), anna), day.choices("1.2"), day.now
        )
    assert day.places("anna") == {"1.1": "place", "1.2": "waiting 1"}
    with day.step(now=CLOSED.replace(year=2030)) as session:
        places.move_up_in_all_runs(session, session.get_one(Event, day.event_id), day.now)
    assert where(day, "anna", "ben") == [{"1.2": "place"}, {"1.1": "place"}]


def test_nothing_to_swap(day: Day) -> None:
    seat(day, anna="1.1", ben="1.2")
    day.choose("anna", "1.2")
    with day.step() as session:
        assert swap_places(session, session.get_one(Event, day.event_id), day.now) == []


def test_nobody_moves_into_a_run_that_does_not_take_place(day: Day) -> None:
    seat(day, anna="1.1", ben="1.2")
    day.choose("anna", "1.2")
    day.set_run("1.2", takes_place=False)
    day.choose("ben", "1.1")
    assert where(day, "anna", "ben") == [
        {"1.1": "place", "1.2": "waiting 1"},
        {"1.2": "place", "1.1": "waiting 1"},
    ]
    day.cancel("ben")
    assert day.places("anna") == {"1.1": "place", "1.2": "waiting 1"}
