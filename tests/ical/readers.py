# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads a calendar with five parsers, four of which did not write it, and says what each of them saw."""

import atexit
import functools
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icalendar
import vobject
from ical.calendar_stream import IcsCalendarStream

from tools.node import node_command


# What node-ical reads in a way of its own: it takes quotes off that stand around a whole value, and unescapes in the
# wrong order, so that an escaped backslash before n becomes a line break. `test_the_quirks_of_node_ical` says when not.
def misread_by_node_ical(text: str) -> bool:
    """Whether this text of an entry comes back changed."""
    letters = [one for one in text if one.isprintable() and not one.isspace()]
    return "\\" in text or (len(letters) > 1 and letters[0] == letters[-1] == '"')


READERS = ("icalendar", "vobject", "ical", "ical.js", "node-ical")

_SCRIPT = Path(__file__).with_name("readers.cjs")


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """One event as a reader understood it; times in UTC, what is not there as empty text, no method as None."""

    uid: str
    starts: datetime
    ends: datetime
    summary: str
    description: str
    location: str
    sequence: int
    status: str
    method: str | None


def read_everywhere(data: bytes) -> dict[str, list[ReadEvent]]:
    """What each of READERS sees in the calendar, sorted by start and UID. Fails if a reader refuses it."""
    return read_all_everywhere([data])[0]


def read_all_everywhere(calendars: list[bytes]) -> list[dict[str, list[ReadEvent]]]:
    """The same for many calendars, with one Node.js process for all of them."""
    texts = [data.decode() for data in calendars]
    answers = []
    for text, foreign in zip(texts, _with_javascript(texts), strict=True):
        seen = {name: read(text) for name, read in _PYTHON_READERS.items()} | foreign
        answers.append(
            {name: sorted(seen[name], key=lambda event: (event.starts, event.uid)) for name in READERS}
        )
    return answers


def _with_javascript(texts: list[str]) -> list[dict[str, list[ReadEvent]]]:
    answers = _node().ask(json.dumps(texts))
    return [
        {name: [_from_javascript(event) for event in events] for name, events in answer.items()}
        for answer in json.loads(answers)
    ]


class _Node:
    """One Node.js process that reads calendars for all tests of this process: starting it takes longest."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [*node_command(), str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # A far zone, so that a time read as local comes out wrong and not by chance right.
            env=os.environ | {"TZ": "Pacific/Kiritimati"},
        )

    def ask(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            _node.cache_clear()
            raise AssertionError(self.process.stderr.read())
        return answer

    def end(self) -> None:
        self.process.communicate()


@functools.cache
def _node() -> _Node:
    node = _Node()
    atexit.register(node.end)
    return node


def _from_javascript(event: dict[str, Any]) -> ReadEvent:
    times = {name: datetime.fromisoformat(event[name]) for name in ("starts", "ends")}
    return ReadEvent(**event | times)


def _with_icalendar(text: str) -> list[ReadEvent]:
    calendar = icalendar.Calendar.from_ical(text)
    return [
        ReadEvent(
            uid=str(event["UID"]),
            starts=_utc(event.start),
            ends=_utc(event.end),
            summary=str(event["SUMMARY"]),
            description=str(event.get("DESCRIPTION", "")),
            location=str(event.get("LOCATION", "")),
            sequence=int(event["SEQUENCE"]),
            status=str(event["STATUS"]),
            method=str(calendar["METHOD"]) if "METHOD" in calendar else None,
        )
        for event in calendar.walk("VEVENT")
    ]


def _with_vobject(text: str) -> list[ReadEvent]:
    (calendar,) = vobject.readComponents(text)
    return [
        ReadEvent(
            uid=event.uid.value,
            starts=_utc(event.dtstart.value),
            ends=_utc(event.dtend.value),
            summary=event.summary.value,
            description=event.getChildValue("description", ""),
            location=event.getChildValue("location", ""),
            sequence=int(event.sequence.value),
            status=event.status.value,
            method=calendar.getChildValue("method"),
        )
        for event in calendar.contents.get("vevent", [])
    ]


def _with_ical(text: str) -> list[ReadEvent]:
    calendar = IcsCalendarStream.calendar_from_ics(text)
    return [
        ReadEvent(
            uid=event.uid,
            starts=_utc(event.dtstart),
            ends=_utc(event.dtend),
            summary=event.summary,
            description=event.description or "",
            location=event.location or "",
            sequence=event.sequence,
            status=str(event.status.value),
            method=calendar.method,
        )
        for event in calendar.events
    ]


def _utc(moment: datetime) -> datetime:
    assert moment.utcoffset() is not None, f"floating time {moment}"
    return moment.astimezone(UTC)


_PYTHON_READERS: dict[str, Callable[[str], list[ReadEvent]]] = {
    "icalendar": _with_icalendar,
    "vobject": _with_vobject,
    "ical": _with_ical,
}
