# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Invitations to a new day, for who agreed at an earlier one to be asked (MAIL-05): each person once per day, and nobody
who takes part already.

An invitation is a copy of a message of the new day to a registration of an earlier one.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from app.attendees.mailings import MESSAGES_A_DAY, ONE_DAY, TooMany
from app.attendees.models import Mailing, MailingCopy
from app.events.models import Event
from app.events.rules import EventStatus
from app.events.service import lock_event
from app.outbox.service import enqueue_all
from app.people.audit import record
from app.people.budget import spend
from app.refusal import N_, Refusal
from app.registration.consents.models import Purpose
from app.registration.consents.records import agreed_to
from app.registration.history import By
from app.registration.models import Registration
from app.registration.notifications import last_try
from app.registration.rules import ACTIVE
from app.registration.suppression import suppressed_among

INVITATION = "circular.invitation"


@dataclass(frozen=True, slots=True)
class EarlierDay:
    """A day that is over, and how many of it would be invited."""

    event: Event
    people: int


class NobodyToInvite(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "There is nobody left to invite: who agreed has an invitation to this day, takes part, or no longer"
                " wants one."
            )
        )


class NotOpenYet(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("People can be invited to a public day that has not begun."))


def may_invite(event: Event, now: datetime) -> bool:
    """Only to a day that can be read and is still to come."""
    return event.status is EventStatus.PUBLISHED and not event.has_begun(now)


def earlier_days(
    session: Session, event: Event, candidates: Sequence[Event], now: datetime
) -> list[EarlierDay]:
    """Those of the candidates that are over and have somebody to invite, in their order."""
    over = [one for one in candidates if one.id != event.id and one.is_over(now)]
    counted = (
        select(Registration.event_id, func.count(func.distinct(Registration.email_key)))
        .where(*_wanted(event, [one.id for one in over]))
        .group_by(Registration.event_id)
    )
    people: dict[int, int] = dict(session.execute(counted).all())
    return [EarlierDay(one, people[one.id]) for one in over if one.id in people]


def invite(session: Session, event_id: int, days: Collection[int], note: str, by: By, now: datetime) -> int:
    """Returns how many are invited: who agreed at one of these days, has a mail address, and is neither registered for
    the new day nor invited to it. Refuses a day that is not open yet, an invitation to nobody, and when the team has written
    too often today. Callers say at which days the team may see people."""
    event = lock_event(session, event_id)
    if not may_invite(event, now):
        raise NotOpenYet
    ids = _whom(session, event, days)
    if not ids:
        raise NobodyToInvite
    if not spend(session, f"circular:{event_id}", MESSAGES_A_DAY, ONE_DAY, now):
        raise TooMany
    nonce = secrets.token_urlsafe(16)
    mailing = Mailing(
        event_id=event_id, nonce=nonce, subject="", text=note, at=now, organiser_id=by.organiser_id
    )
    session.add(mailing)
    session.flush()
    session.execute(insert(MailingCopy), [{"circular_id": mailing.id, "registration_id": one} for one in ids])
    copies = (
        select(MailingCopy.id, Registration.email, Registration.language)
        .join(Registration, MailingCopy.registration_id == Registration.id)
        .where(MailingCopy.circular_id == mailing.id)
        .order_by(MailingCopy.id)
    )
    give_up_at = min(event.starts_at, last_try(event, now))
    enqueue_all(session, kind=INVITATION, subjects=copies, event_id=event_id, now=now, give_up_at=give_up_at)
    trace = {"people": len(ids)}
    record(session, now, by.organiser_id, event_id, "registration.invite", f"event {event_id}", trace)
    return len(ids)


def _whom(session: Session, event: Event, days: Collection[int]) -> list[int]:
    """One registration per person, the latest."""
    found = (
        select(func.max(Registration.id), Registration.email_key)
        .where(*_wanted(event, days))
        .group_by(Registration.email_key)
    )
    people = {key: one for one, key in session.execute(found)}
    return sorted(people[key] for key in people.keys() - suppressed_among(session, people))


def _wanted(event: Event, days: Collection[int]) -> list[ColumnElement[bool]]:
    taking_part = select(Registration.email_key).where(
        Registration.event_id == event.id, Registration.status.in_(ACTIVE)
    )
    invited = (
        select(Registration.email_key)
        .join(MailingCopy, MailingCopy.registration_id == Registration.id)
        .join(Mailing, MailingCopy.circular_id == Mailing.id)
        .where(Mailing.event_id == event.id, Registration.event_id != event.id)
    )
    return [
        Registration.event_id.in_(days),
        agreed_to(Purpose.NEXT_DAY),
        Registration.email != "",
        Registration.confirmed_at.is_not(None),
        Registration.email_key.not_in(taking_part),
        Registration.email_key.not_in(invited),
    ]
