# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Two organisers at the same things, and a release while people come, choose and leave: nothing is lost in silence."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.programme.models import Run
from app.programme.plan import seen_as
from app.programme.rules import Thing
from app.programme.working_copy import read_working_copy
from app.refusal import ChangedMeanwhile, Refusal
from app.registration.rules import PlaceState
from app.registration.workshops.models import Place
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


def test_a_release_while_people_choose_leaves_every_place_valid(app: Flask) -> None:
    day = open_day(capacity=None)
    people = [f"gast{number}" for number in range(8)]
    day.join(*people)
    runs = dict(day.runs)

    def choosing() -> None:
        for turn in range(5):
            for position, name in enumerate(people):
                label = ("1.1", "1.2")[(turn + position) % 2]
                try:
                    _choose(day, name, label)
                except Refusal:
                    continue

    def releasing() -> None:
        for turn in range(8):
            with transaction() as session:
                plan = read_working_copy(session, day.event).plan
                for label in ("1.1", "1.2"):
                    run = plan.things[Thing.RUN, runs[label]]
                    off = turn % 4 == 3 and label == "1.1"
                    facts = replace(run, takes_place=not off, capacity=20 + turn)
                    editing.change(
                        session, day.event_id, Thing.RUN, runs[label], facts, seen_as(run), day.now
                    )
                release_now(session, day.event_id, day.now)

    assert at_once(app, choosing, releasing) == []
    db.session.rollback()
    for run in db.session.scalars(select(Run)):
        places = select(func.count()).where(Place.run_id == run.id, Place.state == PlaceState.PLACE)
        assert db.session.scalar(places) == run.taken
        assert run.takes_place or run.taken == 0
    day.check()


def _choose(day: Day, name: str, label: str) -> None:
    day.choose(name, label, now=day.now)
