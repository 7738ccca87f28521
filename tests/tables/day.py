# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day with people of four organisations in two districts, and tables worked out as the worker does it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.organisations.models import Organisation
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import Actor
from app.registration.tables.models import Seating
from app.tables import jobs
from app.tables.queries import SeatingLook, look_at
from app.tables.service import SeatingOrder, ask, publish
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.organising.helpers import Day, a_day, signs_up_in

LATER = NOW + timedelta(hours=1)
TEAM = By(Actor.ORGANISER)
HOUSES = ("Kreis Musterstadt", "Stadt Probeburg", "Jobcenter Beispielheim", "Agentur Musterstadt")


@dataclass
class TableDay:
    """Ids of what `a_table_day` built; people by number from 1."""

    day: Day
    people: dict[int, int] = field(default_factory=dict)

    @property
    def event_id(self) -> int:
        return self.day.event_id

    @property
    def desk(self) -> str:
        return f"{self.day.home}/tables"


def a_table_day(app: Flask, many: int = 12, slug: str = "probe") -> TableDay:
    made = TableDay(a_day(app, slug))
    with app.app_context(), transaction() as session:
        for number in range(1, many + 1):
            joins(session, made, number)
        for number, name in enumerate(HOUSES):
            house = session.scalar(select(Organisation).where(Organisation.name == name))
            if house is not None:
                house.district = ("Lippe", "Herford")[number % 2]
    return made


def joins(session: Session, made: TableDay, number: int) -> int:
    one = signs_up_in(session, made.day, number, organisation=HOUSES[number % len(HOUSES)])
    made.people[number] = one.id
    return one.id


def order(made: TableDay, nonce: str = "n", **changes: object) -> SeatingOrder:
    values: dict[str, object] = {
        "name": "Vormittag",
        "run_id": None,
        "tables": 4,
        "seats": 4,
        "labels": ("Runde 1", "Runde 2"),
        "hosts": {},
        "seed": 7,
        "nonce": nonce,
        **changes,
    }
    return SeatingOrder(**values)  # type: ignore[arg-type]


def asks(app: Flask, made: TableDay, nonce: str = "n", **changes: object) -> int:
    with app.app_context(), transaction() as session:
        return ask(session, made.event_id, order(made, nonce, **changes), TEAM, NOW).id


def works(app: Flask, now: datetime = NOW) -> None:
    """As the worker, until nothing is left to do."""
    with app.app_context():
        for _turn in range(200):
            jobs.tend(now)
            db.session.rollback()
            waiting = db.session.scalar(select(Seating.id).where(Seating.finished_at.is_(None)))
            db.session.rollback()
            if waiting is None:
                return
    raise AssertionError("it does not come to an end")


def a_seating(app: Flask, made: TableDay, *, published: bool = False, **changes: object) -> int:
    found = asks(app, made, **changes)  # type: ignore[arg-type]
    works(app)
    if published:
        with app.app_context(), transaction() as session:
            publish(session, made.event_id, found, TEAM, NOW)
    return found


def look(app: Flask, seating_id: int) -> SeatingLook:
    with app.app_context():
        return look_at(db.session(), db.session.get_one(Seating, seating_id))


def seats(app: Flask, seating_id: int) -> dict[int, tuple[int | None, ...]]:
    """The tables of each registration."""
    return {one.registration_id: one.tables for one in look(app, seating_id).seated}


def reference(app: Flask, registration_id: int) -> str:
    with app.app_context():
        return db.session.get_one(Registration, registration_id).reference


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few steps: who sits where is not what is tested."""
    from app.tables import search

    monkeypatch.setattr(search, "LEAST_STEPS", 2_000)
    monkeypatch.setattr(search, "STEPS_PER_SEAT", 20)
