# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day in the words of schema.org, for search engines: a block of data in the page of the day, which no browser runs.

What takes place within the day is known higher up and handed in once, when the process starts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.clock import BERLIN
from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.partners.queries import PartnerView
from app.events.partners.rules import PartnerRole
from app.events.rules import EventStatus
from app.formatting import plain


@dataclass(frozen=True, slots=True)
class Part:
    """Something that takes place within a day; `address` is where it can be read about, `room` None if it has none."""

    title: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    room: RoomFacts | None
    address: str
    language: str


Parts = Callable[[Session, Event], Iterable[Part]]
_parts: list[Parts] = [lambda _session, _day: ()]


def parts_come_from(read: Parts) -> None:
    """Said once in a process."""
    _parts[:] = [read]


def structured(session: Session, day: Event, partners: Sequence[PartnerView], address: str) -> dict[str, Any]:
    """The day as JSON-LD; `address` is its page's own."""
    within = list(_parts[0](session, day))
    said = {"@context": "https://schema.org", **_day(day, partners, address, within)}
    parts = [_part(day, one) for one in within]
    return {**said, **({"subEvent": parts} if parts else {})}


def _day(day: Event, partners: Sequence[PartnerView], address: str, within: Sequence[Part]) -> dict[str, Any]:
    hosts = [one.name for one in (day.lead_host, *day.cohosts) if one is not None]

    def of(*roles: PartnerRole) -> list[str]:
        return [one.name for one in partners if one.role in roles]

    ways = [_ways(one.room) for one in within] or [_ways(None)]
    here = any(one for one, _online in ways)
    online = day.offers_online or any(one for _here, one in ways)
    return _without_empty(
        {
            "@type": "Event",
            "name": day.title,
            "description": plain(day.summary),
            "url": address,
            "startDate": _local(day.starts_at),
            "endDate": _local(day.ends_at),
            "eventStatus": _status(day),
            "eventAttendanceMode": _mode(here=here, online=online),
            "inLanguage": day.language,
            "maximumAttendeeCapacity": day.capacity,
            "location": _places(_place(day), address, here=here, online=online),
            "organizer": _organisations(hosts + of(PartnerRole.HOST)),
            "contributor": _organisations(of(PartnerRole.COOPERATION, PartnerRole.PATRON)),
            "funder": _organisations(of(PartnerRole.FUNDER)),
        }
    )


def _organisations(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"@type": "Organization", "name": one} for one in names]


def _part(day: Event, part: Part) -> dict[str, Any]:
    here, online = _ways(part.room)
    return _without_empty(
        {
            "@type": "Event",
            "name": part.title,
            "description": plain(part.summary),
            "url": part.address,
            "startDate": _local(part.starts_at),
            "endDate": _local(part.ends_at),
            "eventStatus": _status(day),
            "eventAttendanceMode": _mode(here=here, online=online) if online else "",
            "inLanguage": part.language,
            "location": _places(_place(day, part.room), part.address, here=here, online=online),
        }
    )


def _ways(room: RoomFacts | None) -> tuple[bool, bool]:
    return room is None or not room.only_online, room is not None and room.online


def _mode(*, here: bool, online: bool) -> str:
    word = "Mixed" if here and online else "Online" if online else "Offline"
    return f"https://schema.org/{word}EventAttendanceMode"


def _places(place: dict[str, Any], address: str, *, here: bool, online: bool) -> Any:
    """Of what is online the public page is named: the link is for who takes part."""
    virtual = {"@type": "VirtualLocation", "url": address}
    if here and online:
        return [place, virtual]
    return virtual if online else place


def _place(day: Event, room: RoomFacts | None = None) -> dict[str, Any]:
    if room is not None and room.venue:
        return {"@type": "Place", "name": room.name, "address": room.venue}
    address = {
        "@type": "PostalAddress",
        "streetAddress": day.venue_street,
        "postalCode": day.venue_postcode,
        "addressLocality": day.venue_city,
        "addressCountry": "DE",
    }
    name = ", ".join(part for part in (room.name if room else "", day.venue_name) if part)
    return _without_empty({"@type": "Place", "name": name, "address": _without_empty(address)})


def _status(day: Event) -> str:
    word = "EventCancelled" if day.status is EventStatus.CANCELLED else "EventScheduled"
    return f"https://schema.org/{word}"


def _without_empty(said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value not in (None, "", [])}


def _local(moment: datetime) -> str:
    return moment.astimezone(BERLIN).isoformat(timespec="seconds")
