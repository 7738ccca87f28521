# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""From the room into the net and back: the chair that becomes free, or that has to be. Callers hold the event's lock."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.rules import TAKES_REGISTRATIONS
from app.events.seats import claim_seat, leave_line, release_seat
from app.programme.models import Run
from app.refusal import N_, Refusal
from app.registration import notifications
from app.registration.history import By
from app.registration.models import Registration
from app.registration.promotion import move_up, take_from_line, take_wanted
from app.registration.quotas import waiting_list
from app.registration.quotas.rules import Claim
from app.registration.rules import (
    AlreadyEnded,
    Participation,
    Status,
    refuse_accompanied_online,
    refuse_unoffered,
)
from app.registration.workshops import places
from app.registration.workshops.models import RunStaff
from app.registration.workshops.wishes import wished_in_room

# The person reads these, and the team that changes it for them.


class NoSeatInHouse(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "No seat in the house is free at the moment. It stays at taking part online; nothing has changed."
            ),
            field="participation",
        )


class ClosedForRoom(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "Registration is not open, so seats in the house are not given any more. You still take part online. Please"
                " write to the organisers if you want to come."
            ),
            field="participation",
        )


class OfferFirst(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("A seat in the house is on offer. It has to be accepted or declined first."),
            field="participation",
        )


class ChosenInRoom(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(
            N_(
                "“%(title)s” takes place in the room only. The place or the choice there has to be given up first; then taking"
                " part online is possible."
            ),
            field="participation",
            title=title,
        )


class OverForWays(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("The day is over."), field="participation")


def change_way(
    session: Session, registration: Registration, to: Participation, by: By, now: datetime, *, by_team: bool
) -> None:
    """As the person or the team wants it from now on. Who goes online frees the chair, for whoever waits, or leaves the line and
    takes part at once. Who wants to come needs a chair that is free and for nobody before; the team may take any that is free.

    Refuses else, and then nothing is changed; and who goes online as long as they have chosen what is in the room only.
    """
    if to is registration.participation:
        return
    if not registration.active:
        raise AlreadyEnded
    if registration.event.is_over(now) and not by_team:
        raise OverForWays
    told = False
    if to is Participation.ONLINE:
        told = _go_online(session, registration, by, now)
    else:
        _come(session, registration, now, by_team=by_team)
    registration.feed_changed_at = now
    if registration.status is Status.REGISTERED and not told:
        if (
            registration.invited_sequence is not None
        ):  # a calendar passes over an entry without a higher number
            registration.sequence_offset += 1
        notifications.notify_status(session, registration, now)
    session.flush()


def _go_online(session: Session, registration: Registration, by: By, now: datetime) -> bool:
    """Whether the person was told, because they are out of the line."""
    event = registration.event
    refuse_unoffered(Participation.ONLINE, offers=event.offers_online)
    refuse_accompanied_online(Participation.ONLINE, registration.accompanying)
    if registration.status is Status.OFFERED:
        raise OfferFirst
    _refuse_leaving_room(session, registration)
    mine = waiting_list.quotas_of(session, event, registration.id)
    waited = registration.status is Status.WAITING
    if registration.has_seat:
        release_seat(session, event, mine, chairs=registration.chairs)
    elif waited:
        take_from_line(session, registration, mine, by, now)
    else:
        leave_line(session, event, mine)
    had_seat = registration.has_seat
    registration.participation, registration.has_seat = Participation.ONLINE, True
    session.flush()
    if not had_seat:
        take_wanted(session, registration)
    waiting_list.take_out_of(session, registration, mine)
    move_up(session, event, now)
    return waited


def _come(session: Session, registration: Registration, now: datetime, *, by_team: bool) -> None:
    event = registration.event
    quotas = waiting_list.quotas_of_day(session, event)
    mine = waiting_list.covering(quotas, registration.organisation)
    if not by_team:
        if event.registration_state(now) not in TAKES_REGISTRATIONS:
            raise ClosedForRoom
        claim = Claim(frozenset(quota.id for quota in mine), 1)
        if waiting_list.somebody_before(session, event, quotas, [claim]):
            raise NoSeatInHouse
    if not claim_seat(session, event, mine, chairs=1):
        raise NoSeatInHouse
    registration.participation = Participation.ROOM
    session.flush()
    waiting_list.put_under(session, registration, mine)


def _refuse_leaving_room(session: Session, registration: Registration) -> None:
    """What somebody has chosen, waits for or leads is not given up by a word about something else."""
    if registration.event.awaits_places and (wished := wished_in_room(session, registration)) is not None:
        raise ChosenInRoom(wished.workshop.title)
    led = select(Run).join(RunStaff).where(RunStaff.registration_id == registration.id, Run.takes_place)
    chosen = [run for run, _state in places.chosen_by(session, registration)]
    for run in [*chosen, *session.scalars(led.order_by(Run.id))]:
        if run.in_room_only:
            raise ChosenInRoom(run.workshop.title)
