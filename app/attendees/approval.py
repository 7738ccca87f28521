# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The team decides who is admitted to a day that asks for it. Seat and place in line are kept until then.

Every verb locks the event first, writes the action into the audit log in the same transaction, flushes, never commits.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.people.audit import record
from app.refusal import N_, Refusal
from app.registration import notifications
from app.registration.admission import admitted
from app.registration.history import By, move
from app.registration.models import Registration
from app.registration.promotion import move_up
from app.registration.rules import CONFIRMED, Reason, Status
from app.registration.service import end, lock_registration


def approve(session: Session, registration_id: int, by: By, now: datetime) -> Registration:
    """Let somebody in who waits for it: to the seat that is kept, else to the place in line, from which the first move
    up. A second press changes nothing; refuses who has left or never confirmed the address."""
    registration = lock_registration(session, registration_id)
    if registration.status in CONFIRMED - {Status.PENDING}:
        return registration
    _refuse_undecidable(registration)
    move(session, registration, admitted(registration), by, Reason.APPROVED, now)
    session.flush()
    notifications.notify_status(session, registration, now)
    _record(session, registration, by, now, "approve")
    move_up(session, registration.event, now)
    return registration


def reject(session: Session, registration_id: int, by: By, now: datetime) -> Registration:
    """Turn somebody down; `by.note` is the reason, which the person reads. The seat goes to the next at once.

    Refuses a decision without a reason, and about who does not wait for one.
    """
    registration = lock_registration(session, registration_id)
    if not by.note:
        raise Refusal(N_("Please give a reason. The person reads it."), field="note")
    _refuse_undecidable(registration)
    end(session, registration, Status.REJECTED, by, Reason.REJECTED, now)
    notifications.notify_rejected(session, registration, now)
    _record(session, registration, by, now, "reject")
    move_up(session, registration.event, now)
    return registration


def _refuse_undecidable(registration: Registration) -> None:
    if registration.status is Status.UNCONFIRMED:
        raise Refusal(N_("The mail address is not confirmed yet."))
    if registration.status is not Status.PENDING:
        raise Refusal(N_("This person does not wait for a decision."))


def _record(session: Session, registration: Registration, by: By, now: datetime, action: str) -> None:
    subject = f"registration {registration.id}"
    record(session, now, by.organiser_id, registration.event_id, f"registration.{action}", subject, {})
