# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Adding many people at once: what `service.add_manually` does for one, in some statements for all of them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.rules import EventStatus
from app.events.seats import claim_seats, join_line_together
from app.events.service import lock_event
from app.organisations.service import name_organisations
from app.people.audit import record
from app.people.rules import address_key
from app.refusal import N_, Refusal
from app.registration import notifications
from app.registration.models import Registration, StatusChange, registration_quota
from app.registration.quotas import waiting_list
from app.registration.rules import ACTIVE, Reason, Status, sort_key
from app.registration.service import By, Person, move_up


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
    organisations = name_organisations(session, {person.organisation for person in new})
    quotas = waiting_list.quotas_of_day(session, event)
    under = {name: waiting_list.covering(quotas, one) for name, one in organisations.items()}
    mine = [under[person.organisation] for person in new]
    got = claim_seats(session, event, mine)
    numbers = iter(
        join_line_together(session, event, [one for one, seat in zip(mine, got, strict=True) if not seat])
    )
    bumps = _bumps(session, event)
    rows = []
    nonce = secrets.token_hex(12)
    for place, (person, seat) in enumerate(zip(new, got, strict=True)):
        bump = bumps.get(address_key(person.email), 0)
        rows.append(
            {
                **_person(person),
                "event_id": event.id,
                "organisation_id": organisations[person.organisation].id,
                "status": Status.REGISTERED if seat else Status.WAITING,
                "has_seat": seat,
                "waiting_number": None if seat else next(numbers),
                "nonce": f"{nonce}-{place}",
                "created_at": now,
                "confirmed_at": now,
                "changed_at": now,
                "feed_changed_at": now,
                "mail_revision": notifications.FIRST,
                "sequence_offset": bump,
                "invited_sequence": event.sequence + bump if seat and tell else None,
            }
        )
    if rows:
        _write(session, event, rows, mine, by, now, tell=tell)
    session.flush()
    move_up(session, event, now)  # a seat that was kept twice leaves one for others
    added = Added(sum(got), len(got) - sum(got), len(people) - len(new))
    detail = {"registered": added.registered, "waiting": added.waiting, "known": added.known, "told": tell}
    record(session, now, by.organiser_id, event.id, "registration.import", f"event {event.id}", detail)
    return added


def _person(person: Person) -> dict[str, Any]:
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "sort_key": sort_key(person.family_name, person.given_name),
        "email": person.email,
        "email_key": address_key(person.email),
        "role_title": person.role_title,
        "language": "de",
    }


def _write(
    session: Session,
    event: Event,
    rows: list[dict[str, Any]],
    mine: Sequence[Sequence[Any]],
    by: By,
    now: datetime,
    *,
    tell: bool,
) -> None:
    made = insert(Registration).returning(Registration.id, sort_by_parameter_order=True)
    ids = session.scalars(made, rows).all()
    links = [
        {"registration_id": one, "quota_id": quota.id}
        for one, quotas in zip(ids, mine, strict=True)
        for quota in quotas
    ]
    if links:
        session.execute(insert(registration_quota), links)
    changes = [
        {
            "registration_id": one,
            "at": now,
            "from_status": None,
            "to_status": row["status"],
            "actor": by.actor,
            "organiser_id": by.organiser_id,
            "reason": Reason.ADDED_BY_HAND,
            "note": by.note,
        }
        for one, row in zip(ids, rows, strict=True)
    ]
    session.execute(insert(StatusChange), changes)
    if tell:
        notifications.notify_added(session, event, ids, now)


def _bumps(session: Session, event: Event) -> dict[str, int]:
    """Who comes back must not be told less than the calendar was told last."""
    found = (
        select(Registration.email_key, func.max(Registration.sequence_offset) + 1)
        .where(Registration.event_id == event.id)
        .group_by(Registration.email_key)
    )
    return {row[0]: row[1] for row in session.execute(found)}
