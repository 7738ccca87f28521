# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A registration as a calendar entry: the whole day, the person's own agenda in the text (D6)."""

from dataclasses import dataclass, replace

from app.clock import BERLIN
from app.events.ical import event_entry
from app.events.models import Event
from app.ical.entry import CalendarEntry, EntryStatus
from app.programme.agenda import AgendaLine, RunView
from app.registration.models import Registration
from app.registration.queries import MyDay
from app.registration.rules import Status
from app.texts import day_and_month

WAITING_PREFIX = "Warteliste: "


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in a round without a place."""

    waits: str
    is_open: str
    absent: str
    on_the_day: str
    language: str  # of the dates


GERMAN = Words(
    "Warteliste für", "noch nicht gewählt", "ohne Sie", "ohne Anmeldung, freie Wahl am Tag", "de"
)  # a calendar is in one language


def registration_entry(
    registration: Registration, day: MyDay, address: str, sequence: int | None = None
) -> CalendarEntry:
    """`address` is the day's public page: a calendar is seen by others, so no personal link stands in it.

    Who has no certain seat yet sees the day as tentative; it does not take their time.
    """
    entry = event_entry(registration.event, address, agenda_text(registration, day), sequence)
    links = {link for line in day.lines if (link := day.link(line))}
    if (
        len(links) == 1 and entry.status is EntryStatus.CONFIRMED
    ):  # of several, calendars would show the first all day
        entry = replace(entry, conference_url=links.pop())
    if (
        registration.status not in {Status.WAITING, Status.UNCONFIRMED, Status.PENDING, Status.OFFERED}
        or entry.status is not EntryStatus.CONFIRMED
    ):
        return entry
    summary = entry.summary if registration.has_seat else f"{WAITING_PREFIX}{entry.summary}"
    return replace(entry, status=EntryStatus.TENTATIVE, transparent=True, summary=summary)


def agenda_text(registration: Registration, day: MyDay, words: Words = GERMAN) -> str:
    """One line per item: what everybody does, and the person's own workshops. Empty before the release."""
    if registration.event.agenda_released_at is None:
        return ""
    chooses = registration.has_seat and not registration.event.awaits_places
    return "\n".join(
        words_of_line
        for line in day.lines
        for words_of_line in (
            f"{_when(registration.event, line, words)} {_what_one_does(line, day, words, chooses=chooses)}",
            *filter(None, [day.link(line)]),
            *(f"– {one.heading}" for one in line.inside),
        )
    )


def _when(event: Event, line: AgendaLine, words: Words) -> str:
    clock = f"{line.starts_at.astimezone(BERLIN):%H:%M}"
    return f"{day_and_month(line.starts_at, words.language)}, {clock}" if event.over_several_dates else clock


def _what_one_does(line: AgendaLine, day: MyDay, words: Words, *, chooses: bool) -> str:
    """The item's title and room; in a round the person's own workshop, or in `words` why there is none."""
    if line.round is None:
        return ", ".join(part for part in (line.title, line.room.where if line.room else "") if part)
    mine = day.of(line.round.id)
    parts = [_named(mine.run)] if mine.run else []
    if not line.round.booked:
        return f"{line.title}: {parts[0] if parts else words.on_the_day}"
    if chooses:
        parts += [f"{words.waits} {one.run.label} {one.run.title}" for one in mine.in_line]
        parts += [f"{words.waits} {run.label} {run.title}" for run in mine.would_go_on]
        if not parts:
            parts.append(words.absent if mine.absent else words.is_open)
    return f"{line.title}: {'; '.join(parts)}" if parts else line.title


def _named(run: RunView) -> str:
    return ", ".join(part for part in (f"{run.label} {run.title}", run.where) if part)
