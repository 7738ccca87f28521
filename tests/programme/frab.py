# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The rules that c3voc's validators hold a schedule to, in words of our own; sharing nothing with what writes it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any
from xml.etree import ElementTree as ET

SLUG = re.compile(r"[a-z0-9_]{4,}-[a-z0-9\-_]{4,}")
ACRONYM = re.compile(r"[a-z0-9_-][a-z0-9_]{3,}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DURATION = re.compile(r"[0-9]{1,2}:[0-9]{2}")
START = re.compile(r"[0-2][0-9]:[0-5][0-9]")
NEEDED = ("room", "title", "type", "date", "start", "duration", "abstract", "slug", "subtitle", "track")
KNOWN = {*NEEDED, "language", "description", "url", "persons", "links", "attachments", "logo", "recording"}
IN_CONFERENCE = {
    "title",
    "acronym",
    "start",
    "end",
    "days",
    "timeslot_duration",
    "base_url",
    "time_zone_name",
}
JSON_CONFERENCE = {
    *IN_CONFERENCE, "daysCount", "description", "logo", "colors", "keywords", "url", "tracks", "rooms", "meta",
}  # fmt: skip
JSON_EVENT = {*KNOWN, "id", "guid", "answers", "recording_license", "do_not_record", "do_not_stream"}


def complaints(schedule: bytes) -> list[str]:
    """Of an XML schedule; none, if it is valid."""
    root = ET.fromstring(schedule)  # noqa: S314 - our own
    return list(_of_xml(root))


def _of_xml(root: ET.Element) -> Iterator[str]:
    order = [child.tag for child in root]
    days = root.findall("day")
    if [tag for tag in order if tag != "generator"] != ["version", "conference", *["day"] * len(days)]:
        yield f"elements in this order: {order}"
    conference = {child.tag: child.text or "" for child in root.findall("conference/*")}
    yield from (f"conference knows no {name}" for name in set(conference) - IN_CONFERENCE)
    if conference.get("days") != str(len(days)):
        yield "another number of days"
    yield from _of_days(
        [(one.get("index"), one.get("date"), one.get("start"), one.get("end")) for one in days]
    )
    events = []
    for one in days:
        names = [room.get("name") for room in one]
        if len(set(names)) != len(names):
            yield "a room twice in a day"
        for room in one:
            for event in room:
                said = {child.tag: child.text or "" for child in event}
                if len(said) != len(event):
                    yield "a field twice"
                events.append({**said, "id": event.get("id"), "guid": event.get("guid")})
                yield from _of_event(events[-1], one.get("date"), room.get("name"), KNOWN | {"id", "guid"})
                yield from _outside(events[-1], one.get("start"), one.get("end"))
    yield from _of_order([[str(room.get("name")) for room in one] for one in days])
    yield from _of_all(events)


def complaints_of_json(whole: dict[str, Any]) -> list[str]:
    """Of a JSON schedule."""
    return list(_of_json(whole))


def _of_json(whole: dict[str, Any]) -> Iterator[str]:
    if not set(whole) <= {"schedule", "$schema", "generator"}:
        yield f"at the top: {set(whole)}"
    schedule = whole["schedule"]
    if not isinstance(schedule.get("version"), str) or "rooms" in schedule:
        yield "no version, or rooms outside of the conference"
    conference = schedule["conference"]
    yield from (f"conference knows no {name}" for name in set(conference) - JSON_CONFERENCE)
    if ACRONYM.fullmatch(conference["acronym"]) is None:
        yield f"acronym {conference['acronym']}"
    if conference["daysCount"] != len(conference["days"]):
        yield "another number of days"
    days = conference["days"]
    yield from _of_days([(str(one["index"]), one["date"], one["day_start"], one["day_end"]) for one in days])
    listed = [room["name"] for room in conference["rooms"]]
    yield from (f"guid of {room['name']}" for room in conference["rooms"] if not UUID.fullmatch(room["guid"]))
    events = []
    for one in days:
        if set(one) != {"index", "date", "day_start", "day_end", "rooms"}:
            yield f"a day with {set(one)}"
        for name, held in one["rooms"].items():
            for event in held:
                events.append(event)
                yield from _of_event(event, one["date"], name, JSON_EVENT)
                yield from _outside(event, one["day_start"], one["day_end"])
                if not {"language", "persons", "links", "url"} <= set(event):
                    yield "an event without language, persons, links or address"
                for person in event.get("persons", ()):
                    if not (
                        person["name"] and isinstance(person["id"], int) and UUID.fullmatch(person["guid"])
                    ):
                        yield f"person {person}"
    yield from _of_order([[name for name in one["rooms"] if name in listed] for one in days], listed)
    yield from _of_all(events)


def _of_days(days: list[tuple[str | None, str | None, str | None, str | None]]) -> Iterator[str]:
    if not days or [one[0] for one in days] != [str(n) for n in range(1, len(days) + 1)]:
        yield f"days are numbered {[one[0] for one in days]}"
    dates = [date.fromisoformat(str(one[1])) for one in days]
    if any(later - earlier != timedelta(days=1) for earlier, later in pairwise(dates)):
        yield f"dates {dates}"
    for _, _, begins, ends in days:
        first, last = (datetime.fromisoformat(str(one)) for one in (begins, ends))
        if first.tzinfo is None or last.tzinfo is None or first >= last:
            yield f"a day from {begins} to {ends}"


def _of_event(event: dict[str, Any], on: str | None, room: str | None, known: set[str]) -> Iterator[str]:
    missing = [name for name in NEEDED if name not in event]
    if missing or not set(event) <= known:
        yield f"without {missing}, with {set(event) - known}"
        return
    if not event["title"] or not event["type"]:
        yield "without title or type"
    if event["room"] != room:
        yield f"{event['room']} stands in {room}"
    for name, pattern in (("slug", SLUG), ("guid", UUID), ("duration", DURATION), ("start", START)):
        if pattern.fullmatch(event[name]) is None:
            yield f"{name} {event[name]}"
    if int(event["id"]) < 1:
        yield f"id {event['id']}"
    begins = datetime.fromisoformat(event["date"])
    if begins.tzinfo is None or f"{begins:%H:%M}" != event["start"] or begins.date().isoformat() != on:
        yield f"{event['date']}, {event['start']} on {on}"
    if event["duration"] == "00:00":
        yield "no duration"
    if not event["url"].startswith(("http://", "https://")):
        yield f"address {event['url']}"


def _outside(event: dict[str, Any], begins: str | None, ends: str | None) -> Iterator[str]:
    """Apps do not show what lies outside of its day."""
    first, at, last = (datetime.fromisoformat(str(one)) for one in (begins, event["date"], ends))
    if None not in (first.tzinfo, at.tzinfo, last.tzinfo) and not first <= at < last:
        yield f"{event['title']} at {at} in a day from {first} to {last}"


def _of_order(rooms: Iterable[list[str]], order: list[str] | None = None) -> Iterator[str]:
    """Rooms stand in one order, whatever the day: no two of them the other way round somewhere."""
    before = set(combinations(order or (), 2))
    for names in rooms:
        before |= set(combinations(names, 2))
    yield from (f"{one} and {other} either way" for one, other in sorted(before) if (other, one) in before)


def _of_all(events: list[dict[str, Any]]) -> Iterator[str]:
    for name in ("id", "guid", "slug"):
        twice = [value for value, number in Counter(str(one[name]) for one in events).items() if number > 1]
        if twice:
            yield f"{name} twice: {twice}"
