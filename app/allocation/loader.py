# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The question, read from the database: who is to be placed, where there is room, and what the team asks for.

Placed is whoever holds a seat of the day and has confirmed the address: registered, or with a seat that is offered. An
offered seat is nobody else's either, so its workshops are kept like it; the places are given back with it.
Interpreters go where the person goes, so no run is closed to who needs them; step-free access and an induction loop
belong to rooms, and a run without a room promises neither.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    ModelPerson,
    ModelRun,
    OrganisationCap,
    Rule,
    SpreadColleagues,
    Together,
    Wish,
    Wishes,
)
from app.allocation.models import PlacingCondition
from app.allocation.rules import MIXING_RULES, ConditionKind, Mixing, Mode
from app.attendees.filters import takes_part
from app.events.models import Event
from app.events.rules import Loop
from app.organisations.models import Organisation, OrganisationKind
from app.programme.models import Round, Run
from app.programme.rounds import numbers_filled
from app.registration.models import Registration
from app.registration.rules import Participation, PlaceState
from app.registration.workshops.exemptions import accepted
from app.registration.workshops.memory import remembered
from app.registration.workshops.models import Place, RoundAbsence, RunStaff
from app.registration.workshops.models import Wish as WishRow
from app.registration.workshops.rules import Need
from app.registration.workshops.wishes import needs_of


@dataclass(frozen=True, slots=True)
class Terms:
    """How an allocation is to be made."""

    mode: Mode = Mode.GENEROUS
    mixing: Mixing = Mixing.NONE
    seed: int = 0
    seconds: int = 60


def to_be_placed(event_id: int) -> Select[int]:
    """Ids of everybody who gets places."""
    return select(Registration.id).where(Registration.event_id == event_id, *takes_part())


def read_question(session: Session, event: Event, terms: Terms) -> Instance:
    """The day as it stands at this moment; twelve queries, however many people there are, one more for bounds of kinds,
    and two for what the lot remembers, where it does."""
    rows = _runs(session, event)
    numbers = {one.number: one.id for one in _rounds(session, event)}
    people = _people(session, event)
    staff = _staff(session, event, {one.id for one in people})
    kept = _seats_of_others(session, event)
    chairs = sum(one.chairs for one in people)
    runs = tuple(_run(row, numbers, staff[row.id], chairs, kept.get(row.id, 0)) for row in rows)
    offered = tuple(one for _number, one in sorted(numbers.items()) if any(one in run.rounds for run in runs))
    in_room = frozenset(row.id for row in rows if row.in_room_only)
    persons = _Persons(session, event, runs, offered, in_room)
    conditions = _conditions(session, event)
    known = {one.id for one in people}
    return Instance(
        rounds=offered,
        people=tuple(persons.person(one, conditions) for one in people),
        runs=runs,
        rules=tuple(_rules(conditions, known, terms.mixing, _numbers_of_kinds(session, conditions))),
        mode=terms.mode,
        seed=terms.seed,
        time_limit=float(terms.seconds),
    )


# --- rounds and runs -----------------------------------------------------------------------------------------------


def _rounds(session: Session, event: Event) -> list[Round]:
    return list(
        session.scalars(select(Round).where(Round.event_id == event.id, Round.booked).order_by(Round.number))
    )


def _runs(session: Session, event: Event) -> list[Run]:
    found = select(Run).join(Run.round).where(Round.event_id == event.id, Round.booked)
    whole = (joinedload(Run.room), joinedload(Run.round))
    return list(
        session.scalars(found.options(*whole).order_by(Run.id).execution_options(populate_existing=True))
    )


def _seats_of_others(session: Session, event: Event) -> dict[int, int]:
    """Run id → places of people who are not to be placed, such as who has not confirmed yet. They keep them."""
    found = (
        select(Place.run_id, func.sum(Registration.places))
        .join(Registration, Registration.id == Place.registration_id)
        .where(
            Registration.event_id == event.id,
            Place.state == PlaceState.PLACE,
            Place.registration_id.not_in(to_be_placed(event.id)),
        )
        .group_by(Place.run_id)
    )
    return {run: int(chairs) for run, chairs in session.execute(found)}


def _run(row: Run, numbers: dict[int, int], staff: tuple[int, ...], chairs: int, kept: int) -> ModelRun:
    first = row.round.number
    rounds = tuple(numbers[one] for one in numbers_filled(first, row.spans) if one in numbers)
    return ModelRun(
        row.id,
        row.workshop_id,
        rounds,
        max(seats_of(row, chairs + kept) - kept, 0),
        row.least_people,
        features_of(row),
        staff,
        closed=not row.takes_place,
    )


def seats_of(row: Run, people: int) -> int:
    """Seats for participants: what the team says, never more than the room has; without a limit, for everybody."""
    total = row.seats.total
    seats = people if total is None else total
    return seats if row.room is None or row.room.seats is None else min(seats, row.room.seats)


def features_of(row: Run) -> frozenset[Need]:
    found = {Need.INTERPRETING}
    if row.room is not None and row.room.step_free:
        found.add(Need.STEP_FREE)
    if row.room is not None and (row.room.loop is not Loop.NONE or row.room.facts.only_online):
        found.add(Need.INDUCTION_LOOP)
    return frozenset(found)


def _staff(session: Session, event: Event, people: set[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = (
        select(RunStaff.run_id, RunStaff.registration_id)
        .join(Registration, RunStaff.registration_id == Registration.id)
        .where(Registration.event_id == event.id)
        .order_by(RunStaff.registration_id)
    )
    for run, person in session.execute(rows):
        if person in people:
            found[run].append(person)
    return defaultdict(tuple, {run: tuple(of_run) for run, of_run in found.items()})


# --- people --------------------------------------------------------------------------------------------------------


class _Somebody(NamedTuple):
    """Who is to be placed; `kind` is the id of the kind of organisation."""

    id: int
    organisation: int
    kind: int
    chairs: int
    participation: Participation
    remembered: int


def _people(session: Session, event: Event) -> list[_Somebody]:
    found = (
        select(
            Registration.id,
            Registration.organisation_id,
            OrganisationKind.id,
            Registration.places,
            Registration.participation,
        )
        .join(Organisation, Registration.organisation_id == Organisation.id)
        .join(OrganisationKind, Organisation.kind == OrganisationKind.key)
        .where(Registration.id.in_(to_be_placed(event.id)))
        .order_by(Registration.id)
    )
    lost = remembered(session, event, Registration.id.in_(to_be_placed(event.id)))
    return [_Somebody(*row, lost.get(row[0], 0)) for row in session.execute(found)]


class _Persons:
    """What is known of people beside their seat: absences, wishes, needs, and the places they were told."""

    def __init__(
        self,
        session: Session,
        event: Event,
        runs: tuple[ModelRun, ...],
        rounds: tuple[int, ...],
        in_room: frozenset[int],
    ) -> None:
        self.in_room = in_room
        self.runs = {run.id: run for run in runs}
        self.rounds = rounds
        self.absent: dict[int, set[int]] = defaultdict(set)
        self.wishes: dict[int, dict[int, list[Wish]]] = defaultdict(dict)
        meant = _meant(runs)
        self.needs: dict[int, set[Need]] = defaultdict(set)
        self.told: dict[int, set[int]] = defaultdict(set)
        mine = to_be_placed(event.id)
        for person, number in session.execute(
            select(RoundAbsence.registration_id, RoundAbsence.round_id).where(
                RoundAbsence.registration_id.in_(mine)
            )
        ):
            self.absent[person].add(number)
        for person, number, run in session.execute(
            select(WishRow.registration_id, WishRow.round_id, WishRow.run_id)
            .where(WishRow.registration_id.in_(mine))
            .order_by(WishRow.registration_id, WishRow.round_id, WishRow.rank)
        ):
            if run not in self.runs or number not in self.runs[run].rounds:
                continue  # of a run that moved elsewhere since
            named = self.wishes[person].setdefault(number, [])
            if meant[run] not in named:
                named.append(meant[run])
        for person, need in session.execute(needs_of(mine)):
            self.needs[person].add(need)
        self.exempt: dict[int, set[int]] = defaultdict(set)
        for person, workshop in session.execute(accepted(mine)):
            self.exempt[person].add(workshop)
        if event.placed_at is not None:
            self._read_told(session, mine)

    def _read_told(self, session: Session, mine: Select[int]) -> None:
        """Places, and the work of who leads a run; who leads one by now leaves the place in that round."""
        for run in self.runs.values():
            for person in () if run.closed else run.staff:
                self.told[person].add(run.id)
        for person, number in session.execute(
            select(Place.registration_id, Place.run_id).where(
                Place.registration_id.in_(mine), Place.state == PlaceState.PLACE
            )
        ):
            busy = {one for told in self.told[person] for one in self.runs[told].rounds}
            if number in self.runs and busy.isdisjoint(self.runs[number].rounds):
                self.told[person].add(number)

    def person(self, somebody: _Somebody, conditions: Iterable[PlacingCondition]) -> ModelPerson:
        one = somebody.id
        mine = [condition for condition in conditions if condition.first_id == one]
        fixed = self._named(mine, ConditionKind.PIN, closed=False)
        # The team may place somebody there all the same.
        online = somebody.participation is Participation.ONLINE
        away = self.in_room.difference(fixed) if online else frozenset[int]()
        exempt = {run.id for run in self.runs.values() if run.workshop in self.exempt[one]}.difference(fixed)
        return ModelPerson(
            one,
            tuple(number for number in self.rounds if number not in self.absent[one]),
            somebody.organisation,
            somebody.kind,
            tuple(Wishes(number, tuple(runs)) for number, runs in sorted(self.wishes[one].items())),
            frozenset(self.needs[one]),
            fixed=fixed,
            forbidden=tuple(sorted({*self._named(mine, ConditionKind.FORBID, closed=True), *exempt, *away})),
            published=tuple(sorted(self.told[one])),
            chairs=somebody.chairs,
            remembered=somebody.remembered,
        )

    def _named(self, mine: list[PlacingCondition], kind: ConditionKind, *, closed: bool) -> tuple[int, ...]:
        runs = {condition.run_id for condition in mine if condition.kind is kind}
        return tuple(
            sorted(run for run in runs if run in self.runs and (closed or not self.runs[run].closed))
        )


def _meant(runs: Iterable[ModelRun]) -> dict[int, Wish]:
    """Run id → what a wish for it means: the workshop at that time, so any of its parallel runs that take place. One
    that was closed stands for itself only where no other goes on."""
    together: dict[tuple[int, tuple[int, ...]], list[ModelRun]] = defaultdict(list)
    for run in runs:
        together[run.workshop, run.rounds].append(run)
    found: dict[int, Wish] = {}
    for several in together.values():
        meant = tuple(
            sorted(run.id for run in several if not run.closed or all(one.closed for one in several))
        )
        found |= {run.id: meant if len(meant) > 1 else meant[0] for run in several}
    return found


# --- rules ---------------------------------------------------------------------------------------------------------


def _conditions(session: Session, event: Event) -> list[PlacingCondition]:
    found = (
        select(PlacingCondition).where(PlacingCondition.event_id == event.id).order_by(PlacingCondition.id)
    )
    return list(session.scalars(found))


def _numbers_of_kinds(session: Session, conditions: Iterable[PlacingCondition]) -> dict[str, int]:
    """Of the kinds that conditions name; a query only where one does."""
    keys = {one.organisation_kind for one in conditions if one.organisation_kind is not None}
    if not keys:
        return {}
    named = select(OrganisationKind.key, OrganisationKind.id).where(OrganisationKind.key.in_(keys))
    return dict(session.execute(named).all())


def _rules(
    conditions: Iterable[PlacingCondition], people: set[int], mixing: Mixing, kinds: Mapping[str, int]
) -> Iterable[Rule]:
    """Pairs of whom one is not there any more do not count; rules for mixing as this allocation takes them."""
    for one in conditions:
        if one.kind in MIXING_RULES:
            if mixing is not Mixing.NONE:
                yield _mixing_rule(one, kinds, soft=mixing is Mixing.LOOSE)
        elif one.first_id in people and one.second_id in people:
            if one.kind is ConditionKind.TOGETHER:
                yield Together(one.first_id, one.second_id, one.soft)
            elif one.kind is ConditionKind.APART:
                yield Apart(one.first_id, one.second_id, one.soft)


def _mixing_rule(one: PlacingCondition, kinds: Mapping[str, int], *, soft: bool) -> Rule:
    runs = () if one.run_id is None else (one.run_id,)
    if one.kind is ConditionKind.ORGANISATION_CAP:
        return OrganisationCap(one.most or 1, one.organisation_id, runs, soft)
    if one.kind is ConditionKind.KIND_BOUNDS and one.organisation_kind is not None:
        return KindBounds(kinds[one.organisation_kind], one.least, one.most, runs, soft)
    return SpreadColleagues(soft)
