# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages and files: who is to sit, and who sits where. Who no longer takes part holds no seat anywhere."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.attendees.filters import in_the_house
from app.events.models import Event
from app.events.queries import get_of_event
from app.folding import plain
from app.organisations.models import Organisation
from app.refusal import Missing
from app.registration.models import Registration
from app.registration.rules import PlaceState, in_register
from app.registration.tables.models import Seating, SeatingGuest, SeatingPlace
from app.registration.tables.rules import SeatingState
from app.registration.workshops.models import Place
from app.tables.measures import Measures, Reached, measure, reached
from app.tables.room import Guest, Room, make_room
from app.tables.rules import FEWEST, Goal, NotReady


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody who takes part, with the table of each round, from 1; None: no seat in that round."""

    guest_id: int
    registration_id: int
    reference: str
    name: str
    full_name: str
    organisation_id: int
    organisation: str
    district: str
    host_table: int | None
    tables: tuple[int | None, ...]

    @property
    def complete(self) -> bool:
        return None not in self.tables


@dataclass(frozen=True, slots=True)
class TableLook:
    """One table of one round. `colleagues`: those who sit beside one of their own organisation."""

    number: int
    people: list[Seated]
    colleagues: frozenset[int]


@dataclass(frozen=True, slots=True)
class RoundLook:
    number: int
    label: str
    tables: list[TableLook]


@dataclass(frozen=True, slots=True)
class GoalLook:
    """What was counted when it was worked out, its bound, and what is counted now. `share` of the bound in percent, where
    more is better."""

    goal: Goal
    value: int
    bound: int
    now: int | None

    @property
    def proven(self) -> bool:
        return self.value == self.bound

    @property
    def share(self) -> int | None:
        if self.goal in FEWEST or not self.bound:
            return None
        return self.value * 100 // self.bound


@dataclass(frozen=True, slots=True)
class SeatingLook:
    """Who sits where as it stands now, what was counted, who has no seat, and where there are too many."""

    rounds: list[RoundLook]
    goals: list[GoalLook]
    reached: Reached | None
    seated: list[Seated]
    without: list[Seated]
    later: int
    crowded: list[tuple[int, int]] = field(default_factory=list)


def chosen(event_id: int, run_id: int | None) -> Select[int]:
    """Ids of those who are to sit: who takes part, or of these who has a place in the workshop."""
    found = select(Registration.id).where(Registration.event_id == event_id, *in_the_house())
    if run_id is None:
        return found
    inside = select(Place.registration_id).where(Place.run_id == run_id, Place.state == PlaceState.PLACE)
    return found.where(Registration.id.in_(inside))


def seatings_of(session: Session, event: Event) -> Sequence[Seating]:
    """All of the day, the newest first."""
    return session.scalars(
        select(Seating).where(Seating.event_id == event.id).order_by(Seating.id.desc())
    ).all()


def get_seating(session: Session, event: Event, seating_id: int) -> Seating:
    """Raises `Missing` for one of another day (T02)."""
    return get_of_event(session, Seating, event.id, seating_id)


def get_done(session: Session, event: Event, seating_id: int) -> Seating:
    """The same, worked out; one that is not has no such page."""
    found = get_seating(session, event, seating_id)
    if found.state is not SeatingState.DONE:
        raise Missing
    return found


def refuse_unready(seating: Seating) -> None:
    if seating.state is not SeatingState.DONE:
        raise NotReady


def seated_of(session: Session, seating: Seating) -> list[Seated]:
    """Everybody of the seating who still takes part, in the order of names; two queries."""
    rows = session.execute(
        select(SeatingGuest, Registration, Organisation)
        .join(Registration, SeatingGuest.registration_id == Registration.id)
        .join(Organisation, Registration.organisation_id == Organisation.id)
        .where(SeatingGuest.seating_id == seating.id, *in_the_house())
        .order_by(Registration.sort_key, Registration.id)
    ).all()
    mine = select(SeatingGuest.id).where(SeatingGuest.seating_id == seating.id)
    at: dict[int, dict[int, int]] = {}
    for one in session.scalars(select(SeatingPlace).where(SeatingPlace.guest_id.in_(mine))):
        at.setdefault(one.guest_id, {})[one.round_number] = one.table_number
    numbers = range(1, seating.rounds + 1)
    return [
        Seated(
            guest.id,
            one.id,
            one.reference,
            in_register(one.family_name, one.given_name),
            one.full_name,
            organisation.id,
            organisation.name,
            organisation.district,
            guest.host_table,
            tuple(at.get(guest.id, {}).get(number) for number in numbers),
        )
        for guest, one, organisation in rows
    ]


def count_later(session: Session, seating: Seating) -> int:
    """How many take part by now and were not among those who were seated."""
    return len(later_ids(session, seating))


def later_ids(session: Session, seating: Seating) -> list[int]:
    known = select(SeatingGuest.registration_id).where(SeatingGuest.seating_id == seating.id)
    missing = chosen(seating.event_id, seating.run_id).where(Registration.id.not_in(known))
    return list(session.scalars(missing.order_by(Registration.id)))


def room_of(seating: Seating, people: Iterable[Seated]) -> Room:
    """The question that a seating asks, about these people."""
    guests = [
        Guest(
            one.registration_id,
            one.organisation_id,
            plain(one.district) or None,
            one.host_table - 1 if one.host_table else None,
        )
        for one in people
    ]
    return make_room(guests, seating.tables, seating.seats, seating.rounds, seating.seed)


def look_at(session: Session, seating: Seating) -> SeatingLook:
    """A seating that was worked out."""
    people = seated_of(session, seating)
    seated = [one for one in people if one.complete]
    measures, person = _counted(seating, seated)
    rounds = [
        RoundLook(number, seating.labels[number - 1], list(_tables(seating, people, number)))
        for number in range(1, seating.rounds + 1)
    ]
    crowded = [
        (one.number, table.number)
        for one in rounds
        for table in one.tables
        if len(table.people) > seating.seats
    ]
    without = [one for one in people if not one.complete]
    later = count_later(session, seating)
    return SeatingLook(rounds, goals_of(seating, measures), person, people, without, later, crowded)


def goals_of(seating: Seating, now: Measures | None = None) -> list[GoalLook]:
    """What was written down when it was worked out, beside what is counted now."""
    found = seating.found or {}
    return [
        GoalLook(
            goal,
            found["measures"][goal.value],
            found["bounds"][goal.value],
            getattr(now, goal.value) if now is not None else None,
        )
        for goal in Goal
    ]


def _counted(seating: Seating, seated: Sequence[Seated]) -> tuple[Measures | None, Reached | None]:
    """Also where tables hold more or fewer than they would if all were worked out now."""
    if not seated:
        return None, None
    guests = sorted(seated, key=lambda one: one.registration_id)
    room = Room(
        tuple(Guest(one.registration_id, one.organisation_id, plain(one.district) or None) for one in guests),
        seating.tables,
        seating.seats,
        seating.rounds,
        seating.seed,
    )
    answer = [[(one.tables[number] or 1) - 1 for one in guests] for number in range(seating.rounds)]
    return measure(room, answer), reached(room, answer)


def _tables(seating: Seating, people: Sequence[Seated], number: int) -> Iterator[TableLook]:
    for table in range(1, seating.tables + 1):
        here = [one for one in people if one.tables[number - 1] == table]
        here.sort(key=lambda one: one.host_table != table)  # the host first, then by name
        organisations = [one.organisation_id for one in here]
        beside = frozenset(one.guest_id for one in here if organisations.count(one.organisation_id) > 1)
        yield TableLook(table, here, beside)


def found_of(room: Room, measures: Measures, bound: Measures) -> dict[str, object]:
    """What is kept beside the places."""
    return {
        "people": len(room.guests),
        "measures": {goal.value: getattr(measures, goal.value) for goal in Goal},
        "bounds": {goal.value: getattr(bound, goal.value) for goal in Goal},
    }
