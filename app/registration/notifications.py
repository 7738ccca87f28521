# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a person is told: intentions for the outbox, written in the transaction of the change.

The mails are rendered later from the then current state, so a mail never says what is no longer true.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, bindparam, case, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.db import taken_back
from app.events.models import Event
from app.outbox.service import enqueue, enqueue_all
from app.people.budget import spend
from app.people.rules import address_key
from app.registration.models import Group, Registration
from app.registration.rules import CONFIRMED, Status
from app.registration.suppression import is_suppressed, link_bucket, mail_bucket
from app.registration.workshops.news import RoomChange, RunChange, note_changes, note_rooms
from app.store.portions import portions

MAILS_BEFORE_CONFIRMATION = 3  # per address and day: the form must not become a mail cannon (T08)
ONE_DAY = timedelta(days=1)
LONGEST_TRY = timedelta(hours=72)

# The word before the dot is the family: within it a newer mail settles an older one that has not left. Mails about
# workshops and links are families of their own, because they must not settle an invitation.
CONFIRM = "registration.confirm"
REGISTERED = "registration.registered"
WAITING = "registration.waiting"
MOVED_UP = "registration.moved_up"
CANCELLED = "registration.cancelled"
CHANGED = "registration.changed"
PENDING = "registration.pending"
REJECTED = "registration.rejected"
OFFERED = "registration.offered"
DECLINED = "registration.declined"
OFFER_ENDED = "registration.offer_ended"
SUBSTITUTED = "registration.substituted"
ADDRESS_LEFT = "registration.address_left"
ACCOMPANYING = "accompanying.changed"
PLACES = "places.changed"
ALLOCATED = "places.allocated"
SWAP_PROPOSED = "swap.proposed"
SWAP_ENDED = "swap_end.told"  # a family of its own: a proposal that follows must not settle it
LINK = "link.personal"
NEW_ADDRESS = "link.address"
GROUP_CONFIRM = "group.confirm"
GROUP_SEATS = "group.seats"
GROUP_LINK = "group.link"
GROUP_CALLED_OFF = "group.called_off"
_PEOPLE = cast(Table, Registration.__table__)
_NEXT_MAIL = (
    update(_PEOPLE)
    .where(_PEOPLE.c.id == bindparam("person"))
    .values(mail_revision=_PEOPLE.c.mail_revision + 1)
    .returning(_PEOPLE.c.mail_revision)
)
FIRST = 1  # revision of the first mail, with which a registration begins


def ask_to_confirm(
    session: Session, registration: Registration, now: datetime, *, first: bool = False
) -> None:
    """`first`: the person registered just now, and nothing was told before."""
    if spend_mail(session, registration.email_key, now):
        _enqueue(session, CONFIRM, registration, now, first=first)


def remind_of_link(session: Session, registration: Registration, now: datetime) -> None:
    """Send the personal link again; somebody who never confirmed is asked to. An older one is left to the worker, and this
    goes past the mapper: this is to take as long as the first mail to somebody new (T09)."""
    if spend_reminder(session, registration, now):
        drawn = session.scalar(_NEXT_MAIL, {"person": registration.id})
        set_committed_value(registration, "mail_revision", drawn)
        asks = registration.status is Status.UNCONFIRMED
        _enqueue(session, CONFIRM if asks else LINK, registration, now, first=True, settle=False)


def remind_nobody(session: Session, event_id: int, email: str, now: datetime) -> None:
    """What `remind_of_link` does, for an address that nobody takes part with, taken back: it takes as long (T09)."""
    if spend_mail(session, address_key(email), now):
        with taken_back(session):
            enqueue(
                session, kind=LINK, subject_id=0, revision=FIRST, recipient=email, event_id=event_id, now=now
            )


def ask_about_address(session: Session, registration: Registration, email: str, now: datetime) -> None:
    """For callers that have spent the mail. It says nothing of the person: the address may be a stranger's (T08)."""
    _enqueue(session, NEW_ADDRESS, registration, now, recipient=email)


def notify_address_left(
    session: Session, registration: Registration, now: datetime, sequence: int | None
) -> None:
    """To the address that is about to be another one, or none. `sequence` of what takes the day out of its calendar; None
    where it is not in there."""
    _enqueue(session, ADDRESS_LEFT, registration, now, sequence=sequence)


def spend_reminder(session: Session, registration: Registration, now: datetime) -> bool:
    """As `spend_mail`. Who confirmed this registration gets its link, whatever they said of other people's tries."""
    key = registration.email_key
    return spend_mail(session, key, now) or (
        registration.confirmed_at is not None
        and is_suppressed(session, key)
        and spend(session, link_bucket(key), MAILS_BEFORE_CONFIRMATION, ONE_DAY, now)
    )


def notify_link(session: Session, registration: Registration, now: datetime) -> None:
    """As `remind_of_link`, for callers that have spent the mail."""
    _enqueue(session, CONFIRM if registration.status is Status.UNCONFIRMED else LINK, registration, now)


def notify_status(
    session: Session, registration: Registration, now: datetime, *, first: bool = False
) -> None:
    """`first`: the team added the person just now, and nothing was told before."""
    if registration.status is Status.REGISTERED:
        _invite(registration)
        _enqueue(session, REGISTERED, registration, now, first=first)
    elif registration.status is Status.PENDING:
        _enqueue(session, PENDING, registration, now, first=first)
    else:
        _enqueue(session, WAITING, registration, now, first=first)


def notify_standing(session: Session, registration: Registration, now: datetime) -> None:
    """How somebody stands, to an address that has been told nothing of it yet."""
    if registration.status is Status.UNCONFIRMED:
        ask_to_confirm(session, registration, now)
    elif registration.status is Status.OFFERED:
        notify_offer(session, registration, now)
    else:
        notify_status(session, registration, now)


def notify_moved_up(session: Session, registration: Registration, now: datetime) -> None:
    _invite(registration)
    _enqueue(session, MOVED_UP, registration, now)


def notify_offer(session: Session, registration: Registration, now: datetime) -> None:
    """No invitation before the offer is accepted: the calendar gets what is certain."""
    _enqueue(session, OFFERED, registration, now)


def notify_declined(session: Session, registration: Registration, now: datetime) -> None:
    _enqueue(session, DECLINED, registration, now)


def notify_offer_ended(session: Session, registration: Registration, now: datetime) -> None:
    _enqueue(session, OFFER_ENDED, registration, now)


def notify_rejected(session: Session, registration: Registration, now: datetime) -> None:
    """With the reason that the team wrote down for the person."""
    _enqueue(session, REJECTED, registration, now)


def notify_cancelled(session: Session, registration: Registration, now: datetime) -> None:
    """Who was never confirmed hears nothing: the address may be a stranger's."""
    if registration.confirmed_at is None:
        return
    _withdraw_invitation(registration)
    _enqueue(session, CANCELLED, registration, now)


def notify_substituted(session: Session, registration: Registration, now: datetime) -> None:
    """Somebody else comes in this person's place."""
    _withdraw_invitation(registration)
    _enqueue(session, SUBSTITUTED, registration, now)


def notify_successor(session: Session, registration: Registration, now: datetime) -> None:
    """The first mail to who was named by somebody else: it says what is stored and by whom (Art. 14 GDPR)."""
    if registration.status is Status.OFFERED:
        notify_offer(session, registration, now)
    else:
        notify_status(session, registration, now, first=True)


def notify_accompanying(session: Session, registration: Registration, now: datetime) -> None:
    """The team noted another number of people who come along. A family of its own: it must not settle an invitation."""
    if registration.status in CONFIRMED and registration.email:
        _enqueue(session, ACCOMPANYING, registration, now)


def notify_changed(session: Session, event: Event, now: datetime) -> None:
    """Time or place of the day moved: everybody who has a seat, waits for one, is offered one or awaits the team's word is
    told, in some statements for all of them. The calendar of who has a certain seat gets the new entry."""
    sequence = case(
        (Registration.status == Status.REGISTERED, event.sequence + Registration.sequence_offset),
        else_=Registration.invited_sequence,
    )
    _tell_all(session, event, CHANGED, Registration.status.in_(CONFIRMED), now, invited_sequence=sequence)


def notify_place(
    session: Session,
    registration: Registration,
    changes: Collection[RunChange],
    now: datetime,
    note: str = "",
) -> None:
    """Something about the person's workshops changed without their doing: `changes`, which the mail tells. With what the
    team adds in its own words."""
    if registration.status is Status.REGISTERED and changes:
        note_changes(session, registration, changes, now, note)
        _enqueue(session, PLACES, registration, now)


def notify_room_changed(
    session: Session,
    event: Event,
    ids: Sequence[int],
    changes: Sequence[RoomChange],
    now: datetime,
    already: Collection[int] = (),
) -> None:
    """For all of these there is something in the room that changed; `already` have a mail of this moment, which says it as well."""
    note_rooms(session, ids, changes, now)
    told = set(already)
    for some in portions([one for one in ids if one not in told]):
        _tell_all(session, event, PLACES, Registration.id.in_(some), now)


def notify_link_changed(
    session: Session, event: Event, ids: Sequence[int], change: RoomChange, now: datetime
) -> None:
    """All of these take part online by another link. It stands in their calendars, so who is invited gets the entry anew, under
    a higher number."""
    note_rooms(session, ids, [change], now)
    for some in portions(ids):
        invited = Registration.invited_sequence.is_not(None)
        offset = Registration.sequence_offset + 1
        _tell_all(
            session,
            event,
            PLACES,
            Registration.id.in_(some),
            now,
            sequence_offset=case((invited, offset), else_=Registration.sequence_offset),
            invited_sequence=case((invited, event.sequence + offset), else_=Registration.invited_sequence),
        )


def notify_agenda(session: Session, event: Event, now: datetime) -> None:
    """What is for everybody moved: whoever has a certain seat is told, in some statements for all of them. With them goes what
    changed about their own workshops at the same moment."""
    _tell_all(session, event, PLACES, Registration.status == Status.REGISTERED, now)


def _tell_all(
    session: Session, event: Event, kind: str, whom: ColumnElement[bool], now: datetime, **values: Any
) -> None:
    """A mail of one kind to everybody of the day who is meant, in some statements for all of them. `values`: what else is theirs
    from now on."""
    session.flush()
    mine = Registration.event_id == event.id, whom
    session.execute(
        update(Registration)
        .where(*mine)
        .values(
            feed_changed_at=now,
            mail_revision=Registration.mail_revision + 1,
            version=Registration.version + 1,
            **values,
        )
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    subjects = select(Registration.id, Registration.email, Registration.language, Registration.mail_revision)
    enqueue_all(
        session,
        kind=kind,
        subjects=subjects.where(*mine, Registration.email != "").order_by(Registration.id),
        event_id=event.id,
        now=now,
        give_up_at=last_try(event, now),
    )


def notify_swap_proposed(session: Session, registration: Registration, now: datetime) -> None:
    _enqueue(session, SWAP_PROPOSED, registration, now)


def notify_swap_ended(session: Session, registration: Registration, now: datetime) -> None:
    """A swap that the person agreed to does not come about, or an offer of theirs has ended."""
    _enqueue(session, SWAP_ENDED, registration, now)


def notify_added(session: Session, event: Event, ids: Sequence[int], now: datetime) -> None:
    """Many whom the team added just now, and to whom nothing was told before."""
    give_up_at = last_try(event, now)
    for some in portions(ids):
        those = select(Registration.id, Registration.email, Registration.language)
        those = those.where(Registration.id.in_(some)).order_by(Registration.id)
        seated = those.where(Registration.has_seat)
        waiting = those.where(~Registration.has_seat)
        enqueue_all(
            session, kind=REGISTERED, subjects=seated, event_id=event.id, now=now, give_up_at=give_up_at
        )
        enqueue_all(
            session, kind=WAITING, subjects=waiting, event_id=event.id, now=now, give_up_at=give_up_at
        )


def notify_allocated(session: Session, event: Event, ids: Sequence[int], now: datetime) -> None:
    """Places were given to all of them at once. Who has not accepted an offered seat hears of them afterwards."""
    give_up_at = last_try(event, now)
    for some in portions(ids):
        those = Registration.id.in_(some)
        session.execute(
            update(Registration)
            .where(those)
            .values(
                feed_changed_at=now,
                mail_revision=Registration.mail_revision + 1,
                version=Registration.version + 1,
            )
            .execution_options(synchronize_session=False)
        )
        whom = select(
            Registration.id, Registration.email, Registration.language, Registration.mail_revision
        ).where(those, Registration.status == Status.REGISTERED, Registration.email != "")
        enqueue_all(
            session,
            kind=ALLOCATED,
            subjects=whom.order_by(Registration.id),
            event_id=event.id,
            now=now,
            give_up_at=give_up_at,
        )


def _invite(registration: Registration) -> None:
    registration.invited_sequence = registration.event.sequence + registration.sequence_offset


def ask_contact_to_confirm(session: Session, group: Group, now: datetime) -> None:
    """The only mail that a group causes before its contact has pressed the button (T08)."""
    _tell_contact(session, GROUP_CONFIRM, group, now)


def notify_contact_of_seats(session: Session, group: Group, now: datetime) -> None:
    _tell_contact(session, GROUP_SEATS, group, now)


def notify_contact_link(session: Session, group: Group, now: datetime) -> None:
    _tell_contact(session, GROUP_LINK, group, now)


def notify_contact_of_the_end(session: Session, group: Group, now: datetime) -> None:
    """The day is called off; whoever takes part hears of it as everybody."""
    _tell_contact(session, GROUP_CALLED_OFF, group, now)


def _tell_contact(session: Session, kind: str, group: Group, now: datetime) -> None:
    group.mail_revision += 1
    session.flush()
    enqueue(
        session,
        kind=kind,
        subject_id=group.id,
        revision=group.mail_revision,
        recipient=group.email,
        event_id=group.event_id,
        now=now,
        give_up_at=last_try(group.event, now),
        language=group.language,
    )


def last_try(event: Event, now: datetime) -> datetime:
    return min(now + LONGEST_TRY, max(event.ends_at, now + timedelta(hours=1)))


def _withdraw_invitation(registration: Registration) -> None:
    if registration.invited_sequence is not None:
        registration.sequence_offset += 1
        _invite(registration)


def spend_mail(session: Session, email_key: str, now: datetime) -> bool:
    """One of the mails that this address may get without having asked for them; False: it had enough of them today."""
    return spend(session, mail_bucket(email_key), MAILS_BEFORE_CONFIRMATION, ONE_DAY, now)


def _enqueue(
    session: Session,
    kind: str,
    registration: Registration,
    now: datetime,
    *,
    first: bool = False,
    settle: bool = True,
    recipient: str | None = None,
    sequence: int | None = None,
) -> None:
    """About the person, to their own address or to the `recipient`."""
    if not first:
        registration.mail_revision += 1
    session.flush()
    enqueue(
        session,
        kind=kind,
        subject_id=registration.id,
        revision=registration.mail_revision,
        recipient=recipient or registration.email,
        event_id=registration.event_id,
        now=now,
        give_up_at=last_try(registration.event, now),
        language=registration.language,
        settle=settle,
        sequence=sequence,
    )
