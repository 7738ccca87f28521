# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people do at a day, one committed transaction per step, and what must be true after each of them.

    day = open_day(capacity=2)
    day.register("anna")
    day.confirm("anna")
    assert day.status("anna") is Status.REGISTERED

People are called by their given name. Every test ends with `check`: counters equal the rows behind them. (The
stateful test checks after every step.)
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.attendees import approval, manual
from app.events.models import Event, Quota
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.organisations.rules import UsualKind
from app.organisations.service import add_organisation
from app.organising.checks import data_findings
from app.outbox.models import Message
from app.outbox.rules import State
from app.programme.models import Run
from app.registration import correcting, service, substituting
from app.registration.admission import Entry
from app.registration.groups import members
from app.registration.groups import service as groups
from app.registration.groups.service import Allotment, GroupEntry
from app.registration.history import PARTICIPANT, By
from app.registration.models import Group, Registration, StatusChange, registration_quota
from app.registration.person import Person
from app.registration.queries import members_of
from app.registration.questions.answers import Given
from app.registration.quotas import service as quotas
from app.registration.quotas import waiting_list
from app.registration.quotas.rules import Position
from app.registration.quotas.service import QuotaFacts
from app.registration.rules import IN_LINE, Actor, Participation, PlaceState, RoundAnswer, Status
from app.registration.workshops.models import Place, RoundAbsence
from app.registration.workshops.places import Choices
from app.scheduling.service import CallingOff
from app.web.database import db, transaction
from tests.factories.days import NOW, at, make_event, make_programme

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
CLOSED = at("23:59").replace(year=2031, month=3, day=1)
ORGANISER = By(Actor.ORGANISER, None, "am Telefon")
WHY = CallingOff("Der Veranstaltungsort ist gesperrt.", "Wir laden im Herbst wieder ein.")
OPENED: list["Day"] = []  # of the running test; conftest counts them at its end


def person(name: str, **changes: Any) -> Person:
    facts: dict[str, Any] = {
        "given_name": name.capitalize(),
        "family_name": "Beispiel",
        "email": f"{name}@example.org",
        "organisation": "Stadt Musterstadt",
        "role_title": "Beratung",
    }
    return Person(**(facts | changes))


@dataclass
class Day:
    """A day under test. `now` moves on by a minute with every step, unless the test sets it."""

    event_id: int
    runs: dict[str, int]
    rounds: dict[int, int]
    now: datetime = NOW
    ids: dict[str, int] = field(default_factory=dict)

    # -- steps

    @contextmanager
    def step(self, now: datetime | None = None) -> Iterator[Session]:
        """One committed transaction."""
        self.now = now if now is not None else self.now + MINUTE
        with transaction() as session:
            yield session

    def register(
        self,
        name: str,
        *labels: str,
        now: datetime | None = None,
        given: Given | None = None,
        **changes: Any,
    ) -> None:
        nonce, code = changes.pop("nonce", f"nonce-{name}"), changes.pop("code", "")
        entry = Entry(person(name, **changes), nonce, "de", self.choices(*labels), given, code)
        with self.step(now) as session:
            self.ids[name] = service.register(session, self.event_id, entry, self.now).id

    def confirm(self, name: str, now: datetime | None = None) -> None:
        with self.step(now) as session:
            service.confirm(session, self.ids[name], self.now)

    def join(self, *names: str, labels: tuple[str, ...] = (), **changes: Any) -> None:
        """Register and confirm, one after the other."""
        for name in names:
            self.register(name, *labels, **changes)
            self.confirm(name)

    def approve(self, name: str) -> None:
        with self.step() as session:
            approval.approve(session, self.ids[name], ORGANISER, self.now)

    def reject(self, name: str, why: str = "Der Tag ist für andere gedacht.") -> None:
        with self.step() as session:
            approval.reject(session, self.ids[name], replace(ORGANISER, note=why), self.now)

    def accept(self, name: str, now: datetime | None = None) -> None:
        with self.step(now) as session:
            service.accept(session, self.ids[name], self.now)

    def decline(self, name: str, now: datetime | None = None) -> None:
        with self.step(now) as session:
            service.decline(session, self.ids[name], self.now)

    def move(self, name: str, organisation: str, *, by_team: bool = False) -> None:
        """The person works somewhere else from now on."""
        with self.step() as session:
            one = session.get_one(Registration, self.ids[name])
            facts = person(name, organisation=organisation, accompanying=one.accompanying)
            correcting.change_person(session, one.id, facts, one.version, self.now, by_team=by_team)

    def accompany(self, name: str, number: int, *, by_team: bool = False) -> None:
        """So many come along from now on."""
        with self.step() as session:
            one = session.get_one(Registration, self.ids[name])
            facts = replace(one.person, accompanying=number)
            correcting.change_person(session, one.id, facts, one.version, self.now, by_team=by_team)

    def take_part(
        self, name: str, way: Participation, *, by_team: bool = False, accompanying: int | None = None
    ) -> None:
        """In this way from now on."""
        with self.step() as session:
            one = session.get_one(Registration, self.ids[name])
            along = one.accompanying if accompanying is None else accompanying
            facts = replace(one.person, participation=way, accompanying=along)
            correcting.change_person(session, one.id, facts, one.version, self.now, by_team=by_team)

    def add_quota(
        self, name: str, seats: int, effect: QuotaEffect, aim: Aim, release_at: datetime | None = None
    ) -> int:
        with self.step() as session:
            facts = QuotaFacts(name, effect, aim, seats, release_at)
            return quotas.add_quota(session, self.event_id, facts, ORGANISER, self.now).id

    def change_quota(self, quota_id: int, **changes: Any) -> None:
        with self.step() as session:
            one = session.get_one(Quota, quota_id)
            facts = QuotaFacts(one.name, one.effect, one.aim, one.capacity, one.release_at)
            new = replace(facts, **changes)
            quotas.change_quota(session, self.event_id, quota_id, new, one.version, ORGANISER, self.now)

    def remove_quota(self, quota_id: int) -> None:
        with self.step() as session:
            quotas.remove_quota(session, self.event_id, quota_id, ORGANISER, self.now)

    def release(self, now: datetime | None = None) -> None:
        """What the worker's job does."""
        with self.step(now) as session:
            quotas.release_reservations(session, self.event_id, self.now)

    def substitute(
        self,
        name: str,
        successor: str,
        by: By = PARTICIPANT,
        now: datetime | None = None,
        **changes: str,
    ) -> None:
        """`key` is the name under which the new registration is remembered, if it is not the successor's."""
        key, nonce = changes.pop("key", successor), changes.pop("nonce", f"nonce-{name}-{successor}")
        organisation = changes.pop("organisation", self.organisation_of(name))
        entry = Entry(person(successor, organisation=organisation, **changes), nonce)
        with self.step(now) as session:
            new = substituting.substitute(session, self.ids[name], entry, by, self.now)
            if new is not None:
                self.ids[key] = new.id

    def group(
        self,
        contact: str,
        *names: str,
        together: bool = False,
        takes_part: bool = False,
        organisation: str = "Stadt Musterstadt",
        nonce: str = "",
        accompanying: int = 0,
    ) -> int:
        """The group's id; 0 when nothing was entered. `accompanying` of the last one."""
        first = [contact] if takes_part else []
        people = [person(name, organisation=organisation) for name in (*first, *names)]
        people[-1] = replace(people[-1], accompanying=accompanying)
        who = person(contact, organisation=organisation)
        given = GroupEntry(who, people, nonce or f"nonce-{'-'.join((contact, *names))}", "de", together)
        with self.step() as session:
            group = groups.register_group(session, self.event_id, given, self.now)
            self._remember(session, group)
            return group.id if group else 0

    def _remember(self, session: Session, group: Group | None) -> None:
        for one in members_of(session, group) if group else ():
            name = one.email.partition("@")[0]
            if name and one.active:
                self.ids[name] = one.id

    def confirm_group(self, group_id: int, now: datetime | None = None) -> None:
        with self.step(now) as session:
            groups.confirm_group(session, group_id, self.now)

    def add_colleague(self, group_id: int, name: str, nonce: str = "", key: str = "", **changes: Any) -> None:
        with self.step() as session:
            group = session.get_one(Group, group_id)
            who = person(name, organisation=group.organisation.name, **changes)
            entry = Entry(who, nonce or f"nonce-{group_id}-{name}")
            members.add_colleague(session, group_id, entry, self.now)
            if not key:
                self._remember(session, group)
            else:
                self.ids[key] = next(one.id for one in members_of(session, group) if one.nonce == entry.nonce)

    def substitute_member(self, group_id: int, name: str, successor: str) -> None:
        with self.step() as session:
            group = session.get_one(Group, group_id)
            entry = Entry(
                person(successor, organisation=group.organisation.name), f"nonce-{name}-{successor}"
            )
            reference = session.get_one(Registration, self.ids[name]).reference
            members.substitute_member(session, group_id, reference, entry, self.now)
            self._remember(session, group)

    def allot(
        self, contact: str, seats: int, organisation: str = "Stadt Musterstadt", until: datetime | None = None
    ) -> int:
        who = person(contact, organisation=organisation)
        with self.step() as session:
            wanted = Allotment(who, seats, until or self.now + 48 * HOUR, f"nonce-{contact}-{seats}")
            return groups.allot(session, self.event_id, wanted, ORGANISER, self.now).id

    def organisation_of(self, name: str) -> str:
        return self.of(name).organisation.name

    def cancel(self, name: str, by: By = PARTICIPANT, now: datetime | None = None) -> None:
        with self.step(now) as session:
            service.cancel(session, self.ids[name], by, self.now)

    def expire(self, name: str, now: datetime | None = None) -> None:
        with self.step(now if now is not None else self.now + HOUR) as session:
            service.expire(session, self.ids[name], self.now)

    def add(
        self,
        name: str,
        *labels: str,
        extra: bool = False,
        now: datetime | None = None,
        accompanying: int = 0,
    ) -> None:
        who = person(name, accompanying=accompanying)
        entry = Entry(who, f"nonce-{name}", "de", self.choices(*labels))
        with self.step(now) as session:
            added = manual.add(session, self.event_id, entry, ORGANISER, self.now, extra_seat=extra)
            self.ids[name] = added.id

    def choose(self, name: str, *labels: str, now: datetime | None = None) -> None:
        """Other workshops; "1:absent" and "1:open" say something of round 1."""
        with self.step(now) as session:
            correcting.change_choices(session, self.ids[name], self.choices(*labels), self.now)

    def choices(self, *labels: str) -> Choices:
        chosen: dict[int, int | RoundAnswer] = {}
        for label in labels:
            number, _, answer = label.partition(":")
            if answer:
                chosen[self.rounds[int(number)]] = RoundAnswer(answer)
            else:
                chosen[self.rounds[int(label[0])]] = self.runs[label]
        return chosen

    def set_event(self, **changes: Any) -> None:
        with transaction() as session:
            event = session.get_one(Event, self.event_id)
            for name, value in changes.items():
                setattr(event, name, value)

    def set_run(self, label: str, **changes: Any) -> None:
        with transaction() as session:
            run = session.get_one(Run, self.runs[label])
            for name, value in changes.items():
                setattr(run, name, value)

    # -- what is so

    @property
    def event(self) -> Event:
        db.session.rollback()
        return db.session.get_one(Event, self.event_id, populate_existing=True)

    def run(self, label: str) -> Run:
        db.session.rollback()
        return db.session.get_one(Run, self.runs[label], populate_existing=True)

    def of(self, name: str) -> Registration:
        db.session.rollback()
        return db.session.get_one(Registration, self.ids[name], populate_existing=True)

    def status(self, name: str) -> Status:
        return self.of(name).status

    def statuses(self) -> dict[str, Status]:
        return {name: self.status(name) for name in self.ids}

    def seats(self) -> tuple[int, int]:
        """Taken, and waiting."""
        event = self.event
        return event.taken, event.waiting

    def places(self, name: str) -> dict[str, str]:
        """Label → "place", "waiting 3" or "wanted"; and "absent" by the round's number."""
        labels = {run_id: label for label, run_id in self.runs.items()}
        db.session.rollback()
        found = db.session.scalars(select(Place).where(Place.registration_id == self.ids[name]))
        said = {
            labels[place.run_id]: place.state.value
            + (f" {place.waiting_number}" if place.state is PlaceState.WAITING else "")
            for place in found
        }
        rounds = {round_id: number for number, round_id in self.rounds.items()}
        absences = select(RoundAbsence.round_id).where(RoundAbsence.registration_id == self.ids[name])
        return said | {str(rounds[round_id]): "absent" for round_id in db.session.scalars(absences)}

    def quota(self, quota_id: int) -> tuple[int, int]:
        """Taken, and waiting."""
        db.session.rollback()
        quota = db.session.get_one(Quota, quota_id, populate_existing=True)
        return quota.taken, quota.waiting

    def line(self, name: str) -> Position | None:
        """What the person is told of the line."""
        return waiting_list.position_of(db.session(), self.of(name), self.now)

    def history(self, name: str) -> list[tuple[str | None, str, str, str]]:
        """From, to, actor, reason."""
        db.session.rollback()
        found = db.session.scalars(
            select(StatusChange)
            .where(StatusChange.registration_id == self.ids[name])
            .order_by(StatusChange.id)
        )
        return [
            (
                one.from_status.value if one.from_status else None,
                one.to_status.value,
                one.actor.value,
                one.reason.value,
            )
            for one in found
        ]

    def mails(self, name: str) -> list[str]:
        """Kinds of the mails that are on their way to the person, the oldest first; what was overtaken is not."""
        db.session.rollback()
        found = db.session.scalars(
            select(Message.kind)
            .where(Message.subject_id == self.ids[name], Message.state == State.QUEUED)
            .order_by(Message.id)
        )
        return list(found)

    def all_mails(self) -> int:
        db.session.rollback()
        return db.session.scalar(select(func.count(Message.id))) or 0

    def forget_mails(self) -> None:
        """As if all had been sent."""
        with transaction() as session:
            for message in session.scalars(select(Message)):
                session.delete(message)

    def check(self) -> None:
        """Counters equal rows; the data do not contradict themselves."""
        assert contradictions(db.session(), self.event_id, self.now) == []


def contradictions(session: Session, event_id: int, now: datetime) -> list[str]:
    """What the installation's own check finds, and this test's own counting of seats, lines and places."""
    session.rollback()
    session.expire_all()
    found = data_findings(session, now)
    event = session.get_one(Event, event_id)
    people = session.scalars(select(Registration).where(Registration.event_id == event_id)).all()
    seated = [one for one in people if one.has_seat]
    sitting = sum(1 + one.accompanying for one in seated if one.participation is Participation.ROOM)
    in_line = [one for one in people if one.status in IN_LINE and not one.has_seat]
    if (event.taken, event.waiting) != (sitting, len(in_line)):
        found.append(f"event counts {event.taken}+{event.waiting}, rows {sitting}+{len(in_line)}")
    if event.capacity is not None and sitting > event.capacity + event.extra:
        found.append(f"{sitting} people in {event.capacity}+{event.extra} seats")
    found += _of_quotas(session, event, people)
    places = session.scalars(select(Place)).all()
    sits = {one.id: 1 + one.accompanying for one in session.scalars(select(Registration))} if places else {}
    for run in session.scalars(select(Run)):
        mine = [place for place in places if place.run_id == run.id]
        held = sum(sits[place.registration_id] for place in mine if place.state is PlaceState.PLACE)
        waiting = sum(place.state is PlaceState.WAITING for place in mine)
        if (run.taken, run.waiting) != (held, waiting):
            found.append(f"run {run.label} counts {run.taken}+{run.waiting}, rows {held}+{waiting}")
        if run.capacity is not None and held > run.capacity + run.extra:
            found.append(f"run {run.label}: {held} people in {run.capacity}+{run.extra} seats")
    for one in people:
        workshops = [place.workshop_id for place in places if place.registration_id == one.id]
        if len(workshops) != len(set(workshops)):
            found.append(f"{one.given_name} stands twice in one workshop")
    session.rollback()
    return found


def _of_quotas(session: Session, event: Event, people: Sequence[Registration]) -> list[str]:
    """Counted anew in Python: what is taken and waited for, what is held back, and whom each quota covers."""
    found, held_back = [], 0
    linked = {(one, quota) for one, quota in session.execute(select(registration_quota))}
    for quota in session.scalars(select(Quota).where(Quota.event_id == event.id)):
        mine = [one for one in people if (one.id, quota.id) in linked]
        taken = sum(one.has_seat for one in mine)
        waiting = sum(one.active and not one.has_seat for one in mine)
        if (quota.taken, quota.waiting) != (taken, waiting):
            found.append(f"{quota.name} counts {quota.taken}+{quota.waiting}, rows {taken}+{waiting}")
        if quota.effect is QuotaEffect.CAP and taken > quota.capacity + quota.extra:
            found.append(f"{quota.name}: {taken} people in {quota.capacity}+{quota.extra} seats")
        if quota.effect is QuotaEffect.RESERVE and quota.released_at is None:
            held_back += max(quota.capacity - taken, 0)
        if quota.code_key is None:
            coming = [one for one in people if one.participation is Participation.ROOM]
            covered = {one.id for one in coming if waiting_list.covering([quota], one.organisation)}
            if covered != {one.id for one in mine}:
                found.append(f"{quota.name} does not count whom it covers")
    if event.reserved != held_back:
        found.append(f"event holds back {event.reserved}, its quotas {held_back}")
    return found


# Organisations of known kind and district; whoever names another one is "other" and from nowhere.
KI, OFFICE, TOWN = "KI Kreis Musterau", "Ausländerbehörde Musterau", "Stadt Probeburg"
OF_KI = Aim(QuotaTarget.KIND, kind=UsualKind.KI)
OF_MUSTERAU = Aim(QuotaTarget.DISTRICT, district="Kreis Musterau")


def add_organisations() -> None:
    with transaction() as session:
        add_organisation(session, KI, kind=UsualKind.KI, district="Kreis Musterau")
        add_organisation(session, OFFICE, kind=UsualKind.IMMIGRATION_OFFICE, district="Kreis Musterau")
        add_organisation(session, TOWN, kind=UsualKind.MUNICIPALITY, district="Kreis Probeburg")


def open_day(*, capacity: int | None = 100, released: bool = True, **changes: Any) -> Day:
    """A day that takes registrations, with the runs 1.1, 1.2, 2.1 and 2.2 (2.2 repeats the workshop of 1.2)."""
    with transaction() as session:
        event = make_event(session, capacity=capacity, **changes)
        programme = make_programme(session, event, released=released)
        day = Day(
            event.id,
            {label: run.id for label, run in programme.runs.items()},
            {round_.number: round_.id for round_ in programme.rounds},
        )
        OPENED.append(day)
        return day
