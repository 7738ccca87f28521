# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The retention periods of norms.md 3.2, applied to everything there is. May run as often as one likes."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.allocation.service import forget_attempts
from app.organising.legal import forget_barriers
from app.organising.models import BarrierReport
from app.outbox.models import Message
from app.outbox.rules import WAITING
from app.people.models import AuditEntry, Budget
from app.people.service import sweep as sweep_people
from app.registration.forgetting import (
    days_to_forget,
    delete_answers,
    delete_groups,
    delete_needs,
    delete_surplus,
    remove_names,
)
from app.results.material_service import sweep_strays
from app.web import printed
from app.web.database import db, transaction

MAILS_KEPT = timedelta(days=90)
_AT_ONCE = 500


@dataclass
class Swept:
    """How many of each were forgotten."""

    registrations_deleted: int = 0
    names_removed: int = 0
    answers_deleted: int = 0
    groups_deleted: int = 0
    mails_deleted: int = 0
    audit_entries_deleted: int = 0
    budgets_deleted: int = 0
    barrier_reports_deleted: int = 0
    allocations_deleted: int = 0
    stray_files_removed: int = 0
    printed_removed: int = 0

    def lines(self) -> list[str]:
        return [f"{one.name.replace('_', ' ')}: {getattr(self, one.name)}" for one in fields(self)]


def sweep(data_dir: Path, now: datetime) -> Swept:
    """Apply every period: short transactions, one per day or portion, so that nobody waits for the sweep."""
    swept = Swept()
    days = list(days_to_forget(db.session(), now))
    for event_id in days:
        with transaction() as session:
            swept.answers_deleted += delete_answers(session, event_id, now)
            swept.answers_deleted += delete_needs(session, event_id, now)
        with transaction() as session:
            swept.groups_deleted += delete_groups(session, event_id, now)
        with transaction() as session:
            swept.registrations_deleted += delete_surplus(session, event_id, now)
        with transaction() as session:
            swept.names_removed += remove_names(session, event_id, now)
    while True:
        with transaction() as session:
            deleted = delete_old_mails(session, now)
        swept.mails_deleted += deleted
        if deleted < _AT_ONCE:
            break
    with transaction() as session:
        audits, budgets, reports = (_count(session, table) for table in (AuditEntry, Budget, BarrierReport))
        sweep_people(session, now)
        forget_barriers(session, now)
        swept.allocations_deleted = forget_attempts(session, now)
        swept.audit_entries_deleted = audits - _count(session, AuditEntry)
        swept.budgets_deleted = budgets - _count(session, Budget)
        swept.barrier_reports_deleted = reports - _count(session, BarrierReport)
    swept.stray_files_removed = sweep_strays(db.session(), data_dir, now)
    swept.printed_removed = printed.forget(data_dir, now)
    db.session.rollback()
    return swept


def delete_old_mails(session: Session, now: datetime) -> int:
    """Settled mails ninety days after they were written, a portion of them; how many."""
    old = (
        select(Message.id)
        .where(Message.created_at <= now - MAILS_KEPT, Message.state.not_in(WAITING))
        .order_by(Message.id)
        .limit(_AT_ONCE)
    )
    ids = list(session.scalars(old))
    if ids:
        session.execute(
            delete(Message).where(Message.id.in_(ids)).execution_options(synchronize_session=False)
        )
    return len(ids)


def _count(session: Session, table: type[AuditEntry] | type[Budget] | type[BarrierReport]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0
