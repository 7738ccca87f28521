# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who did what: a line written in the transaction of the action. No secrets, no mail addresses of participants."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from app.db import Json
from app.people.models import AuditEntry

KEPT = timedelta(days=365)  # the audit log of the administration, twelve months (DP-07)


def record(
    session: Session,
    now: datetime,
    organiser_id: int | None,
    event_id: int | None,
    action: str,
    subject: str = "",
    detail: Json | None = None,
) -> AuditEntry:
    """`action` is a verb with its thing in front ("team.add"), `subject` names what it was done to ("organiser 7")."""
    entry = AuditEntry(
        at=now,
        organiser_id=organiser_id,
        event_id=event_id,
        action=action,
        subject=subject[:120],
        detail=detail or {},
    )
    session.add(entry)
    session.flush()
    return entry


def entries_of(session: Session, event_id: int, limit: int = 100) -> Sequence[AuditEntry]:
    """The latest entries of an event, newest first."""
    latest = (
        select(AuditEntry)
        .where(AuditEntry.event_id == event_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
    return session.scalars(latest.options(joinedload(AuditEntry.organiser)).limit(limit)).all()


def forget_entries(session: Session, now: datetime) -> None:
    session.execute(delete(AuditEntry).where(AuditEntry.at <= now - KEPT))
