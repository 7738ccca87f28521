# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A new day from one that is there. Flushes, never commits."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import days_later
from app.copying.rows import RowCopier
from app.copying.rules import NOT_OF_THE_DAY, OF_THE_DAY, TABLES, Part
from app.events.facts import DayFacts
from app.events.models import Event, Quota, TeamMember
from app.events.rules import QuotaTarget
from app.events.seats import set_reserved
from app.events.service import NewEvent, accept_series, create_event, lock_event, mark_changed
from app.organisations.models import Organisation
from app.people.audit import record
from app.people.models import Organiser
from app.texts import local_day

KEPT_FACTS = tuple(
    one.name for one in fields(DayFacts) if one.name not in (*NOT_OF_THE_DAY, "title", "starts_at", "ends_at")
)


@dataclass(frozen=True, slots=True)
class NextDay:
    """What somebody says of the new day. `host` None: the own office; `series` empty: it is in none."""

    slug: str
    title: str
    on: date
    host: Organisation | None
    series: str
    parts: Collection[Part]


def copy_day(session: Session, source_id: int, new: NextDay, lead: Organiser, now: datetime) -> Event:
    """A draft with the facts of another day and the chosen parts of it, at the same times of day; whoever makes it leads
    it. Never takes people along, nor what they chose or were told. Refuses a taken address."""
    source = lock_event(session, source_id)
    days = (new.on - local_day(source.starts_at)).days
    starts_at, ends_at = days_later(source.starts_at, days), days_later(source.ends_at, days)
    event = create_event(session, NewEvent(new.slug, new.title, starts_at, ends_at), lead, now)
    _take_facts(source, event, days)
    _name_hosts(source, event, new.host)
    _join_series(session, source, event, new.series, now)
    event.predecessor_id = source.id
    session.flush()
    taken = _take_rows(session, source, event, new.parts, days, now)
    if Part.TEAM in new.parts:
        _take_team(session, source, event, lead)
    mark_changed(event, now, calendar=False)
    session.flush()
    record(
        session,
        now,
        lead.id,
        event.id,
        "event.copy",
        f"event {event.id}",
        {"source": source.id, "rows": taken},
    )
    return event


def _take_facts(source: Event, event: Event, days: int) -> None:
    for name in (*KEPT_FACTS, *OF_THE_DAY):
        value = getattr(source, name)
        setattr(event, name, days_later(value, days) if isinstance(value, datetime) else value)


def _name_hosts(source: Event, event: Event, host: Organisation | None) -> None:
    """Hosts take turns: whoever invited before is among the others now."""
    together = [one for one in (source.lead_host, *source.cohosts) if one is not None]
    event.lead_host = host or event.lead_host
    event.cohosts = [one for one in together if one is not event.lead_host]


def _join_series(session: Session, source: Event, event: Event, name: str, now: datetime) -> None:
    """Both days stand in it from now on; a day that stands in another one already stays there."""
    if not name:
        return
    event.series = accept_series(session, name)
    if source.series_id is None:
        source.series = event.series
        mark_changed(source, now, calendar=False)


def _take_rows(
    session: Session, source: Event, event: Event, parts: Collection[Part], days: int, now: datetime
) -> int:
    copier = RowCopier(session, source, event, days, now)
    taken = sum(copier.take(table) for part, tables in TABLES.items() if part in parts for table in tables)
    if Part.QUESTIONS in parts:
        event.consents = source.consents
        event.questions_version = int(source.questions_version > 0)
    if Part.QUOTAS in parts:
        quotas = session.scalars(select(Quota).where(Quota.event_id == event.id).order_by(Quota.id)).all()
        event.quota_count = len(quotas)
        event.code_count = sum(one.target is QuotaTarget.CODE for one in quotas)
        session.flush()
        set_reserved(session, event, quotas)
    return taken


def _take_team(session: Session, source: Event, event: Event, lead: Organiser) -> None:
    """But for whoever leads the new day already, and for accounts that are closed."""
    members = (
        select(TeamMember)
        .join(TeamMember.organiser)
        .where(
            TeamMember.event_id == source.id,
            TeamMember.organiser_id != lead.id,
            Organiser.disabled_at.is_(None),
        )
    )
    for one in session.scalars(members.order_by(TeamMember.id)):
        session.add(TeamMember(event_id=event.id, organiser_id=one.organiser_id, role=one.role))
