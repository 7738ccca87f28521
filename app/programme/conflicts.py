# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whether something fits into the day: found within the event (T02), on its dates, one thing at a time in a room.

Asked by every verb that puts or moves something, here and in the scheduling slice, behind the event's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.clock import BERLIN, END_OF_NIGHT
from app.events.models import Event, Room
from app.events.queries import get_of_event
from app.events.rules import refuse_reversed_times
from app.folding import plain
from app.programme.models import (
    AgendaItem,
    AgendaKind,
    Contributor,
    Round,
    Run,
    Stand,
    SubItem,
    Workshop,
    place_in_room,
)
from app.programme.rounds import filled_by, rounds_from, runs_filling
from app.programme.rules import refuse_more_than_room
from app.refusal import N_, ChangedMeanwhile, Refusal, found
from app.texts import clock_times, last_day, local_day

Thing = AgendaItem | Round | Workshop | Run


def get_item(session: Session, event: Event, item_id: int) -> AgendaItem:
    return get_of_event(session, AgendaItem, event.id, item_id)


def get_round(session: Session, event: Event, round_id: int) -> Round:
    return get_of_event(session, Round, event.id, round_id)


def get_workshop(session: Session, event: Event, workshop_id: int) -> Workshop:
    return get_of_event(session, Workshop, event.id, workshop_id)


def get_run(session: Session, event: Event, run_id: int) -> Run:
    return found(
        session.scalar(select(Run).join(Run.round).where(Run.id == run_id, Round.event_id == event.id))
    )


def get_room(session: Session, event: Event, room_id: int) -> Room:
    return get_of_event(session, Room, event.id, room_id)


def refuse_torn_run(session: Session, round_: Round) -> None:
    """A round that a longer run fills keeps its number and stays."""
    for run in runs_filling(session, round_):
        if run.spans > 1:
            raise Refusal(
                N_("“%(title)s” goes on over this round. Please let it fill one round only first."),
                field="number",
                title=run_name(run),
            )


def refuse_stale(thing: Thing | Contributor | AgendaKind | SubItem | Stand, version: int) -> None:
    if thing.version != version:
        raise ChangedMeanwhile


def refuse_bad_times(event: Event, starts_at: datetime, ends_at: datetime) -> None:
    refuse_reversed_times(starts_at, ends_at, "end")
    if _on_other_dates(event, starts_at, ends_at):
        raise Refusal(
            N_("This lies outside of the day, which begins on %(first)s and ends on %(last)s."),
            field="date",
            first=local_day(event.starts_at),
            last=last_day(event.ends_at),
        )


def refuse_outside_day(event: Event, title: str, starts_at: datetime, ends_at: datetime) -> None:
    """The agenda may begin before the official start (arrival) and end after it, but on the same dates."""
    if _on_other_dates(event, starts_at, ends_at):
        raise Refusal(
            N_("“%(title)s” on %(date)s would lie outside of the day. Please move it first."),
            title=title,
            date=local_day(starts_at),
        )


def _on_other_dates(event: Event, starts_at: datetime, ends_at: datetime) -> bool:
    """The night after the last date still belongs to it."""
    last = last_day(event.ends_at)
    morning = datetime.combine(last + timedelta(days=1), END_OF_NIGHT, BERLIN)
    return not local_day(event.starts_at) <= local_day(starts_at) <= last or ends_at > morning


def refuse_taken_number(session: Session, event: Event, number: int, own_id: int | None = None) -> None:
    other = session.scalar(select(Round.id).where(Round.event_id == event.id, Round.number == number))
    if other is not None and other != own_id:
        raise Refusal(N_("There is a round of that number already."), field="number")


def refuse_taken_room_name(session: Session, event: Event, name: str, own_id: int | None = None) -> None:
    other = session.scalar(select(Room.id).where(Room.event_id == event.id, Room.name == name))
    if other is not None and other != own_id:
        raise Refusal(N_("There is a room of that name already."), field="name")


def refuse_bad_round_times(
    session: Session, event: Event, starts_at: datetime, ends_at: datetime, leave_out: Round | None = None
) -> None:
    """A round lies within the day and beside no other round: nobody can sit in two workshops at once.

    The rooms of the runs in `leave_out`, which move along, must be free at the new times.
    """
    refuse_bad_times(event, starts_at, ends_at)
    others = select(Round).where(
        Round.event_id == event.id, Round.starts_at < ends_at, Round.ends_at > starts_at
    )
    for other in session.scalars(others.order_by(Round.number)):
        if other is not leave_out:
            raise Refusal(
                N_("“%(title)s” takes place at the same time (%(times)s)."),
                field="start",
                title=other.title,
                times=clock_times(other.starts_at, other.ends_at),
            )
    if leave_out is not None:
        for run in runs_filling(session, leave_out):
            if run.takes_place:
                refuse_room_in_use(
                    session,
                    event,
                    run.room,
                    starts_at,
                    ends_at,
                    leave_out=leave_out,
                    field="start",
                    station=run.station,
                )


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run as the team says it: where it is, how many it takes and needs, how many rounds it fills."""

    label: str
    round: Round
    room: Room | None
    capacity: int | None
    spans: int = 1
    least_people: int = 0
    takes_place: bool = True
    station: str = ""

    @classmethod
    def of(cls, run: Run) -> "RunFacts":
        return cls(
            *(run.label, run.round, run.room, run.capacity),
            *(run.spans, run.least_people, run.takes_place, run.station),
        )

    @property
    def where(self) -> str:
        return place_in_room(self.room, self.station)

    def write_to(self, run: Run) -> None:
        for one in fields(self):
            setattr(run, one.name, getattr(self, one.name))

    def same_rounds(self, other: "RunFacts") -> bool:
        return self.round is other.round and self.spans == other.spans


def refuse_bad_run(session: Session, event: Event, facts: RunFacts, leave_out: Run | None = None) -> None:
    """Refuses a label that is taken in the round, more seats than the room has or fewer than the least people, more
    rounds than follow, and a room that is in use during one of them."""
    own_id = leave_out.id if leave_out is not None else None
    other = session.scalar(select(Run.id).where(Run.round_id == facts.round.id, Run.label == facts.label))
    if other is not None and other != own_id:
        raise Refusal(N_("There is a workshop of that number in this round already."), field="label")
    if facts.round.booked or facts.capacity is not None:  # to where nobody registers as many go as like to
        refuse_more_than_room(facts.capacity, facts.room.seats if facts.room is not None else None)
    if facts.capacity is not None and facts.least_people > facts.capacity:
        raise Refusal(
            N_("It has %(seats)s places. Please ask for no more people than that."),
            field="least_people",
            seats=facts.capacity,
        )
    filled = rounds_from(session, event, facts.round, facts.spans)
    if len(filled) < facts.spans:
        raise Refusal(
            N_("It can fill at most %(number)s rounds from this one on, because no more follow."),
            field="spans",
            number=len(filled),
        )
    if any(one.booked is not facts.round.booked for one in filled):
        raise Refusal(
            N_(
                "It would fill rounds that people choose beforehand and others. Please let it fill only one kind."
            ),
            field="spans",
        )
    for one in filled if facts.takes_place else ():
        refuse_room_in_use(
            session,
            event,
            facts.room,
            one.starts_at,
            one.ends_at,
            leave_out=leave_out,
            station=facts.station,
        )


def refuse_room_in_use(
    session: Session,
    event: Event,
    room: Room | None,
    starts_at: datetime,
    ends_at: datetime,
    *,
    leave_out: Thing | None = None,
    field: str = "room_id",
    station: str = "",
) -> None:
    """One thing at a time in each room, but for runs at different stations in it; the refusal names the other one.
    `leave_out` is the thing that moves."""
    if room is None:
        return
    items = select(AgendaItem).where(
        AgendaItem.room_id == room.id, AgendaItem.starts_at < ends_at, AgendaItem.ends_at > starts_at
    )
    runs = (
        select(Run)
        .join(Run.round)
        .where(Run.room_id == room.id, Round.event_id == event.id, Run.takes_place)
        .options(joinedload(Run.workshop), joinedload(Run.round))
        .order_by(Run.id)
    )
    for item in session.scalars(items):
        if item is not leave_out:
            raise _RoomInUse(room, item.title, item.starts_at, item.ends_at, field)
    others = [
        run for run in session.scalars(runs) if run is not leave_out and not share_room(station, run.station)
    ]
    for run_id, filled in filled_by(session, event, others).items():
        for one in filled:
            if one is not leave_out and one.starts_at < ends_at and one.ends_at > starts_at:
                name = next(run_name(run) for run in others if run.id == run_id)
                raise _RoomInUse(room, name, one.starts_at, one.ends_at, field)


def share_room(one: str, other: str) -> bool:
    """Whether two stations may be in one room at the same time."""
    return bool(one and other) and plain(one) != plain(other)


class _RoomInUse(Refusal):
    def __init__(self, room: Room, title: str, starts_at: datetime, ends_at: datetime, field: str) -> None:
        super().__init__(
            N_("%(room)s is in use for “%(title)s” at that time (%(times)s)."),
            field=field,
            room=room.name,
            title=title,
            times=clock_times(starts_at, ends_at),
        )


def runs_in(session: Session, room: Room) -> Sequence[Run]:
    """Those that do not take place included."""
    found = select(Run).where(Run.room_id == room.id).options(joinedload(Run.workshop)).order_by(Run.id)
    return session.scalars(found).all()


def run_name(run: Run) -> str:
    return f"{run.label} {run.workshop.title}"
