# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The words of an allocation: goals in their order, what may stand in the way, and the refusals people may read."""

from enum import Enum

from app.refusal import N_, Refusal


class Mode(Enum):
    """How the fourth goal is meant."""

    GENEROUS = "generous"
    GREEDY = "greedy"


class Mixing(Enum):
    """How strictly the rules for mixing agencies are meant."""

    NONE = "none"
    LOOSE = "loose"
    STRICT = "strict"


class SolvingState(Enum):
    """Where an allocation stands; the worker takes what is queued in hand."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    IMPOSSIBLE = "impossible"
    STOPPED = "stopped"
    FAILED = "failed"


class ConditionKind(Enum):
    """What the team may ask for beside seats and wishes."""

    PIN = "pin"
    FORBID = "forbid"
    TOGETHER = "together"
    APART = "apart"
    ORGANISATION_CAP = "organisation_cap"
    KIND_BOUNDS = "kind_bounds"
    SPREAD = "spread"


class Need(Enum):
    """What somebody cannot do without. Health data: read by those only who must know."""

    STEP_FREE = "step_free"
    INTERPRETING = "interpreting"
    INDUCTION_LOOP = "induction_loop"


class Goal(Enum):
    """In strict order: the next one only decides among what is best for all before it."""

    RULES = "rules"
    NOBODY_WITHOUT = "nobody_without"
    OUTSIDE = "outside"
    RANK = "rank"
    EVEN = "even"
    CHANGES = "changes"
    LOT = "lot"


class Proof(Enum):
    """What is known about the value of a stage, and of all of them together."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class Obstacle(Enum):
    """What keeps an allocation from existing."""

    SEATS = "seats"
    NEED = "need"
    NO_RUN = "no_run"
    FIXED = "fixed"
    TOGETHER = "together"
    APART = "apart"
    ORGANISATION_CAP = "organisation_cap"
    KIND = "kind"
    SPREAD = "spread"
    MINIMUM = "minimum"
    WORKSHOP_TWICE = "workshop_twice"
    NEEDS_TOGETHER = "needs_together"
    SEATS_TOGETHER = "seats_together"
    SEVERAL = "several"
    UNCLEAR = "unclear"
    NOT_FOUND = "not_found"


MODE_LABELS = {
    Mode.GENEROUS: N_("Generous: as few people as possible get a low wish"),
    Mode.GREEDY: N_("Greedy: as many people as possible get their first wish"),
}
NEED_LABELS = {
    Need.STEP_FREE: N_("Step-free access"),
    Need.INTERPRETING: N_("Sign language interpreting"),
    Need.INDUCTION_LOOP: N_("Induction loop"),
}
GOAL_LABELS = {
    Goal.RULES: N_("Violations of rules that may be broken"),
    Goal.NOBODY_WITHOUT: N_("People without any of their wishes"),
    Goal.OUTSIDE: N_("Seats outside the wishes"),
    Goal.RANK: N_("Seats at wish number %(rank)s"),
    Goal.EVEN: N_("Seats below the first wish in the round that has most of them"),
    Goal.CHANGES: N_("Seats that differ from what was published"),
    Goal.LOT: N_("Drawn by lot"),
}
PROOF_LABELS = {
    Proof.OPTIMAL: N_("Proven: there is no better allocation"),
    Proof.FEASIBLE: N_("Possible, but not proven to be the best: at most %(worse)s worse"),
    Proof.INFEASIBLE: N_("There is no such allocation"),
    Proof.UNKNOWN: N_("No allocation was found in time; whether there is one is not known"),
}
OBSTACLE_SENTENCES = {
    Obstacle.SEATS: N_("In round %(round)s there are %(seats)s seats for %(people)s people."),
    Obstacle.NEED: N_(
        "In round %(round)s there are %(seats)s seats with “%(need)s”, and %(people)s people need one."
    ),
    Obstacle.NO_RUN: N_("In round %(round)s there is no workshop left that person %(person)s may attend."),
    Obstacle.FIXED: N_("The places that were fixed by hand do not go together with the rest."),
    Obstacle.TOGETHER: N_("Person %(first)s and person %(second)s cannot be placed together."),
    Obstacle.APART: N_("Person %(first)s and person %(second)s cannot be kept apart."),
    Obstacle.ORGANISATION_CAP: N_("At most %(most)s people of one organisation per workshop is too few."),
    Obstacle.KIND: N_("The bounds for kind of agency %(kind)s cannot be kept."),
    Obstacle.SPREAD: N_("Colleagues cannot be spread as evenly as asked for."),
    Obstacle.MINIMUM: N_(
        "The minimum sizes leave too few seats: too many workshops would have to stay closed."
    ),
    Obstacle.WORKSHOP_TWICE: N_("Somebody would have to attend the same workshop twice."),
    Obstacle.NEEDS_TOGETHER: N_("What people need cannot be met together with the other conditions."),
    Obstacle.SEATS_TOGETHER: N_("The seats do not suffice together with the other conditions."),
    Obstacle.SEVERAL: N_("No single rule stands in the way; several of them do together."),
    Obstacle.UNCLEAR: N_("What stands in the way was not found within the time limit."),
    Obstacle.NOT_FOUND: N_("Within the time limit no allocation was found. Please allow more time."),
}


class Unsound(Refusal):
    """What was handed in contradicts itself, so it is not even a question.

    `sentence` is for the team; which thing it is stands in `values` by its id.
    """


class UnknownThing(Unsound):
    def __init__(self, what: int) -> None:
        super().__init__(N_("Number %(what)s is used but does not exist."), what=what)


class NamedTwice(Unsound):
    def __init__(self, what: int) -> None:
        super().__init__(N_("Number %(what)s is there twice."), what=what)


class WishElsewhere(Unsound):
    def __init__(self, person: int, run: int) -> None:
        super().__init__(
            N_("Person %(person)s wishes for workshop run %(run)s in a round it is not held in."),
            person=person,
            run=run,
        )


class ImpossibleNumber(Unsound):
    def __init__(self, number: int) -> None:
        super().__init__(N_("%(number)s is not a possible number here."), number=number)


class Stopped(Refusal):
    """Somebody pressed “cancel” while it ran."""

    def __init__(self) -> None:
        super().__init__(N_("The allocation was stopped. Nothing was changed."))


class SolverFailed(Refusal):
    """The solver said something other than a result; never taken for one."""

    def __init__(self, said: str) -> None:
        super().__init__(N_("The solver failed (%(said)s). Nothing was changed."), said=said)
