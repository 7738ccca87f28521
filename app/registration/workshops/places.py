# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Places in workshop runs: choosing, giving back, moving up. Callers hold the event's lock."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.events.models import Event
from app.events.seats import claim_seat, join_line, leave_line, release_seat
from app.programme.models import Round, Run
from app.programme.rounds import filled_by
from app.refusal import N_, Refusal
from app.registration import notifications
from app.registration.models import Registration
from app.registration.rules import (
    ENDED,
    PlaceState,
    RoundAnswer,
    TwiceTheSameWorkshop,
    UnknownRun,
)
from app.registration.workshops.models import Place, RoundAbsence, RunStaff
from app.registration.workshops.news import called_off, gained, lost, out_of_line
from app.registration.workshops.swapping import swap_places
from app.registration.workshops.wishes import InRoomOnly, OtherWay, pass_wishes_on

Choices = Mapping[int, "int | RoundAnswer"]
"""Round id → run id, "still open" or "not in this round"."""


class GoesOn(Refusal):
    """A run over several rounds and another one in the last of them."""

    def __init__(self, field: str, title: str) -> None:
        super().__init__(
            N_("“%(title)s” takes place in this round as well. Please choose one of the two only."),
            field=field,
            title=title,
        )


class NoPlaceForMore(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(
            N_(
                "“%(title)s” has no free place for another accompanying person. The number stays as it was. Please choose"
                " another workshop first."
            ),
            field="accompanying",
            title=title,
        )


class AtWorkThere(Refusal):
    """Who leads a run or takes its minutes is in it."""

    def __init__(self, field: str, title: str) -> None:
        super().__init__(
            N_("Whoever leads or takes the minutes in “%(title)s” can choose nothing else in this round."),
            field=field,
            title=title,
        )


def choose(
    session: Session, event: Event, registration: Registration, choices: Choices, now: datetime
) -> None:
    """Make the person's places what was chosen per round; rounds not named stay as they are.

    A full run puts the person in its line, beside the place they had so far: nobody loses a place by hoping for a
    better one. Where people wait for each other's places they swap at once. What did not change is kept. Refuses a
    workshop chosen twice, two runs at the same time, a run that is not offered, and a round in which the person leads.
    """
    if event.awaits_places and choices:
        raise OtherWay
    runs = _chosen_runs(session, event, choices)
    own = _places(session, registration)
    filled = _rounds_filled(session, event, [*runs.values(), *(place.run for place in own)])
    covering = _covering(runs, filled)
    _refuse_at_work(session, event, registration, runs, covering)
    _refuse_in_room(registration, runs, {place.run_id for place in own})
    stays = [place for place in own if _stays(registration, place, own, covering, filled, choices)]
    _refuse_twice(stays, runs)
    freed: list[Run] = []
    # All that is left behind goes first: the workshop that was in one round may now be in another.
    for place in own:
        if place not in stays:
            freed += _drop(session, place)
    session.flush()
    _answer_rounds(session, registration, {**choices, **{one: run.id for one, run in covering.items()}})
    kept = {place.run_id for place in stays}
    added = [_add(session, registration, run).state for run in runs.values() if run.id not in kept]
    _move_up_in(session, event, freed, now)
    if PlaceState.WAITING in added:
        _swap(session, event, now, registration)


def choose_first(session: Session, event: Event, registration: Registration, choices: Choices) -> None:
    """The choice of somebody who was entered just now and holds nothing yet. Refuses as `choose` does."""
    runs = _chosen_runs(session, event, choices)
    _refuse_twice([], runs)
    _refuse_in_room(registration, runs)
    covering = _covering(runs, _rounds_filled(session, event, runs.values()))
    for round_id, choice in choices.items():
        if choice is RoundAnswer.ABSENT and round_id not in covering:
            session.add(RoundAbsence(registration_id=registration.id, round_id=round_id))
    for run in runs.values():
        _add(session, registration, run)


def take_wanted(session: Session, registration: Registration) -> None:
    """The person has a seat at the day now: what was only wanted becomes a place or a place in line.

    Who once waited in a round beside the place they had there gets the better one if it is free, else the other one
    back if that is.
    """
    wanted = [place for place in _places(session, registration) if place.state is PlaceState.WANTED]
    wishes = [place for place in wanted if place.run.takes_place]
    for place in wanted:
        if not place.run.takes_place:
            session.delete(place)
    by_round: dict[int, list[Place]] = {}
    for place in sorted(wishes, key=lambda place: place.waiting_number is None):
        by_round.setdefault(place.round_id, []).append(place)
    filled = _rounds_filled(session, registration.event, [place.run for place in wishes])
    busy: set[int] = set()
    for hoped_for, *others in by_round.values():
        _settle(session, hoped_for)
        for other in others:
            if hoped_for.state is PlaceState.WAITING and _is_free(other.run, registration.places):
                _settle(session, other)
            else:
                session.delete(other)
        session.flush()
        for place in (
            hoped_for,
            *others,
        ):  # a longer run that was waited for may overlap with a place beside it
            if place.state is PlaceState.PLACE and place in session:
                if busy & filled[place.run_id]:
                    _drop(session, place)
                else:
                    busy |= filled[place.run_id]
        session.flush()


def give_back(session: Session, registration: Registration, now: datetime, *, keep_wishes: bool) -> None:
    """Free all places of somebody who leaves. `keep_wishes` remembers the choice for a confirmation that comes late."""
    freed: list[Run] = []
    for place in _places(session, registration):
        freed += _drop(session, place, keep=keep_wishes)
    session.execute(delete(RunStaff).where(RunStaff.registration_id == registration.id))
    session.flush()
    _move_up_in(session, registration.event, freed, now)


def pass_on(session: Session, old: Registration, new: Registration) -> None:
    """Places, places in line, wishes, absences and runs to lead become another's; no counter changes."""
    for table in (Place, RoundAbsence, RunStaff):
        session.execute(update(table).where(table.registration_id == old.id).values(registration_id=new.id))
    pass_wishes_on(session, old, new)
    for place in _places(session, new):
        set_committed_value(place, "registration", new)


def change_chairs(session: Session, registration: Registration, more: int, *, in_turn: bool) -> list[Run]:
    """So many chairs more, or fewer, in each run the person sits in; the runs in whose lines somebody may move now, which
    is the caller's to say. `in_turn`: not where somebody waits. Refuses where there are not so many."""
    concerned: list[Run] = []
    for place in _places(session, registration):
        run = place.run
        if place.state is PlaceState.PLACE and more > 0:
            if (in_turn and run.waiting) or not claim_seat(session, run, chairs=more):
                raise NoPlaceForMore(run.workshop.title)
        elif place.state is PlaceState.PLACE:
            release_seat(session, run, chairs=-more)
            concerned.append(run)
        elif place.state is PlaceState.WAITING and more < 0:
            concerned.append(run)  # who needs fewer may fit in
    return concerned


def move_up_in_runs(session: Session, event: Event, runs: list[Run], now: datetime) -> None:
    _move_up_in(session, event, runs, now)


def leave_rounds(
    session: Session, registration: Registration, round_ids: Collection[int], now: datetime
) -> list[tuple[Run, PlaceState]]:
    """Whatever the person has, waits for or said in these rounds ends; the runs they had, waited for or wanted, and which of these."""
    own = _places(session, registration)
    filled = _rounds_filled(session, registration.event, [place.run for place in own])
    ending = [place for place in own if filled[place.run_id].intersection(round_ids)]
    left = [(place.run, place.state) for place in ending]
    freed: list[Run] = []
    for place in ending:
        freed += _drop(session, place)
    absences = delete(RoundAbsence).where(
        RoundAbsence.registration_id == registration.id, RoundAbsence.round_id.in_(round_ids)
    )
    session.execute(absences)
    session.flush()
    _move_up_in(session, registration.event, freed, now)
    return left


def close_run(session: Session, run: Run, now: datetime, *, tell: bool, note: str = "") -> None:
    """The run does not take place: whoever sits in it or waits for it is out, and told, with what the team adds."""
    found = select(Place).where(Place.run_id == run.id).options(joinedload(Place.registration))
    for place in session.scalars(found.order_by(Place.id)).all():
        sure = place.state is not PlaceState.WANTED
        _drop(session, place)
        place.registration.feed_changed_at = now
        session.flush()
        if tell and sure:
            notifications.notify_place(session, place.registration, [called_off(run)], now, note)


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
    _swap(session, event, now)


# Put together once, because every registration asks it.
_OFFERED = (
    select(Round.id, Run)
    .join(
        Run,
        (Run.round_id == Round.id) & Run.id.in_(bindparam("runs", expanding=True)) & Run.takes_place,
        isouter=True,
    )
    .where(
        Round.event_id == bindparam("event"), Round.booked, Round.id.in_(bindparam("rounds", expanding=True))
    )
    .options(joinedload(Run.workshop))
)


def _chosen_runs(session: Session, event: Event, choices: Choices) -> dict[int, Run]:
    wanted = {round_id: run_id for round_id, run_id in choices.items() if isinstance(run_id, int)}
    if not choices:
        return {}
    those = {"event": event.id, "rounds": list(choices), "runs": list(wanted.values())}
    found = session.execute(_OFFERED, those).all()
    runs: dict[int, Run | None] = {row[0]: row[1] for row in found}
    chosen: dict[int, Run] = {}
    for round_id in choices:
        run = runs.get(round_id)
        if round_id not in runs or (round_id in wanted and (run is None or run.id != wanted[round_id])):
            raise UnknownRun(f"round-{round_id}")
        if run is not None:  # one that was wanted for another round was refused there
            chosen[round_id] = run
    return chosen


def _rounds_filled(session: Session, event: Event, runs: Iterable[Run]) -> dict[int, frozenset[int]]:
    """Run id → ids of the rounds it fills. Costs nothing where every run fills one round."""
    every = {run.id: run for run in runs}
    if all(run.spans == 1 for run in every.values()):
        return {run.id: frozenset({run.round_id}) for run in every.values()}
    filled = filled_by(session, event, every.values())
    return {run_id: frozenset(one.id for one in rounds) for run_id, rounds in filled.items()}


def _covering(runs: Mapping[int, Run], filled: Mapping[int, frozenset[int]]) -> dict[int, Run]:
    """Round id → the chosen run that fills it."""
    covering: dict[int, Run] = {}
    for run in runs.values():
        for round_id in filled[run.id]:
            other = covering.setdefault(round_id, run)
            if other is not run:
                longer = run if other.round_id == round_id else other
                raise GoesOn(f"round-{round_id}", longer.workshop.title)
    return covering


def _refuse_at_work(
    session: Session,
    event: Event,
    registration: Registration,
    runs: Mapping[int, Run],
    covering: Mapping[int, Run],
) -> None:
    """Who leads a run or takes its minutes sits there, and does not attend the same workshop."""
    if not runs:
        return
    led = select(Run).join(RunStaff, RunStaff.run_id == Run.id)
    mine = led.where(RunStaff.registration_id == registration.id, Run.takes_place).options(
        joinedload(Run.workshop)
    )
    working = list(session.scalars(mine.order_by(Run.id)))
    filled = _rounds_filled(session, event, working)
    for run in working:
        for round_id in filled[run.id]:
            if round_id in covering:
                raise AtWorkThere(f"round-{covering[round_id].round_id}", run.workshop.title)
        for round_id, chosen in runs.items():
            if chosen.workshop_id == run.workshop_id:
                raise TwiceTheSameWorkshop(f"round-{round_id}", run.workshop.title)


def _refuse_in_room(registration: Registration, runs: Mapping[int, Run], held: Collection[int] = ()) -> None:
    """What was `held` when its room was still online is the team's to settle, and no reason against other rounds."""
    for round_id, run in runs.items() if registration.is_online else ():
        if run.in_room_only and run.id not in held:
            raise InRoomOnly(f"round-{round_id}", run.workshop.title)


def _stays(
    registration: Registration,
    place: Place,
    own: list[Place],
    covering: Mapping[int, Run],
    filled: Mapping[int, frozenset[int]],
    choices: Choices,
) -> bool:
    """Whether the place outlives the choice. Who chooses a full run keeps the place they had so far, not another line."""
    mine = filled[place.run_id]
    instead = {covering[one].id: covering[one] for one in mine if one in covering}
    if not instead:
        return place.round_id not in choices and all(
            choices.get(one) is not RoundAnswer.ABSENT for one in mine
        )
    known = {one.run_id for one in own}
    new = [run for run in instead.values() if run.id not in known]
    if not new:
        return True
    gets_it = registration.has_seat and any(_is_free(run, registration.places) for run in new)
    return place.state is PlaceState.PLACE and not gets_it


def _refuse_twice(stays: list[Place], runs: dict[int, Run]) -> None:
    """The same workshop may run twice and counts once, a place kept beside a line and a place in line included."""
    seen: dict[int, int] = {place.workshop_id: place.run_id for place in stays}
    for round_id, run in runs.items():
        if seen.setdefault(run.workshop_id, run.id) != run.id:
            raise TwiceTheSameWorkshop(f"round-{round_id}", run.workshop.title)


def chosen_by(session: Session, registration: Registration) -> list[tuple[Run, PlaceState]]:
    """The runs of a person, and how they stand there."""
    return [(place.run, place.state) for place in _places(session, registration)]


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


def _add(session: Session, registration: Registration, run: Run) -> Place:
    place = Place(
        registration=registration,
        run=run,
        round_id=run.round_id,
        workshop_id=run.workshop_id,
        state=PlaceState.WANTED,
    )
    if registration.has_seat:
        _settle(session, place)
    session.add(place)
    session.flush()
    return place


def _is_free(run: Run, chairs: int) -> bool:
    """For somebody new: who stands in line comes first."""
    return not run.waiting and not run.seats.missing(chairs)


def _settle(session: Session, place: Place) -> None:
    chairs = place.registration.places
    if _is_free(place.run, chairs) and claim_seat(session, place.run, chairs=chairs):
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
        release_seat(session, place.run, chairs=place.registration.places)
        freed.append(place.run)
    elif place.state is PlaceState.WAITING:
        leave_line(session, place.run)
    if keep:
        place.state = PlaceState.WANTED
    else:
        session.delete(place)
    return freed


def _move_up_in(session: Session, event: Event, runs: list[Run], now: datetime) -> None:
    """Free places go to the first in line of that run. Nobody moves up once the line has closed (F36).

    Who moves up leaves the place they had so far in that round, and that run's line moves up in turn.
    """
    if not event.line_moves(now):
        return
    waiting_to_fill = list(runs)
    while waiting_to_fill:
        run = waiting_to_fill.pop(0)
        for place in _line(session, run) if run.takes_place else ():
            if run.seats.missing(place.registration.places):
                break  # nobody is overtaken for not coming alone
            waiting_to_fill += _move_up(session, place, now)


def _move_up(session: Session, place: Place, now: datetime) -> list[Run]:
    freed: list[Run] = []
    left: list[Run] = []
    own = _places(session, place.registration)
    filled = _rounds_filled(session, place.registration.event, [one.run for one in own])
    for other in own:
        overlaps = filled[other.run_id] & filled[place.run_id]
        if other is not place and overlaps and other.state is PlaceState.PLACE:
            left.append(other.run)
            freed += _drop(session, other)
    session.flush()
    if not claim_seat(session, place.run, chairs=place.registration.places):
        raise RuntimeError(f"run {place.run_id}: the seat that was free under the lock is gone")
    leave_line(session, place.run)
    place.state = PlaceState.PLACE
    place.waiting_number = None
    place.registration.feed_changed_at = now
    session.flush()
    changes = [gained(place.run), out_of_line(place.run), *map(lost, left)]
    notifications.notify_place(session, place.registration, changes, now)
    return freed


def _swap(session: Session, event: Event, now: datetime, closing: Registration | None = None) -> None:
    """As with moving up: nobody's place changes once the line has closed (F36)."""
    if event.line_moves(now):
        swap_places(session, event, now, closing)


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
