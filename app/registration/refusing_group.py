# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""That was not me, of a whole group (T08)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.registration.grouping import CONTACT, lock_group
from app.registration.queries import members_of
from app.registration.rules import Reason, Status
from app.registration.service import end, move_up
from app.registration.silence import silence


def refuse_group(session: Session, group_id: int, now: datetime) -> None:
    """Whoever reads this mail is no contact: the seats go to the next, and no such mail follows (T08).

    A second press changes nothing. Does nothing to a group that is confirmed.
    """
    group = lock_group(session, group_id)
    if group.confirmed_at is not None:
        return
    silence(session, group.email, None, now)
    for one in members_of(session, group):
        if one.active:
            end(session, one, Status.CANCELLED, CONTACT, Reason.CANCELLED, now)
    session.flush()
    move_up(session, group.event, now)
