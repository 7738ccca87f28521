# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The agenda as values: what pages, files, mails and the form show.

Read in six queries after a change, one or two more where something stands inside of something, then kept; where seats are shown they are counted with one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.rules import Seats
from app.folding import list_key
from app.programme.credits import Credit, credit_lines, credits_of
from app.programme.inside import StandView, SubItemView, stand_views, sub_item_views
from app.programme.kinds import Kind, kind_of
from app.programme.models import AgendaItem, Round, Run, SubItem
from app.programme.rounds import Parts, numbers_filled, parts_of
from app.programme.rules import TRACK_COLOURS
from app.programme.workshop_facts import WorkshopFacts
from app.store.cache import Cache
from app.store.transactions import reads_only
from app.texts import gettext

NOTHING_SAID = WorkshopFacts("")


@dataclass(frozen=True, slots=True)
class RunView:
    """One run as people see it; `seats` and `waiting` are those of the moment it was read. It fills `spans` rounds. `about`
    is all that is said of its workshop, `slug` names the page on which it stands.

    `parallel`: where this stands for several (`as_one`), which these are.
    """

    id: int
    workshop_id: int
    label: str
    title: str
    abstract: str
    room: RoomFacts | None
    contributors: tuple[Credit, ...]
    seats: Seats
    waiting: int
    spans: int = 1
    takes_place: bool = True
    asked: tuple[Credit, ...] = ()  # not confirmed: for the team only
    about: WorkshopFacts = NOTHING_SAID
    slug: str = ""
    station: str = ""
    parts: Parts = ()  # as soon as it fills several rounds
    inside: tuple[SubItemView, ...] = ()
    parallel: tuple["RunView", ...] = ()

    @property
    def credits(self) -> tuple[str, ...]:
        return credit_lines(self.contributors)

    @property
    def in_parts(self) -> bool:
        """Something else comes between what belongs together."""
        return len(self.parts) > 1

    @property
    def where(self) -> str:
        """The room with its house, and the table in it."""
        return ", ".join(one for one in (self.room.where if self.room else "", self.station) if one)

    @property
    def anchor(self) -> str:
        """Where it stands on the agenda's page."""
        return f"run-{self.id}"

    @property
    def each(self) -> tuple["RunView", ...]:
        """The runs that this stands for, or itself."""
        return self.parallel or (self,)


@dataclass(frozen=True, slots=True)
class RoundView:
    """`booked`: people choose a run beforehand. Otherwise they go where they like on the day, or groups are formed then."""

    id: int
    number: int
    title: str
    starts_at: datetime
    ends_at: datetime
    runs: tuple[RunView, ...]
    going_on: tuple[RunView, ...] = ()  # of a round with a lower number
    booked: bool = True

    @property
    def on_the_day(self) -> str:
        return on_the_day(booked=self.booked)


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """One line of the agenda: an item for everybody, or a round with its runs."""

    key: str
    kind: Kind | None
    title: str
    note: str
    starts_at: datetime
    ends_at: datetime
    room: RoomFacts | None
    round: RoundView | None = None
    contributors: tuple[Credit, ...] = ()
    asked: tuple[Credit, ...] = ()  # not confirmed: for the team only
    inside: tuple[SubItemView, ...] = ()
    stands: tuple[StandView, ...] = ()

    @property
    def credits(self) -> tuple[str, ...]:
        return credit_lines(self.contributors)

    @property
    def parts(self) -> Parts:
        return ((self.starts_at, self.ends_at),)


def on_the_day(*, booked: bool) -> str:
    """What people read of a round in which nobody chooses beforehand; nothing of others."""
    return (
        "" if booked else gettext("Without registration: you choose on the day, or groups are formed there.")
    )


def track_numbers(lines: Iterable[AgendaLine]) -> dict[str, int]:
    """The tracks of the day in order of their words, each with the number of its colour; after the last one colours begin anew."""
    words = {one.run.about.track for one in meetings(lines)} - {""}
    return {
        track: number % len(TRACK_COLOURS) + 1 for number, track in enumerate(sorted(words, key=list_key))
    }


@dataclass(frozen=True, slots=True)
class Meeting:
    """A run with the times it really has: those of all rounds it fills."""

    run: RunView
    round_title: str
    parts: Parts
    booked: bool = True

    @property
    def on_the_day(self) -> str:
        return on_the_day(booked=self.booked)


def meetings(lines: Iterable[AgendaLine]) -> Iterator[Meeting]:
    """Every run of the agenda, in order of rounds and labels."""
    for one in (line.round for line in lines if line.round is not None):
        for run in one.runs:
            yield Meeting(run, one.title, run.parts or ((one.starts_at, one.ends_at),), one.booked)


def parallel_runs(runs: Iterable[RunView]) -> list[tuple[RunView, ...]]:
    """Runs that begin in one round, those of one workshop that fill the same rounds together, in order of the first ones."""
    found: dict[tuple[int, int], list[RunView]] = {}
    for run in runs:
        found.setdefault((run.workshop_id, run.spans), []).append(run)
    return [tuple(several) for several in found.values()]


def as_one(runs: Sequence[RunView]) -> RunView:
    """Parallel runs as who wishes sees them: one workshop under all of its numbers. Its id is the lowest, so it stays
    when numbers change; its seats and room are those of one run."""
    if len(runs) == 1:
        return runs[0]
    first = min(runs, key=lambda run: run.id)
    return replace(
        first,
        label="/".join(run.label for run in runs),
        takes_place=any(run.takes_place for run in runs),
        parallel=tuple(runs),
    )


def wishable(runs: Iterable[RunView]) -> list[RunView]:
    """Those of the runs that can be wished for, as who wishes sees them."""
    return [as_one(several) for several in parallel_runs(run for run in runs if run.takes_place)]


# What the agenda says, under the revision that rises with every change of it. Seats are counted anew each time.
_programmes: Cache[tuple[AgendaLine, ...]] = Cache()


def read_rounds(session: Session, event: Event, *, seats: bool = True) -> list[RoundView]:
    """The rounds in which people choose beforehand, with their runs, in order of their numbers; `seats` as in
    `read_agenda`."""
    rounds = (line.round for line in read_agenda(session, event, seats=seats))
    return sorted((one for one in rounds if one is not None and one.booked), key=lambda one: one.number)


def read_agenda(session: Session, event: Event, *, seats: bool = True) -> list[AgendaLine]:
    """The whole day in order of time. Without `seats` it costs no query, and those in it are of some earlier moment."""
    read: list[tuple[AgendaLine, ...]] = []

    def read_now() -> tuple[AgendaLine, ...]:
        read.append(_read_programme(session, event))
        return read[0]

    if not reads_only(session):  # what is not committed yet may never be
        return list(read_now())
    lines = _programmes.get((event.id, event.revision), read_now)
    if read or not seats:
        return list(lines)
    counted = _seats_now(session, event)
    return [
        line if line.round is None else replace(line, round=_seated(line.round, counted)) for line in lines
    ]


def _seated(round_: RoundView, seats: dict[int, tuple[Seats, int]]) -> RoundView:
    """With the seats of this moment; a run that was removed just now is left out."""
    runs = [
        replace(run, seats=seats[run.id][0], waiting=seats[run.id][1])
        for run in round_.runs
        if run.id in seats
    ]
    return replace(round_, runs=tuple(runs))


def _seats_now(session: Session, event: Event) -> dict[int, tuple[Seats, int]]:
    counts = (
        select(Run.id, Run.capacity, Run.taken, Run.extra, Run.waiting)
        .join(Run.round)
        .where(Round.event_id == event.id)
    )
    return {
        row.id: (Seats(row.capacity, row.taken, row.extra), row.waiting) for row in session.execute(counts)
    }


def _read_programme(session: Session, event: Event) -> tuple[AgendaLine, ...]:
    items = session.scalars(
        select(AgendaItem)
        .where(AgendaItem.event_id == event.id)
        .options(
            joinedload(AgendaItem.room),
            joinedload(AgendaItem.kind_row),
            selectinload(AgendaItem.contributors),
            joinedload(AgendaItem.inside).selectinload(SubItem.contributors),
            joinedload(AgendaItem.stands),
        )
    ).unique()
    lines = [
        AgendaLine(
            f"item-{item.id}",
            kind_of(item.kind_row),
            item.title,
            item.note,
            item.starts_at,
            item.ends_at,
            item.room.facts if item.room else None,
            contributors=credits_of(item.contributors),
            asked=credits_of(item.contributors, confirmed=False),
            inside=sub_item_views(item.inside, item.starts_at),
            stands=stand_views(item.stands),
        )
        for item in items
    ]
    lines += [
        AgendaLine(f"round-{r.id}", None, r.title, "", r.starts_at, r.ends_at, None, r)
        for r in _read_rounds(session, event)
    ]
    return tuple(sorted(lines, key=lambda line: (line.starts_at, line.ends_at, line.key)))


def _read_rounds(session: Session, event: Event) -> list[RoundView]:
    rounds = session.scalars(select(Round).where(Round.event_id == event.id).order_by(Round.number)).all()
    by_round: dict[int, list[RunView]] = defaultdict(list)
    runs = (
        select(Run)
        .join(Run.round)
        .where(Round.event_id == event.id)
        .options(
            joinedload(Run.workshop),
            joinedload(Run.room),
            selectinload(Run.contributors),
            joinedload(Run.inside).selectinload(SubItem.contributors),
        )
        .order_by(Run.id)
    )
    begins = {one.id: one.starts_at for one in rounds}
    for run in sorted(session.scalars(runs).unique(), key=lambda run: list_key(run.label)):
        by_round[run.round_id].append(_run_view(run, begins[run.round_id]))
    views = [
        RoundView(r.id, r.number, r.title, r.starts_at, r.ends_at, tuple(by_round[r.id]), booked=r.booked)
        for r in rounds
    ]
    return _with_what_goes_on(views)


def _with_what_goes_on(rounds: list[RoundView]) -> list[RoundView]:
    """Runs over several rounds stand in the others, too, and know their parts."""
    rounds = [replace(one, runs=tuple(_in_parts(run, one, rounds) for run in one.runs)) for one in rounds]
    longer = [(round_.number, run) for round_ in rounds for run in round_.runs if run.spans > 1]
    return [
        replace(
            one,
            going_on=tuple(
                run
                for first, run in longer
                if one.number != first and one.number in numbers_filled(first, run.spans)
            ),
        )
        for one in rounds
    ]


def _in_parts(run: RunView, own: RoundView, rounds: Sequence[RoundView]) -> RunView:
    if run.spans == 1:
        return run
    filled = numbers_filled(own.number, run.spans)
    parts = parts_of((one.starts_at, one.ends_at) for one in rounds if one.number in filled)
    earlier = parts[0][0] - own.starts_at  # numbers need not follow the clock
    return replace(run, parts=parts, inside=tuple(one.moved(earlier) for one in run.inside))


def _run_view(run: Run, begins: datetime) -> RunView:
    return RunView(
        id=run.id,
        workshop_id=run.workshop_id,
        label=run.label,
        title=run.workshop.title,
        abstract=run.workshop.abstract,
        room=run.room.facts if run.room else None,
        contributors=credits_of(run.contributors),
        asked=credits_of(run.contributors, confirmed=False),
        seats=run.seats,
        waiting=run.waiting,
        spans=run.spans,
        takes_place=run.takes_place,
        about=WorkshopFacts.of(run.workshop),
        slug=run.workshop.slug,
        station=run.station,
        inside=sub_item_views(run.inside, begins),
    )
