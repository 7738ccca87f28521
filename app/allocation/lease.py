# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who works on an allocation, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.allocation.models import AllocationRun
from app.allocation.rules import AllocationState
from app.db import Json
from app.refusal import N_
from app.store.leases import Lease, Leases

LEASES = Leases(AllocationRun, AllocationState, timedelta(minutes=2))
DIED = N_("The program that works it out ended unexpectedly. Perhaps the memory did not suffice.")


@dataclass(frozen=True, slots=True)
class LeaseOutcome:
    """What became of it: a protocol if it is done, else perhaps reasons."""

    state: AllocationState
    protocol: Json | None = None
    reasons: Sequence[Json] = field(default=())


def claim(session: Session, allocation_run_id: int, now: datetime) -> Lease | None:
    """Take it in hand. None: somebody else has it, or there is nothing to do any more.

    One whose worker died after somebody had pressed "stop" ends here, and so does one whose workers died each time.
    """
    this = AllocationRun.id == allocation_run_id
    LEASES.end(session, now, this, AllocationRun.stop_asked, state=AllocationState.STOPPED)
    LEASES.give_up(session, now, this, reasons=[{"sentence": DIED, "values": {}}])
    return LEASES.claim(session, allocation_run_id, now, progress="")


def renew(session: Session, lease: Lease, progress: str, now: datetime) -> bool:
    """Keep it for longer. False: stop, because somebody pressed "stop" or somebody else has it by now."""
    if not LEASES.renew(session, lease, now, progress=progress):
        return False
    return session.scalar(select(AllocationRun.stop_asked).where(AllocationRun.id == lease.id)) is False


def finish(session: Session, lease: Lease, outcome: LeaseOutcome, now: datetime) -> bool:
    """Write down what became of it. False: the lease was lost, nothing is written."""
    values = {"protocol": outcome.protocol, "reasons": list(outcome.reasons), "stop_asked": False}
    return LEASES.finish(session, lease, now, state=outcome.state, **values)


def keep_chairs(session: Session, allocation_run_id: int, chairs: Sequence[Json]) -> None:
    """What one chair more would do, once the result itself is safe."""
    done = update(AllocationRun).where(
        AllocationRun.id == allocation_run_id, AllocationRun.state == AllocationState.DONE
    )
    session.execute(_past(done.values(chairs=list(chairs))))


def keep_refusals(session: Session, allocation_run_id: int, refusals: Sequence[Json]) -> None:
    """What stood against each wish that was refused, once the result itself is safe."""
    done = update(AllocationRun).where(
        AllocationRun.id == allocation_run_id, AllocationRun.state == AllocationState.DONE
    )
    session.execute(_past(done.values(refusals=list(refusals), progress="")))


def keep_progress(session: Session, allocation_run_id: int, progress: str) -> None:
    """How far the reasons are; they come after the result."""
    done = update(AllocationRun).where(AllocationRun.id == allocation_run_id)
    session.execute(_past(done.values(progress=progress)))


def _past(statement: Any) -> Any:
    """Past the mapper: nobody reads the row in this transaction."""
    return statement.execution_options(synchronize_session=False)
