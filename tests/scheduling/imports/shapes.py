# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Invented conferences of two days in the shapes in which frab, pretalx and pentabarf write their schedules."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from app.clock import BERLIN

FIRST = datetime(2031, 3, 13, 9, 0, tzinfo=BERLIN)
ROOMS = [f"Saal {number}" for number in range(1, 11)]
TRACKS = ("Recht & Alltag", "Sprache", "Daten <kurz>")
KINDS = ("Talk", "Lightning Talk", "Demo <2>")


@dataclass(frozen=True)
class Made:
    """An event of the conference, without the dress of a format."""

    number: int
    title: str
    room: str
    starts_at: datetime
    minutes: int
    track: str
    kind: str
    people: tuple[str, ...]

    @property
    def guid(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"https://example.org/{self.number}"))

    @property
    def duration(self) -> str:
        return f"{self.minutes // 60:02}:{self.minutes % 60:02}"

    @property
    def texts(self) -> dict[str, str]:
        return {
            "subtitle": f"Untertitel {self.number}",
            "abstract": f"Kurz: Fall {self.number} & mehr",
            "description": f"Lang über {self.number}.\n\n- erstens\n- <b>zweitens</b>",
        }


def conference(events: int = 320) -> list[Made]:
    """An opening alone in its time, then talks of several lengths side by side in ten rooms on two days."""
    made = [Made(1, "Eröffnung", ROOMS[0], FIRST, 30, "", "Talk", ("Mara Testfall",))]
    each = -(-events // (2 * len(ROOMS)))
    for day in range(2):
        for at, room in enumerate(ROOMS):
            clock = FIRST + timedelta(days=day, minutes=45)
            for _ in range(each):
                number = len(made) + 1
                minutes = (20, 25, 30)[(number + at) % 3]
                people = (f"Person {number}", "Jon Beispiel, Kreis Musterstadt")[: number % 3]
                made.append(Made(
                    number, f"Vortrag {number}: „Wege“ & <Ziele>", room, clock, minutes,
                    TRACKS[number % 3], KINDS[number % 3], people,
                ))  # fmt: skip
                clock += timedelta(minutes=minutes + 5)
    return made


def _by_day_and_room(events: list[Made]) -> Iterator[tuple[str, dict[str, list[Made]]]]:
    for date in sorted({one.starts_at.date() for one in events}):
        today = [one for one in events if one.starts_at.date() == date]
        yield (
            date.isoformat(),
            {room: held for room in ROOMS if (held := [one for one in today if one.room == room])},
        )


def as_xml(events: list[Made], shape: str) -> bytes:
    """`shape`: "frab", "pretalx" or "pentabarf", which knows no dates of events and no guids."""
    root = ET.Element("schedule")
    if shape != "pentabarf":
        ET.SubElement(root, "generator", name=shape, version="1.0")
    ET.SubElement(root, "version").text = "2. Fassung"
    said = ET.SubElement(root, "conference")
    for name, value in {"title": "Beispielkonferenz", "acronym": "beispiel", "days": "2", "timeslot_duration": "00:05"}.items():  # fmt: skip
        ET.SubElement(said, name).text = value
    if shape == "pentabarf":
        ET.SubElement(said, "day_change").text = "06:00:00"
    else:
        ET.SubElement(said, "time_zone_name").text = "Europe/Berlin"
    for index, (date, rooms) in enumerate(_by_day_and_room(events), start=1):
        day = ET.SubElement(root, "day", index=str(index), date=date)
        if shape != "pentabarf":
            day.set("start", f"{date}T04:00:00+01:00")
            day.set("end", f"{date}T23:59:00+01:00")
        for name, held in rooms.items():
            room = ET.SubElement(day, "room", name=name)
            for one in held:
                _xml_event(room, one, shape)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _xml_event(room: ET.Element, one: Made, shape: str) -> None:
    event = ET.SubElement(room, "event", id=str(one.number))
    if shape != "pentabarf":
        event.set("guid", one.guid)
        ET.SubElement(event, "date").text = one.starts_at.isoformat()
        ET.SubElement(event, "slug").text = f"beispiel-{one.number}-vortrag"
        ET.SubElement(event, "url").text = f"https://example.org/{one.number}"
        recording = ET.SubElement(event, "recording")
        ET.SubElement(recording, "license").text = "CC BY 4.0"
        ET.SubElement(recording, "optout").text = "false"
    fields = {
        "start": f"{one.starts_at:%H:%M}", "duration": one.duration, "room": one.room, "title": one.title,
        **one.texts, "track": one.track, "type": one.kind, "language": "de",
    }  # fmt: skip
    if shape == "pretalx":
        fields["feedback_url"] = f"https://example.org/{one.number}/feedback"
    for name, value in fields.items():
        ET.SubElement(event, name).text = value
    persons = ET.SubElement(event, "persons")
    for number, name in enumerate(one.people, start=1):
        ET.SubElement(persons, "person", id=str(number)).text = name
    links = ET.SubElement(event, "links")
    ET.SubElement(links, "link", href=f"https://example.org/{one.number}/mehr").text = "Mehr dazu"
    attachments = ET.SubElement(event, "attachments")
    ET.SubElement(attachments, "attachment", href=f"https://example.org/{one.number}.pdf").text = "Folien"


def as_json(events: list[Made]) -> bytes:
    days: list[dict[str, Any]] = [
        {
            "index": index,
            "date": date,
            "day_start": f"{date}T04:00:00+01:00",
            "day_end": f"{date}T23:59:00+01:00",
            "rooms": {name: [_json_event(one) for one in held] for name, held in rooms.items()},
        }
        for index, (date, rooms) in enumerate(_by_day_and_room(events), start=1)
    ]
    said = {
        "acronym": "beispiel", "title": "Beispielkonferenz", "start": days[0]["date"], "end": days[-1]["date"],
        "daysCount": len(days), "timeslot_duration": "00:05", "time_zone_name": "Europe/Berlin",
        "rooms": [{"name": name, "guid": str(uuid5(NAMESPACE_URL, name)), "description": None, "capacity": 200} for name in ROOMS],
        "tracks": [{"name": name, "color": "#ff0000"} for name in TRACKS], "days": days,
    }  # fmt: skip
    whole = {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "schedule": {"version": "2", "conference": said},
    }
    return json.dumps(whole).encode()


def _json_event(one: Made) -> dict[str, Any]:
    return {
        "id": one.number, "guid": one.guid, "code": f"C{one.number}", "logo": None,
        "date": one.starts_at.isoformat(), "start": f"{one.starts_at:%H:%M}", "duration": one.duration,
        "room": one.room, "slug": f"beispiel-{one.number}-vortrag", "url": f"https://example.org/{one.number}",
        "title": one.title, **one.texts, "track": one.track, "type": one.kind, "language": "de",
        "recording_license": "", "do_not_record": False,
        "persons": [{"id": number, "code": "X", "public_name": name, "biography": "Forscht."} for number, name in enumerate(one.people, start=1)],
        "links": [{"title": "Mehr dazu", "url": f"https://example.org/{one.number}/mehr", "type": "related"}],
        "attachments": [{"title": "Folien", "url": f"https://example.org/{one.number}.pdf"}], "answers": [],
    }  # fmt: skip
