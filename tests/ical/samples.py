# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""Entries and parties for the calendar tests: a day in summer, to be changed where a test needs it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.ical.entry import CalendarEntry, Party
from app.ical.render import feed, vevent

STAMP = datetime(2026, 5, 4, 8, 0, 0, tzinfo=UTC)
ORGANISER = Party("Büro Fachtag, OWL", "fachtag@example.org")
ATTENDEE = Party("Mia Muster", "mia.muster+tag@example.org")


def entry(**changes: Any) -> CalendarEntry:
    """The day of 1 July 2026, 9:00 to 16:00 in Berlin, in its second version."""
    values: dict[str, Any] = {
        "uid": "0f8fad5b-d9cb-469f-a165-70867728950e@fachtag.example",
        "sequence": 1,
        "created": datetime(2026, 1, 7, 9, 30, tzinfo=UTC),
        "modified": datetime(2026, 2, 1, 12, 0, tzinfo=UTC),
        "starts": datetime(2026, 7, 1, 7, 0, tzinfo=UTC),
        "ends": datetime(2026, 7, 1, 14, 0, tzinfo=UTC),
        "summary": "KIM-Fachtag OWL",
    }
    return CalendarEntry(**values | changes)


def winter(**changes: Any) -> CalendarEntry:
    """Thursday, 11 March 2027, 9:30 to 15:45 in Berlin."""
    times = {
        "starts": datetime(2027, 3, 11, 8, 30, tzinfo=UTC),
        "ends": datetime(2027, 3, 11, 14, 45, tzinfo=UTC),
    }
    return entry(**{"uid": "7c9e6679-7425-40de-944b-e07fc1f90ae7@fachtag.example"} | times | changes)


def feed_of(*entries: CalendarEntry, **changes: Any) -> bytes:
    values: dict[str, Any] = {
        "name": "Fachtage",
        "description": "Alle Fachtage",
        "blobs": [vevent(each) for each in entries],
        "uid": "all@fachtag.example",
        "source_url": "https://fachtag.example/calendar/all.ics",
        "refresh": timedelta(hours=1),
        "last_modified": datetime(2026, 2, 1, 12, 0, tzinfo=UTC),
    }
    return feed(**values | changes)
