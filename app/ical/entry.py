# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""What has a time, as a calendar sees it: one immutable value that knows no subject and no database."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from app.ical.text import one_line

CANCELLED_PREFIX = "Abgesagt: "
LONGEST_UID = 255
"""Octets (RFC 7986, 5.3)."""

_NOT_IN_UID = frozenset(' ",;:\\')


class EntryStatus(StrEnum):
    """Whether the thing takes place (RFC 5545, 3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One thing with a time.

    All times are aware; parts of a second are not shown. `sequence` and `modified` are stored with the thing and
    rise with every published change, `uid` never changes. `parent_uid` names the day a workshop belongs to;
    `conference_url` is where to join online (say it in `description` too). `latitude` and `longitude` are degrees
    in WGS 84, both or neither. No personal data and no personal link: whoever sees the calendar sees the text.

    Raises ValueError for what no calendar could show.
    """

    uid: str
    sequence: int
    created: datetime
    modified: datetime
    starts: datetime
    ends: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str | None = None
    status: EntryStatus = EntryStatus.CONFIRMED
    transparent: bool = False
    categories: tuple[str, ...] = ()
    parent_uid: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    conference_url: str | None = None

    def __post_init__(self) -> None:
        check_uid(self.uid)
        if self.parent_uid is not None:
            check_uid(self.parent_uid)
        for name in ("created", "modified", "starts", "ends"):
            check_aware(name, getattr(self, name))
        if self.ends - self.starts < timedelta(seconds=1):
            raise ValueError(f"ends {self.ends} is not later than starts {self.starts}")
        if self.sequence < 0:
            raise ValueError(f"sequence {self.sequence} is negative")
        if not one_line(self.summary):
            raise ValueError("summary is empty")
        _check_position(self.latitude, self.longitude)


@dataclass(frozen=True, slots=True)
class Party:
    """Organiser or attendee of an invitation. The name may be empty. Raises ValueError without a mail address."""

    name: str
    email: str

    def __post_init__(self) -> None:
        local, at, domain = self.email.rpartition("@")
        if not (local and at and domain) or not self.email.isprintable() or " " in self.email:
            raise ValueError(f"{self.email!r} is not a mail address")


def new_uid(domain_constant: str) -> str:
    """A UID to be stored once and kept for ever.

    `domain_constant` belongs to the installation and is not its host name: after a move to another address the
    calendars must still recognise their entries.
    """
    return check_uid(f"{uuid4()}@{domain_constant}")


def cancelled(entry: CalendarEntry) -> CalendarEntry:
    """The entry as calendars should show it when it does not take place.

    Clients differ in what they show of a cancellation, so it is said three times: in words, in the status, and by
    leaving the time free. The number and stamp of the change are those of the entry.
    """
    summary = entry.summary
    if not summary.startswith(CANCELLED_PREFIX):
        summary = CANCELLED_PREFIX + summary
    return replace(entry, summary=summary, status=EntryStatus.CANCELLED, transparent=True)


def check_uid(uid: str) -> str:
    """The same UID, if every reader takes it as it stands; else ValueError."""
    if not uid or len(uid.encode(errors="replace")) > LONGEST_UID:
        raise ValueError(f"a UID has 1 to {LONGEST_UID} octets")
    if not uid.isascii() or not uid.isprintable() or _NOT_IN_UID & set(uid):
        raise ValueError(f"{uid!r} holds a character that a UID should not hold")
    return uid


def check_aware(name: str, moment: datetime) -> datetime:
    """The same moment, if it knows its distance from UTC; else ValueError."""
    if moment.utcoffset() is None:
        raise ValueError(f"{name} {moment} has no time zone")
    return moment


def _check_position(latitude: float | None, longitude: float | None) -> None:
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None:
        raise ValueError("latitude and longitude belong together")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(f"{latitude}, {longitude} is not a place on Earth")
