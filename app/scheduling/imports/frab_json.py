# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Schedules in frab's JSON, as frab and pretalx write it, and as we do, with what we say under `x-fachtag`.

A fault of the syntax is named by its line, one of what is said by the path to it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from app.events.facts import RoomFacts
from app.events.rules import Loop
from app.programme.kinds import KindFacts
from app.programme.rules import Icon
from app.refusal import N_, Refusal
from app.scheduling.imports.moments import moment_of, zone_of
from app.scheduling.imports.own_words import facts_of, is_run, labelled, stand_of
from app.scheduling.imports.parts import in_one
from app.scheduling.imports.values import (
    LONGEST_KIND,
    LONGEST_LABEL,
    LONGEST_LINE,
    LONGEST_ROOM,
    LONGEST_STATION,
    LONGEST_TITLE,
    LONGEST_TRACK,
    NO_ROOMS,
    AsRun,
    Collector,
    Entry,
    Person,
    ProgrammeFile,
    RoundSaid,
    StandSaid,
    Talk,
    Where,
    checked,
    each_once,
    ending,
    language_of,
    line_of,
    people_of,
    person_of,
    talk_of,
    text_of,
    title_of,
)

_CARRIED = frozenset(
    (
        *(
            "id",
            "guid",
            "date",
            "start",
            "duration",
            "room",
            "title",
            "subtitle",
            "track",
            "type",
            "language",
        ),
        *("abstract", "description", "persons", "links", "slug", "url"),
    )
)
_HIGHEST = 20_000  # of places and rounds, as forms have it


def read_json(content: bytes) -> ProgrammeFile:
    """Refuses, with line and column or with the path, what is no JSON or no schedule."""
    whole = _parsed(content)
    schedule = _at(whole, "schedule", dict, "")
    conference = _at(schedule, "conference", dict, "schedule")
    extras = schedule.get("x-fachtag")
    own = extras if isinstance(extras, dict) else {}
    partners = own.get("partners")
    found, zone = Collector(), zone_of(_word(conference.get("time_zone_name")))
    for path, room, event in _events(conference):
        where = Where(path=path)
        found.take(where, _word(event.get("title")), partial(_entry, where, room, event, zone, own))
        for name, value in event.items():
            if name not in _CARRIED and value not in (None, "", [], {}, False):
                found.aside[name[:40]] += len(value) if isinstance(value, list) else 1
    for path, title, make in _called_off(own, {one.guid for one in found.entries}):
        found.take(Where(path=path), title, make)
    return ProgrammeFile(
        tuple(in_one(found.entries) if own else found.entries),
        tuple(found.faults),
        tuple(_rooms(conference, own)),
        tuple(_rounds(own)),
        _people(own["moderation"]) if "moderation" in own else None,
        dict(_kinds(own)),
        dict(found.aside) | ({"partners": len(partners)} if isinstance(partners, list) and partners else {}),
        ours=bool(own),
    )


def _parsed(content: bytes) -> Any:
    try:
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError as error:
        raise Refusal(
            N_("Line %(line)s: the letters of this file cannot be read. Please save it as UTF-8."),
            field="file",
            line=content[: error.start].count(b"\n") + 1,
        ) from None
    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Refusal(
            N_("Line %(line)s, column %(column)s: this is no valid JSON (%(error)s)."),
            field="file",
            line=error.lineno,
            column=error.colno,
            error=error.msg,
        ) from None
    except (RecursionError, ValueError):  # nested too deep, or a number of thousands of digits
        raise Refusal(
            N_("This file is no schedule: its values are nested too deep or too long."), field="file"
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON allows a name twice and keeps the last value: half of a room would be lost."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refusal(N_("The name “%(name)s” stands twice in one object."), field="file", name=twice[:60])
    return made


def _at(of: Any, name: str, kind: type, path: str) -> Any:
    value = of.get(name) if isinstance(of, dict) else None
    if not isinstance(value, kind):
        here = f"{path}.{name}".lstrip(".")
        raise Refusal(
            N_("This is no schedule of frab: “%(path)s” is missing or of another kind."),
            field="file",
            path=here,
        )
    return value


def _events(conference: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every event with its path and the name of its room."""
    for number, day in enumerate(_at(conference, "days", list, "schedule.conference")):
        path = f"days[{number}]"
        rooms = _at(day, "rooms", dict, path)
        for room in rooms:
            held = _at(rooms, room, list, f"{path}.rooms")
            for place, event in enumerate(held):
                here = f"{path}.rooms.{room[:60]}[{place}]"
                if not isinstance(event, dict):
                    raise Refusal(
                        N_("This is no schedule of frab: “%(path)s” is missing or of another kind."),
                        field="file",
                        path=here,
                    )
                yield here, room, event


def _entry(
    where: Where, room: str, event: Mapping[str, Any], zone: ZoneInfo, own: Mapping[str, Any]
) -> Entry:
    starts_at = moment_of(_text(event, "date"), zone)
    name = line_of("room", _text(event, "room") or room, LONGEST_ROOM)
    entry = Entry(
        where=where,
        title=title_of(_text(event, "title"), LONGEST_TITLE if own else LONGEST_LINE),
        starts_at=starts_at,
        ends_at=ending(starts_at, _text(event, "duration")),
        room="" if name in NO_ROOMS else name,
        kind=line_of("type", _text(event, "type"), LONGEST_KIND),
        subtitle=line_of("subtitle", _text(event, "subtitle")),
        track=line_of("track", _text(event, "track"), LONGEST_TRACK),
        language=language_of(_text(event, "language")),
        abstract=text_of("abstract", _text(event, "abstract")),
        description=text_of("description", _text(event, "description")),
        people=each_once(_persons(event.get("persons"))) if own else _people(event.get("persons")),
        links=tuple(_links(event.get("links"))),
        guid=line_of("guid", _text(event, "guid")),
        number=line_of("id", _text(event, "id")),
    )
    return checked(_with_own(entry, own)) if own else entry


def _with_own(entry: Entry, own: Mapping[str, Any]) -> Entry:
    """With what stands of it under `x-fachtag`."""
    run = _within(own, "workshops").get(entry.guid)
    if is_run(entry) and isinstance(run, dict):
        room = line_of("room", _word(run.get("room")), LONGEST_ROOM)
        return _as_run(replace(entry, description="", room=room if "room" in run else entry.room), run)
    item = _within(own, "items").get(entry.guid)
    if not isinstance(item, dict):
        return entry
    return replace(
        entry,
        key=line_of("kind", _word(item.get("kind")), LONGEST_KIND),
        people=_people(item.get("contributors")),
        description=text_of("description", _word(item.get("description", entry.description))),
        language=language_of(_word(item.get("language", entry.language))),
        own_language="language" in item,
        **_inside_of(entry.starts_at, item),
    )


def _as_run(entry: Entry, said: Mapping[str, Any]) -> Entry:
    run = _run(entry, said)
    return replace(
        entry,
        title=run.about.title,
        people=_people(said.get("contributors")),
        run=run,
        **_inside_of(_first_part(said) or entry.starts_at, said),
    )


def _first_part(said: Mapping[str, Any]) -> datetime | None:
    parts = said.get("parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    return moment_of(_word(first.get("starts_at")), zone_of("")) if isinstance(first, dict) else None


def _inside_of(begins: datetime, said: Mapping[str, Any]) -> dict[str, Any]:
    """Short talks and stands of what begins then, as far as it says that there are any or none."""
    found: dict[str, Any] = {}
    if isinstance(said.get("inside"), list):
        found["inside"] = tuple(_talk(begins, one) for one in said["inside"] if isinstance(one, dict))
    if isinstance(said.get("stands"), list):
        found["stands"] = tuple(_stand(one) for one in said["stands"] if isinstance(one, dict))
    return found


def _talk(begins: datetime, said: Mapping[str, Any]) -> Talk:
    moments = [
        moment_of(word, zone_of("")) for name in ("starts_at", "ends_at") if (word := _word(said.get(name)))
    ]
    times = (moments[0], moments[1]) if len(moments) == 2 else None
    people = _persons(said.get("contributors"))
    return talk_of(_word(said.get("title")), _word(said.get("note")), times, begins, people)


def _stand(said: Mapping[str, Any]) -> StandSaid:
    return stand_of(*(_word(said.get(name)) for name in ("organisation", "table", "note")))


def _run(entry: Entry, said: Mapping[str, Any]) -> AsRun:
    label = line_of("label", _word(said.get("label")), LONGEST_LABEL)
    title = title_of(_word(said.get("title")) or labelled(entry.title)[1])
    about = facts_of(replace(entry, language=language_of(_word(said.get("language")))), title, said)
    return AsRun(
        label,
        about,
        round_title=line_of("round", _word(said.get("round"))),
        round_number=_number(said.get("round_number")),
        workshop=line_of("workshop", _word(said.get("workshop"))),
        capacity=_number(said.get("capacity")),
        unlimited=said.get("capacity", 0) is None,
        least_people=_number(said.get("least_people")) or 0,
        spans=_number(said.get("rounds")) or 1,
        takes_place=said.get("takes_place") is not False,
        station=line_of("station", _word(said.get("station")), LONGEST_STATION)
        if "station" in said
        else None,
    )


def _called_off(own: Mapping[str, Any], there: set[str]) -> Iterator[tuple[str, str, Any]]:
    """Runs that do not take place are in no room of the schedule; their round says when they would have."""
    rounds = {one.number: one for one in _rounds(own)}
    for guid, said in _within(own, "workshops").items():
        round_ = rounds.get(_number(said.get("round_number")) or 0) if isinstance(said, dict) else None
        if guid in there or round_ is None or said.get("takes_place") is not False:
            continue
        path = f"x-fachtag.workshops.{guid[:40]}"

        def make(
            said: Mapping[str, Any] = said, guid: str = guid, path: str = path, round_: RoundSaid = round_
        ) -> Entry:
            entry = Entry(
                Where(path=path),
                title_of(_word(said.get("title"))),
                round_.starts_at,
                round_.ends_at,
                room=line_of("room", _word(said.get("room")), LONGEST_ROOM),
                abstract=text_of("abstract", _word(said.get("abstract"))),
                track=line_of("track", _word(said.get("track")), LONGEST_TRACK),
                guid=line_of("guid", guid),
            )
            return _as_run(entry, said)

        yield path, _word(said.get("title")), make


def _rounds(own: Mapping[str, Any]) -> Iterator[RoundSaid]:
    for said in own.get("rounds") or () if isinstance(own.get("rounds"), list) else ():
        number = _number(said.get("number")) if isinstance(said, dict) else None
        if number:
            yield RoundSaid(
                number,
                title_of(_word(said.get("title"))),
                moment_of(_word(said.get("starts_at")), zone_of("")),
                moment_of(_word(said.get("ends_at")), zone_of("")),
                said["chosen_beforehand"] is not False if "chosen_beforehand" in said else None,
            )


def _kinds(own: Mapping[str, Any]) -> Iterator[tuple[str, KindFacts]]:
    named = own.get("kinds")
    for said in named if isinstance(named, list) else ():
        if not isinstance(said, dict) or not _word(said.get("name")):
            continue
        names = [line_of("kind", _word(said.get(name)), LONGEST_KIND) for name in ("name", "name_en")]
        icon = _word(said.get("icon"))
        yield (
            line_of("kind", _word(said.get("key")), LONGEST_KIND),
            KindFacts(
                names[0],
                names[1],
                Icon(icon) if icon in {one.value for one in Icon} else Icon.STAR,
                said.get("pause") is True,
                said.get("beside") is True,
            ),
        )


def _rooms(conference: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[RoomFacts]:
    """What the file says of rooms beside their names: ours all of it, others their seats."""
    named = own.get("rooms") or conference.get("rooms")
    for said in named if isinstance(named, list) else ():
        if not isinstance(said, dict) or not _word(said.get("name")):
            continue
        loop = _word(said.get("loop"))
        yield RoomFacts(
            line_of("room", _word(said["name"]), LONGEST_ROOM),
            _number(said.get("seats", said.get("capacity"))) or None,
            said.get("step_free") is not False,
            Loop(loop) if loop in {one.value for one in Loop} else Loop.NONE,
            line_of("note", _word(said.get("note")), 300),
            line_of("venue", _word(said.get("venue")), 180),
            online=said.get("online") is True,
        )


def _people(said: Any) -> tuple[Person, ...]:
    return people_of(_persons(said))


def _persons(said: Any) -> list[Person]:
    return [_person(one) for one in said] if isinstance(said, list) else []


def _person(said: Any) -> Person:
    if not isinstance(said, dict):
        return person_of(_word(said))
    name = next(
        (_word(said[key]) for key in ("name", "public_name", "full_public_name") if said.get(key)), ""
    )
    about = _word(said.get("about")) or _word(said.get("biography"))
    return person_of(
        name, _word(said.get("function")), _word(said.get("organisation")), _word(said.get("role")), about
    )


def _links(said: Any) -> Iterator[tuple[str, str]]:
    for one in said if isinstance(said, list) else ():
        words, to = (
            (_word(one.get("title")), _word(one.get("url"))) if isinstance(one, dict) else ("", _word(one))
        )
        if words or to:
            yield line_of("link", words), line_of("link", to, 2_000)


def _within(own: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = own.get(name)
    return found if isinstance(found, dict) else {}


def _number(said: Any) -> int | None:
    is_number = isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= _HIGHEST
    return said if is_number else None


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    if isinstance(value, list | dict):
        raise Refusal(N_("“%(name)s” is no text."), name=name)
    return _word(value)


def _word(value: Any) -> str:
    return "" if value is None or isinstance(value, list | dict | bool) else str(value)
