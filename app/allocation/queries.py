# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages and mails."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload

from app.allocation.figures import Demand, demand_by_run
from app.allocation.instance import Instance
from app.allocation.loader import Terms, read_question, seats_of, to_be_placed
from app.allocation.models import AllocationRun, PlacingCondition
from app.allocation.rules import AllocationState, PersonNotUnique, PersonUnknown
from app.attendees.filters import clean_search, names_hold
from app.events.models import Event
from app.events.queries import get_of_event
from app.folding import list_key
from app.organisations.models import Organisation
from app.programme.models import Round, Run
from app.programme.rounds import numbers_filled
from app.refusal import Missing
from app.registration.models import Registration
from app.registration.rules import PlaceState, in_register
from app.registration.workshops.models import Place as PlaceRow
from app.registration.workshops.models import RoundAbsence, RunStaff, StaffRole
from app.store.portions import portions

MOST_COMPARED = 8
MOST_NAMED = 6
_REFERENCE = re.compile(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as the admin page names it. `seats` None: no limit, not even by a room."""

    id: int
    label: str
    title: str
    round_id: int
    round_title: str
    spans: int
    seats: int | None
    least: int
    takes_place: bool
    room: str

    @property
    def name(self) -> str:
        return f"{self.label} {self.title}"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person as the admin page names them; without a name once it was deleted."""

    id: int
    reference: str
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class MySeat:
    """One round of one person: the run they sit in or lead, if any."""

    round_title: str
    starts_at: datetime
    ends_at: datetime
    run: str
    room: str
    role: StaffRole | None
    absent: bool
    run_id: int = 0


# --- runs and people -----------------------------------------------------------------------------------------------


def runs_of(session: Session, event: Event) -> list[RunLine]:
    """The runs of the day that are chosen beforehand, in their order: one query."""
    found = (
        select(Run)
        .join(Run.round)
        .where(Round.event_id == event.id, Round.booked)
        .options(joinedload(Run.round), joinedload(Run.workshop), joinedload(Run.room))
        .order_by(Round.number, Run.id)
    )
    runs = sorted(session.scalars(found), key=lambda run: (run.round.number, list_key(run.label)))
    return [_run_line(run) for run in runs]


def _run_line(run: Run) -> RunLine:
    unlimited = run.capacity is None and (run.room is None or run.room.seats is None)
    return RunLine(
        run.id,
        run.label,
        run.workshop.title,
        run.round_id,
        run.round.title,
        run.spans,
        None if unlimited else seats_of(run, 2**31),
        run.least_people,
        run.takes_place,
        run.where,
    )


def rounds_by_id(session: Session, event: Event) -> dict[int, str]:
    rows = (
        select(Round.id, Round.title).where(Round.event_id == event.id, Round.booked).order_by(Round.number)
    )
    return dict(session.execute(rows).all())


def people_by_id(session: Session, event: Event, ids: Iterable[int]) -> dict[int, PersonLine]:
    """These people of the day, whoever they are by now."""
    wanted = sorted(set(ids))
    people: dict[int, PersonLine] = {}
    for some in portions(wanted):
        rows = (
            select(
                Registration.id,
                Registration.reference,
                Registration.family_name,
                Registration.given_name,
                Organisation.name,
            )
            .join(Organisation, Registration.organisation_id == Organisation.id)
            .where(Registration.event_id == event.id, Registration.id.in_(some))
        )
        for one, reference, family, given, organisation in session.execute(rows):
            people[one] = PersonLine(one, reference, in_register(family, given), organisation)
    return people


def find_person(session: Session, event: Event, typed: str, field: str) -> int:
    """The one person to be placed whom a name or reference means. Refuses nobody and several, at the field."""
    mine = select(Registration).where(Registration.id.in_(to_be_placed(event.id)))
    reference = _REFERENCE.search(typed)
    if reference is not None:  # Anna-Lena looks like one, too
        known = session.scalar(mine.where(Registration.reference == reference[0].upper()))
        if known is not None:
            return known.id
    words = clean_search(typed.replace(",", " ")).split()[:6]
    if not words:
        raise PersonUnknown(field)
    wanted = [names_hold(Registration.sort_key, word) for word in words]
    found = session.scalars(mine.where(*wanted).order_by(Registration.sort_key).limit(MOST_NAMED)).all()
    if not found:
        raise PersonUnknown(field)
    if len(found) > 1:
        raise PersonNotUnique(field, "; ".join(f"{one.full_name} ({one.reference})" for one in found))
    return found[0].id


def placed_ids(session: Session, event: Event) -> set[int]:
    """Everybody who gets places."""
    return set(session.scalars(to_be_placed(event.id)))


def demand_now(session: Session, event: Event) -> tuple[Instance, dict[int, Demand]]:
    """What is wished for at this moment, for the team alone while wishes are open."""
    instance = read_question(session, event, Terms())
    return instance, demand_by_run(instance)


# --- conditions ----------------------------------------------------------------------------------------------------


def conditions_of(session: Session, event: Event) -> Sequence[PlacingCondition]:
    return session.scalars(
        select(PlacingCondition)
        .where(PlacingCondition.event_id == event.id)
        .order_by(PlacingCondition.kind, PlacingCondition.id)
    ).all()


def organisations_by_id(session: Session, ids: Iterable[int]) -> dict[int, str]:
    rows = select(Organisation.id, Organisation.name).where(Organisation.id.in_(sorted(set(ids))))
    return dict(session.execute(rows).all())


def organisations_here(session: Session, event: Event) -> list[tuple[int, str]]:
    """Those who send somebody to be placed."""
    rows = (
        select(Organisation.id, Organisation.name)
        .where(
            Organisation.id.in_(
                select(Registration.organisation_id).where(Registration.id.in_(to_be_placed(event.id)))
            )
        )
        .order_by(Organisation.sort_key, Organisation.id)
    )
    return [(number, name) for number, name in session.execute(rows)]


# --- allocations ---------------------------------------------------------------------------------------------------


def allocations_of(session: Session, event: Event) -> list[tuple[AllocationRun, str | None]]:
    """The newest first, with the word of the proof; without protocols, which may be long."""
    rows = (
        select(AllocationRun, AllocationRun.protocol["proof"].as_string())
        .where(AllocationRun.event_id == event.id)
        .options(defer(AllocationRun.protocol, raiseload=True), defer(AllocationRun.chairs, raiseload=True))
        .order_by(AllocationRun.id.desc())
    )
    return [(one, proof) for one, proof in session.execute(rows)]


def get_allocation(session: Session, event: Event, allocation_run_id: int) -> AllocationRun:
    """With its organiser. Raises `Missing` for one of another day (T02)."""
    return get_of_event(
        session, AllocationRun, event.id, allocation_run_id, joinedload(AllocationRun.organiser)
    )


def get_done(session: Session, event: Event, allocation_run_id: int) -> AllocationRun:
    """The same; `Missing` also while it has no result."""
    found = get_allocation(session, event, allocation_run_id)
    if found.state is not AllocationState.DONE:
        raise Missing
    return found


def compared(session: Session, event: Event) -> Sequence[AllocationRun]:
    """The newest ones that have a result, in the order in which they were asked for."""
    newest = (
        select(AllocationRun)
        .where(AllocationRun.event_id == event.id, AllocationRun.state == AllocationState.DONE)
        .order_by(AllocationRun.id.desc())
        .limit(MOST_COMPARED)
    )
    return list(reversed(session.scalars(newest).all()))


def places_now(session: Session, event: Event) -> dict[int, set[int]]:
    """Registration to runs, as they hold at this moment."""
    found: dict[int, set[int]] = {}
    rows = (
        select(PlaceRow.registration_id, PlaceRow.run_id)
        .join(Registration, PlaceRow.registration_id == Registration.id)
        .where(Registration.event_id == event.id, PlaceRow.state == PlaceState.PLACE)
    )
    for person, run in session.execute(rows):
        found.setdefault(person, set()).add(run)
    return found


# --- one person ----------------------------------------------------------------------------------------------------


def seats_of_person(session: Session, registration: Registration) -> list[MySeat]:
    """The rounds of one person with the run they sit in or lead; long runs stand in each of their rounds."""
    rounds = session.scalars(
        select(Round).where(Round.event_id == registration.event_id, Round.booked).order_by(Round.number)
    ).all()
    whole = (joinedload(Run.round), joinedload(Run.workshop), joinedload(Run.room))
    seated = (
        select(Run)
        .join(PlaceRow, PlaceRow.run_id == Run.id)
        .where(PlaceRow.registration_id == registration.id, PlaceRow.state == PlaceState.PLACE)
    )
    led = (
        select(Run, RunStaff.role)
        .join(RunStaff, RunStaff.run_id == Run.id)
        .where(RunStaff.registration_id == registration.id, Run.takes_place)
    )
    mine: list[tuple[Run, StaffRole | None]] = [
        (run, None) for run in session.scalars(seated.options(*whole))
    ]
    mine += [(run, role) for run, role in session.execute(led.options(*whole))]
    away = set(
        session.scalars(select(RoundAbsence.round_id).where(RoundAbsence.registration_id == registration.id))
    )
    return [_my_seat(one, mine, one.id in away) for one in rounds]


def _my_seat(one: Round, mine: list[tuple[Run, StaffRole | None]], absent: bool) -> MySeat:
    run, role = next(
        ((run, role) for run, role in mine if one.number in numbers_filled(run.round.number, run.spans)),
        (None, None),
    )
    return MySeat(
        one.title,
        one.starts_at,
        one.ends_at,
        f"{run.label} {run.workshop.title}" if run else "",
        run.where if run else "",
        role,
        absent,
        run.id if run else 0,
    )
