# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A registration as a calendar entry: the whole day, the person's own agenda in the text (calendar.md D6)."""

from dataclasses import replace

from app.clock import BERLIN
from app.events.ical import event_entry
from app.ical.entry import CalendarEntry
from app.ical.entry import Status as EntryStatus
from app.programme.agenda import Line
from app.registration.models import Registration
from app.registration.queries import MyDay
from app.registration.rules import Status

WAITING_PREFIX = "Warteliste: "


def registration_entry(
    registration: Registration, day: MyDay, address: str, sequence: int | None = None
) -> CalendarEntry:
    """`address` is the day's public page: a calendar is seen by others, so no personal link stands in it.

    Who has no certain seat yet sees the day as tentative; it does not take their time.
    """
    entry = event_entry(registration.event, address, agenda_text(registration, day), sequence)
    if (
        registration.status not in {Status.WAITING, Status.UNCONFIRMED, Status.PENDING, Status.OFFERED}
        or entry.status is not EntryStatus.CONFIRMED
    ):
        return entry
    summary = entry.summary if registration.holds_seat else f"{WAITING_PREFIX}{entry.summary}"
    return replace(entry, status=EntryStatus.TENTATIVE, transparent=True, summary=summary)


def agenda_text(registration: Registration, day: MyDay) -> str:
    """One line per item: what everybody does, and the person's own workshops. Empty before the release."""
    if registration.event.agenda_released_at is None:
        return ""
    return "\n".join(
        f"{line.starts_at.astimezone(BERLIN):%H:%M} {what_one_does(line, day)}" for line in day.lines
    )


def what_one_does(line: Line, day: MyDay) -> str:
    """The item's title and room; in a round the person's own workshop."""
    if line.round is None:
        return ", ".join(part for part in (line.title, line.room.name if line.room else "") if part)
    place = day.of(line.round.id).run
    if place is None:
        return line.title
    return ", ".join(
        part
        for part in (f"{line.title}: {place.label} {place.title}", place.room.name if place.room else "")
        if part
    )
