# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which entry of a file is which item or run of the day.

By our own guid first; then by title and beginning; then by the title alone, where it stands once in the file and once in the day:
whoever moves a talk in another program and brings the file again has moved it, not made a second one.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.events.facts import RoomFacts
from app.events.models import Event
from app.folding import plain
from app.programme.agenda import AgendaLine, Meeting, meetings
from app.programme.schedule import guid_of, item_number, run_number
from app.scheduling.imports.values import Entry

Held = AgendaLine | Meeting


@dataclass(frozen=True, slots=True)
class _Known:
    """An item or a run by what knows it again."""

    thing: Held
    guid: str
    title: str
    starts_at: datetime
    room: str
    label: str = ""


def matched(day: Event, lines: Iterable[AgendaLine], entries: Sequence[Entry]) -> Mapping[int, Held]:
    """Place of the entry → the item or run that it is; nothing is two entries, and no entry that says what it is is the other."""
    every = list(lines)
    known = [
        _Known(one, guid_of(day, item_number(one)), plain(one.title), one.starts_at, _name(one.room))
        for one in every
        if one.round is None
    ]
    known += [
        _Known(
            one,
            guid_of(day, run_number(one.run.id)),
            plain(one.run.title),
            one.parts[0][0],
            _name(one.run.room),
            one.run.label,
        )
        for one in meetings(every)
    ]
    found: dict[int, Held] = {}
    for of_known, of_entry in _KEYS:
        _pair(found, known, entries, of_known, of_entry)
    return found


_KEYS: Sequence[tuple[Callable[[_Known], Hashable], Callable[[Entry], Hashable]]] = (
    (lambda known: known.guid, lambda entry: entry.guid),
    (
        lambda known: known.label and (known.label, known.title, known.starts_at),
        lambda entry: (
            entry.run and entry.run.label and (entry.run.label, plain(entry.title), entry.starts_at)
        ),
    ),
    (
        lambda known: (known.title, known.starts_at, known.room),
        lambda entry: (plain(entry.title), entry.starts_at, entry.room),
    ),
    (lambda known: (known.title, known.starts_at), lambda entry: (plain(entry.title), entry.starts_at)),
    (lambda known: known.title, lambda entry: plain(entry.title)),
)


def _name(room: RoomFacts | None) -> str:
    return room.name if room is not None else ""


def _pair(
    found: dict[int, Held],
    known: Sequence[_Known],
    entries: Sequence[Entry],
    key_of_known: Callable[[_Known], Hashable],
    key_of_entry: Callable[[Entry], Hashable],
) -> None:
    """Adds those of which the key stands once on either side among what is left."""
    taken = {id(one) for one in found.values()}
    left = [one for one in known if id(one.thing) not in taken]
    open_ = [(place, one) for place, one in enumerate(entries) if place not in found]
    of_known = Counter(key_of_known(one) for one in left)
    of_entries = Counter(key_of_entry(one) for _, one in open_)
    by_key = {key_of_known(one): one for one in left}
    for place, one in open_:
        key = key_of_entry(one)
        there = by_key.get(key)
        once = of_known[key] == 1 and of_entries[key] == 1
        if key and there is not None and once and (one.run is None or isinstance(there.thing, Meeting)):
            found[place] = there.thing
