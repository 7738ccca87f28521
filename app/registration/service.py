# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Taking part: register, confirm, accept, cancel, expire, change. Every verb locks the event first and flushes, never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.db import taken_back
from app.events.models import Event, Quota
from app.events.rules import TAKES_REGISTRATIONS
from app.events.seats import (
    leave_line,
    release_seat,
)
from app.events.service import lock_event
from app.outbox.rules import family_of
from app.outbox.service import withdraw
from app.refusal import Missing
from app.registration import notifications
from app.registration.admission import (
    NOTHING,
    Entry,
    Kept,
    Way,
    admit,
    once_confirmed,
    take_seat_or_number,
)
from app.registration.consents import records
from app.registration.history import PARTICIPANT, SYSTEM, By, move
from app.registration.models import Registration
from app.registration.promotion import move_up, take_wanted
from app.registration.queries import Earlier, find_earlier
from app.registration.questions import answers
from app.registration.quotas import waiting_list
from app.registration.rules import (
    ENDED,
    RESERVED,
    Actor,
    AlreadyEnded,
    Closed,
    DayIsOver,
    FormCodeNeeded,
    OfferOver,
    Reason,
    Status,
)
from app.registration.workshops import places
from app.registration.workshops.swap_offers import withdraw_offers


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

    Refuses when registration is not open, a form that was not opened with the day's code, and a code that no quota of the
    day has. Who is registered already lands on
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
    if not event.opens_form(entry.form_key):
        raise FormCodeNeeded
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
            session.refresh(event)  # the seat that was claimed and taken back went past the mapper
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
    """Somebody new, with seat or number, and all that was chosen; for somebody who is known the caller takes it back."""
    way = Way(
        PARTICIPANT,
        Reason.SUBMITTED,
        next_offset=earlier.next_offset,
        until=now + timedelta(minutes=event.confirm_within_minutes),
        quotas=quotas,
        parts=parts,
        kept=kept,
        in_vain=earlier.active is not None,
    )
    registration = admit(session, event, entry, way, now)
    if kept is not NOTHING or waiting_list.kept_twice(quotas, registration.organisation, entry.code):
        move_up(session, event, now)
    return registration


def _make_way(session: Session, draft: Registration, now: datetime) -> Kept:
    """What a form brought that said something else by then goes as if it had not been sent, its mail that waits included:
    the address in it may be a stranger's."""
    under = frozenset(quota.id for quota in waiting_list.quotas_of(session, draft.event, draft.id))
    number = None if draft.has_seat else draft.waiting_number
    kept = Kept(draft.has_seat, number, under, draft.chairs)
    end(session, draft, Status.CANCELLED, PARTICIPANT, Reason.REPLACED, now)
    session.flush()
    withdraw(session, family_of(notifications.CONFIRM), draft.id)
    session.expunge(draft)
    session.execute(delete(Registration).where(Registration.id == draft.id))
    return kept


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


def accept(session: Session, registration_id: int, now: datetime) -> Registration:
    """Take the seat that was offered. A second press changes nothing; refuses what was not offered or is over."""
    registration = lock_registration(session, registration_id)
    if registration.status is Status.REGISTERED:
        return registration
    if registration.status is not Status.OFFERED or registration.event.has_begun(now):
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
    """Give back the seat and all places; the next in line move up in this transaction.

    Refuses a second time, and anybody but the team once the day is over: who was there is not undone by a link.
    """
    registration = lock_registration(session, registration_id)
    if not registration.active:
        raise AlreadyEnded
    if by.actor is not Actor.ORGANISER and not registration.may_leave(now):
        raise DayIsOver
    end(session, registration, Status.CANCELLED, by, reason, now)
    notifications.notify_cancelled(session, registration, now)
    move_up(session, registration.event, now)
    return registration


def expire(session: Session, registration_id: int, now: datetime) -> None:
    """A seat reserved for an answer goes to the next when the time is over. Does nothing when it was answered meanwhile."""
    registration = lock_registration(session, registration_id)
    reserved_until, was = registration.reserved_until, registration.status
    if was not in RESERVED or reserved_until is None or reserved_until > now:
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
        take_wanted(session, registration)


def end(
    session: Session, registration: Registration, to: Status, by: By, reason: Reason, now: datetime
) -> None:
    """Take seat or number, places and options from somebody who leaves; who moves up is the caller's to say."""
    event = registration.event
    mine = waiting_list.quotas_of(session, event, registration.id)
    if registration.has_seat:
        release_seat(session, event, mine, chairs=registration.chairs)
        registration.has_seat = False
    else:
        leave_line(session, event, mine)
    move(session, registration, to, by, reason, now)
    if event.placed_at is not None:
        withdraw_offers(session, registration, now)
    places.give_back(session, registration, now, keep_wishes=to is Status.EXPIRED)
    answers.give_back(session, registration, for_good=to is not Status.EXPIRED)
    if to is not Status.EXPIRED:
        records.end_consents(session, registration.id, now)
    registration.feed_changed_at = now
