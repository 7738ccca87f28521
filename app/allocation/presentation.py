# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Allocations as pages show them: numbers with names, in the reader's language. Needs appear nowhere."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.allocation import messages
from app.allocation.figures import Mix, Summary, mixes, summarise
from app.allocation.instance import Instance, ModelPlace
from app.allocation.messages import Names
from app.allocation.models import AllocationRun, PlacingCondition
from app.allocation.protocol import read_instance, read_places, read_refusals, read_stages
from app.allocation.queries import (
    PersonLine,
    organisations_by_id,
    people_by_id,
    places_now,
    rounds_by_id,
    runs_of,
)
from app.allocation.rules import Goal
from app.allocation.verification import granted
from app.db import Json
from app.events.models import Event
from app.folding import list_key
from app.organisations.models import OrganisationKind
from app.organisations.queries import name_of_kind
from app.texts import gettext


@dataclass(frozen=True, slots=True)
class StageLook:
    goal: str
    value: int
    bound: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in a run. `wish`: number of the wish it grants; 0: outside the wishes; None: nothing was wished for."""

    person: PersonLine
    wish: int | None


@dataclass(frozen=True, slots=True)
class RunLook:
    """A run under one allocation. `kinds` in order of the labels, `most_of_one` people of one organisation."""

    name: str
    round: str
    mix: Mix
    kinds: tuple[tuple[str, int], ...]
    seats: tuple[Seat, ...]
    staff: tuple[PersonLine, ...]
    chair: str

    @property
    def organisations(self) -> int:
        return len(self.mix.by_organisation)

    @property
    def most_of_one(self) -> int:
        return max(self.mix.by_organisation.values(), default=0)


@dataclass(frozen=True, slots=True)
class Column:
    """One allocation beside others. `ranks`: seats at wish number 1, 2, …; `changes`: people whose runs would change,
    None before the first publication; `broken`: rules that may be broken and are, None without any."""

    allocation_run: AllocationRun
    proof: str
    summary: Summary
    ranks: tuple[int, ...]
    broken: int | None
    most_of_one: int
    closed: int
    changes: int | None
    runs: Mapping[int, Mix]

    @property
    def seats(self) -> int:
        """All seats of rounds in which somebody wished for something."""
        return sum(self.ranks) + self.summary.outside


@dataclass(frozen=True, slots=True)
class Against:
    """A wish that a condition stood against, with all names: for the team."""

    person: PersonLine
    run: str
    condition: str


@dataclass(frozen=True, slots=True)
class AllocationView:
    column: Column
    stages: tuple[StageLook, ...]
    runs: tuple[RunLook, ...]
    against: tuple[Against, ...]


def names_of(
    session: Session, event: Event, people: Sequence[int] = (), organisations: Sequence[int] = ()
) -> Names:
    """What ids are called: the rounds and runs of the day, these people and these organisations, and all kinds."""
    found = session.execute(select(OrganisationKind.id, OrganisationKind.key, name_of_kind())).all()
    return Names(
        rounds_by_id(session, event),
        {run.id: run for run in runs_of(session, event)},
        people_by_id(session, event, people) if people else {},
        organisations_by_id(session, organisations) if organisations else {},
        {number: name for number, _key, name in found},
        {key: name for _number, key, name in found},
    )


def condition_lines(
    session: Session, event: Event, conditions: Sequence[PlacingCondition]
) -> list[tuple[PlacingCondition, str]]:
    people = [one for row in conditions for one in (row.first_id, row.second_id) if one is not None]
    organisations = [row.organisation_id for row in conditions if row.organisation_id is not None]
    names = names_of(session, event, people, organisations)
    return [(row, messages.condition(row, names)) for row in conditions]


def reason_lines(session: Session, event: Event, allocation_run: AllocationRun) -> list[str]:
    found = allocation_run.reasons
    people, organisations = messages.people_in(found), messages.organisations_in(found)
    names = names_of(session, event, sorted(people), sorted(organisations))
    return messages.reasons(found, names)


def stage_looks(allocation_run: AllocationRun) -> tuple[StageLook, ...]:
    return tuple(
        StageLook(messages.goal(one), one.value, messages.bound(one), one.seconds)
        for one in read_stages(allocation_run.protocol or {"stages": []})
        if not one.idle
    )


def columns(session: Session, event: Event, allocation_runs: Sequence[AllocationRun]) -> list[Column]:
    """The same figures for each; longer lists of wishes make more ranks for all of them."""
    now = places_now(session, event) if event.placed_at is not None else None
    found = []
    for one in allocation_runs:
        protocol = one.protocol or {}
        found.append(_column(one, read_instance(protocol), read_places(protocol), now))
    longest = max((len(one.ranks) for one in found), default=0)
    return [_widened(one, longest) for one in found]


def _column(
    allocation_run: AllocationRun,
    instance: Instance,
    places: Sequence[ModelPlace],
    now: Mapping[int, set[int]] | None,
) -> Column:
    summary = summarise(instance, places)
    runs = {one.run: one for one in mixes(instance, places)}
    stages = read_stages(allocation_run.protocol or {"stages": []})
    return Column(
        allocation_run,
        messages.proof(allocation_run),
        summary,
        tuple(summary.by_rank.get(rank, 0) for rank in range(1, summary.worst + 1)),
        next((one.value for one in stages if one.goal is Goal.RULES), None),
        max((max(one.by_organisation.values(), default=0) for one in runs.values()), default=0),
        sum(not one.takes_place for one in runs.values()),
        None if now is None else _changes(instance, places, now),
        runs,
    )


def _widened(one: Column, longest: int) -> Column:
    ranks = one.ranks + (0,) * (longest - len(one.ranks))
    return Column(
        one.allocation_run,
        one.proof,
        one.summary,
        ranks,
        one.broken,
        one.most_of_one,
        one.closed,
        one.changes,
        one.runs,
    )


def _changes(instance: Instance, places: Sequence[ModelPlace], now: Mapping[int, set[int]]) -> int:
    staff = {run.id: set(run.staff) for run in instance.runs}
    wanted: dict[int, set[int]] = {one.id: set() for one in instance.people}
    for place in places:
        if place.person not in staff[place.run]:
            wanted[place.person].add(place.run)
    return sum(now.get(person, set()) != runs for person, runs in wanted.items())


def look_at(session: Session, event: Event, allocation_run: AllocationRun) -> AllocationView:
    """One allocation with names, for the team."""
    protocol = allocation_run.protocol or {}
    instance, places = read_instance(protocol), read_places(protocol)
    against = read_refusals(allocation_run.refusals or ())
    organisations = messages.organisations_in(
        one["condition"] for one in allocation_run.refusals or () if one.get("condition")
    )
    names = names_of(session, event, [one.id for one in instance.people], sorted(organisations))
    (column,) = columns(session, event, [allocation_run])
    ranks = granted(instance, places)
    chairs = {int(one["run"]): one for one in allocation_run.chairs}
    inside: dict[int, list[int]] = {run.id: [] for run in instance.runs}
    for place in places:
        inside[place.run].append(place.person)
    lines = list(names.runs.values())
    order = {run.id: position for position, run in enumerate(lines)}
    found = []
    for run in sorted(instance.runs, key=lambda one: order.get(one.id, len(order))):
        mix = column.runs[run.id]
        seats = [
            Seat(_person(names, one), _wish(ranks.get(one, {}), run.rounds))
            for one in inside[run.id]
            if one not in run.staff
        ]
        staff = [_person(names, one) for one in inside[run.id] if one in run.staff]
        found.append(
            RunLook(
                names.run(run.id, in_round=False),
                ", ".join(names.rounds.get(one, "") for one in run.rounds),
                mix,
                kinds_of(mix, names),
                tuple(sorted(seats, key=lambda seat: (list_key(seat.person.name), seat.person.reference))),
                tuple(staff),
                _chair(chairs.get(run.id), mix),
            )
        )
    return AllocationView(
        column,
        stage_looks(allocation_run),
        tuple(found),
        tuple(
            Against(_person(names, person), names.run(run), messages.kept(why.condition, names))
            for (person, run), why in against.items()
            if why.condition is not None
        ),
    )


def kinds_of(mix: Mix, names: Names) -> tuple[tuple[str, int], ...]:
    named: Counter[str] = Counter()
    for kind, many in mix.by_kind.items():
        if kind:
            named[names.kind(kind)] += many
    return tuple(sorted(named.items(), key=lambda one: (-one[1], list_key(one[0]))))


def _person(names: Names, number: int) -> PersonLine:
    return names.people.get(number) or PersonLine(number, "", names.person(number), "")


def _wish(ranks: Mapping[int, int | None], rounds: Sequence[int]) -> int | None:
    mine = [ranks[number] for number in rounds if number in ranks]
    if not mine:
        return None
    return min((one for one in mine if one is not None), default=0)


def _chair(stored: Json | None, mix: Mix) -> str:
    if stored is not None:
        return messages.chair(stored)
    return (
        ""
        if mix.chairs >= mix.capacity
        else str(gettext("There are free seats, so a chair more would do nothing."))
    )
