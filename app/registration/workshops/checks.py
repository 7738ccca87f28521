# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: places in workshops, wishes, who leads a run, and runs over several rounds."""

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import aliased

from app.findings import Check, built_once, count_of, faulty, highest_of, listed, scarce, sum_of, together
from app.programme.models import Round, Run
from app.programme.rounds import fills
from app.registration.models import Registration
from app.registration.rules import ACTIVE, ENDED, PlaceState
from app.registration.workshops.models import (
    Place,
    RoundAbsence,
    RunStaff,
    SwapChain,
    SwapOffer,
    SwapShare,
    SwapWish,
    Wish,
)


@built_once
def run_counts() -> Check:
    mine = Place.registration_id == Registration.id
    holds = sum_of(Registration.places, mine, Place.run_id == Run.id, Place.state == PlaceState.PLACE)
    waits = count_of(Place.id, Place.run_id == Run.id, Place.state == PlaceState.WAITING)
    return scarce(Run, "run", holds, waits, highest_of(Place.waiting_number, Place.run_id == Run.id))


@built_once
def places() -> Check:
    return together(_place_faults(), _twice())


def _place_faults() -> Check:
    place, one = Place, Registration
    wanted = place.state == PlaceState.WANTED
    faults: dict[str, ColumnElement[bool]] = {
        "belongs to a registration that has ended": and_(one.status.in_(ENDED), not_(wanted)),
        "is held by somebody without a seat at the day": and_(
            one.status.in_(ACTIVE), ~one.has_seat, not_(wanted)
        ),
        "is only a wish of somebody who has a seat at the day": and_(one.has_seat, wanted),
        "names another round than its run": place.round_id != Run.round_id,
        "names another workshop than its run": place.workshop_id != Run.workshop_id,
        "is in a run of another day": one.event_id != Round.event_id,
        "is in a round that nobody chooses beforehand": not_(Round.booked),
        "waits without a number": and_(place.state == PlaceState.WAITING, place.waiting_number.is_(None)),
        "is in a round in which the person does not take part": select(RoundAbsence.id)
        .where(RoundAbsence.registration_id == place.registration_id, RoundAbsence.round_id == place.round_id)
        .exists(),
    }
    of_person = (one, place.registration_id == one.id)
    in_run, of_round = (Run, place.run_id == Run.id), (Round, Run.round_id == Round.id)
    return faulty("place", place.id, faults, of_person, in_run, of_round)


def _twice() -> Check:
    """What the indexes refuse: two places in a round, the same workshop twice."""
    other = aliased(Place)
    seated = and_(Place.state == PlaceState.PLACE, other.state == PlaceState.PLACE)
    same = or_(Place.round_id == other.round_id, Place.workshop_id == other.workshop_id)
    pairs = and_(Place.registration_id == other.registration_id, Place.id > other.id, seated, same)
    found = select(Place.id).join(other, pairs).order_by(Place.id).distinct()
    return listed(found, "place %s: the person has another place in this round or workshop")


@built_once
def wishes() -> Check:
    return together(_wish_faults(), _staff_faults(), _overlaps())


def _wish_faults() -> Check:
    faults: dict[str, ColumnElement[bool]] = {
        "is in another round than its run": Wish.round_id != Run.round_id,
        "is in a run of another day": Registration.event_id != Round.event_id,
        "is in a round that nobody chooses beforehand": not_(Round.booked),
    }
    of_person = (Registration, Wish.registration_id == Registration.id)
    return faulty(
        "wish", Wish.id, faults, of_person, (Run, Wish.run_id == Run.id), (Round, Run.round_id == Round.id)
    )


def _staff_faults() -> Check:
    beside = and_(
        Place.registration_id == RunStaff.registration_id,
        Place.round_id == Run.round_id,
        Place.state == PlaceState.PLACE,
    )
    faults: dict[str, ColumnElement[bool]] = {
        "leads a run and has left": Registration.status.in_(ENDED),
        "is in a run of another day": Registration.event_id != Round.event_id,
        "leads a run and has a place at the same time": and_(
            Run.takes_place, select(Place.id).where(beside).exists()
        ),
    }
    of_person = (Registration, RunStaff.registration_id == Registration.id)
    in_run, of_round = (Run, RunStaff.run_id == Run.id), (Round, Run.round_id == Round.id)
    return faulty("run_staff", RunStaff.id, faults, of_person, in_run, of_round)


def _overlaps() -> Check:
    """Two places at the same time where one run goes on over the next round; no index can refuse that."""
    other, run, round_ = aliased(Place), aliased(Run), aliased(Round)
    found = (
        select(Place.id)
        .join(Run, Place.run_id == Run.id)
        .join(Round, Run.round_id == Round.id)
        .join(other, other.registration_id == Place.registration_id)
        .join(run, other.run_id == run.id)
        .join(round_, run.round_id == round_.id)
        .where(
            Run.spans > 1,
            Place.state == PlaceState.PLACE,
            other.state == PlaceState.PLACE,
            round_.id != Round.id,
            fills(Round, round_),
        )
    )
    return listed(
        found.order_by(Place.id).distinct(),
        "place %s: goes on into a round in which the person has another place",
    )


@built_once
def swaps() -> Check:
    offers: dict[str, ColumnElement[bool]] = {
        "is of somebody else's place": Place.registration_id != SwapOffer.registration_id,
        "gives a place that nobody holds yet": Place.state != PlaceState.PLACE,
    }
    wishes: dict[str, ColumnElement[bool]] = {
        "names a run of another round than the place": Run.round_id != Place.round_id
    }
    shares: dict[str, ColumnElement[bool]] = {
        "is of another day than its chain": Registration.event_id != SwapChain.event_id,
        "gives a run that the offer does not name": ~select(SwapWish.run_id)
        .where(SwapWish.offer_id == SwapShare.offer_id, SwapWish.run_id == SwapShare.run_id)
        .exists(),
    }
    of_offer = (Place, SwapOffer.place_id == Place.id)
    return together(
        faulty("swap_offer", SwapOffer.id, offers, of_offer),
        faulty(
            "swap_wish",
            SwapWish.offer_id,
            wishes,
            (SwapOffer, SwapWish.offer_id == SwapOffer.id),
            of_offer,
            (Run, SwapWish.run_id == Run.id),
        ),
        faulty(
            "swap_share",
            SwapShare.id,
            shares,
            (SwapChain, SwapShare.chain_id == SwapChain.id),
            (SwapOffer, SwapShare.offer_id == SwapOffer.id),
            (Registration, SwapOffer.registration_id == Registration.id),
        ),
    )
