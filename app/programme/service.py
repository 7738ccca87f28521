# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The rooms that an agenda needs, and the public change log. The programme itself is edited in the scheduling slice, which knows who
holds a place in it.

Every verb locks the event first and flushes, never commits.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.facts import RoomEntry, RoomFacts, refuse_lone_link
from app.events.models import Event, Room
from app.events.service import lock_event, mark_changed
from app.programme.conflicts import get_room, refuse_room_in_plan, refuse_taken_room_name
from app.programme.models import AgendaChange
from app.programme.working_copy import read_working_copy


def add_room(session: Session, event_id: int, facts: RoomFacts, now: datetime, link: str = "") -> Room:
    """Put a room behind the others. Refuses a name that is taken, and as `refuse_lone_link`."""
    entry = RoomEntry(facts, link)
    refuse_lone_link(entry)
    event = lock_event(session, event_id)
    refuse_taken_room_name(session, event, facts.name)
    room = Room(event_id=event.id, position=_next_position(session, event))
    room.furnish(entry)
    session.add(room)
    mark_changed(event, now, calendar=False)
    session.flush()
    return room


def remove_room(session: Session, event_id: int, room_id: int, now: datetime) -> None:
    """Refuses as `refuse_removing_room`."""
    event = lock_event(session, event_id)
    room = get_room(session, event, room_id)
    refuse_removing_room(session, event, room)
    session.delete(room)
    mark_changed(event, now, calendar=False)
    session.flush()


def refuse_removing_room(session: Session, event: Event, room: Room) -> None:
    """A room that the agenda or its working copy uses stays; names what is in it."""
    copy = read_working_copy(session, event)
    for plan in (copy.released, copy.plan):
        refuse_room_in_plan(plan, room.id)


def log_change(
    session: Session, event: Event, title: str, field: str, old: str, new: str, now: datetime
) -> None:
    """One line of the public change log; before the release there is nothing to log.

    `field` is "title", "times" (two ISO moments with a slash), "room" or "takes_place" ("yes" or "no"); an empty `old` says that
    something is new, an empty `new` that it is gone.
    """
    if event.agenda_released_at is not None and old != new:
        session.add(AgendaChange(event_id=event.id, at=now, title=title, field=field, old=old, new=new))


def _next_position(session: Session, event: Event) -> int:
    last = select(Room.position).where(Room.event_id == event.id).order_by(Room.position.desc()).limit(1)
    position = session.scalar(last)
    return 0 if position is None else position + 1
