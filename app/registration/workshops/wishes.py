# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Wishes for workshops on days that give places by one allocation: written, changed until the date, turned into from
places. Nobody holds a place or a place in line of a run until the allocation is published."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import CompoundSelect, Select, delete, exists, insert, or_, select, union, update
from sqlalchemy.orm import Session, aliased, joinedload

from app.db import Json
from app.events.models import Event, Room
from app.programme.models import Round, Run
from app.programme.rounds import filled_by, fills
from app.refusal import N_, Refusal
from app.registration.models import Registration
from app.registration.questions.models import Option, SensitiveAnswer
from app.registration.rules import ENDED, Participation, PlaceState, UnknownRun
from app.registration.workshops.exemptions import exemptions_of, forget_exemptions, replace_exemptions
from app.registration.workshops.models import Place, RegistrationNeed, RoundAbsence, RunStaff, Wish
from app.registration.workshops.rules import OF_THE_HOUSE, Need

MOST_RANKS = 12
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Wished:
    """What somebody wishes: round id → run ids, the dearest first; rounds not taken part in; what cannot be done
    without, and workshop ids with the reason why not (None: that is not said here). A round without runs means: any will do. A run stands for its workshop at that
    time: parallel runs are one wish."""

    runs: Mapping[int, Sequence[int]] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()
    needs: frozenset[Need] | None = None
    cannot: Mapping[int, str] | None = None


class WishesOver(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("The time for wishes is over. Nothing was changed."))


class InRoomOnly(Refusal):
    """Who takes part online cannot be there."""

    def __init__(self, field: str, title: str) -> None:
        super().__init__(
            N_(
                "“%(title)s” takes place in the room only. Please choose another one, or take part in the room."
            ),
            field=field,
            title=title,
        )


class OtherWay(Refusal):
    """The team changed how places are given while the form was open."""

    def __init__(self) -> None:
        super().__init__(
            N_("The way in which workshops are chosen has changed meanwhile. Please look at this part again.")
        )


class RunChanged(Refusal):
    """What became of places cannot be undone any more."""

    def __init__(self, title: str) -> None:
        super().__init__(
            N_("“%(title)s” was changed meanwhile, so the places in it cannot come back as they were."),
            title=title,
        )


def write_first_wishes(session: Session, event: Event, registration: Registration, wished: Wished) -> None:
    """Those of somebody who was entered just now. Callers know that wishes are taken."""
    _write(session, event, registration, wished)


def replace_wishes(session: Session, event: Event, registration: Registration, wished: Wished) -> None:
    """Other wishes instead of all that were there. Refuses what is not offered; a wish that stood before may stay when its
    room is no longer online."""
    stood = select(Wish.run_id).where(Wish.registration_id == registration.id)
    before = set(session.scalars(stood)) if registration.is_online else set[int]()
    for table in (Wish, RoundAbsence):
        session.execute(
            delete(table)
            .where(table.registration_id == registration.id)
            .execution_options(synchronize_session=False)
        )
    if wished.needs is not None:
        forget_needs(session, registration.id)
    _write(session, event, registration, wished, before)


def wishes_of(session: Session, registration_id: int) -> Wished:
    """With what cannot be done without: for the person, and for who must know. Of parallel runs of a workshop, which older
    lists may name one by one, the dearest stands for all."""
    mine = (
        select(Wish.round_id, Wish.run_id, Run.workshop_id, Run.spans)
        .join(Run, Wish.run_id == Run.id)
        .where(Wish.registration_id == registration_id)
    )
    runs: dict[int, list[int]] = {}
    for (round_id, *_workshop), run_id in _dearest(
        ((round_id, workshop, spans), run_id)
        for round_id, run_id, workshop, spans in session.execute(mine.order_by(Wish.round_id, Wish.rank))
    ).items():
        runs.setdefault(round_id, []).append(run_id)
    absent = select(RoundAbsence.round_id).where(RoundAbsence.registration_id == registration_id)
    needs = select(RegistrationNeed.need).where(RegistrationNeed.registration_id == registration_id)
    cannot = {one.workshop_id: one.reason for one in exemptions_of(session, registration_id)}
    return Wished(runs, frozenset(session.scalars(absent)), frozenset(session.scalars(needs)), cannot)


def needs_of(people: Select[int]) -> CompoundSelect[int, Need]:
    """Id and need: what they cannot do without: said with the wishes, or in answer to a question of the team. What a house has
    to have, who takes part online can do without."""
    here = people.where(Registration.participation == Participation.ROOM)
    with_wishes = select(RegistrationNeed.registration_id, RegistrationNeed.need).where(
        or_(RegistrationNeed.need.not_in(OF_THE_HOUSE), RegistrationNeed.registration_id.in_(here))
    )
    answered = (
        select(SensitiveAnswer.registration_id, Option.need)
        .join(Option, SensitiveAnswer.option_id == Option.id)
        .where(
            SensitiveAnswer.registration_id.in_(people),
            Option.need.is_not(None),
            or_(Option.need.not_in(OF_THE_HOUSE), SensitiveAnswer.registration_id.in_(here)),
        )
    )
    return union(with_wishes.where(RegistrationNeed.registration_id.in_(people)), answered)


def pass_wishes_on(session: Session, old: Registration, new: Registration) -> None:
    """Who comes in somebody's place wishes the same; what the other one cannot do without is deleted."""
    moved = update(Wish).where(Wish.registration_id == old.id).values(registration_id=new.id)
    session.execute(moved.execution_options(synchronize_session=False))
    forget_needs(session, old.id)
    forget_exemptions(session, old.id)


def forget_needs(session: Session, registration_id: int) -> None:
    gone = delete(RegistrationNeed).where(RegistrationNeed.registration_id == registration_id)
    session.execute(gone.execution_options(synchronize_session=False))


def turn_places_into_wishes(session: Session, event: Event) -> Json:
    """The team asks for wishes from now on: what people chose becomes their first wish, a run waited for before the
    place beside it; no seat in a run is taken any more. Older wishes stay where nothing was chosen since. Callers hold
    the event's lock. What `bring_places_back` needs comes back: numbers of rows."""
    of_day = select(Registration.id).where(Registration.event_id == event.id)
    places = session.scalars(
        select(Place)
        .where(Place.registration_id.in_(of_day))
        .options(joinedload(Place.run))
        .order_by(Place.id)
    ).all()
    kept = keep_places(session, event, places)
    wished: dict[tuple[int, int], list[int]] = {}
    chosen = sorted(places, key=lambda one: one.state is not PlaceState.WAITING)
    for (person, round_id, *_workshop), run_id in _dearest(
        ((one.registration_id, one.round_id, one.workshop_id, one.run.spans), one.run_id) for one in chosen
    ).items():
        wished.setdefault((person, round_id), []).append(run_id)
    overtaken = (
        exists().where(one.registration_id == Wish.registration_id, one.round_id == Wish.round_id)
        for one in (Place, RoundAbsence)
    )
    gone = delete(Wish).where(Wish.registration_id.in_(of_day), or_(*overtaken))
    session.execute(gone.execution_options(synchronize_session=False))
    lines = [
        {"registration_id": person, "round_id": round_id, "run_id": run_id, "rank": rank}
        for (person, round_id), runs in wished.items()
        for rank, run_id in enumerate(runs, start=1)
    ]
    if lines:
        session.execute(insert(Wish), lines)
    for place in places:
        session.delete(place)
    session.flush()
    for run in _runs_of(session, event):
        run.taken = run.extra = run.waiting = 0
    session.flush()
    return kept


def bring_places_back(session: Session, event: Event, kept: Json, now: datetime) -> None:
    """The opposite, as long as it can be taken back: everybody has again the place or number that became a wish.

    But for who has ended the registration since, has chosen anew, said "not in this round", or got to work in it. Refuses where a run
    was called off or goes on for longer now. Callers hold the event's lock, and let the lines move up.
    """
    runs = {run.id: run for run in _runs_of(session, event)}
    filled = filled_by(session, event, runs.values())
    for run_id, rounds in kept.get("runs", ()):
        run = runs.get(run_id)
        if run is None or not run.takes_place or [one.id for one in filled[run_id]] != rounds:
            raise RunChanged(run.workshop.title if run else "")
    people = {
        one.id: one
        for one in session.scalars(
            select(Registration).where(Registration.event_id == event.id, Registration.status.not_in(ENDED))
        )
    }
    elsewhere = _elsewhere(session, event)
    for person_id, run_id, state, number in kept.get("places", ()):
        person, run = people.get(person_id), runs[run_id]
        if person is None or elsewhere.get(person_id, set()) & {one.id for one in filled[run_id]}:
            continue
        place = Place(
            registration=person,
            run=run,
            round_id=run.round_id,
            workshop_id=run.workshop_id,
            state=PlaceState(state) if person.has_seat else PlaceState.WANTED,
            waiting_number=number,
        )
        session.add(place)
        if place.state is PlaceState.PLACE:
            run.taken += person.places
        elif place.state is PlaceState.WAITING:
            run.waiting += 1
        person.feed_changed_at = now
    for run in runs.values():
        run.extra = max(run.taken - run.capacity, 0) if run.capacity is not None else 0
    session.flush()


def keep_places(session: Session, event: Event, places: Sequence[Place]) -> Json:
    """What `bring_places_back` needs of places that are to go: numbers of rows."""
    runs = {one.run_id: one.run for one in places}
    filled = filled_by(session, event, runs.values())
    return {
        "runs": [[run_id, [one.id for one in rounds]] for run_id, rounds in sorted(filled.items())],
        "places": [[one.registration_id, one.run_id, one.state.value, one.waiting_number] for one in places],
    }


def _elsewhere(session: Session, event: Event) -> dict[int, set[int]]:
    """Registration id → ids of the rounds in which somebody has chosen something, does not take part, or works."""
    found: dict[int, set[int]] = {}
    absent = select(RoundAbsence.registration_id, RoundAbsence.round_id)
    own = aliased(Round)
    chosen = select(Place.registration_id, Round.id).join(Run, Run.id == Place.run_id)
    for person, round_id in session.execute(
        absent.join(Round, Round.id == RoundAbsence.round_id)
        .where(Round.event_id == event.id)
        .union_all(
            chosen.join(own, own.id == Run.round_id)
            .join(Round, fills(own, Round))
            .where(Round.event_id == event.id)
        )
    ):
        found.setdefault(person, set()).add(round_id)
    working = (
        select(RunStaff.registration_id, Round.id)
        .join(Run, Run.id == RunStaff.run_id)
        .join(own, own.id == Run.round_id)
        .join(Round, fills(own, Round))
    )
    for person, round_id in session.execute(working.where(Round.event_id == event.id)):
        found.setdefault(person, set()).add(round_id)
    return found


def _runs_of(session: Session, event: Event) -> Sequence[Run]:
    runs = select(Run).join(Run.round).where(Round.event_id == event.id).order_by(Run.id)
    return session.scalars(runs).all()


def wished_in_room(session: Session, registration: Registration) -> Run | None:
    """The first run that somebody wishes for and in which nobody takes part online, in none of those beside it either."""
    mine = select(Run).join(Wish, Wish.run_id == Run.id).where(Wish.registration_id == registration.id)
    for run in session.scalars(mine.order_by(Wish.round_id, Wish.rank)):
        beside = select(Run).where(
            Run.round_id == run.round_id,
            Run.workshop_id == run.workshop_id,
            Run.spans == run.spans,
            Run.takes_place,
        )
        offered = session.scalars(beside).all()  # of one that was called off nothing is said
        if offered and all(one.in_room_only for one in offered):
            return run
    return None


def _dearest(wishes: Iterable[tuple[_Key, int]]) -> dict[_Key, int]:
    """Of the runs under each key the first; the keys in the order in which they came."""
    found: dict[_Key, int] = {}
    for key, run_id in wishes:
        found.setdefault(key, run_id)
    return found


def _write(
    session: Session,
    event: Event,
    registration: Registration,
    wished: Wished,
    before: AbstractSet[int] = frozenset(),
) -> None:
    offered = _offered(session, event, wished)
    if registration.is_online:
        _refuse_in_room(session, event, wished, offered, before)
    lines = [
        {"registration_id": registration.id, "round_id": round_id, "run_id": run_id, "rank": rank}
        for round_id, runs in wished.runs.items()
        if round_id not in wished.absent
        for rank, run_id in enumerate(dict.fromkeys(offered[round_id][run] for run in runs), start=1)
    ]
    absences = [{"registration_id": registration.id, "round_id": one} for one in sorted(wished.absent)]
    needs = [
        {"registration_id": registration.id, "need": one}
        for one in sorted(wished.needs or (), key=lambda one: one.value)
    ]
    for table, rows in ((Wish, lines), (RoundAbsence, absences), (RegistrationNeed, needs)):
        if rows:
            session.execute(insert(table), rows)
    if wished.cannot is not None:
        replace_exemptions(session, event, registration, wished.cannot)


def _refuse_in_room(
    session: Session,
    event: Event,
    wished: Wished,
    offered: Mapping[int, Mapping[int, int]],
    before: AbstractSet[int],
) -> None:
    """Of parallel runs one that is online is enough, or that was wished `before`."""
    found = select(Run.id).join(Run.round).join(Run.room).where(Round.event_id == event.id, Room.online)
    may_be = before | set(session.scalars(found))
    for round_id, runs in wished.runs.items():
        meant = {offered[round_id][run] for run in may_be & offered[round_id].keys()}
        for rank, run in enumerate(runs, start=1):
            if offered[round_id][run] not in meant:
                title = session.get_one(Run, run).workshop.title
                raise InRoomOnly(f"wish-{round_id}-{rank}", title)


def _offered(session: Session, event: Event, wished: Wished) -> dict[int, dict[int, int]]:
    """Round id → run that takes place → the run that is written down for it: of parallel runs of a workshop, which are
    one wish, the one with the lowest id. Refuses rounds and runs that are not there."""
    named = {*wished.runs, *wished.absent}
    if not named:
        return {}
    offered: dict[int, dict[int, int]] = {}
    first: dict[tuple[int, int, int], int] = {}
    runs = select(Round.id, Run.id, Run.workshop_id, Run.spans).outerjoin(
        Run, (Run.round_id == Round.id) & Run.takes_place
    )
    for round_id, run_id, workshop, spans in session.execute(
        runs.where(Round.event_id == event.id, Round.booked).order_by(Run.id)
    ):
        there = offered.setdefault(round_id, {})
        if run_id is not None:
            there[run_id] = first.setdefault((round_id, workshop, spans), run_id)
    for round_id in named:
        if round_id not in offered or not offered[round_id].keys() >= set(wished.runs.get(round_id, ())):
            raise UnknownRun(f"wish-{round_id}-1")
    return offered
