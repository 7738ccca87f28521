# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Schedules in frab's XML, as frab, pretalx and pentabarf write it, and as we do.

No document type, hence no entities (T24); whatever is broken is refused with its line. What is known of an event is read by the
names of its elements, in any order; what there is no place for is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import NoReturn
from xml.parsers import expat
from zoneinfo import ZoneInfo

from app.clock import END_OF_NIGHT
from app.refusal import N_, Refusal
from app.scheduling.imports.moments import date_of, moment_of, time_of, zone_of
from app.scheduling.imports.own_words import run_of_lines
from app.scheduling.imports.parts import in_one
from app.scheduling.imports.values import (
    LONGEST_KIND,
    LONGEST_LINE,
    LONGEST_ROOM,
    LONGEST_TITLE,
    LONGEST_TRACK,
    NO_ROOMS,
    Collector,
    Entry,
    Person,
    ProgrammeFile,
    Where,
    checked,
    each_once,
    ending,
    language_of,
    line_of,
    people_of,
    person_of,
    text_of,
    title_of,
)

DEEPEST = 20
MOST_TAGS = 500_000
LONGEST_SLUG = 2_000

_READ = frozenset(
    (
        "date",
        "start",
        "duration",
        "room",
        "title",
        "subtitle",
        "track",
        "type",
        "language",
        "abstract",
        "description",
    )
)
_CARRIED = _READ | {"slug", "url", "persons", "person", "links", "link", "attachments"}


@dataclass(slots=True)
class _Event:
    """What stands in an `event`, element by element."""

    line: int
    attributes: Mapping[str, str]
    room: str
    day: "_Day"
    texts: dict[str, str] = field(default_factory=dict)
    people: list[Mapping[str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Day:
    on: str = ""
    begins: str = ""


def read_xml(content: bytes) -> ProgrammeFile:
    """Refuses, with line and column, what is no XML, has a document type, or is no schedule."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    reader = _Reader(parser)
    parser.StartDoctypeDeclHandler = reader.refuse_type
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        _refuse_broken(content, error)
    except (LookupError, ValueError):  # an encoding that nobody knows, or of several bytes
        raise Refusal(
            N_("The letters of this file cannot be read. Please save it as UTF-8."), field="file"
        ) from None
    return reader.programme()


def _refuse_broken(content: bytes, error: expat.ExpatError) -> NoReturn:
    values = {"line": error.lineno, "column": error.offset + 1}
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        if wrong.start <= len(b"".join(content.splitlines(keepends=True)[: error.lineno])):
            raise Refusal(
                N_(
                    "Line %(line)s, column %(column)s: the letters are not written as the file says. Please save it as UTF-8."
                ),
                field="file",
                **values,
            ) from None
    raise Refusal(
        N_("Line %(line)s, column %(column)s: this is no valid XML (%(error)s)."),
        field="file",
        **values,
        error=expat.ErrorString(error.code),
    ) from None


class _Reader:
    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._path: list[str] = []
        self._text: list[str] = []
        self._tags = 0
        self._conference: dict[str, str] = {}
        self._ours = False
        self._day, self._room = _Day(), ""
        self._event: _Event | None = None
        self._person: dict[str, str] = {}
        self._link = ""
        self._events: list[_Event] = []
        self._found = Collector()

    def refuse_type(self, *_: object) -> NoReturn:
        raise self._refusal(
            N_("Line %(line)s: this file defines a document type or entities. Such files are not read.")
        )

    def _refusal(self, sentence: str, **values: object) -> Refusal:
        return Refusal(sentence, field="file", line=self._parser.CurrentLineNumber, **values)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._tags += 1
        if not self._path and tag != "schedule":
            raise self._refusal(
                N_("Line %(line)s: this is no schedule, it begins with <%(tag)s>."), tag=tag[:40]
            )
        if len(self._path) >= DEEPEST or self._tags > MOST_TAGS:
            raise self._refusal(N_("Line %(line)s: this file has too many or too deep elements."))
        self._path.append(tag)
        self._text = []
        if tag == "generator":
            self._ours = attributes.get("name") == "Fachtag"
        elif tag == "day":
            self._day, self._room = _Day(attributes.get("date", ""), attributes.get("start", "")), ""
        elif tag == "room" and self._event is None:
            self._room = attributes.get("name", "")
        elif tag == "event":
            self._begin_event(attributes)
        elif tag == "person":
            self._person = dict(attributes)
        elif tag == "link":
            self._link = attributes.get("href", "")

    def _begin_event(self, attributes: Mapping[str, str]) -> None:
        if self._event is not None:
            raise self._refusal(N_("Line %(line)s: an event stands within another one."))
        self._event = _Event(self._parser.CurrentLineNumber, dict(attributes), self._room, self._day)

    def data(self, words: str) -> None:
        self._text.append(words)

    def end(self, tag: str) -> None:
        self._path.pop()
        text, self._text = "".join(self._text).strip(), []
        parent = self._path[-1] if self._path else ""
        if self._event is None:
            if parent == "conference":
                self._conference[tag] = text
        elif tag == "event":
            self._events.append(self._event)
            self._event = None
        elif tag == "person":
            self._event.people.append({**self._person, "name": text or self._person.get("name", "")})
        elif tag == "link":
            self._event.links.append((text, self._link))
        elif parent == "event":
            self._end_field(self._event, tag, text)
        elif tag == "attachment":
            self._found.aside["attachment"] += 1

    def _end_field(self, event: _Event, tag: str, text: str) -> None:
        if tag in _CARRIED:
            event.texts.setdefault(tag, text)
        elif text:
            self._found.aside[tag[:40]] += 1

    def programme(self) -> ProgrammeFile:
        zone = zone_of(self._conference.get("time_zone_name", ""))
        change = time_of(self._conference.get("day_change", "")[:5])
        for one in self._events:
            title = one.texts.get("title", "")
            self._found.take(Where(line=one.line), title, partial(_entry, one, zone, change, ours=self._ours))
        return ProgrammeFile(
            tuple(in_one(self._found.entries) if self._ours else self._found.entries),
            tuple(self._found.faults),
            aside=dict(self._found.aside),
            ours=self._ours,
        )


def _entry(event: _Event, zone: ZoneInfo, change: time | None, *, ours: bool) -> Entry:
    said = event.texts.get
    starts_at = _beginning(event, zone, change)
    room = line_of("room", said("room") or event.room, LONGEST_ROOM)
    entry = Entry(
        where=Where(line=event.line),
        title=title_of(said("title", ""), LONGEST_TITLE if ours else LONGEST_LINE),
        starts_at=starts_at,
        ends_at=ending(starts_at, said("duration", "")),
        room="" if room in NO_ROOMS else room,
        kind=line_of("type", said("type", ""), LONGEST_KIND),
        subtitle=line_of("subtitle", said("subtitle", "")),
        track=line_of("track", said("track", ""), LONGEST_TRACK),
        language=language_of(said("language", "")),
        abstract=text_of("abstract", said("abstract", "")),
        description=text_of("description", said("description", "")),
        people=(each_once if ours else people_of)(_person(one) for one in event.people),
        links=tuple(
            (line_of("link", words), line_of("link", to, 2_000)) for words, to in event.links if to or words
        ),
        guid=line_of("guid", event.attributes.get("guid", "")),
        number=line_of("id", event.attributes.get("id", "")),
        slug=line_of("slug", said("slug", ""), LONGEST_SLUG),
    )
    return checked(run_of_lines(entry)) if ours else entry


def _person(said: Mapping[str, str]) -> Person:
    return person_of(said["name"], about=said.get("biography", ""))


def _beginning(event: _Event, zone: ZoneInfo, change: time | None) -> datetime:
    """The moment that the event names; where it names a time only, on its day, or in the night that follows it."""
    if written := event.texts.get("date", ""):
        return moment_of(written, zone)
    clock = time_of(event.texts.get("start", ""))
    if clock is None:
        raise Refusal(N_("It does not say when it begins."))
    on = date_of(event.day.on)
    if change is None:
        change = (
            moment_of(event.day.begins, zone).astimezone(zone).time() if event.day.begins else END_OF_NIGHT
        )
    following = timedelta(days=1) if clock < min(change, END_OF_NIGHT) else timedelta()
    return datetime.combine(on + following, clock, zone)
