# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the lot remembers of a day that is over: how many ranks each person lost who agreed to it, under the allocation that held."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.allocation.instance import Instance, ModelPlace
from app.allocation.models import HOLDS, AllocationRun
from app.allocation.protocol import read_instance, read_places
from app.allocation.verification import Occupancy
from app.events.models import Event
from app.events.rules import EventStatus
from app.events.service import lock_event
from app.registration.consents.models import Purpose, asked_consents
from app.registration.consents.records import agreed_to
from app.registration.models import Registration
from app.registration.rules import Status
from app.registration.workshops.memory import remember


def days_to_remember(session: Session, now: datetime) -> Sequence[int]:
    """Ids of the days that are over and whose allocation was not looked at yet."""
    found = (
        select(AllocationRun.event_id)
        .join(AllocationRun.event)
        .where(HOLDS, AllocationRun.remembered_at.is_(None), Event.ends_at <= now)
    )
    return session.scalars(found.order_by(Event.ends_at, Event.id)).all()


def remember_day(session: Session, event_id: int, now: datetime) -> int:
    """Note it, once: a second time would bring back what was withdrawn since. Returns how many are remembered."""
    event = lock_event(session, event_id)
    held = (AllocationRun.event_id == event.id, HOLDS, AllocationRun.remembered_at.is_(None))
    allocation_run = session.scalar(select(AllocationRun).where(*held).with_for_update())
    if allocation_run is None or event.ends_at > now:
        return 0
    allocation_run.remembered_at = now
    session.flush()
    if Purpose.MEMORY not in asked_consents(event) or event.status is EventStatus.CANCELLED:
        return 0
    agreed = select(Registration.id).where(
        Registration.event_id == event.id,
        Registration.status == Status.REGISTERED,
        agreed_to(Purpose.MEMORY),
    )
    protocol = allocation_run.protocol or {}
    lost = ranks_lost(read_instance(protocol), read_places(protocol))
    return remember(session, event, {one: lost[one] for one in session.scalars(agreed) if one in lost})


def ranks_lost(instance: Instance, places: Iterable[ModelPlace]) -> dict[int, int]:
    """Person → ranks lost over all rounds, of those who wished for anything."""
    occupancy = Occupancy(instance, places)
    return {
        one.id: sum(level - 1 for _number, level in occupancy.levels(one))
        for one in instance.people
        if occupancy.counted_rounds(one)
    }
