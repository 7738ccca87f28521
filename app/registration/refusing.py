# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""That was not me: what the owner of an address ends that somebody else typed into a form (T08)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.registration.history import PARTICIPANT
from app.registration.promotion import move_up
from app.registration.rules import Reason, Status
from app.registration.service import end, lock_registration
from app.registration.suppression import suppress


def refuse(session: Session, registration_id: int, now: datetime) -> None:
    """Whoever reads this mail did not register: the seat goes to the next, and no such mail follows (T08).

    A second press changes nothing. Does nothing to what has been confirmed.
    """
    registration = lock_registration(session, registration_id)
    if registration.confirmed_at is not None or registration.unnamed:
        return
    suppress(session, registration.email, None, now)
    if registration.active:
        end(session, registration, Status.CANCELLED, PARTICIPANT, Reason.CANCELLED, now)
        move_up(session, registration.event, now)
