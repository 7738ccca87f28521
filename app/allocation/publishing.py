# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Publishing an allocation: everybody's places, counters, calendars and mails in one transaction, once.

What changed since it was worked out decides: who has left is left out, who is new keeps what they have and is named,
and what does not fit any more (a smaller room, a run that moved) is refused before anything is written.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from app.allocation.figures import mixes
from app.allocation.instance import Instance, ModelPerson, ModelRun, as_data, fingerprint
from app.allocation.loader import Terms, read_question
from app.allocation.models import HOLDS, AllocationRun
from app.allocation.protocol import read_instance, read_places
from app.allocation.rules import (
    AgendaNotReleased,
    AllocationState,
    DayOver,
    NeedsUnmet,
    NotByWishes,
    NotReady,
    OtherPublished,
    RunChangedSince,
    RunClosedSince,
    RunTooSmall,
    WishesStillOpen,
)
from app.events.models import Event
from app.events.rules import EventStatus, Placement
from app.events.service import lock_event, lock_of_event, mark_changed, raise_sequence
from app.people.audit import record
from app.programme.models import Round, Run
from app.refusal import Refusal
from app.registration import notifications
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import PlaceState, Status
from app.registration.workshops.models import Place
from app.registration.workshops.news import called_off
from app.registration.workshops.places import move_up_in_all_runs
from app.store.portions import portions


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing would do now. All people are ids.

    `places`: the runs of everybody whom the allocation places and who is still there. `told`: whose places change, or
    everybody the first time; `mails` of them get one, because who was only offered a seat hears with it. `left`: how many it placed who are not there any more. `newcomers`: who it does not know.
    `without`: who has no place in a round they take part in. `gaining` and `losing` people get a place that they do not have
    now, and lose one that they have. `closing`: runs that will not take place.
    """

    places: Mapping[int, frozenset[int]]
    told: tuple[int, ...]
    mails: int
    left: int
    newcomers: tuple[int, ...]
    without: tuple[int, ...]
    gaining: int
    losing: int
    closing: tuple[int, ...]
    outdated: bool
    obstacles: tuple[Refusal, ...]


def find_published(session: Session, event_id: int) -> AllocationRun | None:
    """The allocation that holds; at most one, by an index."""
    return session.scalar(select(AllocationRun).where(AllocationRun.event_id == event_id, HOLDS))


def publish(
    session: Session, event_id: int, allocation_run_id: int, seen: int, by: By, now: datetime
) -> AllocationRun:
    """Make the places of everybody those of this allocation, and tell whom it changes something for.

    `seen`: the id of the allocation that was published when the team decided, 0 for none; refuses if another one was published
    since. A second press changes nothing. Refuses what `plan` finds, open wishes, and a day that is over.
    """
    event = lock_event(session, event_id)
    allocation_run = lock_of_event(session, AllocationRun, event.id, allocation_run_id)
    before = find_published(session, event.id)
    if before is allocation_run:
        return allocation_run
    refuse_publication(event, allocation_run, now)
    if (before.id if before else 0) != seen:
        raise OtherPublished
    what = plan(session, event, allocation_run)
    if what.obstacles:
        raise what.obstacles[0]
    _replace_places(session, event, what)
    _close(session, what, now)
    _count(session, event)
    if before is not None:
        before.superseded_at = now
        session.flush()
    allocation_run.published_at = now
    event.placed_at = now
    mark_changed(event, now, calendar=False)
    session.flush()
    notifications.notify_allocated(session, event, what.told, now)
    move_up_in_all_runs(session, event, now)  # who came later may wait for a seat that is free by now
    detail = {"people": len(what.places), "told": len(what.told), "before": before.id if before else None}
    record(
        session,
        now,
        by.organiser_id,
        event.id,
        "allocation.publish",
        f"allocation {allocation_run.id}",
        detail,
    )
    return allocation_run


def refuse_publication(event: Event, allocation_run: AllocationRun, now: datetime) -> None:
    """What forbids it before anybody looks at places."""
    if allocation_run.state is not AllocationState.DONE or allocation_run.superseded_at is not None:
        raise NotReady
    if event.placement is not Placement.WISHES:
        raise NotByWishes
    if event.status is EventStatus.CANCELLED or event.is_over(now):
        raise DayOver
    if event.agenda_released_at is None:
        raise AgendaNotReleased
    if event.wishes_until is not None and event.takes_wishes(now):
        raise WishesStillOpen(event.wishes_until)


# --- what would happen ---------------------------------------------------------------------------------------------


def plan(session: Session, event: Event, allocation_run: AllocationRun) -> Plan:
    """What publishing this allocation would do to the day as it stands. Needs one that is done."""
    protocol = allocation_run.protocol or {}
    terms = Terms(allocation_run.mode, allocation_run.mixing, allocation_run.seed, allocation_run.seconds)
    today = read_question(session, event, terms)
    return _Planner(session, event, read_instance(protocol), today).plan(protocol)


class _Planner:
    """The question as it was, beside the question as it is."""

    def __init__(self, session: Session, event: Event, asked: Instance, today: Instance) -> None:
        self.asked, self.today = asked, today
        self.first = event.placed_at is None
        self.people: dict[int, ModelPerson] = {one.id: one for one in today.people}
        self.runs: dict[int, ModelRun] = {one.id: one for one in today.runs}
        self.names = _names(session, event)
        self.known = {one.id for one in asked.people}
        self.others = _places_of_others(session, event, self.known)
        self.registered = _who_gets_mails(session, event)

    def plan(self, protocol: Mapping[str, Any]) -> Plan:
        given = read_places(protocol)
        takes_place = {one.run: one.takes_place for one in mixes(self.asked, given)}
        closing = frozenset(
            run.id
            for run in self.asked.runs
            if not run.closed
            and not takes_place[run.id]
            and run.id in self.runs
            and not self.runs[run.id].closed
        )
        staff = {run.id: set(run.staff) for run in self.asked.runs}
        seats = [(one.person, one.run) for one in given if one.person not in staff[one.run]]
        obstacles = list(self._changed_runs({run for _person, run in seats}))
        places: dict[int, set[int]] = {one: set() for one in self.people if one in self.known}
        unmet = False
        if not obstacles:
            for person, run in seats:
                if person in places and self._fits(self.people[person], self.runs[run], closing):
                    places[person].add(run)
                    unmet = unmet or not self.people[person].needs <= self.runs[run].features
            obstacles += [NeedsUnmet()] if unmet else []
            obstacles += self._full_runs(places, closing)
        told = tuple(sorted(one for one in places if self._is_news(one, places[one], closing)))
        had = {one: set(self.people[one].published) for one in told}
        has = {one: places[one] | self._led(one, closing) for one in told}
        return Plan(
            places={person: frozenset(runs) for person, runs in places.items()},
            told=told,
            mails=len(self.registered.intersection(told)),
            left=len(self.known - self.people.keys()),
            newcomers=tuple(sorted(self.people.keys() - self.known)),
            without=tuple(sorted(self._without(places, closing))),
            gaining=sum(bool(has[one] - had[one]) for one in told),
            losing=sum(bool(had[one] - has[one]) for one in told),
            closing=tuple(sorted(closing)),
            outdated=fingerprint(as_data(self.today)) != fingerprint(protocol["instance"]),
            obstacles=tuple(obstacles),
        )

    def _changed_runs(self, used: set[int]) -> Iterable[Refusal]:
        for number in sorted(used):
            was, is_ = self.asked.run(number), self.runs.get(number)
            if is_ is None or (was.rounds, was.workshop) != (is_.rounds, is_.workshop):
                yield RunChangedSince(self.names.get(number, "–"))
            elif is_.closed:
                yield RunClosedSince(self.names[number])

    def _full_runs(self, places: Mapping[int, set[int]], closing: frozenset[int]) -> Iterable[Refusal]:
        inside: dict[int, int] = defaultdict(int)
        newcomers = ((one, runs) for one, runs in self.others.items() if one in self.people)
        for one, runs in (*places.items(), *newcomers):  # the seats of all others are not among the capacity
            for number in runs:
                inside[number] += self.people[one].chairs
        for number in sorted(inside):
            if number in closing:
                yield RunChangedSince(self.names[number])  # somebody new sits in it
            elif number in self.runs and inside[number] > self.runs[number].capacity:
                yield RunTooSmall(self.names[number], inside[number], self.runs[number].capacity)

    def _fits(self, person: ModelPerson, run: ModelRun, closing: frozenset[int]) -> bool:
        """Who said "not in this round" since, or leads a run by now, gets no place there."""
        return set(run.rounds) <= set(person.present) and self._at_work(person.id, closing).isdisjoint(
            run.rounds
        )

    def _at_work(self, person: int, closing: frozenset[int]) -> set[int]:
        return {number for run in self._led(person, closing) for number in self.runs[run].rounds}

    def _led(self, person: int, closing: frozenset[int]) -> set[int]:
        return {
            run.id
            for run in self.today.runs
            if person in run.staff and not run.closed and run.id not in closing
        }

    def _is_news(self, person: int, runs: set[int], closing: frozenset[int]) -> bool:
        return self.first or set(self.people[person].published) != runs | self._led(person, closing)

    def _without(self, places: Mapping[int, set[int]], closing: frozenset[int]) -> Iterable[int]:
        for one in self.people.values():
            mine = places.get(one.id, self.others.get(one.id, set()))
            seated = {number for run in mine if run in self.runs for number in self.runs[run].rounds}
            if set(one.present) - seated - self._at_work(one.id, closing):
                yield one.id


def _names(session: Session, event: Event) -> dict[int, str]:
    found = select(Run.id, Run.label).join(Run.round).where(Round.event_id == event.id)
    return dict(session.execute(found).all())


def _who_gets_mails(session: Session, event: Event) -> set[int]:
    mine = select(Registration.id).where(
        Registration.event_id == event.id,
        Registration.status == Status.REGISTERED,
        Registration.email != "",
    )
    return set(session.scalars(mine))


def _places_of_others(session: Session, event: Event, known: set[int]) -> dict[int, set[int]]:
    """Places of people whom the allocation does not know: they keep them."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = (
        select(Place.registration_id, Place.run_id)
        .join(Registration, Place.registration_id == Registration.id)
        .where(Registration.event_id == event.id, Place.state == PlaceState.PLACE)
    )
    for person, run in session.execute(rows):
        if person not in known:
            found[person].add(run)
    return found


# --- doing it ------------------------------------------------------------------------------------------------------


def _replace_places(session: Session, event: Event, what: Plan) -> None:
    """Only rows that differ are touched. Whose place in a round stays keeps the place in line beside it; other places in
    line and wishes of these people go."""
    people = sorted(what.places)
    of_day = select(Run.id, Run.round_id, Run.workshop_id).join(Run.round).where(Round.event_id == event.id)
    rounds: dict[int, tuple[int, int]] = {
        run: (round_, workshop) for run, round_, workshop in session.execute(of_day)
    }
    missing: list[dict[str, Any]] = []
    for part in portions(people):
        there: set[tuple[int, int]] = set()
        rest: list[tuple[int, int, int, PlaceState]] = []
        rows = select(Place.id, Place.registration_id, Place.run_id, Place.state).where(
            Place.registration_id.in_(part)
        )
        for row, person, run, state in session.execute(rows):
            if state is PlaceState.PLACE and run in what.places[person]:
                there.add((person, run))
            else:
                rest.append((row, person, run, state))
        stays = {(person, rounds[run][0]) for person, run in there}
        gone = [
            row
            for row, person, run, state in rest
            if state is not PlaceState.WAITING
            or run in what.places[person]
            or (person, rounds[run][0]) not in stays
        ]
        _delete_places(session, gone)
        missing += [
            {
                "registration_id": person,
                "run_id": run,
                "round_id": rounds[run][0],
                "workshop_id": rounds[run][1],
                "state": PlaceState.PLACE,
            }
            for person in part
            for run in sorted(what.places[person])
            if (person, run) not in there
        ]
    if missing:
        session.execute(insert(Place), missing)


def _delete_places(session: Session, ids: Sequence[int]) -> None:
    for some in portions(ids):
        statement = delete(Place).where(Place.id.in_(some))
        session.execute(statement.execution_options(synchronize_session=False))


def _close(session: Session, what: Plan, now: datetime) -> None:
    """Runs that too few would attend. Who waits for one waits no longer."""
    closing = {
        run.id: run for run in session.scalars(select(Run).where(Run.id.in_(what.closing)).order_by(Run.id))
    }
    for run in closing.values():
        run.takes_place = False
        raise_sequence(run, now)
    lines = select(Place).where(Place.run_id.in_(what.closing)).options(joinedload(Place.registration))
    for place in session.scalars(lines.order_by(Place.registration_id, Place.id)):
        session.delete(place)
        place.registration.feed_changed_at = now
        if place.registration_id not in what.told and place.state is not PlaceState.WANTED:
            change = called_off(closing[place.run_id])
            notifications.notify_place(session, place.registration, [change], now)
    session.flush()


def _count(session: Session, event: Event) -> None:
    """The counters of the day's runs are what the rows say; the tables' CHECKs refuse what must not be."""
    table = cast(Table, Run.__table__)

    def total(of_each: Any, state: PlaceState) -> Any:
        mine = (Place.run_id == table.c.id, Place.state == state, Place.registration_id == Registration.id)
        return select(func.coalesce(func.sum(of_each), 0)).where(*mine).correlate(table).scalar_subquery()

    of_day = select(Round.id).where(Round.event_id == event.id)
    session.execute(
        update(table)
        .where(table.c.round_id.in_(of_day))
        .values(taken=total(Registration.places, PlaceState.PLACE), waiting=total(1, PlaceState.WAITING))
    )
    session.expire_all()
