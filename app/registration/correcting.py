# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What changes about a registration that stands: workshops, the person, quotas, links. Every verb locks the event first and
flushes, never commits."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import new_link_key
from app.events.rules import TAKES_REGISTRATIONS
from app.events.seats import move_in_line, move_quotas
from app.events.service import lock_event
from app.organisations.service import name_organisation
from app.people.rules import address_key
from app.refusal import ChangedMeanwhile
from app.registration import accompanying, notifications, participation
from app.registration.addresses import take_address
from app.registration.history import PARTICIPANT, By
from app.registration.models import Registration
from app.registration.person import Person
from app.registration.promotion import move_up
from app.registration.queries import find_earlier, groups_of, with_address
from app.registration.quotas import waiting_list
from app.registration.quotas.rules import Claim
from app.registration.rules import (
    AddressTaken,
    AlreadyEnded,
    Closed,
    SeatStaysThere,
    address_of,
    refuse_accompanied_online,
)
from app.registration.service import lock_registration
from app.registration.workshops import places


def change_choices(
    session: Session, registration_id: int, choices: places.Choices, now: datetime
) -> Registration:
    """Other workshops, as long as registration is open."""
    registration = lock_registration(session, registration_id)
    if not registration.active:
        raise AlreadyEnded
    if registration.event.registration_state(now) not in TAKES_REGISTRATIONS:
        raise Closed
    places.choose(session, registration.event, registration, choices, now)
    registration.feed_changed_at = now
    registration.changed_at = now
    session.flush()
    return registration


def change_person(
    session: Session,
    registration_id: int,
    person: Person,
    version: int,
    now: datetime,
    *,
    with_email: bool = False,
    by: By = PARTICIPANT,
    by_team: bool = False,
) -> Registration:
    """Correct what was typed in. Refuses when somebody else saved since `version` was read (F30).

    Another organisation may fall under other quotas. The team may put somebody with a seat there even if they are
    full; a participant is refused then.
    """
    registration = lock_registration(session, registration_id)
    if registration.version != version:
        raise ChangedMeanwhile
    refuse_accompanied_online(person.participation, person.accompanying)
    organisation = name_organisation(session, person.organisation)
    was_elsewhere = organisation.id != registration.organisation_id
    if with_email:
        earlier = find_earlier(session, registration.event_id, person.email)
        same = address_key(person.email) == address_of(registration.email_key)
        if not same and earlier.active not in {None, registration}:
            raise AddressTaken
        if not same:
            take_address(session, registration, person.email, earlier, now)
    else:
        person = replace(person, email=registration.email)
    registration.take_person(person)
    registration.organisation = organisation
    registration.changed_at = now
    session.flush()
    if not person.is_online:  # first a chair for the person, then those for others; and the other way round
        participation.change_way(session, registration, person.participation, by, now, by_team=by_team)
    accompanying.change_number(session, registration, person.accompanying, now, by_team=by_team)
    if person.is_online:
        participation.change_way(session, registration, person.participation, by, now, by_team=by_team)
    if was_elsewhere:
        fit_into_quotas(session, registration, now, by_team=by_team)
    return registration


def fit_into_quotas(session: Session, registration: Registration, now: datetime, *, by_team: bool) -> None:
    """Count somebody under the quotas of the organisation they belong to now; seats that become free move on."""
    if count_anew(session, registration, by_team=by_team):
        move_up(session, registration.event, now)


def count_anew(session: Session, registration: Registration, *, by_team: bool) -> bool:
    """The first half of it, for callers that move several at once; whether anything changed.

    Nobody may move up before all are counted where they belong: whoever still stands under the old quotas would get
    a seat of them that the new ones do not have.
    """
    event = registration.event
    quotas = waiting_list.quotas_of_day(session, event)
    under = waiting_list.quotas_of(session, event, registration.id)
    old, new = waiting_list.after_moving(quotas, under, registration.organisation)
    if registration.is_online or (not old and not new):
        return False
    if registration.has_seat:
        left = [quota.id for quota in under]
        stays = set(left) - {quota.id for quota in old}
        chairs = registration.chairs
        availability = waiting_list.availability_of(event, quotas, left, gives_back=chairs, staying=stays)
        wanted = frozenset(stays | {quota.id for quota in new})
        if not by_team and not availability.has_seat_for(Claim(wanted, chairs)):
            raise SeatStaysThere
        move_quotas(session, event, old, new)
    elif registration.active:
        move_in_line(session, old, new)
    waiting_list.take_out_of(session, registration, old)
    waiting_list.put_under(session, registration, new)
    return True


def leave_run_line(session: Session, registration_id: int, run_id: int, now: datetime) -> Registration:
    """No longer wait for this workshop."""
    registration = lock_registration(session, registration_id)
    places.leave_line_of(session, registration, run_id)
    registration.changed_at = now
    session.flush()
    return registration


def send_links(session: Session, event_id: int, email: str, now: datetime) -> None:
    """Whoever takes part with this address gets the personal link again, and who registered a group the group's. The page
    says the same and takes as long if nobody does (T09)."""
    lock_event(session, event_id)
    known = with_address(session, event_id, email)
    for one in known:
        notifications.remind_of_link(session, one, now)
    if not known:
        notifications.remind_nobody(session, event_id, email, now)
    for group in groups_of(session, event_id, email):
        if notifications.spend_mail(session, address_key(email), now):
            notifications.notify_contact_link(session, group, now)


def renew_link(session: Session, registration_id: int, now: datetime) -> Registration:
    """Withdraw the personal link and send a new one."""
    registration = lock_registration(session, registration_id)
    registration.link_key = new_link_key()
    session.flush()
    notifications.remind_of_link(session, registration, now)
    return registration


def renew_feed(session: Session, registration_id: int, now: datetime) -> Registration:
    """Withdraw the personal calendar's address; the old one is gone for good (410)."""
    registration = lock_registration(session, registration_id)
    registration.feed_key = new_link_key()
    registration.feed_changed_at = now
    session.flush()
    return registration
