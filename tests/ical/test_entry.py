# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""What an entry refuses to be, and how one becomes cancelled."""

import re
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta

import pytest

from app.ical.entry import CalendarEntry, EntryStatus, Party, cancelled, new_uid
from tests.ical.samples import entry

NAIVE = datetime(2026, 7, 1, 9, 0)  # noqa: DTZ001  the fault to be refused
START = entry().starts


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"created": NAIVE}, "created .* no time zone"),
        ({"modified": NAIVE}, "modified .* no time zone"),
        ({"starts": NAIVE}, "starts .* no time zone"),
        ({"ends": NAIVE}, "ends .* no time zone"),
        ({"ends": START}, "not later"),
        ({"ends": START - timedelta(hours=1)}, "not later"),
        ({"ends": START + timedelta(milliseconds=999)}, "not later"),
        ({"sequence": -1}, "negative"),
        ({"uid": "ü" * 127 + "aa"}, "255 octets"),
        ({"uid": "a" * 256}, "255 octets"),
        ({"uid": ""}, "255 octets"),
        ({"uid": "a\r\nDTSTART:x"}, "should not hold"),
        ({"uid": "a,b"}, "should not hold"),
        ({"uid": "a b"}, "should not hold"),
        ({"uid": "\ud800"}, "should not hold"),
        ({"parent_uid": "a;b"}, "should not hold"),
        ({"summary": " \x07\n"}, "summary is empty"),
        ({"latitude": 52.0}, "belong together"),
        ({"longitude": 8.5}, "belong together"),
        ({"latitude": 91.0, "longitude": 8.5}, "not a place"),
        ({"latitude": float("nan"), "longitude": 8.5}, "not a place"),
    ],
)
def test_refuses(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        entry(**changes)


def test_takes_the_limits() -> None:
    assert entry(uid="a" * 255, sequence=0, ends=START + timedelta(seconds=1)).sequence == 0
    assert entry(latitude=-90.0, longitude=180.0).latitude == -90.0


def test_is_a_value() -> None:
    one = entry()
    assert one == entry()
    assert hash(one) == hash(entry())
    assert not hasattr(one, "__dict__")
    with pytest.raises(FrozenInstanceError):
        one.sequence = 5  # type: ignore[misc]


def test_new_uid_is_fresh_and_keeps_the_constant() -> None:
    first, second = new_uid("fachtag.example"), new_uid("fachtag.example")
    assert first != second
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}@fachtag\.example", first
    )
    with pytest.raises(ValueError, match="should not hold"):
        new_uid("fachtag example")


def test_cancelled_is_said_three_times_and_changes_nothing_else() -> None:
    day = entry(location="Haus am Markt", sequence=4)
    gone = cancelled(day)
    assert gone == replace(
        day, summary="Abgesagt: KIM-Fachtag OWL", status=EntryStatus.CANCELLED, transparent=True
    )
    assert cancelled(gone) == gone


@pytest.mark.parametrize(
    "email",
    ["", "mia", "@example.org", "mia@", "mia muster@example.org", "mia@example.org\r\nX:1", "m\ud800@e.x"],
)
def test_party_needs_an_address(email: str) -> None:
    """MAIL-04: an address cannot carry a second line."""
    with pytest.raises(ValueError, match="not a mail address"):
        Party("Mia", email)


def test_entry_is_made_by_name_only() -> None:
    with pytest.raises(TypeError):
        CalendarEntry("uid@x", 0, datetime.now(UTC), datetime.now(UTC), START, START, "x")  # type: ignore[misc]
