# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Changes by the organising team that concern people who hold seats: they stand here because this slice knows them.

Moving a released day or workshop raises the sequence, writes the public change log and tells who holds a place, all
in one transaction.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.attendees.staff import service as staff
from app.events.facts import DayFacts, Effect, touches
from app.events.models import Event, Room
from app.events.rules import EventStatus, Placement, refuse_capacity_below_taken, refuse_reversed_times
from app.events.service import lock_event, mark_changed, raise_sequence
from app.programme.conflicts import RunFacts, rounds_from
from app.programme.models import Round, Run, Workshop
from app.programme.rules import refuse_more_than_room
from app.programme.service import log_change
from app.refusal import N_, ChangedMeanwhile, Refusal
from app.registration import notifications
from app.registration.history import By
from app.registration.models import Group, GroupGuest, Registration
from app.registration.promotion import move_up
from app.registration.rules import ACTIVE, PlaceState, Reason, RunHasPlaces, Status
from app.registration.service import cancel
from app.registration.workshops import places
from app.registration.workshops.models import Place
from app.registration.workshops.wish_models import Wish
from app.registration.workshops.wishes import turn_places_into_wishes


def change_day(session: Session, event_id: int, facts: DayFacts, version: int, now: datetime) -> Event:
    """Save the day's facts. Refuses reversed times, fewer seats than are taken, and a stale version (F30)."""
    event = lock_event(session, event_id)
    if event.version != version:
        raise ChangedMeanwhile
    refuse_reversed_times(facts.starts_at, facts.ends_at)
    if facts.registration_opens_at and facts.registration_closes_at:
        refuse_reversed_times(
            facts.registration_opens_at, facts.registration_closes_at, "registration_closes_at"
        )
    refuse_capacity_below_taken(facts.capacity, event.extra, event.taken)
    _refuse_placement(event, facts)
    if event.placement is Placement.DIRECT and facts.placement is Placement.WISHES:
        turn_places_into_wishes(session, event)
    changed = [name for name in DayFacts.__slots__ if getattr(event, name) != getattr(facts, name)]
    for name in changed:
        setattr(event, name, getattr(facts, name))
    if changed:
        mark_changed(event, now, calendar=touches(changed, Effect.CALENDAR))
    event.extra = event.seats.still_extra
    if touches(changed, Effect.RUNS):
        _raise_runs(session, event, now)
    session.flush()
    if event.status is EventStatus.PUBLISHED:
        # Who corrects a day that is over invites nobody to it.
        if touches(changed, Effect.MAIL) and not event.is_over(now):
            _tell_holders(session, _registered(session, event), now)
        if touches(changed, Effect.SEATS):
            move_up(session, event, now, Reason.CAPACITY_RAISED if "capacity" in changed else Reason.MOVED_UP)
            places.move_up_in_all_runs(session, event, now)
    return event


def _refuse_placement(event: Event, facts: DayFacts) -> None:
    """Refuses wishes without a date, a date after the beginning, and another way once places have been given."""
    if facts.placement is not event.placement and event.placed_at is not None:
        raise Refusal(N_("The allocation is published, so the way of choosing stays."), field="placement")
    if facts.placement is Placement.WISHES:
        if facts.wishes_until is None:
            raise Refusal(N_("Please say until when people may wish."), field="wishes_until")
        if facts.wishes_until > facts.starts_at:
            raise Refusal(N_("Wishes have to end before the day begins."), field="wishes_until")


def change_run(session: Session, run_id: int, facts: RunFacts, version: int, now: datetime) -> Run:
    """Move a run, change its seats or call it off. A released one is announced: change log, calendars, mail to who sits
    in it. Who sits in a run that is called off loses the place and is told."""
    run = session.get_one(Run, run_id)
    event = lock_event(session, run.workshop.event_id)
    session.refresh(run)
    if run.version != version:
        raise ChangedMeanwhile
    if facts.held:
        refuse_capacity_below_taken(facts.capacity, run.extra, run.taken)
    refuse_more_than_room(facts.capacity, facts.room.seats if facts.room else None)
    was = RunFacts.of(run)
    was_until = rounds_from(session, event, run.round, run.spans)[-1].ends_at
    if facts.round is not was.round or facts.spans != was.spans:
        _refuse_move_of_held_places(session, run, "round_id" if facts.round is not was.round else "spans")
    if facts.held and (not was.held or facts.round is not was.round or facts.spans != was.spans):
        staff.resume(session, event, run, facts.round, facts.spans, now)
    if was.held and not facts.held:
        places.close_run(session, run, now, tell=event.agenda_is_news(now))
    run.label, run.capacity, run.least_people = facts.label, facts.capacity, facts.least_people
    run.round, run.room, run.spans, run.held = facts.round, facts.room, facts.spans, facts.held
    run.extra = run.seats.still_extra
    moved = was.round is not facts.round or was.room is not facts.room or was.spans != facts.spans
    mark_changed(event, now, calendar=False)
    if moved or was.held != facts.held:
        raise_sequence(run, now)
        _log_run(session, event, run, was, was_until, now)
    session.flush()
    if run.held:
        places.move_up_in_run(session, run, now)
    if moved and run.held and event.agenda_is_news(now):
        _tell_places(session, _sitting_in(session, [run.id]), now)
    return run


def change_round(
    session: Session,
    round_id: int,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    version: int,
    now: datetime,
) -> Round:
    """Move a whole round: every run in it moves along."""
    round_ = session.get_one(Round, round_id)
    event = lock_event(session, round_.event_id)
    session.refresh(round_)
    if round_.version != version:
        raise ChangedMeanwhile
    refuse_reversed_times(starts_at, ends_at)
    moved = (round_.starts_at, round_.ends_at) != (starts_at, ends_at)
    old = (round_.starts_at, round_.ends_at)
    round_.title, round_.starts_at, round_.ends_at = title, starts_at, ends_at
    mark_changed(event, now, calendar=False)
    if moved:
        runs = list(session.scalars(select(Run).where(Run.round_id == round_.id)))
        for run in runs:
            raise_sequence(run, now)
        log_change(session, event, round_.title, "times", _span(*old), _span(starts_at, ends_at), now)
        session.flush()
        if event.agenda_is_news(now):
            _tell_places(session, _sitting_in(session, [run.id for run in runs]), now)
    session.flush()
    return round_


def cancel_day(session: Session, event_id: int, by: By, now: datetime) -> Event:
    """Call the day off: every registration ends, everybody confirmed is told, calendars show it as cancelled."""
    event = lock_event(session, event_id)
    event.status = EventStatus.CANCELLED
    mark_changed(event, now, calendar=True)
    _raise_runs(session, event, now)
    session.flush()
    contacts = session.scalars(contacts_beside(event).order_by(Group.id)).all()
    active = select(Registration.id).where(
        Registration.event_id == event.id,
        Registration.status.in_(ACTIVE),
    )
    for registration_id in session.scalars(active.order_by(Registration.id)).all():
        cancel(session, registration_id, by, now, Reason.EVENT_CANCELLED)
    for group in contacts:
        notifications.notify_contact_of_the_end(session, group, now)
    return event


def contacts_beside(event: Event) -> Select[Group]:
    """The groups that somebody brings to the day without taking part: no mail to a participant reaches them."""
    comes = and_(Registration.event_id == Group.event_id, Registration.status.in_(ACTIVE))
    # Whom the contact named and who was registered already counts as well: nothing may tell the two apart (T09).
    is_guest = exists().where(
        GroupGuest.group_id == Group.id, GroupGuest.registration_id == Registration.id, ~GroupGuest.ended
    )
    own = Registration.group_id == Group.id
    brings = exists().where(comes, or_(own, is_guest.correlate(Group, Registration))).correlate(Group)
    takes_part = exists().where(
        comes,
        Registration.confirmed_at.is_not(None),
        func.lower(Registration.email) == func.lower(Group.email),
    )
    return select(Group).where(
        Group.event_id == event.id, Group.confirmed_at.is_not(None), brings, ~takes_part
    )


def tell_about_places(session: Session, event: Event, run_ids: Iterable[int], now: datetime) -> None:
    """Something about these runs changed; who sits in them is told."""
    if event.agenda_is_news(now):
        _tell_places(session, _sitting_in(session, list(run_ids)), now)


def _log_run(
    session: Session, event: Event, run: Run, was: RunFacts, was_until: datetime, now: datetime
) -> None:
    title = run.workshop.title
    until = rounds_from(session, event, run.round, run.spans)[-1].ends_at
    old, new = _span(was.round.starts_at, was_until), _span(run.round.starts_at, until)
    if was.round is not run.round or was.spans != run.spans:
        log_change(session, event, title, "times", old, new, now)
    if was.room is not run.room:
        log_change(session, event, title, "room", _name(was.room), _name(run.room), now)
    log_change(session, event, title, "held", "yes" if was.held else "no", "yes" if run.held else "no", now)


def _raise_runs(session: Session, event: Event, now: datetime) -> None:
    """What stands in the entry of every workshop has changed."""
    for run in session.scalars(select(Run).join(Run.workshop).where(Workshop.event_id == event.id)):
        raise_sequence(run, now)


class RunIsWished(Refusal):
    """A wish is one for a round: who wished for the run then did not wish for it at another time."""

    def __init__(self, field: str) -> None:
        super().__init__(
            N_(
                "People wish for this run, so it stays in its round. Change its room, or move the whole round."
            ),
            field=field,
        )


def _refuse_move_of_held_places(session: Session, run: Run, field: str) -> None:
    if session.scalar(select(Place.id).where(Place.run_id == run.id).limit(1)) is not None:
        raise RunHasPlaces(field)
    if (
        field == "round_id"
        and session.scalar(select(Wish.id).where(Wish.run_id == run.id).limit(1)) is not None
    ):
        raise RunIsWished(field)


def _span(starts_at: datetime, ends_at: datetime) -> str:
    return f"{starts_at.isoformat()}/{ends_at.isoformat()}"


def _name(room: Room | None) -> str:
    return room.name if room else ""


def _registered(session: Session, event: Event) -> list[Registration]:
    found = select(Registration).where(
        Registration.event_id == event.id, Registration.status == Status.REGISTERED
    )
    return list(session.scalars(found.order_by(Registration.id)))


def _sitting_in(session: Session, run_ids: list[int]) -> list[Registration]:
    found = (
        select(Registration)
        .where(
            Registration.id.in_(
                select(Place.registration_id).where(
                    Place.run_id.in_(run_ids or [0]), Place.state == PlaceState.PLACE
                )
            )
        )
        .order_by(Registration.id)
    )
    return list(session.scalars(found))


def _tell_holders(session: Session, registrations: list[Registration], now: datetime) -> None:
    for registration in registrations:
        registration.feed_changed_at = now
        notifications.notify_changed(session, registration, now)


def _tell_places(session: Session, registrations: list[Registration], now: datetime) -> None:
    for registration in registrations:
        registration.feed_changed_at = now
        notifications.notify_place(session, registration, now)
