# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Changing a room in which people may hold places: it is a fact of the house, so it holds at once and not with a release."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.events.facts import RoomEntry, refuse_lone_link
from app.events.models import Room
from app.events.service import lock_event, mark_changed, raise_sequence
from app.programme import conflicts
from app.programme.service import log_change
from app.refusal import refuse_changed
from app.registration.workshops.news import RunChange, access_code
from app.registration.workshops.rules import PlaceFact
from app.scheduling.telling import tell_link, tell_places, tell_room


def change_room(
    session: Session,
    event_id: int,
    room_id: int,
    entry: RoomEntry,
    seen: str,
    now: datetime,
    note: str = "",
) -> Room:
    """Another name or house reaches calendars, the change log and whoever holds a place in it, leads something there or comes to what is
    there for everybody: they would look for the old one. Whether it is step-free and has a loop reaches them, too, all of them: a mail to those who need it would tell the team who they are. Another
    link reaches everybody who takes part by it, in what is for everybody as well; in no log, which others read.

    Refuses as `refuse_lone_link`, a name that is taken, and when somebody else saved since the facts were read whose fingerprint is `seen` (F30).
    """
    refuse_lone_link(entry)
    event = lock_event(session, event_id)
    room = conflicts.get_room(session, event, room_id)
    refuse_changed(room.entry, seen)
    conflicts.refuse_taken_room_name(session, event, entry.facts.name, room.id)
    runs, was, link = conflicts.runs_in(session, room), room.facts, room.online_link
    room.furnish(entry)
    facts = room.facts
    mark_changed(event, now, calendar=False)
    if (was.where, link) != (facts.where, room.online_link):
        for run in runs:
            raise_sequence(run, now)
            log_change(session, event, run.workshop.title, "room", was.where, facts.where, now)
    session.flush()
    differ = [
        (fact, old, new)
        for fact, old, new in (
            (PlaceFact.ROOM, was.where, facts.where),
            (PlaceFact.ACCESS, access_code(was), access_code(facts)),
        )
        if old != new
    ]
    told = [RunChange(run, *one) for run in runs if run.takes_place for one in differ]
    tell_places(session, event, told, note, now)
    already = tell_link(session, event, room, link, note, now)
    tell_room(session, event, room, differ, note, now, already)
    session.flush()
    return room
