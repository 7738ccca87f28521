# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' verbs over a day in which people may hold places already.

Each asks the programme's rules (times within the day, free rooms), then leaves the change and the telling to
`changes`. Locks the event first, flushes, never commits.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from app.clock import BERLIN
from app.events.facts import DayFacts
from app.events.models import Event
from app.events.rules import EventStatus, Placement
from app.events.service import lock_event, mark_changed, publish, raise_sequence
from app.people.audit import record
from app.programme import conflicts
from app.programme import service as programme
from app.programme.conflicts import RunFacts
from app.programme.models import AgendaItem, Round, Run, Workshop
from app.programme.service import NewRun, RoundFacts, WorkshopFacts
from app.refusal import N_, Refusal
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import ACTIVE, Status
from app.registration.workshops.models import Place
from app.registration.workshops.wish_models import Wish
from app.scheduling import changes


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What the organiser's form says of a run; rounds and rooms by id, looked up within the event (T02)."""

    label: str
    round_id: int
    room_id: int | None
    capacity: int | None
    contributors: tuple[str, ...]
    spans: int = 1
    least_people: int = 0
    held: bool = True
    called_off: bool = False  # yes, people in it lose their places


class PlacesBecomeWishes(Refusal):
    def __init__(self, places: int) -> None:
        super().__init__(
            N_(
                "%(number)s places in workshops are taken. They become first wishes, and until the allocation is"
                " published nobody has a place. Nobody gets a mail about it. Please confirm below."
            ),
            field="become_wishes",
            number=places,
        )


class PeopleInIt(Refusal):
    def __init__(self, people: int) -> None:
        super().__init__(
            N_("%(number)s people hold a place in it. Please confirm below that they lose it and are told."),
            field="held",
            number=people,
        )


# -- the day


def day_facts(event: Event) -> DayFacts:
    return DayFacts(**{name: getattr(event, name) for name in DayFacts.__slots__})


def fingerprint(facts: DayFacts) -> str:
    """Tells whether somebody else saved these facts since they were read.

    The event's own version would say so for every room and workshop, too, and send people to a conflict without one.
    """
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def replan_day(
    session: Session,
    event_id: int,
    facts: DayFacts,
    seen: str,
    by: By,
    now: datetime,
    *,
    become_wishes: bool = False,
) -> Event:
    """Save the day's facts; `seen` is the fingerprint of those that were read, and a stale one is refused (F30).

    A day that moves to another date takes its agenda along, at the same times of day. Refuses dates that would
    leave something of the agenda behind, and to ask for wishes where places are taken without a word that they
    `become_wishes`.
    """
    event = lock_event(session, event_id)
    before = day_facts(event)
    asks_for_wishes = before.placement is Placement.DIRECT and facts.placement is Placement.WISHES
    if (
        asks_for_wishes
        and not become_wishes
        and fingerprint(before) == seen
        and (places := count_taken(session, event))
    ):
        raise PlacesBecomeWishes(places)
    changes.change_day(session, event_id, facts, event.version if fingerprint(before) == seen else 0, now)
    changed = [name for name in DayFacts.__slots__ if getattr(before, name) != getattr(facts, name)]
    days = facts.starts_at.astimezone(BERLIN).date() - before.starts_at.astimezone(BERLIN).date()
    if days:
        _move_agenda(session, event, days, now)
    if "starts_at" in changed or "ends_at" in changed:
        for thing in _agenda(session, event):
            conflicts.refuse_outside_day(event, thing.title, thing.starts_at, thing.ends_at)
    if changed:
        record(
            session, now, by.organiser_id, event.id, "event.change", f"event {event.id}", {"fields": changed}
        )
    return event


def publish_day(session: Session, event_id: int, by: By, now: datetime) -> Event:
    """Refuses a day that is not a draft any more, and what a reader would miss."""
    event = lock_event(session, event_id)
    if event.status is not EventStatus.DRAFT:
        raise Refusal(N_("This day is public already."))
    publish(session, event, now)
    record(session, now, by.organiser_id, event.id, "event.publish", f"event {event.id}")
    return event


def withdraw_day(session: Session, event_id: int, by: By, now: datetime) -> Event:
    """Back to a draft. Refuses once somebody has registered: people would be left with a link to nowhere."""
    event = lock_event(session, event_id)
    if event.status is not EventStatus.PUBLISHED:
        raise Refusal(N_("Only a public day can become a draft again."))
    if count_registrations(session, event):
        raise Refusal(N_("People have registered for this day. It can be cancelled, but no longer hidden."))
    event.status = EventStatus.DRAFT
    mark_changed(event, now, calendar=True)
    session.flush()
    record(session, now, by.organiser_id, event.id, "event.withdraw", f"event {event.id}")
    return event


def call_off_day(session: Session, event_id: int, by: By, now: datetime) -> Event:
    """Cancel a public day and tell everybody. Refuses a draft, of which nobody knows, a day that is over, and a second time."""
    event = lock_event(session, event_id)
    if event.status is not EventStatus.PUBLISHED or event.is_over(now):
        raise Refusal(N_("Only a public day that is not over can be cancelled."))
    changes.cancel_day(session, event_id, by, now)
    record(session, now, by.organiser_id, event.id, "event.cancel", f"event {event.id}")
    return event


def _move_agenda(session: Session, event: Event, days: timedelta, now: datetime) -> None:
    for thing in _agenda(session, event):
        thing.starts_at, thing.ends_at = _later(thing.starts_at, days), _later(thing.ends_at, days)
    for run in session.scalars(
        select(Run).join(Run.round).where(Round.event_id == event.id).order_by(Run.id)
    ):
        raise_sequence(run, now)
    session.flush()


def _agenda(session: Session, event: Event) -> list[AgendaItem | Round]:
    items = session.scalars(select(AgendaItem).where(AgendaItem.event_id == event.id).order_by(AgendaItem.id))
    rounds = session.scalars(select(Round).where(Round.event_id == event.id).order_by(Round.id))
    return [*items, *rounds]


def _later(moment: datetime, days: timedelta) -> datetime:
    """The same time of day in Berlin, whatever the clocks do in between."""
    return (moment.astimezone(BERLIN) + days).astimezone(UTC)


# -- rounds, workshops, runs


def replan_round(
    session: Session, event_id: int, round_id: int, facts: RoundFacts, version: int, now: datetime
) -> Round:
    """Move or rename a round. Refuses a stale version, a taken number, bad times, and rooms that are in use then."""
    event = lock_event(session, event_id)
    round_ = conflicts.get_round(session, event, round_id)
    conflicts.refuse_stale(round_, version)
    conflicts.refuse_taken_number(session, event, facts.number, round_.id)
    if facts.number != round_.number:
        conflicts.refuse_torn_run(session, event, round_)
    conflicts.refuse_bad_round_times(session, event, facts.starts_at, facts.ends_at, leave_out=round_)
    programme.log_change(session, event, facts.title, "title", round_.title, facts.title, now)
    changes.change_round(session, round_id, facts.title, facts.starts_at, facts.ends_at, version, now)
    round_.number = facts.number
    session.flush()
    return round_


def reword_workshop(
    session: Session, event_id: int, workshop_id: int, facts: WorkshopFacts, version: int, now: datetime
) -> Workshop:
    """Save title and abstract. A new title is told to who sits in the workshop, a new abstract only to calendars."""
    event = lock_event(session, event_id)
    runs = programme.change_workshop(session, event_id, workshop_id, facts, version, now)
    changes.tell_about_places(session, event, [run.id for run in runs], now)
    return conflicts.get_workshop(session, event, workshop_id)


def add_run(session: Session, event_id: int, workshop_id: int, plan: RunPlan, now: datetime) -> Run:
    """Put a workshop into a round."""
    event = lock_event(session, event_id)
    new = NewRun(
        workshop=conflicts.get_workshop(session, event, workshop_id),
        round=conflicts.get_round(session, event, plan.round_id),
        label=plan.label,
        room=conflicts.get_room(session, event, plan.room_id) if plan.room_id is not None else None,
        capacity=plan.capacity,
        contributors=plan.contributors,
        spans=plan.spans,
        least_people=plan.least_people,
        held=plan.held,
    )
    return programme.add_run(session, event_id, new, now)


def replan_run(
    session: Session, event_id: int, run_id: int, plan: RunPlan, version: int, now: datetime
) -> Run:
    """Change a run. Refuses a stale version, what does not fit (`conflicts.refuse_bad_run`), fewer seats than are taken,
    and to call off a run with people in it without a word that they lose their places."""
    event = lock_event(session, event_id)
    run = conflicts.get_run(session, event, run_id)
    conflicts.refuse_stale(run, version)
    round_ = conflicts.get_round(session, event, plan.round_id)
    room = conflicts.get_room(session, event, plan.room_id) if plan.room_id is not None else None
    facts = RunFacts(plan.label, round_, room, plan.capacity, plan.spans, plan.least_people, held=plan.held)
    conflicts.refuse_bad_run(session, event, facts, leave_out=run)
    if run.held and not plan.held and run.taken and not plan.called_off:
        raise PeopleInIt(run.taken)
    relabelled = run.label != plan.label
    run = changes.change_run(session, run_id, facts, version, now)
    if not programme.name_contributors(session, run, plan.contributors, now) and relabelled:
        raise_sequence(run, now)
    session.flush()
    return run


def take_out_run(session: Session, event_id: int, run_id: int, now: datetime) -> None:
    """Remove a run. Refuses one that anybody has chosen, wishes included: nobody loses a place by a click."""
    event = lock_event(session, event_id)
    run = conflicts.get_run(session, event, run_id)
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
    programme.remove_run(session, event, run, now)


# -- reads


def count_registrations(session: Session, event: Event) -> int:
    """All that ever came in, ended ones included."""
    found = select(func.count()).select_from(Registration).where(Registration.event_id == event.id)
    return session.scalar(found) or 0


def count_registered(session: Session, event: Event) -> int:
    """Who hears of it by mail when time or place of the day change."""
    found = select(func.count()).select_from(Registration)
    return (
        session.scalar(
            found.where(Registration.event_id == event.id, Registration.status == Status.REGISTERED)
        )
        or 0
    )


def count_told_of_cancelling(session: Session, event: Event) -> int:
    """Who gets a mail when the day is cancelled: everybody whose address is confirmed, and who only brings others."""
    people = select(func.count()).where(
        Registration.event_id == event.id,
        Registration.status.in_(ACTIVE),
        Registration.confirmed_at.is_not(None),
    )
    contacts = select(func.count()).select_from(changes.contacts_beside(event).subquery())
    return (session.scalar(people) or 0) + (session.scalar(contacts) or 0)


def count_taken(
    session: Session, event: Event, round_id: int | None = None, workshop_id: int | None = None
) -> int:
    """Places held in the runs of a round or of a workshop."""
    found = select(func.coalesce(func.sum(Run.taken), 0)).join(Run.round).where(Round.event_id == event.id)
    if round_id is not None:
        found = found.where(Run.round_id == round_id)
    if workshop_id is not None:
        found = found.where(Run.workshop_id == workshop_id)
    return int(session.scalar(found) or 0)
