# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Somebody else who shares a mailbox takes part, too. Whoever reads the mails of an address has confirmed it for both."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.events.rules import TAKES_REGISTRATIONS
from app.people.rules import address_key
from app.registration import notifications
from app.registration.admission import Entry, Way, admit
from app.registration.calendar_invitations import begin_above
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.promotion import move_up
from app.registration.queries import find_earlier, with_address
from app.registration.rules import (
    CONFIRMED,
    AlreadyEnded,
    Closed,
    EnoughShare,
    Reason,
    looks_like_an_address,
)
from app.registration.service import lock_registration

MOST_SHARE = 5


def register_sharing(session: Session, registration_id: int, entry: Entry, now: datetime) -> Registration:
    """Somebody new with the address of this registration; its seat, or place in line, comes as with any other form.

    The same form lands on the same person. Refuses who has left or not confirmed, a day that takes no registrations, and
    more than five people with one address.
    """
    first = lock_registration(session, registration_id)
    event, email = first.event, first.email
    same = find_earlier(session, event.id, email, entry.nonce).same_form
    if same is not None:
        return same
    if first.status not in CONFIRMED:
        raise AlreadyEnded
    if event.registration_state(now) not in TAKES_REGISTRATIONS:
        raise Closed
    sharing = with_address(session, event.id, email)
    if len(sharing) >= MOST_SHARE:
        raise EnoughShare(MOST_SHARE)
    # Theirs is one calendar with one entry.
    offset = max(one.sequence_offset for one in sharing) + 1
    named_by = "" if looks_like_an_address(first.full_name) else first.full_name
    new = admit(
        session,
        event,
        entry,
        Way(PARTICIPANT, Reason.NAMED, next_offset=offset, named_by=named_by, shares=address_key(email)),
        now,
    )
    begin_above(session, event, new.sequence_offset + 1)
    notifications.notify_status(session, new, now, first=True)
    move_up(session, event, now)
    return new
