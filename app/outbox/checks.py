# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: mails that contradict themselves."""

from sqlalchemy import ColumnElement, and_

from app.findings import Check, built_once, faulty
from app.outbox.models import Message
from app.outbox.rules import WAITING as ON_THEIR_WAY
from app.outbox.rules import State


@built_once
def messages() -> Check:
    one = Message
    in_hand = one.state.in_((State.CLAIMED, State.SENDING))
    faults: dict[str, ColumnElement[bool]] = {
        "a lease that does not fit the state": in_hand != one.lease_until.is_not(None),
        "half a lease": one.lease_until.is_(None) != one.lease_token.is_(None),
        "sent, but nobody knows when": (one.state == State.SENT) != one.sent_at.is_not(None),
        "sent without ever having been handed over": and_(one.state == State.SENT, one.copies == 0),
        "handed over without having been built": and_(one.copies > 0, one.message_id.is_(None)),
        "more copies than allowed": one.copies > one.copy_limit,
        "is to be sent after the time for it is over": and_(
            one.state.in_(ON_THEIR_WAY), one.give_up_at < one.created_at
        ),
    }
    return faulty("message", one.id, faults)
