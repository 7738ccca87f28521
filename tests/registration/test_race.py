# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The last seat, raced with real processes on both databases, with its negative control (F32, T30).

Each round is a day of its own with one seat left. Eight processes register at the same moment. Exactly one gets
the seat, the others stand in line with the numbers 1 to 7.
"""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.factory import create_app
from app.organising.checks import data_findings
from app.refusal import Refusal
from app.registration.accompanying import change_number
from app.registration.admission import Entry
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.person import Person
from app.registration.quotas.service import QuotaFacts, add_quota
from app.registration.rules import Status
from app.registration.service import lock_registration, register
from app.web.database import db, transaction
from tests.conftest import hurry, settings_for
from tests.factories.days import NOW, make_event
from tests.registration.steps import KI, OF_KI, TOWN, add_organisations

PROCESSES = 8
ROUNDS = 200
QUOTA_ROUNDS = 40
OF_PROBEBURG = Aim(QuotaTarget.DISTRICT, district="Kreis Probeburg")


@dataclass(frozen=True)
class Tally:
    """What the database holds after all rounds."""

    oversold: int
    undersold: int
    wrong_numbers: int


@contextmanager
def racing(url: str, folder: str) -> Iterator[None]:
    """One of the processes; nobody waits for the disk, which has no part in the race."""
    with create_app(settings_for(url, Path(folder))).app_context():
        hurry(db.engine)
        yield


def _register_in_every_round(url: str, folder: str, number: int, events: list[int], start: Barrier) -> None:
    with racing(url, folder):
        for event_id in events:
            person = Person("Nummer", str(number), f"person{number}@example.org", "Stadt Musterstadt")
            start.wait(60)
            with transaction() as session:
                register(session, event_id, Entry(person, f"nonce-{number}"), NOW)


def _count_then_insert(url: str, folder: str, number: int, events: list[int], start: Barrier) -> None:
    """The negative control: look first, then write, without a lock; what everybody writes who does not know better."""
    with racing(url, folder):
        for event_id in events:
            start.wait(60)
            session = db.session()
            event = session.scalar(select(Event).where(Event.id == event_id))
            assert event is not None
            free = event.taken < (event.capacity or 0)
            session.rollback()
            if free:
                with transaction() as writing:
                    writing.execute(
                        update(Event)
                        .where(Event.id == event_id)
                        .values(extra=Event.extra + 1, taken=Event.taken + 1)
                    )


def _register_from_two_houses(url: str, folder: str, number: int, events: list[int], start: Barrier) -> None:
    """Even numbers work at a KI, odd ones do not."""
    with racing(url, folder):
        for event_id in events:
            house = TOWN if number % 2 else KI
            person = Person("Nummer", str(number), f"person{number}@example.org", house)
            start.wait(60)
            with transaction() as session:
                register(session, event_id, Entry(person, f"nonce-{number}"), NOW)


def _race(
    app: Flask,
    url: str,
    folder: Path,
    rounds: int,
    target: Callable[..., None],
    prepare: Callable[[Session, int], None] = lambda _session, _event_id: None,
    capacity: int = 1,
) -> list[int]:
    with app.app_context(), transaction() as session:
        events = [make_event(session, slug=f"tag-{number}", capacity=capacity).id for number in range(rounds)]
        for event_id in events:
            prepare(session, event_id)
    with app.app_context():
        db.engine.dispose()
    # Processes of their own, forked from one that has loaded the application and opened nothing.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    start = context.Barrier(PROCESSES)
    workers = [
        context.Process(target=target, args=(url, str(folder), number, events, start))
        for number in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(300)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    return events


def _tally(app: Flask, events: list[int]) -> Tally:
    oversold = undersold = wrong = 0
    with app.app_context():
        for event_id in events:
            seated = db.session.scalar(
                select(func.count(Registration.id)).where(
                    Registration.event_id == event_id, Registration.has_seat
                )
            )
            numbers = db.session.scalars(
                select(Registration.waiting_number)
                .where(Registration.event_id == event_id, Registration.waiting_number.is_not(None))
                .order_by(Registration.waiting_number)
            ).all()
            oversold += (seated or 0) > 1
            undersold += (seated or 0) < 1
            wrong += list(numbers) != list(range(1, PROCESSES))
    return Tally(oversold, undersold, wrong)


@pytest.mark.long
def test_last_seat(app: Flask, database_url: str, tmp_path: Path) -> None:
    events = _race(app, database_url, tmp_path, ROUNDS, _register_in_every_round)
    assert _tally(app, events) == Tally(oversold=0, undersold=0, wrong_numbers=0)
    with app.app_context():
        assert set(db.session.scalars(select(Registration.status).distinct())) == {Status.UNCONFIRMED}


@pytest.mark.long
def test_last_seats_with_quotas(app: Flask, database_url: str, tmp_path: Path) -> None:
    """Four seats, two of them reserved for the KIs, and of the town at most one may come. Four people of each try.

    So at most one of the town gets in, all seats are taken, and nobody of the KIs is passed over for a second one.
    """

    def reserve_and_cap(session: Session, event_id: int) -> None:
        for name, effect, aim, seats in (
            ("KIs", QuotaEffect.RESERVE, OF_KI, 2),
            ("Probeburg", QuotaEffect.CAP, OF_PROBEBURG, 1),
        ):
            add_quota(session, event_id, QuotaFacts(name, effect, aim, seats), PARTICIPANT, NOW)

    with app.app_context():
        add_organisations()
    events = _race(
        app, database_url, tmp_path, QUOTA_ROUNDS, _register_from_two_houses, reserve_and_cap, capacity=4
    )
    with app.app_context():
        assert data_findings(db.session(), NOW) == []
        for event_id in events:
            people = db.session.scalars(
                select(Registration).where(Registration.event_id == event_id).order_by(Registration.id)
            ).all()
            seated = [one.organisation.name for one in people if one.has_seat]
            assert len(people) == PROCESSES
            assert seated.count(TOWN) <= 1
            assert (len(seated), seated.count(KI) >= 3) == (4, True), seated
            numbers = sorted(one.waiting_number for one in people if one.waiting_number is not None)
            assert numbers == list(range(1, PROCESSES - len(seated) + 1))


@pytest.mark.long
def test_control_oversells(app: Flask, database_url: str, tmp_path: Path) -> None:
    """Without the lock the same race oversells; else the test above would prove nothing."""
    events = _race(app, database_url, tmp_path, 30, _count_then_insert)
    with app.app_context():
        taken = db.session.scalars(select(Event.taken).where(Event.id.in_(events)).order_by(Event.id)).all()
    assert sum(one > 1 for one in taken) > 0


def _register_in_twos(url: str, folder: str, number: int, events: list[int], start: Barrier) -> None:
    """Every second one brings somebody along; who has a seat asks for one more chair at once."""
    with racing(url, folder):
        for event_id in events:
            person = Person(
                "Nummer", str(number), f"person{number}@example.org", "Amt", accompanying=number % 2
            )
            start.wait(60)
            with transaction() as session:
                one = register(session, event_id, Entry(person, f"nonce-{number}"), NOW).id
            with suppress(Refusal), transaction() as session:
                registration = lock_registration(session, one)
                change_number(session, registration, registration.accompanying + 1, NOW)


@pytest.mark.long
def test_last_chairs_of_who_does_not_come_alone(app: Flask, database_url: str, tmp_path: Path) -> None:
    """Five chairs for eight people who want twelve, and then more: never more than five are taken."""
    events = _race(app, database_url, tmp_path, QUOTA_ROUNDS, _register_in_twos, capacity=5)
    with app.app_context():
        taken = db.session.scalars(select(Event.taken).where(Event.id.in_(events)).order_by(Event.id)).all()
        chairs = select(Registration.event_id, func.sum(Registration.chairs)).where(Registration.has_seat)
        sitting = dict(db.session.execute(chairs.group_by(Registration.event_id)).all())
        assert list(taken) == [sitting[one] for one in events]
        assert max(taken) <= 5
        assert min(taken) >= 4  # a last one stays free for two
        assert data_findings(db.session(), NOW) == []
