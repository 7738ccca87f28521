# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people and the team do with wishes. Locks the event first, flushes, never commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.people.audit import record
from app.refusal import ChangedMeanwhile
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import AlreadyEnded
from app.registration.service import lock_registration
from app.registration.workshops.wishes import OtherWay, Wished, WishesOver, replace_wishes


def give_wishes(session: Session, registration_id: int, wished: Wished, now: datetime) -> Registration:
    """The person wishes anew, until the date. Refuses afterwards, and who has left."""
    registration = lock_registration(session, registration_id)
    if not registration.active:
        raise AlreadyEnded
    if not registration.event.takes_wishes(now):
        raise WishesOver if registration.event.awaits_places else OtherWay
    replace_wishes(session, registration.event, registration, wished)
    registration.changed_at = now
    session.flush()
    return registration


def note_wishes(
    session: Session, registration_id: int, wished: Wished, version: int, by: By, now: datetime
) -> Registration:
    """The team notes what somebody told it, also after the date; needs stay as they are, because it may not read them.

    Refuses a stale version (F30), who has left, and once the allocation is published.
    """
    registration = lock_registration(session, registration_id)
    if registration.version != version:
        raise ChangedMeanwhile
    if not registration.active:
        raise AlreadyEnded
    if not registration.event.awaits_places:
        raise OtherWay
    replace_wishes(session, registration.event, registration, wished)
    registration.changed_at = now
    session.flush()
    subject = f"registration {registration.id}"
    record(session, now, by.organiser_id, registration.event_id, "registration.wishes", subject)
    return registration
