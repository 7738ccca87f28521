# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a file would make of the day: values in, values out. The page shows it, and taking over carries out the same.

An entry that is alone in its time is an item for everybody. Several that begin and end together are a round of workshops, if
nothing else goes on meanwhile and nobody chose otherwise; several that overlap in any other way are items side by side.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from app.programme.agenda import AgendaLine, Meeting, meetings
from app.programme.conflicts import refuse_bad_times
from app.programme.rules import ItemKind
from app.refusal import Refusal
from app.scheduling.imports.matching import Held, matched
from app.scheduling.imports.names import Names
from app.scheduling.imports.own_words import with_inside, with_stations
from app.scheduling.imports.plans import (
    ITEMS,
    ROUND,
    Block,
    Choices,
    Day,
    Outcome,
    PlannedItem,
)
from app.scheduling.imports.rounds import plan_runs
from app.scheduling.imports.values import Entry, Fault, ProgrammeFile
from app.scheduling.imports.words import item_texts, people_or_those_before, room_or_before


def outcome_of(file: ProgrammeFile, day: Day, choices: Choices) -> Outcome:
    known = matched(day.event, day.lines, file.entries)
    if file.ours:
        file = with_stations(file, day, known)
    names = Names(file, day, choices)
    good, faults, entries = list[int](), list(file.faults), list(file.entries)
    for place, entry in enumerate(file.entries):
        try:
            if file.ours and entry.inside is None:
                entries[place] = with_inside(entry, known.get(place), day.event.language)
            names.refuse_unknown(entry)
            refuse_bad_times(day.event, entry.starts_at, entry.ends_at)
            good.append(place)
        except Refusal as refusal:
            faults.append(Fault(entry.where, entry.title, refusal))
    file = replace(file, entries=tuple(entries))
    runs = {place for place in good if _says_run(file.entries[place], known.get(place))}
    blocks = blocks_of(file, day, choices, known, good, runs)
    runs |= {place for one, places in blocks if one.chosen == ROUND for place in places}
    planned = plan_runs(file, day, names, known, [place for place in good if place in runs])
    items = [
        _item(file, file.entries[place], known.get(place), day, names) for place in good if place not in runs
    ]
    plan = replace(
        planned,
        items=tuple(items),
        faults=(*faults, *planned.faults),
        unknown_rooms=names.unknown_rooms,
        unknown_kinds=names.unknown_kinds(one for place, one in enumerate(file.entries) if place not in runs),
        blocks=tuple(one for one, _places in blocks),
        moderation=file.moderation,
    )
    return _summed_up(plan, day, names)


def _says_run(entry: Entry, known: Held | None) -> bool:
    return entry.run is not None or isinstance(known, Meeting)


def blocks_of(
    file: ProgrammeFile,
    day: Day,
    choices: Choices,
    known: Mapping[int, Held],
    good: Sequence[int],
    runs: set[int],
) -> list[tuple[Block, Sequence[int]]]:
    """Entries that may be a round together, in order of time, each with the places of its entries."""
    taken = [(one.starts_at, one.ends_at) for one in day.lines if one.round is not None]
    taken += [(file.entries[place].starts_at, file.entries[place].ends_at) for place in runs]
    by_start = defaultdict[datetime, list[int]](list)
    for place in good:
        if place not in runs and place not in known:
            by_start[file.entries[place].starts_at].append(place)
    found = list[tuple[Block, Sequence[int]]]()
    for starts_at, places in sorted(by_start.items()):
        entries = [file.entries[place] for place in places]
        if len(places) < 2 or not _may_be_round(entries, day) or _meanwhile(entries[0], taken):
            continue
        others = [
            (file.entries[place].starts_at, file.entries[place].ends_at)
            for place in good
            if place not in places
        ]
        usual = ITEMS if _meanwhile(entries[0], others) else ROUND
        block = Block(
            starts_at,
            entries[0].ends_at,
            tuple(one.title for one in entries),
            choices.blocks.get(starts_at, usual),
        )
        if block.chosen == ROUND:
            taken.append((starts_at, entries[0].ends_at))
        found.append((block, places))
    return found


def _may_be_round(entries: Sequence[Entry], day: Day) -> bool:
    """They end together, and none of them is a break or open beside everything else."""
    if len({one.ends_at for one in entries}) > 1:
        return False
    kinds = [Names.kind_like(one.kind, day) for one in entries]
    return not any(one is not None and (one.pause or one.beside) for one in kinds)


def _meanwhile(entry: Entry, times: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(begins < entry.ends_at and ends > entry.starts_at for begins, ends in times)


def _item(file: ProgrammeFile, entry: Entry, known: Held | None, day: Day, names: Names) -> PlannedItem:
    before = known if isinstance(known, AgendaLine) else None
    usual = before.kind.key if before is not None and before.kind is not None else ItemKind.PLENARY.value
    said = item_texts(entry, day.event.language)
    if before is not None and not file.ours:
        said = {name: words or getattr(before, name) for name, words in said.items()}
    spoken = day.event.language
    same = before is not None and (before.language or spoken) == (entry.language or spoken)
    if before is not None and same and not entry.own_language:
        said["language"] = before.language  # the day's own language may be said or not
    return PlannedItem(
        entry,
        before,
        names.kind(entry) or usual,
        said,
        room_or_before(names.room(entry.room), before.room if before is not None else None, ours=file.ours),
        people_or_those_before(
            entry.people, before.contributors if before is not None else (), ours=file.ours
        ),
    )


def _staying(plan: Outcome, day: Day) -> Iterator[Held]:
    named = {one.known.key for one in plan.items if one.known is not None}
    runs = {one.known.run.id for one in plan.runs if one.known is not None}
    yield from (one for one in day.lines if one.round is None and one.key not in named)
    yield from (one for one in meetings(day.lines) if one.run.id not in runs)


def _summed_up(plan: Outcome, day: Day, names: Names) -> Outcome:
    """With the rooms and kinds that are to be made for what is left of it, and what of the day stays as it is."""
    used = {one.room for one in plan.items} | {one.room for one in plan.runs}
    held = [one.run.title if isinstance(one, Meeting) else one.title for one in _staying(plan, day)]
    return replace(
        plan,
        rooms=tuple(one for one in names.rooms_to_make if one.name in used or one.name in names.listed),
        kinds={
            one.kind: names.facts_of_kind(one.entry, one.kind)
            for one in plan.items
            if one.kind not in day.kinds
        },
        staying=tuple(held),
    )
