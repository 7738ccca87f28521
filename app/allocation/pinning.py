# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Why a wish was refused: the first goal that would have come off worse with this person in that run. Loads the solver.

Nothing is guessed from who might change places with whom. A refused wish is possible up to a goal if there is an allocation
that grants it and is as good in every goal so far; solving with the seat pinned would find one. Such allocations are
looked for many wishes at a time; that there is none is proven by the bound of a stage, or by the solver.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from app.allocation.highs import IMPOSSIBLE, Asked, Vector, demand
from app.allocation.instance import Instance, ModelPlace, in_order, runs_of
from app.allocation.model import Model
from app.allocation.protocol import Seat
from app.allocation.result import Allocation, WhyNot
from app.allocation.rules import Goal, Hindrance, Obstacle
from app.allocation.solving import Chain, Clock
from app.allocation.suspects import Suspect, for_organisations, soft_suspects, suspects
from app.allocation.verification import Occupancy

Told = Callable[[int, int], None]
ENOUGH = 0.5  # an allocation that grants half as many as could be is taken: the next one grants others


@dataclass(slots=True)
class Mark:
    """How the problem stood after so many goals: rows that count, and the columns that were still free."""

    rows: int
    lower: Vector
    upper: Vector


def refused_wishes(instance: Instance, places: Iterable[ModelPlace]) -> dict[Seat, tuple[int, ...]]:
    """Every wish that was dearer to somebody than the run given instead, under the first of its runs, with all of them."""
    occupancy = Occupancy(instance, places)
    found = {}
    for person in instance.people:
        given = dict(occupancy.levels(person))
        for number, wishes in occupancy.wishes_of(person).items():
            for wish in wishes[: given.get(number, 1) - 1]:
                found[person.id, runs_of(wish)[0]] = runs_of(wish)
    return found


def why_refused(
    instance: Instance,
    allocation: Allocation,
    *,
    seconds: float,
    progress: Told | None = None,
    cancelled: Asked | None = None,
) -> dict[Seat, WhyNot]:
    """Seat → what stood against it, for every refused wish of this allocation. `progress` gets (done, total) steps.

    What is not found out in time is said to be unknown, and which condition it was is left open. Refuses what `solve` refuses.
    """
    instance = in_order(instance)
    chain = Chain(Model(instance), Clock(seconds, cancelled))
    chain.offer(list(allocation.places))
    wishes = refused_wishes(instance, allocation.places)
    columns = _columns(chain, wishes)
    known = {seat: WhyNot(Hindrance.BARRED) for seat, open_ in columns.items() if not open_}
    search = _Search(chain, {seat: open_ for seat, open_ in columns.items() if open_})
    if chain.values is not None:
        steps = 2 * len(search.objectives) + 1
        for done, _step in enumerate(search.steps(), start=1):
            if progress:
                progress(done, steps)
    found = {**known, **search.found}
    return {**found, **_conditions(instance, allocation.places, wishes, found, chain.clock)}


def _columns(chain: Chain, wishes: Mapping[Seat, Sequence[int]]) -> dict[Seat, list[int]]:
    """For each wish the columns that grant it: those of its runs that are open to the person."""
    seats = chain.model.seats
    return {
        (person, first): [seats[person, run] for run in runs if (person, run) in seats]
        for (person, first), runs in wishes.items()
    }


def _conditions(
    instance: Instance,
    places: Sequence[ModelPlace],
    wishes: Mapping[Seat, Sequence[int]],
    found: Mapping[Seat, WhyNot],
    clock: Clock,
) -> dict[Seat, WhyNot]:
    """Which condition it was: the first without which some allocation grants the seat, a rule for one's own organisation
    before a rule for all. What others need is not said. Of rules that may be broken, the one without which the others need
    not be broken more often than they are."""
    whose = {one.id: one.organisation for one in instance.people}
    named: dict[Seat, WhyNot] = {}
    for soft in (False, True):
        open_ = {
            seat
            for seat, why in found.items()
            if (why.goal is Goal.RULES if soft else why.hindrance is Hindrance.CONDITION)
        }
        own = {number for person, _run in open_ if (number := whose[person]) is not None}
        asked: list[tuple[int | None, Suspect]] = [*for_organisations(instance, own, soft=soft)]
        asked += [(None, one) for one in (soft_suspects(instance) if soft else suspects(instance))]
        for organisation, suspect in asked if open_ else ():
            seats = {seat for seat in open_ if organisation in {None, whose[seat[0]]}}
            if clock.over or not seats or suspect.said.obstacle is Obstacle.NEEDS_TOGETHER:
                continue
            for seat in _granted_without(
                suspect, places if soft else (), {seat: wishes[seat] for seat in seats}, clock
            ):
                named[seat] = replace(found[seat], condition=suspect.said)
                open_.discard(seat)
    return named


def _granted_without(
    suspect: Suspect, held: Sequence[ModelPlace], wishes: Mapping[Seat, Sequence[int]], clock: Clock
) -> set[Seat]:
    """The wishes that some allocation grants; where places are `held`, one that breaks rules no more often than these."""
    chain = Chain(Model(suspect.instance, suspect.relaxed), clock)
    if held:
        chain.offer(list(held))
        first = chain.model.objectives[0]
        if first.goal is Goal.RULES and not chain.hold(0, first):
            return set()
    columns = _columns(chain, wishes)
    start = Mark(len(chain.table), chain.lower, chain.upper)
    return set(granted(chain, columns, start))


def granted(chain: Chain, asked: Mapping[Seat, Sequence[int]], mark: Mark) -> Iterator[Seat]:
    """Each of these wishes (with the columns that grant it) that some allocation grants, as the problem stood at the mark."""
    left = dict(asked)
    while left and not chain.clock.over:
        there = _grant_many(chain, left, mark)
        yield from there
        left = {seat: columns for seat, columns in left.items() if seat not in there}
        if not there:
            return


def _grant_many(chain: Chain, seats: Mapping[Seat, Sequence[int]], mark: Mark) -> set[Seat]:
    cost = np.zeros(chain.width)
    cost[[column for columns in seats.values() for column in columns]] = -1
    problem = chain.integer(cost, mark.lower, mark.upper, rows=mark.rows)
    solver = problem.solver
    demand(solver.setOptionValue("mip_rel_gap", ENOUGH))
    if not chain.run(solver) or solver.getModelStatus() in IMPOSSIBLE:
        return set()
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return set()
    values = problem.values()
    return {seat for seat, columns in seats.items() if any(values[one] > 0.5 for one in columns)}


class _Search:
    """The goals again, one after the other: until which of them each wish stays possible; any of its `columns` grants it."""

    def __init__(self, chain: Chain, columns: Mapping[Seat, Sequence[int]]) -> None:
        self.chain = chain
        self.objectives = [one for one in chain.model.objectives if one.goal is not Goal.LOT]
        self.columns = columns
        # number of goals with which a seat is certainly impossible; one more than there are: not known of any
        self.impossible_with = dict.fromkeys(columns, len(self.objectives) + 1)
        self.found = dict.fromkeys(columns, WhyNot(Hindrance.UNKNOWN))
        self.marks = [self._mark()]

    def _mark(self) -> Mark:
        chain = self.chain
        return Mark(len(chain.table), chain.lower.copy(), chain.upper.copy())

    def steps(self) -> Iterator[None]:
        for number, objective in enumerate(self.objectives):
            if not self.chain.hold(number, objective):
                return
            self.marks.append(self._mark())
            for seat, columns in self.columns.items():
                if all(self.chain.upper[one] < 0.5 for one in columns):
                    self.impossible_with[seat] = min(self.impossible_with[seat], number + 1)
            yield
        for held in range(len(self.objectives), -1, -1):
            self._settle(held)
            yield

    def _settle(self, held: int) -> None:
        """Seats that are impossible with one goal more: possible with these, or impossible with these already."""
        asked = {seat for seat, number in self.impossible_with.items() if number == held + 1}
        for seat in granted(self.chain, {seat: self.columns[seat] for seat in asked}, self.marks[held]):
            self.found[seat] = self._reason(held)
            asked.discard(seat)
        if self.chain.clock.over:
            return
        for seat in asked:
            self.impossible_with[seat] = held
            if held == 0:
                self.found[seat] = WhyNot(Hindrance.CONDITION)

    def _reason(self, held: int) -> WhyNot:
        if held == len(self.objectives):
            return WhyNot(Hindrance.LOT)
        objective = self.objectives[held]
        return WhyNot(Hindrance.GOAL, objective.goal, objective.rank)
