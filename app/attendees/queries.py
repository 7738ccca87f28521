# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""One person of a day: who it is, in whose place, what was written to them, and who follows them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from app.attendees.mailings import CIRCULAR
from app.attendees.models import MailingCopy
from app.events.models import Event
from app.outbox.models import Message
from app.outbox.rules import family_of
from app.refusal import Missing
from app.registration.calendar_invitations import FAMILIES
from app.registration.models import Registration
from app.registration.quotas import waiting_list


def get_by_reference(session: Session, event: Event, reference: str) -> Registration:
    """Raises `Missing` for a reference of another day (T02)."""
    registration = None
    if len(reference) <= 9 and reference.isascii() and reference.isprintable():
        registration = session.scalar(
            select(Registration)
            .where(Registration.event_id == event.id, Registration.reference == reference.upper())
            .options(joinedload(Registration.organisation), joinedload(Registration.group))
        )
    if registration is None:
        raise Missing
    return registration


def before_and_after(
    session: Session, registration: Registration
) -> tuple[Registration | None, Registration | None]:
    """In whose place the person comes, and who comes in the person's place."""
    found = select(Registration).where(
        or_(Registration.id == registration.predecessor_id, Registration.predecessor_id == registration.id)
    )
    both = session.scalars(found).all()
    before = next((one for one in both if one.id == registration.predecessor_id), None)
    return before, next((one for one in both if one is not before), None)


def mails_about(session: Session, registration: Registration) -> Sequence[Message]:
    """The correspondence with one person, oldest first."""
    copies = select(MailingCopy.id).where(MailingCopy.registration_id == registration.id)
    found = select(Message).where(
        or_(
            and_(Message.family.in_(FAMILIES), Message.subject_id == registration.id),
            and_(Message.family == family_of(CIRCULAR), Message.subject_id.in_(copies)),
        )
    )
    return session.scalars(found.order_by(Message.id)).all()


def next_in_line(session: Session, registration: Registration, now: datetime) -> Registration | None:
    """Who gets this person's seat when it is given back now; None when it stays free."""
    event = registration.event
    if not registration.has_seat or registration.is_online or not event.line_moves(now):
        return None
    quotas = waiting_list.quotas_of_day(session, event)
    left = [quota.id for quota in waiting_list.quotas_of(session, event, registration.id)]
    availability = waiting_list.availability_of(event, quotas, left, gives_back=registration.chairs)
    return waiting_list.next_in_line(session, event, availability, locked=False)
