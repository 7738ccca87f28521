# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.folding import list_key
from app.programme.agenda import AgendaLine
from app.programme.credits import Credit, credits_of
from app.programme.models import Contributor, Round
from app.programme.plan import Plan, numbered
from app.programme.rules import Thing


def moderation_of(session: Session, event: Event) -> tuple[Credit, ...]:
    """Who moderates the day as a whole, of those who said yes."""
    found = select(Contributor).where(Contributor.event_id == event.id)
    rows = session.scalars(found.order_by(Contributor.position, Contributor.id))
    return credits_of(numbered(rows))


@dataclass(frozen=True, slots=True)
class WorkshopLine:
    """A workshop and the numbers of its runs, in order; without any it stands in no round yet."""

    id: int
    title: str
    labels: tuple[str, ...]


def workshops_of(plan: Plan) -> list[WorkshopLine]:
    """All workshops of the day by title, those that run nowhere included."""
    runs = plan.of(Thing.RUN).values()
    return [
        WorkshopLine(
            number,
            one.title,
            tuple(sorted((run.label for run in runs if run.workshop_id == number), key=list_key)),
        )
        for number, one in sorted(plan.of(Thing.WORKSHOP).items(), key=lambda pair: list_key(pair[1].title))
    ]


def rounds_of(session: Session, event: Event) -> Sequence[Round]:
    return session.scalars(select(Round).where(Round.event_id == event.id).order_by(Round.number)).all()


def has_rounds(session: Session, event: Event) -> bool:
    """Whether people choose workshops on this day at all."""
    found = select(Round.id).where(Round.event_id == event.id, Round.booked)
    return session.scalar(found.limit(1)) is not None


def room_uses(plan: Plan) -> dict[int, list[str]]:
    """What takes place in each room, by its id, in order of time."""
    uses = [(item.starts_at, item.room_id, item.title) for item in plan.of(Thing.ITEM).values()]
    uses += [
        (plan.get(Thing.ROUND, run.round_id).starts_at, run.room_id, plan.name_of(run))
        for run in plan.of(Thing.RUN).values()
    ]
    by_room: dict[int, list[str]] = defaultdict(list)
    for _starts, room_id, title in sorted(uses, key=lambda use: (use[0], list_key(use[2]))):
        if room_id is not None:
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
