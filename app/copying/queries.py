# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages: what a new day took over, and what it may go on with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.copying.rules import TABLES, Part
from app.db import Base
from app.events.facts import FACTS
from app.events.models import Event, TeamMember
from app.people.models import Organiser
from app.results.queries import AgreementView, open_agreements

DATES = ("registration_opens_at", "registration_closes_at", "moves_up_until", "wishes_until", "swaps_until")


@dataclass(frozen=True, slots=True)
class MovedDate:
    label: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Succession:
    """A day beside the one it was made from. `rows` are how many the new day has now, by the name of the table. Open
    agreements only for who may read them: they are public, or this person works on the earlier day."""

    before: Event
    rows: dict[str, int]
    people: int
    dates: Sequence[MovedDate]
    agreements: Sequence[AgreementView]
    reads_before: bool


def succession(session: Session, event: Event, organiser: Organiser, today: date) -> Succession | None:
    """None for a day that was made from none, or from one that is deleted."""
    before = session.get(Event, event.predecessor_id) if event.predecessor_id is not None else None
    if before is None:
        return None
    reads = organiser.is_admin or _works_on(session, before, organiser)
    public = before.documentation_released_at is not None
    return Succession(
        before=before,
        rows={table: _count(session, table, event) for table in _counted()},
        people=session.scalar(select(func.count()).where(TeamMember.event_id == event.id)) or 0,
        dates=_moved(before, event),
        agreements=open_agreements(session, before, today) if reads or public else (),
        reads_before=reads,
    )


def parts_of(session: Session, event: Event) -> list[Part]:
    """The parts of which this day has anything."""
    found = [
        part
        for part, tables in TABLES.items()
        if any(_count(session, one, event) for one in tables if _direct(one))
    ]
    if event.consents and Part.QUESTIONS not in found:
        found.append(Part.QUESTIONS)
    team = session.scalar(select(func.count()).where(TeamMember.event_id == event.id)) or 0
    return [*found, Part.TEAM] if team > 1 else found


def _counted() -> list[str]:
    return [one for tables in TABLES.values() for one in tables if _direct(one)]


def _direct(table: str) -> bool:
    return "event_id" in Base.metadata.tables[table].c


def _count(session: Session, name: str, event: Event) -> int:
    table = Base.metadata.tables[name]
    return session.scalar(select(func.count()).select_from(table).where(table.c.event_id == event.id)) or 0


def _moved(before: Event, after: Event) -> list[MovedDate]:
    pairs = ((FACTS[name].label, getattr(before, name), getattr(after, name)) for name in DATES)
    return [MovedDate(label, old, new) for label, old, new in pairs if old is not None and new is not None]


def _works_on(session: Session, event: Event, organiser: Organiser) -> bool:
    member = select(TeamMember.id).where(
        TeamMember.event_id == event.id, TeamMember.organiser_id == organiser.id
    )
    return session.scalar(member) is not None
