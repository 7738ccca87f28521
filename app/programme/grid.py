# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The agenda as tables: times from top to bottom, rooms or tracks from left to right. The list says the same in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from app.programme.agenda import AgendaLine, RunView
from app.programme.filtering import View
from app.texts import local_day

MOST_COLUMNS = 6  # of one table that is read without scrolling; more rooms become another one below


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in one column: a workshop, or an item that others run beside. `goes_on`: it began in an earlier round."""

    line: AgendaLine
    run: RunView | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One time of the day: `whole` is for everybody, across all columns; else each column has its entries."""

    starts_at: datetime
    ends_at: datetime
    title: str
    whole: tuple[AgendaLine, ...]
    cells: tuple[tuple[Entry, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One date. A column "" holds what has no room or no track."""

    on: date
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def tables(lines: Sequence[AgendaLine], view: View, order: Sequence[str]) -> list[Table]:
    """`order`: the columns as the house has them; those in which nothing stands are left out, what is in none of them comes
    last."""
    column_of = _room_of if view is View.ROOMS else _track_of
    found: list[Table] = []
    for on in dict.fromkeys(local_day(line.starts_at) for line in lines):
        today = [line for line in lines if local_day(line.starts_at) == on]
        slots = list(dict.fromkeys((line.starts_at, line.ends_at) for line in today))
        by_slot = [[line for line in today if (line.starts_at, line.ends_at) == slot] for slot in slots]
        entries = {slot: _entries(here, today, view) for slot, here in zip(slots, by_slot, strict=True)}
        used = {column_of(entry) for several in entries.values() for entry in several}
        columns = [one for one in order if one in used] + [""] * ("" in used)
        for part in _parts(columns):
            rows = tuple(
                _row(here, entries[slot], part, column_of) for slot, here in zip(slots, by_slot, strict=True)
            )
            found.append(Table(on, part, rows))
    return found


def _parts(columns: Sequence[str]) -> list[tuple[str, ...]]:
    """As many tables as are needed, of about the same width; one without columns where all is for everybody."""
    wide = ceil(len(columns) / max(ceil(len(columns) / MOST_COLUMNS), 1)) or 1
    return [tuple(columns[at : at + wide]) for at in range(0, len(columns), wide)] or [()]


def _entries(here: Sequence[AgendaLine], today: Sequence[AgendaLine], view: View) -> list[Entry]:
    """What stands in columns: workshops, and by rooms also items that run at the same time as something else."""
    found = []
    for line in here:
        if line.round is not None:
            found += [Entry(line, run) for run in line.round.runs]
            found += [Entry(line, run, goes_on=True) for run in line.round.going_on if run.takes_place]
        elif view is View.ROOMS and _is_parallel(line, today):
            found.append(Entry(line))
    return found


def _is_parallel(line: AgendaLine, today: Sequence[AgendaLine]) -> bool:
    return line.room is not None and any(
        one is not line and one.starts_at < line.ends_at and line.starts_at < one.ends_at for one in today
    )


def _row(
    here: Sequence[AgendaLine],
    entries: Sequence[Entry],
    columns: Sequence[str],
    column_of: Callable[[Entry], str],
) -> Row:
    beside = {entry.line.key for entry in entries}
    return Row(
        here[0].starts_at,
        here[0].ends_at,
        " · ".join(line.title for line in here if line.round is not None),
        tuple(line for line in here if line.key not in beside and line.round is None),
        tuple(tuple(entry for entry in entries if column_of(entry) == one) for one in columns),
    )


def _room_of(entry: Entry) -> str:
    room = entry.run.room if entry.run is not None else entry.line.room
    return room.where if room is not None else ""


def _track_of(entry: Entry) -> str:
    return entry.run.about.track if entry.run is not None else ""
