# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The words of an allocation: goals in their order, what may stand in the way, and the refusals people may read."""

from datetime import datetime
from enum import Enum

from app.refusal import N_, Refusal
from app.registration.workshops.rules import Need


class Mode(Enum):
    """How the goal of ranks is meant."""

    GENEROUS = "generous"
    GREEDY = "greedy"


class Mixing(Enum):
    """How strictly the rules for mixing organisations are meant."""

    NONE = "none"
    LOOSE = "loose"
    STRICT = "strict"


class AllocationState(Enum):
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


# Left out, soft or hard as the allocation's mixing says.
MIXING_RULES = frozenset({ConditionKind.ORGANISATION_CAP, ConditionKind.KIND_BOUNDS, ConditionKind.SPREAD})


class Goal(Enum):
    """In strict order: the next one only decides among what is best for all before it."""

    RULES = "rules"
    NOBODY_WITHOUT = "nobody_without"  # these two in protocols of format 1 only
    OUTSIDE = "outside"
    LATE = "late"
    RANK = "rank"
    EVEN = "even"
    PERSONS = "persons"
    CHANGES = "changes"
    LOT = "lot"


class Hindrance(Enum):
    """What stood against a seat that somebody wished for more than for the one given."""

    BARRED = "barred"  # no seat of it was open to this person
    CONDITION = "condition"  # with this person there, a condition that holds for all would be broken
    GOAL = "goal"  # a goal before the lot would have come off worse
    LOT = "lot"  # all goals would have been as good
    UNKNOWN = "unknown"  # not found out in time


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
    TWO_JOBS = "two_jobs"
    FIXED_PLACE = "fixed_place"  # from here on: one part of what is above
    MINIMUM_OF_RUN = "minimum_of_run"
    SAME_WORKSHOP = "same_workshop"
    SEATS_OF_RUN = "seats_of_run"
    SEATS_OF_ROUND = "seats_of_round"
    SEVERAL = "several"
    UNCLEAR = "unclear"
    NOT_FOUND = "not_found"


MODE_LABELS = {
    Mode.GENEROUS: N_("Few late wishes: as few people as possible get one of their last wishes"),
    Mode.GREEDY: N_("Many first wishes: as many people as possible get their first wish"),
}
NEED_LABELS = {
    Need.STEP_FREE: N_("Step-free access"),
    Need.INTERPRETING: N_("Sign language interpreting"),
    Need.INDUCTION_LOOP: N_("Induction loop"),
}
MIXING_LABELS = {
    Mixing.NONE: N_("Without rules for mixing"),
    Mixing.LOOSE: N_("Loose: the rules for mixing may be broken where it helps, as rarely as possible"),
    Mixing.STRICT: N_("Strict: the rules for mixing hold"),
}
MODE_WORDS = {Mode.GENEROUS: N_("few late wishes"), Mode.GREEDY: N_("many first wishes")}
MIXING_WORDS = {
    Mixing.NONE: N_("without mixing"),
    Mixing.LOOSE: N_("loosely mixed"),
    Mixing.STRICT: N_("strictly mixed"),
}
STATE_LABELS = {
    AllocationState.QUEUED: N_("waits for the worker"),
    AllocationState.RUNNING: N_("is worked out"),
    AllocationState.DONE: N_("done"),
    AllocationState.IMPOSSIBLE: N_("impossible"),
    AllocationState.STOPPED: N_("stopped"),
    AllocationState.FAILED: N_("failed"),
}
CONDITION_LABELS = {
    ConditionKind.PIN: N_("Somebody is in this workshop"),
    ConditionKind.FORBID: N_("Somebody is not in this workshop"),
    ConditionKind.TOGETHER: N_("Two people stay together"),
    ConditionKind.APART: N_("Two people are kept apart"),
    ConditionKind.ORGANISATION_CAP: N_("At most so many of one organisation"),
    ConditionKind.KIND_BOUNDS: N_("At least and at most so many of one kind of organisation"),
    ConditionKind.SPREAD: N_("Spread colleagues over the workshops"),
}
GOAL_LABELS = {
    Goal.RULES: N_("Violations of rules that may be broken"),
    Goal.NOBODY_WITHOUT: N_("People without any of their wishes"),
    Goal.OUTSIDE: N_("Seats outside the wishes"),
    Goal.LATE: N_("Seats beyond the third wish"),
    Goal.RANK: N_("Seats at rank %(rank)s"),
    Goal.EVEN: N_("Seats that are no first wish, in the round that comes off worst"),
    Goal.PERSONS: N_("People with %(rank)s or more ranks lost over all rounds"),
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
    Obstacle.NO_RUN: N_("In round %(round)s there is no workshop left that %(person)s may attend."),
    Obstacle.FIXED: N_("The places that were fixed by hand do not go together with the rest."),
    Obstacle.TOGETHER: N_("%(partners)s cannot be placed together."),
    Obstacle.APART: N_("%(partners)s cannot be kept apart."),
    Obstacle.ORGANISATION_CAP: N_("%(runs)s: at most %(most)s of %(organisation)s is too few."),
    Obstacle.KIND: N_("%(runs)s: %(least)s to %(most)s of “%(kind)s” cannot be kept."),
    Obstacle.SPREAD: N_("Colleagues of %(organisation)s cannot be spread as evenly as asked for."),
    Obstacle.MINIMUM: N_(
        "The minimum sizes leave too few seats: too many workshops would have to stay closed."
    ),
    Obstacle.WORKSHOP_TWICE: N_("Somebody would have to attend the same workshop twice."),
    Obstacle.NEEDS_TOGETHER: N_("What people need cannot be met together with the other conditions."),
    Obstacle.SEATS_TOGETHER: N_("The seats do not suffice together with the other conditions."),
    Obstacle.TWO_JOBS: N_("In round %(round)s %(person)s would be at work in two workshops at once."),
    Obstacle.FIXED_PLACE: N_("%(person)s is fixed in %(run)s. That does not go together with the rest."),
    Obstacle.MINIMUM_OF_RUN: N_(
        "%(run)s needs at least %(least)s people. That does not go together with the rest."
    ),
    Obstacle.SAME_WORKSHOP: N_("Somebody would have to attend the same workshop twice: %(runs)s."),
    Obstacle.SEATS_OF_RUN: N_(
        "The %(seats)s seats of %(run)s do not suffice together with the other conditions."
    ),
    Obstacle.SEATS_OF_ROUND: N_(
        "In round %(round)s the %(seats)s seats do not suffice together with the other conditions."
    ),
    Obstacle.SEVERAL: N_("No single condition stands in the way; several of them do together."),
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


# --- at the admin page ---------------------------------------------------------------------------------------------------

UNFINISHED = frozenset({AllocationState.QUEUED, AllocationState.RUNNING})


class NotByWishes(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("On this day everybody chooses workshops directly. Please switch the day to wishes first.")
        )


class AgendaNotReleased(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("Please release the agenda first: there people read where and when their workshops are.")
        )


class NothingToPlaceIn(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("There are no workshops yet. Please add them to the programme first."))


class NobodyToPlace(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("Nobody with a confirmed address has a seat yet, so there is nobody to place."))


class TooManyAllocations(Refusal):
    def __init__(self, waiting: int, kept: int) -> None:
        super().__init__(
            N_(
                "At most %(waiting)s allocations can wait at a time, and at most %(kept)s are kept."
                " Please wait, or remove some you do not need."
            ),
            waiting=waiting,
            kept=kept,
        )


class KeptForTheFile(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("This allocation was published or is still being worked out. It cannot be removed.")
        )


class PersonTwice(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("Please name two different people."), field="second")


class BoundsReversed(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("The upper bound is below the lower one."), field="most")


class ContradictsCondition(Refusal):
    def __init__(self, field: str) -> None:
        super().__init__(
            N_("This contradicts another condition of the list. Please remove that one first."), field=field
        )


class NoSuchRun(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("There is no such workshop on this day."), field="run_id")


class PersonUnknown(Refusal):
    def __init__(self, field: str) -> None:
        super().__init__(
            N_(
                "Nobody who is registered has this name or reference. Please look at the list of registrations."
            ),
            field=field,
        )


class PersonNotUnique(Refusal):
    def __init__(self, field: str, people: str) -> None:
        super().__init__(
            N_("Several people have this name: %(people)s. Please enter the reference."),
            field=field,
            people=people,
        )


# --- on publishing -------------------------------------------------------------------------------------------------


class NotReady(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("This allocation has no result that could be published. Please work out a new one.")
        )


class DayOver(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("The day is over or cancelled. Nobody gets a place any more."))


class WishesStillOpen(Refusal):
    def __init__(self, until: datetime) -> None:
        super().__init__(
            N_("Wishes may still be changed until %(until)s. Publish afterwards, or end them earlier."),
            until=until,
        )


class OtherPublished(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("Somebody else has published another allocation in the meantime. Please look at it first.")
        )


class RunChangedSince(Refusal):
    def __init__(self, run: str) -> None:
        super().__init__(
            N_(
                "Workshop %(run)s was changed after this allocation was worked out. Please work out a new one."
            ),
            run=run,
        )


class RunClosedSince(Refusal):
    def __init__(self, run: str) -> None:
        super().__init__(
            N_(
                "Workshop %(run)s was closed after this allocation was worked out. Please work out a new one."
            ),
            run=run,
        )


class RunTooSmall(Refusal):
    def __init__(self, run: str, people: int, seats: int) -> None:
        super().__init__(
            N_(
                "Workshop %(run)s has %(seats)s seats by now, and %(people)s people would be in it."
                " Please work out a new allocation."
            ),
            run=run,
            people=people,
            seats=seats,
        )


class NeedsUnmet(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "What people need changed after this allocation was worked out, or a room did."
                " Please work out a new one."
            )
        )
