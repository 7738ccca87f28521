# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day as a calendar entry."""

from app.events.models import Event
from app.events.rules import EventStatus
from app.formatting import plain
from app.ical.entry import CalendarEntry, cancelled


def event_entry(event: Event, address: str, agenda: str = "", sequence: int | None = None) -> CalendarEntry:
    """The whole day. `address` is its public page; no personal link ever stands in a calendar (T14)."""
    parts = (plain(event.summary), agenda, plain(event.venue_note), address)
    entry = CalendarEntry(
        uid=event.uid,
        sequence=event.sequence if sequence is None else sequence,
        created=event.created_at,
        modified=event.modified_at,
        starts=event.starts_at,
        ends=event.ends_at,
        summary=event.title,
        description="\n\n".join(part for part in parts if part),
        location=event.place,
        url=address,
        categories=("Fachtag",),
    )
    return cancelled(entry) if event.status is EventStatus.CANCELLED else entry
