# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the team does at the admin page: ask for allocations, stop them, say what must hold, close and open runs.

Every verb locks the event first and flushes, never commits. Nobody's places change here: see `publishing`.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.allocation.loader import Terms, to_be_placed
from app.allocation.models import AllocationRun, PlacingCondition
from app.allocation.rules import (
    UNFINISHED,
    AllocationState,
    BoundsReversed,
    ConditionKind,
    ContradictsCondition,
    KeptForTheFile,
    NobodyToPlace,
    NoSuchRun,
    NotByWishes,
    NothingToPlaceIn,
    PersonTwice,
    TooManyAllocations,
)
from app.attendees.staff import service as staff
from app.events.models import Event
from app.events.queries import get_of_event
from app.events.rules import Placement
from app.events.service import lock_event, lock_of_event, mark_changed, raise_sequence
from app.organisations.models import Organisation
from app.people.audit import record
from app.programme import conflicts
from app.programme.models import Round, Run
from app.programme.rounds import numbers_filled
from app.refusal import Missing
from app.registration.history import By
from app.registration.models import Registration
from app.registration.workshops import places

MOST_WAITING = 12
MOST_KEPT = 60
ATTEMPTS_KEPT = timedelta(days=14)
LARGEST_SEED = 999_999_999


@dataclass(frozen=True, slots=True)
class AllocationOrder:
    """One allocation that is asked for; the nonce makes a double press one allocation."""

    name: str
    terms: Terms
    nonce: str


@dataclass(frozen=True, slots=True)
class ConditionFacts:
    """What the form says of a condition; which of it counts, its kind says."""

    kind: ConditionKind
    first_id: int | None = None
    second_id: int | None = None
    run_id: int | None = None
    organisation_id: int | None = None
    organisation_kind: str | None = None
    least: int = 0
    most: int | None = None
    soft: bool = False


def draw_seed() -> int:
    """Nobody can guess it, everybody can read it afterwards and draw the lots again."""
    return secrets.randbelow(LARGEST_SEED) + 1


# --- allocations ---------------------------------------------------------------------------------------------------


def ask(session: Session, event_id: int, order: AllocationOrder, by: By, now: datetime) -> AllocationRun:
    """Have an allocation worked out. Refuses a day without wishes, without workshops or people, and too many at once."""
    event = lock_event(session, event_id)
    earlier = session.scalar(select(AllocationRun).where(AllocationRun.nonce == order.nonce))
    if earlier is not None:
        if earlier.event_id != event.id:
            raise Missing
        return earlier
    refuse_asking(session, event)
    return _ask(session, event, order, by, now)


def ask_several(
    session: Session, event_id: int, orders: Sequence[AllocationOrder], by: By, now: datetime
) -> list[AllocationRun]:
    """The same for several side by side, all of them or none. `orders` share one nonce, that of the form."""
    event = lock_event(session, event_id)
    own = [
        AllocationOrder(one.name, one.terms, hashlib.sha256(f"{one.nonce}:{number}".encode()).hexdigest())
        for number, one in enumerate(orders)
    ]
    nonces = [one.nonce for one in own]
    earlier = list(
        session.scalars(
            select(AllocationRun).where(AllocationRun.nonce.in_(nonces)).order_by(AllocationRun.id)
        )
    )
    if earlier:
        return earlier
    refuse_asking(session, event, more=len(own))
    return [_ask(session, event, one, by, now) for one in own]


def _ask(session: Session, event: Event, order: AllocationOrder, by: By, now: datetime) -> AllocationRun:
    made = AllocationRun(
        event_id=event.id,
        name=order.name,
        mode=order.terms.mode,
        mixing=order.terms.mixing,
        seed=order.terms.seed,
        seconds=order.terms.seconds,
        nonce=order.nonce,
        created_at=now,
        organiser_id=by.organiser_id,
    )
    session.add(made)
    session.flush()
    detail = {"mode": made.mode.value, "mixing": made.mixing.value, "seed": made.seed}
    record(session, now, by.organiser_id, event.id, "allocation.ask", f"allocation {made.id}", detail)
    return made


def stop(session: Session, event_id: int, allocation_run_id: int, by: By, now: datetime) -> AllocationRun:
    """Whoever works on it stops soon. A second press, and one that comes too late, change nothing."""
    event = lock_event(session, event_id)
    allocation_run = lock_of_event(session, AllocationRun, event.id, allocation_run_id)
    if allocation_run.state is AllocationState.QUEUED:
        allocation_run.state, allocation_run.finished_at = AllocationState.STOPPED, now
    elif allocation_run.state is AllocationState.RUNNING and not allocation_run.stop_asked:
        allocation_run.stop_asked = True
    else:
        return allocation_run
    session.flush()
    record(session, now, by.organiser_id, event.id, "allocation.stop", f"allocation {allocation_run.id}")
    return allocation_run


def remove(session: Session, event_id: int, allocation_run_id: int, by: By, now: datetime) -> None:
    """Refuses what is being worked on, and what was published once: that is for the file."""
    event = lock_event(session, event_id)
    allocation_run = lock_of_event(session, AllocationRun, event.id, allocation_run_id)
    refuse_removing(allocation_run)
    record(session, now, by.organiser_id, event.id, "allocation.remove", f"allocation {allocation_run.id}")
    session.delete(allocation_run)
    session.flush()


def refuse_removing(allocation_run: AllocationRun) -> None:
    """As `remove` says."""
    if allocation_run.published_at is not None or allocation_run.state in UNFINISHED:
        raise KeptForTheFile


def refuse_asking(session: Session, event: Event, more: int = 1) -> None:
    """As `ask` says, for one or `more` of them."""
    _refuse_unready(session, event)
    _refuse_too_many(session, event, more)


def _refuse_unready(session: Session, event: Event) -> None:
    if event.placement is not Placement.WISHES:
        raise NotByWishes
    runs = select(Run.id).join(Run.round).where(Round.event_id == event.id, Round.booked)
    if session.scalar(runs.limit(1)) is None:
        raise NothingToPlaceIn
    if session.scalar(to_be_placed(event.id).limit(1)) is None:
        raise NobodyToPlace


def _refuse_too_many(session: Session, event: Event, more: int) -> None:
    total, waiting = session.execute(
        select(
            func.count(AllocationRun.id),
            func.count(AllocationRun.id).filter(AllocationRun.state.in_(UNFINISHED)),
        ).where(AllocationRun.event_id == event.id)
    ).one()
    if waiting + more > MOST_WAITING or total + more > MOST_KEPT:
        raise TooManyAllocations(MOST_WAITING, MOST_KEPT)


def forget_attempts(session: Session, now: datetime) -> int:
    """Delete what was tried and never published, 14 days after the day; what was published once is for the file."""
    over = select(Event.id).where(Event.ends_at <= now - ATTEMPTS_KEPT)
    tried = delete(AllocationRun).where(
        AllocationRun.event_id.in_(over), AllocationRun.published_at.is_(None)
    )
    gone = session.scalars(
        tried.returning(AllocationRun.id).execution_options(synchronize_session=False)
    ).all()
    return len(gone)


# --- conditions ----------------------------------------------------------------------------------------------------


def add_condition(
    session: Session, event_id: int, facts: ConditionFacts, by: By, now: datetime
) -> PlacingCondition:
    """Holds in every allocation asked for from now on. A second press changes nothing.

    Refuses people and runs of another day, one person named twice, and what contradicts another condition.
    """
    event = lock_event(session, event_id)
    _refuse_strangers(session, event, facts)
    there = _same(session, event, facts)
    if there is not None:
        there.soft = facts.soft
        session.flush()
        return there
    _refuse_contradiction(session, event, facts)
    values = {name: getattr(facts, name) for name in ConditionFacts.__slots__}
    made = PlacingCondition(event_id=event.id, **values)
    session.add(made)
    session.flush()
    detail = {"kind": facts.kind.value}
    record(session, now, by.organiser_id, event.id, "allocation.condition", f"condition {made.id}", detail)
    return made


def remove_condition(session: Session, event_id: int, condition_id: int, by: By, now: datetime) -> None:
    event = lock_event(session, event_id)
    found = get_of_event(session, PlacingCondition, event.id, condition_id)
    detail = {"kind": found.kind.value}
    record(session, now, by.organiser_id, event.id, "allocation.free", f"condition {found.id}", detail)
    session.delete(found)
    session.flush()


def _refuse_strangers(session: Session, event: Event, facts: ConditionFacts) -> None:
    people = {one for one in (facts.first_id, facts.second_id) if one is not None}
    known = select(func.count(Registration.id)).where(
        Registration.event_id == event.id, Registration.id.in_(people)
    )
    if people and session.scalar(known) != len(people):
        raise Missing
    if facts.first_id is not None and facts.first_id == facts.second_id:
        raise PersonTwice
    if facts.run_id is not None:
        _get_run(session, event, facts.run_id)
    if facts.organisation_id is not None and session.get(Organisation, facts.organisation_id) is None:
        raise Missing
    if facts.most is not None and facts.most < facts.least:
        raise BoundsReversed


def _same(session: Session, event: Event, facts: ConditionFacts) -> PlacingCondition | None:
    pair = sorted(one for one in (facts.first_id, facts.second_id) if one is not None)
    for one in session.scalars(
        select(PlacingCondition).where(
            PlacingCondition.event_id == event.id, PlacingCondition.kind == facts.kind
        )
    ):
        if (
            sorted(person for person in (one.first_id, one.second_id) if person is not None) == pair
            and (one.run_id, one.organisation_id, one.organisation_kind)
            == (facts.run_id, facts.organisation_id, facts.organisation_kind)
            and (one.least, one.most) == (facts.least, facts.most)
        ):
            return one
    return None


def _refuse_contradiction(session: Session, event: Event, facts: ConditionFacts) -> None:
    """Of two pins of one person in the same round, of pin and forbid, of together and apart, only one can hold."""
    if facts.kind in {ConditionKind.PIN, ConditionKind.FORBID} and facts.run_id is not None:
        wanted = _get_run(session, event, facts.run_id)
        mine = select(PlacingCondition, Run).join(Run, PlacingCondition.run_id == Run.id)
        of_person = (PlacingCondition.event_id == event.id, PlacingCondition.first_id == facts.first_id)
        for one, run in session.execute(mine.where(*of_person)):
            both_pin = one.kind is facts.kind is ConditionKind.PIN
            if (both_pin and _overlap(run, wanted)) or (one.kind is not facts.kind and run.id == wanted.id):
                raise ContradictsCondition("run_id")
    opposite = {
        ConditionKind.TOGETHER: ConditionKind.APART,
        ConditionKind.APART: ConditionKind.TOGETHER,
    }.get(facts.kind)
    if opposite is not None:
        pair = (facts.first_id, facts.second_id)
        other = select(PlacingCondition.id).where(
            PlacingCondition.event_id == event.id,
            PlacingCondition.kind == opposite,
            PlacingCondition.first_id.in_(pair),
            PlacingCondition.second_id.in_(pair),
        )
        if session.scalar(other.limit(1)) is not None:
            raise ContradictsCondition("second")


def _overlap(one: Run, other: Run) -> bool:
    first, second = (set(numbers_filled(run.round.number, run.spans)) for run in (one, other))
    return not first.isdisjoint(second)


# --- runs ----------------------------------------------------------------------------------------------------------


def mark_run(
    session: Session, event_id: int, run_id: int, by: By, now: datetime, *, takes_place: bool
) -> Run:
    """Say that a run takes place or does not. Whoever has a place in one that does not keeps it until the next
    allocation is published, so that everybody is told once, and of the new place. A second press changes nothing.

    Refuses a day without wishes, where nobody would clean up; and to take up a run whose staff is busy by now.
    """
    event = lock_event(session, event_id)
    refuse_marking(event)
    run = _get_run(session, event, run_id)
    if run.takes_place is takes_place:
        return run
    if takes_place:
        staff.resume(session, event, run, run.round, run.spans, now)
    run.takes_place = takes_place
    raise_sequence(run, now)
    mark_changed(event, now, calendar=False)
    session.flush()
    if takes_place:
        places.move_up_in_run(session, run, now)
    action = "run.open" if takes_place else "run.close"
    record(session, now, by.organiser_id, event.id, action, f"run {run.id}")
    return run


def refuse_marking(event: Event) -> None:
    """As `mark_run` says of the day."""
    if event.placement is not Placement.WISHES:
        raise NotByWishes


def _get_run(session: Session, event: Event, run_id: int) -> Run:
    """Raises `NoSuchRun` for a run of another day (T02)."""
    try:
        return conflicts.get_run(session, event, run_id)
    except Missing:
        raise NoSuchRun from None
