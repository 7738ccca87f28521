# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The working copy as a timetable: quarters of an hour from top to bottom, rooms from left to right, and beside it what has no room
yet. A cell is as high as what is in it, so a table without styles says how long things are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from app.folding import list_key
from app.programme.plan import Plan
from app.programme.rules import Thing
from app.texts import local_day

STEP = timedelta(minutes=15)
MOST_ROOMS = 6  # of one table; more rooms become another one below


@dataclass(frozen=True, slots=True)
class Placed:
    """An item, or a workshop in its round. `key` is "item-5", "run-7" or, of a workshop that runs nowhere yet, "workshop-3"."""

    key: str
    title: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    room_id: int | None = None
    lasts: bool = False  # its length is its own, not that of a round


@dataclass(frozen=True, slots=True)
class Cell:
    """So many quarters of an hour of a room; several in it are at the same time."""

    room_id: int
    starts_at: datetime
    quarters: int
    placed: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A quarter of an hour: the rounds that begin in it, and the cells that do."""

    starts_at: datetime
    rounds: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Timetable:
    on: date
    rooms: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]


def placed(plan: Plan) -> list[Placed]:
    """All items and runs in order of time."""
    found = [
        Placed(f"item-{number}", one.title, one.starts_at, one.ends_at, one.room_id, lasts=True)
        for number, one in plan.of(Thing.ITEM).items()
    ]
    for number, run in plan.of(Thing.RUN).items():
        for starts_at, ends_at in plan.parts_of(run):
            found.append(Placed(f"run-{number}", plan.name_of(run), starts_at, ends_at, run.room_id))
    return sorted(found, key=lambda one: (one.starts_at, list_key(one.title)))


def unplaced(plan: Plan) -> list[Placed]:
    """What has no room yet, and workshops that run nowhere yet."""
    run = {one.workshop_id for one in plan.of(Thing.RUN).values()}
    nowhere = [
        Placed(f"workshop-{number}", one.title)
        for number, one in plan.of(Thing.WORKSHOP).items()
        if number not in run
    ]
    without = {one.key: one for one in reversed(placed(plan)) if one.room_id is None}
    return [*reversed(without.values()), *nowhere]


def timetables(plan: Plan, rooms: Sequence[tuple[int, str]]) -> list[Timetable]:
    """One for each date and so many rooms, all rooms of the house in their order: an empty one is where something may go."""
    things = [one for one in placed(plan) if one.starts_at is not None and one.ends_at is not None]
    rounds = [(one.starts_at, one.ends_at, one.title) for one in plan.of(Thing.ROUND).values()]
    spans = [(one.starts_at, one.ends_at) for one in things] + [(starts, ends) for starts, ends, _t in rounds]
    found = []
    for on in sorted({local_day(starts) for starts, _ends in spans}):
        today = [span for span in spans if local_day(span[0]) == on]
        first, last = min(starts for starts, _ends in today), max(ends for _starts, ends in today)
        slots = list(_slots(_floor(first), last))
        here = [one for one in things if one.starts_at is not None and local_day(one.starts_at) == on]
        for part in _parts(rooms):
            columns = [_column(room, slots, here) for room, _name in part]
            rows = tuple(
                Row(
                    slot,
                    tuple(title for starts, _ends, title in rounds if _floor(starts) == slot),
                    tuple(column[slot] for column in columns if slot in column),
                )
                for slot in slots
            )
            found.append(Timetable(on, tuple(part), rows))
    return found


def _parts(rooms: Sequence[tuple[int, str]]) -> list[Sequence[tuple[int, str]]]:
    wide = ceil(len(rooms) / max(ceil(len(rooms) / MOST_ROOMS), 1)) or 1
    return [rooms[at : at + wide] for at in range(0, len(rooms), wide)]


def _slots(first: datetime, last: datetime) -> Iterator[datetime]:
    while first < last:
        yield first
        first += STEP


def _floor(moment: datetime) -> datetime:
    return moment - timedelta(minutes=moment.minute % 15, seconds=moment.second)


def _column(room_id: int, slots: Sequence[datetime], things: Sequence[Placed]) -> dict[datetime, Cell]:
    """The cells of a room by the slot in which they begin; a slot in the middle of one has none."""
    cells: dict[datetime, Cell] = {}
    until = slots[0]
    for slot in slots:
        if slot < until:
            continue
        several, until = _together(slot, [one for one in things if one.room_id == room_id])
        cells[slot] = Cell(room_id, slot, max((until - slot) // STEP, 1), tuple(several))
        until = max(until, slot + STEP)
    return cells


def _together(slot: datetime, things: Sequence[Placed]) -> tuple[list[Placed], datetime]:
    """What begins in this slot, with all that begins before it is over; and the slot in which the next thing may begin."""
    several: list[Placed] = []
    until = slot + STEP
    for one in things:
        if one.starts_at is None or one.ends_at is None or one.starts_at < slot:
            continue
        if one.starts_at < until:
            several.append(one)
            until = max(until, -(-(one.ends_at - slot) // STEP) * STEP + slot)
    return several, until
