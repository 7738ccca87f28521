# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from app.events.facts import FACTS
from app.events.models import Event, Room, Series
from app.events.rules import EventStatus
from app.folding import free_of, list_key
from app.organisations.models import Organisation, Region
from app.refusal import found

Row = TypeVar("Row")
PUBLIC = (EventStatus.PUBLISHED, EventStatus.CANCELLED)
RESERVED_SLUGS = frozenset({"new"})


# Made once: putting a statement together costs as much as running it.
_PUBLIC_BY_SLUG = select(Event).where(Event.slug == bindparam("slug"), Event.status.in_(PUBLIC))


def get_of_event(
    session: Session, model: type[Row], event_id: int, row_id: int, *options: ExecutableOption
) -> Row:
    """A row of this day. Raises `Missing`, also for one of another day (T02)."""
    table: Any = model
    ours = select(model).where(table.id == row_id, table.event_id == event_id)
    return found(session.scalar(ours.options(*options)))


def get_public_event(session: Session, slug: str) -> Event:
    """The day as everybody may see it: one query. Raises `Missing` for a draft, too."""
    return found(session.scalar(_PUBLIC_BY_SLUG, {"slug": slug}))


def with_hosts(session: Session, event: Event) -> Event:
    """The same day with hosts and region read, so that a template asks no questions."""
    found = (
        select(Event)
        .where(Event.id == event.id)
        .options(
            joinedload(Event.lead_host),
            joinedload(Event.region),
            joinedload(Event.series),
            selectinload(Event.cohosts),
        )
    )
    return session.scalars(found).one()


def public_events(
    session: Session, region: str | None = None, series: Series | None = None
) -> Sequence[Event]:
    """Published days, the next first; with a region's slug only those of that region, with a series only its days."""
    found = (
        select(Event)
        .where(Event.status.in_(PUBLIC))
        .options(joinedload(Event.lead_host), joinedload(Event.region))
        .order_by(Event.starts_at)
    )
    if region is not None:
        found = found.where(Event.region.has(Region.slug == region))
    if series is not None:
        found = found.where(Event.series_id == series.id)
    return session.scalars(found).all()


def find_series(session: Session, written: str) -> Series:
    """The series of this number, as an address has it. Raises `Missing`, also for one without a public day."""
    number = int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0
    public = select(Event.id).where(Event.series_id == number, Event.status.in_(PUBLIC)).exists()
    return found(session.scalar(select(Series).where(Series.id == number, public)))


def series_to_choose(session: Session, chosen: int | None = None) -> Sequence[Series]:
    """Those that are offered, in the team's order; `chosen` with them, though it be retired."""
    offered = select(Series).where(or_(~Series.retired, Series.id == chosen))
    return sorted(session.scalars(offered), key=lambda one: (one.position, list_key(one.name)))


def rooms_of(session: Session, event: Event) -> Sequence[Room]:
    return session.scalars(
        select(Room).where(Room.event_id == event.id).order_by(Room.position, Room.id)
    ).all()


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something a reader of the public page would miss; `needed` ones forbid publishing. `field` is the form's."""

    sentence: str
    needed: bool
    field: str


def missing_before_publishing(event: Event) -> list[OpenPoint]:
    """What is still empty, the needed first (the same without which `scheduling` publishes no day). No query."""
    empty = [one for one in FACTS.values() if one.missing and not getattr(event, one.name)]
    points = [OpenPoint(one.missing, one.needed, one.asked_as or one.name) for one in empty]
    return sorted(points, key=lambda point: not point.needed)


def free_slug(session: Session, wanted: str) -> str:
    """The short name that was wanted, or the next one with a number that nobody has."""
    taken = set(session.scalars(select(Event.slug).where(Event.slug.startswith(wanted, autoescape=True))))
    return free_of(taken | RESERVED_SLUGS, wanted)


def hosts_to_choose(session: Session, event: Event) -> Sequence[Organisation]:
    """Organisations that may invite: those an organiser has seen, and who is named already."""
    named = [event.lead_host_id or 0, *(one.id for one in event.cohosts)]
    found = select(Organisation).where(or_(Organisation.known, Organisation.id.in_(named)))
    return session.scalars(found.order_by(Organisation.sort_key, Organisation.id)).all()
