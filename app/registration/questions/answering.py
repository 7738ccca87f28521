# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Changing answers afterwards: by the person, or by the team for a person.

Every verb locks the event first and flushes, never commits. The audit log says which questions, never what was said.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.rules import TAKES_REGISTRATIONS
from app.people.audit import record
from app.people.models import AuditEntry
from app.refusal import ChangedMeanwhile, Missing
from app.registration.history import By
from app.registration.models import Registration
from app.registration.questions import answers
from app.registration.questions.models import Question
from app.registration.questions.queries import questions_of
from app.registration.rules import AlreadyEnded, Closed
from app.registration.service import lock_registration

LOOK_LASTS = timedelta(minutes=15)


def change_answers(
    session: Session, registration_id: int, given: answers.Given, version: int, now: datetime
) -> Registration:
    """The person answers anew, as long as registration is open. Refuses a stale version (F30)."""
    registration = _locked(session, registration_id, version)
    if registration.event.registration_state(now) not in TAKES_REGISTRATIONS:
        raise Closed
    questions = questions_of(session, registration.event_id)
    asked = {one.id for one in questions if not one.organiser_only}
    _replace(session, registration, questions, asked, given, now, strict=True)
    return registration


def withdraw_answer(session: Session, registration_id: int, question_id: int, now: datetime) -> Registration:
    """Take back an answer that rests on consent, at any time (DP-03). Doing it twice changes nothing."""
    registration = lock_registration(session, registration_id)
    questions = questions_of(session, registration.event_id)
    question = next((one for one in questions if one.id == question_id), None)
    if question is None or question.organiser_only or not question.withdrawable:
        raise Missing
    _replace(session, registration, questions, {question_id}, {}, now, strict=False)
    return registration


def answer_for(
    session: Session,
    registration_id: int,
    given: answers.Given,
    version: int,
    by: By,
    now: datetime,
    *,
    sensitive: bool,
) -> Registration:
    """The team notes answers for a person, also outside the window; either those that are sensitive or the others.

    Nothing is required of somebody who cannot ask the person.
    """
    registration = _locked(session, registration_id, version)
    questions = questions_of(session, registration.event_id)
    asked = {one.id for one in questions if one.sensitive is sensitive}
    changed = _replace(session, registration, questions, asked, given, now, strict=False)
    if changed:
        _record(session, registration, by, now, "answers", questions=sorted(changed))
    return registration


def look_at_sensitive(session: Session, registration_id: int, by: By, now: datetime) -> None:
    """Somebody of the team is about to read what a person needs: that is written down (DP-12)."""
    registration = lock_registration(session, registration_id)
    _record(session, registration, by, now, "sensitive")


def may_look(session: Session, registration: Registration, organiser_id: int, now: datetime) -> bool:
    """Whether the audit log says that this organiser has just asked to see this person's sensitive answers."""
    asked = select(AuditEntry.id).where(
        AuditEntry.event_id == registration.event_id,
        AuditEntry.at > now - LOOK_LASTS,
        AuditEntry.organiser_id == organiser_id,
        AuditEntry.action == "registration.sensitive",
        AuditEntry.subject == f"registration {registration.id}",
    )
    return session.scalar(asked.limit(1)) is not None


def _locked(session: Session, registration_id: int, version: int) -> Registration:
    registration = lock_registration(session, registration_id)
    if registration.version != version:
        raise ChangedMeanwhile
    if not registration.active:
        raise AlreadyEnded
    return registration


def _replace(
    session: Session,
    registration: Registration,
    questions: Sequence[Question],
    asked: Collection[int],
    given: answers.Given,
    now: datetime,
    *,
    strict: bool,
) -> list[int]:
    changed = answers.replace(session, registration, questions, asked, given, strict=strict)
    if changed:
        registration.changed_at = now
        session.flush()
    return changed


def _record(
    session: Session, registration: Registration, by: By, now: datetime, action: str, **detail: object
) -> None:
    subject = f"registration {registration.id}"
    record(
        session, now, by.organiser_id, registration.event_id, f"registration.{action}", subject, dict(detail)
    )
