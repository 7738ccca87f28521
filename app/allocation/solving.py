# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The solver: goals in strict order, each proven before the next. With `highs` and `pinning` the only modules that load HiGHS and NumPy.

For the worker and the command line; a web process never imports it. Each stage first solves the linear relaxation: its
value, rounded up, is a proven bound, and what is known of an allocation often reaches it. Only where it does not is
the integer problem solved, without the columns that the relaxation rules out.
"""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from app.allocation.baselines import careful_start
from app.allocation.highs import (
    IMPOSSIBLE,
    Asked,
    Indices,
    Vector,
    demand,
    leave_out,
    listen,
    new_solver,
    run_carefully,
    this_solver,
)
from app.allocation.infeasibility import look_for_obstacles
from app.allocation.instance import Instance, ModelPlace, in_order, refuse_unsound
from app.allocation.model import INFINITE, Model, Objective, Relaxed
from app.allocation.result import Allocation, Infeasibility, Progress, Stage
from app.allocation.rules import Goal, Obstacle, Proof, SolverFailed, Stopped
from app.allocation.verification import faults, worth

TOLERANCE = 1e-6
# Reduced costs below this may be noise of the linear solver and rule nothing out.
CERTAIN = 1e-4
# Steps after which the linear solver stops to go on from the last stage and begins anew, with presolve.
NEXT_DOOR = 300
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
        self.all: Indices = np.arange(self.width, dtype=np.int32)
        self.lower: Vector = np.array(model.lower, dtype=np.float64)
        self.upper: Vector = np.array(model.upper, dtype=np.float64)
        self.linear = new_solver()
        demand(self.linear.passModel(self._as_lp()))

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
        if not self._linear_is_possible(self._blend()):
            self.impossible = self.linear.getModelStatus() in IMPOSSIBLE
            return
        relaxation = self._read_relaxation()
        self._take_if_whole(relaxation.columns)
        for dear in LIKELY:
            likely = (relaxation.columns > TOLERANCE) | (relaxation.reduced < dear)
            upper = np.where(likely, self.upper, self.lower)
            if self._find_blended(upper, share=0.5):
                return

    def _find_blended(self, upper: Vector, share: float = 1.0) -> bool:
        solver = self.integer(self._blend(), self.lower, upper)
        demand(solver.setOptionValue("mip_rel_gap", 0.02))
        if not self.run(solver, share=share):
            self.impossible = upper is self.upper and solver.getModelStatus() in IMPOSSIBLE
            return False
        self.offer(self.model.places(solver.getSolution().col_value))
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
        solver = self.integer(np.zeros(self.width), self.lower, self.upper)
        if self.run(solver):
            return True
        return False if solver.getModelStatus() in IMPOSSIBLE else None

    # --- a stage

    def stage(self, number: int, objective: Objective) -> Stage:
        """Solves one goal and freezes it."""
        begun = time.monotonic()
        if objective.goal is Goal.PERSONS:
            self._say_who_loses(objective.rank or 0)
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
            self._say_who_loses(objective.rank or 0)
        relaxation = self._relax(self._cost(objective))
        self._freeze(objective, self.best[number])
        if relaxation is not None:
            self._rule_out(relaxation, self.best[number] - objective.constant)
        return relaxation is not None

    def _say_who_loses(self, total: int) -> None:
        """Rows for whom a loss of `total` ranks is still open; the columns of the others are decided."""
        for (person, one), column in self.model.heavy.items():
            if one != total:
                continue
            losses = self.model.losses[person]
            most = sum(
                max((loss for seat, loss in seats.items() if self.upper[seat] > 0.5), default=0)
                for seats in losses.values()
            )
            if most < total:
                self.upper[column] = 0
                continue
            terms: dict[int, int] = defaultdict(int)
            for seats in losses.values():
                for seat, loss in seats.items():
                    if self.upper[seat] > 0.5:
                        terms[seat] += loss
            terms[column] = -(most - total + 1)
            demand(
                self.linear.addRow(
                    -highspy.kHighsInf,
                    total - 1,
                    len(terms),
                    np.fromiter(terms.keys(), dtype=np.int32),
                    np.fromiter(terms.values(), dtype=np.float64),
                )
            )
        demand(self.linear.changeColsBounds(self.width, self.all, self.lower, self.upper))

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
        return objective.constant + round(float(least.sum()))

    def _relax(self, cost: Vector) -> Relaxation | None:
        """None: the time ran out. The relaxation of something that is possible is possible."""
        if self._linear_is_possible(cost):
            return self._read_relaxation()
        if self.clock.over:
            return None
        raise SolverFailed("relaxation infeasible")

    def _linear_is_possible(self, cost: Vector) -> bool:
        """Solves the relaxation: first from where the last stage ended, which often is next door; else from scratch."""
        demand(self.linear.changeColsCost(self.width, self.all, cost))
        demand(self.linear.setOptionValue("simplex_iteration_limit", NEXT_DOOR))
        if not self.run(self.linear, may_give_up=True):
            demand(self.linear.clearSolver())
            demand(self.linear.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf))
            self.run(self.linear)
        return bool(self.linear.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def _read_relaxation(self) -> Relaxation:
        solution = self.linear.getSolution()
        return Relaxation(
            float(self.linear.getInfo().objective_function_value),
            np.array(solution.col_value),
            np.array(solution.col_dual),
        )

    def _take_if_whole(self, columns: Vector) -> None:
        seats = columns[list(self.model.seats.values())]
        if float(np.abs(seats - np.round(seats)).max(initial=0.0)) < TOLERANCE:
            self.offer(self.model.places(columns))

    def _search(self, number: int, objective: Objective, cost: Vector, relaxation: Relaxation) -> int:
        """Solves the integer problem among the columns that may be part of something better; returns the bound."""
        gap = self.best[number] - objective.constant - relaxation.bound
        lower, upper = self._remaining(relaxation, gap)
        solver = self.integer(cost, lower, upper)
        self._hand_over_start(solver)
        if not self._look(solver, cost):
            # Seen in HiGHS 1.16: where presolve decides all, the value is right but the start comes back as solution.
            solver = self.integer(cost, lower, upper)
            self._look(solver, cost)
        info = solver.getInfo()
        if not math.isfinite(info.mip_dual_bound):
            return _whole(relaxation.bound + objective.constant)
        # Columns that were left out cannot beat what was known before, so the bound holds up to there.
        return min(_whole(info.mip_dual_bound + objective.constant), self.best[number])

    def _look(self, solver: highspy.Highs, cost: Vector) -> bool:
        """Solves, and takes what was found; False if solution and value do not belong together."""
        self.run(solver, share=0.5)
        info = solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return True
        columns = np.array(solver.getSolution().col_value)
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
        demand(self.linear.changeColsBounds(self.width, self.all, self.lower, self.upper))

    def _freeze(self, objective: Objective, value: int) -> None:
        """No later stage may be worse in this one."""
        sign = -1 if objective.most else 1
        columns = np.fromiter(objective.terms.keys(), dtype=np.int32)
        values = sign * np.fromiter(objective.terms.values(), dtype=np.float64)
        free = self.lower[columns] < self.upper[columns]
        if not free.any():
            return
        demand(
            self.linear.addRow(-highspy.kHighsInf, value - objective.constant, len(columns), columns, values)
        )

    # --- HiGHS

    def _as_lp(self) -> highspy.HighsLp:
        rows = self.model.rows
        lp = highspy.HighsLp()
        lp.num_col_ = self.width
        lp.num_row_ = len(rows.lower)
        lp.col_cost_ = np.zeros(self.width)
        lp.col_lower_ = self.lower
        lp.col_upper_ = np.where(self.upper == INFINITE, highspy.kHighsInf, self.upper)
        lp.row_lower_ = np.array(rows.lower, dtype=np.float64)
        lp.row_upper_ = np.array(rows.upper, dtype=np.float64)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array([*rows.starts, len(rows.columns)], dtype=np.int32)
        lp.a_matrix_.index_ = np.array(rows.columns, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(rows.values, dtype=np.float64)
        return lp

    def integer(self, cost: Vector, lower: Vector, upper: Vector, rows: int | None = None) -> highspy.Highs:
        """The integer problem: the rows as they are now, frozen stages among them, or only the first so many."""
        solver = new_solver()
        lp = self.linear.getLp()
        if rows is not None:
            leave_out(lp, rows)
        lp.col_cost_ = cost
        lp.col_lower_ = lower
        lp.col_upper_ = upper
        lp.integrality_ = [highspy.HighsVarType.kInteger] * self.width
        demand(solver.passModel(lp))
        return solver

    def _hand_over_start(self, solver: highspy.Highs) -> None:
        """Seats and runs that take place in the best known allocation; HiGHS works out the columns that follow from them."""
        columns = self.model.columns_of(self.places) or []
        told: Indices = np.array(
            sorted({*self.model.seats.values(), *self.model.takes_place.values()}), dtype=np.int32
        )
        chosen = np.zeros(self.width)
        chosen[columns] = 1
        demand(solver.setSolution(len(told), told, chosen[told]))

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
