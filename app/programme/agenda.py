# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The agenda as values: what pages, files, mails and the form show.

Read in nine queries after a change, then kept; where seats are shown they are counted with one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.queries import rooms_of
from app.events.rules import Seats
from app.folding import list_key
from app.programme.credits import Credit, credit_lines, credits_of
from app.programme.inside import StandView, SubItemView, stand_views, sub_item_views
from app.programme.kinds import Kind, kind_of, kinds_for
from app.programme.models import Round, Run, Workshop
from app.programme.plan import NAMES, ContributorFacts, Plan, RunPlan, plan_of_rows, read_rows
from app.programme.rounds import Parts, numbers_filled
from app.programme.rules import TRACK_COLOURS, Thing
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
    parts: Parts = ()  # when it is, as soon as it fills several rounds
    inside: tuple[SubItemView, ...] = ()
    parallel: tuple["RunView", ...] = ()

    @property
    def credits(self) -> tuple[str, ...]:
        return credit_lines(self.contributors)

    @property
    def is_online(self) -> bool:
        """One takes part in it online, or online as well."""
        return self.room is not None and self.room.online

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
    subtitle: str = ""
    description: str = ""
    track: str = ""
    language: str = ""
    station: str = ""  # of somebody's own workshop

    @property
    def where(self) -> str:
        return ", ".join(one for one in (self.room.where if self.room else "", self.station) if one)

    @property
    def credits(self) -> tuple[str, ...]:
        return credit_lines(self.contributors)

    @property
    def parts(self) -> Parts:
        return ((self.starts_at, self.ends_at),)

    @property
    def in_short(self) -> tuple[str, ...]:
        """Track and language, where something is said of them."""
        said = WorkshopFacts("", track=self.track, language=self.language)
        return tuple(f"{heading}: {words}" for heading, words in said.in_short())


def on_the_day(*, booked: bool) -> str:
    """What people read of a round in which nobody chooses beforehand; nothing of others."""
    return (
        "" if booked else gettext("Without registration: you choose on the day, or groups are formed there.")
    )


def track_numbers(lines: Iterable[AgendaLine]) -> dict[str, int]:
    """The tracks of the day in order of their words, each with the number of its colour; after the last one colours begin anew."""
    every = list(lines)
    words = {one.run.about.track for one in meetings(every)} | {one.track for one in every}
    return {
        track: number % len(TRACK_COLOURS) + 1
        for number, track in enumerate(sorted(words - {""}, key=list_key))
    }


@dataclass(frozen=True, slots=True)
class Meeting:
    """A run with the times it really has: those of all rounds it fills."""

    run: RunView
    round_number: int
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
            yield Meeting(
                run, one.number, one.title, run.parts or ((one.starts_at, one.ends_at),), one.booked
            )


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
    rows = read_rows(session, event)
    runs = {key[1]: row for key, row in rows.items() if key[0] is Thing.RUN}
    workshops = {key[1]: row for key, row in rows.items() if key[0] is Thing.WORKSHOP}
    around = Surroundings(
        *_rooms_and_kinds(session, event),
        {number: (run.seats, run.waiting) for number, run in runs.items()},
        {number: workshop.slug for number, workshop in workshops.items()},
    )
    return lines_of(plan_of_rows(rows), around)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a plan names and does not hold: rooms by id, kinds by key, how many sit in a run by its id, and under which slug a
    workshop has its page."""

    rooms: Mapping[int, RoomFacts]
    kinds: Mapping[str, Kind]
    seats: Mapping[int, tuple[Seats, int]]
    slugs: Mapping[int, str]

    def room(self, room_id: int | None) -> RoomFacts | None:
        return self.rooms.get(room_id) if room_id is not None else None


def read_surroundings(session: Session, event: Event) -> Surroundings:
    """Four queries."""
    slugs = select(Workshop.id, Workshop.slug).where(Workshop.event_id == event.id)
    return Surroundings(
        *_rooms_and_kinds(session, event),
        _seats_now(session, event),
        {row.id: row.slug for row in session.execute(slugs)},
    )


def _rooms_and_kinds(session: Session, event: Event) -> tuple[dict[int, RoomFacts], dict[str, Kind]]:
    rooms = {room.id: room.facts for room in rooms_of(session, event)}
    return rooms, {row.key: kind_of(row) for row in kinds_for(session, event)}


def lines_of(plan: Plan, around: Surroundings) -> tuple[AgendaLine, ...]:
    """The whole day in order of time, as a plan says it. Asks nothing."""
    credited, held = _credited(plan), _held(plan)
    lines = [
        AgendaLine(
            f"item-{number}",
            around.kinds.get(item.kind),  # of an old version it may be gone
            item.title,
            item.note,
            item.starts_at,
            item.ends_at,
            around.room(item.room_id),
            contributors=credits_of(credited[Thing.ITEM, number]),
            asked=credits_of(credited[Thing.ITEM, number], confirmed=False),
            inside=_inside(held[Thing.ITEM, number], item.starts_at, credited),
            stands=stand_views(
                facts for kind, _one, facts in held[Thing.ITEM, number] if kind is Thing.STAND
            ),
            subtitle=item.subtitle,
            description=item.description,
            track=item.track,
            language=item.language,
        )
        for number, item in plan.of(Thing.ITEM).items()
    ]
    lines += [
        AgendaLine(f"round-{one.id}", None, one.title, "", one.starts_at, one.ends_at, None, one)
        for one in _rounds_of(plan, around, credited, held)
    ]
    return tuple(sorted(lines, key=lambda line: (line.starts_at, line.ends_at, line.key)))


Credited = Mapping[tuple[Thing, int], list[tuple[int, ContributorFacts]]]


def _credited(plan: Plan) -> Credited:
    """Who contributes to which item or run, in their order."""
    found: dict[tuple[Thing, int], list[tuple[int, ContributorFacts]]] = defaultdict(list)
    for number, one in sorted(plan.of(Thing.CONTRIBUTOR).items(), key=lambda pair: pair[1].position):
        if one.item_id is not None:
            found[Thing.ITEM, one.item_id].append((number, one))
        elif one.run_id is not None:
            found[Thing.RUN, one.run_id].append((number, one))
        elif one.sub_item_id is not None:
            found[Thing.SUB_ITEM, one.sub_item_id].append((number, one))
    return found


Held = Mapping[tuple[Thing, int], list[tuple[Thing, int, Any]]]


def _held(plan: Plan) -> Held:
    """What stands inside of which item or run, in order."""
    found: dict[tuple[Thing, int], list[tuple[Thing, int, Any]]] = defaultdict(list)
    inside = [(*key, facts) for key, facts in plan.things.items() if key[0] in {Thing.SUB_ITEM, Thing.STAND}]
    for thing, number, facts in sorted(inside, key=lambda one: (one[2].position, one[1])):
        for name, holder in NAMES[thing].items():
            if (where := getattr(facts, name)) is not None:
                found[holder, where].append((thing, number, facts))
    return found


def _inside(
    held: Sequence[tuple[Thing, int, Any]], begins: datetime, credited: Credited
) -> tuple[SubItemView, ...]:
    talks = {number: facts for thing, number, facts in held if thing is Thing.SUB_ITEM}
    return sub_item_views(talks, begins, {one: credited.get((Thing.SUB_ITEM, one), []) for one in talks})


def _rounds_of(plan: Plan, around: Surroundings, credited: Credited, held: Held) -> list[RoundView]:
    by_round: dict[int, list[RunView]] = defaultdict(list)
    for number, run in sorted(plan.of(Thing.RUN).items(), key=lambda pair: list_key(pair[1].label)):
        by_round[run.round_id].append(_run_view(plan, number, around, credited, held[Thing.RUN, number]))
    rounds = sorted(plan.of(Thing.ROUND).items(), key=lambda pair: pair[1].number)
    return _with_what_goes_on(
        [
            RoundView(
                number, r.number, r.title, r.starts_at, r.ends_at, tuple(by_round[number]), booked=r.booked
            )
            for number, r in rounds
        ]
    )


def _with_what_goes_on(rounds: list[RoundView]) -> list[RoundView]:
    """Runs over several rounds stand in the others, too."""
    longer = [(round_.number, run) for round_ in rounds for run in round_.runs if run.spans > 1]
    if not longer:
        return rounds
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


def _run_view(
    plan: Plan,
    number: int,
    around: Surroundings,
    credited: Credited,
    held: Sequence[tuple[Thing, int, Any]],
) -> RunView:
    run: RunPlan = plan.things[Thing.RUN, number]
    contributors, parts = credited.get((Thing.RUN, number), []), plan.parts_of(run)
    about: WorkshopFacts = plan.things[Thing.WORKSHOP, run.workshop_id]
    taken, waiting = around.seats.get(number, (Seats(run.capacity, 0, 0), 0))
    return RunView(
        id=number,
        workshop_id=run.workshop_id,
        label=run.label,
        title=about.title,
        abstract=about.abstract,
        room=around.room(run.room_id),
        contributors=credits_of(contributors),
        asked=credits_of(contributors, confirmed=False),
        seats=replace(taken, capacity=run.capacity),
        waiting=waiting,
        spans=run.spans,
        takes_place=run.takes_place,
        about=about,
        slug=around.slugs.get(run.workshop_id, ""),
        station=run.station,
        parts=parts if run.spans > 1 else (),
        inside=_inside(held, parts[0][0], credited),
    )
