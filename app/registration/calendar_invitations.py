# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which address holds an invitation to the day, and what takes it back (D11).

An invitation lies in the calendar of an address, not with a registration: an address that is corrected, passed on or
deleted is one calendar that has to lose its entry, and two registrations of one mailbox share one entry.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.events.models import Event
from app.outbox.models import Message
from app.outbox.queries import about
from app.outbox.rules import LEASED, MAY_HAVE_LEFT, State, family_of
from app.outbox.service import settle_unsent
from app.people.rules import address_key
from app.registration import notifications
from app.registration.models import Registration
from app.registration.rules import Status, mailbox

# Mails that go to the address of the person; whoever has another one gets none of them at the old one.
FAMILIES = frozenset(
    family_of(kind)
    for kind in (
        notifications.CONFIRM,
        notifications.PLACES,
        notifications.LINK,
        notifications.SWAP_PROPOSED,
        notifications.SWAP_ENDED,
    )
)
_TAKES_BACK = frozenset({notifications.CANCELLED, notifications.SUBSTITUTED, notifications.ADDRESS_LEFT})


def holds_invitation(session: Session, registration: Registration) -> bool:
    """Whether the calendar of the registration's address may have the day: an invitation may have left for it, and no
    mail that takes it back certainly has."""
    if registration.invited_sequence is None:
        return False
    mails = about(session, family_of(notifications.ADDRESS_LEFT), registration.id)
    for mail in reversed([one for one in mails if _reached(one, registration)]):
        if mail.kind not in _TAKES_BACK:
            return True
        if mail.state is State.SENT:
            return False
    # Mails are kept for ninety days: if the first is gone, so may be the one that invited.
    return all(mail.revision > notifications.FIRST for mail in mails)


def leave_address(session: Session, registration: Registration, now: datetime, *, tell: bool = False) -> None:
    """The address of the registration is about to be another one, or none: asked before it changes.

    What has not left for it stays here, and its calendar loses the day. `tell`: it hears of it in any case. What the
    next address is sent, and who ever registers with the old one again, is numbered above.
    """
    event, held = registration.event, holds_invitation(session, registration)
    invited = registration.invited_sequence is not None
    settle_unsent(session, FAMILIES, registration.id, registration.email)
    if held:
        registration.sequence_offset += 1
    if held or tell:
        sequence = event.sequence + registration.sequence_offset if held else None
        notifications.notify_address_left(session, registration, now, sequence)
    registration.invited_sequence = None
    if invited:
        registration.sequence_offset += 1
        begin_above(session, event, registration.sequence_offset)


def shares_calendar(session: Session, event: Event, email: str, but: int | None = None) -> bool:
    """Whether somebody else, than the registration `but`, is invited to the day in the mailbox of this address: their entry
    is the same one, so it is not taken out."""
    mine = mailbox(address_key(email))
    local, _, _ = mine.partition("@")
    same = select(Registration.email_key).where(
        Registration.event_id == event.id,
        Registration.email_key.startswith(local, autoescape=True),
        Registration.status == Status.REGISTERED,
        Registration.invited_sequence.is_not(None),
        Registration.id != (but or 0),
    )
    return any(mailbox(key) == mine for key in session.scalars(same))


def _reached(mail: Message, registration: Registration) -> bool:
    """Whether a calendar part of it may have arrived at the registration's address."""
    may_have_left = mail.copies > 0 or mail.state in MAY_HAVE_LEFT
    return (
        may_have_left
        and (mail.sequence is not None or mail.state in LEASED)
        and address_key(mail.recipient) == address_key(registration.email)
    )


def begin_above(session: Session, event: Event, offset: int) -> None:
    """Whoever registers from now on is numbered so high. Past the mapper: no form of the team that is open meanwhile is about
    this."""
    if event.lowest_offset < offset:
        raised = update(Event).where(Event.id == event.id).values(lowest_offset=offset)
        session.execute(raised.execution_options(synchronize_session=False))
        set_committed_value(event, "lowest_offset", offset)
