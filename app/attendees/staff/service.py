# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who of the registered people leads a run or takes its minutes: named and taken off by the team; and what they see.

Verbs lock the event first, flush, never commit.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, joinedload

from app.attendees.filters import Wanted, conditions, how_many_accompany
from app.events.models import Event
from app.events.service import lock_event
from app.people.audit import record
from app.people.rules import address_key
from app.programme import conflicts
from app.programme.models import Round, Run
from app.programme.rounds import rounds_from
from app.refusal import N_, Missing, Refusal
from app.registration import notifications
from app.registration.consents.records import NamedPeople, named_among
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import CONFIRMED, Participation, PlaceState
from app.registration.workshops import places
from app.registration.workshops.models import Place, RunStaff, StaffRole
from app.registration.workshops.news import RunChange, between
from app.registration.workshops.rules import PlaceFact

MOST_FOUND = 8
ROLE_LABELS = {StaffRole.FACILITATOR: N_("Leads it"), StaffRole.NOTE_TAKER: N_("Takes the minutes")}


class NotTakingPart(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("This person has not confirmed the registration, or does not take part any more."), field="who"
        )


class NobodyFound(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("Nobody who is registered fits. Please type in a name, a mail address or a reference."),
            field="who",
        )


class SeveralFound(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("Several people fit. Please type in the reference of the right one from the list below."),
            field="who",
        )


class LeadsElsewhere(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(
            N_("This person leads or takes the minutes in “%(title)s” at the same time."),
            field="who",
            title=title,
        )


class AttendsIt(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(
            N_("This person attends “%(title)s” in another round. Please change that first."),
            field="who",
            title=title,
        )


class BusyElsewhere(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            N_(
                "%(name)s leads or takes the minutes in this workshop, but is named for another one at that time or"
                " attends it in another round. Please change that first."
            ),
            name=name,
        )


# -- by the team


def name_staff(
    session: Session, event_id: int, run_id: int, registration_id: int, role: StaffRole, by: By, now: datetime
) -> RunStaff:
    """The person leads the run or takes its minutes from now on, and sits in nothing else at that time; told by mail.

    Refuses who takes no part, who leads something else then, and who attends the workshop in another round. Somebody
    named before gets the other role.
    """
    event = lock_event(session, event_id)
    run = conflicts.get_run(session, event, run_id)
    registration = session.get(Registration, registration_id)
    if registration is None or registration.event_id != event.id:
        raise Missing
    if registration.status not in CONFIRMED or registration.unnamed:
        raise NotTakingPart
    known = session.scalar(
        select(RunStaff).where(RunStaff.run_id == run.id, RunStaff.registration_id == registration.id)
    )
    if known is not None:
        known.role = role
        session.flush()
        return known
    rounds = {one.id for one in rounds_from(session, event, run.round, run.spans)}
    _refuse_elsewhere(session, event, registration, run, rounds)
    left = places.leave_rounds(session, registration, rounds, now)
    staff = RunStaff(run_id=run.id, registration_id=registration.id, role=role)
    session.add(staff)
    changes = [RunChange(run, PlaceFact.ROLE, new=role.value), *between(left, ())]
    _note(session, event, registration, run, changes, "name", by, now)
    return staff


def take_off(session: Session, event_id: int, run_id: int, staff_id: int, by: By, now: datetime) -> Run:
    """The person is a participant like others again. Raises `Missing` for what is not there any more."""
    event = lock_event(session, event_id)
    run = conflicts.get_run(session, event, run_id)
    staff = session.get(RunStaff, staff_id)
    if staff is None or staff.run_id != run.id:
        raise Missing
    registration, change = staff.registration, RunChange(run, PlaceFact.ROLE, old=staff.role.value)
    session.delete(staff)
    _note(session, event, registration, run, [change], "take_off", by, now)
    return run


def resume(session: Session, event: Event, run: Run, round_: Round, spans: int, now: datetime) -> None:
    """Before a run takes place again, or in other rounds: whoever is named for it sits in nothing else at that time.
    Refuses if one of them is named for something else then. Callers hold the event's lock."""
    rounds = {one.id for one in rounds_from(session, event, round_, spans)}
    for staff in staff_of(session, run.id):
        try:
            _refuse_elsewhere(session, event, staff.registration, run, rounds)
        except (LeadsElsewhere, AttendsIt):
            raise BusyElsewhere(staff.registration.full_name) from None
        if left := places.leave_rounds(session, staff.registration, rounds, now):
            staff.registration.feed_changed_at = now
            if event.agenda_is_news(now):
                notifications.notify_place(session, staff.registration, between(left, ()), now)


def _refuse_elsewhere(
    session: Session, event: Event, registration: Registration, run: Run, rounds: set[int]
) -> None:
    led = select(Run).join(RunStaff, RunStaff.run_id == Run.id)
    others = list(
        session.scalars(
            led.where(RunStaff.registration_id == registration.id, Run.takes_place, Run.id != run.id)
        )
    )
    for other in others:
        filled = rounds_from(session, event, other.round, other.spans)
        if rounds.intersection(one.id for one in filled):
            raise LeadsElsewhere(other.workshop.title)
    attended = select(Place.round_id).where(
        Place.registration_id == registration.id,
        Place.workshop_id == run.workshop_id,
        Place.state != PlaceState.WANTED,
    )
    if set(session.scalars(attended)) - rounds:
        raise AttendsIt(run.workshop.title)


def _note(
    session: Session,
    event: Event,
    registration: Registration,
    run: Run,
    changes: Sequence[RunChange],
    action: str,
    by: By,
    now: datetime,
) -> None:
    registration.feed_changed_at = now
    session.flush()
    if event.agenda_is_news(now):
        notifications.notify_place(session, registration, changes, now)
    subject = f"registration {registration.id}"
    record(session, now, by.organiser_id, event.id, f"run_staff.{action}", subject, {"run": run.id})


# -- reads


def staff_of(session: Session, run_id: int) -> Sequence[RunStaff]:
    found = select(RunStaff).where(RunStaff.run_id == run_id)
    whole = joinedload(RunStaff.registration).joinedload(Registration.organisation)
    return session.scalars(found.options(whole).order_by(RunStaff.id)).all()


def find_people(session: Session, event: Event, typed: str) -> list[Registration]:
    """Who fits what was typed in, at most `MOST_FOUND`; a whole address or reference means that person alone."""
    found = select(Registration).where(
        *conditions(session, event, Wanted(text=typed)),
        Registration.status.in_(CONFIRMED),
        Registration.email != "",
    )
    whole = found.options(joinedload(Registration.organisation))
    people = list(
        session.scalars(whole.order_by(Registration.sort_key, Registration.id).limit(MOST_FOUND + 1))
    )
    key = address_key(typed)
    exact = [one for one in people if typed.strip().upper() == one.reference or key == one.email_key]
    return exact or people


# -- by who leads


def get_led_run(session: Session, registration: Registration, run_id: int) -> RunStaff:
    """Raises `Missing` for a run that the person does not lead (T01)."""
    found = select(RunStaff).where(RunStaff.run_id == run_id, RunStaff.registration_id == registration.id)
    whole = (
        joinedload(RunStaff.run).joinedload(Run.workshop),
        joinedload(RunStaff.run).joinedload(Run.round),
    )
    staff = session.scalar(found.options(*whole, joinedload(RunStaff.run).joinedload(Run.room)))
    if staff is None or registration.status not in CONFIRMED:
        raise Missing
    return staff


def people_in(session: Session, run_id: int) -> NamedPeople:
    """Who comes to a run."""
    return named_among(session, *_in_run(run_id))


def accompanying_in(session: Session, run_id: int) -> int:
    """How many come along with them."""
    return how_many_accompany(session, _in_run(run_id))


def online_in(session: Session, run_id: int) -> int:
    """How many of them take part online."""
    those = [*_in_run(run_id), Registration.participation == Participation.ONLINE]
    return session.scalar(select(func.count(Registration.id)).where(*those)) or 0


def _in_run(run_id: int) -> list[ColumnElement[bool]]:
    seated = exists().where(
        Place.registration_id == Registration.id, Place.run_id == run_id, Place.state == PlaceState.PLACE
    )
    return [seated, Registration.status.in_(CONFIRMED)]
