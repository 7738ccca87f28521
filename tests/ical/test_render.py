# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""The bytes of events, feeds and invitations: exact for known entries, well-formed for hostile ones."""

import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.ical import text
from app.ical.entry import CalendarEntry, EntryStatus, Party, cancelled
from app.ical.render import VTIMEZONE, cancel, download, feed, request, vevent
from tests.ical.lint import complaints, read_lines
from tests.ical.samples import ATTENDEE, ORGANISER, STAMP, entry, feed_of, winter

FULL = {
    "summary": "KIM-Fachtag OWL: Übergänge, Anschlüsse; Wege",
    "description": "9:00 Ankommen\nWorkshop \\Neu\\, Raum 3",
    "location": "Haus am Markt, Marktstraße 1, 33602 Bielefeld",
    "url": "https://fachtag.example/events/kim-fachtag-owl",
    "categories": ("KIM", "Übergang, Schule"),
    "parent_uid": "day@fachtag.example",
    "latitude": 52.0215,
    "longitude": 8.5333,
    "conference_url": "https://video.example/fachtag",
}


def lines(*written: str) -> bytes:
    return "".join(f"{line}\r\n" for line in written).encode()


def test_vevent_byte_for_byte() -> None:
    assert vevent(entry(**FULL)) == lines(
        "BEGIN:VEVENT",
        "UID:0f8fad5b-d9cb-469f-a165-70867728950e@fachtag.example",
        "DTSTAMP:20260201T120000Z",
        "CREATED:20260107T093000Z",
        "LAST-MODIFIED:20260201T120000Z",
        "SEQUENCE:1",
        "DTSTART;TZID=Europe/Berlin:20260701T090000",
        "DTEND;TZID=Europe/Berlin:20260701T160000",
        "SUMMARY:KIM-Fachtag OWL: Übergänge\\, Anschlüsse\\; Wege",
        "DESCRIPTION:9:00 Ankommen\\nWorkshop \\\\Neu\\\\\\, Raum 3",
        "LOCATION:Haus am Markt\\, Marktstraße 1\\, 33602 Bielefeld",
        "GEO:52.021500;8.533300",
        'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70;X-TITLE="Haus am Ma',
        ' rkt, Marktstraße 1, 33602 Bielefeld":geo:52.021500,8.533300',
        "URL:https://fachtag.example/events/kim-fachtag-owl",
        "CONFERENCE;VALUE=URI:https://video.example/fachtag",
        "CATEGORIES:KIM,Übergang\\, Schule",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "RELATED-TO;RELTYPE=PARENT:day@fachtag.example",
        "END:VEVENT",
    )


def test_feed_byte_for_byte() -> None:
    blob = vevent(winter())
    head = lines(
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Fachtag//Fachtag//DE",
        "CALSCALE:GREGORIAN",
        "UID:all@fachtag.example",
        "LAST-MODIFIED:20260201T120000Z",
        "NAME:Fachtage\\, alle",
        "X-WR-CALNAME:Fachtage\\, alle",
        "DESCRIPTION:Eins\\nZwei",
        "X-WR-CALDESC:Eins\\nZwei",
        "SOURCE;VALUE=URI:https://fachtag.example/calendar/all.ics",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "COLOR:darkblue",
        "X-APPLE-CALENDAR-COLOR:#00008B",
    )
    written = feed_of(winter(), name="Fachtage, alle", description="Eins\nZwei")
    assert written == head + VTIMEZONE + blob + lines("END:VCALENDAR")


def test_feed_joins_the_blobs_as_they_are() -> None:
    """What is cached once is served for ever, in the order given."""
    first, second = vevent(winter()), vevent(entry())
    assert VTIMEZONE + first + second + lines("END:VCALENDAR") in feed_of(winter(), entry())
    assert VTIMEZONE + second + first + lines("END:VCALENDAR") in feed_of(entry(), winter())


def test_feed_without_any_event_is_a_calendar() -> None:
    """RFC 5545 3.6 asks for one component: the time zone is it."""
    empty = feed_of()
    assert complaints(empty, feed=True) == []
    assert empty.endswith(VTIMEZONE + lines("END:VCALENDAR"))


def test_feed_keeps_a_secret_address_to_itself() -> None:
    """T14: the address of a personal feed is its key, and a calendar is copied easily."""
    assert b"SOURCE" in feed_of()
    assert b"SOURCE" not in feed_of(source_url=None)
    assert complaints(feed_of(source_url=None), feed=True) == []


@pytest.mark.parametrize(
    ("refresh", "written"),
    [
        (timedelta(minutes=30), "PT30M"),
        (timedelta(days=1), "P1D"),
        (timedelta(hours=1, minutes=30), "PT1H30M"),
        (timedelta(minutes=5, microseconds=7), "PT5M"),
    ],
)
def test_feed_says_how_often_to_ask(refresh: timedelta, written: str) -> None:
    found = {line.name: line.value for line in read_lines(feed_of(refresh=refresh))}
    assert (found["REFRESH-INTERVAL"], found["X-PUBLISHED-TTL"]) == (written, written)


@pytest.mark.parametrize(
    "changes",
    [
        {"refresh": timedelta(0)},
        {"refresh": timedelta(hours=-1)},
        {"uid": "a\r\nMETHOD:CANCEL"},
        {"last_modified": datetime(2026, 2, 1)},  # noqa: DTZ001  the fault to be refused
    ],
)
def test_feed_refuses(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"every second|should not hold|no time zone"):
        feed_of(**changes)


def test_download_has_events_and_no_name() -> None:
    data = download([vevent(entry())])
    assert complaints(data) == []
    names = [line.name for line in read_lines(data)]
    assert names[:5] == ["BEGIN", "VERSION", "PRODID", "CALSCALE", "BEGIN"]


def test_request_byte_for_byte() -> None:
    """RFC 5546 3.2.2; the parent stays out, its reader does not have it."""
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Fachtag//Fachtag//DE",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
    ]
    event = lines(
        "BEGIN:VEVENT",
        "UID:0f8fad5b-d9cb-469f-a165-70867728950e@fachtag.example",
        "DTSTAMP:20260504T080000Z",
        "CREATED:20260107T093000Z",
        "LAST-MODIFIED:20260201T120000Z",
        "SEQUENCE:1",
        "DTSTART;TZID=Europe/Berlin:20260701T090000",
        "DTEND;TZID=Europe/Berlin:20260701T160000",
        "SUMMARY:KIM-Fachtag OWL",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        'ORGANIZER;CN="Büro Fachtag, OWL":mailto:fachtag@example.org',
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=",
        ' TRUE;CN="Mia Muster":mailto:mia.muster+tag@example.org',
        "END:VEVENT",
        "END:VCALENDAR",
    )
    written = request(entry(parent_uid="day@fachtag.example"), ORGANISER, ATTENDEE, STAMP)
    assert written == lines(*head) + VTIMEZONE + event


def test_cancel_keeps_the_title_and_frees_the_time() -> None:
    """RFC 5546 3.2.5. Who only gives their place back is not told that the day is off."""
    found = {line.name: line for line in read_lines(cancel(entry(sequence=2), ORGANISER, ATTENDEE, STAMP))}
    assert found["METHOD"].value == "CANCEL"
    assert found["STATUS"].value == "CANCELLED"
    assert found["TRANSP"].value == "TRANSPARENT"
    assert found["SUMMARY"].value == "KIM-Fachtag OWL"
    assert found["SEQUENCE"].value == "2"
    assert found["ATTENDEE"].parameters == {
        "CUTYPE": ["INDIVIDUAL"],
        "ROLE": ["REQ-PARTICIPANT"],
        "CN": ["Mia Muster"],
    }


def test_cancel_of_a_cancelled_day_says_so() -> None:
    data = cancel(cancelled(entry()), ORGANISER, ATTENDEE, STAMP)
    assert b"\r\nSUMMARY:Abgesagt: KIM-Fachtag OWL\r\n" in data
    assert complaints(data) == []


def test_nobody_is_invited_to_a_cancelled_day() -> None:
    with pytest.raises(ValueError, match="nobody is invited"):
        request(cancelled(entry()), ORGANISER, ATTENDEE, STAMP)


@pytest.mark.parametrize("write", [request, cancel])
def test_the_stamp_needs_a_zone(write) -> None:
    with pytest.raises(ValueError, match=r"stamp .* no time zone"):
        write(entry(), ORGANISER, ATTENDEE, datetime(2026, 5, 4))  # noqa: DTZ001  the fault to be refused


def test_waiting_list_is_tentative_in_outlook_too() -> None:
    waiting = vevent(entry(status=EntryStatus.TENTATIVE))
    assert b"STATUS:TENTATIVE\r\nTRANSP:OPAQUE\r\nX-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\r\n" in waiting
    assert b"BUSYSTATUS" not in vevent(entry())
    assert b"BUSYSTATUS" not in vevent(entry(status=EntryStatus.TENTATIVE, transparent=True))


def test_times_in_any_zone_and_with_parts_of_seconds_give_the_same_bytes() -> None:
    """A database driver's fixed offset would become a zone that nobody knows."""
    moved = {
        name: getattr(entry(), name).astimezone(timezone(timedelta(hours=-3))) + timedelta(microseconds=5)
        for name in ("created", "modified", "starts", "ends")
    }
    assert vevent(entry(**moved)) == vevent(entry())


@pytest.mark.parametrize(
    ("starts", "hours", "written"),
    [
        # F38. 29 March 2026: 02:00 becomes 03:00. 25 October 2026: 03:00 becomes 02:00.
        (
            datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
            1,
            ["TZID=Europe/Berlin:20260329T013000", "TZID=Europe/Berlin:20260329T033000"],
        ),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), 1, ["20261024T233000Z", "20261025T003000Z"]),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 1, ["20261025T003000Z", "20261025T013000Z"]),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 1, ["20261025T013000Z", "20261025T023000Z"]),
        (
            datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
            3,
            ["TZID=Europe/Berlin:20261025T013000", "TZID=Europe/Berlin:20261025T033000"],
        ),
        (datetime(1995, 10, 10, 8, 0, tzinfo=UTC), 1, ["19951010T080000Z", "19951010T090000Z"]),
    ],
)
def test_local_time_only_where_it_is_clear(starts: datetime, hours: int, written: list[str]) -> None:
    data = vevent(entry(starts=starts, ends=starts + timedelta(hours=hours)))
    found = re.findall(rb"\r\nDT(?:START|END)[;:]([^\r]*)", data)
    assert [each.decode() for each in found] == written
    assert complaints(download([data])) == []


def test_no_map_pin_where_its_title_could_not_equal_the_place() -> None:
    place = {"latitude": 52.0, "longitude": 8.5}
    assert b"STRUCTURED" in vevent(entry(location="Haus", **place))
    for location in ('Haus "Markt"', "Haus ^", "Haus \\", ""):
        assert b"STRUCTURED" not in vevent(entry(location=location, **place))
        assert b"GEO:52.000000;8.500000" in vevent(entry(location=location, **place))


def test_names_lose_what_would_end_their_quotes() -> None:
    party = Party('Mia "die ^Muster\\" \r\nATTENDEE:x', "mia@example.org")
    attendee = next(
        line for line in read_lines(request(entry(), ORGANISER, party, STAMP)) if line.name == "ATTENDEE"
    )
    assert attendee.parameter("CN") == "Mia die Muster ATTENDEE:x"
    assert attendee.value == "mailto:mia@example.org"


def test_party_without_name_has_no_name() -> None:
    assert b"ORGANIZER:mailto:fachtag@example.org\r\n" in request(
        entry(), Party("", "fachtag@example.org"), ATTENDEE, STAMP
    )


@pytest.mark.parametrize(
    ("email", "written"),
    [
        ("o'neil+tag@example.org", "mailto:o'neil+tag@example.org"),
        ("a%b?c@example.org", "mailto:a%25b%3Fc@example.org"),
        ("jörg@müller.example", "mailto:j%C3%B6rg@m%C3%BCller.example"),
    ],
)
def test_addresses_as_rfc_6068_writes_them(email: str, written: str) -> None:
    assert text.mailto(email) == written


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://fachtag.example/a?b=1,2;3&c=%20#d", "https://fachtag.example/a?b=1,2;3&c=%20#d"),
        ("https://fachtag.example/ü \r\nX:1", "https://fachtag.example/%C3%BC%20X:1"),
        ("https://[::1]:8000/a", "https://[::1]:8000/a"),
    ],
)
def test_addresses_become_ascii(address: str, written: str) -> None:
    assert text.uri(address) == written


def test_text_keeps_what_people_write() -> None:
    """Among it the two characters backslash and N, which the library would turn into a line break."""
    written = 'C:\\Neu \\n \\N; a, b: "c" 👩‍🏫 – ‚x‘\n\tTab'
    assert text.paragraphs(written) == written
    (read,) = icalendar.Calendar.from_ical(download([vevent(entry(description=written))])).walk("VEVENT")
    assert str(read["DESCRIPTION"]) == written


@pytest.mark.parametrize(
    ("hostile", "clean"),
    [
        ("a\rb", "ab"),
        ("a\r\nb", "a\nb"),
        ("a\x00\x07\x0b\x0c\x1b\x1f\x7fb", "ab"),
        ("a\x85b\u2028c\u2029d", "a\nb\nc\nd"),
        ("a\x80\x9fb", "ab"),
        ("a\ud800b\udfffc", "abc"),
        ("\n a\tb \n", "a\tb"),
    ],
)
def test_text_loses_what_breaks_calendars(hostile: str, clean: str) -> None:
    """T12."""
    assert text.paragraphs(hostile) == clean
    assert text.one_line(hostile) == " ".join(clean.split())


# --- hostile text ----------------------------------------------------------------------------------------------

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cs", "Zl", "Zp", "Cf"]),
        st.sampled_from('\r\n\t\\;,:"^nN =äß👩\u2028\x85\ufeff'),
    ),
    max_size=120,
)
INJECTION = "x\rATTENDEE:mailto:mallory@example.org\r\nBEGIN:VEVENT\nEND:VEVENT \\N \\n\\"


@st.composite
def hostile_entries(draw) -> CalendarEntry:
    starts = draw(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    position = draw(st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180))) or (None, None)
    return entry(
        sequence=draw(st.integers(0, 10**6)),
        starts=starts,
        ends=starts + draw(st.timedeltas(timedelta(seconds=1), timedelta(days=3))),
        summary="Tag " + draw(HOSTILE),
        description=draw(HOSTILE),
        location=draw(HOSTILE),
        url=draw(st.none() | HOSTILE.map(lambda tail: "https://fachtag.example/" + tail)),
        conference_url=draw(st.none() | HOSTILE.map(lambda tail: "https://video.example/" + tail)),
        status=draw(st.sampled_from([EntryStatus.CONFIRMED, EntryStatus.TENTATIVE])),
        transparent=draw(st.booleans()),
        categories=tuple(draw(st.lists(HOSTILE, max_size=3))),
        parent_uid=draw(st.none() | st.just("day@fachtag.example")),
        latitude=position[0],
        longitude=position[1],
    )


def expected_names(one: CalendarEntry, *, in_feed: bool) -> list[str]:
    """Which properties the event must have, each once and in this order."""
    place = text.one_line(one.location)
    pinned = one.latitude is not None and place and not set('"^\\') & set(place)
    wanted = {
        "UID DTSTAMP CREATED LAST-MODIFIED SEQUENCE DTSTART DTEND SUMMARY": True,
        "DESCRIPTION": text.paragraphs(one.description),
        "LOCATION": place,
        "GEO": one.latitude is not None,
        "X-APPLE-STRUCTURED-LOCATION": pinned,
        "URL": one.url,
        "CONFERENCE": one.conference_url,
        "CATEGORIES": any(map(text.one_line, one.categories)),
        "STATUS TRANSP": True,
        "X-MICROSOFT-CDO-BUSYSTATUS": one.status is EntryStatus.TENTATIVE and not one.transparent,
        "RELATED-TO": in_feed and one.parent_uid,
        "ORGANIZER ATTENDEE": not in_feed,
    }
    names = [name for names, present in wanted.items() if present for name in names.split()]
    return ["BEGIN", *names, "END"]


def event_names(data: bytes) -> list[str]:
    return [
        line.name
        for line in read_lines(
            re.search(rb"^BEGIN:VEVENT.*^END:VEVENT\r\n", data, re.DOTALL | re.MULTILINE)[0]
        )
    ]


def assert_sound_bytes(data: bytes) -> None:
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", data)
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert b"" not in data.removesuffix(b"\r\n").split(b"\r\n")


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(hostile_entries(), HOSTILE)
@example(
    entry(summary=INJECTION, description=INJECTION, location=INJECTION, categories=(INJECTION,)), INJECTION
)
def test_hostile_text_adds_nothing(one: CalendarEntry, name: str) -> None:
    """T12: CR only before LF, 75 octets, exactly the expected properties, and each text read back as given."""
    for data, in_feed in (
        (feed_of(one, name=name, description=name), True),
        (request(one, Party(name, "fachtag@example.org"), Party(name, "mia@example.org"), STAMP), False),
    ):
        assert_sound_bytes(data)
        assert complaints(data, feed=in_feed) == []
        assert event_names(data) == expected_names(one, in_feed=in_feed)
        calendar = icalendar.Calendar.from_ical(data)
        (read,) = calendar.walk("VEVENT")
        assert str(read["SUMMARY"]) == text.one_line(one.summary)
        assert str(read.get("DESCRIPTION", "")) == text.paragraphs(one.description)
        assert str(read.get("LOCATION", "")) == text.one_line(one.location)
        assert read.categories == [c for c in map(text.one_line, one.categories) if c]
        assert read.start.astimezone(UTC) == one.starts.replace(microsecond=0)
        assert read.end.astimezone(UTC) == one.ends.replace(microsecond=0)
        if in_feed:
            assert str(calendar["DESCRIPTION"]) == text.paragraphs(name)
            assert str(calendar["X-WR-CALNAME"]) == text.escape(
                text.one_line(name)
            )  # not known to the reader
        else:
            assert read["ATTENDEE"].params.get("CN", "") == text.without_quotes(name)


@settings(max_examples=50, deadline=None)
@given(hostile_entries())
def test_same_input_same_bytes(one: CalendarEntry) -> None:
    """A feed's ETag and the copies of a mail rest on it."""
    assert vevent(one) == vevent(one)
    assert feed_of(one) == feed_of(one)
    assert request(one, ORGANISER, ATTENDEE, STAMP) == request(one, ORGANISER, ATTENDEE, STAMP)
    assert cancel(one, ORGANISER, ATTENDEE, STAMP) == cancel(one, ORGANISER, ATTENDEE, STAMP)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["ä", "👩‍🏫", "\\", "\n", ",", "x" * 60]), max_size=40).map("".join))
def test_folds_fall_between_characters(written: str) -> None:
    data = vevent(entry(description="." + written + "."))
    for line in data.split(b"\r\n"):
        line.decode()
    for before, after in pairwise(data.split(b"\r\n")):
        assert not (after.startswith(b" ") and (len(before) - len(before.rstrip(b"\\"))) % 2)


def test_feed_takes_any_iterable() -> None:
    blobs = (vevent(each) for each in (entry(), winter()))
    arguments = {"uid": "f@x", "source_url": None, "refresh": timedelta(hours=1), "last_modified": STAMP}
    assert feed("F", "", blobs, **arguments).count(b"BEGIN:VEVENT") == 2
