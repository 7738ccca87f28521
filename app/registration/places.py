# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Places in workshop runs: choosing, giving back, moving up. Callers hold the event's lock."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from app.events.models import Event
from app.events.rules import TAKES_REGISTRATIONS
from app.events.seats import claim_seat, join_line, leave_line, release_seat
from app.programme.models import Round, Run
from app.registration import announcing
from app.registration.models import Place, Registration, RoundAbsence
from app.registration.rules import ENDED, PlaceState, RoundAnswer, TwiceTheSameWorkshop, UnknownRun
from app.registration.wishes import pass_wishes_on

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
    held = _places(session, registration)
    stays = [place for place in held if _stays(registration, place, held, runs, choices)]
    _refuse_twice(stays, runs)
    freed: list[Run] = []
    # All that is left behind goes first: the workshop that was in one round may now be in another.
    for place in held:
        if place not in stays:
            freed += _drop(session, place)
    session.flush()
    _answer_rounds(session, registration, choices)
    for run in runs.values():
        if all(place.run_id != run.id for place in stays):
            _add(session, registration, run)
    _move_up_in(session, event, freed, now)


def choose_first(session: Session, event: Event, registration: Registration, choices: Choices) -> None:
    """The choice of somebody who was entered just now and holds nothing yet. Refuses as `choose` does."""
    runs = _chosen_runs(session, event, choices)
    _refuse_twice([], runs)
    for round_id, choice in choices.items():
        if choice is RoundAnswer.ABSENT:
            session.add(RoundAbsence(registration_id=registration.id, round_id=round_id))
    for run in runs.values():
        _add(session, registration, run)
    session.flush()


def take_wanted(session: Session, registration: Registration) -> None:
    """The person has a seat at the day now: what was only wanted becomes a place or a place in line.

    Who once waited in a round beside the place held there gets the better one if it is free, else the other one
    back if that is.
    """
    wishes = [place for place in _places(session, registration) if place.state is PlaceState.WANTED]
    by_round: dict[int, list[Place]] = {}
    for place in sorted(wishes, key=lambda place: place.waiting_number is None):
        by_round.setdefault(place.round_id, []).append(place)
    for hoped_for, *others in by_round.values():
        _settle(session, hoped_for)
        for other in others:
            if hoped_for.state is PlaceState.WAITING and _is_free(other.run):
                _settle(session, other)
            else:
                session.delete(other)
        session.flush()


def give_back(session: Session, registration: Registration, now: datetime, *, keep_wishes: bool) -> None:
    """Free all places of somebody who leaves. `keep_wishes` remembers the choice for a confirmation that comes late."""
    freed: list[Run] = []
    for place in _places(session, registration):
        freed += _drop(session, place, keep=keep_wishes)
    session.flush()
    _move_up_in(session, registration.event, freed, now)


def pass_on(session: Session, old: Registration, new: Registration) -> None:
    """Places, places in line, wishes and absences of one person become another's; no counter changes."""
    for table in (Place, RoundAbsence):
        session.execute(update(table).where(table.registration_id == old.id).values(registration_id=new.id))
    pass_wishes_on(session, old, new)


def leave_line_of(session: Session, registration: Registration, run_id: int) -> None:
    """The person no longer waits for this run."""
    for place in _places(session, registration):
        if place.run_id == run_id and place.state is PlaceState.WAITING:
            _drop(session, place)
    session.flush()


def move_up_in_run(session: Session, run: Run, now: datetime) -> None:
    """After more seats were put into the room."""
    _move_up_in(session, run.round.event, [run], now)


def move_up_in_all_runs(session: Session, event: Event, now: datetime) -> None:
    """After registration was opened again: what became free in the meantime goes to who waits."""
    waited_for = select(Run).join(Run.round).where(Round.event_id == event.id, Run.waiting > 0)
    _move_up_in(session, event, list(session.scalars(waited_for.order_by(Run.id))), now)


def _chosen_runs(session: Session, event: Event, choices: Choices) -> dict[int, Run]:
    wanted = {round_id: run_id for round_id, run_id in choices.items() if isinstance(run_id, int)}
    if not choices:
        return {}
    found = session.execute(
        select(Round.id, Run)
        .join(Run, (Run.round_id == Round.id) & Run.id.in_(wanted.values()), isouter=True)
        .where(Round.event_id == event.id, Round.id.in_(choices))
        .options(joinedload(Run.workshop))
    ).all()
    runs: dict[int, Run | None] = {row[0]: row[1] for row in found}
    chosen: dict[int, Run] = {}
    for round_id in choices:
        run = runs.get(round_id)
        if round_id not in runs or (round_id in wanted and (run is None or run.id != wanted[round_id])):
            raise UnknownRun(f"round-{round_id}")
        if run is not None and round_id in wanted:
            chosen[round_id] = run
    return chosen


def _stays(
    registration: Registration, place: Place, held: list[Place], runs: dict[int, Run], choices: Choices
) -> bool:
    """Whether the place outlives the choice. Who chooses a full run keeps the place held so far, not another line."""
    if place.round_id not in choices:
        return True
    run = runs.get(place.round_id)
    if run is None:
        return False
    if any(one.run_id == run.id for one in held):
        return True
    gets_it = registration.holds_seat and _is_free(run)
    return place.state is PlaceState.PLACE and not gets_it


def _refuse_twice(stays: list[Place], runs: dict[int, Run]) -> None:
    """The same workshop may run twice and counts once, a place kept beside a line and a place in line included."""
    seen: dict[int, int] = {place.workshop_id: place.run_id for place in stays}
    for round_id, run in runs.items():
        if seen.setdefault(run.workshop_id, run.id) != run.id:
            raise TwiceTheSameWorkshop(f"round-{round_id}", run.workshop.title)


def _places(session: Session, registration: Registration) -> list[Place]:
    found = (
        select(Place)
        .where(Place.registration_id == registration.id)
        .options(joinedload(Place.run))
        .order_by(Place.run_id)
    )
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


def _add(session: Session, registration: Registration, run: Run) -> None:
    place = Place(
        registration=registration,
        run=run,
        round_id=run.round_id,
        workshop_id=run.workshop_id,
        state=PlaceState.WANTED,
    )
    if registration.holds_seat:
        _settle(session, place)
    session.add(place)
    session.flush()


def _is_free(run: Run) -> bool:
    """For somebody new: who stands in line comes first."""
    return not run.waiting and not run.seats.full


def _settle(session: Session, place: Place) -> None:
    if _is_free(place.run) and claim_seat(session, place.run):
        place.state = PlaceState.PLACE
        place.waiting_number = None
    else:
        place.waiting_number = join_line(session, place.run)
        place.state = PlaceState.WAITING


def _drop(session: Session, place: Place, *, keep: bool = False) -> list[Run]:
    """Take the person out of the run; the runs in which a seat became free.

    With `keep` a wish remains. One that was waited for keeps its number, which tells it from the place beside it.
    """
    freed: list[Run] = []
    if place.state is PlaceState.PLACE:
        release_seat(session, place.run)
        freed.append(place.run)
    elif place.state is PlaceState.WAITING:
        leave_line(session, place.run)
    if keep:
        place.state = PlaceState.WANTED
    else:
        session.delete(place)
    return freed


def _move_up_in(session: Session, event: Event, runs: list[Run], now: datetime) -> None:
    """Free places go to the first in line of that run. Nobody moves up once registration has closed (F36).

    Who moves up leaves the place held so far in that round, and that run's line moves up in turn.
    """
    if event.registration_state(now) not in TAKES_REGISTRATIONS:
        return
    waiting_to_fill = list(runs)
    while waiting_to_fill:
        run = waiting_to_fill.pop(0)
        for place in _line(session, run):
            if run.seats.full:
                break
            waiting_to_fill += _move_up(session, place, now)


def _move_up(session: Session, place: Place, now: datetime) -> list[Run]:
    freed: list[Run] = []
    for other in _places(session, place.registration):
        if other is not place and other.round_id == place.round_id and other.state is PlaceState.PLACE:
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
