# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""Entries to bytes: the only place that knows the format of calendars (RFC 5545, 5546, 7986).

The same input gives the same bytes: no clock, no chance, nothing left to a default of the library. Choices that look
odd come from the habits of clients; the reasons stand beside them.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, vCalAddress, vDuration, vText, vUri

from app.address import NoAddress, in_ascii
from app.ical import text
from app.ical.entry import CalendarEntry, EntryStatus, Party, check_aware, check_uid

PRODID = "-//Fachtag//Fachtag//DE"

BERLIN = ZoneInfo("Europe/Berlin")
VTIMEZONE = b"""\
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
""".replace(b"\n", b"\r\n")
"""Central European Time since 1996. One rule for each half of the year and the start in the local time before the
change is the form that all readers understand; the one the library makes is an hour late in several of them."""

_RULES_HOLD_SINCE = 1996
MOST_KEPT = 1_000  # entries of some kilobytes
_END = b"END:VCALENDAR\r\n"
_COLOUR_NAME, _COLOUR_CODE = "darkblue", "#00008B"


@lru_cache(maxsize=MOST_KEPT)
def vevent(entry: CalendarEntry) -> bytes:
    """One VEVENT as feeds and downloads hold it: nobody invites, nobody is invited, DTSTAMP is the last change. Most are the
    same in every feed, and after most changes of a day."""
    return _bytes(_event(entry, stamp=entry.modified, in_feed=True))


def feed(
    name: str,
    description: str,
    blobs: Iterable[bytes],
    *,
    uid: str,
    source_url: str | None,
    refresh: timedelta,
    last_modified: datetime,
) -> bytes:
    """A calendar to subscribe to: the VEVENTs in the order given, which must have different UIDs.

    `source_url` is the feed's own address; None where it is a secret, because it would travel with every copy.
    `refresh` (whole seconds) is how often clients should ask; `last_modified` when the feed last gained, lost or
    changed an entry. Without any entry the time zone is the one component that RFC 5545 (3.6) asks for.
    Raises ValueError for a UID or times that no calendar could show.
    """
    if refresh < timedelta(seconds=1):
        raise ValueError("clients cannot ask more often than every second")
    interval = timedelta(seconds=int(refresh.total_seconds()))
    calendar = _calendar()
    calendar.add("UID", _Verbatim(check_uid(uid)))
    calendar.add("LAST-MODIFIED", _utc(check_aware("last_modified", last_modified)))
    for key in ("NAME", "X-WR-CALNAME"):
        calendar.add(key, _text(text.one_line(name)))
    for key in ("DESCRIPTION", "X-WR-CALDESC"):
        calendar.add(key, _text(text.paragraphs(description)))
    if source_url:
        calendar.add("SOURCE", vUri(text.uri(source_url)), {"VALUE": "URI"})
    calendar.add("REFRESH-INTERVAL", vDuration(interval), {"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(interval))
    calendar.add("COLOR", _Verbatim(_COLOUR_NAME))
    calendar.add("X-APPLE-CALENDAR-COLOR", _Verbatim(_COLOUR_CODE))
    return _around(calendar, blobs)


def download(blobs: Iterable[bytes]) -> bytes:
    """The VEVENTs as a file to open once. It has no name: with one, Outlook opens a new calendar beside one's own."""
    return _around(_calendar(), blobs)


def request(entry: CalendarEntry, organiser: Party, attendee: Party, stamp: datetime) -> bytes:
    """An invitation or its update for one person. `stamp` is when the message was made, not when it is sent again.

    Raises ValueError for a cancelled entry: that needs `cancel`.
    """
    if entry.status is EntryStatus.CANCELLED:
        raise ValueError("nobody is invited to a cancelled entry")
    event = _event(entry, stamp=check_aware("stamp", stamp), in_feed=False)
    event.add("ORGANIZER", *_party(organiser))
    # Gmail draws its buttons only when the addressee is listed, and RSVP=FALSE would hide them nowhere.
    answer = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
    event.add("ATTENDEE", *_party(attendee, answer))
    return _around(_calendar(method="REQUEST"), [_bytes(event)])


def cancel(entry: CalendarEntry, organiser: Party, attendee: Party, stamp: datetime) -> bytes:
    """Takes the entry out of one person's calendar, because it or only their registration is cancelled.

    The title stays as given: `entry.cancelled` writes it for a day that does not take place. `entry.sequence` must
    be higher than the one that the invitation had.
    """
    gone = replace(entry, status=EntryStatus.CANCELLED, transparent=True)
    event = _event(gone, stamp=check_aware("stamp", stamp), in_feed=False)
    event.add("ORGANIZER", *_party(organiser))
    event.add("ATTENDEE", *_party(attendee, {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT"}))
    return _around(_calendar(method="CANCEL"), [_bytes(event)])


def _calendar(method: str | None = None) -> Calendar:
    calendar = Calendar()
    calendar.add("VERSION", _Verbatim("2.0"))
    calendar.add("PRODID", _Verbatim(PRODID))
    calendar.add("CALSCALE", _Verbatim("GREGORIAN"))
    if method:
        calendar.add("METHOD", _Verbatim(method))
    return calendar


def _around(calendar: Calendar, blobs: Iterable[bytes]) -> bytes:
    head = _bytes(calendar).removesuffix(_END)
    return b"".join([head, VTIMEZONE, *blobs, _END])


def _bytes(component: Component) -> bytes:
    in_order_of_adding = component.content_lines(sorted=False)
    return b"".join(text.folded(str(line)) for line in in_order_of_adding if line)


def _event(entry: CalendarEntry, *, stamp: datetime, in_feed: bool) -> Event:
    event = Event()
    event.add("UID", _Verbatim(entry.uid))
    event.add("DTSTAMP", _utc(stamp))
    event.add("CREATED", _utc(entry.created))
    event.add("LAST-MODIFIED", _utc(entry.modified))
    event.add("SEQUENCE", entry.sequence)
    starts, ends = _shown_times(entry)
    event.add("DTSTART", starts)
    event.add("DTEND", ends)
    event.add("SUMMARY", _text(text.one_line(entry.summary)))
    _add_text(event, "DESCRIPTION", text.paragraphs(entry.description))
    _add_place(event, entry)
    if entry.url:
        event.add("URL", vUri(text.uri(entry.url)))
    if entry.conference_url:
        event.add("CONFERENCE", vUri(text.uri(entry.conference_url)), {"VALUE": "URI"})
    categories = [category for category in map(text.one_line, entry.categories) if category]
    if categories:
        event.add("CATEGORIES", _Verbatim(text.escape_list(categories)))
    event.add("STATUS", _Verbatim(entry.status.value))
    event.add("TRANSP", _Verbatim("TRANSPARENT" if entry.transparent else "OPAQUE"))
    if entry.status is EntryStatus.TENTATIVE and not entry.transparent:
        event.add("X-MICROSOFT-CDO-BUSYSTATUS", _Verbatim("TENTATIVE"))
    if in_feed and entry.parent_uid:
        # Only a feed holds both ends; a mailed entry would point at something its reader does not have.
        event.add("RELATED-TO", _Verbatim(entry.parent_uid), {"RELTYPE": "PARENT"})
    return event


def _add_place(event: Event, entry: CalendarEntry) -> None:
    place = text.one_line(entry.location)
    _add_text(event, "LOCATION", place)
    if entry.latitude is None or entry.longitude is None:
        return
    latitude, longitude = f"{entry.latitude:.6f}", f"{entry.longitude:.6f}"
    event.add("GEO", _Verbatim(f"{latitude};{longitude}"))
    # Apple shows a map only if this title equals LOCATION, so it is left out where it cannot.
    if place and place == text.without_quotes(place):
        pin = vUri(f"geo:{latitude},{longitude}")
        event.add(
            "X-APPLE-STRUCTURED-LOCATION", pin, {"VALUE": "URI", "X-APPLE-RADIUS": "70", "X-TITLE": place}
        )


def _shown_times(entry: CalendarEntry) -> tuple[datetime, datetime]:
    """Local times, so that a new law on summer time would move the day with the clock on the wall.

    UTC where local time says too little: in the hour that comes twice in autumn, and before the rules held.
    """
    starts, ends = entry.starts.astimezone(BERLIN), entry.ends.astimezone(BERLIN)
    if _is_unclear(starts) or _is_unclear(ends):
        return _utc(starts), _utc(ends)
    return starts, ends


def _is_unclear(local: datetime) -> bool:
    comes_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return comes_twice or local.year < _RULES_HOLD_SINCE


def _party(party: Party, parameters: dict[str, str] | None = None) -> tuple[vCalAddress, dict[str, str]]:
    name = text.without_quotes(party.name)
    return vCalAddress(text.mailto(_of_mail(party.email))), (parameters or {}) | (
        {"CN": name} if name else {}
    )


def _of_mail(email: str) -> str:
    """As the mail with the invitation spells it, so that calendar programs know the addressee again."""
    with suppress(NoAddress):
        return in_ascii(email)
    return email


def _add_text(component: Component, key: str, value: str) -> None:
    if value:
        component.add(key, _text(value))


def _text(value: str) -> "_Verbatim":
    return _Verbatim(text.escape(value))


class _Verbatim(vText):
    """A value that is written as it stands, because it needs no escaping or has had it."""

    def to_ical(self) -> bytes:
        return str(self).encode()


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
