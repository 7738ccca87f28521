# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who works on an allocation: claimed by one conditional update, kept by renewing the lease, taken over when it ends.

Whoever has lost the lease changes nothing any more: every verb asks for the token.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from app.allocation.models import AllocationRun
from app.allocation.rules import AllocationState
from app.db import Json
from app.refusal import N_

LEASE = timedelta(minutes=2)
MOST_CLAIMS = 3  # whatever ends its worker each time must not be tried for ever
DIED = N_("The program that works it out ended unexpectedly. Perhaps the memory did not suffice.")


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on an allocation until the lease ends; `token` proves it."""

    id: int
    token: str


@dataclass(frozen=True, slots=True)
class LeaseOutcome:
    """What became of it: a protocol if it is done, else perhaps reasons."""

    state: AllocationState
    protocol: Json | None = None
    reasons: Sequence[Json] = field(default=())


def next_to_solve(session: Session, now: datetime) -> int | None:
    """The allocation that has waited longest, or whose worker is gone."""
    return session.scalar(select(AllocationRun.id).where(_free(now)).order_by(AllocationRun.id).limit(1))


def claim(session: Session, allocation_run_id: int, now: datetime, length: timedelta = LEASE) -> Lease | None:
    """Take it in hand. None: somebody else has it, or there is nothing to do any more.

    One whose worker died after somebody had pressed "stop" ends here, and so does one whose workers died each time.
    """
    free = update(AllocationRun).where(AllocationRun.id == allocation_run_id, _free(now))
    ended = {"finished_at": now, "lease_until": None, "lease_token": None}
    session.execute(
        _past(free.where(AllocationRun.stop_asked).values(state=AllocationState.STOPPED, **ended))
    )
    reasons = [{"sentence": DIED, "values": {}}]
    given_up = free.where(AllocationRun.claims >= MOST_CLAIMS)
    session.execute(_past(given_up.values(state=AllocationState.FAILED, reasons=reasons, **ended)))
    token = secrets.token_hex(16)
    values = {
        "state": AllocationState.RUNNING,
        "progress": "",
        "claims": AllocationRun.claims + 1,
        "lease_until": now + length,
        "lease_token": token,
    }
    found = session.scalar(_past(free.values(values).returning(AllocationRun.id)))
    return None if found is None else Lease(found, token)


def renew(session: Session, lease: Lease, progress: str, now: datetime, length: timedelta = LEASE) -> bool:
    """Keep it for longer. False: stop, because somebody pressed "stop" or somebody else has it by now."""
    kept = update(AllocationRun).where(*_owned_by(lease))
    values = {"progress": progress, "lease_until": now + length}
    stop_asked = session.scalar(_past(kept.values(values).returning(AllocationRun.stop_asked)))
    return stop_asked is False


def finish(session: Session, lease: Lease, outcome: LeaseOutcome, now: datetime) -> bool:
    """Write down what became of it. False: the lease was lost, nothing is written."""
    done = update(AllocationRun).where(*_owned_by(lease))
    values: dict[str, Any] = {
        "state": outcome.state,
        "protocol": outcome.protocol,
        "reasons": list(outcome.reasons),
        "finished_at": now,
        "lease_until": None,
        "lease_token": None,
        "stop_asked": False,
    }
    return session.scalar(_past(done.values(values).returning(AllocationRun.id))) is not None


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


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(
        AllocationRun.state == AllocationState.QUEUED,
        and_(AllocationRun.state == AllocationState.RUNNING, AllocationRun.lease_until <= now),
    )


def _owned_by(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        AllocationRun.id == lease.id,
        AllocationRun.state == AllocationState.RUNNING,
        AllocationRun.lease_token == lease.token,
    )


def _past(statement: Any) -> Any:
    """Past the mapper: nobody reads the row in this transaction."""
    return statement.execution_options(synchronize_session=False)
