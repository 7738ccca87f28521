# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Counting again: what places break and what each goal is worth, by plain counting.

Shares no code with the model that the solver gets, on purpose: a mistake there must not repeat itself here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    ModelPerson,
    ModelPlace,
    ModelRun,
    OrganisationCap,
    Rule,
    SpreadColleagues,
    Together,
    Wish,
    lots_of,
    runs_of,
)
from app.allocation.rules import Goal, Mode, Obstacle


@dataclass(frozen=True, slots=True)
class Violation:
    """A hard condition that places break; `person` and `run` say where, as far as it is about one."""

    what: Obstacle
    person: int | None = None
    run: int | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What one goal came to. `rank` belongs to `Goal.RANK` only; `most`: more is better."""

    goal: Goal
    value: int
    rank: int | None = None
    most: bool = False


class Occupancy:
    """Places, looked at from all sides. Places that are there twice or name nobody are kept as `strange`."""

    def __init__(self, instance: Instance, places: Iterable[ModelPlace]) -> None:
        self.instance = instance
        self.people: dict[int, ModelPerson] = {one.id: one for one in instance.people}
        self.runs: dict[int, ModelRun] = {one.id: one for one in instance.runs}
        self.working: dict[int, set[int]] = defaultdict(set)
        for run in instance.runs:
            for number in () if run.closed else run.staff:
                self.working[number].update(run.rounds)
        self.strange: list[ModelPlace] = []
        self.of_person: dict[int, list[ModelRun]] = {one: [] for one in self.people}
        self.participants: dict[int, list[ModelPerson]] = {one: [] for one in self.runs}
        self.staffing: dict[int, set[int]] = {one: set() for one in self.runs}
        seen: set[ModelPlace] = set()
        for place in sorted(places):
            if place in seen or place.person not in self.people or place.run not in self.runs:
                self.strange.append(place)
                continue
            seen.add(place)
            run = self.runs[place.run]
            self.of_person[place.person].append(run)
            if place.person in run.staff:
                self.staffing[run.id].add(place.person)
            else:
                self.participants[run.id].append(self.people[place.person])

    def chairs(self, run: ModelRun) -> int:
        """That are taken, by participants and who comes along."""
        return sum(person.chairs for person in self.participants[run.id])

    def takes_place(self, run: ModelRun) -> bool:
        return not run.closed and (run.minimum == 0 or bool(self.participants[run.id]))

    def wishes_of(self, person: ModelPerson) -> dict[int, tuple[Wish, ...]]:
        """Round to wishes: the lists that count, not those of rounds somebody is away or works in."""
        return {
            one.round: one.runs
            for one in person.wishes
            if one.runs and one.round in person.present and one.round not in self.working[person.id]
        }

    def rank_of(self, person: ModelPerson, run: ModelRun) -> int | None:
        """The number of the wish that this run grants; the best one where a long run stands in several lists."""
        wishes = (enumerate(one, start=1) for one in self.wishes_of(person).values())
        return min(
            (number for one in wishes for number, wish in one if run.id in runs_of(wish)), default=None
        )

    def counted_rounds(self, person: ModelPerson) -> dict[int, int]:
        """Round to the length of the list there, 0 without one; empty for who wished for nothing at all."""
        wishes = self.wishes_of(person)
        free = [number for number in person.present if number not in self.working[person.id]]
        return {number: len(wishes.get(number, ())) for number in free} if wishes else {}

    def levels(self, person: ModelPerson) -> list[tuple[int, int]]:
        """(round, level) of each seat: the number of the wish; whatever a list leaves out is as dear as the place after its last."""
        found = []
        counted = self.counted_rounds(person)
        for run in self.of_person[person.id]:
            rank = self.rank_of(person, run)
            for number in run.rounds:
                if number in counted:
                    after = counted[number] + 1
                    found.append((number, after if rank is None else min(rank, after)))
        return found

    def ranks(self, person: ModelPerson) -> list[tuple[int, int | None]]:
        """(round, rank or None) of each seat of a round in which this person wished for something."""
        wishes = self.wishes_of(person)
        return [
            (number, self.rank_of(person, run))
            for run in self.of_person[person.id]
            for number in run.rounds
            if number in wishes
        ]


# --- hard conditions ---------------------------------------------------------------------------------------------


def faults(instance: Instance, places: Iterable[ModelPlace]) -> list[Violation]:
    """Every hard condition that these places break; empty: they are possible."""
    occupancy = Occupancy(instance, places)
    found = [Violation(Obstacle.SEVERAL, one.person, one.run) for one in occupancy.strange]
    for person in instance.people:
        found += _faults_of_person(occupancy, person)
    for run in instance.runs:
        found += _faults_of_run(occupancy, run)
    for rule in instance.rules:
        if not rule.soft:
            found += [Violation(_obstacle_of(rule), run=run) for run in _broken(occupancy, rule)]
    return found


def _faults_of_person(occupancy: Occupancy, person: ModelPerson) -> list[Violation]:
    found = []
    mine = occupancy.of_person[person.id]
    sat = Counter(number for run in mine for number in run.rounds)
    if any(sat[number] != 1 for number in person.present) or any(many > 1 for many in sat.values()):
        found.append(Violation(Obstacle.NO_RUN, person.id))
    attended = Counter(run.workshop for run in mine if person.id not in run.staff)
    led = set()
    if occupancy.working[person.id]:
        led = {run.workshop for run in occupancy.instance.runs if person.id in run.staff and not run.closed}
    if any(many > 1 for many in attended.values()) or led & attended.keys():
        found.append(Violation(Obstacle.WORKSHOP_TWICE, person.id))
    if not set(person.fixed) <= {run.id for run in mine}:
        found.append(Violation(Obstacle.FIXED, person.id))
    for run in mine:
        if person.id in run.staff:
            continue
        if run.id in person.forbidden or run.closed or not set(run.rounds) <= set(person.present):
            found.append(Violation(Obstacle.NO_RUN, person.id, run.id))
        if not person.needs <= run.features:
            found.append(Violation(Obstacle.NEED, person.id, run.id))
    return found


def _faults_of_run(occupancy: Occupancy, run: ModelRun) -> list[Violation]:
    found = []
    many = len(occupancy.participants[run.id])
    if occupancy.chairs(run) > run.capacity:
        found.append(Violation(Obstacle.SEATS, run=run.id))
    if 0 < many < run.minimum:
        found.append(Violation(Obstacle.MINIMUM, run=run.id))
    if occupancy.staffing[run.id] != (set(run.staff) if occupancy.takes_place(run) else set()):
        found.append(Violation(Obstacle.FIXED, run=run.id))
    return found


# --- rules -------------------------------------------------------------------------------------------------------


def _broken(occupancy: Occupancy, rule: Rule) -> list[int | None]:
    """One entry per violation, with the run it happens in where there is one."""
    if isinstance(rule, Together):
        return _not_together(occupancy, rule)
    if isinstance(rule, Apart):
        first, second = occupancy.of_person[rule.first], occupancy.of_person[rule.second]
        return [run.id for run in first if run in second]
    if isinstance(rule, KindBounds):
        return _out_of_bounds(occupancy, rule)
    return _too_many_colleagues(occupancy, rule)


def _not_together(occupancy: Occupancy, rule: Together) -> list[int | None]:
    present = set(occupancy.people[rule.first].present) & set(occupancy.people[rule.second].present)
    shared = {
        number
        for run in occupancy.of_person[rule.first]
        if run in occupancy.of_person[rule.second]
        for number in run.rounds
    }
    return [None] * len(present - shared)


def _out_of_bounds(occupancy: Occupancy, rule: KindBounds) -> list[int | None]:
    found: list[int | None] = []
    for run in occupancy.instance.runs:
        if (rule.runs and run.id not in rule.runs) or not occupancy.takes_place(run):
            continue
        many = sum(person.kind == rule.kind for person in occupancy.participants[run.id])
        missing = max(rule.least - many, 0)
        surplus = 0 if rule.most is None else max(many - rule.most, 0)
        found += [run.id] * (missing + surplus)
    return found


def _too_many_colleagues(occupancy: Occupancy, rule: OrganisationCap | SpreadColleagues) -> list[int | None]:
    found: list[int | None] = []
    fair = _fair_shares(occupancy) if isinstance(rule, SpreadColleagues) else {}
    for run in occupancy.instance.runs:
        if isinstance(rule, OrganisationCap) and rule.runs and run.id not in rule.runs:
            continue
        there = Counter(
            person.organisation
            for person in occupancy.participants[run.id]
            if person.organisation is not None
        )
        for organisation, many in there.items():
            if isinstance(rule, SpreadColleagues):
                most = max(fair[organisation, number] for number in run.rounds)
            elif rule.organisation in {None, organisation}:
                most = rule.most
            else:
                continue
            found += [run.id] * max(many - most, 0)
    return found


def _fair_shares(occupancy: Occupancy) -> dict[tuple[int | None, int], int]:
    """(organisation, round) to how many of its people may share a run."""
    present = Counter(
        (person.organisation, number) for person in occupancy.people.values() for number in person.present
    )
    offered = Counter(number for run in occupancy.instance.runs if not run.closed for number in run.rounds)
    return {
        (organisation, number): -(-many // max(offered[number], 1))
        for (organisation, number), many in present.items()
    }


def violations(instance: Instance, places: Iterable[ModelPlace], rule: Rule) -> int:
    """How often these places break this rule, hard or soft; see the rule for what counts."""
    return len(_broken(Occupancy(instance, places), rule))


def _obstacle_of(rule: Rule) -> Obstacle:
    return {
        Together: Obstacle.TOGETHER,
        Apart: Obstacle.APART,
        OrganisationCap: Obstacle.ORGANISATION_CAP,
        KindBounds: Obstacle.KIND,
        SpreadColleagues: Obstacle.SPREAD,
    }[type(rule)]


# --- goals -------------------------------------------------------------------------------------------------------


def worth(instance: Instance, places: Iterable[ModelPlace]) -> list[Worth]:
    """What each goal comes to, in order. Goals that cannot differ in this instance are left out; the lot never is."""
    occupancy = Occupancy(instance, places)
    found = []
    soft = [rule for rule in instance.rules if rule.soft]
    if soft:
        found.append(Worth(Goal.RULES, sum(len(_broken(occupancy, rule)) for rule in soft)))
    seats = {person.id: occupancy.levels(person) for person in instance.people}
    lengths = [length for one in instance.people for length in occupancy.counted_rounds(one).values()]
    if lengths:
        found += _worth_of_wishes(occupancy, seats, max(lengths) + 1)
    if any(run in occupancy.runs for person in instance.people for run in person.published):
        found.append(Worth(Goal.CHANGES, sum(_changes(occupancy, person) for person in instance.people)))
    lots = lots_of(instance)
    drawn = sum(
        weight_of(lots[person], len(lots)) * (level - 1)
        for person, mine in seats.items()
        for _number, level in mine
    )
    return [*found, Worth(Goal.LOT, drawn)]


def _worth_of_wishes(
    occupancy: Occupancy, seats: dict[int, list[tuple[int, int]]], worst: int
) -> list[Worth]:
    at = Counter(level for mine in seats.values() for _number, level in mine)
    if occupancy.instance.mode is Mode.GENEROUS:
        found = [Worth(Goal.RANK, at[level], level) for level in range(worst, 1, -1)]
    else:
        found = [Worth(Goal.LATE, sum(many for level, many in at.items() if level > 3))]
        found += [Worth(Goal.RANK, at[level], level, most=True) for level in range(1, worst)]
    if len(occupancy.instance.rounds) > 1:
        below = Counter(number for mine in seats.values() for number, level in mine if level != 1)
        found.append(Worth(Goal.EVEN, max(below.values(), default=0)))
        lost = Counter(sum(level - 1 for _number, level in mine) for mine in seats.values())
        most = max(sum(occupancy.counted_rounds(one).values()) for one in occupancy.people.values())
        found += [
            Worth(Goal.PERSONS, sum(many for total, many in lost.items() if total >= least), least)
            for least in range(most, 0, -1)
        ]
    return found


def _changes(occupancy: Occupancy, person: ModelPerson) -> int:
    """Seats of this person that were published and are another run now."""
    now: dict[int, int] = defaultdict(lambda: -1)
    now.update((number, run.id) for run in occupancy.of_person[person.id] for number in run.rounds)
    return sum(
        now[number] != run
        for run in person.published
        if run in occupancy.runs
        for number in occupancy.runs[run].rounds
        if number in person.present
    )


def weight_of(lot: int, many: int) -> int:
    """How heavy a lost rank weighs for the holder of this lot: a lower lot always weighs more."""
    return many - lot + 1


def granted(instance: Instance, places: Iterable[ModelPlace]) -> dict[int, dict[int, int | None]]:
    """Person to round to the number of the wish that was granted; None: outside the wishes. Only where they wished."""
    occupancy = Occupancy(instance, places)
    return {person.id: dict(occupancy.ranks(person)) for person in instance.people}
