# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Making the agenda what a plan says, with all that follows for people who hold places: the only writer of its rows.

Callers hold the event's lock and have asked whether it fits (`app.programme.conflicts`). Rows are written in two passes, since a
round may take the number of another that moves as well, and a run the label of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from app.attendees.staff import service as staff
from app.events.models import Event, Room
from app.events.queries import rooms_of
from app.events.rules import refuse_capacity_below_taken
from app.events.service import mark_changed, raise_sequence
from app.folding import free_of, slug_of
from app.programme.differences import log_lines, where_of
from app.programme.models import AgendaItem, Contributor, Round, Run, Workshop
from app.programme.plan import (
    NAMES,
    TABLES,
    Change,
    Key,
    Plan,
    RoundFacts,
    RunPlan,
    differences,
    read_plan,
    renumbered,
    write_to,
)
from app.programme.rules import Thing
from app.programme.service import log_change
from app.refusal import N_, Refusal
from app.registration.rules import RunHasPlaces
from app.registration.workshops import places
from app.registration.workshops.models import Place, RoundAbsence, Wish
from app.registration.workshops.news import RunChange, called_off, on_again
from app.registration.workshops.rules import PlaceFact
from app.scheduling.telling import tell_places
from app.texts import parts_to_store


class PeopleInIt(Refusal):
    def __init__(self, people: int) -> None:
        super().__init__(
            N_("%(number)s people hold a place in it. Please confirm below that they lose it and are told."),
            field="takes_place",
            number=people,
        )


class RunIsWished(Refusal):
    """A wish is one for a round: who wished for the run then did not wish for it at another time."""

    def __init__(self, field: str) -> None:
        super().__init__(
            N_(
                "People wish for this run, so it stays in its round. Change its room, or move the whole round."
            ),
            field=field,
        )


@dataclass(frozen=True, slots=True)
class Announcement:
    """What people read with it; `aloud` is whether they are told at all."""

    note: str = ""
    aloud: bool = True


PLAINLY = Announcement()
# What runs name: they are moved elsewhere before it goes.
BEFORE_OTHERS = frozenset({Thing.ROUND, Thing.WORKSHOP})


@dataclass(slots=True)
class _Work:
    session: Session
    event: Event
    old: Plan
    new: Plan
    now: datetime
    announced: Announcement
    numbers: dict[Key, int] = field(default_factory=dict)  # of what is new: those of their rows

    def row(self, key: Key) -> Any:
        return self.session.get_one(TABLES[key[0]], self.numbers.get(key, key[1]))


def carry_out(
    session: Session, event: Event, plan: Plan, now: datetime, announced: Announcement = PLAINLY
) -> dict[Key, int]:
    """The numbers of what was new in the plan come back. Refuses what would take a place from somebody, or put somebody where
    they did not choose to be; who sits in a run that is called off loses the place and is told."""
    old = read_plan(session, event)
    changes = differences(old, plan)
    for one in changes:
        refuse_for_people(session, one)
    work = _Work(session, event, old, plan, now, announced)
    _make_room(work, changes)
    for one in reversed(changes):
        if one.after is None and one.key[0] not in BEFORE_OTHERS:
            _take_out(work, one.key)
    for one in changes:
        if one.after is not None:
            _put(work, one)
    for one in reversed(changes):
        if one.after is None and one.key[0] in BEFORE_OTHERS:
            _take_out(work, one.key)
    _follow_up(work, changes)
    return work.numbers


# -- what speaks against it


def refuse_for_people(session: Session, change: Change) -> None:
    """What would take a place from somebody, or put somebody where they did not choose to be. Of runs that are released."""
    thing, number = change.key
    if thing is Thing.ROUND and change.before is not None and change.after is not None:
        _refuse_other_way(session, number, change.before, change.after)
    if thing is not Thing.RUN or change.before is None:
        return
    if change.after is None:
        _refuse_removing(session, number)
        return
    was, facts = change.before, change.after
    run = session.get_one(Run, number)
    if facts.takes_place:
        refuse_capacity_below_taken(facts.capacity, run.extra, run.taken)
    if was.same_rounds(facts) and was.workshop_id == facts.workshop_id:
        return
    name = "round_id" if was.round_id != facts.round_id else "spans"
    if session.scalar(select(Place.id).where(Place.run_id == number).limit(1)) is not None:
        raise RunHasPlaces(name)
    wished = select(Wish.id).where(Wish.run_id == number).limit(1)
    if name == "round_id" and session.scalar(wished) is not None:
        raise RunIsWished(name)


def _refuse_other_way(session: Session, round_id: int, was: RoundFacts, facts: RoundFacts) -> None:
    """A round stays one that is chosen while anybody has said anything of it."""
    if was.booked is facts.booked:
        return
    said = [
        select(one.registration_id).where(one.round_id == round_id) for one in (Place, Wish, RoundAbsence)
    ]
    if session.scalar(union(*said).limit(1)) is not None:
        raise Refusal(
            N_("People have chosen in this round already, so it stays one that is chosen beforehand."),
            field="booked",
        )


def _refuse_removing(session: Session, run_id: int) -> None:
    """One that anybody has chosen stays, wishes included, and one that somebody leads: nobody loses a place by a click."""
    people = union(
        select(Place.registration_id).where(Place.run_id == run_id),
        select(Wish.registration_id).where(Wish.run_id == run_id),
    )
    chosen = session.scalar(select(func.count()).select_from(people.subquery()))
    if chosen:
        raise Refusal(
            N_(
                "%(number)s registrations have chosen “%(title)s”. It cannot be removed while they stand in it."
            ),
            number=chosen,
            title=session.get_one(Run, run_id).workshop.title,
        )
    if staff.staff_of(session, run_id):
        raise Refusal(
            N_(
                "Somebody registered leads “%(title)s” or takes its minutes. Please take them off it first, so that they are told."
            ),
            title=session.get_one(Run, run_id).workshop.title,
        )


def refuse_closing(session: Session, change: Change) -> None:
    """Nobody loses a place without a word of the team."""
    if change.key[0] is Thing.RUN and change.before is not None and change.after is not None:
        run = session.get_one(Run, change.key[1])
        if change.before.takes_place and not change.after.takes_place and run.taken:
            raise PeopleInIt(run.taken)


# -- rows


def _make_room(work: _Work, changes: Sequence[Change]) -> None:
    """Numbers of rounds and labels of runs are free for each other while all are written."""
    for one in changes:
        if one.before is None or one.key[0] not in {Thing.ROUND, Thing.RUN}:
            continue
        row = work.row(one.key)
        if isinstance(row, Round):
            row.number = -row.id
        else:
            row.label = f"~{row.id}"
    work.session.flush()


def _take_out(work: _Work, key: Key) -> None:
    work.session.delete(work.row(key))
    work.session.flush()


def _put(work: _Work, change: Change) -> None:
    thing, number = change.key
    facts = renumbered(change.after, thing, work.numbers)
    row = _new_row(work, change) if change.before is None else work.row(change.key)
    if isinstance(row, Run):
        _write_run(work, row, change.before, facts)
    else:
        write_to(row, facts)
    work.session.add(row)
    work.session.flush()
    work.session.expire(row)
    if change.before is None:
        work.numbers[thing, number] = row.id


def _new_row(work: _Work, change: Change) -> Any:
    event = work.event
    match change.key[0]:
        case Thing.ITEM:
            return AgendaItem(event_id=event.id)
        case Thing.ROUND:
            return Round(event_id=event.id)
        case Thing.WORKSHOP:
            taken = work.session.scalars(select(Workshop.slug).where(Workshop.event_id == event.id)).all()
            return Workshop(event_id=event.id, slug=free_of(taken, slug_of(change.after.title) or "workshop"))
        case Thing.RUN:
            return Run(created_at=work.now, modified_at=work.now.replace(microsecond=0))
        case Thing.SUB_ITEM | Thing.STAND:
            return TABLES[change.key[0]]()
        case _:
            named = [getattr(change.after, name) for name in NAMES[Thing.CONTRIBUTOR]]
            return Contributor(event_id=None if any(named) else event.id)


def _write_run(work: _Work, run: Run, was: RunPlan | None, facts: RunPlan) -> None:
    session, event, now = work.session, work.event, work.now
    if was is None:
        write_to(run, facts)
        return
    if facts.takes_place and (not was.takes_place or not was.same_rounds(facts)):
        round_ = session.get_one(Round, facts.round_id)
        staff.resume(session, event, run, round_, facts.spans, now)
    if was.takes_place and not facts.takes_place:
        tell = work.announced.aloud and event.agenda_is_news(now)
        places.close_run(session, run, now, tell=tell, note=work.announced.note)
    write_to(run, facts)
    run.extra = run.seats.still_extra


# -- what follows


def _follow_up(work: _Work, changes: Sequence[Change]) -> None:
    """Calendars, the public change log, who moves up, and who is told."""
    session, event, now = work.session, work.event, work.now
    rooms = {room.id: room for room in rooms_of(session, event)}
    if changes:
        mark_changed(event, now, calendar=False)
    for line in log_lines(work.old, work.new, {key: room.facts for key, room in rooms.items()}):
        log_change(session, event, line.title, line.field, line.old, line.new, now)
    told: list[RunChange] = []
    for number, facts in work.new.of(Thing.RUN).items():
        was = work.old.get(Thing.RUN, number)
        if was is None:
            continue
        run = session.get_one(Run, number)
        if _shown(work.old, number) != _shown(work.new, number):
            raise_sequence(run, now)
        if facts.takes_place and was != facts:
            places.move_up_in_run(session, run, now)
        told += _news(work, run, was, facts, rooms)
    session.flush()
    if work.announced.aloud:
        tell_places(session, event, told, work.announced.note, now)
    session.flush()


def _shown(plan: Plan, number: int) -> tuple[object, ...]:
    """What stands in the calendar entry of a run."""
    facts = plan.things[Thing.RUN, number]
    talks = plan.listed(Thing.SUB_ITEM, run_id=number)
    people = [
        one
        for where in ({"run_id": number}, *({"sub_item_id": talk} for talk in talks))
        for one in plan.contributors(**where).values()
        if one.confirmed
    ]
    return (
        plan.parts_of(facts),
        facts.label,
        facts.room_id,
        facts.station,
        facts.takes_place,
        list(talks.values()),
        plan.get(Thing.WORKSHOP, facts.workshop_id),
        people,
    )


def _news(work: _Work, run: Run, was: RunPlan, facts: RunPlan, rooms: dict[int, Room]) -> list[RunChange]:
    """What who is in it has to know. Who sat in a run that is called off is out of it, and was told; who leads it is not."""
    off = (
        []
        if was.takes_place is facts.takes_place
        else [on_again(run) if facts.takes_place else called_off(run)]
    )
    facts_of = {key: room.facts for key, room in rooms.items()}
    old_title = work.old.get(Thing.WORKSHOP, was.workshop_id).title
    new_title = work.new.get(Thing.WORKSHOP, facts.workshop_id).title
    found = (
        (PlaceFact.TIMES, parts_to_store(work.old.parts_of(was)), parts_to_store(work.new.parts_of(facts))),
        (PlaceFact.ROOM, where_of(facts_of, was), where_of(facts_of, facts)),
        (PlaceFact.TITLE, old_title, new_title),
    )
    return off + [RunChange(run, fact, old, new) for fact, old, new in found if old != new]
