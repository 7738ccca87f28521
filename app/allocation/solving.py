# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The solver: goals in strict order, each proven before the next. With `highs`, `remainder`, `losses` and `pinning` the only
modules that load HiGHS and NumPy.

For the worker and the command line; a web process never imports it. Each stage first solves the linear relaxation: its
value, rounded up, is a proven bound, and what is known of an allocation often reaches it. Only where it does not is
the integer problem solved, without the columns that the relaxation rules out.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import highspy
import numpy as np

from app.allocation.baselines import careful_start
from app.allocation.highs import (
    IMPOSSIBLE,
    Asked,
    Indices,
    Vector,
    demand,
    listen,
    run_carefully,
    this_solver,
)
from app.allocation.infeasibility import look_for_obstacles
from app.allocation.instance import Instance, ModelPlace, in_order, refuse_unsound
from app.allocation.losses import Losses
from app.allocation.model import Model, Objective, Relaxed
from app.allocation.remainder import Basis, Remainder, Table
from app.allocation.result import Allocation, Infeasibility, Progress, Stage
from app.allocation.rules import Goal, Obstacle, Proof, SolverFailed, Stopped
from app.allocation.verification import faults, worth

TOLERANCE = 1e-6
# Reduced costs below this may be noise of the linear solver and rule nothing out.
CERTAIN = 1e-4
# Steps after which the linear solver stops to go on from the last stage and begins anew, with presolve.
NEXT_DOOR = 5_000
# For the sketch only, which proves nothing; the stages know no weights.
WEIGHTS = {Goal.RULES: 500_000, Goal.LATE: 100, Goal.CHANGES: 1}
STEEP = 9  # ranks beyond weigh the same, so that no weight drowns in the noise of another
# Reduced costs up to which a column may be part of the sketch: first those that cost nothing, then more.
LIKELY = (1e-4, 50.0)
Watch = Callable[[Progress], None]


def solve(
    instance: Instance,
    *,
    start: Sequence[ModelPlace] | None = None,
    until: Goal = Goal.LOT,
    progress: Watch | None = None,
    cancelled: Asked | None = None,
) -> Allocation:
    """The best possible places with a bound for each stage, or the reasons why there are none.

    `start` is an allocation to begin with, if one is known; what was published is tried in any case. `until` is the
    last goal that is looked at. `progress` is told when a stage begins; `cancelled` is asked between stages and, a few
    times per second, from inside the solver. Refuses unsound instances (`Unsound`), to go on after a cancel
    (`Stopped`), and any answer of the solver that is not a clear one (`SolverFailed`).
    """
    refuse_unsound(instance)
    instance = in_order(instance)
    clock = Clock(instance.time_limit, cancelled)
    chain = Chain(Model(instance), clock)
    for known in (list(start or ()), published_places(instance), careful_start(instance)):
        chain.offer(known)
    chain.sketch()
    chain.find_any()
    if chain.values is None:
        return _without_places(instance, chain)
    stages = _solve_in_order(chain, until, progress)
    if faults(instance, chain.places):
        raise SolverFailed("an impossible allocation")
    counted = _counted(stages, [one.value for one in worth(instance, chain.places)])
    proven = all(one.proof is Proof.OPTIMAL for one in counted)
    return Allocation(
        Proof.OPTIMAL if proven else Proof.FEASIBLE, this_solver(), tuple(chain.places), tuple(counted)
    )


def _without_places(instance: Instance, chain: "Chain") -> Allocation:
    if not chain.impossible:
        return Allocation(Proof.UNKNOWN, this_solver(), reasons=(Infeasibility(Obstacle.NOT_FOUND, {}),))
    reasons = look_for_obstacles(instance, chain.clock.possible)
    return Allocation(Proof.INFEASIBLE, this_solver(), reasons=tuple(reasons))


def _solve_in_order(chain: "Chain", until: Goal, progress: Watch | None) -> list[Stage]:
    order = list(Goal)
    objectives = [one for one in chain.model.objectives if order.index(one.goal) <= order.index(until)]
    stages = []
    for number, objective in enumerate(objectives):
        chain.clock.refuse_if_cancelled()
        if progress:
            value = chain.value_at(number)
            progress(Progress(objective.goal, number + 1, len(objectives), objective.rank, value))
        stages.append(chain.stage(number, objective))
    return stages


def _counted(stages: Sequence[Stage], values: Sequence[int]) -> list[Stage]:
    """The stages with the values of the final places: a stage that was not proven may have gained from a later one."""
    counted = [replace(stage, value=value) for stage, value in zip(stages, values, strict=False)]
    for stage, final in zip(stages, counted, strict=True):
        if stage.proof is not Proof.OPTIMAL:
            break
        if stage.value != final.value:
            raise SolverFailed("places and stages differ")
    return counted


def published_places(instance: Instance) -> list[ModelPlace]:
    return [ModelPlace(person.id, run) for person in instance.people for run in person.published]


class Clock:
    """The time that is left, and whether somebody pressed cancel."""

    def __init__(self, limit: float, cancelled: Asked | None) -> None:
        self.ends = time.monotonic() + limit
        self.cancelled = cancelled

    @property
    def left(self) -> float:
        return max(self.ends - time.monotonic(), 0.0)

    @property
    def over(self) -> bool:
        return self.left <= 0

    def refuse_if_cancelled(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Stopped

    def possible(self, instance: Instance, relaxed: Relaxed) -> bool | None:
        """Whether anything is possible with some conditions left out; None: not found out in time."""
        return Chain(Model(instance, relaxed), self).is_possible()


@dataclass(slots=True)
class Relaxation:
    """What the linear relaxation says: a bound below every allocation, and what it costs to use a column."""

    bound: float
    columns: Vector
    reduced: Vector


class Chain:
    """One model, solved stage after stage; what is decided is frozen as a row and by columns that are ruled out."""

    def __init__(self, model: Model, clock: Clock) -> None:
        self.model = model
        self.clock = clock
        self.places: list[ModelPlace] = []
        self.values: list[int] | None = None
        self.impossible = False
        self.width = len(model.lower)
        self.lower: Vector = np.array(model.lower, dtype=np.float64)
        self.upper: Vector = np.array(model.upper, dtype=np.float64)
        self.seats: Indices = np.fromiter(model.seats.values(), dtype=np.int32)
        self.table = Table(model.rows)
        self.basis: Basis | None = None

    @cached_property
    def losses(self) -> Losses:
        return Losses(self.model)

    # --- what is known

    def offer(self, places: list[ModelPlace]) -> None:
        """Takes an allocation as the best known one, if it is possible and better."""
        if self.model.columns_of(places) is None or faults(self.model.instance, places):
            return
        values = self._signed(places)
        if self.values is None or values < self.values:
            self.places, self.values = sorted(places), values

    def _signed(self, places: Sequence[ModelPlace]) -> list[int]:
        """The worth of places, small is good; comparing two such lists compares in the order of the goals."""
        return [-one.value if one.most else one.value for one in worth(self.model.instance, places)]

    @property
    def best(self) -> list[int]:
        """The worth of the best known allocation; there is one as soon as stages begin."""
        if self.values is None:
            raise SolverFailed("nothing to begin with")
        return self.values

    def value_at(self, number: int) -> int | None:
        return None if self.values is None else abs(self.values[number])

    def sketch(self) -> None:
        """A good allocation to begin with, from all goals weighed together. It proves nothing and needs not to."""
        linear = self._linear(self._blend())
        if linear.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.impossible = linear.solver.getModelStatus() in IMPOSSIBLE
            return
        relaxation = self._read(linear)
        self._take_if_whole(relaxation.columns)
        for dear in LIKELY:
            likely = (relaxation.columns > TOLERANCE) | (relaxation.reduced < dear)
            upper = np.where(likely, self.upper, self.lower)
            if self._find_blended(upper, share=0.5):
                return

    def _find_blended(self, upper: Vector, share: float = 1.0) -> bool:
        problem = self.integer(self._blend(), self.lower, upper)
        demand(problem.solver.setOptionValue("mip_rel_gap", 0.02))
        if not self.run(problem.solver, share=share):
            self.impossible = upper is self.upper and problem.solver.getModelStatus() in IMPOSSIBLE
            return False
        self.offer(self.model.places(problem.values()))
        return True

    def _blend(self) -> Vector:
        cost: Vector = np.zeros(self.width)
        for objective in self.model.objectives:
            weight = _weight_of(objective)
            for column, value in objective.terms.items():
                cost[column] += weight * value
        return cost

    def find_any(self) -> None:
        """An allocation, if none is known yet and there is one; else `impossible` says whether that is proven."""
        if self.values is None and not self.impossible and self._find_blended(self.upper):
            self._refuse_disagreement()

    def _refuse_disagreement(self) -> None:
        """What the model takes for possible, the plain count must, too."""
        if self.values is None:
            raise SolverFailed("an impossible allocation")

    def is_possible(self) -> bool | None:
        """Whether the model has any solution; None: not found out in time."""
        solver = self.integer(np.zeros(self.width), self.lower, self.upper).solver
        if self.run(solver):
            return True
        return False if solver.getModelStatus() in IMPOSSIBLE else None

    # --- a stage

    def stage(self, number: int, objective: Objective) -> Stage:
        """Solves one goal and freezes it."""
        begun = time.monotonic()
        if objective.goal is Goal.PERSONS:
            objective = self._say_who_loses(number, objective)
        bound = self._solve(number, objective)
        value = self.best[number]
        self._freeze(objective, value)
        sign = -1 if objective.most else 1
        return Stage(
            objective.goal,
            sign * value,
            None if bound is None else sign * bound,
            round(time.monotonic() - begun, 3),
            objective.rank,
            objective.most,
        )

    def hold(self, number: int, objective: Objective) -> bool:
        """Freezes a goal at what is known, without looking for anything better. False: the time is over."""
        if self.clock.over:
            return False
        if objective.goal is Goal.PERSONS:
            objective = self._say_who_loses(number, objective)
        relaxation = self._relax(self._cost(objective))
        self._freeze(objective, self.best[number])
        if relaxation is not None:
            self._rule_out(relaxation, self.best[number] - objective.constant)
        return relaxation is not None

    def _say_who_loses(self, number: int, objective: Objective) -> Objective:
        """The goal with its terms, and the rows of its columns in the table. What the goals above came to is part of the sum."""
        rows = self.losses.rows(objective.rank or 0, self.upper)
        self.upper[rows.idle] = 0
        self.table.add(rows.upper, rows.row, rows.column, rows.value)
        if self.basis is not None:
            self.basis.lengthen(len(self.table))
            self.basis.bind(rows.broken_by(self.basis.point), rows.beyond)
        goals = [one.goal for one in self.model.objectives[:number]]
        above = sum(value for goal, value in zip(goals, self.best, strict=False) if goal is Goal.PERSONS)
        return replace(objective, terms=dict.fromkeys(rows.beyond.tolist(), 1), constant=-above)

    def _solve(self, number: int, objective: Objective) -> int | None:
        """The proven bound; the best known allocation is as good as it could be made."""
        cost = self._cost(objective)
        trivial = self._trivial(objective, cost)
        if self.best[number] == trivial:
            return trivial
        if self.clock.over:
            return trivial
        relaxation = self._relax(cost)
        if relaxation is None:
            return trivial
        bound = max(trivial, _whole(relaxation.bound + objective.constant))
        if self.best[number] > bound:
            self._take_if_whole(relaxation.columns)
        if self.best[number] > bound:
            bound = max(bound, self._search(number, objective, cost, relaxation))
        self._rule_out(relaxation, self.best[number] - objective.constant)
        return bound

    def _cost(self, objective: Objective) -> Vector:
        cost: Vector = np.zeros(self.width)
        sign = -1 if objective.most else 1
        for column, value in objective.terms.items():
            cost[column] = sign * value
        return cost

    def _trivial(self, objective: Objective, cost: Vector) -> int:
        """What no allocation can go below, column by column."""
        with np.errstate(invalid="ignore"):
            least = np.where(cost > 0, cost * self.lower, np.where(cost < 0, cost * self.upper, 0.0))
        trivial = objective.constant + round(float(least.sum()))
        return trivial if objective.most else max(trivial, 0)

    def _relax(self, cost: Vector) -> Relaxation | None:
        """None: the time ran out. The relaxation of something that is possible is possible."""
        self.table.settle(self.lower, self.upper)
        linear = self._linear(cost)
        if linear.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            return self._read(linear)
        if self.clock.over:
            return None
        raise SolverFailed("relaxation infeasible")

    def _linear(self, cost: Vector) -> Remainder:
        """Solves the relaxation: first from where the last one ended, which mostly is next door; else from scratch."""
        if self.basis is not None:
            linear = Remainder(self.table, cost, self.lower, self.upper, basis=self.basis)
            demand(linear.solver.setOptionValue("simplex_iteration_limit", NEXT_DOOR))
            if self.run(linear.solver, may_give_up=True):
                return linear
        linear = Remainder(self.table, cost, self.lower, self.upper)
        self.run(linear.solver)
        return linear

    def _read(self, linear: Remainder) -> Relaxation:
        self.basis = linear.ended(len(self.table))
        bound = float(linear.solver.getInfo().objective_function_value)
        return Relaxation(bound, self.basis.point, linear.reduced())

    def _take_if_whole(self, columns: Vector) -> None:
        seats = columns[self.seats]
        if float(np.abs(seats - np.round(seats)).max(initial=0.0)) < TOLERANCE:
            self.offer(self.model.places(columns))

    def _search(self, number: int, objective: Objective, cost: Vector, relaxation: Relaxation) -> int:
        """Solves the integer problem among the columns that may be part of something better; returns the bound."""
        gap = self.best[number] - objective.constant - relaxation.bound
        lower, upper = self._remaining(relaxation, gap)
        problem = self.integer(cost, lower, upper)
        self._hand_over_start(problem)
        if not self._look(problem, cost):
            # Seen in HiGHS 1.16: where presolve decides all, the value is right but the start comes back as solution.
            problem = self.integer(cost, lower, upper)
            self._look(problem, cost)
        info = problem.solver.getInfo()
        if not math.isfinite(info.mip_dual_bound):
            return _whole(relaxation.bound + objective.constant)
        # Columns that were left out cannot beat what was known before, so the bound holds up to there.
        return min(_whole(info.mip_dual_bound + objective.constant), self.best[number])

    def _look(self, problem: Remainder, cost: Vector) -> bool:
        """Solves, and takes what was found; False if solution and value do not belong together."""
        self.run(problem.solver, share=0.5)
        info = problem.solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return True
        columns = problem.values()
        self.offer(self.model.places(columns))
        return abs(float(cost @ columns) - info.objective_function_value) < 0.5

    def _remaining(self, relaxation: Relaxation, gap: float) -> tuple[Vector, Vector]:
        """Bounds with every column fixed that costs more than the gap to use, or to do without."""
        lower, upper = self.lower.copy(), self.upper.copy()
        at_lower = relaxation.columns < lower + TOLERANCE
        at_upper = relaxation.columns > upper - TOLERANCE
        upper[at_lower & (relaxation.reduced > gap + CERTAIN)] = lower[
            at_lower & (relaxation.reduced > gap + CERTAIN)
        ]
        lower[at_upper & (relaxation.reduced < -gap - CERTAIN)] = upper[
            at_upper & (relaxation.reduced < -gap - CERTAIN)
        ]
        return lower, upper

    def _rule_out(self, relaxation: Relaxation, value: int) -> None:
        self.lower, self.upper = self._remaining(relaxation, value - relaxation.bound)

    def _freeze(self, objective: Objective, value: int) -> None:
        """No later stage may be worse in this one."""
        sign = -1 if objective.most else 1
        columns = np.fromiter(objective.terms.keys(), dtype=np.int32)
        values = sign * np.fromiter(objective.terms.values(), dtype=np.float64)
        if (self.lower[columns] < self.upper[columns]).any():
            most = np.array([value - objective.constant], dtype=np.float64)
            self.table.add(most, np.zeros(len(columns), dtype=np.int32), columns, values)

    # --- HiGHS

    def integer(self, cost: Vector, lower: Vector, upper: Vector, rows: int | None = None) -> Remainder:
        """The integer problem: the rows as they are now, frozen stages among them, or only the first so many."""
        table = self.table if rows is None else self.table.first(rows)
        return Remainder(table, cost, lower, upper, whole=True)

    def _hand_over_start(self, problem: Remainder) -> None:
        """Seats and runs that take place in the best known allocation; HiGHS works out the columns that follow from them."""
        known = np.zeros(self.width, dtype=np.bool_)
        known[self.seats] = True
        known[list(self.model.takes_place.values())] = True
        chosen = np.zeros(self.width)
        chosen[self.model.columns_of(self.places) or []] = 1
        problem.start_from(known, chosen)

    def run(self, solver: highspy.Highs, *, may_give_up: bool = False, share: float = 1.0) -> bool:
        """Whether a solution was found. Refuses every status that is neither that, nor "there is none", nor "no time".

        `share` of the time that is left may be used: an unproven stage leaves some to those after it.
        """
        self.clock.refuse_if_cancelled()
        demand(solver.setOptionValue("time_limit", solver.getRunTime() + share * self.clock.left))
        if self.clock.cancelled is not None:
            listen(solver, self.clock.cancelled)
        status = run_carefully(solver)
        self.clock.refuse_if_cancelled()
        said = solver.getModelStatus()
        if status == highspy.HighsStatus.kError:
            raise SolverFailed(str(said))
        if said == highspy.HighsModelStatus.kOptimal:
            return True
        if said == highspy.HighsModelStatus.kTimeLimit:
            return bool(
                solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
            )
        if said == highspy.HighsModelStatus.kIterationLimit and may_give_up:
            return False
        if said in IMPOSSIBLE:
            return False
        raise SolverFailed(solver.modelStatusToString(said))


def _weight_of(objective: Objective) -> int:
    rank = objective.rank or 1
    if objective.goal is not Goal.RANK:
        return WEIGHTS.get(objective.goal, 0)
    return -(40 // rank) if objective.most else 4 ** min(rank, STEEP)


def _whole(bound: float) -> int:
    """The lowest whole value that is not below the bound, noise allowed for."""
    return math.ceil(bound - TOLERANCE * max(1.0, abs(bound) * 1e-2))
