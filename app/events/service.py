# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases of a day that concern nobody's registration. What touches people who hold seats stands higher up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.events.models import Event, InCalendars, Series, TeamMember
from app.events.rules import refuse_reversed_times
from app.folding import clean_line
from app.organisations.models import Organisation, Region
from app.organisations.queries import office
from app.organisations.rules import name_key
from app.people.audit import record
from app.people.models import Organiser
from app.people.rules import Role
from app.refusal import N_, Missing, Refusal, Row, found, refuse_changed


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What a day needs to begin its life as a draft."""

    slug: str
    title: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None = None


def _locked() -> Select[Event]:
    return select(Event).with_for_update().execution_options(populate_existing=True)


_LOCKED = _locked().where(Event.id == bindparam("event"))


def lock_event(session: Session, event_id: int | ScalarSelect[int]) -> Event:
    """The event's row, locked until the end of the transaction and read anew. First of all locks, everywhere.

    Instead of its id a query that tells it will do. Raises `Missing`.
    """
    if isinstance(event_id, int):
        event = session.scalar(_LOCKED, {"event": event_id})
    else:
        event = session.scalar(_locked().where(Event.id == event_id))
    if event is None:
        raise Missing
    return event


def lock_of_event(session: Session, model: type[Row], event_id: int, row_id: int) -> Row:
    """A row of this day, whose lock is held, read anew. Raises `Missing`, also for one of another day (T02)."""
    table: Any = model
    ours = select(model).where(table.id == row_id, table.event_id == event_id)
    return found(session.scalar(ours.with_for_update().execution_options(populate_existing=True)))


def create_event(session: Session, new: NewEvent, lead: Organiser | None, now: datetime) -> Event:
    """A draft that only its team can see; who makes it leads it, the own office hosts it. Refuses a taken address and reversed times."""
    refuse_reversed_times(new.starts_at, new.ends_at)
    if session.scalar(select(Event.id).where(Event.slug == new.slug)) is not None:
        raise Refusal(N_("This short name is taken. Please choose another one."), field="slug")
    event = Event(
        slug=new.slug,
        title=new.title,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        capacity=new.capacity,
        lead_host=office(session),
        created_at=now,
        modified_at=_whole_second(now),
        changed_at=_whole_second(now),
    )
    session.add(event)
    session.flush()
    if lead is not None:
        session.add(TeamMember(event_id=event.id, organiser_id=lead.id, role=Role.LEAD))
        record(session, now, lead.id, event.id, "event.create", f"event {event.id}")
    return event


def name_hosts(
    session: Session,
    event_id: int,
    lead: Organisation | None,
    cohosts: list[Organisation],
    region: Region | None,
    series: Series | None,
    seen: str,
    by: int | None,
    now: datetime,
) -> Event:
    """Who invites, in which region's list the day stands, and in which series; `by` is the organiser's id. Refuses when somebody else named them
    since `hosts_of` was read, whose fingerprint is `seen` (F30)."""
    event = lock_event(session, event_id)
    refuse_changed(hosts_of(event), seen)
    event.lead_host, event.cohosts, event.region, event.series = lead, cohosts, region, series
    mark_changed(event, now, calendar=False)
    session.flush()
    record(session, now, by, event.id, "event.hosts", f"event {event.id}")
    return event


def accept_series(session: Session, name: str) -> Series:
    """The one of that name, or a new one at the end of the order."""
    shown = clean_line(name)
    for one in session.scalars(select(Series)):
        if name_key(one.name) == name_key(shown):
            one.retired = False
            return one
    last = session.scalar(select(func.max(Series.position))) or 0
    series = Series(name=shown, position=last + 1)
    session.add(series)
    session.flush()
    return series


def hosts_of(event: Event) -> tuple[int | None, list[int], int | None, int | None]:
    """Host, further hosts, region and series, by their ids."""
    return event.lead_host_id, sorted(one.id for one in event.cohosts), event.region_id, event.series_id


def mark_changed(event: Event, now: datetime, *, calendar: bool) -> None:
    """Something the public sees has changed; with `calendar`, also what stands in people's calendars."""
    event.revision += 1
    event.changed_at = max(_whole_second(now), event.changed_at + timedelta(seconds=1))
    if calendar:
        raise_sequence(event, now)


def raise_sequence(entry: InCalendars, now: datetime) -> None:
    """Calendars apply a change only if the sequence rises and the stamp is later (D3)."""
    entry.sequence += 1
    entry.modified_at = max(_whole_second(now), entry.modified_at + timedelta(seconds=1))


def _whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
