# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""The strict reader finds each fault that is planted, and nothing where there is none."""

import re
from datetime import timedelta

import pytest

from app.ical.entry import cancelled
from app.ical.render import VTIMEZONE, cancel, download, request, vevent
from tests.ical.lint import complaints
from tests.ical.samples import ATTENDEE, ORGANISER, STAMP, entry, feed_of, winter

PLACE = {"location": "Haus am Markt, Bielefeld", "latitude": 52.0, "longitude": 8.5}
FEED = feed_of(entry(**PLACE, description="Zeile 1\nZeile 2: " + "ä" * 60), winter(parent_uid=entry().uid))
REQUEST = request(entry(**PLACE), ORGANISER, ATTENDEE, STAMP)
CANCEL = cancel(entry(sequence=2), ORGANISER, ATTENDEE, STAMP)

FEED_FAULTS = [
    # bytes
    (rb"\A", b"\xef\xbb\xbf", "starts with a byte order mark"),
    (rb"SUMMARY:KIM", b"SUMMARY:KI\rM", "CR without LF"),
    (rb"CALSCALE:GREGORIAN\r\n", b"CALSCALE:GREGORIAN\n", "LF without CR"),
    (rb"\r\n\Z", b"", "last line without CRLF"),
    (rb"SUMMARY:KIM", b"SUMMARY:KI\x07M", "control character"),
    (rb"SUMMARY:KIM", b"SUMMARY:KIM" + b"x" * 60, " has 83 octets"),
    (rb"CALSCALE", b"\r\nCALSCALE", "line 4 is empty"),
    (rb"\r\n \xc3", b"\r\n\t\xc3", " is folded with a tab"),
    (rb"\r\n \xc3\xa4", b"\xc3\r\n \xa4", " is folded inside a character"),
    (rb"Zeile 1\\nZeile", b"Zeile 1\\\r\n nZeile", " is folded after a backslash"),
    (rb"SUMMARY:KIM", b"SUMMARY:\xff", "not UTF-8"),
    # lines
    (rb"CALSCALE:", b"CALSCALE ", "not a content line"),
    (rb"END:VTIMEZONE\r\n", b"", "END:VCALENDAR closes nothing"),
    (rb"END:VCALENDAR\r\n", b"", "BEGIN:VCALENDAR is never closed"),
    (rb"\Z", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "not exactly one VCALENDAR"),
    (rb"X-TITLE=", b"VALUE=URI;X-TITLE=", "parameter VALUE twice"),
    (rb"SUMMARY:KIM", b"SUMMARY:KIM; ", "SUMMARY: comma or semicolon not escaped"),
    (rb"Haus am Markt\\,", b"Haus am Markt,", "LOCATION: comma or semicolon not escaped"),
    (rb"SUMMARY:KIM", b"SUMMARY:K\\IM", "SUMMARY: backslash that escapes nothing"),
    (rb"SUMMARY:KIM", b"SUMMARY:K\\\\\\IM", "SUMMARY: backslash that escapes nothing"),
    (rb'X-TITLE="Haus', b'X-TITLE="Haus ^^', "X-APPLE-STRUCTURED-LOCATION: a parameter holds"),
    # calendar
    (rb"VERSION:2.0", b"VERSION:1.0", "VERSION is not 2.0"),
    (rb"VERSION:2.0\r\n", b"", "VCALENDAR without VERSION"),
    (rb"PRODID:[^\r]*\r\n", b"", "VCALENDAR without PRODID"),
    (rb"CALSCALE:GREGORIAN", b"CALSCALE:JULIAN", "CALSCALE is not GREGORIAN"),
    (rb"X-WR-CALNAME:Fachtage\r\n", b"", "VCALENDAR without X-WR-CALNAME"),
    (rb"(NAME:Fachtage\r\n)", rb"{1}{1}", "VCALENDAR: NAME 2 times"),
    (rb"COLOR:", b"COLOUR:", "VCALENDAR with COLOUR"),
    (rb";VALUE=DURATION", b"", "REFRESH-INTERVAL without VALUE=DURATION"),
    (
        rb"REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        b"REFRESH-INTERVAL;VALUE=DURATION:PT",
        "REFRESH-INTERVAL is not a duration",
    ),
    (rb"SOURCE;VALUE=URI:", b"SOURCE:", "SOURCE without VALUE=URI"),
    (rb"SOURCE;VALUE=URI:https://", b"SOURCE;VALUE=URI:https:// ", "SOURCE is not a URI"),
    (rb"(?s)BEGIN:VTIMEZONE.*END:VEVENT\r\n", b"", "VCALENDAR without any component"),
    (rb"BEGIN:VEVENT\r\n(?s:.*)END:VEVENT", b"BEGIN:VTODO\r\nEND:VTODO", "VTODO in a calendar of ours"),
    (
        rb"UID:7c9e6679-7425-40de-944b-e07fc1f90ae7@",
        b"UID:0f8fad5b-d9cb-469f-a165-70867728950e@",
        "@fachtag.example 2 times",
    ),
    (rb"UID:7c9e6679-7425-40de-944b-e07fc1f90ae7@", b"UID:all@", "the calendar has the UID of an event"),
    # zones
    (re.escape(VTIMEZONE), b"", "DTSTART: TZID=Europe/Berlin without its VTIMEZONE before it"),
    (
        rb"(?s)(BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n)(.*)(END:VCALENDAR)",
        rb"{2}{1}{3}",
        "without its VTIMEZONE before it",
    ),
    (re.escape(VTIMEZONE), VTIMEZONE * 2, "VTIMEZONE Europe/Berlin twice"),
    (rb"(?s)BEGIN:DAYLIGHT.*END:DAYLIGHT\r\n", b"", "not exactly one DAYLIGHT and one STANDARD"),
    (rb"TZOFFSETTO:\+0200\r\n", b"", "DAYLIGHT without TZOFFSETTO"),
    (rb"TZOFFSETTO:\+0200", b"TZOFFSETTO:0200", "DAYLIGHT: TZOFFSETTO is not an offset"),
    (
        rb"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        b"RRULE:FREQ=YEARLY;BYMONTH=3",
        "a rule that Exchange does not read",
    ),
    (rb"TZNAME:CEST", b"COMMENT:x\r\nTZNAME:CEST", "DAYLIGHT with COMMENT"),
    # events
    (rb"SUMMARY:[^\r]*\r\n", b"", "VEVENT without SUMMARY"),
    (rb"SUMMARY:[^\r]*\r\n", b"SUMMARY:\r\n", "SUMMARY is empty"),
    (rb"(STATUS:CONFIRMED\r\n)", rb"{1}{1}", "VEVENT: STATUS 2 times"),
    (rb"STATUS:CONFIRMED", b"STATUS:CANCELED", "STATUS:CANCELED is not known"),
    (rb"STATUS:CONFIRMED", b"STATUS:CANCELLED", "cancelled and still taking time"),
    (rb"TRANSP:OPAQUE", b"TRANSP:BUSY", "TRANSP:BUSY is not known"),
    (rb"SEQUENCE:1", b"SEQUENCE:-1", "SEQUENCE is not a number"),
    (rb"(UID:0f8f)", rb"{1}" + b"\r\n ".join([b"x" * 60] * 5), "UID is empty or too long"),
    (rb"DTSTAMP:20260201T120000Z", b"DTSTAMP:20260201T120000", "DTSTAMP is not in UTC"),
    (rb"DTSTAMP:20260201T120000Z", b"DTSTAMP:20260202T120000Z", "DTSTAMP is not LAST-MODIFIED"),
    (rb"DTSTART;TZID=Europe/Berlin", b"DTSTART", "DTSTART: floating time"),
    (rb"DTSTART;TZID=Europe/Berlin", b"DTSTART", "DTSTART and DTEND differ in kind"),
    (rb"TZID=Europe/Berlin:", b"TZID=Europe/Bielefeld:", "TZID=Europe/Bielefeld is no known zone"),
    (rb"Berlin:20260701T090000", b"Berlin:20260701T090000Z", "DTSTART: not a local time"),
    (
        rb"DTEND;TZID=Europe/Berlin:20260701T16",
        b"DTEND;TZID=Europe/Berlin:20260701T09",
        "DTEND is not later than DTSTART",
    ),
    (rb"DTEND;[^\r]*", b"DURATION:PT7H", "VEVENT with DURATION"),
    (rb"TRANSP", b"RRULE:FREQ=DAILY\r\nTRANSP", "VEVENT with RRULE"),
    (rb"END:VEVENT", b"BEGIN:VALARM\r\nEND:VALARM\r\nEND:VEVENT", "VALARM in an event"),
    (rb"Markt\\,", b"Markt\\n", "LOCATION on more than one line"),
    (rb"GEO:52.000000;", b"GEO:52.000000,", "GEO is not two numbers"),
    (rb"TRANSP", b"ORGANIZER:mailto:a@example.org\r\nTRANSP", "ORGANIZER or ATTENDEE without METHOD"),
    (rb"CALSCALE:GREGORIAN", b"METHOD:PUBLISH", "METHOD:PUBLISH is not one we send"),
    (rb"CALSCALE:GREGORIAN", b"METHOD:REQUEST", "METHOD:REQUEST with 2 events"),
]

INVITATION_FAULTS = [
    (REQUEST, rb"ORGANIZER[^\r]*\r\n", b"", "METHOD:REQUEST with 0 ORGANIZER"),
    (REQUEST, rb"(?s)ATTENDEE.*(END:VEVENT)", rb"{1}", "METHOD:REQUEST with 0 ATTENDEE"),
    (REQUEST, rb"TRANSP", b"ATTENDEE:mailto:a@example.org\r\nTRANSP", "METHOD:REQUEST with 2 ATTENDEE"),
    (REQUEST, rb"mailto:fachtag", b"fachtag", "ORGANIZER is not mailto:"),
    (REQUEST, rb"STATUS:CONFIRMED", b"STATUS:CANCELLED", "METHOD:REQUEST with STATUS:CANCELLED"),
    (REQUEST, rb"TRANSP", b"RELATED-TO:a@fachtag.example\r\nTRANSP", "METHOD:REQUEST with RELATED-TO"),
    (REQUEST, rb"RSVP=\r\n TRUE", b"RSVP=\r\n FALSE", "ATTENDEE is not asked for an answer"),
    (REQUEST, rb"METHOD:REQUEST\r\n", b"", "ORGANIZER or ATTENDEE without METHOD"),
    (REQUEST, rb"METHOD:REQUEST", b"METHOD:INVITE", "METHOD:INVITE is not one we send"),
    (CANCEL, rb"STATUS:CANCELLED", b"STATUS:CONFIRMED", "METHOD:CANCEL with STATUS:CONFIRMED"),
    (CANCEL, rb"SEQUENCE:2", b"SEQUENCE:0", "METHOD:CANCEL with a SEQUENCE that was not raised"),
]


def found(data: bytes, pattern: bytes, instead: bytes, *, feed: bool) -> list[str]:
    """The complaints once the first match is gone for `instead`, where {1} stands for the first group."""
    there = re.search(pattern, data)
    assert there, f"nothing to break: {pattern!r}"
    for number, group in enumerate(there.groups(), start=1):
        instead = instead.replace(b"{%d}" % number, group)
    return complaints(data[: there.start()] + instead + data[there.end() :], feed=feed)


@pytest.mark.parametrize(
    ("pattern", "instead", "complaint"), FEED_FAULTS, ids=[each[2] for each in FEED_FAULTS]
)
def test_finds_a_fault_in_a_feed(pattern: bytes, instead: bytes, complaint: str) -> None:
    complained = found(FEED, pattern, instead, feed=True)
    assert [each for each in complained if complaint in each], complained


@pytest.mark.parametrize(
    ("data", "pattern", "instead", "complaint"),
    INVITATION_FAULTS,
    ids=[each[3] for each in INVITATION_FAULTS],
)
def test_finds_a_fault_in_an_invitation(data: bytes, pattern: bytes, instead: bytes, complaint: str) -> None:
    complained = found(data, pattern, instead, feed=False)
    assert [each for each in complained if complaint in each], complained


@pytest.mark.parametrize(
    "data",
    [
        FEED,
        feed_of(),
        feed_of(cancelled(entry())),
        feed_of(entry(), refresh=timedelta(days=2, hours=3, minutes=4)),
    ],
    ids=["two events", "none", "cancelled", "odd refresh"],
)
def test_has_nothing_against_a_good_feed(data: bytes) -> None:
    assert complaints(data, feed=True) == []


@pytest.mark.parametrize(
    "data", [REQUEST, CANCEL, download([vevent(entry())])], ids=["REQUEST", "CANCEL", "download"]
)
def test_has_nothing_against_a_good_file(data: bytes) -> None:
    assert complaints(data) == []


def test_only_a_feed_needs_what_subscribers_need() -> None:
    assert complaints(download([vevent(entry())]), feed=True) == [
        f"VCALENDAR without {name}"
        for name in ("LAST-MODIFIED", "NAME", "REFRESH-INTERVAL", "UID", "X-PUBLISHED-TTL", "X-WR-CALNAME")
    ]
