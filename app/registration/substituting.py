# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Somebody else comes in a person's place. One transaction: the old one leaves, the new one has what was theirs.

Locks the event first and flushes, never commits. A seat, an offer or a number in line passes from one row to the next.
Whoever accompanied the old one stays away with them: those chairs are free, and who comes says anew on the own page.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event, Quota
from app.events.seats import move_in_line, move_quotas
from app.people.rules import address_key
from app.registration import accompanying, notifications
from app.registration.admission import Entry, Way, enter
from app.registration.consents import records
from app.registration.history import By, move, note
from app.registration.models import GroupGuest, Registration
from app.registration.promotion import move_up
from app.registration.queries import Earlier, find_earlier
from app.registration.questions import answers
from app.registration.quotas import waiting_list
from app.registration.quotas.rules import Claim
from app.registration.rules import (
    CONFIRMED,
    Actor,
    AddressTaken,
    AlreadyEnded,
    DayHasBegun,
    InGroupAlready,
    MailedEnough,
    NoSeatThere,
    OwnAddress,
    Reason,
    SeatStaysThere,
    Status,
    address_of,
    looks_like_an_address,
)
from app.registration.service import end, lock_registration
from app.registration.workshops import places
from app.registration.workshops.swap_offers import withdraw_offers


def substitute(
    session: Session, registration_id: int, entry: Entry, by: By, now: datetime
) -> Registration | None:
    """Give a place to the person of `entry` until the day begins; the person's own answers that rest on consent end.

    Returns the new registration; None if that person is registered already and keeps what is there. Only the team is
    told so, everybody else sees the same in both cases (T09, decision 0012). The same nonce lands on the same
    result. Refuses who has not confirmed or has left, a day that has begun, the person's own address, and an
    organisation for which there is no seat (T31).
    """
    old = lock_registration(session, registration_id)
    if old.handover_nonce == entry.nonce:
        return session.scalar(select(Registration).where(Registration.predecessor_id == old.id))
    earlier = _refuse(session, old, entry, by, now)
    known = earlier.active
    if known is not None and by.actor is Actor.CONTACT and known.group_id == old.group_id:
        raise InGroupAlready  # the contact knows that person: no secret (T09), and a seat would be lost for nothing
    # To take part online needs no seat of anybody: nobody gives up their place in line for it.
    if known is not None and keeps_own(known, seat=old.has_seat and not old.is_online):
        seated = old.has_seat
        notifications.notify_link(session, known, now)
        end(session, old, Status.CANCELLED, by, Reason.SUBSTITUTED, now)
        _tell_old(session, old, entry, now)
        if old.group_id is not None:
            add_guest(session, old.group_id, known, entry, waits=not seated)
        move_up(session, old.event, now)
        return None
    if known is not None:
        end(session, known, Status.CANCELLED, by, Reason.REPLACED, now)
        session.flush()
    way = Way(by, Reason.SUBSTITUTED, next_offset=earlier.next_offset, named_by=_named_by(old, by))
    new = enter(session, old.event, entry, way, now)
    new.predecessor_id, new.group_id = old.id, old.group_id
    _pass_on(session, old.event, old, new, by, now)
    _tell_old(session, old, entry, now)
    notifications.notify_successor(session, new, now)
    move_up(session, old.event, now)
    return new


def _refuse(session: Session, old: Registration, entry: Entry, by: By, now: datetime) -> Earlier:
    """What is known of the address, when nothing speaks against it."""
    if old.status not in CONFIRMED:
        raise AlreadyEnded
    if old.event.has_begun(now):
        raise DayHasBegun
    key = address_key(entry.person.email)
    if key == address_of(old.email_key):
        raise OwnAddress
    earlier = find_earlier(session, old.event_id, entry.person.email)
    if by.actor is Actor.ORGANISER:
        if earlier.active is not None:
            raise AddressTaken
    elif not notifications.spend_mail(session, key, now):  # asked before the address is known to us (T09)
        raise MailedEnough(notifications.MAILS_BEFORE_CONFIRMATION)
    return earlier


def keeps_own(known: Registration, *, seat: bool) -> bool:
    """Whether what a person has already is at least as good as what somebody else gives: a `seat`, or a place in line."""
    return known.status in CONFIRMED and (known.has_seat or not seat)


def add_guest(
    session: Session, group_id: int, known: Registration, entry: Entry, *, waits: bool, twice: bool = True
) -> None:
    """Show the contact somebody who is registered already as if it were somebody new (T09). Twice is once; where it
    cannot be the second time, nothing is asked."""
    if known.group_id == group_id:
        return
    guest = _guest_of(session, group_id, known) if twice else None
    if guest is None:
        guest = GroupGuest(group_id=group_id, registration=known)
        session.add(guest)
    guest.take_name(entry.person)
    guest.nonce = entry.nonce
    guest.waits, guest.ended = waits, False
    session.flush()


def _guest_of(session: Session, group_id: int, known: Registration) -> GroupGuest | None:
    mine = select(GroupGuest).where(GroupGuest.group_id == group_id, GroupGuest.registration_id == known.id)
    return session.scalar(mine)


def _named_by(old: Registration, by: By) -> str:
    if by.actor is Actor.ORGANISER:
        return ""
    name = old.group.full_name if by.actor is Actor.CONTACT and old.group else old.full_name
    return "" if looks_like_an_address(name) else name


def _pass_on(
    session: Session, event: Event, old: Registration, new: Registration, by: By, now: datetime
) -> None:
    quotas = waiting_list.quotas_of_day(session, event)
    under = waiting_list.quotas_of(session, event, old.id)
    left, joined = waiting_list.after_moving(quotas, under, new.organisation)
    if old.is_online:
        left, joined = [], []
    stays = [quota for quota in under if quota not in left]
    if old.has_seat and (left or joined):
        _refuse_without_seat(event, quotas, under, [*stays, *joined], by)
    new.status, new.has_seat, new.reserved_until = old.status, old.has_seat, old.reserved_until
    new.accompanying, new.participation = old.accompanying, old.participation
    new.confirmed_at = now
    if not old.has_seat:
        new.waiting_number, old.waiting_number = old.waiting_number, None
    old.has_seat = False
    move(session, old, Status.CANCELLED, by, Reason.SUBSTITUTED, now)
    records.end_consents(session, old.id, now)
    session.flush()  # number and seat are free before they are taken
    session.add(new)
    session.flush()
    if new.has_seat:
        move_quotas(session, event, left, joined)
    else:
        move_in_line(session, left, joined)
    waiting_list.put_under(session, new, [*stays, *joined])
    note(session, new, None, new.status, by, Reason.NAMED, now)
    if event.placed_at is not None:
        withdraw_offers(session, old, now)  # whether to swap is the other one's to say
    places.pass_on(session, old, new)
    answers.pass_on(session, old, new)
    accompanying.take_number(session, new, 0, now)


def _refuse_without_seat(
    event: Event, quotas: Sequence[Quota], under: Sequence[Quota], wanted: Sequence[Quota], by: By
) -> None:
    left = {quota.id for quota in under}
    needed = frozenset(quota.id for quota in wanted)
    availability = waiting_list.availability_of(event, quotas, left, gives_back=1, staying=left & needed)
    if not availability.has_seat_for(Claim(needed, 1)):
        raise NoSeatThere if by.actor is Actor.ORGANISER else SeatStaysThere


def _tell_old(session: Session, old: Registration, entry: Entry, now: datetime) -> None:
    old.handover_nonce = entry.nonce
    notifications.notify_substituted(session, old, now)
