# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' verbs over rooms, rounds, workshops and runs in which people may hold places already.

Each locks the event first, asks the programme's rules (times within the day, free rooms), changes, raises the sequence,
writes the public change log and tells who holds a place, all in one transaction. It flushes, never commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from app.attendees.staff import service as staff
from app.events.facts import RoomFacts
from app.events.models import Event, Room
from app.events.rules import refuse_capacity_below_taken
from app.events.service import lock_event, mark_changed, raise_sequence
from app.programme import conflicts
from app.programme.conflicts import RunFacts
from app.programme.models import Contributor, Round, Run, Workshop
from app.programme.rounds import Parts, parts_of_rounds, rounds_from, runs_filling
from app.programme.service import RoundFacts, log_change, log_times
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import N_, Refusal, refuse_changed
from app.registration import notifications
from app.registration.models import Registration
from app.registration.rules import PlaceState, RunHasPlaces
from app.registration.workshops import places
from app.registration.workshops.models import Place, RoundAbsence, Wish
from app.registration.workshops.news import RunChange, access_code
from app.registration.workshops.rules import PlaceFact
from app.texts import parts_to_store


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What the organiser's form says of a run; rounds and rooms by id, looked up within the event (T02)."""

    label: str
    round_id: int
    room_id: int | None = None
    capacity: int | None = None
    spans: int = 1
    least_people: int = 0
    takes_place: bool = True
    station: str = ""
    called_off: bool = False  # yes, people in it lose their places


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


# -- rooms


def change_room(
    session: Session,
    event_id: int,
    room_id: int,
    facts: RoomFacts,
    seen: str,
    now: datetime,
    note: str = "",
) -> Room:
    """Another name or house reaches calendars, the change log and whoever holds a place in it: they would look for the old one. Whether
    it is step-free and has a loop reaches them, too, all of them: a mail to those who need it would tell the team who they are.

    Refuses a name that is taken, and fewer seats than a run in it has; and when somebody else saved since the facts were
    read whose fingerprint is `seen` (F30).
    """
    event = lock_event(session, event_id)
    room = conflicts.get_room(session, event, room_id)
    refuse_changed(room.facts, seen)
    runs = conflicts.runs_in(session, room)
    for run in runs:
        if not _fits_into(run, facts.seats, booked=run.round.booked):
            raise Refusal(
                N_("“%(title)s” has more seats than that. Please make the workshop smaller first."),
                field="seats",
                title=conflicts.run_name(run),
            )
    conflicts.refuse_taken_room_name(session, event, facts.name, room.id)
    was = room.facts
    room.furnish(facts)
    mark_changed(event, now, calendar=False)
    if was.where != facts.where:
        for run in runs:
            raise_sequence(run, now)
            log_change(session, event, run.workshop.title, "room", was.where, facts.where, now)
    session.flush()
    told = [
        RunChange(run, fact, old, new)
        for run in runs
        if run.takes_place
        for fact, old, new in (
            (PlaceFact.ROOM, was.where, facts.where),
            (PlaceFact.ACCESS, access_code(was), access_code(facts)),
        )
        if old != new
    ]
    _tell_places(session, event, told, note, now)
    session.flush()
    return room


# -- rounds and workshops


def change_round(
    session: Session,
    event_id: int,
    round_id: int,
    facts: RoundFacts,
    version: int,
    now: datetime,
    note: str = "",
) -> Round:
    """Move or rename a round; every run that fills it moves along, one that began earlier included. Refuses a stale version, a taken number, bad times, rooms
    that are in use then, and another way to choose once somebody has chosen."""
    event = lock_event(session, event_id)
    round_ = conflicts.get_round(session, event, round_id)
    session.refresh(round_)
    conflicts.refuse_stale(round_, version)
    conflicts.refuse_taken_number(session, event, facts.number, round_.id)
    if facts.number != round_.number:
        conflicts.refuse_torn_run(session, round_)
    conflicts.refuse_bad_round_times(session, event, facts.starts_at, facts.ends_at, leave_out=round_)
    was = RoundFacts.of(round_)
    if was.booked is not facts.booked:
        _refuse_other_way_to_choose(session, round_)
    runs = {run: _times(session, event, RunFacts.of(run)) for run in runs_filling(session, round_)}
    facts.write_to(round_)
    mark_changed(event, now, calendar=False)
    log_change(session, event, facts.title, "title", was.title, facts.title, now)
    if was.times != facts.times:
        for run in runs:
            raise_sequence(run, now)
        log_times(session, event, facts.title, was.times, facts.times, now)
        session.flush()
        moved = [(run, old, _times(session, event, RunFacts.of(run))) for run, old in runs.items()]
        changes = [
            RunChange(run, PlaceFact.TIMES, parts_to_store(old), parts_to_store(new))
            for run, old, new in moved
        ]
        _tell_places(session, event, [one for one in changes if one.old != one.new], note, now)
    session.flush()
    return round_


def change_workshop(
    session: Session,
    event_id: int,
    workshop_id: int,
    facts: WorkshopFacts,
    version: int,
    now: datetime,
    note: str = "",
) -> Workshop:
    """Save what is said of it, all of which stands in calendars. Who sits in the workshop is told of a new title, of anything
    else only by the calendar. Refuses a stale version."""
    event = lock_event(session, event_id)
    workshop = conflicts.get_workshop(session, event, workshop_id)
    conflicts.refuse_stale(workshop, version)
    old = WorkshopFacts.of(workshop)
    facts.write_to(workshop)
    runs = session.scalars(select(Run).where(Run.workshop_id == workshop.id).order_by(Run.id)).all()
    if old != facts:
        for run in runs:
            raise_sequence(run, now)
        mark_changed(event, now, calendar=False)
    if runs:
        log_change(session, event, facts.title, "title", old.title, facts.title, now)
    session.flush()
    if old.title != facts.title:
        renamed = [RunChange(run, PlaceFact.TITLE, old.title, facts.title) for run in runs]
        _tell_places(session, event, renamed, note, now)
    return workshop


def _refuse_other_way_to_choose(session: Session, round_: Round) -> None:
    """A round stays one that is chosen while anybody has said anything of it; so do the others that a longer run fills. Before
    people choose, its runs need places that their rooms have."""
    said = [
        select(one.registration_id).where(one.round_id == round_.id) for one in (Place, Wish, RoundAbsence)
    ]
    if session.scalar(union(*said).limit(1)) is not None:
        raise Refusal(
            N_("People have chosen in this round already, so it stays one that is chosen beforehand."),
            field="booked",
        )
    for run in runs_filling(session, round_):
        if not _fits_into(run, run.room.seats if run.room is not None else None, booked=True):
            raise Refusal(
                N_("“%(title)s” needs a number of places first, no more than its room has seats."),
                field="booked",
                title=conflicts.run_name(run),
            )
        if run.spans > 1:
            raise Refusal(
                N_("“%(title)s” fills other rounds, too. Please let it fill one round only first."),
                field="booked",
                title=conflicts.run_name(run),
            )


def _fits_into(run: Run, seats: int | None, *, booked: bool) -> bool:
    """Without a number of places as many may come as like to, but not where they choose beforehand."""
    if seats is None:
        return True
    return not booked if run.capacity is None else run.capacity <= seats


# -- runs


def add_run(
    session: Session,
    event_id: int,
    workshop_id: int,
    plan: RunPlan,
    now: datetime,
    names: Sequence[str] = (),
) -> Run:
    """Put a workshop into a round; `names` are of those who facilitate it. Refuses what does not fit, see
    `conflicts.refuse_bad_run`."""
    event = lock_event(session, event_id)
    workshop = conflicts.get_workshop(session, event, workshop_id)
    facts = _facts(session, event, plan)
    conflicts.refuse_bad_run(session, event, facts)
    run = Run(
        workshop=workshop,
        contributors=[
            Contributor(name=name, position=position) for position, name in enumerate(names, start=1)
        ],
        created_at=now,
        modified_at=now.replace(microsecond=0),
    )
    facts.write_to(run)
    session.add(run)
    mark_changed(event, now, calendar=False)
    log_change(session, event, workshop.title, "title", "", conflicts.run_name(run), now)
    session.flush()
    return run


def change_run(
    session: Session,
    event_id: int,
    run_id: int,
    plan: RunPlan,
    version: int,
    now: datetime,
    note: str = "",
) -> Run:
    """Move a run, change its seats or call it off. A released one is announced: change log, calendars, mail to who sits
    in it. Who sits in a run that is called off loses the place and is told.

    Refuses a stale version, what does not fit (`conflicts.refuse_bad_run`), fewer seats than are taken, another time
    once people have chosen it, and to call off a run with people in it without a word that they lose their places.
    """
    event = lock_event(session, event_id)
    run = conflicts.get_run(session, event, run_id)
    session.refresh(run)
    conflicts.refuse_stale(run, version)
    was, facts = RunFacts.of(run), _facts(session, event, plan)
    conflicts.refuse_bad_run(session, event, facts, leave_out=run)
    _refuse_for_people(session, run, facts, plan)
    old_times = _times(session, event, was)
    if facts.takes_place and (not was.takes_place or not was.same_rounds(facts)):
        staff.resume(session, event, run, facts.round, facts.spans, now)
    if was.takes_place and not facts.takes_place:
        places.close_run(session, run, now, tell=event.agenda_is_news(now), note=note)
    facts.write_to(run)
    run.extra = run.seats.still_extra
    moved = not was.same_rounds(facts) or was.where != facts.where
    mark_changed(event, now, calendar=False)
    if moved or was.takes_place != facts.takes_place:
        raise_sequence(run, now)
        _log_run(session, event, run, was, old_times, now)
    session.flush()
    if run.takes_place:
        places.move_up_in_run(session, run, now)
        if was.where != facts.where:  # to another time goes only a run that nobody has a place in
            change = RunChange(run, PlaceFact.ROOM, was.where, facts.where)
            _tell_places(session, event, [change], note, now)
    if was.label != run.label:
        raise_sequence(run, now)
    session.flush()
    return run


def remove_run(session: Session, event_id: int, run_id: int, now: datetime) -> None:
    """Take a run out of its round. Refuses as `refuse_removing_run`."""
    event = lock_event(session, event_id)
    run = conflicts.get_run(session, event, run_id)
    refuse_removing_run(session, run)
    log_change(session, event, run.workshop.title, "title", conflicts.run_name(run), "", now)
    session.delete(run)
    mark_changed(event, now, calendar=False)
    session.flush()


def refuse_removing_run(session: Session, run: Run) -> None:
    """One that anybody has chosen stays, wishes included: nobody loses a place by a click."""
    people = union(
        select(Place.registration_id).where(Place.run_id == run.id),
        select(Wish.registration_id).where(Wish.run_id == run.id),
    )
    chosen = session.scalar(select(func.count()).select_from(people.subquery()))
    if chosen:
        raise Refusal(
            N_(
                "%(number)s registrations have chosen “%(title)s”. It cannot be removed while they stand in it."
            ),
            number=chosen,
            title=run.workshop.title,
        )


def _facts(session: Session, event: Event, plan: RunPlan) -> RunFacts:
    """What the plan means; refuses a round or a room of another event (T02)."""
    round_ = conflicts.get_round(session, event, plan.round_id)
    room = conflicts.get_room(session, event, plan.room_id) if plan.room_id is not None else None
    return RunFacts(
        *(plan.label, round_, room, plan.capacity),
        *(plan.spans, plan.least_people, plan.takes_place, plan.station),
    )


def _refuse_for_people(session: Session, run: Run, facts: RunFacts, plan: RunPlan) -> None:
    """What would take a place from somebody, or put somebody where they did not choose to be."""
    if run.takes_place and not facts.takes_place and run.taken and not plan.called_off:
        raise PeopleInIt(run.taken)
    if facts.takes_place:
        refuse_capacity_below_taken(facts.capacity, run.extra, run.taken)
    if RunFacts.of(run).same_rounds(facts):
        return
    field = "round_id" if facts.round is not run.round else "spans"
    if session.scalar(select(Place.id).where(Place.run_id == run.id).limit(1)) is not None:
        raise RunHasPlaces(field)
    wished = select(Wish.id).where(Wish.run_id == run.id).limit(1)
    if facts.round is not run.round and session.scalar(wished) is not None:
        raise RunIsWished(field)


def _times(session: Session, event: Event, facts: RunFacts) -> Parts:
    return parts_of_rounds(rounds_from(session, event, facts.round, facts.spans))


def _log_run(
    session: Session,
    event: Event,
    run: Run,
    was: RunFacts,
    old_times: Parts,
    now: datetime,
) -> None:
    title, facts = run.workshop.title, RunFacts.of(run)
    if not was.same_rounds(facts):
        new_times = _times(session, event, facts)
        log_change(session, event, title, "times", parts_to_store(old_times), parts_to_store(new_times), now)
    log_change(session, event, title, "room", was.where, facts.where, now)
    log_change(
        session,
        event,
        title,
        "takes_place",
        "yes" if was.takes_place else "no",
        "yes" if run.takes_place else "no",
        now,
    )


def _tell_places(
    session: Session, event: Event, changes: Sequence[RunChange], note: str, now: datetime
) -> None:
    """Something about these runs changed; who sits in them is told, as long as it is news."""
    if not event.agenda_is_news(now):
        return
    of_run: dict[int, list[RunChange]] = {}
    for change in changes:
        of_run.setdefault(change.run.id, []).append(change)
    found = (
        select(Place.run_id, Registration)
        .join(Registration, Place.registration_id == Registration.id)
        .where(Place.run_id.in_(of_run), Place.state == PlaceState.PLACE)
        .order_by(Registration.id, Place.run_id)
    )
    of_person: dict[Registration, list[RunChange]] = {}
    for run_id, registration in session.execute(found):
        of_person.setdefault(registration, []).extend(of_run[run_id])
    for registration, mine in of_person.items():
        registration.feed_changed_at = now
        notifications.notify_place(session, registration, mine, now, note)
