# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day on which workshops are wished for, with people who wish; worked out and published as the desk does it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.allocation import service
from app.allocation.lease import claim
from app.allocation.loader import Terms
from app.allocation.models import AllocationRun
from app.allocation.publishing import publish
from app.allocation.rules import AllocationState, Mixing, Mode
from app.allocation.running import work_out
from app.events.models import Event
from app.events.rules import Placement
from app.organisations.models import Organisation
from app.organisations.rules import UsualKind
from app.programme.models import Run
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import Actor, PlaceState
from app.registration.workshops.models import Place, RegistrationNeed, RunStaff, StaffRole, Wish
from app.registration.workshops.rules import Need
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.organising.helpers import Day, a_day, signs_up_in

UNTIL = NOW + timedelta(days=10)
LATER = UNTIL + timedelta(days=1)
TEAM = By(Actor.ORGANISER)
HOUSES = ("Kreis Musterstadt", "Stadt Probeburg", "Jobcenter Beispielheim")


@dataclass
class WishDay:
    """Ids of what `a_wish_day` built; people by number from 1."""

    day: Day
    people: dict[int, int] = field(default_factory=dict)

    @property
    def event_id(self) -> int:
        return self.day.event_id

    @property
    def desk(self) -> str:
        return f"{self.day.home}/allocation"


def a_wish_day(app: Flask, many: int = 6, *, slug: str = "probe", wish: bool = True) -> WishDay:
    """`many` people from three houses; the odd ones wish for 1.1 and 2.1 first, the even ones for 1.2 and 2.1."""
    made = WishDay(a_day(app, slug))
    with app.app_context(), transaction() as session:
        by_wishes(session, made.event_id)
        for number in range(1, many + 1):
            joins(session, made, number, wish=wish)
        for name, kind in zip(
            HOUSES,
            (UsualKind.KI, UsualKind.MUNICIPALITY, UsualKind.EMPLOYMENT),
            strict=True,
        ):
            house = session.scalar(select(Organisation).where(Organisation.name == name))
            if house is not None:
                house.kind = kind
    return made


def by_wishes(session: Session, event_id: int, until: datetime = UNTIL) -> None:
    event = session.get_one(Event, event_id)
    event.placement, event.wishes_until = Placement.WISHES, until


def joins(session: Session, made: WishDay, number: int, *, wish: bool = True, now: datetime = NOW) -> int:
    one = signs_up_in(session, made.day, number, organisation=HOUSES[number % len(HOUSES)], now=now)
    made.people[number] = one.id
    if wish:
        wishes(session, made, number, ["1.1", "1.2"] if number % 2 else ["1.2", "1.1"])
        wishes(session, made, number, ["2.1"])
    return one.id


def wishes(session: Session, made: WishDay, number: int, labels: Sequence[str]) -> None:
    """In this order, all in one round."""
    for rank, label in enumerate(labels, start=1):
        run = session.get_one(Run, made.day.runs[label])
        session.add(
            Wish(registration_id=made.people[number], round_id=run.round_id, run_id=run.id, rank=rank)
        )
    session.flush()


def needs_step_free(session: Session, made: WishDay, number: int) -> None:
    session.add(RegistrationNeed(registration_id=made.people[number], need=Need.STEP_FREE))
    session.flush()


def leads(session: Session, made: WishDay, number: int, label: str) -> None:
    session.add(
        RunStaff(run_id=made.day.runs[label], registration_id=made.people[number], role=StaffRole.FACILITATOR)
    )
    session.flush()


def set_run(app: Flask, made: WishDay, label: str, **facts: object) -> None:
    with app.app_context(), transaction() as session:
        run = session.get_one(Run, made.day.runs[label])
        for name, value in facts.items():
            setattr(run, name, value)


def asks(
    app: Flask,
    made: WishDay,
    *,
    mode: Mode = Mode.GENEROUS,
    mixing: Mixing = Mixing.NONE,
    seed: int = 7,
    nonce: str = "nonce-0123456789abcdef",
    now: datetime = LATER,
) -> int:
    with app.app_context(), transaction() as session:
        order = service.AllocationOrder("Probe", Terms(mode, mixing, seed, 20), nonce)
        return service.ask(session, made.event_id, order, TEAM, now).id


def works_out(app: Flask, allocation_run_id: int, now: datetime = LATER) -> AllocationState:
    """As the worker's child does, in this process."""
    with app.app_context(), transaction() as session:
        lease = claim(session, allocation_run_id, now)
    assert lease is not None
    return work_out(app.app_context, lease, lambda: now)


def solved(app: Flask, made: WishDay, nonce: str = "nonce-0123456789abcdef", **terms: object) -> int:
    number = asks(app, made, nonce=nonce, **terms)  # type: ignore[arg-type]
    assert works_out(app, number) is AllocationState.DONE
    return number


def publishes(
    app: Flask, made: WishDay, allocation_run_id: int, seen: int = 0, now: datetime = LATER
) -> None:
    with app.app_context(), transaction() as session:
        publish(session, made.event_id, allocation_run_id, seen, TEAM, now)


def allocation_run(app: Flask, number: int) -> AllocationRun:
    with app.app_context():
        found = db.session.get_one(AllocationRun, number)
        db.session.expunge(found)
        return found


def places(app: Flask, made: WishDay) -> dict[int, list[str]]:
    """Number of the person to labels of the runs they sit in."""
    numbers = {one: number for number, one in made.people.items()}
    found: dict[int, list[str]] = {number: [] for number in made.people}
    with app.app_context():
        rows = (
            select(Place.registration_id, Run.label)
            .join(Run, Place.run_id == Run.id)
            .join(Registration, Place.registration_id == Registration.id)
            .where(Registration.event_id == made.event_id, Place.state == PlaceState.PLACE)
            .order_by(Run.label)
        )
        for person, label in db.session.execute(rows):
            found[numbers[person]].append(label)
    return found
