# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Two organisers at the same things, and a release while people come, choose and leave: nothing is lost in silence."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.programme.models import Run
from app.programme.plan import seen_as
from app.programme.rules import Thing
from app.programme.versions import versions_of
from app.programme.working_copy import read_working_copy
from app.refusal import ChangedMeanwhile, Refusal
from app.registration.rules import PlaceState
from app.registration.workshops.models import Place, PlaceChange
from app.registration.workshops.rules import PlaceFact
from app.scheduling import editing
from app.web.database import db, transaction
from tests.registration.steps import Day, open_day
from tests.scheduling.steps import release_now

EDITS = 50  # each of the two


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def at_once(app: Flask, *acts: Callable[[], None]) -> list[BaseException]:
    """Each in a thread of its own; what they did not expect comes back."""
    failed: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        try:
            with app.app_context():
                act()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    return failed


def test_of_a_hundred_colliding_edits_none_is_overwritten_in_silence(app: Flask) -> None:
    """F30: each counts on from what it read; who was second is told, and only then."""
    day = open_day()
    with day.step():
        pass
    number = min(read_working_copy(db.session(), day.event).plan.of(Thing.ITEM))
    saved, refused = [0, 0], [0, 0]

    def count(who: int) -> Callable[[], None]:
        def act() -> None:
            for _ in range(EDITS):
                read = read_working_copy(db.session(), day.event).plan.things[Thing.ITEM, number]
                db.session.rollback()
                said = int(read.note or 0)
                facts = replace(read, note=str(said + 1))
                try:
                    with transaction() as session:
                        editing.change(
                            session, day.event_id, Thing.ITEM, number, facts, seen_as(read), day.now
                        )
                    saved[who] += 1
                except ChangedMeanwhile:
                    refused[who] += 1

        return act

    assert at_once(app, count(0), count(1)) == []
    assert sum(saved) + sum(refused) == 2 * EDITS
    db.session.rollback()
    item = read_working_copy(db.session(), day.event).plan.things[Thing.ITEM, number]
    assert int(item.note) == sum(saved)


def test_a_release_while_people_come_choose_and_swap_leaves_every_place_valid(app: Flask) -> None:
    """The runs are full, so who would like the other one waits, and two who wait for each other's places swap."""
    day = open_day(capacity=None)
    people = [f"gast{number}" for number in range(8)]
    for label in ("1.1", "1.2"):
        day.set_run(label, capacity=4)
    for position, name in enumerate(people):
        day.join(name, labels=(("1.1", "1.2")[position % 2],))
    runs = dict(day.runs)

    def choosing() -> None:
        for turn in range(1, 6):
            for position, name in enumerate(people):
                with suppress(Refusal):
                    _choose(day, name, ("1.1", "1.2")[(turn + position) % 2])

    def coming() -> None:
        for number in range(10):
            with suppress(Refusal):
                day.join(f"neu{number}", labels=("1.2",))
            if number % 2:
                day.cancel(f"neu{number}")

    def releasing() -> None:
        for turn in range(8):
            with suppress(Refusal), transaction() as session:
                plan = read_working_copy(session, day.event).plan
                for label in ("1.1", "1.2"):
                    run = plan.things[Thing.RUN, runs[label]]
                    off = turn % 4 == 2 and label == "1.1"
                    facts = replace(run, takes_place=not off, capacity=4 + turn // 4)
                    editing.change(
                        session, day.event_id, Thing.RUN, runs[label], facts, seen_as(run), day.now
                    )
                release_now(session, day.event_id, day.now)

    assert at_once(app, choosing, coming, releasing) == []
    db.session.rollback()
    for run in db.session.scalars(select(Run)):
        places = select(func.count()).where(Place.run_id == run.id, Place.state == PlaceState.PLACE)
        assert db.session.scalar(places) == run.taken
        assert run.takes_place or run.taken == 0
    assert swaps() > 0
    assert len(versions_of(db.session(), day.event)) > 3
    day.check()


def swaps() -> int:
    """How often somebody got a place and left another at one moment, by somebody else's choice."""
    moments: dict[tuple[int, datetime], set[bool]] = {}
    for one in db.session.scalars(select(PlaceChange).where(PlaceChange.fact == PlaceFact.PLACE)):
        moments.setdefault((one.registration_id, one.at), set()).add(bool(one.new))
    return sum(len(ways) == 2 for ways in moments.values())


def _choose(day: Day, name: str, label: str) -> None:
    day.choose(name, label, now=day.now)
