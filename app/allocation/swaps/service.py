# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Offer a place, agree or decline, and what the worker does about it. Every verb locks the day first and flushes, never
commits. Whatever a verb decides it asks anew under the lock."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.allocation.swaps.chains import Board, Chain, Move, Offer, find_chains
from app.allocation.swaps.queries import free_runs, offers_to_match, read_board, runs_to_have
from app.allocation.swaps.rules import (
    ANSWER_HOURS,
    LEAST_TIME,
    PROPOSALS_A_DAY,
    Answer,
    NoPlaceToGive,
    NotToBeHad,
    SwapsOver,
)
from app.events.models import Event
from app.events.service import lock_event
from app.outbox.rules import family_of
from app.outbox.service import settle_unsent
from app.people.audit import record
from app.people.budget import full_buckets, spend
from app.programme.models import Run
from app.registration import notifications
from app.registration.models import Registration
from app.registration.queries import my_day
from app.registration.rules import PlaceState, Status
from app.registration.service import lock_registration
from app.registration.working_hours import after_working_hours
from app.registration.workshops import places
from app.registration.workshops.models import Place, SwapChain, SwapOffer, SwapShare, SwapWish
from app.registration.workshops.news import gained, lost
from app.registration.workshops.swap_offers import (
    end_all,
    end_broken,
    end_chain,
    is_broken,
    remove_chain,
    remove_offers,
    shares_of,
    withdraw_offers,
)
from app.registration.workshops.swapping import exchange

ONE_DAY = timedelta(days=1)


def offer_place(
    session: Session, registration_id: int, round_id: int, runs: Collection[int], now: datetime
) -> bool:
    """Offer the place in this round for one in any of these runs, instead of what was offered there before. Whether there
    was a free seat in one of them, which the person has now.

    Refuses where there is nothing to swap any more, no place to give, and a run that could not be had.
    """
    registration = lock_registration(session, registration_id)
    event = registration.event
    if registration.status is not Status.REGISTERED or not event.takes_swaps(now):
        raise SwapsOver
    place = _place_in(session, registration, round_id)
    if place is None:
        raise NoPlaceToGive
    day = my_day(session, registration, seats=True)
    if not runs or not set(runs) <= {one.id for one in runs_to_have(session, registration, day, round_id)}:
        raise NotToBeHad
    before = session.scalar(select(SwapOffer).where(SwapOffer.place_id == place.id))
    if before is not None and {one.run_id for one in before.wanted} == set(runs):
        return False
    if before is not None:
        withdraw_offers(session, registration, now, [before.id])
    made = SwapOffer(registration_id=registration.id, place_id=place.id, made_at=now)
    made.wanted = [SwapWish(run_id=one) for one in sorted(runs)]
    session.add(made)
    session.flush()
    return _give_free(session, event, now, only=made.id)


def withdraw_offer(session: Session, registration_id: int, round_id: int, now: datetime) -> None:
    """A second time changes nothing. Who had agreed to a chain with it is told."""
    registration = lock_registration(session, registration_id)
    place = _place_in(session, registration, round_id)
    if place is not None:
        mine = select(SwapOffer.id).where(SwapOffer.place_id == place.id)
        withdraw_offers(session, registration, now, session.scalars(mine).all())


def agree(session: Session, registration_id: int, key: str, now: datetime) -> Answer:
    """With the last one the places change, if the conditions of the allocation still allow it; else the chain ends, and
    who had agreed is told."""
    registration = lock_registration(session, registration_id)
    share = _open_share(session, registration, key, now)
    if share is None:
        return Answer.GONE
    share.agreed_at = share.agreed_at or now
    session.flush()
    event, chain = registration.event, share.chain
    shares = shares_of(session, chain)
    if len(shares) < chain.people:
        end_chain(session, chain, now, registration.id)
        return Answer.ENDED
    if any(one.agreed_at is None for one in shares):
        return Answer.AGREED
    moves = [
        Move(one.offer_id, one.offer.registration_id, one.offer.place.run_id, one.run_id) for one in shares
    ]
    if not _still_stands(shares) or not read_board(session, event).allows(moves):
        end_chain(session, chain, now, registration.id)
        return Answer.ENDED
    _carry_out(session, event, chain, now)
    return Answer.DONE


def decline(session: Session, registration_id: int, key: str, now: datetime) -> Answer:
    """The chain ends. The offer no longer names that run, so that nobody is asked the same again; one that names nothing is
    gone."""
    registration = lock_registration(session, registration_id)
    share = _open_share(session, registration, key, now)
    if share is None:
        return Answer.GONE
    offer_id, run_id = share.offer_id, share.run_id
    end_chain(session, share.chain, now, registration.id)
    wish = session.get(SwapWish, (offer_id, run_id))
    if wish is not None:
        session.delete(wish)
        session.flush()
    remove_offers(session, SwapOffer.id == offer_id, ~SwapOffer.wanted.any())
    return Answer.DECLINED


def settle_day(session: Session, event_id: int, now: datetime) -> None:
    """What the worker does: end what is over, give free seats, and put chains to their people. A second time in a row it
    changes nothing."""
    event = lock_event(session, event_id)
    if not event.takes_swaps(now):
        end_all(session, event, now)
        return
    _end_overdue(session, event, now)
    end_broken(session, event, now)
    while _give_free(session, event, now):
        pass  # what they left may be what the next one would like
    board, offers = read_board(session, event), offers_to_match(session, event)
    last = answer_by(event.swaps_end, now)
    if last is not None:
        for chain in find_chains(_still_asked(session, offers, now), board.allows):
            _propose(session, event, chain, last, now)


def is_due(session: Session, event: Event, now: datetime) -> bool:
    """Whether `settle_day` would change anything. Only reads, so that a quiet day takes nobody's turn to write."""
    if not event.takes_swaps(now):
        return True
    over = select(SwapChain.id).where(SwapChain.event_id == event.id)
    if session.scalars(over.where(is_broken() | (SwapChain.answer_by <= now)).limit(1)).first() is not None:
        return True
    offers = offers_to_match(session, event)
    if not offers:
        return False
    board, free = read_board(session, event), free_runs(session, event)
    if any(True for _move in _free_moves(offers, board, free)):
        return True
    if answer_by(event.swaps_end, now) is None:
        return False
    return bool(find_chains(_still_asked(session, offers, now), board.allows))


def answer_by(ends: datetime, now: datetime) -> datetime | None:
    """Until when people can answer what they are asked now; None: swaps end too soon to ask. A deadline that would lie
    after that end is that end."""
    last = min(after_working_hours(now, ANSWER_HOURS), ends)
    return last if last - now >= LEAST_TIME else None


# --- pieces --------------------------------------------------------------------------------------------------------


def _place_in(session: Session, registration: Registration, round_id: int) -> Place | None:
    mine = select(Place).where(
        Place.registration_id == registration.id,
        Place.round_id == round_id,
        Place.state == PlaceState.PLACE,
    )
    return session.scalar(mine)


def _open_share(session: Session, registration: Registration, key: str, now: datetime) -> SwapShare | None:
    """The person's own part of a chain that can still be answered."""
    found = (
        select(SwapShare)
        .join(SwapShare.offer)
        .join(SwapShare.chain)
        .where(SwapShare.key == key, SwapOffer.registration_id == registration.id, SwapChain.answer_by > now)
        .options(joinedload(SwapShare.chain))
    )
    return session.scalar(found) if registration.event.takes_swaps(now) else None


def _still_stands(shares: Collection[SwapShare]) -> bool:
    return all(
        one.offer.registration.status is Status.REGISTERED
        and one.offer.place.state is PlaceState.PLACE
        and one.run.takes_place
        for one in shares
    )


def _carry_out(session: Session, event: Event, chain: SwapChain, now: datetime) -> None:
    shares = shares_of(session, chain)
    moves = [(one.offer.place, one.run) for one in shares]
    done, subject = [one.offer_id for one in shares], f"swap {chain.id}"
    remove_chain(session, chain, shares)
    remove_offers(session, SwapOffer.id.in_(done))
    exchange(session, moves, now)
    record(session, now, None, event.id, "swap.done", subject, {"people": len(moves)})


def _give_free(session: Session, event: Event, now: datetime, only: int | None = None) -> bool:
    """Give a free seat to the first who would like it and may have it; whether somebody got one. `only`: the offer that was
    made just now, by somebody who sees on the page what became of it."""
    free = free_runs(session, event)
    offers = [one for one in offers_to_match(session, event) if only in (None, one.id)]
    if not any(free.intersection(one.wants) for one in offers):
        return False
    move = next(iter(_free_moves(offers, read_board(session, event), free)), None)
    if move is None:
        return False
    registration, run = session.get_one(Registration, move.person), session.get_one(Run, move.gets)
    left = session.get_one(Run, move.gives)
    remove_offers(session, SwapOffer.id == move.offer)
    places.choose(session, event, registration, {run.round_id: run.id}, now)
    registration.feed_changed_at = registration.changed_at = now
    session.flush()
    if only is None:
        ended = {family_of(notifications.SWAP_ENDED)}
        settle_unsent(session, ended, registration.id, registration.email)  # what is said now is better news
        notifications.notify_place(session, registration, [gained(run), lost(left)], now)
    record(session, now, None, event.id, "swap.free", f"registration {registration.id}")
    return True


def _free_moves(offers: Collection[Offer], board: Board, free: Collection[int]) -> list[Move]:
    """At most one, of the oldest offer."""
    for one in offers:
        for run in one.wants:
            move = Move(one.id, one.person, one.gives, run)
            if run in free and board.allows([move]):
                return [move]
    return []


def _still_asked(session: Session, offers: Collection[Offer], now: datetime) -> list[Offer]:
    """Without those of people who were asked often enough today."""
    asked = full_buckets(session, [_bucket(one.person) for one in offers], PROPOSALS_A_DAY, now)
    return [one for one in offers if _bucket(one.person) not in asked]


def _bucket(registration_id: int) -> str:
    return f"swap:{registration_id}"


def _propose(session: Session, event: Event, chain: Chain, last: datetime, now: datetime) -> None:
    made = SwapChain(event_id=event.id, people=len(chain), made_at=now, answer_by=last)
    session.add(made)
    session.flush()
    session.add_all(SwapShare(chain_id=made.id, offer_id=one.offer, run_id=one.gets) for one in chain)
    session.flush()
    for one in sorted(chain, key=lambda one: one.person):
        spend(session, _bucket(one.person), PROPOSALS_A_DAY, ONE_DAY, now)
        notifications.notify_swap_proposed(session, session.get_one(Registration, one.person), now)
    record(session, now, None, event.id, "swap.propose", f"swap {made.id}", {"people": len(chain)})


def _end_overdue(session: Session, event: Event, now: datetime) -> None:
    """Who did not answer offers nothing any more, and reads so; else the same people would be asked for ever."""
    over = select(SwapChain).where(SwapChain.event_id == event.id, SwapChain.answer_by <= now)
    for chain in session.scalars(over.order_by(SwapChain.id)).all():
        silent = [
            (one.offer_id, one.offer.registration)
            for one in shares_of(session, chain)
            if one.agreed_at is None
        ]
        end_chain(session, chain, now)
        remove_offers(session, SwapOffer.id.in_([offer for offer, _who in silent]))
        for _offer, registration in silent:
            notifications.notify_swap_ended(session, registration, now)
