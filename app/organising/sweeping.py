# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The retention periods (DP-07), applied to everything there is; what was deleted leaves the files, too.
May run as often as one likes."""

import logging
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from app.allocation.remembering import days_to_remember, remember_day
from app.allocation.service import forget_attempts
from app.legal.models import BarrierReport
from app.legal.service import forget_barriers
from app.outbox.maildir import forget_mails
from app.outbox.models import Message
from app.outbox.rules import WAITING
from app.outbox.service import kept_in_words
from app.people.audit import record
from app.people.models import AuditEntry, Budget
from app.people.service import sweep as sweep_people
from app.privacy.erasure import (
    FORGOTTEN,
    FORGOTTEN_GROUP,
    days_to_forget,
    delete_answers,
    delete_groups,
    delete_last_mails,
    delete_needs,
    delete_surplus,
    remove_names,
)
from app.registration.workshops.memory import sweep_memory
from app.results.material_service import sweep_strays
from app.store import printed
from app.store.transactions import current_session, empty_log, rewrite_file, sqlite_itself, transaction
from app.tables.service import forget_attempts as forget_seatings

log = logging.getLogger(__name__)

MAILS_KEPT = timedelta(days=90)
REWRITTEN = "database.rewrite"
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
    lots_remembered: int = 0
    lots_forgotten: int = 0
    seatings_deleted: int = 0
    stray_files_removed: int = 0
    printed_removed: int = 0
    demo_mails_removed: int = 0

    def forgot_people(self) -> bool:
        """Whether something of a person was among it."""
        return bool(
            self.registrations_deleted
            + self.names_removed
            + self.answers_deleted
            + self.groups_deleted
            + self.mails_deleted
            + self.barrier_reports_deleted
            + self.lots_forgotten
        )

    def lines(self) -> list[str]:
        return [f"{one.name.replace('_', ' ')}: {getattr(self, one.name)}" for one in fields(self)]


def sweep(data_dir: Path, now: datetime, *, mailbox: Path | None = None) -> Swept:
    """Apply every period: short transactions, one per day or portion, so that nobody waits for the sweep.

    `mailbox` is where the demo's mails lie.
    """
    swept = Swept()
    days = list(days_to_forget(current_session(), now))
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
    with transaction() as session:
        swept.mails_deleted += delete_last_mails(session)
    while True:
        with transaction() as session:
            deleted = delete_old_mails(session, now)
        swept.mails_deleted += deleted
        if deleted < _AT_ONCE:
            break
    for event_id in list(days_to_remember(current_session(), now)):
        with transaction() as session:
            swept.lots_remembered += remember_day(session, event_id, now)
    with transaction() as session:
        swept.lots_forgotten += sweep_memory(session, now)
    with transaction() as session:
        audits, budgets, reports = (_count(session, table) for table in (AuditEntry, Budget, BarrierReport))
        sweep_people(session, now)
        forget_barriers(session, now)
        swept.allocations_deleted = forget_attempts(session, now)
        swept.seatings_deleted = forget_seatings(session, now)
        swept.audit_entries_deleted = audits - _count(session, AuditEntry)
        swept.budgets_deleted = budgets - _count(session, Budget)
        swept.barrier_reports_deleted = reports - _count(session, BarrierReport)
    swept.stray_files_removed = sweep_strays(current_session(), data_dir, now)
    swept.printed_removed = printed.forget(data_dir, now)
    if mailbox is not None:
        known = kept_in_words(current_session())
        swept.demo_mails_removed = forget_mails(mailbox, known)
    forgot = swept.forgot_people() or _asked_to_forget(current_session())
    current_session().rollback()
    clean_up(now, rewrite=forgot)
    return swept


def clean_up(now: datetime, *, rewrite: bool) -> None:
    """What was deleted leaves SQLite's file and its log, too. That a file was written anew is noted, so that it is done
    once for each time somebody asked to be forgotten."""
    with sqlite_itself() as raw:
        if raw is None:
            return
        if not rewrite:
            empty_log(raw)
            return
        try:
            rewrite_file(raw)
        except raw.OperationalError as error:  # busy, or no room for a second copy
            log.warning("the database file could not be written anew (%s); the next sweep tries again", error)
            return
    with transaction() as session:
        record(session, now, None, None, REWRITTEN)


def _asked_to_forget(session: Session) -> bool:
    """Whether somebody has asked since the file was written anew."""
    last = select(func.coalesce(func.max(AuditEntry.id), 0)).where(AuditEntry.action == REWRITTEN)
    asked = exists().where(
        AuditEntry.action.in_((FORGOTTEN, FORGOTTEN_GROUP)), AuditEntry.id > last.scalar_subquery()
    )
    return bool(session.scalar(select(asked)))


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
