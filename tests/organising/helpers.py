# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day with a team, a programme and people, built by the use cases themselves; and a counter of queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.team_service import add_member
from app.organising.sweeping import Swept, sweep
from app.people.queries import find_organiser
from app.people.rules import Role
from app.registration.admission import Entry
from app.registration.models import Registration
from app.registration.person import Person
from app.registration.questions.answers import Given
from app.registration.service import confirm, register
from app.registration.workshops.places import Choices
from app.settings import Settings
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event, make_programme
from tests.people.helpers import an_organiser

ROLES = {"lea": Role.LEAD, "otto": Role.ORGANISER, "chris": Role.CHECK_IN, "vera": Role.VIEWER}


@dataclass
class Day:
    """Ids of what `a_day` built."""

    slug: str
    event_id: int
    runs: dict[str, int] = field(default_factory=dict)
    rounds: list[int] = field(default_factory=list)

    @property
    def home(self) -> str:
        return f"/organise/events/{self.slug}"


def a_day(app: Flask, slug: str = "probe", *, programme: bool = True, **changes: Any) -> Day:
    """A published day; its team are lea, otto, chris and vera @example.org, one of each role."""
    for local in ROLES:
        with app.app_context():
            known = find_organiser(db.session(), f"{local}@example.org")
        if known is None:
            an_organiser(app, f"{local}@example.org", name=local.capitalize())
    with app.app_context(), transaction() as session:
        new = make_event(session, slug=slug, title=f"Fachtag {slug}", **changes)
        built = make_programme(session, new) if programme else None
        for local, role in ROLES.items():
            member = find_organiser(session, f"{local}@example.org")
            assert member is not None
            add_member(session, new.id, member, role, by=None, now=NOW)
        day = Day(slug, new.id)
        if built is not None:
            day.runs = {label: run.id for label, run in built.runs.items()}
            day.rounds = [one.id for one in built.rounds]
        return day


def a_person(number: int = 1, **changes: Any) -> Person:
    values: dict[str, Any] = {
        "given_name": "Aylin",
        "family_name": f"Muster{number:03}",
        "email": f"person{number}@example.org",
        "organisation": "Kreis Musterstadt",
        "role_title": "Beratung",
        **changes,
    }
    return Person(**values)


def signs_up(
    app: Flask,
    day: Day,
    number: int = 1,
    *,
    choices: Choices | None = None,
    given: Given | None = None,
    confirmed: bool = True,
    now: datetime = NOW,
    **changes: Any,
) -> str:
    """Somebody registers (and confirms the address); the reference."""
    with app.app_context(), transaction() as session:
        one = signs_up_in(
            session, day, number, choices=choices, given=given, confirmed=confirmed, now=now, **changes
        )
        return one.reference


def signs_up_in(
    session: Session,
    day: Day,
    number: int,
    *,
    choices: Choices | None = None,
    given: Given | None = None,
    confirmed: bool = True,
    now: datetime = NOW,
    **changes: Any,
) -> Registration:
    entry = Entry(a_person(number, **changes), f"nonce-{number}", "de", choices or {}, given)
    one = register(session, day.event_id, entry, now)
    return confirm(session, one.id, now) if confirmed else one


def many_sign_up(app: Flask, day: Day, first: int, last: int, choices: Choices | None = None) -> None:
    with app.app_context(), transaction() as session:
        for number in range(first, last + 1):
            signs_up_in(session, day, number, choices=choices)


def id_of(app: Flask, reference: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Registration.id).where(Registration.reference == reference)).one()


def status_of(app: Flask, reference: str) -> tuple[str, bool]:
    with app.app_context():
        one = db.session.scalars(select(Registration).where(Registration.reference == reference)).one()
        return one.status.value, one.has_seat


def seats_of(app: Flask, day: Day) -> tuple[int, int, int]:
    """Taken, overbooked, waiting."""
    with app.app_context():
        found = db.session.get_one(Event, day.event_id)
        return found.taken, found.extra, found.waiting


@contextmanager
def queries(app: Flask) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def run_sweep(app: Flask, settings: Settings, moment: datetime) -> Swept:
    with app.app_context():
        return sweep(settings.data_dir, moment)


def people_left(app: Flask) -> list[tuple[str, str]]:
    """Family name and status, in the order of registering."""
    with app.app_context():
        found = select(Registration.family_name, Registration.status).order_by(Registration.id)
        return [(name, status.value) for name, status in db.session.execute(found)]
