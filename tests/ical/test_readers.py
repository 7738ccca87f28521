# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""Five parsers, four of them foreign, read feeds and invitations back and must agree on every event."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ical import text
from app.ical.entry import CalendarEntry, cancelled
from app.ical.render import cancel, download, request, vevent
from tests.ical.lint import complaints
from tests.ical.readers import READERS, ReadEvent, misread_by_node_ical, read_all_everywhere, read_everywhere
from tests.ical.samples import ATTENDEE, ORGANISER, STAMP, entry, feed_of, winter

TEXTS = {
    "summary": "KIM-Fachtag OWL: Übergänge, Anschlüsse; Wege – „für alle“",
    "description": "9:00 Ankommen\n10:00 Workshops, Räume; siehe Aushang\nhttps://fachtag.example/events/kim?a=1,2",
    "location": "Haus am Markt, Marktstraße 1, 33602 Bielefeld",
    "url": "https://fachtag.example/events/kim",
    "categories": ("KIM", "Übergang, Schule"),
    "latitude": 52.0215,
    "longitude": 8.5333,
    "conference_url": "https://video.example/fachtag",
}


def as_read(one: CalendarEntry, method: str | None = None, **changes: str) -> ReadEvent:
    values = {
        "uid": one.uid,
        "starts": one.starts.replace(microsecond=0),
        "ends": one.ends.replace(microsecond=0),
        "summary": text.one_line(one.summary),
        "description": text.paragraphs(one.description),
        "location": text.one_line(one.location),
        "sequence": one.sequence,
        "status": one.status.value,
        "method": method,
    }
    return ReadEvent(**values | changes)


def all_see(*events: ReadEvent) -> dict[str, list[ReadEvent]]:
    return {reader: list(events) for reader in READERS}


def test_feed_in_summer_and_winter() -> None:
    summer, cold = entry(**TEXTS), winter(**TEXTS, parent_uid=entry().uid)
    off = cancelled(
        winter(
            uid="off@fachtag.example",
            starts=datetime(2027, 6, 1, 8, tzinfo=UTC),
            ends=datetime(2027, 6, 1, 9, tzinfo=UTC),
        )
    )
    data = feed_of(summer, cold, off)
    assert complaints(data, feed=True) == []
    assert read_everywhere(data) == all_see(as_read(summer), as_read(cold), as_read(off))


@pytest.mark.parametrize("make", [entry, winter])
def test_request_and_cancel(make) -> None:
    day = make(**TEXTS, sequence=3)
    invitation = request(day, ORGANISER, ATTENDEE, STAMP)
    taken_back = cancel(day, ORGANISER, ATTENDEE, STAMP)
    assert complaints(invitation) == complaints(taken_back) == []
    assert read_all_everywhere([invitation, taken_back]) == [
        all_see(as_read(day, "REQUEST")),
        all_see(as_read(day, "CANCEL", status="CANCELLED")),
    ]


def test_feed_without_events() -> None:
    assert read_everywhere(feed_of()) == all_see()


def test_every_hour_around_both_changes_of_the_clock() -> None:
    """F38: nobody is an hour off in the two nights, and on the days around them."""
    nights = (datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC))
    starts = [night + timedelta(minutes=30 * step) for night in nights for step in range(17)]
    events = [
        entry(uid=f"{number}@fachtag.example", starts=start, ends=start + timedelta(minutes=45))
        for number, start in enumerate(starts)
    ]
    assert read_everywhere(feed_of(*events)) == all_see(*map(as_read, events))


def test_every_month_until_2040() -> None:
    starts = [
        datetime(year, month, 15, 7, tzinfo=UTC) for year in range(2024, 2041) for month in range(1, 13)
    ]
    events = [
        entry(uid=f"{start:%Y%m}@fachtag.example", starts=start, ends=start + timedelta(hours=7))
        for start in starts
    ]
    assert read_everywhere(feed_of(*events)) == all_see(*map(as_read, events))


FOREIGN_HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from('\r\n\t;,:"^\x0b\x1c\x85\u2028\x00 ')), max_size=80
).filter(lambda text: not misread_by_node_ical(text))


@pytest.mark.long
@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(FOREIGN_HOSTILE, FOREIGN_HOSTILE, FOREIGN_HOSTILE), min_size=20, max_size=40))
def test_hostile_text_is_read_alike(texts: list[tuple[str, str, str]]) -> None:
    """T12: no foreign reader finds a property, a line or an event that is none."""
    events = [
        entry(
            uid=f"{number:03}@fachtag.example",
            summary="Tag " + summary,
            description=description,
            location=location,
        )
        for number, (summary, description, location) in enumerate(texts)
    ]
    data = download([vevent(one) for one in events])
    assert read_everywhere(data) == all_see(*map(as_read, events))


@pytest.mark.parametrize("text", ['""', '"a"', ' "a" ', "a\\nb"])
def test_the_quirks_of_node_ical(text: str) -> None:
    """Written down beside the readers; when this fails, node-ical reads as the others do and the exception can go."""
    event = entry(description=text)
    seen = read_everywhere(feed_of(event))
    assert misread_by_node_ical(text)
    assert [name for name, read in seen.items() if read != [as_read(event)]] == ["node-ical"]


def test_the_readers_notice() -> None:
    """The helper itself: an hour's error in the zone is seen, a floating time refused."""
    data = feed_of(entry())
    shifted = data.replace(b"TZOFFSETTO:+0200", b"TZOFFSETTO:+0300")
    seen = read_everywhere(shifted)
    assert seen["ical.js"] == [
        as_read(entry(), starts=entry().starts - timedelta(hours=1), ends=entry().ends - timedelta(hours=1))
    ]
    with pytest.raises(AssertionError, match="floating"):
        read_everywhere(data.replace(b";TZID=Europe/Berlin", b""))
