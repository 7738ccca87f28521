# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Adding many people at once: what `manual.add` does for one, in some statements for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.rules import EventStatus
from app.events.service import lock_event
from app.people.audit import record
from app.people.rules import address_key
from app.refusal import N_, Refusal
from app.registration import notifications
from app.registration.admission import admit_many
from app.registration.history import By
from app.registration.models import Registration
from app.registration.person import Person
from app.registration.promotion import move_up
from app.registration.rules import ACTIVE


@dataclass(frozen=True, slots=True)
class Added:
    """How many got a seat, how many stand in line, and how many had been registered before."""

    registered: int
    waiting: int
    known: int

    def __add__(self, other: "Added") -> "Added":
        return Added(
            self.registered + other.registered, self.waiting + other.waiting, self.known + other.known
        )


def registered_keys(session: Session, event: Event) -> set[str]:
    """The keys of the addresses with which somebody is registered."""
    found = select(Registration.email_key).where(
        Registration.event_id == event.id, Registration.status.in_(ACTIVE)
    )
    return set(session.scalars(found))


def add_many(
    session: Session, event_id: int, people: Sequence[Person], by: By, now: datetime, *, tell: bool
) -> Added:
    """Add them in this order, also outside the window; who finds the day full stands in line. `tell`: by mail.

    Who is registered already is left out, so a second press adds nobody. Refuses a day that was called off.
    """
    event = lock_event(session, event_id)
    if event.status is EventStatus.CANCELLED:
        raise Refusal(N_("This day is cancelled. Nobody can be added."))
    seen = registered_keys(session, event)
    new: list[Person] = []
    for person in people:
        key = address_key(person.email)
        if key not in seen:
            seen.add(key)
            new.append(person)
    seated, waiting = admit_many(session, event, new, by, now, invited=tell)
    if tell:
        notifications.notify_added(session, event, sorted([*seated, *waiting]), now)
    move_up(session, event, now)  # a seat that was kept twice leaves one for others
    added = Added(len(seated), len(waiting), len(people) - len(new))
    detail = {"registered": added.registered, "waiting": added.waiting, "known": added.known, "told": tell}
    record(session, now, by.organiser_id, event.id, "registration.import", f"event {event.id}", detail)
    return added
