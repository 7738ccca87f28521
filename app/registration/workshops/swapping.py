# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Swaps: people who hold places in a round and wait for each other's runs change places at once.

Everybody in a chain has asked for exactly the run they get, so nobody is moved who has not agreed and nobody is worse
off: who stands in line before them has no place to give for it. Chains are of people who need as many chairs, so that
each run is as full afterwards as it was. Callers hold the event's lock.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from app.events.models import Event
from app.events.seats import leave_line
from app.programme.models import Run
from app.registration import notifications
from app.registration.models import Registration
from app.registration.rules import ENDED, PlaceState
from app.registration.workshops.models import Place
from app.registration.workshops.news import gained, lost, out_of_line


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody gives the place `has` for the one that `hopes` stands in line for, in the same round."""

    has: Place
    hopes: Place

    @property
    def number(self) -> int:
        return self.hopes.waiting_number or 0


def swap_places(
    session: Session, event: Event, now: datetime, closing: Registration | None = None
) -> list[list[int]]:
    """Carry out every swap there is, the shortest chain first, then by waiting numbers; the registration ids of each.

    `closing`: whose choice just now may have closed a chain; only chains with this person are looked for.
    """
    done: list[list[int]] = []
    while chain := next_chain(session, event, closing):
        exchange(session, [(one.has, one.hopes.run) for one in chain], now)
        done.append([one.has.registration_id for one in chain])
    return done


def next_chain(session: Session, event: Event, closing: Registration | None = None) -> list[Waiting] | None:
    """The next swap that is possible; None most of the time, because each is carried out as soon as it is."""
    return _shortest(_offers(session, event), closing)


def _offers(session: Session, event: Event) -> list[Waiting]:
    """In order of waiting numbers. A run that fills other rounds than the place given for it is left to the
    line, and one that does not take place to nobody."""
    has, run, other = aliased(Place), aliased(Run), aliased(Run)
    found = (
        select(has, Place)
        .join(Place, (Place.registration_id == has.registration_id) & (Place.round_id == has.round_id))
        .join(Registration, Registration.id == has.registration_id)
        .join(run, run.id == Place.run_id)
        .join(other, other.id == has.run_id)
        .where(
            Registration.event_id == event.id,
            Registration.has_seat,
            Registration.status.not_in(ENDED),
            has.state == PlaceState.PLACE,
            Place.state == PlaceState.WAITING,
            run.spans == other.spans,
            run.takes_place,
            other.takes_place,
        )
        .options(joinedload(Place.run), joinedload(Place.registration))
        .order_by(Place.waiting_number, Place.id)
    )
    twice = _workshops_elsewhere(session, event)
    return [
        Waiting(mine, hoped)
        for mine, hoped in session.execute(found)
        if not twice.get((hoped.registration_id, hoped.workshop_id), set()) - {mine.id}
    ]


def _workshops_elsewhere(session: Session, event: Event) -> dict[tuple[int, int], set[int]]:
    """Registration and workshop → ids of the places they have in it: nobody may sit in a workshop twice."""
    places = (
        select(Place.registration_id, Place.workshop_id, Place.id)
        .join(Registration, Registration.id == Place.registration_id)
        .where(Registration.event_id == event.id, Place.state == PlaceState.PLACE)
    )
    waits = select(Place.registration_id).where(Place.state == PlaceState.WAITING)
    found: dict[tuple[int, int], set[int]] = {}
    for person, workshop, place in session.execute(places.where(Place.registration_id.in_(waits))):
        found.setdefault((person, workshop), set()).add(place)
    return found


def _shortest(offers: list[Waiting], closing: Registration | None) -> list[Waiting] | None:
    """The shortest chain; of those that are as short, the one found first in order of waiting numbers."""
    best: list[Waiting] | None = None
    for first in offers:
        if closing is not None and first.has.registration_id != closing.id:
            continue
        chain = _chain_from(first, offers)
        if chain is not None and (best is None or len(chain) < len(best)):
            best = chain
    return best


def _chain_from(first: Waiting, offers: Iterable[Waiting]) -> list[Waiting] | None:
    """Breadth first over runs: from the one hoped for to the one given, each run left once and thus each person once."""
    from_run: dict[int, list[Waiting]] = {}
    places = first.hopes.registration.places
    for one in offers:
        if one.hopes.registration.places == places:
            from_run.setdefault(one.has.run_id, []).append(one)
    chains = deque([[first]])
    seen = {first.hopes.run_id}
    while chains:
        chain = chains.popleft()
        if chain[-1].hopes.run_id == first.has.run_id:
            return chain
        for following in from_run.get(chain[-1].hopes.run_id, ()):
            if following.hopes.run_id not in seen:
                seen.add(following.hopes.run_id)
                chains.append([*chain, following])
    return None


def exchange(session: Session, moves: Sequence[tuple[Place, Run]], now: datetime) -> None:
    """Each gives the place for one in the run beside it. As many leave each run as come into it, so only the lines are
    counted anew."""
    moved = [(has.registration, has.run, run) for has, run in moves]
    for has, _run in moves:
        session.delete(has)
    session.flush()  # one place per round
    lines = {}
    for registration, _left, run in moved:
        lines[registration.id] = _sit(session, registration, run)
        registration.feed_changed_at = registration.changed_at = now
    session.flush()
    for registration, left, run in sorted(moved, key=lambda one: one[0].id):
        changes = [gained(run), lost(left), *map(out_of_line, lines[registration.id])]
        notifications.notify_place(session, registration, changes, now)


def _sit(session: Session, registration: Registration, run: Run) -> list[Run]:
    """Who stood in line for the workshop in this round, there or for another of its rooms, does so no longer; for which of them."""
    found = select(Place).where(
        Place.registration_id == registration.id,
        Place.round_id == run.round_id,
        Place.workshop_id == run.workshop_id,
    )
    lines = session.scalars(found).all()
    left = [line.run for line in lines]
    for line in lines:
        leave_line(session, line.run)
        session.delete(line)
    session.flush()
    place = Place(registration=registration, run=run, round_id=run.round_id, workshop_id=run.workshop_id)
    place.state = PlaceState.PLACE
    session.add(place)
    return left
