# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Consents: asked one by one, never needed, withdrawn as easily as given (DP-03)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.service import lock_event
from app.people.audit import record
from app.refusal import N_, Missing, Refusal, refuse_changed
from app.registration.consents.models import ConsentSource, Purpose, asked_consents, may_remember
from app.registration.consents.records import end_consents, write_down
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import CONFIRMED, AlreadyEnded
from app.registration.service import lock_registration
from app.registration.workshops.memory import forget_memory


class NothingToRemember(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "The lot can only remember where places are given by wishes and the day is one of a series. Please name the"
                " series first, under “Hosts and region”."
            ),
            field=f"consent-{Purpose.MEMORY.value}",
        )


def agree(
    session: Session, registration_id: int, purpose: Purpose, words: str, now: datetime
) -> Registration:
    """One press on the personal page. A second one changes nothing; refuses what the day does not ask for."""
    registration = lock_registration(session, registration_id)
    if registration.status not in CONFIRMED:
        raise AlreadyEnded
    if purpose not in asked_consents(registration.event):
        raise Missing
    write_down(session, registration, {purpose: words}, ConsentSource.PAGE, now)
    return registration


def withdraw(session: Session, registration_id: int, purpose: Purpose, now: datetime) -> Registration:
    """At any time, with one press. What rests on it goes with it."""
    registration = lock_registration(session, registration_id)
    end_consents(session, registration_id, now, purpose)
    if purpose is Purpose.MEMORY:
        forget_memory(session, registration)
    return registration


def withdraw_invitations(session: Session, registration_id: int, now: datetime) -> None:
    """Nobody with this mail address is invited any more, whatever day they agreed at. A second time changes nothing."""
    registration = lock_registration(session, registration_id)
    same = select(Registration.id).where(
        Registration.email_key == registration.email_key, Registration.confirmed_at.is_not(None)
    )
    for one in session.scalars(same.order_by(Registration.id)).all():
        end_consents(session, one, now, Purpose.NEXT_DAY)


def ask_for(
    session: Session, event_id: int, purposes: Collection[Purpose], seen: str, by: By, now: datetime
) -> Event:
    """What the form asks people to agree to from now on; what was agreed to stands until it is withdrawn. Refuses when somebody
    else chose since the day's `consents` were read, whose fingerprint is `seen` (F30), and a memory that no day would use."""
    event = lock_event(session, event_id)
    refuse_changed(event.consents, seen)
    if Purpose.MEMORY in purposes and not may_remember(event):
        raise NothingToRemember
    chosen = " ".join(one.value for one in Purpose if one in purposes)
    if event.consents != chosen:
        event.consents = chosen
        event.questions_version += 1
        session.flush()
        trace = {"purposes": chosen}
        record(session, now, by.organiser_id, event.id, "consent.ask", f"event {event.id}", trace)
    return event
