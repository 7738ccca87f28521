# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The people of a group that is confirmed: named, taken out, substituted by the contact person."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.events.rules import TAKES_REGISTRATIONS
from app.people.budget import spend
from app.people.rules import address_key
from app.refusal import Missing
from app.registration import accompanying, notifications
from app.registration.admission import Entry, Way, admit, refuse_what_is_not_asked
from app.registration.groups.service import (
    CONTACT,
    MOST_PEOPLE,
    get_member,
    lock_group,
    name_of,
    somebody_new_waits,
)
from app.registration.history import move
from app.registration.models import Group, GroupGuest, Registration
from app.registration.promotion import move_up
from app.registration.queries import find_earlier, find_guest
from app.registration.rules import (
    AlreadyEnded,
    Closed,
    DayHasBegun,
    InGroupAlready,
    MailedEnough,
    Reason,
    Status,
    TooMany,
    refuse_accompanied_online,
)
from app.registration.service import cancel, end
from app.registration.substituting import add_guest, keeps_own, substitute


def add_colleague(session: Session, group_id: int, entry: Entry, now: datetime) -> None:
    """Name somebody for a seat that is kept, else register somebody more as long as registration is open.

    The same form lands on the same person. Refuses a group that is not confirmed, too many people, and an address
    that got enough mails today.
    """
    group = _confirmed(session, group_id)
    event, person = group.event, entry.person
    known = find_earlier(session, event.id, person.email, entry.nonce)
    if known.same_form is not None or _was_sent(session, group, entry.nonce):
        return
    # What `admit` asks of somebody new, asked before the address is known to us (T09).
    refuse_what_is_not_asked(event, person)
    refuse_accompanied_online(person.participation, person.accompanying)
    seat = (
        None if person.is_online else _free_seat(session, group, now)
    )  # it stays kept for somebody who comes
    if seat is None and event.registration_state(now) not in TAKES_REGISTRATIONS:
        raise Closed
    _refuse_too_many(session, group, seat)
    if seat is not None:  # asked before the address is known to us (T09)
        accompanying.refuse_more(session, seat, person.accompanying, now)
    _refuse_mails(session, group, person.email, now)
    if known.active is not None and (seat is None or keeps_own(known.active, seat=True)):
        _name_guest(session, group, known.active, entry, seat, now)
        return
    if known.active is not None:
        end(session, known.active, Status.CANCELLED, CONTACT, Reason.REPLACED, now)
        session.flush()
    if seat is not None:
        _name(session, seat, group, entry, known.next_offset, now)
    else:
        seat = _one_more(session, group, entry, known.next_offset, now)
    notifications.notify_status(session, seat, now)
    move_up(session, event, now)


def cancel_member(session: Session, group_id: int, reference: str, now: datetime) -> None:
    """Take one person out of the group, or give back a seat that nobody is named for. Refuses who has left."""
    group = _confirmed(session, group_id)
    guest = find_guest(session, group, reference)
    if guest is not None:
        if guest.ended or not guest.registration.active:
            raise AlreadyEnded
        guest.ended = True
        session.flush()
        return
    member = get_member(session, group, reference)
    reason = Reason.SEAT_NOT_NAMED if member.unnamed else Reason.CANCELLED
    cancel(session, member.id, CONTACT, now, reason)


def substitute_member(session: Session, group_id: int, reference: str, entry: Entry, now: datetime) -> None:
    """Somebody else comes in the place of one of the group; refuses as `substituting.substitute` does."""
    group = _confirmed(session, group_id)
    same = find_earlier(session, group.event_id, entry.person.email, entry.nonce).same_form
    if same is not None or _was_sent(session, group, entry.nonce):
        return
    guest = find_guest(session, group, reference)
    if guest is None:
        member = get_member(session, group, reference)
        if member.unnamed:
            raise Missing
        if member.handover_nonce != entry.nonce:
            _refuse_mails(session, group, "", now)
        substitute(session, member.id, entry, CONTACT, now)
        return
    if guest.ended or not guest.registration.active:
        raise AlreadyEnded
    if group.event.has_begun(now):
        raise DayHasBegun
    session.delete(guest)
    session.flush()
    add_colleague(session, group_id, entry, now)


def send_member_link(session: Session, group_id: int, reference: str, now: datetime) -> None:
    """The colleague gets the personal link again; the contact never sees it."""
    group = _confirmed(session, group_id)
    guest = find_guest(session, group, reference)
    one = guest.registration if guest is not None else get_member(session, group, reference)
    if not one.active or one.unnamed or (guest is not None and guest.ended):
        raise AlreadyEnded
    _refuse_mails(session, group, one.email, now)
    notifications.notify_link(session, one, now)


def _was_sent(session: Session, group: Group, nonce: str) -> bool:
    """Whether this form made a guest: its second press must look like that of a form that made somebody new (T09)."""
    mine = select(GroupGuest.id).where(GroupGuest.group_id == group.id, GroupGuest.nonce == nonce)
    return session.scalar(mine) is not None


def _free_seat(session: Session, group: Group, now: datetime) -> Registration | None:
    """The next seat that is kept and has no name yet."""
    found = select(Registration).where(
        Registration.group_id == group.id,
        Registration.status == Status.UNCONFIRMED,
        Registration.email == "",
        Registration.reserved_until > now,
    )
    return session.scalar(found.order_by(Registration.id).limit(1))


def _name(
    session: Session, seat: Registration, group: Group, entry: Entry, next_offset: int, now: datetime
) -> None:
    seat.take_person(entry.person)
    accompanying.take_number(session, seat, entry.person.accompanying, now)
    seat.language, seat.nonce = entry.language, entry.nonce
    seat.sequence_offset = max(next_offset, group.event.lowest_offset)
    seat.named_by, seat.confirmed_at = name_of(group), now
    move(session, seat, Status.REGISTERED, CONTACT, Reason.NAMED, now)
    session.flush()


def _one_more(session: Session, group: Group, entry: Entry, next_offset: int, now: datetime) -> Registration:
    way = Way(
        CONTACT,
        Reason.NAMED,
        next_offset=next_offset,
        organisation=group.organisation,
        group=group,
        named_by=name_of(group),
    )
    return admit(session, group.event, entry, way, now)


def _name_guest(
    session: Session,
    group: Group,
    known: Registration,
    entry: Entry,
    seat: Registration | None,
    now: datetime,
) -> None:
    """The seat kept for somebody who has one already goes to the next."""
    _refuse_twice(session, group, known)
    notifications.notify_link(session, known, now)
    waits = seat is None and somebody_new_waits(session, group, entry.person.chairs)
    add_guest(session, group.id, known, entry, waits=waits)
    if seat is not None:
        end(session, seat, Status.CANCELLED, CONTACT, Reason.REPLACED, now)
        session.flush()
        move_up(session, group.event, now)


def _refuse_twice(session: Session, group: Group, known: Registration) -> None:
    """The contact sees the own group, so this tells nothing new."""
    mine = select(GroupGuest.id).where(
        GroupGuest.group_id == group.id, GroupGuest.registration_id == known.id, ~GroupGuest.ended
    )
    if known.group_id == group.id or session.scalar(mine) is not None:
        raise InGroupAlready


def _confirmed(session: Session, group_id: int) -> Group:
    group = lock_group(session, group_id)
    if group.confirmed_at is None:
        raise Missing
    return group


def _refuse_too_many(session: Session, group: Group, seat: Registration | None) -> None:
    people = select(func.count(Registration.id)).where(Registration.group_id == group.id)
    if seat is None and (session.scalar(people) or 0) >= max(MOST_PEOPLE, group.allotted):
        raise TooMany(max(MOST_PEOPLE, group.allotted))


def _refuse_mails(session: Session, group: Group, email: str, now: datetime) -> None:
    """The group causes so many mails a day, and an address gets so many (T08); asked before it is known to us (T09)."""
    most = max(MOST_PEOPLE, group.allotted)
    if not spend(session, f"group:{group.id}", most, notifications.ONE_DAY, now):
        raise MailedEnough(most)
    if email and not notifications.spend_mail(session, address_key(email), now):
        raise MailedEnough(notifications.MAILS_BEFORE_CONFIRMATION)
