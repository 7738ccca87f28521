# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where a day and its programme contradict each other: found over the agenda as it was read, said after every change and
before a release. None of it forbids anything: who moves a whole afternoon passes through such states.

What no change may leave behind (other dates, two rounds at once) is refused in `conflicts`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import BERLIN
from app.events.models import Event
from app.events.rules import EventStatus
from app.holidays import PUBLIC, holidays_between
from app.organisations.rules import STATE_NAMES, State
from app.programme.agenda import AgendaLine, RunView, read_agenda
from app.programme.conflicts import fits, share_room
from app.programme.credits import Credit
from app.texts import day, gettext, last_day, local_day, span, times, times_in_parts
from app.texts import language as spoken

LONGEST_WITHOUT_BREAK = timedelta(hours=3)
SHORTEST_BREAK = timedelta(minutes=10)


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
    station: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    """Somebody in something, in which line."""

    who: str
    name: str
    line: AgendaLine


def contradictions(event: Event, lines: Sequence[AgendaLine]) -> list[Contradiction]:
    """`lines` in order of time. No query."""
    found = [one for line in lines for one in (*_outside(event, line), *_inside(event, line))]
    together = [pair for pair in combinations(lines, 2) if _overlap(*pair)]
    found += [_at_once(event, *pair) for pair in together if not _beside(*pair)]
    found += [*_rooms(event, lines), *_too_small(lines)]
    return [*found, *_in_two_places(event, lines), *_without_break(event, lines)]


def against_the_date(session: Session, event: Event) -> list[Contradiction]:
    """What in the region stands against its date, however the programme looks. Two queries at most."""
    if event.region is None:
        return []
    return [*_holidays(event, event.region.state), *days_beside(session, event)]


def _holidays(event: Event, state: State) -> Iterator[Contradiction]:
    """Public ones by their dates; school holidays once, however many dates of the day lie in them."""
    schools: set[str] = set()
    language, where = spoken(), gettext(STATE_NAMES[state])
    for one in holidays_between(state.value, local_day(event.starts_at), last_day(event.ends_at)):
        values = {"date": day(one.on), "state": where, "holiday": one.called(language)}
        if one.kind == PUBLIC:
            yield Contradiction(
                gettext("%(date)s is a public holiday in %(state)s: %(holiday)s.", **values), ()
            )
        elif one.name not in schools:
            schools.add(one.name)
            yield Contradiction(
                gettext("%(date)s lies in the school holidays of %(state)s: %(holiday)s.", **values), ()
            )


def days_beside(session: Session, event: Event) -> list[Contradiction]:
    """Other public days of the region on a date of this one: they court the same people. One query."""
    first = datetime.combine(local_day(event.starts_at), time(0, 0), BERLIN)
    after = datetime.combine(last_day(event.ends_at) + timedelta(days=1), time(0, 0), BERLIN)
    others = select(Event.title).where(
        Event.id != event.id,
        Event.region_id == event.region_id,
        Event.status == EventStatus.PUBLISHED,
        Event.starts_at < after,
        Event.ends_at > first,
    )
    return [
        Contradiction(gettext("“%(title)s” is in the same region at the same date.", title=title), ())
        for title in session.scalars(others.order_by(Event.starts_at, Event.id))
    ]


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


def _inside(event: Event, line: AgendaLine) -> Iterator[Contradiction]:
    """What stands inside of something that was moved or became shorter since."""
    holders: list[AgendaLine | RunView] = [line, *(line.round.runs if line.round else ())]
    for holder in holders:
        parts = holder.parts or line.parts
        for one in holder.inside:
            if not fits(one.starts_at, one.ends_at, parts):
                yield Contradiction(
                    gettext(
                        "“%(title)s” (%(clock)s) lies outside of “%(whole)s” (%(times)s).",
                        title=one.title,
                        clock=one.clock,
                        whole=holder.title,
                        times=times_in_parts(parts, dated=event.over_several_dates),
                    ),
                    ((line.title, line.key),),
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
        if one.room != other.room or share_room(one.station, other.station):
            continue
        if not (same_line or (_overlap(one.line, other.line) and _beside(one.line, other.line))):
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
    """Rooms with fewer seats than a workshop in them takes people. Where nobody registers, as many go as like to."""
    for line in lines:
        for run in line.round.runs if line.round is not None else ():
            places, seats = run.seats.capacity, run.room.seats if run.room is not None else None
            if run.room is None or seats is None or not run.takes_place:
                continue
            name, room = f"{run.label} {run.title}", run.room.name
            if places is None:
                if line.round is not None and not line.round.booked:
                    continue
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


def _in_two_places(event: Event, lines: Sequence[AgendaLine]) -> Iterator[Contradiction]:
    """Who contributes to two things at the same time; of two people of one name the organisation tells them apart. Beside a market,
    too: nobody is in two places."""
    said: set[tuple[str, ...]] = set()
    for one, other in combinations([task for line in lines for task in _tasks(line)], 2):
        about = one.who, *sorted((one.name, other.name))
        if one.who != other.who or one.name == other.name or not _overlap(one.line, other.line):
            continue
        if about in said:  # both go on in the next round
            continue
        said.add(about)
        yield Contradiction(
            gettext(
                "%(name)s is in two places at the same time: in “%(title)s” and “%(other)s” (%(times)s).",
                name=one.who,
                title=one.name,
                other=other.name,
                times=_when(event, one.line),
            ),
            tuple(dict.fromkeys(((one.line.title, one.line.key), (other.line.title, other.line.key)))),
        )


def _tasks(line: AgendaLine) -> Iterator[_Task]:
    for one in _people(line):
        yield _Task(one, line.title, line)
    for run in (*line.round.runs, *line.round.going_on) if line.round is not None else ():
        for one in _people(run) if run.takes_place else ():
            yield _Task(one, f"{run.label} {run.title}", line)


def _people(of: AgendaLine | RunView) -> list[str]:
    """Each once, who was asked only as well."""
    people: tuple[Credit, ...] = (*of.contributors, *of.asked)
    return list(
        dict.fromkeys(", ".join(part for part in (one.name, one.organisation) if part) for one in people)
    )


def _without_break(event: Event, lines: Sequence[AgendaLine]) -> Iterator[Contradiction]:
    """Where one thing follows the other for too long. A gap is a break, and so is a pause; a market is neither."""
    stretch: list[AgendaLine] = []
    for line in lines:
        if line.kind is not None and line.kind.beside:
            continue
        if stretch and (_is_pause(line) or line.starts_at >= _end(stretch) + SHORTEST_BREAK):
            yield from _too_long(event, stretch)
            stretch = []
        if not _is_pause(line):
            stretch.append(line)
    yield from _too_long(event, stretch)


def _is_pause(line: AgendaLine) -> bool:
    return line.kind is not None and line.kind.pause


def _end(stretch: Sequence[AgendaLine]) -> datetime:
    return max(line.ends_at for line in stretch)


def _too_long(event: Event, stretch: Sequence[AgendaLine]) -> Iterator[Contradiction]:
    if not stretch or _end(stretch) - stretch[0].starts_at <= LONGEST_WITHOUT_BREAK:
        return
    when = times(stretch[0].starts_at, _end(stretch), dated=event.over_several_dates)
    about = dict.fromkeys((line.title, line.key) for line in (stretch[0], stretch[-1]))
    hours = LONGEST_WITHOUT_BREAK // timedelta(hours=1)
    yield Contradiction(
        gettext("%(times)s: for more than %(hours)d hours there is no break.", times=when, hours=hours),
        tuple(about),
    )


def _uses(line: AgendaLine) -> Iterator[_Use]:
    if line.round is None:
        if line.room is not None:
            yield _Use(line.room.name, line.title, line)
        return
    for run in (*line.round.runs, *line.round.going_on):
        if run.room is not None and run.takes_place:
            yield _Use(run.room.name, f"{run.label} {run.title}", line, run.station)


def _overlap(one: AgendaLine, other: AgendaLine) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _beside(one: AgendaLine, other: AgendaLine) -> bool:
    """A market stays open beside everything else."""
    return any(line.kind is not None and line.kind.beside for line in (one, other))


def _when(event: Event, line: AgendaLine) -> str:
    return times(line.starts_at, line.ends_at, dated=event.over_several_dates)
