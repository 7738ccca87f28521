# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Dates and times as files write them; what cannot be read is refused with what stands there."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from app.clock import BERLIN
from app.refusal import N_, Refusal

_CLOCK = re.compile(r"([0-9]{1,2})[:.h]([0-9]{2})(?::[0-9]{2})?(?: ?Uhr)?", re.IGNORECASE)
_HOUR = re.compile(r"([0-9]{1,2}) ?(?:Uhr|h)", re.IGNORECASE)
_GERMAN = re.compile(r"(?:[A-Za-zÄÖÜäöü]{2,10}\.?,? *)?([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def zone_of(name: str) -> ZoneInfo:
    """Berlin, where the file names none that is known."""
    if name and re.fullmatch(r"[A-Za-z_+\-0-9/]{1,60}", name):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            return BERLIN
    return BERLIN


def moment_of(written: str, zone: ZoneInfo) -> datetime:
    """In UTC; an ISO 8601 moment without a zone is one of `zone`."""
    try:
        read = datetime.fromisoformat(written.strip())
        aware = read if read.tzinfo is not None else read.replace(tzinfo=zone)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal(
            N_("“%(typed)s” is no moment. A date and a time are expected."), typed=written[:60]
        ) from None


def time_of(written: str) -> time | None:
    """ "9:30", "09.30 Uhr", "9 Uhr"; None where nothing stands there."""
    typed = written.strip()
    if not typed:
        return None
    found = _CLOCK.fullmatch(typed) or _HOUR.fullmatch(typed)
    if found is None or not _fits(found):
        raise Refusal(
            N_("“%(typed)s” is no time. Hours and minutes are expected, such as 9:30."), typed=typed[:40]
        )
    return time(int(found[1]) % 24, int(found[2]) if len(found.groups()) > 1 else 0)


def _fits(found: re.Match[str]) -> bool:
    minutes = int(found[2]) if len(found.groups()) > 1 else 0
    return (int(found[1]) < 24 and minutes < 60) or (int(found[1]), minutes) == (24, 0)


def date_of(written: str) -> date:
    """ "2027-03-11", "11.03.2027", "Do., 11.3.2027"."""
    typed = written.strip()
    iso, german = _ISO.match(typed), _GERMAN.fullmatch(typed)
    parts = (iso[1], iso[2], iso[3]) if iso else (german[3], german[2], german[1]) if german else None
    try:
        if parts is not None:
            return date(*(int(one) for one in parts))
    except ValueError:
        pass
    raise Refusal(N_("“%(typed)s” is no date. It is expected as in 11.03.2027."), typed=typed[:40])
