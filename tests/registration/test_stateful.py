# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Any order of steps that people and organisers can think of; after each of them seats, quotas and lines are as they
must be, and what people are told of them is true (T30, F33, F34, F36).

FACHTAG_TEST_SEQUENCES=1000 runs a thousand sequences on each database instead of a dozen.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
from sqlalchemy import delete, select, update

from app.events.models import Event, Quota
from app.events.rules import TAKES_REGISTRATIONS, Aim, QuotaEffect, QuotaTarget
from app.organisation_admin import service as organisation_admin
from app.organisation_admin.models import OrganisationMerge
from app.organisations.models import Organisation
from app.outbox.models import Message
from app.people.models import AuditEntry, Budget
from app.refusal import Refusal
from app.registration import correcting
from app.registration.history import PARTICIPANT
from app.registration.models import Group, Registration, registration_quota
from app.registration.quotas.rules import Position, Why
from app.registration.quotas.waiting_list import positions_of
from app.registration.rules import (
    CONFIRMED,
    ENDED,
    MailedEnough,
    PlaceState,
    Status,
    TooFewSeats,
    TwiceTheSameWorkshop,
)
from app.registration.workshops.models import Place
from app.registration.workshops.swapping import next_chain
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
    add_organisations,
    open_day,
)
from tests.scheduling.steps import change_facts, replan_run

SEQUENCES = int(os.environ.get("FACHTAG_TEST_SEQUENCES", "12"))
ORGANISATIONS = [KI, OFFICE, TOWN, "Stadt Musterstadt"]
QUOTAS = ["KIs", "Kreis Musterau", "Gäste"]
CODE = "Sommer-27"
_numbers = count(1)
ROUND_ONE = st.sampled_from(["1.1", "1.2", "1:open", "1:absent"])
ROUND_TWO = st.sampled_from(["2.1", "2.2", "2:open", "2:absent"])
CHOICE = st.tuples(ROUND_ONE, ROUND_TWO)
ALONG = st.sampled_from([0, 0, 1, 2])


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
    left: dict[int, int]  # of each limit
    chairs: dict[int, int]
    together: dict[int, tuple[int, ...]]  # who is in line and comes only with others → all of them

    @property
    def free(self) -> int:
        return 10**6 if self.total is None else self.total - self.taken - sum(self.held_back.values())

    @property
    def house_full(self) -> bool:
        return self.total is not None and self.taken >= self.total

    def has_seat_for(self, registration_id: int, chairs: int = 0) -> bool:
        """Of a reservation comes one chair at most; those of who comes along are of the ones for everybody."""
        mine, chairs = self.under[registration_id], chairs or self.chairs[registration_id]
        reserved = sum(bool(self.held_back.get(one, 0)) for one in mine)
        if mine & self.full:
            return False
        if reserved and chairs == 1:
            return not self.house_full
        return self.free + reserved >= chairs

    def beside(self, before: Sequence[int]) -> "Counted":
        """What is free beside the chairs that stay free for those in line before who do not come alone."""
        counted = self
        for one in before:
            if one in counted.together or not counted.has_seat_for(one, chairs=1):
                continue
            if not counted.has_seat_for(one):
                counted = counted.kept_for(one)
        return counted

    def kept_for(self, registration_id: int) -> "Counted":
        after = self.after(registration_id)
        if self.total is None or after.free >= 0:
            return after
        return replace(after, taken=max(after.taken + after.free, self.taken))

    def may_have_one(self, registration_id: int, before: Sequence[int] = ()) -> bool:
        """Somebody in line; with all the others, if they come only together."""
        group = self.together.get(registration_id)
        if before:
            return self.beside(before).may_have_one(registration_id)
        if group is None:
            return self.has_seat_for(registration_id)
        counted = self
        for one in group:
            if not counted.has_seat_for(one):
                return False
            counted = counted.after(one)
        return True

    def after(self, registration_id: int) -> "Counted":
        mine = self.under[registration_id]
        left = {quota: number - (quota in mine) for quota, number in self.left.items()}
        return replace(
            self,
            taken=self.taken + self.chairs[registration_id],
            held_back={one: max(n - (one in mine), 0) for one, n in self.held_back.items()},
            left=left,
            full=frozenset(one for one, number in left.items() if number <= 0),
        )

    def never_worse(self, first: int, second: int) -> bool:
        """Whether the first person may have every seat that the second one may have."""
        if self.chairs[first] > self.chairs[second] and self.under[second] & self.reservations:
            return False  # who comes alone takes the last seat of a reservation
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
        self.shared_before: dict[int, int] = {}
        capacity = 3 if quotas else 2
        self.day: Day = open_day(capacity=capacity, slug=f"tag-{next(_numbers)}", offer_hours=hours)
        for label, seats in {"1.1": 1, "1.2": 2, "2.1": 2, "2.2": 1}.items():
            self.day.set_run(label, capacity=seats)
        self.closes_at = self.day.event.registration_closes_at
        self.left: set[str] = set()
        self.merges: list[int] = []
        self.groups: list[int] = []
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
            session.execute(update(Organisation).values(merged_into_id=None))
            for table in (OrganisationMerge, Event, Message, AuditEntry, Budget):
                session.execute(delete(table))

    # -- what people do

    @rule(
        target=people,
        choice=CHOICE,
        organisation=st.sampled_from(ORGANISATIONS),
        coded=st.booleans(),
        along=ALONG,
    )
    def register(self, choice: tuple[str, str], organisation: str, coded: bool, along: int) -> object:
        name = f"p{len(self.day.ids)}"
        code = CODE if coded and self.day.event.code_count else ""
        before, in_line = self.counted(), self.in_line()
        try:
            self.day.register(name, *choice, organisation=organisation, code=code, accompanying=along)
        except TwiceTheSameWorkshop:
            assert choice == ("1.2", "2.2")
            return multiple()
        except Refusal:
            assert not self.is_open
            return multiple()
        new = self.day.of(name)
        after = self.counted()
        known = replace(before, under=after.under, chairs=after.chairs)
        waits = any(known.may_have_one(one, in_line[:at]) for at, one in enumerate(in_line))
        assert new.has_seat == (known.beside(in_line).has_seat_for(new.id) and not waits)
        return name

    @rule(target=people, organisation=st.sampled_from(ORGANISATIONS), along=ALONG)
    def join(self, organisation: str, along: int) -> object:
        """Register and confirm at once, so that lines grow."""
        name = f"p{len(self.day.ids)}"
        if not self.is_open:
            return multiple()
        self.day.join(name, organisation=organisation, accompanying=along)
        return name

    @rule(name=people, along=ALONG, by_team=st.booleans())
    def accompany(self, name: str, along: int, by_team: bool) -> None:
        """More or fewer come along. Nothing is changed where there are not enough chairs, in the day or in a run."""
        self.by_team = by_team
        before, places = self.day.of(name).accompanying, self.day.places(name)
        try:
            self.day.accompany(name, along, by_team=by_team)
        except Refusal:
            assert along > before
            assert self.day.of(name).accompanying == before
        else:
            assert self.day.of(name).accompanying == along
        if along > before:
            assert self.day.places(name) == places

    @rule(number=st.integers(0, 7))
    def a_seat_becomes_free(self, number: int) -> None:
        seated = [name for name in self.day.ids if self.day.of(name).has_seat]
        if number < len(seated):
            self.day.cancel(seated[number])
            self.left.add(seated[number])

    @rule(name=people)
    def confirm(self, name: str) -> None:
        was = self.day.status(name)
        try:
            self.day.confirm(name)
        except Refusal:
            assert was in {Status.CANCELLED, Status.REJECTED} or (was is Status.EXPIRED and not self.is_open)
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
            correcting.leave_run_line(session, self.day.ids[name], self.day.runs[label], self.day.now)

    @rule(name=consumes(people))
    def cancel(self, name: str) -> None:
        try:
            self.day.cancel(name)
        except Refusal:
            assert name in self.left
        self.left.add(name)

    @rule(asks=st.booleans())
    def ask_the_team(self, asks: bool) -> None:
        self.change_day(approval=asks)

    @rule(name=people)
    def approve(self, name: str) -> None:
        was = self.day.status(name)
        try:
            self.day.approve(name)
        except Refusal:
            assert was in ENDED | {Status.UNCONFIRMED}
        else:
            assert was in CONFIRMED
            assert self.day.status(name) is not Status.PENDING

    @rule(name=people)
    def reject(self, name: str) -> None:
        was = self.day.status(name)
        try:
            self.day.reject(name)
        except Refusal:
            assert was is not Status.PENDING
        else:
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
        status, held, alone = one.status, (one.status, one.has_seat, one.reserved_until), not one.accompanying
        people = {one: self.day.of(one) for one in self.day.ids if one != name}
        others = [key for key, person in people.items() if person.active and person.email]
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
        assert now.accompanying == 0
        if alone or held[1]:  # in line, alone they may fit in at once
            assert (now.status, now.has_seat, now.reserved_until) == held
        if new == key:
            assert self.day.seats() == seats or not alone
        else:
            self.left.add(new)
        self.before[key] = self.before.pop(name)
        return key

    @rule(
        target=people,
        size=st.integers(1, 3),
        together=st.booleans(),
        organisation=st.sampled_from(ORGANISATIONS),
        along=ALONG,
    )
    def group(self, size: int, together: bool, organisation: str, along: int) -> object:
        """All rows are in, in their order; who comes only together gets seats for all or none."""
        names = [f"p{len(self.day.ids) + number}" for number in range(size)]
        if not self.is_open:
            return multiple()
        contact = f"k{next(_numbers)}"
        number = self.day.group(
            contact, *names, together=together, organisation=organisation, accompanying=along
        )
        seats = [self.day.of(name).has_seat for name in names]
        assert seats == sorted(seats, reverse=True)
        assert not together or len(set(seats)) == 1
        self.groups.append(number)
        return multiple(*names)

    @rule(which=st.integers(0, 5))
    def confirm_group(self, which: int) -> None:
        if which >= len(self.groups):
            return
        members = [name for name in self.day.ids if self.day.of(name).group_id == self.groups[which]]
        late = [name for name in members if self.day.status(name) is Status.EXPIRED]
        confirmed = self.group_of(which).confirmed_at
        try:
            self.day.confirm_group(self.groups[which])
        except Refusal:
            assert (bool(late), self.is_open) == (True, False)
        else:
            self.left -= set() if confirmed else set(late)

    @rule(seats=st.integers(1, 2), organisation=st.sampled_from(ORGANISATIONS))
    def allot(self, seats: int, organisation: str) -> None:
        """Seats for nobody yet are rows like others; `left` knows them by their own names."""
        self.by_team = True
        free = self.day.seats()[0]
        try:
            number = self.day.allot(f"k{next(_numbers)}", seats, organisation)
        except TooFewSeats:
            return
        assert self.day.seats()[0] == free + seats
        self.groups.append(number)
        for one in self.unnamed(number):
            self.day.ids[f"p{len(self.day.ids)}"] = one

    @rule(target=people, which=st.integers(0, 5))
    def name_a_seat(self, which: int) -> object:
        """The seat stays where it is; without one somebody more is registered or waits."""
        if which >= len(self.groups) or self.group_of(which).confirmed_at is None:
            return multiple()
        seats, before = self.unnamed(self.groups[which]), self.day.seats()
        name = f"p{len(self.day.ids)}"
        if not seats and not self.is_open:
            return multiple()
        self.day.add_colleague(self.groups[which], f"q{next(_numbers)}", key=name)
        if not seats:
            return name
        assert self.day.seats() == before
        own = next(key for key, one in self.day.ids.items() if one == seats[0])
        assert self.day.status(own) is Status.REGISTERED
        del self.day.ids[name]
        return own

    def group_of(self, which: int) -> Group:
        db.session.rollback()
        return db.session.get_one(Group, self.groups[which], populate_existing=True)

    def unnamed(self, group_id: int) -> list[int]:
        """Seats of a group that nobody is named for."""
        db.session.rollback()
        kept = select(Registration.id).where(
            Registration.group_id == group_id,
            Registration.email == "",
            Registration.status == Status.UNCONFIRMED,
            Registration.reserved_until > self.day.now,
        )
        return list(db.session.scalars(kept.order_by(Registration.id)))

    @rule(name=people)
    def hold_ends(self, name: str) -> None:
        one = self.day.of(name)
        group, status, reserved_until = one.group_id, one.status, one.reserved_until
        if reserved_until is None:
            self.day.expire(name, now=self.day.now)  # nothing happens
            return
        over = max(reserved_until, self.day.now)
        with_it = {
            key
            for key in self.day.ids
            if group is not None and status is Status.UNCONFIRMED and self.holds_over(key, group, over)
        }
        self.left |= {name} | with_it
        if reserved_until > self.day.now:
            self.day.expire(name, now=self.day.now)  # asked too early: nothing happens, to nobody of a group
            assert self.day.status(name) is status
        self.day.expire(name, now=over)

    def holds_over(self, name: str, group_id: int, moment: datetime) -> bool:
        one = self.day.of(name)
        held = one.reserved_until if one.status is Status.UNCONFIRMED else None
        return one.group_id == group_id and held is not None and held <= moment

    @rule(which=st.integers(0, 5))
    def seats_go_back(self, which: int) -> None:
        """Nobody was named until the date."""
        if which < len(self.groups) and (kept := self.unnamed(self.groups[which])):
            names = [key for key, one in self.day.ids.items() if one in kept]
            until = self.day.of(names[0]).reserved_until
            assert until is not None
            self.left |= set(names)
            self.day.expire(names[0], now=max(until, self.day.now))

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

    @rule(old=st.sampled_from(ORGANISATIONS), new=st.sampled_from(ORGANISATIONS))
    def merge(self, old: str, new: str) -> None:
        """People and quotas follow; whatever makes no sense is refused and changes nothing."""
        self.by_team = True
        found = db.session.scalars(select(Organisation).where(Organisation.name.in_((old, new))))
        by_name = {one.name: one for one in found}
        pair = [by_name[name] for name in (old, new) if name in by_name]
        if len(pair) < 2 or pair[0] is pair[1]:
            return
        absurd = pair[1].provisional or any(one.is_alias for one in pair)
        ids = [one.id for one in pair]
        try:
            with self.day.step() as session:
                self.merges.append(organisation_admin.merge(session, *ids, PARTICIPANT, self.day.now).id)
        except Refusal:
            assert absurd
        else:
            assert not absurd

    @rule(number=st.integers(0, 3))
    def take_back(self, number: int) -> None:
        self.by_team = True
        if number < len(self.merges):
            try:
                with self.day.step() as session:
                    organisation_admin.undo_merge(session, self.merges[number], PARTICIPANT, self.day.now)
            except Refusal:
                self.day.check()

    def quota(self, name: str) -> Quota | None:
        db.session.rollback()
        return db.session.scalar(select(Quota).where(Quota.event_id == self.day.event_id, Quota.name == name))

    @rule(target=people, choice=CHOICE, extra=st.booleans(), along=ALONG)
    def add_manually(self, choice: tuple[str, str], extra: bool, along: int) -> object:
        self.by_team = True
        name = f"p{len(self.day.ids)}"
        try:
            self.day.add(name, *choice, extra=extra, accompanying=along)
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
                replan_run(session, self.day.runs[label], self.day.now, capacity=capacity)
        except Refusal:
            assert self.day.run(label).taken > capacity

    def change_day(self, **facts: object) -> None:
        self.by_team = True
        try:
            with self.day.step() as session:
                change_facts(session, self.day.event_id, self.day.now, **facts)
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
            if people[first].id in counted.together:
                continue  # passed over until there are seats for all of it; asked below
            for second in moved:
                if counted.never_worse(people[first].id, people[second].id):
                    assert (now[first][1] or 0) > (now[second][1] or 0), (first, second)
        assert all(now[name][1] == self.before[name][1] for name in waited)
        self.before = now

    @invariant()
    def nothing_reserved_is_given_away(self) -> None:
        """But by the team, which may reserve more than there is or put somebody in. And whoever sat on a seat of two
        reservations filled both: that left a seat for others, and when they leave, both are open again for one seat."""
        counted, extra = self.counted(), self.extra
        shared = {
            one.id: len(counted.under[one.id] & counted.held_back.keys()) - 1
            for one in db.session.scalars(
                select(Registration).where(Registration.event_id == self.day.event_id)
            )
            if one.has_seat
        }
        twice = sum(max(more, 0) for one, more in self.shared_before.items() if one not in shared)
        free, before = counted.free, min(self.free_before, 0) - twice
        assert self.by_team or (free >= before and extra <= self.extra_before)
        self.by_team, self.free_before, self.extra_before, self.shared_before = False, free, extra, shared

    @invariant()
    def no_seat_is_free_while_somebody_waits(self) -> None:
        if not self.is_open:
            return
        counted = self.counted()
        waiting = select(Registration.id).where(
            Registration.event_id == self.day.event_id, Registration.status == Status.WAITING
        )
        unready = {one for group in counted.together.values() if not self.all_wait(group) for one in group}
        line = list(db.session.scalars(waiting.order_by(Registration.waiting_number)))
        may_have = [one for at, one in enumerate(line) if counted.may_have_one(one, line[:at])]
        assert [one for one in may_have if one not in unready] == []
        for label in self.day.runs:
            run = self.day.run(label)
            assert run.waiting == 0 or run.seats.missing(self.first_in_line(label)), label

    def first_in_line(self, label: str) -> int:
        """How many chairs the first one needs who waits for this run."""
        first = (
            select(Registration)
            .join(Place, Place.registration_id == Registration.id)
            .where(Place.run_id == self.day.runs[label], Place.state == PlaceState.WAITING)
            .order_by(Place.waiting_number)
            .limit(1)
        )
        return 1 + db.session.scalars(first).one().accompanying

    @invariant()
    def nobody_waits_for_a_place_they_could_swap_for(self) -> None:
        event = self.day.event
        assert not self.is_open or next_chain(db.session(), event) is None

    @invariant()
    def what_people_are_told_is_true(self) -> None:
        counted, event = self.counted(), self.day.event
        of_day = select(Registration).where(Registration.event_id == event.id)
        people = list(db.session.scalars(of_day.order_by(Registration.waiting_number)))
        offers = any(one.status is Status.OFFERED for one in people)
        in_line = [one for one in people if one.active and not one.has_seat]
        told = positions_of(db.session(), event, people, self.day.now)
        assert list(told) == [one.id for one in in_line]
        assert [one.before for one in told.values()] == list(range(len(in_line)))
        for one in in_line:
            said = told[one.id]
            assert (said.why is Why.CLOSED) == (not self.is_open)
            if self.is_open:
                assert self.is_true(said, one, counted, offers=offers), (said, counted)

    def is_true(self, said: Position, one: Registration, counted: Counted, *, offers: bool) -> bool:
        group = counted.together.get(one.id)
        if said.why is Why.NEXT:
            before = [mate for mate in self.in_line() if mate != one.id]
            kept = not counted.beside(before).has_seat_for(one.id)
            unready = one.status is not Status.WAITING if group is None else not self.all_wait(group)
            return counted.may_have_one(one.id) and (unready or kept)
        if said.why is Why.TOGETHER:
            chairs = sum(counted.chairs[mate] for mate in group or ())
            return group is not None and said.seats == chairs and not counted.may_have_one(one.id)
        if counted.has_seat_for(one.id) or (group is not None and said.why is not Why.QUOTA_FULL):
            return False
        if said.why is Why.QUOTA_FULL:
            found = self.quota(said.quota)
            return found is not None and found.id in counted.full & counted.under[one.id]
        return self.is_full(said, one, counted, offers=offers)

    @staticmethod
    def is_full(said: Position, one: Registration, counted: Counted, *, offers: bool) -> bool:
        if said.why is Why.ACCOMPANIED:
            return counted.has_seat_for(one.id, chairs=1) and said.seats == counted.chairs[one.id]
        if said.why in {Why.EVENT_FULL, Why.OFFER}:
            return counted.house_full and offers == (said.why is Why.OFFER)
        dates = [date for quota, date in counted.released.items() if counted.held_back.get(quota) and date]
        return not counted.house_full and counted.free <= 0 and said.until in (dates or [None])

    def all_wait(self, group: tuple[int, ...]) -> bool:
        statuses = select(Registration.status).where(Registration.id.in_(group))
        return set(db.session.scalars(statuses)) == {Status.WAITING}

    @property
    def extra(self) -> int:
        """Seats beyond what there is, of the day and of its quotas."""
        event = self.day.event
        return event.extra + sum(db.session.scalars(select(Quota.extra).where(Quota.event_id == event.id)))

    def in_line(self) -> list[int]:
        people = select(Registration).where(Registration.event_id == self.day.event_id)
        line = [one for one in db.session.scalars(people) if one.active and not one.has_seat]
        return [one.id for one in sorted(line, key=lambda one: one.waiting_number or 0)]

    def counted(self) -> Counted:
        event = self.day.event
        people = db.session.scalars(select(Registration).where(Registration.event_id == event.id)).all()
        under: dict[int, set[int]] = {one.id: set() for one in people}
        for registration_id, quota_id in db.session.execute(select(registration_quota)):
            under[registration_id].add(quota_id)
        quotas = db.session.scalars(select(Quota).where(Quota.event_id == event.id)).all()
        taken = {
            quota.id: sum(one.has_seat and quota.id in under[one.id] for one in people) for quota in quotas
        }
        caps = [quota for quota in quotas if quota.effect is QuotaEffect.CAP]
        reservations = [
            quota for quota in quotas if quota.effect is QuotaEffect.RESERVE and quota.released_at is None
        ]
        return Counted(
            total=None if event.capacity is None else event.capacity + event.extra,
            taken=sum(1 + one.accompanying for one in people if one.has_seat),
            held_back={quota.id: max(quota.capacity - taken[quota.id], 0) for quota in reservations},
            full=frozenset(quota.id for quota in caps if taken[quota.id] >= quota.capacity + quota.extra),
            reservations=frozenset(quota.id for quota in quotas if quota.effect is QuotaEffect.RESERVE),
            released={quota.id: quota.release_at for quota in reservations},
            under={one: frozenset(quotas) for one, quotas in under.items()},
            left={quota.id: quota.capacity + quota.extra - taken[quota.id] for quota in caps},
            chairs={one.id: 1 + one.accompanying for one in people},
            together=self.together(people),
        )

    @staticmethod
    def together(people: Sequence[Registration]) -> dict[int, tuple[int, ...]]:
        found: dict[int, tuple[int, ...]] = {}
        for one in people:
            group = one.group
            if group is not None and group.together and one.active and not one.has_seat:
                mates = [mate for mate in people if mate.group is group and mate.active and not mate.has_seat]
                if len(mates) > 1:
                    in_order = sorted(mates, key=lambda mate: mate.waiting_number or 0)
                    found[one.id] = tuple(mate.id for mate in in_order)
        return found


@pytest.mark.long
@pytest.mark.random
def test_any_order(app: Flask) -> None:
    with app.app_context():
        add_organisations()
        run_state_machine_as_test(
            AnyOrder,
            settings=settings(
                max_examples=SEQUENCES,
                stateful_step_count=25,
                deadline=None,
                phases=(Phase.generate,),  # shrinking takes minutes; 25 steps can be read
                suppress_health_check=list(HealthCheck),
            ),
        )
