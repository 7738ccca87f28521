# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases: a legal text is written, a barrier is reported and answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import insert_of
from app.legal.models import BarrierReport, LegalTextVersion
from app.legal.queries import get_version, newest_version
from app.legal.rules import PAGES, without_token
from app.people.audit import record
from app.people.models import Organiser
from app.refusal import ChangedMeanwhile, Missing

REPORTS_PER_NETWORK = 10  # an hour; a whole town hall may stand behind one network
REPORT_WINDOW = timedelta(hours=1)
REPORTS_KEPT = timedelta(days=183)  # after the answer, as the privacy notice says


def write_text(
    session: Session, page: str, language: str, text: str, version: int, by: Organiser, now: datetime
) -> None:
    """The next version of a legal text; `version` is the one that was read, 0 for none.

    Raises `Missing` for a page that is none, `ChangedMeanwhile` where somebody saved in the meantime.
    """
    if page not in PAGES:
        raise Missing
    newest = newest_version(session, page, language)
    if (newest.number if newest else 0) != version:
        raise ChangedMeanwhile
    made = insert_of(session)(LegalTextVersion).values(
        page=page, language=language, number=version + 1, text=text, at=now, organiser_id=by.id
    )
    unique = [LegalTextVersion.page, LegalTextVersion.language, LegalTextVersion.number]
    added = made.on_conflict_do_nothing(index_elements=unique).returning(LegalTextVersion.id)
    if session.scalar(added) is None:
        raise ChangedMeanwhile  # somebody else had read the same version, too
    saved = get_version(session, page, language, version + 1)
    record(session, now, by.id, None, "legal_text.change", f"legal_text {saved.id}", {"title": PAGES[page]})


@dataclass(frozen=True, slots=True)
class Barrier:
    """What somebody reports. `page` and `email` may be empty."""

    text: str
    page: str = ""
    email: str = ""


def report_barrier(session: Session, barrier: Barrier, nonce: str, now: datetime) -> BarrierReport:
    """Keep the report. A form sent twice lands on the same one."""
    known = session.scalar(select(BarrierReport).where(BarrierReport.nonce == nonce))
    if known is not None:
        return known
    report = BarrierReport(
        nonce=nonce,
        created_at=now,
        page=without_token(barrier.page),
        text=barrier.text,
        email=barrier.email,
    )
    session.add(report)
    session.flush()
    return report


def answer_barrier(session: Session, report_id: int, by: Organiser, now: datetime) -> BarrierReport:
    """Somebody has answered, or seen to it. A second press changes nothing. Raises `Missing`."""
    report = session.get(BarrierReport, report_id, with_for_update=True)
    if report is None:
        raise Missing
    if report.answered_at is None:
        report.answered_at, report.answered_by_id = now, by.id
    session.flush()
    return report


def forget_barriers(session: Session, now: datetime) -> None:
    """Delete what was answered half a year ago."""
    session.execute(delete(BarrierReport).where(BarrierReport.answered_at <= now - REPORTS_KEPT))
