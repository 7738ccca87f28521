# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Programmes in tables: which column says what, by its heading, and what its cells say. A row is an entry.

Tables are read as those of people are (`attendees.imports.tables`). A row with a round or a number is a run of a workshop, every
other one is for everybody. Names of several people in one cell are parted by semicolons or lines; function and organisation have
columns of their own, so no comma is guessed about.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import partial

from app.attendees.imports.headings import guess, key_of
from app.attendees.imports.tables import FileRead, Table, Wished, read_file
from app.clock import BERLIN, END_OF_NIGHT, days_later
from app.programme.rules import ROLE_LABELS, ContributorRole
from app.programme.workshop_facts import LANGUAGES, WORKSHOP_FACTS
from app.refusal import N_, Refusal
from app.scheduling.imports.moments import date_of, time_of
from app.scheduling.imports.own_words import facts_of
from app.scheduling.imports.values import (
    LONGEST_KIND,
    LONGEST_LABEL,
    LONGEST_ROOM,
    LONGEST_STATION,
    LONGEST_TRACK,
    AsRun,
    Collector,
    EndBeforeStart,
    Entry,
    Person,
    ProgrammeFile,
    Where,
    ending,
    line_of,
    people_of,
    person_of,
    text_of,
    title_of,
)
from app.texts import LANGUAGES as SPOKEN
from app.texts import force_locale, gettext, local_day

PERSONS = 3  # whose function and organisation have columns
_HIGHEST = 20_000
NOON = time(12, 0)  # what begins later and ends in the night ends on the next date
_SEVERAL = re.compile(r"[;\n]")
_DATED = re.compile(r"(.*\.[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})(?:,? +|T)(.+)")
_SPAN = re.compile(r"([0-9]{1,2}(?:[:.h][0-9]{2})?(?: ?Uhr)?) *(?:-|–|—|bis) *(.+)")
_MINUTES = re.compile(r"([0-9]{1,3}) *(?:min\.?|minuten|minutes|')?", re.IGNORECASE)
_YES = frozenset(("ja", "yes", "x", "1", "wahr", "true"))


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that a column may say: the heading of the template, and others by which it is found."""

    name: str
    heading: str
    others: Sequence[str] = ()
    example: str = ""
    wide: int = 18


def _persons() -> Iterator[Column]:
    for number in range(1, PERSONS + 1):
        first = number == 1
        yield Column(
            f"name-{number}",
            f"Name {number}",
            ("Referent", "Referentin", "Referent/in", "Referent*in", "Name", "Speaker") if first else (),
            "Dr. Ada Probe" if first else "",
        )
        yield Column(
            f"function-{number}", f"Funktion {number}", ("Funktion", "Function") if first else (f"Function {number}",),
            "Leiterin" if first else "",
        )  # fmt: skip
        yield Column(
            f"organisation-{number}",
            f"Organisation {number}",
            ("Organisation", "Einrichtung", "Institution") if first else (),
            "Stadt Musterstadt" if first else "",
        )
        yield Column(
            f"role-{number}", f"Rolle {number}", ("Rolle", "Role") if first else (f"Role {number}",), "Leitung" if first else ""
        )  # fmt: skip


COLUMNS = (
    Column("date", "Datum", ("Tag", "Date", "Day"), "", 12),
    Column("start", "Beginn", ("Anfang", "Start", "Von", "Uhrzeit", "Zeit", "Startzeit", "Begin", "Time"), "11:00", 8),
    Column("end", "Ende", ("Bis", "End", "Endzeit"), "12:30", 8),
    Column("duration", "Dauer", ("Duration", "Länge"), "", 8),
    Column("title", "Titel", ("Title", "Programmpunkt", "Thema", "Workshop", "Was"), "Beraten ohne Vorurteil", 40),
    Column("subtitle", "Untertitel", ("Subtitle",), "", 24),
    Column("kind", "Art", ("Typ", "Type", "Format", "Kategorie", "Kind"), "Workshop", 14),
    Column("room", "Raum", ("Room", "Ort", "Saal"), "Raum Birke", 16),
    Column("station", "Tisch", ("Ecke", "Table", "Corner"), "", 10),
    Column("round", "Runde", ("Workshoprunde", "Round"), "Workshoprunde 1", 18),
    Column("label", "Nummer", ("Nr.", "Nr", "Workshopnummer", "Number"), "1.1", 8),
    Column("capacity", "Plätze", ("Kapazität", "Platzzahl", "Capacity", "Places", "Seats"), "20", 8),
    Column("least_people", "Mindestens", ("Mindestzahl", "Least people"), "", 10),
    Column("track", "Themenstrang", ("Strang", "Themenbereich", "Themenfeld", "Track"), "", 16),
    Column("abstract", "Beschreibung", ("Kurzbeschreibung", "Inhalt", "Abstract", "Description", "Notiz"), "Fälle aus der Praxis, gemeinsam gelesen.", 50),
    Column("description", "Ausführlich", ("Langtext", "Long description"), "", 50),
    Column("booked", "Vorher wählen", ("Choose beforehand",), "", 12),
    Column("takes_place", "Findet statt", ("Takes place",), "", 12),
    Column("people", "Mitwirkende", ("Personen", "Referierende", "Speakers", "People"), "", 30),
    *_persons(),
    Column("language", "Sprache", ("Language",), "Deutsch", 10),
    *(
        Column(name, "", ())
        for name in WORKSHOP_FACTS
        if name not in {"title", "abstract", "track", "language"}
    ),
    Column("guid", "Kennung", ("GUID", "UID"), "", 14),
)  # fmt: skip
NEEDED = ("start", "title")
OF_RUNS = frozenset(("capacity", "least_people", "station", "booked", "takes_place", *WORKSHOP_FACTS)) - {
    "title",
    "abstract",
    "track",
    "language",
}
Mapped = Mapping[str, int | None]


def headings() -> Mapping[str, Sequence[str]]:
    """What a column may say → how such columns are called, in both of our languages."""
    found = {one.name: [one.heading, *one.others] for one in COLUMNS if one.heading}
    for spoken in SPOKEN:
        with force_locale(spoken):
            for name in WORKSHOP_FACTS:
                found.setdefault(name, []).append(gettext(WORKSHOP_FACTS[name].heading))
    return found


def template(on: date) -> tuple[list[str], list[str], list[int]]:
    """The headings of an empty table, one row that shows how it is filled, and the widths of its columns. In German as all files."""
    examples = {"date": f"{on:%d.%m.%Y}"}
    with force_locale("de"):
        heads = [one.heading or gettext(WORKSHOP_FACTS[one.name].heading) for one in COLUMNS]
    return heads, [examples.get(one.name, one.example) for one in COLUMNS], [one.wide for one in COLUMNS]


def read_table(content: bytes, wished: Wished) -> FileRead:
    """Refuses as `read_file` does."""
    return read_file(content, wished, headings())


def read_rows(table: Table, on: date) -> ProgrammeFile:
    """`on` is the date of rows that name none. Refuses a table without headings for title and beginning."""
    columns = guess(table.head, headings())
    missing = [one.heading for one in COLUMNS if one.name in NEEDED and columns[one.name] is None]
    if missing:
        raise Refusal(
            N_("No column is called “%(heading)s”. The template shows the headings that are understood."),
            field="file",
            heading=missing[0],
        )
    found = Collector()
    said_last = on
    for number, cells in table.rows:
        said = {name: _cell(cells, place) for name, place in columns.items()}
        where = Where(row=number)
        if said["date"]:
            try:
                said_last = date_of(said["date"] or "")
            except Refusal:
                said_last = on  # the entry says what is wrong
        found.take(where, said["title"] or "", partial(_entry, said, where, said_last))
    _count_aside(found, table, columns)
    return ProgrammeFile(tuple(found.entries), tuple(found.faults), aside=dict(found.aside))


def _count_aside(found: Collector, table: Table, columns: Mapped) -> None:
    """Columns that say nothing we know, and of what is for everybody those that only a run can have."""
    unknown = set(range(len(table.head))) - set(columns.values())
    for_everybody = {one.where.row for one in found.entries if one.run is None}
    of_runs = {place for name, place in columns.items() if name in OF_RUNS and place is not None}
    for row, cells in table.rows:
        for place in unknown | (of_runs if row in for_everybody else set()):
            if _cell(cells, place) and table.head[place].strip():
                found.aside[table.head[place].strip()[:40]] += 1


def _cell(cells: Sequence[str | None], place: int | None) -> str | None:
    """None for a formula."""
    return "" if place is None or place >= len(cells) else cells[place]


def _entry(said: Mapping[str, str | None], where: Where, on: date) -> Entry:
    for name, cell in said.items():
        if cell is None:
            raise Refusal(N_("A formula stands under “%(name)s”. Please put its value there."), name=name)
    cells = {name: cell or "" for name, cell in said.items()}
    on = date_of(cells["date"]) if cells["date"] else on
    starts_at, ends_at = _times(cells, on)
    entry = Entry(
        where=where,
        title=title_of(cells["title"]),
        starts_at=starts_at,
        ends_at=ends_at,
        room=line_of("room", cells["room"], LONGEST_ROOM),
        kind=line_of("type", cells["kind"], LONGEST_KIND),
        subtitle=line_of("subtitle", cells["subtitle"]),
        track=line_of("track", cells["track"], LONGEST_TRACK),
        language=_language(cells["language"]),
        abstract=text_of("abstract", cells["abstract"]),
        description=text_of("description", cells["description"]),
        people=people_of(_people(cells)),
        guid=line_of("guid", cells["guid"]),
    )
    return replace(entry, run=_run(entry, cells)) if cells["round"] or cells["label"] else entry


def _times(cells: Mapping[str, str], on: date) -> tuple[datetime, datetime]:
    """From start and end, or start and duration; "9:00–10:30" in one cell is both. Past midnight where it ends in the night."""
    span = _SPAN.fullmatch(cells["start"].strip())
    starts_at = _moment(span[1] if span else cells["start"], on)
    if starts_at is None:
        raise Refusal(N_("It does not say when it begins."))
    ends_at = _moment(cells["end"] or (span[2] if span else ""), local_day(starts_at))
    if ends_at is None:
        if not cells["duration"]:
            raise Refusal(N_("It does not say when it ends."))
        minutes = _MINUTES.fullmatch(cells["duration"].strip())
        return starts_at, ending(starts_at, f"0:{minutes[1]}" if minutes else cells["duration"])
    if ends_at <= starts_at and _in_the_night(ends_at) and starts_at.astimezone(BERLIN).time() >= NOON:
        ends_at = days_later(ends_at, 1)
    if ends_at <= starts_at:
        raise EndBeforeStart
    return starts_at, ends_at


def _in_the_night(moment: datetime) -> bool:
    return moment.astimezone(BERLIN).time() <= END_OF_NIGHT


def _moment(typed: str, on: date) -> datetime | None:
    """A time of that date, or date and time as spreadsheets write them; None where nothing stands there."""
    dated = _DATED.fullmatch(typed.strip())
    clock = time_of(dated[2] if dated else typed)
    if clock is None:
        return None
    return datetime.combine(date_of(dated[1]) if dated else on, clock, BERLIN).astimezone(UTC)


def _people(cells: Mapping[str, str]) -> Iterator[Person]:
    for number in range(1, PERSONS + 1):
        name = cells[f"name-{number}"]
        if name.strip():
            role = _role(cells[f"role-{number}"])
            yield person_of(name, cells[f"function-{number}"], cells[f"organisation-{number}"], role)
    for one in _SEVERAL.split(cells["people"]):
        yield person_of(one)


def _role(typed: str) -> str:
    """Refuses a word that is none of our roles."""
    if not typed.strip():
        return ""
    for spoken in SPOKEN:
        with force_locale(spoken):
            for role in ContributorRole:
                if key_of(typed) in {key_of(gettext(ROLE_LABELS[role])), key_of(role.value)}:
                    return str(role.value)
    raise Refusal(N_("“%(typed)s” is no role that there is."), typed=typed.strip()[:40])


def _language(typed: str) -> str:
    for spoken in SPOKEN:
        with force_locale(spoken):
            for code, name in LANGUAGES.items():
                if key_of(typed) in {key_of(gettext(name)), code}:
                    return code
    return line_of("language", typed)


def _run(entry: Entry, cells: Mapping[str, str]) -> AsRun:
    said = {name: cells[name] for name in WORKSHOP_FACTS if name in cells}
    said["undocumented"] = "yes" if _agreed(cells["undocumented"]) else ""
    both = "\n\n".join(one for one in (entry.abstract, entry.description) if one)
    return AsRun(
        line_of("label", cells["label"], LONGEST_LABEL),
        facts_of(replace(entry, abstract=text_of("abstract", both)), entry.title, said),
        round_title=line_of("round", cells["round"]),
        capacity=_number(cells["capacity"]),
        least_people=_number(cells["least_people"]) or 0,
        takes_place=not cells["takes_place"].strip() or _agreed(cells["takes_place"]),
        station=line_of("station", cells["station"], LONGEST_STATION) or None,
        booked=_agreed(cells["booked"]) if cells["booked"].strip() else None,
    )


def _agreed(typed: str) -> bool:
    return key_of(typed) in _YES


def _number(typed: str) -> int | None:
    value = typed.strip()
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 5 and 0 < int(value) <= _HIGHEST):
        raise Refusal(N_("“%(typed)s” is no number of people."), typed=value[:40])
    return int(value)
