# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who works on a seating: claimed by one conditional update, kept by renewing the lease, taken over when it ends.

A seating that was removed is one whose lease is lost: whoever works on it finds no row and lets go.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.orm import Session

from app.db import Json
from app.registration.tables.models import Seating, SeatingPlace
from app.registration.tables.rules import SeatingState

LEASE = timedelta(minutes=1)
MOST_CLAIMS = 3  # whatever ends its worker each time must not be tried for ever


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a seating until the lease ends; `token` proves it."""

    id: int
    token: str


def claim_next(session: Session, now: datetime) -> Lease | None:
    """Take in hand what has waited longest, or whose worker is gone. One whose workers died each time ends here."""
    given_up = update(Seating).where(_free(now), Seating.claims >= MOST_CLAIMS)
    session.execute(_past(given_up.values(state=SeatingState.FAILED, finished_at=now, **_NO_LEASE)))
    waiting = session.scalar(select(Seating.id).where(_free(now)).order_by(Seating.id).limit(1))
    if waiting is None:
        return None
    token = secrets.token_hex(16)
    values = {
        "state": SeatingState.RUNNING,
        "progress": 0,
        "claims": Seating.claims + 1,
        "lease_until": now + LEASE,
        "lease_token": token,
    }
    taken = update(Seating).where(Seating.id == waiting, _free(now)).values(values).returning(Seating.id)
    return None if session.scalar(_past(taken)) is None else Lease(waiting, token)


def renew(session: Session, lease: Lease, percent: int, now: datetime) -> bool:
    """Keep it for longer. False: it is gone, or somebody else has it by now."""
    values = {"progress": percent, "lease_until": now + LEASE}
    kept = update(Seating).where(*_owned_by(lease)).values(values).returning(Seating.id)
    return session.scalar(_past(kept)) is not None


def finish(
    session: Session, lease: Lease, found: Json | None, places: Sequence[tuple[int, int, int]], now: datetime
) -> bool:
    """Write down who sits where, as (guest, round, table), and what was counted; None: it cannot be worked out.
    False: the lease was lost, nothing is written."""
    values: dict[str, Any] = {
        "state": SeatingState.FAILED if found is None else SeatingState.DONE,
        "found": found,
        "progress": 100,
        "finished_at": now,
        **_NO_LEASE,
    }
    done = update(Seating).where(*_owned_by(lease)).values(values).returning(Seating.id)
    if session.scalar(_past(done)) is None:
        return False
    if places:
        names = ("guest_id", "round_number", "table_number")
        session.execute(insert(SeatingPlace), [dict(zip(names, one, strict=True)) for one in places])
    return True


_NO_LEASE: dict[str, Any] = {"lease_until": None, "lease_token": None}


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(
        Seating.state == SeatingState.QUEUED,
        and_(Seating.state == SeatingState.RUNNING, Seating.lease_until <= now),
    )


def _owned_by(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        Seating.id == lease.id,
        Seating.state == SeatingState.RUNNING,
        Seating.lease_token == lease.token,
    )


def _past(statement: Any) -> Any:
    """Past the mapper: nobody reads the row in this transaction."""
    return statement.execution_options(synchronize_session=False)
