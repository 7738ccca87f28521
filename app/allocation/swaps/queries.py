# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages, mails and the search for chains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.allocation.loader import Terms, features_of, read_question
from app.allocation.models import HOLDS, AllocationRun
from app.allocation.swaps.chains import Board, Offer
from app.events.models import Event
from app.folding import list_key
from app.programme.agenda import RunView
from app.programme.models import Round, Run
from app.registration.models import Registration
from app.registration.queries import MyDay
from app.registration.rules import PlaceState, Status
from app.registration.workshops.models import Place, SwapChain, SwapOffer, SwapShare, SwapWish
from app.registration.workshops.swap_offers import is_broken
from app.registration.workshops.wishes import needs_of


@dataclass(frozen=True, slots=True)
class OpenChain:
    """A chain as the team sees it, without anybody's name."""

    people: int
    agreed: int
    answer_by: datetime


def read_board(session: Session, event: Event) -> Board:
    """The places as they are now, under the conditions of the allocation that holds."""
    mixing = session.scalar(select(AllocationRun.mixing).where(AllocationRun.event_id == event.id, HOLDS))
    return Board(read_question(session, event, Terms(mixing=mixing) if mixing is not None else Terms()))


def offers_to_match(session: Session, event: Event) -> list[Offer]:
    """What is offered at the moment and in no chain, with the runs that could be had, in the order of the programme."""
    other = aliased(Place)
    twice = select(other.id).where(
        other.registration_id == SwapOffer.registration_id,
        other.workshop_id == Run.workshop_id,
        other.round_id
        != Run.round_id,  # in this round it is the place that is given, or a line for another room
    )
    rows = (
        select(SwapOffer.id, SwapOffer.registration_id, Place.run_id, Run)
        .join(Place, SwapOffer.place_id == Place.id)
        .join(Registration, SwapOffer.registration_id == Registration.id)
        .join(SwapWish, SwapWish.offer_id == SwapOffer.id)
        .join(Run, SwapWish.run_id == Run.id)
        .where(
            Registration.event_id == event.id,
            Registration.status == Status.REGISTERED,
            Place.state == PlaceState.PLACE,
            Run.takes_place,
            SwapOffer.id.not_in(select(SwapShare.offer_id)),
            ~twice.exists(),
        )
    )
    offers: dict[int, tuple[int, int, list[Run]]] = {}
    for number, person, gives, run in session.execute(rows):
        offers.setdefault(number, (person, gives, []))[2].append(run)
    return [
        Offer(number, person, gives, tuple(run.id for run in sorted(runs, key=_in_programme)))
        for number, (person, gives, runs) in sorted(offers.items())
    ]


def _in_programme(run: Run) -> tuple[object, int]:
    return list_key(run.label), run.id


def free_runs(session: Session, event: Event) -> set[int]:
    """Runs with a seat that nobody waits for."""
    of_day = select(Run).join(Run.round).where(Round.event_id == event.id, Run.takes_place, Run.waiting == 0)
    return {run.id for run in session.scalars(of_day) if not run.seats.full}


def runs_to_have(session: Session, registration: Registration, day: MyDay, round_id: int) -> list[RunView]:
    """What this person could get for the place in the round: as long, not attended elsewhere, with what they cannot do
    without. `day` was read with seats."""
    mine = next((one for one in day.rounds if one.round.id == round_id), None)
    if mine is None or mine.place is None or mine.leads is not None or mine.goes_on:
        return []
    own = mine.place
    attended = {
        one.workshop_id
        for other in day.rounds
        if other is not mine
        for one in (other.place, other.leads, *(waiting.run for waiting in other.in_line))
        if one is not None
    }
    runs = [
        run
        for run in mine.round.runs
        if run.takes_place and run.id != own.id and run.spans == own.spans and run.workshop_id not in attended
        if run.is_online or not registration.is_online
    ]
    needs = needs_of(select(Registration.id).where(Registration.id == registration.id))
    needed = {need for _person, need in session.execute(needs)}
    if not needed:
        return runs
    rows = select(Run).where(Run.id.in_([run.id for run in runs])).options(joinedload(Run.room))
    suit = {row.id for row in session.scalars(rows) if needed <= features_of(row)}
    return [run for run in runs if run.id in suit]


def days_with_swaps(session: Session) -> Sequence[int]:
    """Ids of the days on which somebody offers a place or is asked to swap."""
    offering = select(Registration.event_id).join(SwapOffer, SwapOffer.registration_id == Registration.id)
    asked = select(SwapChain.event_id)
    found = select(Event.id).where(or_(Event.id.in_(offering), Event.id.in_(asked)))
    return session.scalars(found.order_by(Event.id)).all()


def count_offers(session: Session, event: Event) -> int:
    mine = select(func.count(SwapOffer.id)).join(Registration).where(Registration.event_id == event.id)
    return session.scalar(mine) or 0


def open_chains(session: Session, event: Event) -> list[OpenChain]:
    agreed = select(func.count(SwapShare.agreed_at)).where(SwapShare.chain_id == SwapChain.id)
    rows = (
        select(SwapChain.people, agreed.correlate(SwapChain).scalar_subquery(), SwapChain.answer_by)
        .where(SwapChain.event_id == event.id, ~is_broken())
        .order_by(SwapChain.answer_by, SwapChain.id)
    )
    return [OpenChain(*row) for row in session.execute(rows)]
