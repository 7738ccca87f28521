# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Any order of steps that people and organisers can think of; after each of them seats and lines are as they must be
(T30, F33, F34, F36)."""

from dataclasses import replace
from itertools import count

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from app.events.models import Event
from app.events.rules import TAKES_REGISTRATIONS
from app.programme.models import Run
from app.refusal import Refusal
from app.registration import changes, service
from app.registration.changes import RunFacts
from app.registration.models import Registration
from app.registration.replanning import day_facts
from app.registration.rules import ENDED, Status, TwiceTheSameWorkshop
from app.web.database import db
from tests.factories.days import NOW
from tests.registration.steps import Day, open_day

_numbers = count(1)
ROUND_ONE = st.sampled_from(["1.1", "1.2", "1:open", "1:absent"])
ROUND_TWO = st.sampled_from(["2.1", "2.2", "2:open", "2:absent"])
CHOICE = st.tuples(ROUND_ONE, ROUND_TWO)


class AnyOrder(RuleBasedStateMachine):
    """A small full day: two seats, one or two in each run, two people in and two in line."""

    people = Bundle("people")

    @initialize(target=people)
    def open(self) -> object:
        self.day: Day = open_day(capacity=2, slug=f"tag-{next(_numbers)}")
        for label, seats in {"1.1": 1, "1.2": 2, "2.1": 2, "2.2": 1}.items():
            self.day.set_run(label, capacity=seats)
        self.closes_at = self.day.event.registration_closes_at
        self.left: set[str] = set()
        self.before: dict[str, tuple[Status, int | None]] = {}
        for name, labels in {"p0": ("1.1",), "p1": ("1.2", "2.1"), "p2": ("1.1",), "p3": ("2.2",)}.items():
            self.day.join(name, labels=labels)
        return multiple(*self.day.ids)

    # -- what people do

    @rule(target=people, choice=CHOICE)
    def register(self, choice: tuple[str, str]) -> object:
        name = f"p{len(self.day.ids)}"
        try:
            self.day.register(name, *choice)
        except TwiceTheSameWorkshop:
            assert choice == ("1.2", "2.2")
            return multiple()
        except Refusal:
            assert not self.is_open
            return multiple()
        return name

    @rule(name=people)
    def confirm(self, name: str) -> None:
        was = self.day.status(name)
        try:
            self.day.confirm(name)
        except Refusal:
            assert was is Status.CANCELLED or (was is Status.EXPIRED and not self.is_open)
        else:
            self.left.discard(name)

    @rule(name=people, choice=CHOICE)
    def choose(self, name: str, choice: tuple[str, str]) -> None:
        before = self.day.places(name)
        try:
            self.day.choose(name, *choice)
        except Refusal:
            self.day.check()
            assert self.day.places(name) == before

    @rule(name=people, label=st.sampled_from(["1.1", "1.2", "2.1", "2.2"]))
    def leave_line(self, name: str, label: str) -> None:
        with self.day.step() as session:
            service.leave_run_line(session, self.day.ids[name], self.day.runs[label], self.day.now)

    @rule(name=consumes(people))
    def cancel(self, name: str) -> None:
        try:
            self.day.cancel(name)
        except Refusal:
            assert name in self.left
        self.left.add(name)

    @rule(name=people)
    def hold_ends(self, name: str) -> None:
        if self.day.status(name) is Status.UNCONFIRMED:
            self.left.add(name)
        self.day.expire(name, now=self.day.now)  # asked too early: nothing happens
        held_until = self.day.of(name).held_until
        if held_until is not None:
            self.day.expire(name, now=max(held_until, self.day.now))

    # -- what organisers do

    @rule(target=people, choice=CHOICE, extra=st.booleans())
    def add_by_hand(self, choice: tuple[str, str], extra: bool) -> object:
        name = f"p{len(self.day.ids)}"
        try:
            self.day.add(name, *choice, extra=extra)
        except TwiceTheSameWorkshop:
            return multiple()
        return name

    @rule(capacity=st.one_of(st.none(), st.integers(0, 8)))
    def set_capacity(self, capacity: int | None) -> None:
        self.change_day(capacity=capacity)

    @rule()
    def close(self) -> None:
        self.change_day(registration_closes_at=NOW)

    @rule()
    def reopen(self) -> None:
        self.change_day(registration_closes_at=self.closes_at)

    @rule(label=st.sampled_from(["1.1", "1.2", "2.1", "2.2"]), capacity=st.integers(0, 4))
    def set_run_capacity(self, label: str, capacity: int) -> None:
        try:
            with self.day.step() as session:
                run = session.get_one(Run, self.day.runs[label])
                facts = RunFacts(run.label, run.round, run.room, capacity)
                changes.change_run(session, run.id, facts, run.version, self.day.now)
        except Refusal:
            assert self.day.run(label).taken > capacity

    def change_day(self, **facts: object) -> None:
        try:
            with self.day.step() as session:
                event = session.get_one(Event, self.day.event_id)
                new = replace(day_facts(event), **facts)  # type: ignore[arg-type]
                changes.change_day(session, event.id, new, event.version, self.day.now)
        except Refusal:
            event, capacity = self.day.event, facts["capacity"]
            assert isinstance(capacity, int)
            assert event.taken > capacity + event.extra

    # -- what must hold

    @property
    def is_open(self) -> bool:
        return self.day.event.registration_state(self.day.now) in TAKES_REGISTRATIONS

    @invariant()
    def nobody_is_lost(self) -> None:
        statuses = self.day.statuses()
        assert {name for name, status in statuses.items() if status in ENDED} == self.left
        assert all(self.day.history(name)[-1][1] == status.value for name, status in statuses.items())

    @invariant()
    def order_is_kept(self) -> None:
        """Numbers never change hands; whoever moved up stood before all who still wait."""
        people = {name: self.day.of(name) for name in self.day.ids}
        now = {name: (one.status, one.waiting_number) for name, one in people.items()}
        numbers = [number for _, number in now.values() if number is not None]
        assert len(numbers) == len(set(numbers))
        waited = [name for name, (status, _) in self.before.items() if status is Status.WAITING]
        moved = [now[name][1] or 0 for name in waited if now[name][0] is Status.REGISTERED]
        still = [now[name][1] or 0 for name in waited if now[name][0] is Status.WAITING]
        assert max(moved, default=0) <= min(still, default=10**9)
        assert all(now[name][1] == self.before[name][1] for name in waited)
        self.before = now

    @invariant()
    def no_seat_is_free_while_somebody_waits(self) -> None:
        if not self.is_open:
            return
        event = self.day.event
        waiting = select(Registration.id).where(
            Registration.event_id == event.id, Registration.status == Status.WAITING
        )
        if not event.seats.full:
            assert db.session.scalar(waiting.limit(1)) is None
        for label in self.day.runs:
            run = self.day.run(label)
            assert run.seats.full or run.waiting == 0, label

    @invariant()
    def counters_are_rows(self) -> None:
        self.day.check()


@pytest.mark.long
@pytest.mark.sqlite_only
def test_any_order(app: Flask) -> None:
    with app.app_context():
        run_state_machine_as_test(
            AnyOrder,
            settings=settings(
                max_examples=12,
                stateful_step_count=25,
                deadline=None,
                database=None,
                phases=(Phase.generate,),  # shrinking takes minutes; 25 steps can be read
                suppress_health_check=list(HealthCheck),
            ),
        )
