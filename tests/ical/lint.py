# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""A strict reader of our own calendars: it shares no code with the writer and forgives nothing.

Parsers are built to forgive, so a file that all of them read can still be one that a calendar on somebody's desk
refuses. `complaints` knows the byte rules of RFC 5545 (3.1), the properties that our feeds and invitations must and
must not have, and the method rules of RFC 5546. It is stricter than the standards where clients are.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST_LINE = 75
LONGEST_UID = 255

_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_NAME = re.compile(r"[A-Za-z0-9-]+")
_LOCAL = re.compile(r"\d{8}T\d{6}")
_INSTANT = re.compile(r"\d{8}T\d{6}Z")
_DURATION = re.compile(r"P(?=.)(\d+W|(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?)")
_OFFSET = re.compile(r"[+-]\d{4}(\d{2})?")
_BAD_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\(?![\\;,nN])")
_NOT_ASCII_URI = re.compile(r"[^\x21-\x7e]|[<>\"{}|\\^`]")

_TEXTS = {
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "CATEGORIES",
    "NAME",
    "X-WR-CALNAME",
    "X-WR-CALDESC",
    "COMMENT",
}
_LISTS = {"CATEGORIES"}
_URIS = {"URL", "SOURCE", "CONFERENCE", "ORGANIZER", "ATTENDEE", "X-APPLE-STRUCTURED-LOCATION"}
_NEED_VALUE = {"SOURCE": "URI", "CONFERENCE": "URI", "REFRESH-INTERVAL": "DURATION"}
_MAY_REPEAT = {"ATTENDEE", "CATEGORIES", "COMMENT", "CONFERENCE", "RELATED-TO"}

_CALENDAR_NEEDS = {"VERSION", "PRODID"}
_CALENDAR_MAY = _CALENDAR_NEEDS | {
    *(
        "CALSCALE",
        "METHOD",
        "UID",
        "LAST-MODIFIED",
        "NAME",
        "DESCRIPTION",
        "URL",
        "SOURCE",
        "REFRESH-INTERVAL",
        "COLOR",
    ),
    *("X-WR-CALNAME", "X-WR-CALDESC", "X-PUBLISHED-TTL", "X-APPLE-CALENDAR-COLOR"),
}
_FEED_NEEDS = {"UID", "LAST-MODIFIED", "NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"}
_EVENT_NEEDS = {
    *(
        "UID",
        "DTSTAMP",
        "CREATED",
        "LAST-MODIFIED",
        "SEQUENCE",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "STATUS",
        "TRANSP",
    ),
}
_EVENT_MAY = _EVENT_NEEDS | {
    *(
        "DESCRIPTION",
        "LOCATION",
        "GEO",
        "URL",
        "CONFERENCE",
        "CATEGORIES",
        "RELATED-TO",
        "ORGANIZER",
        "ATTENDEE",
    ),
    *("X-APPLE-STRUCTURED-LOCATION", "X-MICROSOFT-CDO-BUSYSTATUS"),
}
_HALF_YEAR_NEEDS = {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE"}


@dataclass(frozen=True, slots=True)
class Line:
    """One unfolded content line; parameter names in capitals, their values without quotes."""

    name: str
    parameters: dict[str, list[str]]
    value: str

    def parameter(self, name: str) -> str | None:
        return ",".join(self.parameters[name]) if name in self.parameters else None


@dataclass(slots=True)
class Component:
    name: str
    lines: list[Line] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)

    def of(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def value(self, name: str) -> str | None:
        lines = self.of(name)
        return lines[0].value if lines else None

    def named(self, name: str) -> list["Component"]:
        return [child for child in self.children if child.name == name]


def complaints(data: bytes, *, feed: bool = False) -> list[str]:
    """All that is wrong with the calendar, a sentence each. With `feed` it must also have what subscribers need."""
    found = list(_about_bytes(data))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return [*found, f"not UTF-8: {error.reason} at octet {error.start}"]
    try:
        calendar = parse(text)
    except ValueError as error:
        return [*found, str(error)]
    found += _about_values(calendar)
    found += _about_calendar(calendar, feed=feed)
    found += _about_zones(calendar)
    for event in calendar.named("VEVENT"):
        found += _about_event(event)
    found += _about_method(calendar)
    return found


def read_lines(data: bytes) -> list[Line]:
    """The content lines in order, BEGIN and END included. Raises ValueError for a line that is none."""
    return [_line(line) for line in _unfolded(data.decode()) if line]


def parse(text: str) -> Component:
    """The one VCALENDAR of the text. Raises ValueError if the lines or the nesting are wrong."""
    root = Component("")
    stack = [root]
    for raw in _unfolded(text):
        if not raw:
            continue
        line = _line(raw)
        if line.name == "BEGIN":
            child = Component(line.value)
            stack[-1].children.append(child)
            stack.append(child)
        elif line.name == "END":
            if len(stack) == 1 or stack[-1].name != line.value:
                raise ValueError(f"END:{line.value} closes nothing")
            stack.pop()
        else:
            stack[-1].lines.append(line)
    if len(stack) > 1:
        raise ValueError(f"BEGIN:{stack[-1].name} is never closed")
    if root.lines or [child.name for child in root.children] != ["VCALENDAR"]:
        raise ValueError("not exactly one VCALENDAR")
    return root.children[0]


def _unfolded(text: str) -> list[str]:
    return re.sub(r"\r?\n[ \t]", "", text).replace("\r\n", "\n").split("\n")


def _line(raw: str) -> Line:
    name = _NAME.match(raw)
    if not name:
        raise ValueError(f"not a content line: {raw[:40]!r}")
    parameters: dict[str, list[str]] = {}
    at = name.end()
    while found := _PARAMETER.match(raw, at):
        key = found[1].upper()
        if key in parameters:
            raise ValueError(f"{name[0]}: parameter {key} twice")
        parameters[key] = [value.strip('"') for value in re.findall(r'"[^"]*"|[^",]+', found[2])]
        at = found.end()
    if raw[at : at + 1] != ":":
        raise ValueError(f"not a content line: {raw[:40]!r}")
    return Line(name[0].upper(), parameters, raw[at + 1 :])


_WHOLE_FILE = {
    "starts with a byte order mark": re.compile(rb"\A\xef\xbb\xbf"),
    "CR without LF": re.compile(rb"\r(?!\n)"),
    "LF without CR": re.compile(rb"(?<!\r)\n"),
    "last line without CRLF": re.compile(rb"(?<!\r\n)\Z"),
    "control character": re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"),
}


def _about_bytes(data: bytes) -> Iterator[str]:
    yield from (sentence for sentence, pattern in _WHOLE_FILE.items() if pattern.search(data))
    physical = data.removesuffix(b"\r\n").split(b"\r\n")
    for number, line in enumerate(physical, start=1):
        if len(line) > LONGEST_LINE:
            yield f"line {number} has {len(line)} octets"
        if line in {b"", b" "}:
            yield f"line {number} is empty"
        if line.startswith(b"\t"):
            yield f"line {number} is folded with a tab"
    for number, (line, following) in enumerate(pairwise(physical), start=1):
        if not following.startswith(b" "):
            continue
        if b"\x80" <= following[1:2] <= b"\xbf":
            yield f"line {number} is folded inside a character"
        if (len(line) - len(line.rstrip(b"\\"))) % 2:
            yield f"line {number} is folded after a backslash"


def _about_values(component: Component) -> Iterator[str]:
    for line in component.lines:
        wanted = _NEED_VALUE.get(line.name)
        if wanted and line.parameter("VALUE") != wanted:
            yield f"{line.name} without VALUE={wanted}"
        if line.name in _TEXTS:
            yield from _about_text(line)
        if line.name in _URIS and (_NOT_ASCII_URI.search(line.value) or ":" not in line.value):
            yield f"{line.name} is not a URI"
        if line.name in {"REFRESH-INTERVAL", "X-PUBLISHED-TTL"} and not _DURATION.fullmatch(line.value):
            yield f"{line.name} is not a duration"
        if line.name in {"DTSTAMP", "CREATED", "LAST-MODIFIED"} and not _INSTANT.fullmatch(line.value):
            yield f"{line.name} is not in UTC"
        if any(
            character in value
            for values in line.parameters.values()
            for value in values
            for character in "^\n\t"
        ):
            yield f"{line.name}: a parameter holds what older readers show raw"
    for child in component.children:
        yield from _about_values(child)


def _about_text(line: Line) -> Iterator[str]:
    if _BAD_ESCAPE.search(line.value):
        yield f"{line.name}: backslash that escapes nothing"
    bare = re.sub(r"\\.", "", line.value)
    if ";" in bare or ("," in bare and line.name not in _LISTS):
        yield f"{line.name}: comma or semicolon not escaped"


def _about_properties(component: Component, needs: set[str], may: set[str]) -> Iterator[str]:
    count = Counter(line.name for line in component.lines)
    yield from (f"{component.name} without {name}" for name in sorted(needs - set(count)))
    yield from (f"{component.name} with {name}" for name in count if name not in may)
    for name, times in count.items():
        if times > 1 and name not in _MAY_REPEAT:
            yield f"{component.name}: {name} {times} times"


def _about_calendar(calendar: Component, *, feed: bool) -> Iterator[str]:
    yield from _about_properties(calendar, _CALENDAR_NEEDS | (_FEED_NEEDS if feed else set()), _CALENDAR_MAY)
    if calendar.value("VERSION") not in {None, "2.0"}:
        yield "VERSION is not 2.0"
    if calendar.value("CALSCALE") not in {None, "GREGORIAN"}:
        yield "CALSCALE is not GREGORIAN"
    if not calendar.children:
        yield "VCALENDAR without any component"
    for child in calendar.children:
        if child.name not in {"VTIMEZONE", "VEVENT"}:
            yield f"{child.name} in a calendar of ours"
    uids = Counter(event.value("UID") for event in calendar.named("VEVENT"))
    yield from (f"UID {uid} {times} times" for uid, times in uids.items() if times > 1)
    uid = calendar.value("UID")
    if uid is not None and uid in uids:
        yield "the calendar has the UID of an event"


def _about_zones(calendar: Component) -> Iterator[str]:
    known: list[str | None] = []
    for child in calendar.children:
        if child.name == "VTIMEZONE":
            known.append(child.value("TZID"))
            yield from _about_zone(child)
            continue
        for line in child.lines:
            tzid = line.parameter("TZID")
            if tzid is not None and tzid not in known:
                yield f"{line.name}: TZID={tzid} without its VTIMEZONE before it"
    yield from (f"VTIMEZONE {tzid} twice" for tzid, times in Counter(known).items() if times > 1)


def _about_zone(zone: Component) -> Iterator[str]:
    yield from _about_properties(zone, {"TZID"}, {"TZID"})
    if sorted(half.name for half in zone.children) != ["DAYLIGHT", "STANDARD"]:
        yield "VTIMEZONE: not exactly one DAYLIGHT and one STANDARD"
    for half in zone.children:
        yield from _about_properties(half, _HALF_YEAR_NEEDS, _HALF_YEAR_NEEDS)
        if not _LOCAL.fullmatch(half.value("DTSTART") or ""):
            yield f"{half.name}: DTSTART is not a local time"
        for name in ("TZOFFSETFROM", "TZOFFSETTO"):
            if not _OFFSET.fullmatch(half.value(name) or ""):
                yield f"{half.name}: {name} is not an offset"
        if not re.fullmatch(r"FREQ=YEARLY;BYMONTH=\d+;BYDAY=-?\d[A-Z]{2}", half.value("RRULE") or ""):
            yield f"{half.name}: a rule that Exchange does not read"


def _about_event(event: Component) -> Iterator[str]:
    yield from _about_properties(event, _EVENT_NEEDS, _EVENT_MAY)
    if event.children:
        yield f"{event.children[0].name} in an event"
    uid = event.value("UID") or ""
    if not 1 <= len(uid.encode()) <= LONGEST_UID:
        yield "UID is empty or too long"
    if not re.fullmatch(r"\d{1,9}", event.value("SEQUENCE") or ""):
        yield "SEQUENCE is not a number from 0 on"
    status, transparency = event.value("STATUS"), event.value("TRANSP")
    if status not in {"TENTATIVE", "CONFIRMED", "CANCELLED"}:
        yield f"STATUS:{status} is not known"
    if transparency not in {"OPAQUE", "TRANSPARENT"}:
        yield f"TRANSP:{transparency} is not known"
    if status == "CANCELLED" and transparency != "TRANSPARENT":
        yield "cancelled and still taking time"
    if not event.value("SUMMARY"):
        yield "SUMMARY is empty"
    if "\\n" in re.sub(r"\\\\", "", event.value("LOCATION") or ""):
        yield "LOCATION on more than one line"
    if event.of("GEO") and not re.fullmatch(r"-?\d{1,2}\.\d+;-?\d{1,3}\.\d+", event.value("GEO") or ""):
        yield "GEO is not two numbers"
    yield from _about_times(event)


def _about_times(event: Component) -> Iterator[str]:
    starts, ends = event.of("DTSTART"), event.of("DTEND")
    if not starts or not ends:
        return
    if starts[0].parameters != ends[0].parameters:
        yield "DTSTART and DTEND differ in kind"
    moments = []
    for line in (starts[0], ends[0]):
        try:
            moments.append(_moment(line))
        except ValueError as error:
            yield f"{line.name}: {error}"
    if len(moments) == 2 and moments[1] <= moments[0]:
        yield "DTEND is not later than DTSTART"


def _moment(line: Line) -> datetime:
    tzid = line.parameter("TZID")
    if tzid is None:
        if not _INSTANT.fullmatch(line.value):
            raise ValueError("floating time or no time")
        return datetime.strptime(line.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if not _LOCAL.fullmatch(line.value):
        raise ValueError("not a local time")
    try:
        zone = ZoneInfo(tzid)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"TZID={tzid} is no known zone") from error
    return datetime.strptime(line.value, "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)


def _about_method(calendar: Component) -> Iterator[str]:
    method, events = calendar.value("METHOD"), calendar.named("VEVENT")
    if method is None:
        for event in events:
            if event.of("ORGANIZER") or event.of("ATTENDEE"):
                yield "ORGANIZER or ATTENDEE without METHOD"
            if event.value("DTSTAMP") != event.value("LAST-MODIFIED"):
                yield "DTSTAMP is not LAST-MODIFIED"
    elif method not in {"REQUEST", "CANCEL"}:
        yield f"METHOD:{method} is not one we send"
    elif len(events) != 1:
        yield f"METHOD:{method} with {len(events)} events"
    else:
        yield from _about_invitation(method, events[0])


def _about_invitation(method: str, event: Component) -> Iterator[str]:
    for name in ("ORGANIZER", "ATTENDEE"):
        parties = event.of(name)
        if len(parties) != 1:
            yield f"METHOD:{method} with {len(parties)} {name}"
        yield from (f"{name} is not mailto:" for party in parties if not party.value.startswith("mailto:"))
    if event.of("RELATED-TO"):
        yield f"METHOD:{method} with RELATED-TO"
    cancelled = event.value("STATUS") == "CANCELLED"
    if cancelled != (method == "CANCEL"):
        yield f"METHOD:{method} with STATUS:{event.value('STATUS')}"
    if method == "CANCEL" and event.value("SEQUENCE") == "0":
        yield "METHOD:CANCEL with a SEQUENCE that was not raised"
    if method == "REQUEST":
        wanted = {"PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
        for attendee in event.of("ATTENDEE"):
            if any(attendee.parameter(key) != value for key, value in wanted.items()):
                yield "ATTENDEE is not asked for an answer"
