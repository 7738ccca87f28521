# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Working one allocation out: read the question, solve, write down the answer; in a process of its own.

No transaction is open while the solver works. Loads the solver only when there is something to solve.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError

from app.allocation.figures import full_runs
from app.allocation.instance import Instance, refuse_unsound
from app.allocation.lease import LeaseOutcome, finish, keep_chairs, keep_progress, keep_refusals, renew
from app.allocation.loader import Terms, read_question
from app.allocation.models import AllocationRun
from app.allocation.protocol import Seat, obstacle_as_data, refusals_as_data, write_protocol
from app.allocation.result import Allocation, Infeasibility, Progress, WhyNot
from app.allocation.rules import AllocationState, Obstacle, Proof, SolverFailed, Stopped, Unsound
from app.clock import now as clock_now
from app.db import Json
from app.events.models import Event
from app.refusal import Refusal
from app.store.leases import Lease
from app.store.transactions import current_session, transaction

EVERY_SECONDS = 2.0  # between two looks whether somebody pressed "stop"; each renews the lease
SECONDS_PER_CHAIR = 10.0
# What obstacles say of needs. People are counted or named with it in the model; at the admin page they must not be.
ABOUT_NEEDS = frozenset({Obstacle.NEED, Obstacle.NEEDS_TOGETHER})
# What would tell it by the name of somebody who has a need, and what is said instead.
TELLING = {Obstacle.NO_RUN: Obstacle.NEED, Obstacle.FIXED_PLACE: Obstacle.FIXED}


Context = Callable[[], AbstractContextManager[Any]]
"""What has to be around whatever asks the database, in any thread."""


class Watch:
    """Tells the database how far it is, and the solver when to stop."""

    def __init__(self, context: Context, lease: Lease, clock: Callable[[], datetime]) -> None:
        self.context, self.lease, self.clock = context, lease, clock
        self.progress = ""
        self.stopped = False
        self._next = time.monotonic()

    def see(self, progress: Progress) -> None:
        self.progress = f"{progress.number}/{progress.total}"

    def cancelled(self) -> bool:
        """Asked often, looks seldom. An application context of its own: the solver may ask from another thread."""
        if self.stopped or time.monotonic() < self._next:
            return self.stopped
        self._next = time.monotonic() + EVERY_SECONDS
        # A database that is away for a moment is no reason to throw the work away; the solver could not catch it either.
        with suppress(OperationalError), self.context(), transaction() as session:
            self.stopped = not renew(session, self.lease, self.progress, self.clock())
        return self.stopped


def work_out(context: Context, lease: Lease, clock: Callable[[], datetime] = clock_now) -> AllocationState:
    """Solve what was claimed and write it down; afterwards what one chair more would do. Returns how it ended."""
    with context():
        instance = _read(lease)
        watch = Watch(context, lease, clock)
        allocation: Allocation | None = None
        try:
            refuse_unsound(instance)
            from app.allocation.solving import solve

            allocation = solve(instance, progress=watch.see, cancelled=watch.cancelled)
            outcome = _outcome(instance, allocation)
        except Stopped:
            outcome = LeaseOutcome(AllocationState.STOPPED)
        except (SolverFailed, Unsound) as refusal:
            outcome = LeaseOutcome(AllocationState.FAILED, reasons=[_sentence(refusal)])
        with transaction() as session:
            written = finish(session, lease, outcome, clock())
        if written and allocation is not None and outcome.state is AllocationState.DONE:
            _add_refusals(lease, instance, allocation)
            _add_chairs(lease, instance, allocation)
        return outcome.state


def _read(lease: Lease) -> Instance:
    session = current_session()
    allocation_run = session.get_one(AllocationRun, lease.id)
    terms = Terms(allocation_run.mode, allocation_run.mixing, allocation_run.seed, allocation_run.seconds)
    instance = read_question(session, session.get_one(Event, allocation_run.event_id), terms)
    session.rollback()
    return instance


def _outcome(instance: Instance, allocation: Allocation) -> LeaseOutcome:
    if allocation.proof in {Proof.OPTIMAL, Proof.FEASIBLE}:
        return LeaseOutcome(AllocationState.DONE, write_protocol(instance, allocation))
    state = AllocationState.IMPOSSIBLE if allocation.proof is Proof.INFEASIBLE else AllocationState.FAILED
    return LeaseOutcome(state, reasons=list(discreet(instance, allocation.reasons)))


def discreet(instance: Instance, reasons: Iterable[Infeasibility]) -> Iterable[Json]:
    """The reasons as JSON values, without a word on who needs what: a need is health data, and the admin page is for many.

    That nothing is left for somebody, or that a fixed place does not go, is said without the name, if that person has a need:
    the name would tell it.
    """
    needy = {one.id for one in instance.people if one.needs}
    said: list[Json] = []
    for reason in reasons:
        one = obstacle_as_data(reason)
        obstacle, values = reason.obstacle, one["values"]
        if values.get("person") in needy:
            obstacle = TELLING.get(obstacle, obstacle)
        if obstacle is Obstacle.FIXED:
            values = {}
        if obstacle in ABOUT_NEEDS:
            values = {key: value for key, value in values.items() if key == "round"}
        one = {"obstacle": obstacle.value, "values": values}
        if one not in said:
            said.append(one)
    return said


def _sentence(refusal: Refusal) -> Json:
    return {"sentence": refusal.sentence, "values": dict(refusal.values)}


def _add_refusals(lease: Lease, instance: Instance, allocation: Allocation) -> None:
    """What stood against each refused wish, within the time that the allocation itself was given."""
    from app.allocation.pinning import why_refused

    told = time.monotonic()

    def tell(done: int, steps: int) -> None:
        nonlocal told
        if time.monotonic() - told >= EVERY_SECONDS:
            told = time.monotonic()
            with suppress(OperationalError), transaction() as session:
                keep_progress(session, lease.id, f"{done}/{steps}")

    found: dict[Seat, WhyNot] = {}
    with suppress(SolverFailed):
        found = why_refused(instance, allocation, seconds=instance.time_limit, progress=tell)
    with transaction() as session:
        keep_refusals(session, lease.id, refusals_as_data(found))


def _add_chairs(lease: Lease, instance: Instance, allocation: Allocation) -> None:
    """Within the time that the allocation itself was given; what is not found out in it is not said."""
    from app.allocation.sensitivity import Chair, one_more_chair

    ends = time.monotonic() + instance.time_limit
    found: list[Chair] = []
    for run in full_runs(instance, allocation.places):
        left = ends - time.monotonic()
        if left <= 0:
            break
        seconds = min(SECONDS_PER_CHAIR, left)
        with suppress(SolverFailed):
            found += one_more_chair(instance, allocation, runs=[run], seconds_each=seconds)
    chairs: list[Json] = [
        {
            "run": one.run,
            "by": one.by,
            "proven": one.proven,
            "goal": one.gain.goal.value if one.gain else None,
            "rank": one.gain.rank if one.gain else None,
        }
        for one in found
    ]
    with transaction() as session:
        keep_chairs(session, lease.id, chairs)
