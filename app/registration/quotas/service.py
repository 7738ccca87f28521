# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Quotas by hand of the organising team: add, change, remove, release. Nobody loses a seat by any of them.

Every verb locks the event first, lets those move up who may have a seat now, flushes, never commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, literal, select
from sqlalchemy.orm import Session, joinedload

from app.events.models import Event, Quota
from app.events.queries import get_of_event
from app.events.rules import Affiliation, Aim, QuotaEffect, QuotaTarget, code_key, refuse_quota_below_taken
from app.events.seats import set_reserved
from app.events.service import lock_event, mark_changed
from app.folding import list_key
from app.organisations.models import Organisation
from app.organisations.service import keep_organisation
from app.people.audit import record
from app.refusal import N_, ChangedMeanwhile, Refusal
from app.registration.history import By
from app.registration.models import Registration, registration_quota
from app.registration.promotion import move_up
from app.registration.quotas import waiting_list
from app.registration.rules import ACTIVE, Participation, Reason


@dataclass(frozen=True, slots=True)
class QuotaFacts:
    """What the organiser's form says of a quota."""

    name: str
    effect: QuotaEffect
    aim: Aim
    capacity: int
    release_at: datetime | None = None


def add_quota(session: Session, event_id: int, facts: QuotaFacts, by: By, now: datetime) -> Quota:
    """Whoever is registered already falls under it, too. Refuses a name or code that is there, and a limit below
    what is taken."""
    event = lock_event(session, event_id)
    _refuse_twice(session, event, facts, None)
    if facts.aim.organisation_id is not None:
        keep_organisation(session, facts.aim.organisation_id)
    quota = Quota(
        event_id=event.id,
        name=facts.name,
        effect=facts.effect,
        target=facts.aim.target,
        organisation_kind=facts.aim.kind,
        district=facts.aim.district,
        organisation_id=facts.aim.organisation_id,
        capacity=facts.capacity,
    )
    organisations = _organisations(session, event, facts.aim)
    quota.taken, quota.waiting = _counts(session, event, organisations)
    refuse_quota_below_taken(facts.effect, facts.capacity, 0, quota.taken)
    _set_code_and_date(quota, facts, now)
    session.add(quota)
    session.flush()
    _link(session, event, quota, organisations)
    event.quota_count += 1
    event.code_count += facts.aim.target is QuotaTarget.CODE
    mark_changed(event, now, calendar=False)
    session.flush()
    _settle(session, event, now)
    _record(session, event, quota, by, now, "add")
    return quota


def change_quota(
    session: Session, event_id: int, quota_id: int, facts: QuotaFacts, version: int, by: By, now: datetime
) -> Quota:
    """Another name, number, date or code; whom it is for stays. Refuses a stale version (F30) and what `add` does."""
    event = lock_event(session, event_id)
    quota = get_quota(session, event, quota_id)
    session.refresh(quota)
    if quota.version != version:
        raise ChangedMeanwhile
    _refuse_twice(session, event, facts, quota.id)
    refuse_quota_below_taken(quota.effect, facts.capacity, quota.extra, quota.taken)
    quota.name, quota.capacity = facts.name, facts.capacity
    quota.extra = quota.still_extra
    _set_code_and_date(quota, facts, now)
    session.flush()
    _settle(session, event, now)
    _record(session, event, quota, by, now, "change")
    return quota


def remove_quota(session: Session, event_id: int, quota_id: int, by: By, now: datetime) -> None:
    """Who has a seat keeps it; nothing is held back or limited any more."""
    event = lock_event(session, event_id)
    quota = get_quota(session, event, quota_id)
    _record(session, event, quota, by, now, "remove")
    event.quota_count -= 1
    event.code_count -= quota.target is QuotaTarget.CODE
    mark_changed(event, now, calendar=False)
    session.flush()
    session.execute(delete(registration_quota).where(registration_quota.c.quota_id == quota.id))
    session.delete(quota)
    session.flush()
    _settle(session, event, now)


def release_reservations(session: Session, event_id: int, now: datetime) -> int:
    """What is left of the reservations whose date has come is for everybody; how many were released."""
    event = lock_event(session, event_id)
    due = [
        quota
        for quota in waiting_list.quotas_of_day(session, event)
        if quota.is_open_reservation and quota.release_at is not None and quota.release_at <= now
    ]
    for quota in due:
        quota.released_at = now
    session.flush()
    _settle(session, event, now, Reason.SEATS_RELEASED)
    return len(due)


def due_releases(session: Session, now: datetime) -> Sequence[int]:
    """Ids of the days that have a reservation to release."""
    due = select(Quota.event_id).where(Quota.release_at <= now, Quota.released_at.is_(None))
    return session.scalars(due.distinct().order_by(Quota.event_id)).all()


def get_quota(session: Session, event: Event, quota_id: int) -> Quota:
    """Raises `Missing` for a quota of another day (T02)."""
    return get_of_event(session, Quota, event.id, quota_id)


def list_quotas(session: Session, event: Event) -> Sequence[Quota]:
    found = select(Quota).where(Quota.event_id == event.id).options(joinedload(Quota.organisation))
    return sorted(session.scalars(found.order_by(Quota.id)), key=lambda one: list_key(one.name))


def _settle(session: Session, event: Event, now: datetime, reason: Reason = Reason.CAPACITY_RAISED) -> None:
    """Count what is held back, then let those in for whom there is a seat now."""
    set_reserved(session, event, waiting_list.quotas_of_day(session, event))
    move_up(session, event, now, reason)


def _set_code_and_date(quota: Quota, facts: QuotaFacts, now: datetime) -> None:
    if quota.target is QuotaTarget.CODE:
        quota.code, quota.code_key = facts.aim.code, code_key(facts.aim.code)
    if quota.release_at != facts.release_at:
        quota.release_at = facts.release_at
        is_due = facts.release_at is not None and facts.release_at <= now
        quota.released_at = now if is_due else None


def _refuse_twice(session: Session, event: Event, facts: QuotaFacts, own_id: int | None) -> None:
    found = select(Quota.id, Quota.name, Quota.code_key).where(Quota.event_id == event.id)
    others = [row for row in session.execute(found) if row.id != own_id]
    if any(row.name == facts.name for row in others):
        raise Refusal(N_("There is a quota of that name already."), field="name")
    if facts.aim.code and any(row.code_key == code_key(facts.aim.code) for row in others):
        raise Refusal(N_("Another quota of this day has this code."), field="code")


def _organisations(session: Session, event: Event, aim: Aim) -> list[int]:
    """Organisations of the day's people that fall under it; a code is nobody's yet."""
    if aim.target is QuotaTarget.CODE:
        return []
    found = select(Organisation).where(
        Organisation.id.in_(select(Registration.organisation_id).where(Registration.event_id == event.id))
    )
    return [
        one.id
        for one in session.scalars(found.order_by(Organisation.id))
        if aim.covers(Affiliation(one.id, one.kind, one.district))
    ]


def _counts(session: Session, event: Event, organisations: Sequence[int]) -> tuple[int, int]:
    """Seats taken, and people in line."""
    in_line = Registration.status.in_(ACTIVE) & ~Registration.has_seat
    counted = select(
        func.count(Registration.id).filter(Registration.has_seat),
        func.count(Registration.id).filter(in_line),
    ).where(*_for_seats(event, organisations))
    taken, waiting = session.execute(counted).one()
    return taken, waiting


def _for_seats(event: Event, organisations: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    """Who takes part online needs no seat."""
    return (
        Registration.event_id == event.id,
        Registration.organisation_id.in_(organisations),
        Registration.participation == Participation.ROOM,
    )


def _link(session: Session, event: Event, quota: Quota, organisations: Sequence[int]) -> None:
    people = select(Registration.id, literal(quota.id)).where(*_for_seats(event, organisations))
    session.execute(insert(registration_quota).from_select(["registration_id", "quota_id"], people))


def _record(session: Session, event: Event, quota: Quota, by: By, now: datetime, action: str) -> None:
    detail = {"name": quota.name, "capacity": quota.capacity, "effect": quota.effect.value}
    record(session, now, by.organiser_id, event.id, f"quota.{action}", f"quota {quota.id}", detail)
