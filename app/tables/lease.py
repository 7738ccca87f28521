# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who works on a seating. One that was removed is one whose lease is lost: whoever works on it finds no row and lets go."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.db import Json
from app.registration.tables.models import Seating, SeatingPlace
from app.registration.tables.rules import SeatingState
from app.store.leases import Lease, Leases

LEASES = Leases(Seating, SeatingState, timedelta(minutes=1))


def claim_next(session: Session, now: datetime) -> Lease | None:
    """Take in hand what has waited longest, or whose worker is gone. One whose workers died each time ends here."""
    LEASES.give_up(session, now)
    waiting = LEASES.next(session, now)
    return None if waiting is None else LEASES.claim(session, waiting, now, progress=0)


def renew(session: Session, lease: Lease, percent: int, now: datetime) -> bool:
    """Keep it for longer. False: it is gone, or somebody else has it by now."""
    return LEASES.renew(session, lease, now, progress=percent)


def finish(
    session: Session, lease: Lease, found: Json | None, places: Sequence[tuple[int, int, int]], now: datetime
) -> bool:
    """Write down who sits where, as (guest, round, table), and what was counted; None: it cannot be worked out.
    False: the lease was lost, nothing is written."""
    state = SeatingState.FAILED if found is None else SeatingState.DONE
    if not LEASES.finish(session, lease, now, state=state, found=found, progress=100):
        return False
    if places:
        names = ("guest_id", "round_number", "table_number")
        session.execute(insert(SeatingPlace), [dict(zip(names, one, strict=True)) for one in places])
    return True
