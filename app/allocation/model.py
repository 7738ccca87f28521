# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The instance as a linear model: columns, rows and one objective per goal, in plain lists; knows no solver.

Columns are 0 or 1 ("this person sits in this run", "this run takes place") or count ranks lost beyond a number and
violations. All numbers are whole. What cannot be (a run while absent, a need that is not met) gets no column at all.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    ModelPerson,
    ModelPlace,
    ModelRun,
    OrganisationCap,
    SpreadColleagues,
    Together,
    Wish,
    lots_of,
    runs_of,
)
from app.allocation.rules import Goal, Mode, Obstacle

INFINITE = float("inf")
LATE = 4  # wishes from this number on are late
Terms = dict[int, int]  # column to coefficient


@dataclass(slots=True)
class Objective:
    """What a stage makes small (or, with `most`, large): `constant` plus the terms."""

    goal: Goal
    terms: Terms
    rank: int | None = None
    most: bool = False
    constant: int = 0


@dataclass(slots=True)
class Rows:
    """Linear conditions `lower <= terms <= upper`, one after the other."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)

    def add(self, lower: float, terms: Terms, upper: float) -> None:
        self.starts.append(len(self.columns))
        self.lower.append(lower)
        self.upper.append(upper)
        self.columns.extend(terms.keys())
        self.values.extend(terms.values())


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Which conditions are left out, to find out what stands in the way: positions of rules, kinds of obstacles."""

    rules: frozenset[int] = frozenset()
    obstacles: frozenset[Obstacle] = frozenset()


class Model:
    """Columns and rows of one instance. People come in the order of their lots, so that not even what no goal
    decides favours those with low ids."""

    def __init__(self, instance: Instance, relaxed: Relaxed | None = None) -> None:
        self.instance = instance
        self.relaxed = relaxed or Relaxed()
        self.rows = Rows()
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.seats: dict[tuple[int, int], int] = {}
        self.takes_place: dict[int, int] = {}
        self.broken: Terms = {}
        self.losses: list[tuple[int, int, int, int]] = []  # person, round, column, ranks lost
        lots = lots_of(instance)
        self.people = sorted(instance.people, key=lambda one: lots[one.id])
        self.weights = {one.id: len(lots) - lots[one.id] + 1 for one in self.people}
        self._look_around()
        self.column(0, 0)  # a solver gives no answer to a model without columns
        self._add_seats()
        self._add_one_seat_per_round()
        self._add_workshops_once()
        self._add_sizes()
        self._add_rules()
        self.objectives = list(self._goals())

    # --- columns

    def column(self, lower: float = 0, upper: float = 1) -> int:
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1

    def _look_around(self) -> None:
        """Who works where, which lists count, and what rank each run has for whom."""
        self.working: dict[int, list[ModelRun]] = defaultdict(list)
        for run in self.instance.runs:
            if not run.closed:
                for number in run.staff:
                    self.working[number].append(run)
        self.lists: dict[int, dict[int, tuple[Wish, ...]]] = {}
        self.rank: dict[tuple[int, int], int] = {}
        for person in self.people:
            busy = {number for run in self.working[person.id] for number in run.rounds}
            told = {one.round: one.runs for one in person.wishes}
            counted = [number for number in person.present if number not in busy]
            if any(told.get(number) for number in counted):
                self.lists[person.id] = {number: told.get(number, ()) for number in counted}
            for wishes in self.lists.get(person.id, {}).values():
                for position, wish in enumerate(wishes, start=1):
                    for number in runs_of(wish):
                        key = (person.id, number)
                        self.rank[key] = min(position, self.rank.get(key, position))
        lengths = [len(runs) for lists in self.lists.values() for runs in lists.values()]
        self.worst = 1 + max(lengths, default=0) if self.lists else 0

    def level(self, person: int, run: int, number: int) -> int:
        """How dear this run is to a person in this round: the number of the wish, or one more than the list is long."""
        after = len(self.lists[person][number]) + 1
        return min(self.rank.get((person, run), after), after)

    def _add_seats(self) -> None:
        for run in self.instance.runs:
            if run.minimum and not run.closed:
                self.takes_place[run.id] = self.column()
        for person in self.people:
            sure = {number for run in self.working[person.id] if not run.minimum for number in run.rounds}
            led = {run.workshop for run in self.working[person.id]}
            for run in self.instance.runs:
                if sure.isdisjoint(run.rounds) and run.workshop not in led and self._may(person, run):
                    self.seats[person.id, run.id] = self.column()
            self._fix(person)

    def _may(self, person: ModelPerson, run: ModelRun) -> bool:
        return (
            not run.closed
            and run.capacity >= person.chairs
            and set(run.rounds) <= set(person.present)
            and run.id not in person.forbidden
            and (person.needs <= run.features or Obstacle.NEED in self.relaxed.obstacles)
        )

    def _fix(self, person: ModelPerson) -> None:
        if Obstacle.FIXED in self.relaxed.obstacles:
            return
        for number in person.fixed:
            run = self.instance.run(number)
            column = self.seats.get((person.id, number))
            if person.id in run.staff and not run.closed:
                column = self.takes_place.get(number)
                if column is None:
                    continue  # takes place in any case
            if column is None:
                self.rows.add(1, {}, 1)  # cannot be
            else:
                self.lower[column] = 1

    # --- hard conditions

    def _add_one_seat_per_round(self) -> None:
        for person in self.people:
            for number in person.present:
                terms: Terms = {}
                due = 1
                for run in self.working[person.id]:
                    if number in run.rounds:
                        if run.id in self.takes_place:
                            terms[self.takes_place[run.id]] = 1
                        else:
                            due -= 1
                for run in self.instance.runs:
                    if number in run.rounds and (person.id, run.id) in self.seats:
                        terms[self.seats[person.id, run.id]] = 1
                if due or terms:
                    self.rows.add(due, terms, due)
            self._add_work_outside_presence(person)

    def _add_work_outside_presence(self, person: ModelPerson) -> None:
        """Two jobs at once are impossible also in a round for which nobody asked for a seat."""
        away = {number for run in self.working[person.id] for number in run.rounds} - set(person.present)
        for number in away:
            jobs = [run for run in self.working[person.id] if number in run.rounds]
            if len(jobs) > 1:
                sure = sum(run.id not in self.takes_place for run in jobs)
                self.rows.add(
                    -INFINITE,
                    {self.takes_place[run.id]: 1 for run in jobs if run.id in self.takes_place},
                    1 - sure,
                )

    def _add_workshops_once(self) -> None:
        if Obstacle.WORKSHOP_TWICE in self.relaxed.obstacles:
            return
        of_workshop: dict[int, list[int]] = defaultdict(list)
        for run in self.instance.runs:
            of_workshop[run.workshop].append(run.id)
        several = [runs for runs in of_workshop.values() if len(runs) > 1]
        for person in self.people:
            for runs in several:
                terms = {
                    self.seats[person.id, number]: 1 for number in runs if (person.id, number) in self.seats
                }
                if len(terms) > 1:
                    self.rows.add(-INFINITE, terms, 1)

    def _add_sizes(self) -> None:
        self.of_run: dict[int, list[ModelPerson]] = defaultdict(list)
        for person in self.people:
            for run in self.instance.runs:
                if (person.id, run.id) in self.seats:
                    self.of_run[run.id].append(person)
        for run in self.instance.runs:
            terms = {self.seats[person.id, run.id]: 1 for person in self.of_run[run.id]}
            chairs = {self.seats[person.id, run.id]: person.chairs for person in self.of_run[run.id]}
            open_ = self.takes_place.get(run.id)
            if Obstacle.SEATS not in self.relaxed.obstacles:
                if open_ is None:
                    self.rows.add(-INFINITE, chairs, run.capacity)
                else:
                    self.rows.add(-INFINITE, {**chairs, open_: -run.capacity}, 0)
            if open_ is not None:
                least = 1 if Obstacle.MINIMUM in self.relaxed.obstacles else run.minimum
                self.rows.add(0, {**terms, open_: -least}, INFINITE)
                for column in terms:
                    self.rows.add(-INFINITE, {column: 1, open_: -1}, 0)

    # --- rules

    def _add_rules(self) -> None:
        for position, rule in enumerate(self.instance.rules):
            if position in self.relaxed.rules:
                continue
            if isinstance(rule, Together):
                self._add_together(rule)
            elif isinstance(rule, Apart):
                self._add_apart(rule)
            elif isinstance(rule, OrganisationCap):
                self._add_cap(rule)
            elif isinstance(rule, KindBounds):
                self._add_kind(rule)
            else:
                self._add_spread(rule)

    def _slack(self, soft: bool) -> Terms:
        """A column that counts a violation, if there may be one."""
        if not soft:
            return {}
        column = self.column(0, INFINITE)
        self.broken[column] = 1
        return {column: -1}

    def _sits(self, person: int, run: ModelRun) -> tuple[Terms, int]:
        """Terms and constant of "is in this run", at work or not."""
        if run in self.working[person]:
            return ({self.takes_place[run.id]: 1}, 0) if run.id in self.takes_place else ({}, 1)
        column = self.seats.get((person, run.id))
        return ({}, 0) if column is None else ({column: 1}, 0)

    def _add_together(self, rule: Together) -> None:
        present = {one.id: set(one.present) for one in self.people}
        for number in sorted(present[rule.first] & present[rule.second]):
            slack = self._slack(rule.soft)
            for run in self.instance.runs:
                if number not in run.rounds:
                    continue
                first, a = self._sits(rule.first, run)
                second, b = self._sits(rule.second, run)
                difference = dict(first)
                for column, value in second.items():
                    difference[column] = difference.get(column, 0) - value
                self.rows.add(-INFINITE, {**difference, **slack}, b - a)
                if not slack:
                    self.rows.add(b - a, difference, INFINITE)

    def _add_apart(self, rule: Apart) -> None:
        for run in self.instance.runs:
            first, a = self._sits(rule.first, run)
            second, b = self._sits(rule.second, run)
            both = dict(first)
            for column, value in second.items():
                both[column] = both.get(column, 0) + value
            most = 1 - a - b
            if sum(both.values()) > most:
                self.rows.add(-INFINITE, {**both, **self._slack(rule.soft)}, most)

    def _add_cap(self, rule: OrganisationCap) -> None:
        for run in self.instance.runs:
            if rule.runs and run.id not in rule.runs:
                continue
            for organisation, terms in self._colleagues(run).items():
                if rule.organisation in {None, organisation} and len(terms) > rule.most:
                    self.rows.add(-INFINITE, {**terms, **self._slack(rule.soft)}, rule.most)

    def _add_spread(self, rule: SpreadColleagues) -> None:
        many: dict[tuple[int, int], int] = defaultdict(int)
        for person in self.people:
            if person.organisation is not None:
                for number in person.present:
                    many[person.organisation, number] += 1
        offered: dict[int, int] = defaultdict(int)
        for run in self.instance.runs:
            if not run.closed:
                for number in run.rounds:
                    offered[number] += 1
        for run in self.instance.runs:
            for organisation, terms in self._colleagues(run).items():
                most = max(-(-many[organisation, number] // offered[number]) for number in run.rounds)
                if len(terms) > most:
                    self.rows.add(-INFINITE, {**terms, **self._slack(rule.soft)}, most)

    def _colleagues(self, run: ModelRun) -> dict[int, Terms]:
        found: dict[int, Terms] = defaultdict(dict)
        for person in self.of_run[run.id]:
            if person.organisation is not None:
                found[person.organisation][self.seats[person.id, run.id]] = 1
        return found

    def _add_kind(self, rule: KindBounds) -> None:
        for run in self.instance.runs:
            if run.closed or (rule.runs and run.id not in rule.runs):
                continue
            terms = {
                self.seats[person.id, run.id]: 1 for person in self.of_run[run.id] if person.kind == rule.kind
            }
            open_ = self.takes_place.get(run.id)
            if rule.least:
                slack = dict.fromkeys(self._slack(rule.soft), 1)
                if open_ is None:
                    self.rows.add(rule.least, {**terms, **slack}, INFINITE)
                else:
                    self.rows.add(0, {**terms, **slack, open_: -rule.least}, INFINITE)
            if rule.most is not None and len(terms) > rule.most:
                self.rows.add(-INFINITE, {**terms, **self._slack(rule.soft)}, rule.most)

    # --- goals

    def _goals(self) -> Iterable[Objective]:
        if any(rule.soft for rule in self.instance.rules):
            yield Objective(Goal.RULES, self.broken)
        if self.worst:
            yield from self._goals_of_wishes()
        known = {run.id for run in self.instance.runs}
        if any(number in known for person in self.people for number in person.published):
            yield self._changes()
        yield self._drawn()

    def _ranked_seats(self) -> Iterable[tuple[ModelPerson, int, int, int]]:
        """(person, column, round, level): each seat that somebody who wished for anything may get."""
        for person in self.people:
            lists = self.lists.get(person.id, {})
            for run in self.instance.runs if lists else ():
                column = self.seats.get((person.id, run.id))
                if column is not None:
                    for number in run.rounds:
                        if number in lists:
                            yield person, column, number, self.level(person.id, run.id, number)

    def _goals_of_wishes(self) -> Iterable[Objective]:
        at_level: dict[int, Terms] = defaultdict(lambda: defaultdict(int))
        below: dict[int, Terms] = defaultdict(dict)
        for _person, column, number, level in self._ranked_seats():
            at_level[level][column] += 1
            if level != 1:
                below[number][column] = 1
        if self.instance.mode is Mode.GENEROUS:
            for level in range(self.worst, 1, -1):
                yield Objective(Goal.RANK, dict(at_level[level]), level)
        else:
            late: Terms = defaultdict(int)
            for level in range(LATE, self.worst + 1):
                for column, many in at_level[level].items():
                    late[column] += many
            yield Objective(Goal.LATE, dict(late))
            for level in range(1, self.worst):
                yield Objective(Goal.RANK, dict(at_level[level]), level, most=True)
        if len(self.instance.rounds) > 1:
            most = self.column(0, INFINITE)
            for terms in below.values():
                self.rows.add(-INFINITE, {**terms, most: -1}, 0)
            yield Objective(Goal.EVEN, {most: 1})
            yield from self._goals_of_persons()

    def _goals_of_persons(self) -> Iterable[Objective]:
        """How many lose so many ranks or more over all their rounds. What a stage makes small is by how much people lose more
        than one rank less, all of them together: that is how many lose so many, and one more, and so on upward, and those
        above are decided. Column, rows and terms come with the stage."""
        for person, column, number, level in self._ranked_seats():
            self.losses.append((person.id, number, column, level - 1))
        self.beyond: dict[int, dict[int, int]] = {}
        most = {person: sum(map(len, lists.values())) for person, lists in self.lists.items()}
        for total in range(max(most.values(), default=0), 0, -1):
            self.beyond[total] = {
                person: self.column(0, lost - total + 1) for person, lost in most.items() if lost >= total
            }
            yield Objective(Goal.PERSONS, {}, total)

    def _changes(self) -> Objective:
        """Each published seat that stays is one change less."""
        known = {run.id: run for run in self.instance.runs}
        terms: Terms = defaultdict(int)
        constant = 0
        for person in self.people:
            for number in person.published:
                if number not in known:
                    continue
                run = known[number]
                told = sum(one in person.present for one in run.rounds)
                constant += told
                stays, certain = self._sits(person.id, run)
                constant -= told * certain
                for column in stays:
                    terms[column] -= told
        return Objective(Goal.CHANGES, dict(terms), constant=constant)

    def _drawn(self) -> Objective:
        terms: Terms = defaultdict(int)
        for person, column, _number, level in self._ranked_seats():
            if level > 1:
                terms[column] += (level - 1) * self.weights[person.id]
        return Objective(Goal.LOT, dict(terms))

    # --- to and from places

    def places(self, values: Iterable[float]) -> list[ModelPlace]:
        """The places that a solution stands for; `values` by column, rounded here."""
        chosen = [value > 0.5 for value in values]
        found = [ModelPlace(person, run) for (person, run), column in self.seats.items() if chosen[column]]
        for run in self.instance.runs:
            if not run.closed and (run.id not in self.takes_place or chosen[self.takes_place[run.id]]):
                found += [ModelPlace(number, run.id) for number in run.staff]
        return sorted(found)

    def columns_of(self, places: Iterable[ModelPlace]) -> list[int] | None:
        """The columns of seats and of runs that take place that are 1 under these places; None if a place has no column."""
        columns = set()
        staff = {run.id: run.staff for run in self.instance.runs}
        for place in places:
            if place.person in staff.get(place.run, ()):
                if place.run in self.takes_place:
                    columns.add(self.takes_place[place.run])
                continue
            column = self.seats.get((place.person, place.run))
            if column is None:
                return None
            columns.add(column)
            if place.run in self.takes_place:
                columns.add(self.takes_place[place.run])
        return sorted(columns)
