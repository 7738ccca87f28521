# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Another mail address for a registration: asked for behind the personal link, and taken once the new one has confirmed it.

Nothing is stored in between: the mail that asks knows its own recipient, and its link is signed over that address and the
key of the personal link, so a link that was replaced meanwhile confirms nothing.
"""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from app import links
from app.db import new_link_key
from app.outbox.models import Message
from app.people.audit import record
from app.people.budget import spend
from app.people.rules import address_key
from app.refusal import Missing
from app.registration import notifications
from app.registration.calendar_invitations import leave_address
from app.registration.links import Withdrawn
from app.registration.models import Registration
from app.registration.queries import Earlier, find_earlier
from app.registration.rules import (
    CONFIRMED,
    AddressTaken,
    AlreadyEnded,
    DayIsOver,
    MailedEnough,
    SameAddress,
    address_of,
)
from app.registration.service import lock_registration
from app.registration.workshops.memory import move_memory

PURPOSE = "address"


def ask_new_address(session: Session, registration_id: int, email: str, now: datetime) -> None:
    """Ask the owner of the new address whether it is right. Who takes part with it already gets the own link instead, and
    the page says the same (T09). Refuses the address that it is, and one that got enough mails today."""
    registration = _lock(session, registration_id, now)
    if address_key(email) == address_of(registration.email_key):
        raise SameAddress
    most = notifications.MAILS_BEFORE_CONFIRMATION
    asked = spend(session, f"address:{registration.id}", most, notifications.ONE_DAY, now)
    if not asked or not notifications.spend_mail(session, address_key(email), now):
        raise MailedEnough(most)
    known = find_earlier(session, registration.event_id, email).active
    if known is not None:
        notifications.notify_link(session, known, now)
    else:
        notifications.ask_about_address(session, registration, email, now)


def open_new_address(session: Session, number: int, token: str) -> tuple[Registration, str]:
    """Whose address would change, and to which one. Raises `Missing` for a link that never was one, or whose mail is long
    gone, `Withdrawn` for one of before another change."""
    message = session.get(Message, number)
    if message is None or message.kind != notifications.NEW_ADDRESS:
        raise Missing
    ticket = links.read(_purpose(message.recipient), token)
    registration = session.get(Registration, ticket.id)
    if registration is None:
        raise Missing
    if registration.link_key != ticket.key:
        raise Withdrawn
    return registration, message.recipient


def new_address_token(registration: Registration, email: str) -> str:
    """Signed over the address, which does not stand in it."""
    ticket = links.Ticket(registration.id, registration.link_key)
    return links.sign(_purpose(email), ticket)


def confirm_new_address(session: Session, number: int, token: str, now: datetime) -> Registration:
    """The new address is right: mails, links and calendar go there, the old one is told and its links open nothing any more.
    Refuses an address with which somebody takes part by now, and who has left."""
    found, email = open_new_address(session, number, token)
    registration = lock_registration(session, found.id)
    open_new_address(session, number, token)  # once more, for the link may have been replaced before the lock
    earlier = refuse_new_address(session, registration, email, now)
    take_address(session, registration, email, earlier, now, tell_old=True)
    notifications.notify_standing(session, registration, now)
    subject = f"registration {registration.id}"
    record(session, now, None, registration.event_id, "registration.address", subject)
    return registration


def refuse_new_address(session: Session, registration: Registration, email: str, now: datetime) -> Earlier:
    """As `confirm_new_address` says; else what is known of the new address."""
    _refuse_standing(registration, now)
    earlier = find_earlier(session, registration.event_id, email)
    if earlier.active is not None:
        raise AddressTaken
    return earlier


def take_address(
    session: Session,
    registration: Registration,
    email: str,
    earlier: Earlier,
    now: datetime,
    *,
    tell_old: bool = False,
) -> None:
    """The address becomes another one: the old one loses calendar entry and links, because it may be a stranger's. What the
    new one is told is the caller's to say."""
    leave_address(session, registration, now, tell=tell_old)
    move_memory(session, registration, address_key(email), own=tell_old)
    # The new address may have been told of a higher number by a registration of its own, or of one that is gone.
    floors = earlier.next_offset, registration.event.lowest_offset
    registration.sequence_offset = max(registration.sequence_offset, *floors)
    registration.email, registration.email_key = email, address_key(email)
    registration.link_key, registration.feed_key = new_link_key(), new_link_key()
    registration.feed_changed_at = registration.changed_at = now
    session.flush()


def _lock(session: Session, registration_id: int, now: datetime) -> Registration:
    registration = lock_registration(session, registration_id)
    _refuse_standing(registration, now)
    return registration


def _refuse_standing(registration: Registration, now: datetime) -> None:
    if registration.status not in CONFIRMED:
        raise AlreadyEnded
    if not registration.may_be_readdressed(now):
        raise DayIsOver


def _purpose(email: str) -> str:
    return f"{PURPOSE}.{hashlib.sha256(address_key(email).encode()).hexdigest()}"
