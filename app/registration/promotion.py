# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who moves up: free seats go to the first in line who may have one, in the transaction that set them free."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event, Quota
from app.events.seats import (
    claim_seat,
    leave_line,
)
from app.registration import notifications
from app.registration.history import SYSTEM, By, move
from app.registration.models import Registration
from app.registration.questions import answers
from app.registration.quotas import waiting_list
from app.registration.rules import (
    Reason,
    Status,
)
from app.registration.working_hours import after_working_hours
from app.registration.workshops import places


def move_up(
    session: Session, event: Event, now: datetime, reason: Reason = Reason.MOVED_UP
) -> list[Registration]:
    """Give free seats to the first in line whose address is confirmed and whose quotas have room, or offer them.

    Nobody moves up once the line has closed (`Event.line_moves`).
    """
    moved: list[Registration] = []
    if not event.waiting or not event.line_moves(now):
        return moved
    quotas = waiting_list.quotas_of_day(session, event)
    while (
        first := waiting_list.next_in_line(session, event, waiting_list.availability_of(event, quotas))
    ) is not None:
        for one in waiting_list.moving_with(session, event, first):
            mine = waiting_list.quotas_of(session, event, one.id)
            if not claim_seat(session, event, mine, chairs=one.chairs):
                raise RuntimeError(f"event {event.id}: the seat that was free under the lock is gone")
            leave_line(session, event, mine)
            one.has_seat = True
            _give_or_offer(session, event, one, reason, now)
            moved.append(one)
    return moved


def take_from_line(
    session: Session, registration: Registration, quotas: Sequence[Quota], by: By, now: datetime
) -> None:
    """Somebody in line sits on a seat that was claimed just now."""
    leave_line(session, registration.event, quotas)
    registration.has_seat = True
    move(session, registration, Status.REGISTERED, by, Reason.MOVED_UP, now)
    take_wanted(session, registration)
    notifications.notify_moved_up(session, registration, now)


def _give_or_offer(
    session: Session, event: Event, first: Registration, reason: Reason, now: datetime
) -> None:
    if event.offer_hours is None:
        move(session, first, Status.REGISTERED, SYSTEM, reason, now)
        take_wanted(session, first)
        notifications.notify_moved_up(session, first, now)
    else:
        until = min(after_working_hours(now, event.offer_hours), event.starts_at)
        move(session, first, Status.OFFERED, SYSTEM, Reason.OFFERED, now, reserved_until=until)
        take_wanted(session, first)
        notifications.notify_offer(session, first, now)


def take_wanted(session: Session, registration: Registration) -> None:
    """Somebody has a seat at the day now: workshops and options that were only wanted are taken."""
    places.take_wanted(session, registration)
    answers.take_wanted(session, registration)
