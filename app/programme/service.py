# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Putting an agenda together: items, rounds, workshops, runs and the rooms they need; its release.

Every verb locks the event first and flushes, never commits. What concerns people who hold places (moving a round or
a run, taking one away) stands in the scheduling slice.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.facts import RoomFacts
from app.events.models import Event, Room
from app.events.service import lock_event, mark_changed, raise_sequence
from app.folding import free_of, slug_of
from app.people.audit import record
from app.programme.conflicts import (
    RunFacts,
    get_item,
    get_room,
    get_round,
    get_workshop,
    refuse_bad_round_times,
    refuse_bad_run,
    refuse_bad_times,
    refuse_room_in_use,
    refuse_stale,
    refuse_taken_number,
    refuse_taken_room_name,
    refuse_torn_run,
    run_name,
    runs_in,
)
from app.programme.kinds import get_kind
from app.programme.models import AgendaChange, AgendaItem, Round, Run, Workshop
from app.programme.rounds import Times
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import N_, Refusal
from app.texts import parts_to_store


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the organiser's form says of an item for everybody; `kind` is the key of one."""

    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    note: str = ""
    room: Room | None = None


@dataclass(frozen=True, slots=True)
class RoundFacts:
    number: int
    title: str
    starts_at: datetime
    ends_at: datetime
    booked: bool = True

    @classmethod
    def of(cls, round_: Round) -> "RoundFacts":
        return cls(round_.number, round_.title, round_.starts_at, round_.ends_at, round_.booked)

    def write_to(self, round_: Round) -> None:
        for one in fields(self):
            setattr(round_, one.name, getattr(self, one.name))

    @property
    def times(self) -> "Times":
        return self.starts_at, self.ends_at


# -- rooms


def add_room(session: Session, event_id: int, facts: RoomFacts, now: datetime) -> Room:
    """Put a room behind the others. Refuses a name that is taken."""
    event = lock_event(session, event_id)
    refuse_taken_room_name(session, event, facts.name)
    room = Room(event_id=event.id, position=_next_position(session, event))
    room.furnish(facts)
    session.add(room)
    mark_changed(event, now, calendar=False)
    session.flush()
    return room


def remove_room(session: Session, event_id: int, room_id: int, now: datetime) -> None:
    """Refuses as `refuse_removing_room`."""
    event = lock_event(session, event_id)
    room = get_room(session, event, room_id)
    refuse_removing_room(session, room)
    session.delete(room)
    mark_changed(event, now, calendar=False)
    session.flush()


def refuse_removing_room(session: Session, room: Room) -> None:
    """A room that the agenda uses stays; names what is in it."""
    used_by = [run_name(run) for run in runs_in(session, room)]
    used_by += session.scalars(select(AgendaItem.title).where(AgendaItem.room_id == room.id)).all()
    if used_by:
        raise Refusal(
            N_("The agenda uses this room for “%(title)s”. Please choose another room there first."),
            title=used_by[0],
        )


# -- items for everybody


def add_item(session: Session, event_id: int, facts: ItemFacts, now: datetime) -> AgendaItem:
    """Refuses times outside of the day and a room that is in use then."""
    event = lock_event(session, event_id)
    refuse_bad_times(event, facts.starts_at, facts.ends_at)
    refuse_room_in_use(session, event, facts.room, facts.starts_at, facts.ends_at)
    item = AgendaItem(event_id=event.id)
    _write_item(session, event, item, facts)
    session.add(item)
    mark_changed(event, now, calendar=False)
    log_change(session, event, item.title, "title", "", item.title, now)
    session.flush()
    return item


def change_item(
    session: Session, event_id: int, item_id: int, facts: ItemFacts, version: int, now: datetime
) -> AgendaItem:
    """Refuses a stale version (F30), times outside of the day and a room that is in use then."""
    event = lock_event(session, event_id)
    item = get_item(session, event, item_id)
    refuse_stale(item, version)
    refuse_bad_times(event, facts.starts_at, facts.ends_at)
    refuse_room_in_use(session, event, facts.room, facts.starts_at, facts.ends_at, leave_out=item)
    old_title, old_room, old_times = item.title, item.room, (item.starts_at, item.ends_at)
    _write_item(session, event, item, facts)
    log_change(session, event, item.title, "title", old_title, item.title, now)
    log_times(session, event, item.title, old_times, (item.starts_at, item.ends_at), now)
    log_change(session, event, item.title, "room", room_name(old_room), room_name(item.room), now)
    mark_changed(event, now, calendar=False)
    session.flush()
    return item


def remove_item(session: Session, event_id: int, item_id: int, now: datetime) -> None:
    event = lock_event(session, event_id)
    item = get_item(session, event, item_id)
    log_change(session, event, item.title, "title", item.title, "", now)
    session.delete(item)
    mark_changed(event, now, calendar=False)
    session.flush()


def _write_item(session: Session, event: Event, item: AgendaItem, facts: ItemFacts) -> None:
    item.kind_row = get_kind(session, event, facts.kind)
    item.title, item.note = facts.title, facts.note
    item.starts_at, item.ends_at, item.room = facts.starts_at, facts.ends_at, facts.room


# -- rounds


def add_round(session: Session, event_id: int, facts: RoundFacts, now: datetime) -> Round:
    """Refuses a taken number, times outside of the day, and a round at the same time as another one."""
    return _put_round(session, lock_event(session, event_id), facts, now)


def _put_round(session: Session, event: Event, facts: RoundFacts, now: datetime) -> Round:
    refuse_taken_number(session, event, facts.number)
    refuse_bad_round_times(session, event, facts.starts_at, facts.ends_at)
    round_ = Round(event=event)
    facts.write_to(round_)
    session.add(round_)
    mark_changed(event, now, calendar=False)
    log_change(session, event, facts.title, "title", "", facts.title, now)
    session.flush()
    return round_


def copy_round(session: Session, event_id: int, round_id: int, facts: RoundFacts, now: datetime) -> Round:
    """The round once more at another time, with the runs that take place in it, who contributes and what stands inside of
    them; nobody's place comes along. What goes on in another round fills only this one here.

    Refuses as `add_round`, and a room that is in use then.
    """
    event = lock_event(session, event_id)
    source = get_round(session, event, round_id)
    copy = _put_round(session, event, facts, now)
    runs = select(Run).where(Run.round_id == source.id, Run.takes_place).order_by(Run.id)
    for run in session.scalars(runs).all():
        said = replace(
            RunFacts.of(run), label=_relabelled(run.label, source.number, copy.number), round=copy, spans=1
        )
        refuse_bad_run(session, event, said)
        again = Run(
            workshop=run.workshop,
            contributors=[one.again() for one in run.contributors],
            inside=[one.again() for one in run.inside],
            created_at=now,
            modified_at=now.replace(microsecond=0),
        )
        said.write_to(again)
        session.add(again)
        session.flush()
        log_change(session, event, run.workshop.title, "title", "", run_name(again), now)
    session.flush()
    return copy


def _relabelled(label: str, old: int, new: int) -> str:
    """1.3 of round 1 is 2.3 in round 2; a number of another form stays."""
    return f"{new}{label[len(str(old)) :]}"[:10] if label.startswith(f"{old}.") else label


def remove_round(session: Session, event_id: int, round_id: int, now: datetime) -> None:
    """Refuses as `refuse_removing_round`."""
    event = lock_event(session, event_id)
    round_ = get_round(session, event, round_id)
    refuse_removing_round(session, round_)
    log_change(session, event, round_.title, "title", round_.title, "", now)
    session.delete(round_)
    mark_changed(event, now, calendar=False)
    session.flush()


def refuse_removing_round(session: Session, round_: Round) -> None:
    """Workshops that run in it, and the people in them, need another place first."""
    if session.scalar(select(Run.id).where(Run.round_id == round_.id).limit(1)) is not None:
        raise Refusal(N_("Workshops run in this round. Please move or remove them first."))
    refuse_torn_run(session, round_)


# -- workshops


def add_workshop(session: Session, event_id: int, facts: WorkshopFacts, now: datetime) -> Workshop:
    event = lock_event(session, event_id)
    taken = session.scalars(select(Workshop.slug).where(Workshop.event_id == event.id)).all()
    workshop = Workshop(event_id=event.id, slug=free_of(taken, slug_of(facts.title) or "workshop"))
    facts.write_to(workshop)
    session.add(workshop)
    mark_changed(event, now, calendar=False)
    session.flush()
    return workshop


def remove_workshop(session: Session, event_id: int, workshop_id: int, now: datetime) -> None:
    """Refuses as `refuse_removing_workshop`."""
    event = lock_event(session, event_id)
    workshop = get_workshop(session, event, workshop_id)
    refuse_removing_workshop(session, workshop)
    session.delete(workshop)
    mark_changed(event, now, calendar=False)
    session.flush()


def refuse_removing_workshop(session: Session, workshop: Workshop) -> None:
    """It stays while it runs anywhere."""
    if session.scalar(select(Run.id).where(Run.workshop_id == workshop.id).limit(1)) is not None:
        raise Refusal(N_("This workshop takes place in a round. Please take it out of the rounds first."))


# -- release


def release_agenda(session: Session, event_id: int, by: int | None, now: datetime) -> Event:
    """`by` is the organiser's id. From now on everybody sees the agenda, and every change is live and logged. Refuses an empty one and a second time."""
    event = lock_event(session, event_id)
    refuse_release(session, event)
    runs = session.scalars(
        select(Run).join(Run.round).where(Round.event_id == event.id).order_by(Run.id)
    ).all()
    event.agenda_released_at = now
    for run in runs:
        raise_sequence(run, now)
    mark_changed(event, now, calendar=False)
    session.flush()
    record(session, now, by, event.id, "agenda.release")
    return event


def refuse_release(session: Session, event: Event) -> None:
    """Once, and not of an empty agenda."""
    if event.agenda_released_at is not None:
        raise Refusal(N_("The agenda is public already."))
    runs = select(Run.id).join(Run.round).where(Round.event_id == event.id).limit(1)
    items = select(AgendaItem.id).where(AgendaItem.event_id == event.id).limit(1)
    if session.scalar(runs) is None and session.scalar(items) is None:
        raise Refusal(N_("The agenda is empty. Please add the first item before publishing it."))


def log_change(
    session: Session, event: Event, title: str, field: str, old: str, new: str, now: datetime
) -> None:
    """One line of the public change log; before the release there is nothing to log.

    `field` is "title", "times" (see `texts.parts_to_store`), "room" or "takes_place" ("yes" or "no"); an empty `old` says that
    something is new, an empty `new` that it is gone.
    """
    if event.agenda_released_at is not None and old != new:
        session.add(AgendaChange(event_id=event.id, at=now, title=title, field=field, old=old, new=new))


def log_times(session: Session, event: Event, title: str, old: Times, new: Times, now: datetime) -> None:
    log_change(session, event, title, "times", parts_to_store((old,)), parts_to_store((new,)), now)


def _next_position(session: Session, event: Event) -> int:
    last = select(Room.position).where(Room.event_id == event.id).order_by(Room.position.desc()).limit(1)
    position = session.scalar(last)
    return 0 if position is None else position + 1


def room_name(room: Room | None) -> str:
    return room.where if room is not None else ""
