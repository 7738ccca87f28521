# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.events.models import Event
from app.folding import list_key
from app.programme.agenda import AgendaLine
from app.programme.credits import Credit, credits_of
from app.programme.models import AgendaChange, AgendaItem, Contributor, Round, Run, Workshop


def agenda_changes(session: Session, event: Event) -> Sequence[AgendaChange]:
    """The public change log, the newest first."""
    found = select(AgendaChange).where(AgendaChange.event_id == event.id)
    return session.scalars(found.order_by(AgendaChange.at.desc(), AgendaChange.id.desc()).limit(30)).all()


def moderation_of(session: Session, event: Event, *, confirmed: bool = True) -> tuple[Credit, ...]:
    """Who moderates the day as a whole: those who said yes, or those who were asked only."""
    found = select(Contributor).where(Contributor.event_id == event.id)
    return credits_of(
        session.scalars(found.order_by(Contributor.position, Contributor.id)), confirmed=confirmed
    )


@dataclass(frozen=True, slots=True)
class WorkshopLine:
    """A workshop and the numbers of its runs, in order; without any it stands in no round yet."""

    id: int
    title: str
    labels: tuple[str, ...]


def workshops_of(session: Session, event: Event) -> list[WorkshopLine]:
    """All workshops of the day, those that run nowhere included: one query."""
    labels: dict[int, list[str]] = defaultdict(list)
    titles: dict[int, str] = {}
    rows = session.execute(
        select(Workshop.id, Workshop.title, Run.label)
        .outerjoin(Run, Run.workshop_id == Workshop.id)
        .where(Workshop.event_id == event.id)
        .order_by(Workshop.id)
    )
    for workshop_id, title, label in sorted(rows, key=lambda row: (list_key(row[1]), list_key(row[2] or ""))):
        titles[workshop_id] = title
        if label is not None:
            labels[workshop_id].append(label)
    return [WorkshopLine(one, title, tuple(labels[one])) for one, title in titles.items()]


def rounds_of(session: Session, event: Event) -> Sequence[Round]:
    return session.scalars(select(Round).where(Round.event_id == event.id).order_by(Round.number)).all()


def has_rounds(session: Session, event: Event) -> bool:
    """Whether people choose workshops on this day at all."""
    found = select(Round.id).where(Round.event_id == event.id, Round.booked)
    return session.scalar(found.limit(1)) is not None


def room_uses(session: Session, event: Event) -> dict[int, list[str]]:
    """What takes place in each room, by its id, in order of time."""
    uses: list[tuple[object, int, str]] = []
    items = select(AgendaItem).where(AgendaItem.event_id == event.id, AgendaItem.room_id.is_not(None))
    uses += [(item.starts_at, item.room_id or 0, item.title) for item in session.scalars(items)]
    runs = (
        select(Run)
        .join(Run.round)
        .where(Round.event_id == event.id, Run.room_id.is_not(None))
        .options(joinedload(Run.workshop), joinedload(Run.round))
    )
    uses += [
        (r.round.starts_at, r.room_id or 0, f"{r.label} {r.workshop.title}") for r in session.scalars(runs)
    ]
    by_room: dict[int, list[str]] = defaultdict(list)
    for _, room_id, title in sorted(uses, key=lambda use: (str(use[0]), list_key(use[2]))):
        by_room[room_id].append(title)
    return by_room


@dataclass(frozen=True, slots=True)
class LooseEnds:
    """What a reader of the agenda would miss, by the name of the run or round. None of it forbids the release."""

    rounds_without_runs: tuple[str, ...]
    runs_without_room: tuple[str, ...]
    runs_without_contributors: tuple[str, ...]
    runs_without_limit: tuple[str, ...]
    not_confirmed: tuple[str, ...]

    @property
    def none(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__)


def loose_ends(lines: Sequence[AgendaLine]) -> LooseEnds:
    """Decided over the agenda as it was read; no query."""
    rounds = [line.round for line in lines if line.round is not None]
    runs = [(run, f"{run.label} {run.title}") for one in rounds for run in one.runs]
    chosen = [(run, f"{run.label} {run.title}") for one in rounds if one.booked for run in one.runs]
    return LooseEnds(
        rounds_without_runs=tuple(one.title for one in rounds if not one.runs),
        runs_without_room=tuple(name for run, name in runs if run.room is None),
        runs_without_contributors=tuple(name for run, name in runs if not run.contributors and not run.asked),
        runs_without_limit=tuple(name for run, name in chosen if run.seats.capacity is None),
        not_confirmed=tuple(
            one.name
            for people in (
                *(line.asked for line in lines),
                *(run.asked for run, _name in runs),
                *(one.asked for line in lines for one in line.inside),
                *(one.asked for run, _name in runs for one in run.inside),
            )
            for one in people
        ),
    )
