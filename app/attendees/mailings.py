# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Messages of the team to many people of a day: all of them in one transaction, each of them once.

Service mails about the day somebody registered for, so nobody can unsubscribe from them; how many a team writes is
limited all the same (T08).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, func, insert, literal, select
from sqlalchemy.orm import Session

from app.attendees.models import Mailing, MailingCopy
from app.events.models import Event
from app.events.service import lock_event
from app.outbox.service import enqueue_all
from app.people.audit import record
from app.people.budget import spend
from app.refusal import N_, Refusal
from app.registration.history import By
from app.registration.models import Registration
from app.registration.notifications import last_try
from app.store.portions import portions

CIRCULAR = "circular.message"
MESSAGES_A_DAY = 20  # of one team, to however many people
ONE_DAY = timedelta(days=1)


class TooMany(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("The team has written %(number)s messages today. Please go on tomorrow."),
            number=MESSAGES_A_DAY,
        )


@dataclass(frozen=True, slots=True)
class MailingText:
    """What the team writes."""

    subject: str
    text: str


def write_to(
    session: Session,
    event_id: int,
    ids: Sequence[int],
    letter: MailingText,
    nonce: str,
    by: By,
    now: datetime,
) -> int:
    """Returns how many people of the day get it: whose address is confirmed and not deleted. A second press of the
    same button changes nothing. Refuses when the team has written too often today, and a message to nobody."""
    event = lock_event(session, event_id)
    earlier = session.scalar(select(Mailing).where(Mailing.event_id == event_id, Mailing.nonce == nonce))
    if earlier is not None:
        return _copies(session, earlier)
    mailing = Mailing(
        event_id=event_id,
        nonce=nonce,
        subject=letter.subject,
        text=letter.text,
        at=now,
        organiser_id=by.organiser_id,
    )
    session.add(mailing)
    session.flush()
    for some in portions(ids):
        whom = (
            select(literal(mailing.id, Integer()), Registration.id)
            .where(
                Registration.id.in_(some),
                Registration.event_id == event_id,
                Registration.confirmed_at.is_not(None),
                Registration.email != "",
            )
            .order_by(Registration.id)
        )
        session.execute(insert(MailingCopy).from_select(["circular_id", "registration_id"], whom))
    _tell(session, mailing, event, now)
    people = _copies(session, mailing)
    if not people:
        raise Refusal(N_("None of them can be written to. Nothing was sent."))
    if not spend(session, f"circular:{event_id}", MESSAGES_A_DAY, ONE_DAY, now):
        raise TooMany
    detail = {"people": people}
    record(session, now, by.organiser_id, event_id, "registration.message", f"event {event_id}", detail)
    return people


def _tell(session: Session, mailing: Mailing, event: Event, now: datetime) -> None:
    """Everybody who has a copy of this message of the team."""
    copies = (
        select(MailingCopy.id, Registration.email, Registration.language)
        .join(Registration, MailingCopy.registration_id == Registration.id)
        .where(MailingCopy.circular_id == mailing.id)
        .order_by(MailingCopy.id)
    )
    give_up_at = last_try(event, now)
    enqueue_all(session, kind=CIRCULAR, subjects=copies, event_id=event.id, now=now, give_up_at=give_up_at)


def _copies(session: Session, mailing: Mailing) -> int:
    counted = select(func.count(MailingCopy.id)).where(MailingCopy.circular_id == mailing.id)
    return session.scalar(counted) or 0
