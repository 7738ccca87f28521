# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where a day and its programme contradict each other: found over the agenda as it was read, said after every change and
before a release. None of it forbids anything: who moves a whole afternoon passes through such states.

What no change may leave behind (other dates, two rounds at once) is refused in `conflicts`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy.orm import Session

from app.events.models import Event
from app.programme.agenda import AgendaLine, read_agenda
from app.texts import gettext, span, times


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One sentence in the reader's language, and the lines it is about: title and `AgendaLine.key`."""

    sentence: str
    lines: tuple[tuple[str, str], ...]

    def concerns(self, key: str) -> bool:
        return any(key == one for _title, one in self.lines)


@dataclass(frozen=True, slots=True)
class _Use:
    """A room from when to when, by what, in which line."""

    room: str
    name: str
    line: AgendaLine


def contradictions(event: Event, lines: Sequence[AgendaLine]) -> list[Contradiction]:
    """`lines` in order of time. No query."""
    found = [one for line in lines for one in _outside(event, line)]
    together = [pair for pair in combinations(lines, 2) if _overlap(*pair)]
    found += [_at_once(event, *pair) for pair in together if not _beside(*pair)]
    return [*found, *_rooms(event, lines), *_too_small(lines)]


def contradictions_of(session: Session, event: Event, key: str = "") -> list[Contradiction]:
    """Those of the day as it stands, or those about one line of it."""
    found = contradictions(event, read_agenda(session, event, seats=False))
    return [one for one in found if not key or one.concerns(key)]


def _outside(event: Event, line: AgendaLine) -> Iterator[Contradiction]:
    """To arrive before the day begins is what a break before it is for."""
    arrival = line.kind is not None and line.kind.pause and line.ends_at <= event.starts_at
    values = {"title": line.title, "times": _when(event, line), "day": span(event.starts_at, event.ends_at)}
    about = ((line.title, line.key),)
    if line.starts_at < event.starts_at and not arrival:
        yield Contradiction(
            gettext("“%(title)s” (%(times)s) begins before the day does (%(day)s).", **values), about
        )
    if line.ends_at > event.ends_at:
        yield Contradiction(
            gettext("“%(title)s” (%(times)s) goes on after the day has ended (%(day)s).", **values), about
        )


def _at_once(event: Event, one: AgendaLine, other: AgendaLine) -> Contradiction:
    return Contradiction(
        gettext(
            "“%(title)s” (%(times)s) and “%(other)s” (%(other_times)s) take place at the same time.",
            title=one.title,
            times=_when(event, one),
            other=other.title,
            other_times=_when(event, other),
        ),
        ((one.title, one.key), (other.title, other.key)),
    )


def _rooms(event: Event, lines: Sequence[AgendaLine]) -> Iterator[Contradiction]:
    """A room in which two things are. Lines that are at the same time anyway are named above, but for a market."""
    for one, other in combinations([use for line in lines for use in _uses(line)], 2):
        same_line = one.line.key == other.line.key
        if one.room != other.room or not (
            same_line or (_overlap(one.line, other.line) and _beside(one.line, other.line))
        ):
            continue
        yield Contradiction(
            gettext(
                "%(room)s is in use twice at the same time: for “%(title)s” and “%(other)s” (%(times)s).",
                room=one.room,
                title=one.name,
                other=other.name,
                times=_when(event, one.line),
            ),
            ((one.name, one.line.key),)
            if same_line
            else ((one.name, one.line.key), (other.name, other.line.key)),
        )


def _too_small(lines: Sequence[AgendaLine]) -> Iterator[Contradiction]:
    """Rooms with fewer seats than a workshop in them takes people."""
    for line in lines:
        for run in line.round.runs if line.round is not None else ():
            places, seats = run.seats.capacity, run.room.seats if run.room is not None else None
            if run.room is None or seats is None or not run.takes_place:
                continue
            name, room = f"{run.label} {run.title}", run.room.name
            if places is None:
                words = gettext(
                    "“%(title)s” has no limit of places, %(room)s has %(seats)s seats.",
                    title=name,
                    room=room,
                    seats=seats,
                )
            elif places > seats:
                words = gettext(
                    "“%(title)s” has %(places)s places, %(room)s has %(seats)s seats.",
                    title=name,
                    places=places,
                    room=room,
                    seats=seats,
                )
            else:
                continue
            yield Contradiction(words, ((name, line.key),))


def _uses(line: AgendaLine) -> Iterator[_Use]:
    if line.round is None:
        if line.room is not None:
            yield _Use(line.room.name, line.title, line)
        return
    for run in (*line.round.runs, *line.round.going_on):
        if run.room is not None and run.takes_place:
            yield _Use(run.room.name, f"{run.label} {run.title}", line)


def _overlap(one: AgendaLine, other: AgendaLine) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _beside(one: AgendaLine, other: AgendaLine) -> bool:
    """A market stays open beside everything else."""
    return any(line.kind is not None and line.kind.beside for line in (one, other))


def _when(event: Event, line: AgendaLine) -> str:
    return times(line.starts_at, line.ends_at, dated=event.over_several_dates)
