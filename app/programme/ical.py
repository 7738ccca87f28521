# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A workshop run as a calendar entry of its own; only in feeds, never in an invitation (D6)."""

from datetime import datetime

from app.events.models import Event
from app.events.rules import EventStatus
from app.ical.entry import CalendarEntry, cancelled
from app.programme.credits import credit_lines, credits_of
from app.programme.models import Run
from app.programme.plan import numbered
from app.programme.workshop_facts import WorkshopFacts
from app.texts import force_locale


def run_entry(run: Run, event: Event, address: str, ends: datetime | None = None) -> CalendarEntry:
    """`address` is the agenda's public page; `ends` when it goes on after its round."""
    room = run.room.where if run.room else ""
    place = "" if run.room and run.room.venue else event.place
    with force_locale("de"):  # a calendar is in one language
        people = "\n".join(credit_lines(credits_of(numbered(run.contributors))))
        said = "\n".join(WorkshopFacts.of(run.workshop).in_lines())
    entry = CalendarEntry(
        uid=run.uid,
        sequence=run.sequence,
        created=run.created_at,
        modified=run.modified_at,
        starts=run.round.starts_at,
        ends=ends or run.round.ends_at,
        summary=f"{run.label} {run.workshop.title}",
        description="\n\n".join(part for part in (run.workshop.abstract, said, people, address) if part),
        location=", ".join(part for part in (room, place) if part),
        url=address,
        categories=("Fachtag", "Workshop"),
        parent_uid=event.uid,
    )
    called_off = event.status is EventStatus.CANCELLED or not run.takes_place
    return cancelled(entry) if called_off else entry
