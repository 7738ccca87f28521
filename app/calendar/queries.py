# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for feeds: few, and none when the cache holds the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from app.events.models import Event
from app.events.rules import EventStatus
from app.folding import list_key
from app.organisations.models import Region
from app.programme.models import Round, Run, SubItem, Workshop
from app.programme.rounds import Parts, filled_by, parts_of_rounds
from app.registration.models import Registration
from app.registration.rules import PlaceState
from app.registration.workshops.models import Place, RunStaff

PUBLIC = (EventStatus.PUBLISHED, EventStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class FeedState:
    """What a feed was made from: rises with every change of any day, additions and removals included.

    `changed_at` is the latest change anywhere, drafts and other regions included: a day that leaves a feed takes its
    own stamp along, and a feed's Last-Modified must not fall (D8).
    """

    days: int
    revisions: int
    changed_at: datetime


NEVER = datetime(2020, 1, 1, tzinfo=UTC)


def state_of_all(session: Session) -> FeedState:
    found = select(
        func.count(Event.id), func.coalesce(func.sum(Event.revision), 0), func.max(Event.changed_at)
    )
    row = session.execute(found).one()
    return FeedState(int(row[0]), int(row[1]), row[2] or NEVER)


def state_of_region(session: Session, slug: str) -> tuple[Region | None, FeedState]:
    anywhere = select(
        func.count(Event.id).label("days"),
        func.coalesce(func.sum(Event.revision), 0).label("revisions"),
        func.max(Event.changed_at).label("changed_at"),
    ).subquery()
    found = (
        select(Region, anywhere.c.days, anywhere.c.revisions, anywhere.c.changed_at)
        .join(anywhere, true())  # one row beside the other, in one query
        .where(Region.slug == slug)
    )
    row = session.execute(found).one_or_none()
    if row is None:
        return None, FeedState(0, 0, NEVER)
    return row[0], FeedState(int(row[1]), int(row[2]), row[3] or NEVER)


def days_since(session: Session, since: datetime, region_id: int | None = None) -> Sequence[Event]:
    """Public days that end after `since`, in a stable order."""
    found = select(Event).where(Event.status.in_(PUBLIC), Event.ends_at >= since)
    if region_id is not None:
        found = found.where(Event.region_id == region_id)
    return session.scalars(found.order_by(Event.starts_at, Event.uid)).all()


def runs_of(session: Session, event: Event) -> Sequence[Run]:
    found = _runs().join(Run.round).where(Round.event_id == event.id)
    return _in_order(session, found)


def runs_with(session: Session, registration: Registration) -> Sequence[Run]:
    """The workshop runs in which the person has a place, or leads."""
    places = select(Place.run_id).where(
        Place.registration_id == registration.id, Place.state == PlaceState.PLACE
    )
    led = select(RunStaff.run_id).where(RunStaff.registration_id == registration.id)
    found = _runs().join(Run.round).where(or_(Run.id.in_(places), Run.id.in_(led)))
    return _in_order(session, found)


def _in_order(session: Session, found: Select[Run]) -> Sequence[Run]:
    return sorted(
        session.scalars(found).unique(), key=lambda run: (run.round.starts_at, list_key(run.label), run.uid)
    )


def parts_of_runs(session: Session, event: Event, runs: Sequence[Run]) -> dict[int, Parts]:
    """Run id → when it takes place. Asks nothing where every run fills one round."""
    return {run_id: parts_of_rounds(rounds) for run_id, rounds in filled_by(session, event, runs).items()}


def _runs() -> Select[Run]:
    return (
        select(Run)
        .join(Workshop, Run.workshop_id == Workshop.id)
        .options(
            joinedload(Run.workshop),
            joinedload(Run.round),
            joinedload(Run.room),
            selectinload(Run.contributors),
            joinedload(Run.inside).selectinload(SubItem.contributors),
        )
    )
