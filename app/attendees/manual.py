# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the organising team does for a person: add, correct, choose workshops, send the link, cancel.

Every verb locks the event first, writes the action into the audit log in the same transaction, flushes, never commits.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event, Quota
from app.events.rules import EventStatus
from app.events.seats import claim_seat, overbook
from app.events.service import lock_event
from app.people.audit import record
from app.refusal import N_, ChangedMeanwhile, Refusal
from app.registration import correcting, notifications, promotion, service, substituting
from app.registration.admission import Entry, Seating, Way, admit
from app.registration.history import By
from app.registration.models import Registration, StatusChange
from app.registration.person import STORED, Person
from app.registration.queries import find_earlier
from app.registration.questions import answers
from app.registration.quotas import waiting_list
from app.registration.rules import AlreadyEnded, MailedEnough, Reason, Status
from app.registration.workshops import places
from app.registration.workshops.models import RoundAbsence
from app.registration.workshops.news import between


def add(
    session: Session, event_id: int, entry: Entry, by: By, now: datetime, *, extra_seat: bool
) -> Registration:
    """Add somebody, also outside the window; `extra_seat` overbooks when the day is full.

    Who is registered already is found again, not added twice; nothing is required of who cannot be asked. Refuses a
    day that was called off, an unknown code, and options that are full.
    """
    event = lock_event(session, event_id)
    if event.status is EventStatus.CANCELLED:
        raise Refusal(N_("This day is cancelled. Nobody can be added."))
    earlier = find_earlier(session, event_id, entry.person.email, entry.nonce)
    same = earlier.same_form or earlier.active
    if same is not None:
        return same
    parts = answers.judge_for_somebody(session, event, entry.given)
    quotas = waiting_list.quotas_of_day(session, event)
    waiting_list.refuse_unknown_code(quotas, entry.code)
    way = Way(
        by,
        Reason.ADDED_BY_HAND,
        Seating.OVERBOOK if extra_seat else Seating.ANY,
        next_offset=earlier.next_offset,
        approved=True,
        quotas=quotas,
        parts=parts,
    )
    extra_before = _extra(event, quotas)
    registration = admit(session, event, entry, way, now)
    notifications.notify_status(session, registration, now, first=True)
    if waiting_list.kept_twice(quotas, registration.organisation, entry.code):
        promotion.move_up(session, event, now)
    overbooked = _extra(event, quotas) > extra_before
    _record(session, registration, by, now, "add", status=registration.status.value, overbooked=overbooked)
    return registration


def correct(
    session: Session, registration_id: int, person: Person, version: int, by: By, now: datetime
) -> Registration:
    """Correct what was typed in, the address included.

    Another number of people who come along is told. A new address gets the mails; the links that went to the old one open nothing any more, because the old one may
    be a stranger's. Refuses a stale version (F30), an address that is taken, and who has left.
    """
    registration = service.lock_registration(session, registration_id)
    if not registration.active:
        raise AlreadyEnded
    before, key = _facts(registration), registration.email_key
    registration = correcting.change_person(
        session, registration_id, person, version, now, with_email=True, by=by, by_team=True
    )
    changed = [name for name, value in _facts(registration).items() if before[name] != value]
    if registration.email_key != key:
        notifications.notify_standing(session, registration, now)
    elif "accompanying" in changed and not _told_of_way(registration, changed):
        notifications.notify_accompanying(session, registration, now)
    if changed:
        _record(session, registration, by, now, "change", fields=changed)
    return registration


def choose_workshops(
    session: Session,
    registration_id: int,
    choices: places.Choices,
    version: int,
    by: By,
    now: datetime,
    *,
    note: str = "",
) -> Registration:
    """Other workshops for a person, also outside the window; they are told which runs they came into and left, with what
    the team adds in its own words."""
    registration = service.lock_registration(session, registration_id)
    if registration.version != version:
        raise ChangedMeanwhile
    if not registration.active:
        raise AlreadyEnded
    before = places.chosen_by(session, registration), _absences(session, registration)
    places.choose(session, registration.event, registration, choices, now)
    after = places.chosen_by(session, registration), _absences(session, registration)
    if after != before:
        registration.changed_at = now
        registration.feed_changed_at = now
        session.flush()
        notifications.notify_place(session, registration, between(before[0], after[0]), now, note)
        _record(session, registration, by, now, "workshops")
    return registration


def send_link(session: Session, registration_id: int, by: By, now: datetime) -> Registration:
    """Send the personal link again. Refuses who has left, and an address that got enough mails today (T08)."""
    registration = service.lock_registration(session, registration_id)
    if not registration.active:
        raise AlreadyEnded
    if not notifications.spend_reminder(session, registration, now):
        raise MailedEnough(notifications.MAILS_BEFORE_CONFIRMATION)
    notifications.notify_link(session, registration, now)
    _record(session, registration, by, now, "link")
    return registration


def substitute(session: Session, registration_id: int, entry: Entry, by: By, now: datetime) -> Registration:
    """Somebody else comes in a person's place; refuses as `substituting.substitute` does. Returns who comes."""
    before = service.lock_registration(session, registration_id).handover_nonce
    successor = substituting.substitute(session, registration_id, entry, by, now)
    if successor is None:
        raise AlreadyEnded
    if before is None:
        _record(session, successor, by, now, "substitute", predecessor=registration_id)
    return successor


def cancel(session: Session, registration_id: int, by: By, now: datetime) -> list[Registration]:
    """Cancel for a person; `by.note` stands in the history. Returns who moved up. Refuses a second time."""
    registration = service.cancel(session, registration_id, by, now)
    _record(session, registration, by, now, "cancel")
    return list(
        session.scalars(
            select(Registration)
            .join(StatusChange, StatusChange.registration_id == Registration.id)
            .where(
                Registration.event_id == registration.event_id,
                StatusChange.at == now,
                StatusChange.reason.in_((Reason.MOVED_UP, Reason.OFFERED)),
            )
            .order_by(Registration.waiting_number)
        )
    )


def move_up(
    session: Session, registration_id: int, by: By, now: datetime, *, extra_seat: bool
) -> Registration:
    """Give a seat to somebody who waits, whoever stands before; `extra_seat` overbooks if there is none.

    Refuses who does not wait or never confirmed the address, and a day that is full, over or called off.
    """
    registration = service.lock_registration(session, registration_id)
    event = registration.event
    if registration.status is Status.UNCONFIRMED and not registration.has_seat:
        raise Refusal(N_("The mail address is not confirmed yet."))
    if registration.status is Status.PENDING:
        raise Refusal(N_("This person waits for your decision. Please approve first."))
    if registration.status is not Status.WAITING:
        raise Refusal(N_("This person does not stand on the waiting list."))
    if event.status is EventStatus.CANCELLED or event.is_over(now):
        raise Refusal(N_("This day is over or cancelled."))
    mine = waiting_list.quotas_of(session, event, registration.id)
    overbooked = not claim_seat(session, event, mine, chairs=registration.chairs)
    if overbooked:
        if not extra_seat:
            raise Refusal(N_("There is no free seat."))
        overbook(session, event, mine, chairs=registration.chairs)
    promotion.take_from_line(session, registration, mine, by, now)
    promotion.move_up(session, event, now)  # a seat that was kept twice leaves one for others
    _record(session, registration, by, now, "move_up", overbooked=overbooked)
    return registration


def _extra(event: Event, quotas: Sequence[Quota]) -> int:
    """Seats beyond what there is, of the day and of its quotas."""
    return event.extra + sum(quota.extra for quota in quotas)


def _told_of_way(registration: Registration, changed: Collection[str]) -> bool:
    """That mail says how many come along, too."""
    return "participation" in changed and registration.status is Status.REGISTERED


def _facts(registration: Registration) -> dict[str, object]:
    return {
        name: getattr(registration, name)
        for name in (*STORED, "organisation_id", "accompanying", "participation")
    }


def _absences(session: Session, registration: Registration) -> set[int]:
    absent = select(RoundAbsence.round_id).where(RoundAbsence.registration_id == registration.id)
    return set(session.scalars(absent))


def _record(
    session: Session, registration: Registration, by: By, now: datetime, action: str, **detail: object
) -> None:
    subject = f"registration {registration.id}"
    record(
        session, now, by.organiser_id, registration.event_id, f"registration.{action}", subject, dict(detail)
    )
