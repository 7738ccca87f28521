# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What an allocation came to: places, stages with value and proven bound, or what stands in its way."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.allocation.instance import ModelPlace
from app.allocation.rules import OBSTACLE_SENTENCES, Goal, Hindrance, Obstacle, Proof


@dataclass(frozen=True, slots=True)
class Stage:
    """One goal, solved with all goals before it frozen.

    `value` is counted from the places, `bound` is what the solver proved: no allocation that is as good in all stages
    before is below it (above it, if `most`). None: nothing was proven. `seconds` of wall clock.
    """

    goal: Goal
    value: int
    bound: int | None
    seconds: float
    rank: int | None = None
    most: bool = False

    @property
    def proof(self) -> Proof:
        return Proof.OPTIMAL if self.bound == self.value else Proof.FEASIBLE

    @property
    def idle(self) -> bool:
        """Nobody loses as much, and nobody could: one of the many numbers of lost ranks that need no line."""
        return self.goal is Goal.PERSONS and self.value == self.bound == 0

    @property
    def worse(self) -> int | None:
        """By how much the value is worse than the best one, at most; None: nothing is known."""
        return None if self.bound is None else abs(self.value - self.bound)


Said = int | str | None | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Infeasibility:
    """Why there is no allocation: an obstacle with the ids and numbers of its sentence.

    `sentence` is an English source string; a page puts names in the place of ids before it fills in `values`.
    """

    obstacle: Obstacle
    values: Mapping[str, Said]

    @property
    def sentence(self) -> str:
        return OBSTACLE_SENTENCES[self.obstacle]


@dataclass(frozen=True, slots=True)
class Solver:
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """Places with their stages, or reasons. `places` includes staff in runs that take place, in ascending order."""

    proof: Proof
    solver: Solver
    places: tuple[ModelPlace, ...] = ()
    stages: tuple[Stage, ...] = ()
    reasons: tuple[Infeasibility, ...] = ()

    @property
    def first_unproven(self) -> Stage | None:
        """The stage at which "optimal" ends; None if it does not."""
        return next((one for one in self.stages if one.proof is not Proof.OPTIMAL), None)


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What stood against a seat. `rank` belongs to `Goal.RANK` and `Goal.PERSONS`; `condition` is one without which it would
    have been possible, None where none was found in time."""

    hindrance: Hindrance
    goal: Goal | None = None
    rank: int | None = None
    condition: Infeasibility | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run of the solver is: stage `number` of `total` begins. `value` of the best allocation so far, if any."""

    goal: Goal
    number: int
    total: int
    rank: int | None = None
    value: int | None = None
