# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Places in workshop runs: choosing, giving back, moving up. Callers hold the event's lock."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.events.models import Event
from app.events.seats import claim_seat, join_line, leave_line, release_seat
from app.programme.models import Round, Run
from app.registration import announcing
from app.registration.models import Place, Registration, RoundAbsence
from app.registration.rules import ENDED, PlaceState, RoundAnswer, TwiceTheSameWorkshop, UnknownRun

Choices = Mapping[int, "int | RoundAnswer"]
"""Round id → run id, "still open" or "not in this round"."""


def choose(
    session: Session, event: Event, registration: Registration, choices: Choices, now: datetime
) -> None:
    """Make the person's places what was chosen per round; rounds not named stay as they are.

    A full run puts the person in its line, beside the place held so far: nobody loses a place by hoping for a
    better one. What did not change is kept. Refuses a workshop chosen twice and a run that is not offered.
    """
    runs = _chosen_runs(session, event, choices)
    _refuse_twice(session, registration, runs, choices)
    freed: list[Run] = []
    for place in _places(session, registration, choices):
        if place.round_id not in runs:
            freed += _drop(session, place)
    session.flush()
    _answer_rounds(session, registration, choices)
    for run in runs.values():
        freed += _choose_run(session, registration, run)
    session.flush()
    _move_up_in(session, freed, now)


def take_wanted(session: Session, registration: Registration) -> None:
    """The person has a seat at the day now: what was only wanted becomes a place or a place in line."""
    for place in _places(session, registration):
        if place.state is PlaceState.WANTED:
            _settle(session, place)
    session.flush()


def give_back(session: Session, registration: Registration, now: datetime, *, keep_wishes: bool) -> None:
    """Free all places of somebody who leaves. `keep_wishes` remembers the choice for a confirmation that comes late."""
    freed: list[Run] = []
    for place in _places(session, registration):
        freed += _drop(session, place, keep=keep_wishes)
    session.flush()
    _move_up_in(session, freed, now)


def leave_line_of(session: Session, registration: Registration, run_id: int) -> None:
    """The person no longer waits for this run."""
    for place in _places(session, registration):
        if place.run_id == run_id and place.state is PlaceState.WAITING:
            _drop(session, place)
    session.flush()


def move_up_in_run(session: Session, run: Run, now: datetime) -> None:
    """After more seats were put into the room."""
    _move_up_in(session, [run], now)


def _chosen_runs(session: Session, event: Event, choices: Choices) -> dict[int, Run]:
    wanted = {round_id: run_id for round_id, run_id in choices.items() if isinstance(run_id, int)}
    rounds = set(
        session.scalars(select(Round.id).where(Round.event_id == event.id, Round.id.in_(choices or [0])))
    )
    runs = {
        run.id: run
        for run in session.scalars(
            select(Run).where(Run.id.in_(wanted.values() or [0])).options(joinedload(Run.workshop))
        )
    }
    chosen: dict[int, Run] = {}
    for round_id in choices:
        if round_id not in rounds:
            raise UnknownRun(f"round-{round_id}")
    for round_id, run_id in wanted.items():
        run = runs.get(run_id)
        if run is None or run.round_id != round_id:
            raise UnknownRun(f"round-{round_id}")
        chosen[round_id] = run
    return chosen


def _refuse_twice(
    session: Session, registration: Registration, runs: dict[int, Run], choices: Choices
) -> None:
    """The same workshop may run twice and counts once; places in rounds that stay count too."""
    seen: set[int] = {
        place.workshop_id for place in _places(session, registration) if place.round_id not in choices
    }
    for round_id, run in runs.items():
        if run.workshop_id in seen:
            raise TwiceTheSameWorkshop(f"round-{round_id}", run.workshop.title)
        seen.add(run.workshop_id)


def _places(session: Session, registration: Registration, rounds: Iterable[int] | None = None) -> list[Place]:
    found = (
        select(Place)
        .where(Place.registration_id == registration.id)
        .options(joinedload(Place.run))
        .order_by(Place.run_id)
    )
    if rounds is not None:
        found = found.where(Place.round_id.in_(list(rounds)))
    return list(session.scalars(found))


def _answer_rounds(session: Session, registration: Registration, choices: Choices) -> None:
    absent = {
        row.round_id: row
        for row in session.scalars(
            select(RoundAbsence).where(RoundAbsence.registration_id == registration.id)
        )
    }
    for round_id, choice in choices.items():
        stays_away = choice is RoundAnswer.ABSENT
        if stays_away and round_id not in absent:
            session.add(RoundAbsence(registration_id=registration.id, round_id=round_id))
        elif not stays_away and round_id in absent:
            session.delete(absent[round_id])
    session.flush()


def _choose_run(session: Session, registration: Registration, run: Run) -> list[Run]:
    """Take the run; the runs in which a seat became free by it."""
    held = _places(session, registration, [run.round_id])
    if any(place.run_id == run.id for place in held):
        return []
    mine = Place(
        registration=registration,
        run=run,
        round_id=run.round_id,
        workshop_id=run.workshop_id,
        state=PlaceState.WANTED,
    )
    free = registration.holds_seat and not run.waiting and not run.seats.full
    freed: list[Run] = []
    for place in held:
        if free or place.state is not PlaceState.PLACE:
            freed += _drop(session, place)
    session.flush()
    session.add(mine)
    session.flush()
    if registration.holds_seat:
        _settle(session, mine)
    return freed


def _settle(session: Session, place: Place) -> None:
    if not place.run.waiting and claim_seat(session, place.run):
        place.state = PlaceState.PLACE
    else:
        place.waiting_number = join_line(session, place.run)
        place.state = PlaceState.WAITING


def _drop(session: Session, place: Place, *, keep: bool = False) -> list[Run]:
    """Take the person out of the run; the runs in which a seat became free."""
    freed: list[Run] = []
    if place.state is PlaceState.PLACE:
        release_seat(session, place.run)
        freed.append(place.run)
    elif place.state is PlaceState.WAITING:
        leave_line(session, place.run)
    if keep:
        place.state = PlaceState.WANTED
        place.waiting_number = None
    else:
        session.delete(place)
    return freed


def _move_up_in(session: Session, runs: list[Run], now: datetime) -> None:
    """Free places go to the first in line of that run who does not sit in the same workshop already.

    Who moves up leaves the place held so far in that round, and that run's line moves up in turn.
    """
    waiting_to_fill = list(runs)
    while waiting_to_fill:
        run = waiting_to_fill.pop(0)
        for place in _line(session, run):
            if run.seats.full:
                break
            if not _sits_in_same_workshop(session, place):
                waiting_to_fill += _move_up(session, place, now)


def _move_up(session: Session, place: Place, now: datetime) -> list[Run]:
    freed: list[Run] = []
    for other in _places(session, place.registration, [place.round_id]):
        if other is not place and other.state is PlaceState.PLACE:
            freed += _drop(session, other)
    session.flush()
    if not claim_seat(session, place.run):
        raise RuntimeError(f"run {place.run_id}: the seat that was free under the lock is gone")
    leave_line(session, place.run)
    place.state = PlaceState.PLACE
    place.waiting_number = None
    place.registration.feed_changed_at = now
    session.flush()
    announcing.tell_place(session, place.registration, now)
    return freed


def _line(session: Session, run: Run) -> list[Place]:
    if not run.waiting:
        return []
    return list(
        session.scalars(
            select(Place)
            .join(Registration)
            .where(
                Place.run_id == run.id, Place.state == PlaceState.WAITING, Registration.status.not_in(ENDED)
            )
            .order_by(Place.waiting_number)
        )
    )


def _sits_in_same_workshop(session: Session, place: Place) -> bool:
    """In another round; the index on places would refuse it."""
    other = select(Place.id).where(
        Place.registration_id == place.registration_id,
        Place.state == PlaceState.PLACE,
        Place.workshop_id == place.workshop_id,
    )
    return session.scalar(other.limit(1)) is not None
