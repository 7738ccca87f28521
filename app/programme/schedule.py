# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The released agenda as conference apps read it: frab's schedule, as XML and as JSON.

Both say the same talks in the same order: dates, the house's order of rooms, times. They hold the rules of c3voc's validators,
which know no fields but their own; what else there is to say stands in the JSON, beside the conference, under `x-fachtag`.
Callers choose the language of its few words of ours: that of the day, whoever asks.
"""

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from app.clock import BERLIN
from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.partners.queries import PartnerView
from app.folding import list_key, slug_of
from app.programme.agenda import AgendaLine, Meeting, RoundView, RunView, meetings, track_numbers
from app.programme.credits import Credit
from app.programme.inside import SubItemView
from app.programme.inside_lines import inside_in_lines
from app.programme.rules import TRACK_COLOURS
from app.texts import gettext, last_day, local_day

# XML 1.0, 2.2: one such character in a title, and no app reads the schedule.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NO_ROOM = "–"
SLOT = "00:05"


@dataclass(frozen=True, slots=True)
class Pages:
    """Addresses that do not depend on who asks: of the agenda, and of a workshop by its short name."""

    agenda: str
    workshop: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Talk:
    """One event of the schedule. `number` is for ever: apps keep favourites by it."""

    number: int
    guid: str
    slug: str
    kind: str
    track: str
    title: str
    subtitle: str
    abstract: str
    description: str
    people: tuple[Credit, ...]
    hall: str
    room: str  # with the station in it
    language: str
    starts_at: datetime
    ends_at: datetime
    url: str


def schedule_xml(day: Event, lines: Sequence[AgendaLine], rooms: Sequence[RoomFacts], pages: Pages) -> bytes:
    """`rooms` in the house's order. The format has no place for partners, nor for who moderates the day."""
    talks = _talks(day, lines, pages)
    names = _room_names(talks, rooms)
    dates = _dates(day, talks)
    schedule = ET.Element("schedule")
    ET.SubElement(schedule, "generator", name="Fachtag")
    ET.SubElement(schedule, "version").text = str(day.revision)
    conference = ET.SubElement(schedule, "conference")
    for name, value in {**_conference(day), "days": str(len(dates))}.items():
        ET.SubElement(conference, name).text = value
    for index, (one, begins, ends) in enumerate(dates, start=1):
        element = ET.SubElement(schedule, "day", index=str(index), date=one.isoformat())
        element.set("start", begins)
        element.set("end", ends)
        for room, held in _by_room(talks, one, names):
            parent = ET.SubElement(element, "room", name=room)
            for talk in held:
                _write_event(parent, talk)
    return xml_document(schedule)


def xml_document(root: ET.Element) -> bytes:
    """As a file, without the characters that no XML may hold."""
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + _NOT_IN_XML.sub("", text)).encode()


def schedule_json(
    day: Event,
    lines: Sequence[AgendaLine],
    rooms: Sequence[RoomFacts],
    pages: Pages,
    partners: Sequence[PartnerView] = (),
    moderation: Sequence[Credit] = (),
) -> bytes:
    """`rooms` in the house's order; `moderation` is that of the whole day."""
    talks = _talks(day, lines, pages)
    names = _room_names(talks, rooms)
    dates = [
        {
            "index": index,
            "date": one.isoformat(),
            "day_start": begins,
            "day_end": ends,
            "rooms": {
                room: [_event(talk, day) for talk in held] for room, held in _by_room(talks, one, names)
            },
        }
        for index, (one, begins, ends) in enumerate(_dates(day, talks), start=1)
    ]
    conference = {
        **_conference(day),
        "daysCount": len(dates),
        "url": pages.agenda,
        "tracks": [
            {"name": name, "color": TRACK_COLOURS[number - 1]}
            for name, number in track_numbers(lines).items()
        ],
        "rooms": [
            _room(day, one, rooms) for one in names if one != NO_ROOM or one in {room.name for room in rooms}
        ],
        "days": dates,
    }
    schedule = {
        "version": str(day.revision),
        "conference": conference,
        "x-fachtag": _extras(day, lines, rooms, partners, moderation),
    }
    whole = {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": "Fachtag"},
        "schedule": schedule,
    }
    return json.dumps(whole, ensure_ascii=False).encode()  # indented it would take ten times as long


def _conference(day: Event) -> dict[str, str]:
    return {
        "acronym": acronym_of(day),
        "title": day.title,
        "start": local_day(day.starts_at).isoformat(),
        "end": last_day(day.ends_at).isoformat(),
        "timeslot_duration": SLOT,
        "time_zone_name": "Europe/Berlin",
    }


def acronym_of(day: Event) -> str:
    """The day's short name in the letters that the format allows, four of them or more."""
    return re.sub("[^a-z0-9_]", "_", day.slug).ljust(4, "_")


def _dates(day: Event, talks: Sequence[Talk]) -> list[tuple[date, str, str]]:
    """Each date with its beginning and end; the first begins with the day and the last ends with it, unless something is before or
    after that: apps drop what lies outside."""
    begins = min([day.starts_at, *(one.starts_at for one in talks)])
    ends = max([day.ends_at, *(one.ends_at for one in talks)])
    first = local_day(begins)
    last = max([last_day(day.ends_at), *(local_day(one.starts_at) for one in talks)])
    dates = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        (
            one,
            _local(max(begins, datetime.combine(one, time.min, BERLIN))),
            _local(ends if one == last else datetime.combine(one + timedelta(days=1), time.min, BERLIN)),
        )
        for one in dates
    ]


def _room_names(talks: Sequence[Talk], rooms: Sequence[RoomFacts]) -> list[str]:
    """In the house's order, each followed by its stations, which are rooms of their own here: apps show one thing at a time in
    each. What has no room comes last."""
    names: dict[str, None] = {}
    for room in (*(one.name for one in rooms), NO_ROOM):
        names[room] = None
        names |= dict.fromkeys(sorted((one.room for one in talks if one.hall == room), key=list_key))
    return list(names)


def _room(day: Event, name: str, rooms: Sequence[RoomFacts]) -> Mapping[str, Any]:
    known = next((one for one in rooms if one.name == name), None)
    return {
        "name": name,
        "guid": _guid(day, f"room/{name}"),
        "description": (" · ".join(known.access) if known else "") or None,
        "capacity": known.seats if known else None,
    }


def _by_room(talks: Iterable[Talk], on: date, names: Sequence[str]) -> Iterator[tuple[str, list[Talk]]]:
    """The rooms in which anything takes place on this date."""
    today = [one for one in talks if local_day(one.starts_at) == on]
    for name in names:
        held = [one for one in today if one.room == name]
        if held:
            yield name, sorted(held, key=lambda one: (one.starts_at, one.number))


def _talks(day: Event, lines: Sequence[AgendaLine], pages: Pages) -> list[Talk]:
    """Numbered for ever: items even, runs odd, whatever is added before. What does not take place is left out. Each part
    of a run is an event: as one it would go on through what is between them."""
    talks = [_item_talk(day, line, pages) for line in lines if line.round is None]
    held = [one for one in meetings(lines) if one.run.takes_place]
    titles = {one.starts_at: one.title for one in lines if one.round is not None}
    return talks + [
        _run_talk(day, one, pages, part, titles) for one in held for part in range(len(one.parts))
    ]


def _item_talk(day: Event, line: AgendaLine, pages: Pages) -> Talk:
    number = item_number(line)
    key, word = (line.kind.key, line.kind.in_language(day.language)) if line.kind else ("other", "")
    return Talk(
        number=number,
        guid=guid_of(day, number),
        slug=_slug(day, number, key),
        kind=word,
        track=line.track,
        title=line.title,
        subtitle=line.subtitle,
        abstract=line.note,
        description="\n".join(
            (
                *([line.description] if line.description else []),
                *inside_in_lines(line.inside, line.stands),
            ),
        ),
        people=_everybody(line),
        hall=line.room.name if line.room else NO_ROOM,
        room=line.room.name if line.room else NO_ROOM,
        language=line.language or day.language,
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        url=pages.agenda,
    )


def _run_talk(day: Event, one: Meeting, pages: Pages, part: int, titles: Mapping[datetime, str]) -> Talk:
    """`titles` of the rounds, by when they begin."""
    run, (starts_at, ends_at) = one.run, one.parts[part]
    number = run_number(run.id, part)
    return Talk(
        number=number,
        guid=guid_of(day, number),
        slug=_slug(day, number, run.slug),
        kind="Workshop",
        track=run.about.track,
        title=f"{run.label} {run.title}",
        subtitle=subtitle_of(part, len(one.parts), titles[starts_at]),
        abstract=run.abstract,
        description="\n".join(
            (
                *run.about.in_lines(),
                *([one.on_the_day] if one.on_the_day else []),
                *inside_in_lines(run.inside),
            )
        ),
        people=_everybody(run),
        hall=run.room.name if run.room else NO_ROOM,
        room=", ".join(one for one in (run.room.name if run.room else "", run.station) if one) or NO_ROOM,
        language=run.about.language or day.language,
        starts_at=starts_at,
        ends_at=ends_at,
        url=pages.workshop(run.slug),
    )


def _everybody(holder: AgendaLine | RunView) -> tuple[Credit, ...]:
    """Each once, those of the short talks included."""
    people = (*holder.contributors, *(who for one in holder.inside for who in one.contributors))
    found: dict[str, Credit] = {}
    for one in people:
        found.setdefault(one.who, one)
    return tuple(found.values())


LATER_PARTS = 100_000_000


def run_number(run_id: int, part: int = 0) -> int:
    """Later parts stand far above all first ones, and within what 32 bits hold."""
    return 2 * run_id + 1 + part * LATER_PARTS


def subtitle_of(part: int, parts: int, round_title: str) -> str:
    """The round in which the part begins; later ones say which they are."""
    if part == 0:
        return round_title
    return gettext("Part %(number)d of %(all)d: %(title)s", number=part + 1, all=parts, title=round_title)


def item_number(line: AgendaLine) -> int:
    return 2 * int(line.key.removeprefix("item-"))


def _slug(day: Event, number: int, words: str) -> str:
    return f"{acronym_of(day)}-{number}-{slug_of(words) or 'item'}"


def guid_of(day: Event, number: int) -> str:
    """Of an item or a run, by which a schedule that comes back knows it again."""
    return _guid(day, str(number))


def _guid(day: Event, of: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{day.uid}/{of}"))


def _person_number(person: Credit) -> int:
    """The same for the same person, in every talk and every release."""
    return zlib.crc32(person.who.encode()) or 1


def _event_facts(talk: Talk) -> dict[str, str]:
    """What XML and JSON say alike."""
    return {
        "date": _local(talk.starts_at),
        "start": _local(talk.starts_at)[11:16],
        "duration": _duration(talk.starts_at, talk.ends_at),
        "room": talk.room,
        "slug": talk.slug,
        "title": talk.title,
        "subtitle": talk.subtitle,
        "track": talk.track,
        "type": talk.kind,
        "language": talk.language,
        "abstract": talk.abstract,
        "description": talk.description,
        "url": talk.url,
    }


def _write_event(parent: ET.Element, talk: Talk) -> None:
    event = ET.SubElement(parent, "event", id=str(talk.number), guid=talk.guid)
    for name, value in _event_facts(talk).items():
        ET.SubElement(event, name).text = value
    persons = ET.SubElement(event, "persons")
    for person in talk.people:
        ET.SubElement(persons, "person", id=str(_person_number(person))).text = person.who


def _event(talk: Talk, day: Event) -> Mapping[str, Any]:
    return {
        "id": talk.number,
        "guid": talk.guid,
        **_event_facts(talk),
        "persons": [
            {
                "id": _person_number(one),
                "guid": _guid(day, f"person/{one.who}"),
                "name": one.who,
                "public_name": one.who,
            }
            for one in talk.people
        ],
        "links": [],
        "attachments": [],
    }


def _extras(
    day: Event,
    lines: Sequence[AgendaLine],
    rooms: Sequence[RoomFacts],
    partners: Sequence[PartnerView],
    moderation: Sequence[Credit],
) -> Mapping[str, Any]:
    """What the format has no field for; `items` and `workshops` by the guid of each, what does not take place included."""
    return {
        "starts_at": _local(day.starts_at),
        "ends_at": _local(day.ends_at),
        "place": day.place,
        "revision": day.revision,
        "moderation": _people(moderation),
        "items": {
            guid_of(day, item_number(one)): {
                "kind": one.kind.key if one.kind else "other",
                "description": one.description,
                "language": one.language,
                "contributors": _people(one.contributors),
                "inside": _inside(one.inside),
                "stands": [
                    {"organisation": stand.organisation, "table": stand.table_label, "note": stand.note}
                    for stand in one.stands
                ],
            }
            for one in lines
            if one.round is None
        },
        "kinds": [
            {**asdict(kind), "icon": kind.icon.value}
            for kind in {one.kind.key: one.kind for one in lines if one.kind is not None}.values()
        ],
        "partners": [
            {"role": one.role.value, "name": one.name, "wording": one.wording, "link": one.link}
            for one in partners
        ],
        "rooms": [{**asdict(one), "loop": one.loop.value} for one in rooms],
        "rounds": [_round(one.round) for one in lines if one.round is not None],
        "workshops": {guid_of(day, run_number(one.run.id)): _run_extras(one) for one in meetings(lines)},
    }


def _round(one: RoundView) -> Mapping[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "starts_at": _local(one.starts_at),
        "ends_at": _local(one.ends_at),
        "chosen_beforehand": one.booked,
    }


def _run_extras(one: Meeting) -> Mapping[str, Any]:
    run = one.run
    return {
        "label": run.label,
        "workshop": run.slug,
        "round": one.round_title,
        "round_number": one.round_number,
        "rounds": run.spans,
        "parts": [{"starts_at": _local(starts), "ends_at": _local(ends)} for starts, ends in one.parts],
        "chosen_beforehand": one.booked,
        "station": run.station,
        "takes_place": run.takes_place,
        "capacity": run.seats.capacity,
        "contributors": _people(run.contributors),
        "inside": _inside(run.inside),
        "room": run.room.name if run.room else "",
        "step_free": run.room.step_free if run.room else None,
        "venue": run.room.venue if run.room else "",
        "online": run.room.online if run.room else None,
        **asdict(run.about),
    }


def _inside(inside: Iterable[SubItemView]) -> list[Mapping[str, Any]]:
    return [
        {
            "title": one.title,
            "note": one.note,
            "starts_at": _local(one.starts_at) if one.starts_at else None,
            "ends_at": _local(one.ends_at) if one.ends_at else None,
            "contributors": _people(one.contributors),
        }
        for one in inside
    ]


def _people(people: Iterable[Credit]) -> list[dict[str, str]]:
    return [
        {
            "role": one.role.value,
            "name": one.name,
            "function": one.function,
            "organisation": one.organisation,
            "about": one.about,
        }
        for one in people
    ]


def _local(moment: datetime) -> str:
    return moment.astimezone(BERLIN).isoformat(timespec="seconds")


def _duration(starts_at: datetime, ends_at: datetime) -> str:
    minutes = int((ends_at - starts_at).total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
