# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Claiming and giving back: the database refuses to sell what is not there, whoever asks (T30)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.events.models import Event, Scarce
from app.events.seats import claim_seat, join_line, leave_line, overbook, release_seat
from app.programme.models import Run
from app.web.database import db, transaction
from tests.factories.days import make_event, make_programme


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture(params=["event", "run"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def scarce(session: Session, kind: str, capacity: int | None) -> Scarce:
    """A day or a run with so many seats; both have one shape."""
    event = make_event(session, capacity=capacity)
    if kind == "event":
        return event
    run = make_programme(session, event).runs["1.1"]
    run.capacity = capacity
    session.flush()
    return run


def numbers(thing: Scarce) -> tuple[int, int, int, int]:
    return thing.taken, thing.extra, thing.waiting, thing.waiting_counter


def stored(kind: str) -> tuple[int, int, int, int]:
    db.session.rollback()
    table = Event if kind == "event" else Run
    found = db.session.scalars(
        select(table).order_by(table.id).limit(1).execution_options(populate_existing=True)
    ).one()
    return numbers(found)


def test_claims_until_it_is_full(kind: str) -> None:
    with transaction() as session:
        thing = scarce(session, kind, 2)
        assert [claim_seat(session, thing, chairs=1) for _ in range(4)] == [True, True, False, False]
        assert numbers(thing) == (2, 0, 0, 0)
    assert stored(kind) == (2, 0, 0, 0)


@pytest.mark.parametrize("capacity", [0, None])
def test_none_and_no_limit(kind: str, capacity: int | None) -> None:
    with transaction() as session:
        thing = scarce(session, kind, capacity)
        assert claim_seat(session, thing, chairs=1) is (capacity is None)


def test_given_back_seat_can_be_claimed_again(kind: str) -> None:
    with transaction() as session:
        thing = scarce(session, kind, 1)
        assert claim_seat(session, thing, chairs=1)
        release_seat(session, thing, chairs=1)
        assert claim_seat(session, thing, chairs=1)
        assert not claim_seat(session, thing, chairs=1)


def test_what_nobody_held_cannot_be_given_back(kind: str) -> None:
    with transaction() as session:
        thing = scarce(session, kind, 1)
        with pytest.raises(RuntimeError, match="nobody held"):
            release_seat(session, thing, chairs=1)
        with pytest.raises(RuntimeError, match="empty"):
            leave_line(session, thing)
        assert numbers(thing) == (0, 0, 0, 0)


def test_overbooking_is_counted_beside_the_capacity(kind: str) -> None:
    with transaction() as session:
        thing = scarce(session, kind, 1)
        assert claim_seat(session, thing, chairs=1)
        overbook(session, thing, chairs=1)
        assert numbers(thing) == (2, 1, 0, 0)
        assert thing.capacity == 1
        assert not claim_seat(session, thing, chairs=1)
        release_seat(session, thing, chairs=1)  # there was no chair for two
        assert numbers(thing) == (1, 0, 0, 0)
        assert not claim_seat(session, thing, chairs=1)
        release_seat(session, thing, chairs=1)
        assert claim_seat(session, thing, chairs=1)


def test_several_chairs_at_once_or_none(kind: str) -> None:
    with transaction() as session:
        thing = scarce(session, kind, 4)
        assert [claim_seat(session, thing, chairs=3) for _ in range(2)] == [True, False]
        assert claim_seat(session, thing, chairs=1)
        assert numbers(thing) == (4, 0, 0, 0)
        release_seat(session, thing, chairs=3)
        with pytest.raises(RuntimeError, match="nobody held"):
            release_seat(session, thing, chairs=2)
        overbook(session, thing, chairs=3)
        assert numbers(thing) == (4, 0, 0, 0)
        overbook(session, thing, chairs=2)
        assert numbers(thing) == (6, 2, 0, 0)
        release_seat(session, thing, chairs=3)
        assert numbers(thing) == (3, 0, 0, 0)


def test_numbers_are_drawn_once(kind: str) -> None:
    with transaction() as session:
        thing = scarce(session, kind, 0)
        assert [join_line(session, thing) for _ in range(3)] == [1, 2, 3]
        leave_line(session, thing)
        leave_line(session, thing)
        assert join_line(session, thing) == 4
        assert numbers(thing) == (0, 0, 2, 4)


def _claim_and_stumble(kind: str) -> None:
    with transaction() as session:
        table = Event if kind == "event" else Run
        thing = session.scalars(select(table).order_by(table.id).limit(1)).one()
        assert claim_seat(session, thing, chairs=1)
        join_line(session, thing)
        raise ZeroDivisionError


def test_rolled_back_claim_never_was(kind: str) -> None:
    with transaction() as session:
        scarce(session, kind, 5)
    with pytest.raises(ZeroDivisionError):
        _claim_and_stumble(kind)
    assert stored(kind) == (0, 0, 0, 0)


def test_seats_are_no_edit_of_the_row(kind: str) -> None:
    """An organiser's open form is not made stale by people who register."""
    with transaction() as session:
        thing = scarce(session, kind, 5)
        version = thing.version  # type: ignore[attr-defined]
        claim_seat(session, thing, chairs=1)
        join_line(session, thing)
    with transaction() as session:
        table = Event if kind == "event" else Run
        assert session.scalars(select(table.version).order_by(table.id).limit(1)).one() == version


@pytest.mark.parametrize(
    "broken",
    [
        {"taken": 3},
        {"taken": -1},
        {"extra": -1},
        {"waiting": -1},
        {"waiting": 1},
        {"capacity": 0},
    ],
)
def test_careless_caller_is_stopped_by_the_database(kind: str, broken: dict[str, int]) -> None:
    """T30: the CHECK stands behind the conditional update."""
    with transaction() as session:
        thing = scarce(session, kind, 2)
        claim_seat(session, thing, chairs=1)
    table = Event if kind == "event" else Run
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(table).values(**broken))
    assert stored(kind) == (1, 0, 0, 0)
