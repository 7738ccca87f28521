# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Offers of swaps, and the chains they were put together to, as rows: read, withdrawn, ended. Callers hold the event's lock.

Which offers make a chain is decided where the conditions of the allocation are known (`app.allocation.swaps`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.events.models import Event
from app.people.audit import record
from app.programme.models import Run
from app.registration import notifications
from app.registration.models import Registration
from app.registration.rules import Status
from app.registration.workshops.models import Place, SwapChain, SwapOffer, SwapShare, SwapWish


@dataclass(frozen=True, slots=True)
class MyOffer:
    """One person's offer in a round: the runs it names and that take place, by title and by id."""

    round_id: int
    gives: str
    wanted: tuple[str, ...]
    wanted_ids: tuple[int, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A chain as one of its people sees it: how many they are and what it changes for them, of the others nothing."""

    key: str
    round_id: int
    gives: str
    gets: str
    people: int
    answer_by: datetime
    agreed: bool


@dataclass(frozen=True, slots=True)
class MySwaps:
    """What one person offers and is asked, by round."""

    offers: Sequence[MyOffer]
    proposals: Sequence[Proposal]

    def offer_in(self, round_id: int) -> MyOffer | None:
        return next((one for one in self.offers if one.round_id == round_id), None)

    def proposal_in(self, round_id: int) -> Proposal | None:
        return next((one for one in self.proposals if one.round_id == round_id), None)

    @property
    def unanswered(self) -> list[Proposal]:
        return [one for one in self.proposals if not one.agreed]


def swaps_of(session: Session, registration: Registration, now: datetime) -> MySwaps | None:
    """None where nobody can swap, which costs no question."""
    if registration.status is not Status.REGISTERED or not registration.event.takes_swaps(now):
        return None
    return MySwaps(offers_of(session, registration.id), proposals_of(session, registration.id))


def offers_of(session: Session, registration_id: int) -> list[MyOffer]:
    mine = (
        select(SwapOffer)
        .where(SwapOffer.registration_id == registration_id)
        .options(
            joinedload(SwapOffer.place).joinedload(Place.run).joinedload(Run.workshop),
            selectinload(SwapOffer.wanted).joinedload(SwapWish.run).joinedload(Run.workshop),
        )
        .order_by(SwapOffer.id)
    )
    return [
        MyOffer(
            one.place.round_id,
            _named(one.place.run),
            tuple(_named(wish.run) for wish in one.wanted if wish.run.takes_place),
            tuple(wish.run_id for wish in one.wanted if wish.run.takes_place),
            one.made_at,
        )
        for one in session.scalars(mine)
    ]


def proposals_of(session: Session, registration_id: int) -> list[Proposal]:
    """Those that are not broken."""
    mine = (
        select(SwapShare, SwapChain, Place)
        .join(SwapChain, SwapShare.chain_id == SwapChain.id)
        .join(SwapOffer, SwapShare.offer_id == SwapOffer.id)
        .join(Place, SwapOffer.place_id == Place.id)
        .where(SwapOffer.registration_id == registration_id, ~is_broken())
        .options(
            joinedload(SwapShare.run).joinedload(Run.workshop),
            joinedload(Place.run).joinedload(Run.workshop),
        )
        .order_by(SwapShare.id)
    )
    return [
        Proposal(
            share.key,
            place.round_id,
            _named(place.run),
            _named(share.run),
            chain.people,
            chain.answer_by,
            share.agreed_at is not None,
        )
        for share, chain, place in session.execute(mine)
    ]


def _named(run: Run) -> str:
    return f"{run.label} {run.workshop.title}"


def is_broken() -> ColumnElement[bool]:
    """The condition under which an offer of a `SwapChain` is gone."""
    left = select(func.count(SwapShare.id)).where(SwapShare.chain_id == SwapChain.id)
    return left.correlate(SwapChain).scalar_subquery() < SwapChain.people


def shares_of(session: Session, chain: SwapChain) -> Sequence[SwapShare]:
    """With offers and people, in the order of the registrations."""
    found = (
        select(SwapShare)
        .join(SwapOffer, SwapShare.offer_id == SwapOffer.id)
        .where(SwapShare.chain_id == chain.id)
        .options(
            joinedload(SwapShare.offer).joinedload(SwapOffer.place),
            joinedload(SwapShare.offer).joinedload(SwapOffer.registration),
            joinedload(SwapShare.run),
        )
        .order_by(SwapOffer.registration_id)
    )
    return session.scalars(found.execution_options(populate_existing=True)).all()


def end_chain(session: Session, chain: SwapChain, now: datetime, but: int | None = None) -> None:
    """It does not come about; its offers are free for other chains. Who had agreed is told, without why: it might name
    somebody. `but`: the registration whose own doing it is."""
    shares, event_id, subject, people = (
        shares_of(session, chain),
        chain.event_id,
        f"swap {chain.id}",
        chain.people,
    )
    told = [one.offer.registration for one in shares if one.agreed_at is not None]
    remove_chain(session, chain, shares)
    for registration in told:
        if registration.id != but:
            notifications.notify_swap_ended(session, registration, now)
    record(session, now, None, event_id, "swap.end", subject, {"people": people})


def remove_chain(session: Session, chain: SwapChain, shares: Sequence[SwapShare]) -> None:
    """The database takes the shares along, so the session forgets them."""
    for one in shares:
        session.expunge(one)
    session.delete(chain)
    session.flush()


def end_broken(session: Session, event: Event, now: datetime, but: int | None = None) -> None:
    broken = select(SwapChain).where(SwapChain.event_id == event.id, is_broken()).order_by(SwapChain.id)
    for chain in session.scalars(broken).all():
        end_chain(session, chain, now, but)


def withdraw_offers(
    session: Session, registration: Registration, now: datetime, only: Collection[int] | None = None
) -> None:
    """The person no longer offers a place, or none of the offers `only`; chains that need one of them end."""
    mine = [SwapOffer.registration_id == registration.id]
    if only is not None:
        mine.append(SwapOffer.id.in_(only))
    remove_offers(session, *mine)
    end_broken(session, registration.event, now, registration.id)


def end_all(session: Session, event: Event, now: datetime) -> None:
    """Swaps are over: nothing is offered any more, and whoever hoped for one reads so, unless the day itself is over."""
    chains = select(SwapChain).where(SwapChain.event_id == event.id).order_by(SwapChain.id)
    for chain in session.scalars(chains).all():
        subject, people = f"swap {chain.id}", chain.people
        remove_chain(session, chain, shares_of(session, chain))
        record(session, now, None, event.id, "swap.end", subject, {"people": people})
    of_day = Registration.event_id == event.id
    hoping = select(Registration).join(SwapOffer, SwapOffer.registration_id == Registration.id).where(of_day)
    hopeful = session.scalars(hoping.distinct().order_by(Registration.id)).all()
    remove_offers(session, SwapOffer.registration_id.in_([one.id for one in hopeful]))
    for one in hopeful:
        if event.agenda_is_news(now) and one.status is Status.REGISTERED:
            notifications.notify_swap_ended(session, one, now)


def remove_offers(session: Session, *those: ColumnElement[bool]) -> None:
    """The database takes their shares along."""
    for one in session.scalars(select(SwapOffer).where(*those)).all():
        session.delete(one)
    session.flush()
