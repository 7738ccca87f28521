# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Another number of people who accompany somebody, and the chairs that go with it. Callers hold the event's lock."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.events.rules import TAKES_REGISTRATIONS
from app.events.seats import claim_seat, release_seat
from app.refusal import N_, Refusal
from app.registration.models import Registration
from app.registration.promotion import move_up
from app.registration.quotas import waiting_list
from app.registration.quotas.rules import Claim
from app.registration.rules import MOST_ACCOMPANYING, refuse_unasked
from app.registration.workshops import places


class NoChairForMore(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("There are not enough free seats for more accompanying persons. The number stays as it was."),
            field="accompanying",
        )


class OverForNumbers(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("The day is over. The number of accompanying persons stays as it was."), field="accompanying"
        )


class ClosedForMore(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "Registration is not open, so the number can only become smaller. Please write to the organisers if you"
                " need more."
            ),
            field="accompanying",
        )


def change_number(
    session: Session, registration: Registration, number: int, now: datetime, *, by_team: bool = False
) -> None:
    """As the person or the team wants it from now on. What becomes free goes to who waits.

    More need a free seat at the day, and a free place in each workshop the person is in; who waits there comes first,
    unless the team decides. Refuses else, and then nothing is changed. Who stands in line only says another number:
    nobody moves up without those who come along.
    """
    if number == registration.accompanying:
        return
    if not by_team:
        if registration.event.is_over(now):
            raise OverForNumbers
        refuse_more(session, registration, number, now)
    take_number(session, registration, number, now, in_turn=not by_team)


def refuse_more(session: Session, registration: Registration, number: int, now: datetime) -> None:
    """What speaks against a larger number as far as the day knows; nothing is changed here."""
    event = registration.event
    more = number - registration.accompanying
    if more <= 0:
        return
    refuse_unasked(number, asks=event.asks_accompanying)
    if event.registration_state(now) not in TAKES_REGISTRATIONS:
        raise ClosedForMore
    if not registration.has_seat:
        return
    quotas = waiting_list.quotas_of_day(session, event)
    claim = Claim(frozenset(), more)
    free = waiting_list.availability_of(event, quotas).has_seat_for(claim)
    if not free or waiting_list.somebody_before(session, event, quotas, [claim]):
        raise NoChairForMore


def take_number(
    session: Session, registration: Registration, number: int, now: datetime, *, in_turn: bool = True
) -> None:
    """The chairs and the number, once nothing speaks against it."""
    if not 0 <= number <= MOST_ACCOMPANYING:
        raise ValueError(f"{number} accompany registration {registration.id}")
    event = registration.event
    more = number - registration.accompanying
    if not more:
        return
    runs = places.change_chairs(session, registration, more, in_turn=in_turn)
    if registration.has_seat and more > 0 and not claim_seat(session, event, chairs=more):
        raise NoChairForMore
    if registration.has_seat and more < 0:
        release_seat(session, event, chairs=-more)
    registration.accompanying = number
    session.flush()
    if more < 0:
        places.move_up_in_runs(session, event, runs, now)
        move_up(session, event, now)
