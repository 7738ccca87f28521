# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Our own schedules read back: which entry is a run, and what is said of its workshop.

The XML has no more than words for it, in which the facts of a workshop and what stands inside of something can be found again; the JSON
has them under `x-fachtag`.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.clock import BERLIN, days_later
from app.folding import clean_text, slug_of
from app.programme.agenda import AgendaLine, Meeting, on_the_day
from app.programme.inside_lines import TalkLines, inside_in_lines, inside_of_lines
from app.programme.rounds import Parts, Times
from app.programme.workshop_facts import WORKSHOP_FACTS, WorkshopFacts, facts_in_lines
from app.scheduling.imports.matching import Held
from app.scheduling.imports.moments import time_of
from app.scheduling.imports.plans import Day
from app.scheduling.imports.values import (
    LONGEST_LABEL,
    LONGEST_NOTE,
    LONGEST_STATION,
    AsRun,
    Entry,
    ProgrammeFile,
    StandSaid,
    Talk,
    line_of,
    people_of,
    printable,
    talk_of,
    text_of,
    title_of,
)
from app.texts import LANGUAGES, force_locale, local_day


def is_run(entry: Entry) -> bool:
    """Of a schedule of ours: runs have odd numbers, items even ones."""
    return entry.number.isdecimal() and int(entry.number[-1]) % 2 == 1


def run_of_lines(entry: Entry) -> Entry:
    """An entry of our XML: its title begins with the number of the run, its description says the facts of the workshop."""
    if not is_run(entry):
        return entry
    label, title = labelled(entry.title, entry.slug)
    said, rest = facts_in_lines(entry.description)
    lines = rest.split("\n")
    chosen_there = {words for one in LANGUAGES if (words := _on_the_day(one))}
    return replace(
        entry,
        title=title,
        description="\n".join(one for one in lines if one not in chosen_there),
        run=AsRun(
            label,
            facts_of(entry, title, said, spoken="language" in said),
            round_title=entry.subtitle,
            booked=chosen_there.isdisjoint(lines),
        ),
    )


def _on_the_day(spoken: str) -> str:
    with force_locale(spoken):
        return on_the_day(booked=False)


def with_stations(file: ProgrammeFile, day: Day, known: Mapping[int, Held]) -> ProgrammeFile:
    """Of our XML, which says a table together with its room: parted as it stands in the day, or where the file or the day knows the
    room."""
    halls = {one.room for one in file.entries if one.run is None or ", " not in one.room} - {""}
    halls |= set(day.rooms)
    return replace(
        file,
        entries=tuple(
            _with_station(one, halls, day, known.get(place)) for place, one in enumerate(file.entries)
        ),
    )


def _with_station(entry: Entry, halls: set[str], day: Day, known: Held | None) -> Entry:
    if entry.run is None or entry.run.station is not None:
        return entry
    if isinstance(known, Meeting):
        room = known.run.room.name if known.run.room is not None else ""
        if entry.room == ", ".join(one for one in (room, known.run.station) if one):
            return replace(entry, room=room, run=replace(entry.run, station=known.run.station))
    places = [place for place in range(len(entry.room)) if entry.room.startswith(", ", place)]
    hall = next((entry.room[:place] for place in reversed(places) if entry.room[:place] in halls), "")
    if not hall or entry.room in day.rooms:
        return replace(entry, run=replace(entry.run, station=""))
    station = line_of("station", entry.room.removeprefix(f"{hall}, "), LONGEST_STATION)
    return replace(entry, room=hall, run=replace(entry.run, station=station))


def with_inside(entry: Entry, known: Held | None, spoken: str) -> Entry:
    """Of an entry of our XML the short talks and stands that its description says, and of everybody whom it names those who
    contribute to it as a whole. Where the day has all of that already it stays, with what no word of a file says. `spoken` is the
    language of the day. Refuses what is too long."""
    if known is not None and (said := _said_inside(known, spoken)) and entry.description.endswith(said):
        holder = known if isinstance(known, AgendaLine) else known.run
        own = {one.who for one in holder.contributors}
        elsewhere = {who.who for one in holder.inside for who in one.contributors} - own
        return replace(
            entry,
            description=entry.description.removesuffix(said).rstrip("\n"),
            people=people_of(one for one in entry.people if one.who not in elsewhere),
        )
    named = [one.who for one in entry.people]
    rest, talks, stands = inside_of_lines(entry.description, named)
    within = [who for one in talks for _role, who in one.people]
    own_ones = next(
        (number for number in range(len(named)) if [*dict.fromkeys((*named[:number], *within))] == named),
        len(named),
    )
    return replace(
        entry,
        description=rest,
        people=people_of(entry.people[:own_ones]),
        inside=tuple(_talk(one, entry) for one in talks),
        stands=tuple(stand_of(one.organisation, one.table_label, one.note) for one in stands),
    )


def _said_inside(known: Held, spoken: str) -> str:
    holder = known if isinstance(known, AgendaLine) else known.run
    with force_locale(spoken):
        lines = inside_in_lines(holder.inside, holder.stands if isinstance(holder, AgendaLine) else ())
        return clean_text(printable("\n".join(lines)))


def stand_of(organisation: str, table_label: str, note: str) -> StandSaid:
    """Refuses what is too long."""
    return StandSaid(
        title_of(organisation),
        line_of("table", table_label, LONGEST_STATION),
        line_of("note", note, LONGEST_NOTE),
    )


def _talk(one: TalkLines, entry: Entry) -> Talk:
    known = {person.who: person for person in entry.people}
    people = [replace(known[who], role=role) for role, who in one.people]
    times = _moments(one.clock, entry.every_part) if one.clock is not None else None
    return talk_of(one.title, one.note, times, entry.every_part[0][0], people)


def _moments(clock: tuple[str, str], parts: Parts) -> Times | None:
    """On the date on which they lie in one of the parts, else on that of the first."""
    starts, ends = (time_of(one) for one in clock)
    if starts is None or ends is None:
        return None
    dates = [local_day(begins) + timedelta(days=later) for begins, _ends in parts for later in (0, 1)]
    found = []
    for date in dates:
        start, end = (datetime.combine(date, one, BERLIN).astimezone(UTC) for one in (starts, ends))
        found.append((start, end if start < end else days_later(end, 1)))
    return next(
        (one for one in found if any(begins <= one[0] and one[1] <= last for begins, last in parts)),
        found[0],
    )


def labelled(title: str, slug: str = "") -> tuple[str, str]:
    """ "1.2 Beraten" as "1.2" and "Beraten". A number with a blank in it, such as "AG 1", is known by the short name of the workshop, in
    which it does not stand."""
    blanks = [place for place in range(min(len(title), LONGEST_LABEL + 1)) if title[place] == " "]
    parted = [(title[:place], title[place:].strip()) for place in blanks if place and title[place:].strip()]
    named = slug.split("-", 2)[-1] if slug.count("-") > 1 else ""
    fitting = (one for one in parted if named and slug_of(one[1]) == named)
    return next(fitting, parted[0] if parted else ("", title))


def facts_of(entry: Entry, title: str, said: Mapping[str, Any], *, spoken: bool = True) -> WorkshopFacts:
    """What an entry says of its workshop. `spoken`: its language is one of its own, not that of the day."""
    lines = {
        one.name: text_of(one.name, str(said.get(one.name) or ""))
        if WORKSHOP_FACTS[one.name].rows
        else line_of(one.name, str(said.get(one.name) or ""), WORKSHOP_FACTS[one.name].longest)
        for one in fields(WorkshopFacts)
        if one.name not in {"title", "undocumented", "language"}
    }
    return WorkshopFacts(
        **{
            **lines,
            "title": title,
            "abstract": entry.abstract,
            "track": entry.track,
            "language": entry.language if spoken else "",
        },
        undocumented=bool(said.get("undocumented")),
    )
