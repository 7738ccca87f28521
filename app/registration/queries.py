# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages and mails."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.events.models import Event
from app.programme.agenda import Line, RoundView, RunView, read_agenda
from app.registration.models import Place, Registration, RoundAbsence, StatusChange
from app.registration.rules import PlaceState, Reason, Status


@dataclass(frozen=True, slots=True)
class InLine:
    """Waiting for a run: how many stand before the person."""

    run: RunView
    before: int


@dataclass(frozen=True, slots=True)
class MyRound:
    """One round from one person's point of view."""

    round: RoundView
    place: RunView | None
    in_line: tuple[InLine, ...]
    wanted: RunView | None
    absent: bool

    @property
    def answer(self) -> str:
        """The value of the form's field for this round."""
        if self.absent:
            return "absent"
        if self.place is not None:
            return str(self.place.id)
        if self.wanted is not None:
            return str(self.wanted.id)
        return str(self.in_line[0].run.id) if self.in_line else "open"


@dataclass(frozen=True, slots=True)
class MyDay:
    """The agenda of one person: the lines of the day, and what they do in each round."""

    lines: tuple[Line, ...]
    rounds: tuple[MyRound, ...]

    def of(self, round_id: int) -> MyRound:
        return next(mine for mine in self.rounds if mine.round.id == round_id)


def get_registration(session: Session, registration_id: int) -> Registration | None:
    """With event, hosts and organisation read, so that a template asks no questions."""
    return session.scalar(
        select(Registration)
        .where(Registration.id == registration_id)
        .options(
            joinedload(Registration.event).joinedload(Event.lead_host), joinedload(Registration.organisation)
        )
    )


def my_day(session: Session, registration: Registration) -> MyDay:
    lines = read_agenda(session, registration.event)
    places = session.scalars(select(Place).where(Place.registration_id == registration.id)).all()
    absent = set(
        session.scalars(select(RoundAbsence.round_id).where(RoundAbsence.registration_id == registration.id))
    )
    before = _numbers_before(session, places)
    rounds = tuple(
        _my_round(line.round, places, before, line.round.id in absent)
        for line in lines
        if line.round is not None
    )
    return MyDay(tuple(lines), rounds)


def ended_with_the_day(session: Session, registration: Registration) -> bool:
    """Whether a confirmed registration stood until the day itself was called off."""
    if registration.status is not Status.CANCELLED or registration.confirmed_at is None:
        return False
    last = (
        select(StatusChange.reason)
        .where(StatusChange.registration_id == registration.id)
        .order_by(StatusChange.id.desc())
        .limit(1)
    )
    return session.scalar(last) is Reason.EVENT_CANCELLED


def history(session: Session, registration: Registration) -> Sequence[StatusChange]:
    found = (
        select(StatusChange)
        .where(StatusChange.registration_id == registration.id)
        .options(joinedload(StatusChange.organiser))
        .order_by(StatusChange.id)
    )
    return session.scalars(found).all()


def _my_round(round_: RoundView, places: Sequence[Place], before: dict[int, int], absent: bool) -> MyRound:
    runs = {run.id: run for run in round_.runs}
    mine = [place for place in places if place.round_id == round_.id and place.run_id in runs]

    def first(state: PlaceState) -> RunView | None:
        return next((runs[place.run_id] for place in mine if place.state is state), None)

    in_line = tuple(
        InLine(runs[place.run_id], before.get(place.id, 0))
        for place in mine
        if place.state is PlaceState.WAITING
    )
    return MyRound(round_, first(PlaceState.PLACE), in_line, first(PlaceState.WANTED), absent)


def _numbers_before(session: Session, places: Sequence[Place]) -> dict[int, int]:
    """Place id → people before it in that run's line."""
    waiting = [place.id for place in places if place.state is PlaceState.WAITING]
    if not waiting:
        return {}
    mine, other = Place.__table__.alias("mine"), Place.__table__.alias("other")
    counts = (
        select(mine.c.id, func.count(other.c.id))
        .join(
            other,
            (other.c.run_id == mine.c.run_id)
            & (other.c.state == PlaceState.WAITING.value)
            & (other.c.waiting_number < mine.c.waiting_number),
            isouter=True,
        )
        .where(mine.c.id.in_(waiting))
        .group_by(mine.c.id)
    )
    return {int(row[0]): int(row[1]) for row in session.execute(counts)}
