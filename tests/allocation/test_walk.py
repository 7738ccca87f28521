# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Work out, let things happen, publish, again and again: whatever happens in between, the data never contradict themselves."""

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.allocation.rules import AllocationState, Mixing
from app.allocation.service import mark_run
from app.events.service import lock_event
from app.organising.checks import data_findings
from app.programme.models import Run
from app.refusal import Refusal
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.service import cancel
from app.registration.workshops.places import choose
from app.web.database import db, transaction
from tests.allocation.day import LATER, TEAM, WishDay, a_wish_day, asks, joins, publishes, set_run, works_out

ROUNDS = 6


class Life:
    """What people and the team do between two publications."""

    def __init__(self, made: WishDay, chance: random.Random) -> None:
        self.made, self.chance = made, chance

    def somebody(self) -> int:
        return self.chance.choice(list(self.made.people.values()))

    def a_run(self) -> int:
        return self.chance.choice(list(self.made.day.runs.values()))

    def leave(self, session: Session) -> None:
        cancel(session, self.somebody(), PARTICIPANT, LATER)

    def come(self, session: Session) -> None:
        joins(session, self.made, len(self.made.people) + 1, wish=self.chance.random() < 0.5)

    def close_or_open(self, session: Session) -> None:
        mark_run(
            session, self.made.event_id, self.a_run(), TEAM, LATER, takes_place=self.chance.random() < 0.6
        )

    def choose(self, session: Session) -> None:
        event = lock_event(session, self.made.event_id)
        registration, run = (
            session.get_one(Registration, self.somebody()),
            session.get_one(Run, self.a_run()),
        )
        if event.placed_at is not None and registration.has_seat and run.takes_place:
            choose(session, event, registration, {run.round_id: run.id}, LATER)

    @property
    def actions(self) -> list[Callable[[Session], None]]:
        return [self.leave, self.come, self.close_or_open, self.choose]


@pytest.mark.long
@pytest.mark.parametrize("seed", [0, 7])
def test_whatever_happens(app: Flask, seed: int) -> None:
    chance = random.Random(seed)
    made = a_wish_day(app, chance.randint(5, 9))
    for label in made.day.runs:
        set_run(app, made, label, capacity=chance.randint(5, 9), least_people=chance.choice([0, 0, 2]))
    life = Life(made, chance)
    holds = published = 0
    for number in range(ROUNDS):
        allocation_run = asks(
            app, made, nonce=f"nonce-{number}-0123456789", seed=seed + 1, mixing=chance.choice(list(Mixing))
        )
        done = works_out(app, allocation_run) is AllocationState.DONE
        for _ in range(chance.randint(0, 3)):
            with suppress(Refusal), app.app_context(), transaction() as session:
                chance.choice(life.actions)(session)
        if done:
            with suppress(Refusal):
                publishes(app, made, allocation_run, seen=holds)
                holds, published = allocation_run, published + 1
        with app.app_context():
            assert data_findings(db.session(), LATER) == []
    assert published >= 2
