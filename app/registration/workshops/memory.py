# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the lot remembers of earlier days of a series, of those who agreed to it: one number of each address, for two days.

Kept is a hash of the address and how many ranks were lost, not in which workshop or round, nor who got the place.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from app.events.models import Event
from app.events.rules import EventStatus
from app.registration.consents.models import Purpose, asked_consents
from app.registration.models import Registration
from app.registration.rules import address_of
from app.registration.workshops.models import LotMemory
from app.store.portions import portions

DAYS_KEPT = 2  # days of the series
LONGEST_KEPT = timedelta(days=3 * 365)  # of a series that does not go on


def hashed(email_key: str) -> str:
    """What stands for an address, here and nowhere else."""
    return hashlib.sha256(f"lot memory:{email_key}".encode()).hexdigest()


def memory_of(session: Session, registration: Registration) -> LotMemory | None:
    """What is remembered of this person in the series of their day. Of an address that several share nothing ever is."""
    series_id = registration.event.series_id
    if series_id is None or not registration.email:
        return None
    mine = and_(LotMemory.series_id == series_id, LotMemory.address == hashed(registration.email_key))
    return session.scalar(select(LotMemory).where(mine))


def memories_of_address(session: Session, email_key: str) -> list[LotMemory]:
    """In all series."""
    mine = select(LotMemory).where(LotMemory.address == hashed(email_key))
    return list(session.scalars(mine.order_by(LotMemory.id)))


def remembered(session: Session, event: Event, people: ColumnElement[bool]) -> dict[int, int]:
    """Registration id → ranks lost at an earlier day, for these people of a day that asks for the memory. No query else."""
    if Purpose.MEMORY not in asked_consents(event):
        return {}
    of_series = select(LotMemory.address, LotMemory.lost).where(LotMemory.series_id == event.series_id)
    lost = dict(session.execute(of_series).all())
    found = session.execute(select(Registration.id, Registration.email_key).where(people)) if lost else ()
    return {one: lost[key] for one, email_key in found if (key := hashed(email_key)) in lost}


def remember(session: Session, event: Event, lost: Mapping[int, int]) -> int:
    """Take the place of what was remembered of these registrations (id → ranks lost) with this day, whose lock is held. Who
    lost none is not remembered any more. Returns how many are."""
    keys = {
        one: key
        for ids in portions(sorted(lost))
        for one, key in session.execute(
            select(Registration.id, Registration.email_key).where(
                Registration.id.in_(ids), Registration.email != ""
            )
        )
        if address_of(key) == key
    }
    if event.series_id is None:
        return 0
    for ids in portions(sorted(keys)):
        addresses = [hashed(keys[one]) for one in ids]
        gone = delete(LotMemory).where(
            LotMemory.series_id == event.series_id, LotMemory.address.in_(addresses)
        )
        session.execute(gone.execution_options(synchronize_session=False))
    rows = [
        {
            "series_id": event.series_id,
            "event_id": event.id,
            "address": hashed(keys[one]),
            "lost": lost[one],
            "kept_until": event.ends_at + LONGEST_KEPT,
        }
        for one in sorted(keys)
        if lost[one] > 0
    ]
    if rows:
        session.execute(insert(LotMemory), rows)
    return len(rows)


def forget_memory(session: Session, registration: Registration) -> None:
    """At once: the consent is withdrawn, or the person asks to be forgotten. Of this series, and of this day if it has left it."""
    event = registration.event
    mine = delete(LotMemory).where(
        LotMemory.address == hashed(registration.email_key),
        or_(LotMemory.series_id == event.series_id, LotMemory.event_id == event.id),
    )
    session.execute(mine.execution_options(synchronize_session=False))


def move_memory(session: Session, registration: Registration, email_key: str, *, own: bool) -> None:
    """This registration gets another address, and what is remembered goes along, so that a withdrawal finds it. What stems from
    other days only if the person asked (`own`): an address that the team corrects may have been a stranger's. What the new
    address has already stays."""
    event = registration.event
    found = LotMemory.event_id == event.id
    if own:
        found = or_(found, LotMemory.series_id == event.series_id)
    old = select(LotMemory).where(LotMemory.address == hashed(registration.email_key), found)
    for one in session.scalars(old).all():
        new = select(LotMemory.id).where(
            LotMemory.series_id == one.series_id, LotMemory.address == hashed(email_key)
        )
        if session.scalar(new) is None:
            one.address = hashed(email_key)
        else:
            session.delete(one)
    session.flush()


def sweep_memory(session: Session, now: datetime) -> int:
    """Delete what two later days of the series have gone by since, or is too old; how many."""
    source, later = aliased(Event), aliased(Event)
    days_since = (
        select(func.count(later.id))
        .join(source, source.id == LotMemory.event_id)
        .where(
            later.series_id == LotMemory.series_id,
            later.starts_at > source.starts_at,
            later.ends_at <= now,
            later.status == EventStatus.PUBLISHED,
        )
        .correlate(LotMemory)
        .scalar_subquery()
    )
    over = delete(LotMemory).where(or_(LotMemory.kept_until <= now, days_since >= DAYS_KEPT))
    gone = session.scalars(over.returning(LotMemory.id).execution_options(synchronize_session=False))
    return len(gone.all())
