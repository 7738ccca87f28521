# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A workshop run as calendar entries of its own; only in feeds, never in an invitation (D6).

What is held in parts has an entry for each: one over all of them would hide what is between, and calendars that know
the times of single repetitions are few.
"""

from dataclasses import replace

from app.events.models import Event
from app.events.rules import EventStatus
from app.formatting import plain
from app.ical.entry import CalendarEntry, cancelled
from app.programme.credits import credit_lines, credits_of
from app.programme.inside import sub_items_in_rows
from app.programme.models import Run
from app.programme.plan import numbered
from app.programme.rounds import Parts
from app.programme.workshop_facts import WorkshopFacts
from app.texts import force_locale


def run_entries(run: Run, event: Event, address: str, parts: Parts, link: str = "") -> list[CalendarEntry]:
    """`address` is the agenda's public page, `link` by which one takes part online: only for who has a place in it. The first part has the run's own UID, so it stays the same entry when
    there are more parts or fewer; the others have it with their number before it, and the same SEQUENCE."""
    whole = run_entry(run, event, address, parts, link)
    if len(parts) == 1:
        return [whole]
    return [
        replace(
            whole,
            uid=run.uid if number == 1 else f"part{number}-{run.uid}",
            starts=starts_at,
            ends=ends_at,
            summary=f"{whole.summary} (Teil {number} von {len(parts)})",
        )
        for number, (starts_at, ends_at) in enumerate(parts, start=1)
    ]


def run_entry(run: Run, event: Event, address: str, parts: Parts, link: str = "") -> CalendarEntry:
    """From the beginning of its first part to the end of its last one."""
    elsewhere = run.room is not None and (run.room.venue or run.room.facts.only_online)
    place = "" if elsewhere else event.place
    with force_locale("de"):  # a calendar is in one language
        people = "\n".join(credit_lines(credits_of(numbered(run.contributors))))
        inside = sub_items_in_rows(run.inside, parts[0][0])
        talks = "\n".join(words for one in inside for words in one.in_lines())
        said = "\n".join(WorkshopFacts.of(run.workshop).in_lines())
    entry = CalendarEntry(
        uid=run.uid,
        sequence=run.sequence,
        created=run.created_at,
        modified=run.modified_at,
        starts=parts[0][0],
        ends=parts[-1][1],
        summary=f"{run.label} {run.workshop.title}",
        description="\n\n".join(
            part for part in (link, plain(run.workshop.abstract), said, people, talks, address) if part
        ),
        location=", ".join(part for part in (run.where, place) if part),
        url=address,
        categories=("Fachtag", "Workshop"),
        parent_uid=event.uid,
        conference_url=link or None,
    )
    called_off = event.status is EventStatus.CANCELLED or not run.takes_place
    return cancelled(entry) if called_off else entry
