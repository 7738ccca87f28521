# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Several colleagues at once: register a group, confirm it, keep seats for an organisation.

Every verb locks the event first and flushes, never commits. Nobody but the contact is mailed before the contact has
confirmed (T08), and the contact never learns who was registered already (T09, decision 0012).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.db import new_link_key, taken_back
from app.events.models import Event, Quota
from app.events.rules import TAKES_REGISTRATIONS, EventStatus
from app.events.seats import claim_seat, join_line
from app.events.service import lock_event
from app.organisations.service import name_organisation
from app.people.audit import record
from app.people.rules import address_key
from app.refusal import N_, Missing, Refusal
from app.registration import notifications
from app.registration.admission import (
    Entry,
    Seating,
    Way,
    admit,
    admit_unnamed,
    once_confirmed,
    take_seat_or_number,
)
from app.registration.groups.drafts import groups_of_form, make_way
from app.registration.history import By, move
from app.registration.models import Group, GroupGuest, Registration
from app.registration.person import Person
from app.registration.promotion import move_up, take_wanted
from app.registration.queries import find_earlier, members_of
from app.registration.quotas import waiting_list
from app.registration.quotas.rules import Claim
from app.registration.rules import (
    Actor,
    Closed,
    FormCodeNeeded,
    Reason,
    Status,
    TooMany,
    looks_like_an_address,
)
from app.registration.service import end
from app.registration.substituting import add_guest
from app.registration.suppression import suppress

MOST_PEOPLE = 20  # of one group, and mails that one group may cause in a day (T08, T32)
CONTACT = By(Actor.CONTACT)


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """One sent form of a group. `people` are the rows in their order, the contact first who takes part."""

    contact: Person
    people: Sequence[Person]
    nonce: str
    language: str = "de"
    together: bool = False
    form_key: str = ""


@dataclass(frozen=True, slots=True)
class Allotment:
    """Seats that the team keeps for an organisation until a moment."""

    contact: Person
    seats: int
    until: datetime
    nonce: str


def register_group(session: Session, event_id: int, entry: GroupEntry, now: datetime) -> Group | None:
    """Hold a seat or a number for each row until the contact confirms. None: the contact's address had enough mails.

    Who is registered already stays as they are. Refuses when registration is not open, a form that was not opened with the
    day's code, and too many rows.
    """
    event = lock_event(session, event_id)
    of_form = groups_of_form(session, event.id, entry.nonce)
    if of_form and of_form[0].nonce == entry.nonce:
        return of_form[0]
    if event.registration_state(now) not in TAKES_REGISTRATIONS:
        raise Closed
    if not event.opens_form(entry.form_key):
        raise FormCodeNeeded
    if len(entry.people) > MOST_PEOPLE:
        raise TooMany(MOST_PEOPLE)
    if not notifications.spend_mail(session, address_key(entry.contact.email), now):
        return None
    make_way(session, of_form, CONTACT, now)
    group = _start(session, event, entry.contact, entry.nonce, now)
    group.language, group.together = entry.language, entry.together
    event.together_count += entry.together
    session.add(group)
    session.flush()
    new: list[tuple[Entry, int]] = []
    guests: list[tuple[Registration, Entry]] = []
    for number, person in enumerate(entry.people):
        known = find_earlier(session, event.id, person.email)
        row = Entry(person, _row_nonce(entry.nonce, number), entry.language)
        if known.active is not None:
            twice = any(known.active is one for one, _ in guests)
            guests.append((known.active, row))
            if not group.together:
                waits = _would_wait(session, group, row, known.next_offset, now)
                add_guest(session, group.id, known.active, row, waits=waits, twice=twice)
            continue
        if group.together:
            new.append((row, known.next_offset))
            continue
        with session.begin_nested():  # as around what is taken back: known or not takes as long (T09)
            admit(session, event, row, _way(group, row, now, known.next_offset), now)
    if group.together:
        _enter_together(session, group, new, guests, now)
    move_up(session, event, now)  # a seat that was kept twice leaves one for others
    notifications.ask_contact_to_confirm(session, group, now)
    return group


def confirm_group(session: Session, group_id: int, now: datetime) -> Group:
    """The contact's address is right: every row counts, and every colleague is told. A second press changes nothing.

    Rows whose hold has ended are taken up again as they would be at first. Refuses when that needs an open
    registration and it is not, and a day that was called off.
    """
    group = lock_group(session, group_id)
    event = group.event
    if group.confirmed_at is not None:
        return group
    if event.status is EventStatus.CANCELLED:
        raise Closed
    members = members_of(session, group)
    late = [one for one in members if one.status is Status.EXPIRED]
    if late and event.registration_state(now) not in TAKES_REGISTRATIONS:
        raise Closed
    reserved = [one for one in members if one.status is Status.UNCONFIRMED]
    for one in reserved:
        one.confirmed_at = now
        move(session, one, once_confirmed(one), CONTACT, Reason.GROUP_CONFIRMED, now)
    group.confirmed_at = now
    session.flush()
    back = _take_up_again(session, event, group, late, now)
    for one in (*reserved, *back):
        own = one.email == group.email
        if own or notifications.spend_mail(session, one.email_key, now):
            notifications.notify_status(session, one, now)
    for guest in session.scalars(select(GroupGuest).where(GroupGuest.group_id == group.id)).all():
        if guest.registration.active:
            notifications.remind_of_link(session, guest.registration, now)
    move_up(session, event, now)
    return group


def allot(session: Session, event_id: int, wanted: Allotment, by: By, now: datetime) -> Group:
    """Keep seats for an organisation, taken from the day and its quotas at once; the contact gets a link to name people.

    Refuses more seats than are free, and a date that is over or after the day has begun.
    """
    event = lock_event(session, event_id)
    found = session.scalar(select(Group).where(Group.event_id == event.id, Group.nonce == wanted.nonce))
    if found is not None:
        return found
    if event.status is EventStatus.CANCELLED:
        raise Refusal(N_("This day is cancelled. Nobody can be added."))
    if not now < wanted.until <= event.starts_at:
        raise Refusal(N_("Please choose a date before the day begins."), field="until")
    group = _start(session, event, wanted.contact, wanted.nonce, now)
    group.allotted, group.name_until, group.confirmed_at = wanted.seats, wanted.until, now
    group.language = event.language
    session.add(group)
    session.flush()
    nonces = (_row_nonce(wanted.nonce, number) for number in range(wanted.seats))
    admit_unnamed(session, group, nonces, by, now)
    move_up(session, event, now)
    notifications.notify_contact_of_seats(session, group, now)
    trace = {"seats": wanted.seats, "organisation": group.organisation_id}
    record(session, now, by.organiser_id, event.id, "group.allot", f"group {group.id}", trace)
    return group


def lock_group(session: Session, group_id: int) -> Group:
    """The group behind its event's lock, read anew."""
    of = select(Group.event_id).where(Group.id == group_id).scalar_subquery()
    event = lock_event(session, of)
    found = session.scalar(
        select(Group).where(Group.id == group_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing
    set_committed_value(found, "event", event)
    return found


def get_member(session: Session, group: Group, reference: str) -> Registration:
    """One of the group's own. Raises `Missing` for anybody else (T02)."""
    mine = select(Registration).where(Registration.group_id == group.id, Registration.reference == reference)
    found = session.scalar(mine)
    if found is None:
        raise Missing
    return found


def _row_nonce(nonce: str, number: int) -> str:
    """Each row has a nonce of its own, as long as any, that no other form can send."""
    return f"#{hashlib.sha256(f'{nonce}.{number}'.encode()).hexdigest()[:48]}"


def _start(session: Session, event: Event, contact: Person, nonce: str, now: datetime) -> Group:
    group = Group(
        event=event,
        organisation=name_organisation(session, contact.organisation),
        email=contact.email,
        nonce=nonce,
        created_at=now,
        mail_revision=0,
    )
    group.take_name(contact)
    return group


def _way(
    group: Group,
    row: Entry,
    now: datetime,
    next_offset: int,
    *,
    seating: Seating = Seating.IN_TURN,
    quotas: Sequence[Quota] | None = None,
    in_vain: bool = False,
) -> Way:
    """One row of the form."""
    own = address_key(row.person.email) == address_key(group.email)
    return Way(
        CONTACT,
        Reason.SUBMITTED,
        seating,
        next_offset=next_offset,
        until=now + timedelta(minutes=group.event.confirm_within_minutes),
        quotas=quotas,
        group=group,
        named_by="" if own else name_of(group),
        in_vain=in_vain,
    )


def _would_wait(session: Session, group: Group, row: Entry, next_offset: int, now: datetime) -> bool:
    """Whether somebody new in this row would have to wait. All that would be done for them is done and taken back, so that
    the answer takes as long as with somebody new (T09); the guest's row stands for the line in the history."""
    with taken_back(session):
        way = _way(group, row, now, next_offset, in_vain=True)
        return not admit(session, group.event, row, way, now).has_seat


def _enter_together(
    session: Session,
    group: Group,
    new: Sequence[tuple[Entry, int]],
    guests: Sequence[tuple[Registration, Entry]],
    now: datetime,
) -> None:
    event = group.event
    quotas = waiting_list.quotas_of_day(session, event)
    mine = frozenset(quota.id for quota in waiting_list.covering(quotas, group.organisation))
    waits = somebody_new_waits(session, group, 1)
    claims = [Claim(mine, row.person.chairs) for row, _ in new if row.person.chairs]
    seating = Seating.ANY if _may_sit_together(session, event, claims) else Seating.WAITS
    for row, next_offset in new:
        with session.begin_nested():
            way = _way(group, row, now, next_offset, seating=seating, quotas=quotas)
            one = admit(session, event, row, way, now)
        if not one.is_online:  # whoever is has a seat, and says nothing of those who come
            waits = not one.has_seat
    for known, row in guests:
        _would_wait(session, group, row, 0, now)  # as much work as for somebody new
        add_guest(session, group.id, known, row, waits=waits and not row.person.is_online)


def _seat_together(
    session: Session, event: Event, people: Sequence[tuple[Registration, Sequence[Quota]]]
) -> bool:
    """All who come back get seats, or all wait, with numbers in the order of the rows. Whether they get seats: who has left
    has none, so the caller writes it down for each with the new status."""
    claims = [Claim(frozenset(quota.id for quota in mine), one.chairs) for one, mine in people if one.chairs]
    together = _may_sit_together(session, event, claims)
    for one, mine in people:
        if not together and one.chairs:
            one.waiting_number = join_line(session, event, mine)
        elif not claim_seat(session, event, mine, chairs=one.chairs):
            raise RuntimeError(f"event {event.id}: the seat that was free under the lock is gone")
    return together


def _may_sit_together(session: Session, event: Event, people: Sequence[Claim]) -> bool:
    """Whether there are seats for all of these, and nobody before may have them."""
    quotas = waiting_list.quotas_of_day(session, event)
    free = waiting_list.availability_of(event, quotas).has_seats_for(people)
    return free and not waiting_list.somebody_before(session, event, quotas, people)


def somebody_new_waits(session: Session, group: Group, chairs: int) -> bool:
    """Who takes part online takes none, and never does."""
    if not chairs:
        return False
    quotas = waiting_list.quotas_of_day(session, group.event)
    mine = frozenset(quota.id for quota in waiting_list.covering(quotas, group.organisation))
    return not _may_sit_together(session, group.event, [Claim(mine, chairs)])


def _take_up_again(
    session: Session, event: Event, group: Group, late: Sequence[Registration], now: datetime
) -> list[Registration]:
    """Who was registered elsewhere in the meantime keeps that."""
    back = []
    for one in late:
        known = find_earlier(session, event.id, one.email).active
        if known is None:
            back.append(one)
            continue
        one.group = None
        session.flush()
        row = Entry(one.person, one.nonce)
        add_guest(session, group.id, known, row, waits=somebody_new_waits(session, group, one.chairs))
    seated = group.together and _seat_together(
        session, event, [(one, waiting_list.quotas_of(session, event, one.id)) for one in back]
    )
    for one in back:
        if group.together:
            one.has_seat = seated or one.is_online
        else:
            quotas = waiting_list.quotas_of_day(session, event)
            take_seat_or_number(session, event, one, quotas, waiting_list.quotas_of(session, event, one.id))
        one.confirmed_at = now
        move(session, one, once_confirmed(one), CONTACT, Reason.RETURNED, now)
        session.flush()
        if one.has_seat:
            take_wanted(session, one)
    return back


def name_of(group: Group) -> str:
    return "" if looks_like_an_address(group.full_name) else group.full_name


def renew_group_link(session: Session, group_id: int, now: datetime) -> Group:
    """Withdraw the group's link and send a new one to the contact."""
    group = lock_group(session, group_id)
    group.link_key = new_link_key()
    session.flush()
    if notifications.spend_mail(session, address_key(group.email), now):
        tell = (
            notifications.notify_contact_link if group.confirmed_at else notifications.ask_contact_to_confirm
        )
        tell(session, group, now)
    return group


def refuse_group(session: Session, group_id: int, now: datetime) -> None:
    """Whoever reads this mail is no contact: the seats go to the next, and no such mail follows (T08).

    A second press changes nothing. Does nothing to a group that is confirmed.
    """
    group = lock_group(session, group_id)
    if group.confirmed_at is not None:
        return
    suppress(session, group.email, None, now)
    for one in members_of(session, group):
        if one.active:
            end(session, one, Status.CANCELLED, CONTACT, Reason.CANCELLED, now)
    session.flush()
    move_up(session, group.event, now)
