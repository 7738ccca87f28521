# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Any order of steps that people and organisers can think of; after each of them seats, quotas and lines are as they
must be, and what people are told of them is true (T30, F33, F34, F36).

FACHTAG_TEST_SEQUENCES=1000 runs a thousand sequences on each database instead of a dozen.
"""

import os
from dataclasses import dataclass, replace
from datetime import timedelta
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
from sqlalchemy import delete, select

from app.events.models import Event, Quota
from app.events.rules import TAKES_REGISTRATIONS, Aim, QuotaEffect, QuotaTarget
from app.outbox.models import Message
from app.people.models import AuditEntry, Budget
from app.programme.models import Run
from app.refusal import Refusal
from app.registration import changes, service
from app.registration.changes import RunFacts
from app.registration.line import stand
from app.registration.models import Registration, registration_quota
from app.registration.replanning import day_facts
from app.registration.rules import (
    CONFIRMED,
    ENDED,
    HELD,
    InLine,
    MailedEnough,
    Status,
    TwiceTheSameWorkshop,
    Why,
)
from app.registration.service import PARTICIPANT
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.registration.steps import (
    KI,
    OF_KI,
    OF_MUSTERAU,
    OFFICE,
    OPENED,
    ORGANISER,
    TOWN,
    Day,
    add_agencies,
    open_day,
)

SEQUENCES = int(os.environ.get("FACHTAG_TEST_SEQUENCES", "12"))
ORGANISATIONS = [KI, OFFICE, TOWN, "Stadt Musterstadt"]
QUOTAS = ["KIs", "Kreis Musterau", "Gäste"]
CODE = "Sommer-27"
_numbers = count(1)
ROUND_ONE = st.sampled_from(["1.1", "1.2", "1:open", "1:absent"])
ROUND_TWO = st.sampled_from(["2.1", "2.2", "2:open", "2:absent"])
CHOICE = st.tuples(ROUND_ONE, ROUND_TWO)


@dataclass(frozen=True)
class Counted:
    """The seats of the day, counted from the rows alone."""

    total: int | None
    taken: int
    held_back: dict[int, int]
    full: frozenset[int]
    reservations: frozenset[int]
    released: dict[int, object]
    under: dict[int, frozenset[int]]

    @property
    def free(self) -> int:
        return 10**6 if self.total is None else self.total - self.taken - sum(self.held_back.values())

    @property
    def house_full(self) -> bool:
        return self.total is not None and self.taken >= self.total

    def has_seat_for(self, registration_id: int) -> bool:
        mine = self.under[registration_id]
        reserved = any(self.held_back.get(one, 0) for one in mine) and not self.house_full
        return not mine & self.full and (self.free > 0 or reserved)

    def never_worse(self, first: int, second: int) -> bool:
        """Whether the first person may have every seat that the second one may have."""
        caps = {one: self.under[one] - self.reservations for one in (first, second)}
        held = {one: self.under[one] & self.reservations for one in (first, second)}
        return caps[first] <= caps[second] and held[first] >= held[second]


class AnyOrder(RuleBasedStateMachine):
    """A small full day: two seats, one or two in each run, two people in and two in line; with quotas for some.

    Every step of `Day` counts all rows anew; the invariants ask what counting alone does not show.
    """

    people = Bundle("people")

    @initialize(target=people, quotas=st.booleans(), hours=st.sampled_from([None, 24]))
    def open(self, quotas: bool, hours: int | None) -> object:
        self.by_team = True
        self.free_before = self.extra_before = 0
        capacity = 3 if quotas else 2
        self.day: Day = open_day(capacity=capacity, slug=f"tag-{next(_numbers)}", offer_hours=hours)
        for label, seats in {"1.1": 1, "1.2": 2, "2.1": 2, "2.2": 1}.items():
            self.day.set_run(label, capacity=seats)
        self.closes_at = self.day.event.registration_closes_at
        self.left: set[str] = set()
        self.before: dict[str, tuple[Status, int | None]] = {}
        for name in QUOTAS if quotas else []:
            self.set_quota(name, 1, dated=False)
        for number, labels in enumerate((("1.1",), ("1.2", "2.1"), ("1.1",), ("2.2",))):
            self.day.join(f"p{number}", labels=labels, organisation=ORGANISATIONS[number])
        return multiple(*self.day.ids)

    def teardown(self) -> None:
        """Every check counts the whole database: sequences before this one would only make it slow."""
        OPENED.remove(self.day)
        db.session.rollback()
        with transaction() as session:
            for table in (Event, Message, AuditEntry, Budget):
                session.execute(delete(table))

    # -- what people do

    @rule(target=people, choice=CHOICE, organisation=st.sampled_from(ORGANISATIONS), coded=st.booleans())
    def register(self, choice: tuple[str, str], organisation: str, coded: bool) -> object:
        name = f"p{len(self.day.ids)}"
        code = CODE if coded and self.day.event.code_count else ""
        before, in_line = self.counted(), self.in_line()
        try:
            self.day.register(name, *choice, organisation=organisation, code=code)
        except TwiceTheSameWorkshop:
            assert choice == ("1.2", "2.2")
            return multiple()
        except Refusal:
            assert not self.is_open
            return multiple()
        new = self.day.of(name)
        free = replace(before, under=self.counted().under).has_seat_for(new.id)
        assert new.holds_seat == (free and not any(before.has_seat_for(one) for one in in_line))
        return name

    @rule(target=people, organisation=st.sampled_from(ORGANISATIONS))
    def join(self, organisation: str) -> object:
        """Register and confirm at once, so that lines grow."""
        name = f"p{len(self.day.ids)}"
        if not self.is_open:
            return multiple()
        self.day.join(name, organisation=organisation)
        return name

    @rule(number=st.integers(0, 7))
    def a_seat_becomes_free(self, number: int) -> None:
        seated = [name for name in self.day.ids if self.day.of(name).holds_seat]
        if number < len(seated):
            self.day.cancel(seated[number])
            self.left.add(seated[number])

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
    def accept(self, name: str) -> None:
        was = self.day.status(name)
        try:
            self.day.accept(name)
        except Refusal:
            assert was not in {Status.OFFERED, Status.REGISTERED}
        else:
            assert self.day.status(name) is Status.REGISTERED

    @rule(name=people)
    def decline(self, name: str) -> None:
        was = self.day.status(name)
        try:
            self.day.decline(name)
        except Refusal:
            assert was not in {Status.OFFERED, Status.CANCELLED}
        else:
            self.left.add(name)

    @rule(name=people, organisation=st.sampled_from(ORGANISATIONS), by_team=st.booleans())
    def move(self, name: str, organisation: str, by_team: bool) -> None:
        self.by_team = by_team
        try:
            self.day.move(name, organisation, by_team=by_team)
        except Refusal:
            assert not by_team

    @rule(target=people, name=people, known=st.integers(0, 9), by_team=st.booleans())
    def substitute(self, name: str, known: int, by_team: bool) -> object:
        """The line and every count stay; who is named and known already keeps the better of both."""
        one, seats, key = self.day.of(name), self.day.seats(), f"p{len(self.day.ids)}"
        status, held = one.status, (one.status, one.holds_seat, one.held_until)
        others = [one for one in self.day.ids if self.day.of(one).active and one != name]
        new = others[known] if known < len(others) else key
        local = new if new == key else self.day.of(new).email.partition("@")[0]
        try:
            by, nonce = ORGANISER if by_team else PARTICIPANT, f"nonce-{next(_numbers)}"
            self.day.substitute(name, local, by, key=key, nonce=nonce)
        except MailedEnough:
            return multiple()
        except Refusal:
            assert status not in CONFIRMED or (by_team and new != key)
            return multiple()
        assert status in CONFIRMED
        self.left.add(name)
        if key not in self.day.ids:
            assert self.day.of(new).active
            return multiple()
        now = self.day.of(key)
        assert (now.status, now.holds_seat, now.held_until) == held
        if new == key:
            assert self.day.seats() == seats
        else:
            self.left.add(new)
        self.before[key] = self.before.pop(name)
        return key

    @rule(name=people)
    def hold_ends(self, name: str) -> None:
        if self.day.status(name) in HELD:
            self.left.add(name)
        self.day.expire(name, now=self.day.now)  # asked too early: nothing happens
        held_until = self.day.of(name).held_until
        if held_until is not None:
            self.day.expire(name, now=max(held_until, self.day.now))

    # -- what organisers do

    @rule(name=st.sampled_from(QUOTAS), seats=st.integers(0, 3), dated=st.booleans())
    def set_quota(self, name: str, seats: int, dated: bool) -> None:
        """Add it, or change it; a limit below what is taken is refused."""
        self.by_team = True
        found = self.quota(name)
        effect = QuotaEffect.CAP if name == "Kreis Musterau" else QuotaEffect.RESERVE
        release_at = self.day.now + timedelta(hours=1) if dated and effect is QuotaEffect.RESERVE else None
        aim = {"KIs": OF_KI, "Kreis Musterau": OF_MUSTERAU, "Gäste": Aim(QuotaTarget.CODE, code=CODE)}[name]
        try:
            if found is None:
                self.day.add_quota(name, seats, effect, aim, release_at)
            else:
                self.day.change_quota(found.id, capacity=seats, release_at=release_at)
        except Refusal:
            assert effect is QuotaEffect.CAP
            self.day.check()

    @rule(name=st.sampled_from(QUOTAS))
    def remove_quota(self, name: str) -> None:
        self.by_team = True
        found = self.quota(name)
        if found is not None:
            self.day.remove_quota(found.id)

    @rule(hours=st.sampled_from([0, 2]))
    def release(self, hours: int) -> None:
        """The worker's job, before or after the date."""
        self.day.release(self.day.now + timedelta(hours=hours))

    @rule(hours=st.sampled_from([None, 24]))
    def offer_or_not(self, hours: int | None) -> None:
        self.change_day(offer_hours=hours)

    def quota(self, name: str) -> Quota | None:
        db.session.rollback()
        return db.session.scalar(select(Quota).where(Quota.event_id == self.day.event_id, Quota.name == name))

    @rule(target=people, choice=CHOICE, extra=st.booleans())
    def add_by_hand(self, choice: tuple[str, str], extra: bool) -> object:
        self.by_team = True
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
        self.by_team = True
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
        """Numbers never change hands; nobody who moved up stood behind somebody who might have had the seat."""
        people = {name: self.day.of(name) for name in self.day.ids}
        now = {name: (one.status, one.waiting_number) for name, one in people.items()}
        numbers = [number for _, number in now.values() if number is not None]
        assert len(numbers) == len(set(numbers))
        waited = [name for name, (status, _) in self.before.items() if status is Status.WAITING]
        moved = [name for name in waited if now[name][0] in {Status.REGISTERED, Status.OFFERED}]
        still = [name for name in waited if now[name][0] is Status.WAITING]
        counted = self.counted()
        for first in still:
            for second in moved:
                if counted.never_worse(people[first].id, people[second].id):
                    assert (now[first][1] or 0) > (now[second][1] or 0), (first, second)
        assert all(now[name][1] == self.before[name][1] for name in waited)
        self.before = now

    @invariant()
    def nothing_reserved_is_given_away(self) -> None:
        """But by the team, which may reserve more than there is or put somebody in."""
        free, extra = self.counted().free, self.extra
        assert self.by_team or (free >= min(self.free_before, 0) and extra <= self.extra_before)
        self.by_team, self.free_before, self.extra_before = False, free, extra

    @invariant()
    def no_seat_is_free_while_somebody_waits(self) -> None:
        if not self.is_open:
            return
        counted = self.counted()
        waiting = select(Registration.id).where(
            Registration.event_id == self.day.event_id, Registration.status == Status.WAITING
        )
        assert [one for one in db.session.scalars(waiting) if counted.has_seat_for(one)] == []
        for label in self.day.runs:
            run = self.day.run(label)
            assert run.seats.full or run.waiting == 0, label

    @invariant()
    def what_people_are_told_is_true(self) -> None:
        counted, event = self.counted(), self.day.event
        of_day = select(Registration).where(Registration.event_id == event.id)
        people = list(db.session.scalars(of_day.order_by(Registration.waiting_number)))
        offers = any(one.status is Status.OFFERED for one in people)
        in_line = [one for one in people if one.active and not one.holds_seat]
        told = stand(db.session(), event, people, self.day.now)
        assert list(told) == [one.id for one in in_line]
        assert [one.before for one in told.values()] == list(range(len(in_line)))
        for one in in_line:
            said = told[one.id]
            assert (said.why is Why.CLOSED) == (not self.is_open)
            if self.is_open:
                assert self.is_true(said, one, counted, offers=offers), (said, counted)

    def is_true(self, said: InLine, one: Registration, counted: Counted, *, offers: bool) -> bool:
        if said.why is Why.NEXT:
            return counted.has_seat_for(one.id) and one.status is Status.UNCONFIRMED
        if counted.has_seat_for(one.id):
            return False
        if said.why is Why.QUOTA_FULL:
            found = self.quota(said.quota)
            return found is not None and found.id in counted.full & counted.under[one.id]
        if said.why in {Why.EVENT_FULL, Why.OFFER}:
            return counted.house_full and offers == (said.why is Why.OFFER)
        dates = [date for quota, date in counted.released.items() if counted.held_back.get(quota) and date]
        return not counted.house_full and counted.free <= 0 and said.until in (dates or [None])

    @property
    def extra(self) -> int:
        """Seats beyond what there is, of the day and of its quotas."""
        event = self.day.event
        return event.extra + sum(db.session.scalars(select(Quota.extra).where(Quota.event_id == event.id)))

    def in_line(self) -> list[int]:
        people = select(Registration).where(Registration.event_id == self.day.event_id)
        return [one.id for one in db.session.scalars(people) if one.active and not one.holds_seat]

    def counted(self) -> Counted:
        event = self.day.event
        people = db.session.scalars(select(Registration).where(Registration.event_id == event.id)).all()
        under: dict[int, set[int]] = {one.id: set() for one in people}
        for registration_id, quota_id in db.session.execute(select(registration_quota)):
            under[registration_id].add(quota_id)
        quotas = db.session.scalars(select(Quota).where(Quota.event_id == event.id)).all()
        taken = {
            quota.id: sum(one.holds_seat and quota.id in under[one.id] for one in people) for quota in quotas
        }
        caps = [quota for quota in quotas if quota.effect is QuotaEffect.CAP]
        reservations = [
            quota for quota in quotas if quota.effect is QuotaEffect.RESERVE and quota.released_at is None
        ]
        return Counted(
            total=None if event.capacity is None else event.capacity + event.extra,
            taken=sum(one.holds_seat for one in people),
            held_back={quota.id: max(quota.capacity - taken[quota.id], 0) for quota in reservations},
            full=frozenset(quota.id for quota in caps if taken[quota.id] >= quota.capacity + quota.extra),
            reservations=frozenset(quota.id for quota in quotas if quota.effect is QuotaEffect.RESERVE),
            released={quota.id: quota.release_at for quota in reservations},
            under={one: frozenset(quotas) for one, quotas in under.items()},
        )


@pytest.mark.long
def test_any_order(app: Flask) -> None:
    with app.app_context():
        add_agencies()
        run_state_machine_as_test(
            AnyOrder,
            settings=settings(
                max_examples=SEQUENCES,
                stateful_step_count=25,
                deadline=None,
                database=None,
                phases=(Phase.generate,),  # shrinking takes minutes; 25 steps can be read
                suppress_health_check=list(HealthCheck),
            ),
        )
