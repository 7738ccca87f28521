# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Taking part: register, confirm, accept, cancel, expire, change. Every verb locks the event first and flushes, never commits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.db import taken_back
from app.events.models import Event, Quota
from app.events.rules import TAKES_REGISTRATIONS
from app.events.seats import (
    claim_seat,
    join_line,
    leave_line,
    overbook,
    release_seat,
)
from app.events.service import lock_event
from app.organisations.service import name_organisation
from app.outbox.rules import family_of
from app.outbox.service import withdraw
from app.people.rules import address_key
from app.refusal import Missing
from app.registration import notifications
from app.registration.consents import records
from app.registration.consents.models import ConsentSource
from app.registration.models import Registration, StatusChange
from app.registration.queries import Earlier, find_earlier
from app.registration.questions import answers
from app.registration.quotas import waiting_list
from app.registration.rules import (
    ENDED,
    HELD,
    Actor,
    AlreadyEnded,
    Closed,
    OfferOver,
    Reason,
    Status,
    sort_key,
)
from app.registration.workshops import places, wishes


@dataclass(frozen=True, slots=True)
class Person:
    """Who takes part, as typed in."""

    given_name: str
    family_name: str
    email: str
    organisation: str
    role_title: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One sent form. The nonce makes a double click land on the same registration; `given` None: nothing was asked."""

    person: Person
    nonce: str
    language: str = "de"
    choices: places.Choices = field(default_factory=dict)
    given: answers.Given | None = None
    code: str = ""
    agreed: records.Agreed = field(default_factory=dict)
    wished: wishes.Wished | None = None


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and what they say about it."""

    actor: Actor
    organiser_id: int | None = None
    note: str = ""


PARTICIPANT = By(Actor.PARTICIPANT)
SYSTEM = By(Actor.SYSTEM)


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What a sent form came to. `waits` is what the page may say: of somebody who is known it is what somebody new would
    have got, and so tells nothing (T09)."""

    registration: Registration
    waits: bool


def register(session: Session, event_id: int, entry: Entry, now: datetime) -> Registration:
    """As `answer_form`, for who need not say what comes next."""
    return answer_form(session, event_id, entry, now).registration


def answer_form(session: Session, event_id: int, entry: Entry, now: datetime) -> FormAnswer:
    """Hold a seat or a waiting number until the mail address is confirmed.

    Refuses when registration is not open, and a code that no quota of the day has. Who is registered already lands on
    that registration and gets its link by mail; the page says the same in both cases, refuses the same, and takes as
    long: what would be done for somebody new is done for them, too, and taken back (T09). A form that was corrected
    takes the place of what it said before.
    """
    event = lock_event(session, event_id)
    earlier = find_earlier(session, event_id, entry.person.email, entry.nonce)
    if earlier.same_form is not None:
        return FormAnswer(earlier.same_form, not earlier.same_form.has_seat)
    if event.registration_state(now) not in TAKES_REGISTRATIONS:
        raise Closed
    parts = answers.judge_entry(session, event, entry.given)
    quotas = waiting_list.quotas_of_day(session, event)
    waiting_list.refuse_unknown_code(quotas, entry.code)
    kept = _make_way(session, earlier.draft, now) if earlier.draft is not None else NOTHING
    if earlier.active is not None:
        notifications.remind_of_link(session, earlier.active, now)
        with taken_back(session):
            new = _hold(session, event, entry, earlier, quotas, parts, now, kept)
            waits = not new.has_seat
        if kept is not NOTHING:
            move_up(session, event, now)
        return FormAnswer(earlier.active, waits)
    registration = _hold(session, event, entry, earlier, quotas, parts, now, kept)
    notifications.ask_to_confirm(session, registration, now, first=True)
    return FormAnswer(registration, not registration.has_seat)


def _hold(
    session: Session,
    event: Event,
    entry: Entry,
    earlier: Earlier,
    quotas: Sequence[Quota],
    parts: Sequence[answers.Part],
    now: datetime,
    kept: "Kept",
) -> Registration:
    """Somebody new, with seat or number, and all that was chosen. For somebody who is known it is taken back, so it must
    not meet their own row, and writes no history: the letter to them was one statement more."""
    registration = enter(session, event, entry, earlier.next_offset, now)
    if earlier.active is not None:
        registration.email_key = f"#{entry.nonce}"
    mine = waiting_list.covering(quotas, registration.organisation, entry.code)
    take_seat_or_number(session, event, registration, quotas, mine, kept)
    registration.reserved_until = now + timedelta(minutes=event.hold_minutes)
    session.add(registration)
    session.flush()
    waiting_list.put_under(session, registration, mine)
    if earlier.active is None:
        note(session, registration, None, Status.UNCONFIRMED, PARTICIPANT, Reason.SUBMITTED, now)
    _choose_or_wish(session, registration, entry, now)
    answers.store(session, registration, parts)
    records.write_down(session, registration, entry.agreed, ConsentSource.FORM, now)
    if len(mine) > 1 or kept is not NOTHING:
        move_up(session, event, now)  # a seat that was kept twice leaves one for others
    return registration


@dataclass(frozen=True, slots=True)
class Kept:
    """What a form held that was sent again with a correction: it is not punished for that, under the same quotas."""

    seat: bool = False
    number: int | None = None
    quotas: frozenset[int] = frozenset()


NOTHING = Kept()


def _make_way(session: Session, draft: Registration, now: datetime) -> Kept:
    """What a form brought that said something else by then goes as if it had not been sent, its mail that waits included:
    the address in it may be a stranger's."""
    held = frozenset(quota.id for quota in waiting_list.quotas_of(session, draft.event, draft.id))
    kept = Kept(draft.has_seat, None if draft.has_seat else draft.waiting_number, held)
    end(session, draft, Status.CANCELLED, PARTICIPANT, Reason.REPLACED, now)
    session.flush()
    withdraw(session, family_of(notifications.CONFIRM), draft.id)
    session.expunge(draft)
    session.execute(delete(Registration).where(Registration.id == draft.id))
    return kept


def _choose_or_wish(
    session: Session, registration: Registration, entry: Entry, now: datetime, *, by_team: bool = False
) -> None:
    """Refuses a form that was opened when places were given in the other way, and wishes after their date, which the
    team may still note."""
    event = registration.event
    if event.awaits_places and entry.choices:
        raise wishes.OtherWay
    if entry.wished is not None:
        if not (event.awaits_places if by_team else event.takes_wishes(now)):
            raise wishes.WishesOver if event.awaits_places else wishes.OtherWay
        wishes.write_first_wishes(session, event, registration, entry.wished)
    places.choose_first(session, event, registration, entry.choices)


def add_manually(
    session: Session, event_id: int, entry: Entry, by: By, now: datetime, *, extra_seat: bool
) -> Registration:
    """The organising team adds somebody, also outside the window; `extra_seat` overbooks when the day is full.

    Nothing is required of who cannot be asked. Refuses an unknown code, and options that are full.
    """
    event = lock_event(session, event_id)
    earlier = find_earlier(session, event_id, entry.person.email, entry.nonce)
    same = earlier.same_form or earlier.active
    if same is not None:
        return same
    parts = answers.judge_for_somebody(session, event, entry.given)
    registration = enter(session, event, entry, earlier.next_offset, now)
    registration.confirmed_at = now
    quotas = waiting_list.quotas_of_day(session, event)
    waiting_list.refuse_unknown_code(quotas, entry.code)
    mine = waiting_list.covering(quotas, registration.organisation, entry.code)
    if claim_seat(session, event, mine):
        registration.has_seat = True
    elif extra_seat:
        overbook(session, event, mine)
        registration.has_seat = True
    else:
        registration.waiting_number = join_line(session, event, mine)
    registration.status = admitted(registration)
    session.add(registration)
    session.flush()
    waiting_list.put_under(session, registration, mine)
    note(session, registration, None, registration.status, by, Reason.ADDED_BY_HAND, now)
    _choose_or_wish(session, registration, entry, now, by_team=True)
    answers.store(session, registration, parts)
    notifications.notify_status(session, registration, now, first=True)
    if len(mine) > 1:
        move_up(session, event, now)
    return registration


def confirm(session: Session, registration_id: int, now: datetime) -> Registration:
    """The address is right. A second press changes nothing; a hold that ended is taken up again if it can be."""
    registration = lock_registration(session, registration_id)
    event = registration.event
    if registration.unnamed:
        raise Missing
    if registration.status is Status.EXPIRED:
        registration.confirmed_at = now
        _take_up_again(session, event, registration, now)
    elif registration.status is not Status.UNCONFIRMED:
        if registration.status in ENDED:
            raise AlreadyEnded
        return registration
    else:
        registration.confirmed_at = now
        move(session, registration, once_confirmed(registration), PARTICIPANT, Reason.ADDRESS_CONFIRMED, now)
    notifications.notify_status(session, registration, now)
    move_up(session, event, now)
    return registration


def once_confirmed(registration: Registration) -> Status:
    """How somebody stands whose address is right: the team may want to decide first."""
    return Status.PENDING if registration.event.approval else admitted(registration)


def admitted(registration: Registration) -> Status:
    return Status.REGISTERED if registration.has_seat else Status.WAITING


def accept(session: Session, registration_id: int, now: datetime) -> Registration:
    """Take the seat that was offered. A second press changes nothing; refuses what was not offered or is over."""
    registration = lock_registration(session, registration_id)
    if registration.status is Status.REGISTERED:
        return registration
    if registration.status is not Status.OFFERED or now >= registration.event.starts_at:
        raise OfferOver
    move(session, registration, Status.REGISTERED, PARTICIPANT, Reason.OFFER_ACCEPTED, now)
    notifications.notify_status(session, registration, now)
    return registration


def decline(session: Session, registration_id: int, now: datetime) -> Registration:
    """Leave the line for good; the seat goes to the next. A second press changes nothing."""
    registration = lock_registration(session, registration_id)
    if registration.status is Status.CANCELLED:
        return registration
    if registration.status is not Status.OFFERED:
        raise OfferOver
    end(session, registration, Status.CANCELLED, PARTICIPANT, Reason.OFFER_DECLINED, now)
    notifications.notify_declined(session, registration, now)
    move_up(session, registration.event, now)
    return registration


def cancel(
    session: Session, registration_id: int, by: By, now: datetime, reason: Reason = Reason.CANCELLED
) -> Registration:
    """Give back the seat and all places; the next in line move up in this transaction. Refuses a second time."""
    registration = lock_registration(session, registration_id)
    if not registration.active:
        raise AlreadyEnded
    end(session, registration, Status.CANCELLED, by, reason, now)
    notifications.notify_cancelled(session, registration, now)
    move_up(session, registration.event, now)
    return registration


def expire(session: Session, registration_id: int, now: datetime) -> None:
    """A seat held for an answer goes to the next when the time is over. Does nothing when it was answered meanwhile."""
    registration = lock_registration(session, registration_id)
    reserved_until, was = registration.reserved_until, registration.status
    if was not in HELD or reserved_until is None or reserved_until > now:
        return
    if was is Status.OFFERED:
        end(session, registration, Status.EXPIRED, SYSTEM, Reason.OFFER_ENDED, now)
        notifications.notify_offer_ended(session, registration, now)
    else:
        for one in _held_with(session, registration, now):
            reason = Reason.SEAT_NOT_NAMED if one.unnamed else Reason.HOLD_ENDED
            end(session, one, Status.EXPIRED, SYSTEM, reason, now)
    move_up(session, registration.event, now)


def _held_with(session: Session, registration: Registration, now: datetime) -> Sequence[Registration]:
    """Whose time for confirming is over: a group that is confirmed as one expires as one."""
    if registration.group_id is None:
        return [registration]
    over = select(Registration).where(
        Registration.group_id == registration.group_id,
        Registration.status == Status.UNCONFIRMED,
        Registration.reserved_until <= now,
    )
    return session.scalars(over.order_by(Registration.id).execution_options(populate_existing=True)).all()


def move_up(
    session: Session, event: Event, now: datetime, reason: Reason = Reason.MOVED_UP
) -> list[Registration]:
    """Give free seats to the first in line whose address is confirmed and whose quotas have room, or offer them.

    Nobody moves up once the window has closed.
    """
    moved: list[Registration] = []
    if not event.waiting or event.registration_state(now) not in TAKES_REGISTRATIONS:
        return moved
    quotas = waiting_list.quotas_of_day(session, event)
    while (
        first := waiting_list.next_in_line(session, event, waiting_list.availability_of(event, quotas))
    ) is not None:
        for one in waiting_list.moving_with(session, event, first):
            mine = waiting_list.quotas_of(session, event, one.id)
            if not claim_seat(session, event, mine):
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
    take_wanted(session, registration, now)
    notifications.notify_moved_up(session, registration, now)


def _give_or_offer(
    session: Session, event: Event, first: Registration, reason: Reason, now: datetime
) -> None:
    if event.offer_hours is None:
        move(session, first, Status.REGISTERED, SYSTEM, reason, now)
        take_wanted(session, first, now)
        notifications.notify_moved_up(session, first, now)
    else:
        until = min(now + timedelta(hours=event.offer_hours), event.starts_at)
        move(session, first, Status.OFFERED, SYSTEM, Reason.OFFERED, now, reserved_until=until)
        take_wanted(session, first, now)
        notifications.notify_offer(session, first, now)


def take_wanted(session: Session, registration: Registration, now: datetime) -> None:
    """Somebody has a seat at the day now: workshops and options that were only wanted are taken."""
    places.take_wanted(session, registration, now)
    answers.take_wanted(session, registration)


# One statement for both rows. PostgreSQL locks them in the order in which they stand in FROM: the day first, as everywhere.
_LOCKED = (
    select(Event, Registration)
    .join(Registration, Registration.event_id == Event.id)
    .where(Registration.id == bindparam("person"))
    .with_for_update(of=[Event, Registration])
    .execution_options(populate_existing=True)
)


def lock_registration(session: Session, registration_id: int) -> Registration:
    """The registration behind its event's lock, both read anew. Raises `Missing`."""
    found = session.execute(_LOCKED, {"person": registration_id}).one_or_none()
    if found is None:
        raise Missing
    event, registration = found
    set_committed_value(registration, "event", event)
    return registration


def overdue_holds(session: Session, now: datetime) -> list[int]:
    """Ids of registrations whose hold or offer is over; expired one transaction each."""
    overdue = (
        select(Registration.id)
        .where(Registration.reserved_until <= now)
        .order_by(Registration.reserved_until)
    )
    return list(session.scalars(overdue.limit(500)))


def take_seat_or_number(
    session: Session,
    event: Event,
    registration: Registration,
    quotas: Sequence[Quota],
    mine: Sequence[Quota],
    kept: Kept = NOTHING,
) -> None:
    """A seat if there is one and nobody before may have it, else the next number in line; or what was `kept`."""
    if kept.quotas != frozenset(quota.id for quota in mine):
        kept = NOTHING
    waits = waiting_list.group_waits(session, event, registration) or waiting_list.somebody_before(
        session, event, quotas
    )
    if (kept.seat or not waits) and claim_seat(session, event, mine):
        registration.has_seat = True
    else:
        number = join_line(session, event, mine)
        registration.waiting_number = number if kept.number is None else kept.number


def enter(session: Session, event: Event, entry: Entry, next_offset: int, now: datetime) -> Registration:
    """Somebody new, without a status that counts yet; the caller decides about seat or number."""
    person = entry.person
    key = address_key(person.email)
    return Registration(
        event=event,
        organisation=name_organisation(session, person.organisation),
        given_name=person.given_name,
        family_name=person.family_name,
        sort_key=sort_key(person.family_name, person.given_name),
        email=person.email,
        email_key=key,
        role_title=person.role_title,
        language=entry.language,
        status=Status.UNCONFIRMED,
        nonce=entry.nonce,
        created_at=now,
        changed_at=now,
        feed_changed_at=now,
        sequence_offset=next_offset,
        mail_revision=notifications.FIRST,
    )


def _take_up_again(session: Session, event: Event, registration: Registration, now: datetime) -> None:
    """The link was opened after the hold had ended: a free seat, else a new place in line."""
    if event.registration_state(now) not in TAKES_REGISTRATIONS:
        raise Closed
    if find_earlier(session, event.id, registration.email).active is not None:
        raise AlreadyEnded
    quotas, mine = (
        waiting_list.quotas_of_day(session, event),
        waiting_list.quotas_of(session, event, registration.id),
    )
    take_seat_or_number(session, event, registration, quotas, mine)
    move(session, registration, once_confirmed(registration), PARTICIPANT, Reason.RETURNED, now)
    if registration.has_seat:
        take_wanted(session, registration, now)


def end(
    session: Session, registration: Registration, to: Status, by: By, reason: Reason, now: datetime
) -> None:
    """Take seat or number, places and options from somebody who leaves; who moves up is the caller's to say."""
    event = registration.event
    mine = waiting_list.quotas_of(session, event, registration.id)
    if registration.has_seat:
        release_seat(session, event, mine)
        registration.has_seat = False
    else:
        leave_line(session, event, mine)
    move(session, registration, to, by, reason, now)
    places.give_back(session, registration, now, keep_wishes=to is Status.EXPIRED)
    answers.give_back(session, registration, for_good=to is not Status.EXPIRED)
    if to is not Status.EXPIRED:
        records.end_consents(session, registration.id, now)
    registration.feed_changed_at = now


def move(
    session: Session,
    registration: Registration,
    to: Status,
    by: By,
    reason: Reason,
    now: datetime,
    *,
    reserved_until: datetime | None = None,
) -> None:
    """Another status, with its line in the history."""
    note(session, registration, registration.status, to, by, reason, now)
    registration.status = to
    registration.reserved_until = reserved_until
    registration.changed_at = now
    registration.feed_changed_at = now


def note(
    session: Session,
    registration: Registration,
    was: Status | None,
    to: Status,
    by: By,
    reason: Reason,
    now: datetime,
) -> None:
    """One line in the history."""
    session.add(
        StatusChange(
            registration_id=registration.id,
            at=now,
            from_status=was,
            to_status=to,
            actor=by.actor,
            organiser_id=by.organiser_id,
            reason=reason,
            note=by.note,
        )
    )


def by_organiser(organiser_id: int) -> By:
    return By(Actor.ORGANISER, organiser_id)
