# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Several people out of one run, and into another of the same round."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.attendees.manual import choose_workshops
from app.events.service import lock_event
from app.programme.models import Round, Run
from app.refusal import N_, Missing, Refusal
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import RoundAnswer
from app.registration.service import lock_registration
from app.registration.workshops.places import chosen_by
from app.texts import sentence_of


class NotInRun(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(N_("No place in “%(title)s”, and none on its waiting list."), title=title)


class OtherRound(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("Please choose a workshop of the same round."), field="into")


class SameRun(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("Please choose two different workshops."), field="into")


@dataclass(frozen=True, slots=True)
class Moved:
    """How many have left, how many wait for the other workshop in their old place, and for how many nothing could be done,
    by the sentence that says why."""

    number: int
    waiting: int
    refused: Counter[str]


def move(
    session: Session,
    event_id: int,
    people: Sequence[int],
    out_of: int,
    into: int | None,
    by: By,
    now: datetime,
    *,
    note: str = "",
) -> Moved:
    """These people leave one run, for another one of its round or for none; each is told, with what the team adds.

    Who registered first comes first. Where the other one is full they wait for it and keep the place they have, as
    whenever a full one is chosen. Whoever cannot be moved keeps nobody else from it. Refuses a run of another round;
    raises `Missing` for one of another day.
    """
    lock_event(session, event_id)
    leaves = _run(session, event_id, out_of)
    takes = _run(session, event_id, into) if into is not None else None
    if takes is not None and takes.round_id != leaves.round_id:
        raise OtherRound
    if takes is leaves:
        raise SameRun
    choice = {leaves.round_id: takes.id if takes is not None else RoundAnswer.OPEN}
    moved, waiting, refused = 0, 0, Counter[str]()
    there = select(Registration.id).where(Registration.event_id == event_id, Registration.id.in_(people))
    for one in session.scalars(there.order_by(Registration.id)).all():
        try:
            with session.begin_nested():
                registration = lock_registration(session, one)
                if not _is_in(session, registration, leaves):
                    raise NotInRun(leaves.workshop.title)
                choose_workshops(session, one, choice, registration.version, by, now, note=note)
        except Refusal as refusal:
            refused[sentence_of(refusal)] += 1
        else:
            stays = _is_in(session, registration, leaves)
            moved, waiting = moved + (not stays), waiting + stays
    return Moved(moved, waiting, refused)


def _is_in(session: Session, registration: Registration, run: Run) -> bool:
    """With a place, or in its line."""
    return any(one.id == run.id for one, _state in chosen_by(session, registration))


def _run(session: Session, event_id: int, run_id: int) -> Run:
    found = session.scalar(
        select(Run).join(Run.round).where(Run.id == run_id, Round.event_id == event_id, Run.takes_place)
    )
    if found is None:
        raise Missing
    return found
