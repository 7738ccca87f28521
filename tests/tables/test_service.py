# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Asking, working out, changing by hand, filling up, publishing: what is stored afterwards, and what is refused."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.organising.checks import every_finding
from app.outbox.models import Message
from app.refusal import ChangedMeanwhile, Missing
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.service import cancel
from app.registration.tables.models import Seating, SeatingGuest
from app.registration.tables.queries import tables_of
from app.registration.tables.rules import SeatingState
from app.settings import Settings
from app.tables import jobs
from app.tables.lease import LEASES, claim_next, finish, renew
from app.tables.rules import (
    HostElsewhere,
    NoSeatsLeft,
    NotReady,
    NotSeatedHere,
    PublishedStays,
    StaysAtTable,
    TableFull,
    TooFewSeats,
    TooManySeatings,
)
from app.tables.service import fill_up, forget_attempts, move, publish, remove, take_back
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.tables.day import TEAM, a_seating, a_table_day, asks, joins, look, quick, seats, works

__all__ = ["quick"]
pytestmark = pytest.mark.usefixtures("quick")


def test_everybody_gets_a_seat_in_each_round_and_colleagues_none_together(app: Flask) -> None:
    made = a_table_day(app)
    found = look(app, a_seating(app, made))
    assert [len(table.people) for one in found.rounds for table in one.tables] == [3] * 8
    assert [(one.value, one.bound, one.now) for one in found.goals[:1]] == [(0, 0, 0)]
    assert not [one for each in found.rounds for table in each.tables for one in table.colleagues]
    assert (found.without, found.later, found.crowded) == ([], 0, [])


def test_the_same_question_gives_the_same_tables_and_another_lot_others(app: Flask) -> None:
    made = a_table_day(app)
    first, again, other = (
        seats(app, a_seating(app, made, nonce=nonce, seed=seed))
        for nonce, seed in (("a", 7), ("b", 7), ("c", 8))
    )
    assert first == again != other


def test_hosts_stay(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made, hosts={made.people[1]: (3, "3 Aylin"), made.people[2]: (1, "1 Aylin")})
    assert seats(app, found)[made.people[1]] == (3, 3)
    assert seats(app, found)[made.people[2]] == (1, 1)


def test_a_double_press_asks_once(app: Flask) -> None:
    made = a_table_day(app)
    assert asks(app, made) == asks(app, made)


def test_what_cannot_be_is_refused_and_leaves_nothing(app: Flask) -> None:
    made = a_table_day(app)
    with pytest.raises(TooFewSeats):
        asks(app, made, seats=2)
    with pytest.raises(HostElsewhere):
        asks(app, made, hosts={999: (1, "1 Niemand")})
    other = a_table_day(app, 2, "andere")
    with pytest.raises(Missing):
        asks(app, made, run_id=other.day.runs["1.1"])
    with app.app_context():
        assert db.session.scalar(select(func.count(Seating.id))) == 0


def test_at_most_so_many_are_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.tables.service.MOST_KEPT", 1)
    made = a_table_day(app)
    asks(app, made)
    with pytest.raises(TooManySeatings):
        asks(app, made, nonce="other")


def test_who_cancels_frees_the_seat_and_who_comes_later_gets_one(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made, published=True)
    before = seats(app, found)
    with app.app_context(), transaction() as session:
        cancel(session, made.people[5], PARTICIPANT, NOW)
        for number in (21, 22):
            joins(session, made, number)
    after = look(app, found)
    assert made.people[5] not in {one.registration_id for one in after.seated}
    assert after.later == 2
    with app.app_context(), transaction() as session:
        assert fill_up(session, made.event_id, found, TEAM, NOW) == 2
    now = seats(app, found)
    assert {one: tables for one, tables in now.items() if one in before} == {
        one: tables for one, tables in before.items() if one != made.people[5]
    }
    assert all(None not in now[made.people[number]] for number in (21, 22))
    assert look(app, found).crowded == []
    with app.app_context(), transaction() as session:
        assert fill_up(session, made.event_id, found, TEAM, NOW) == 0


def test_more_people_than_seats_are_not_filled_in(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made, seats=3)
    with app.app_context(), transaction() as session:
        joins(session, made, 21)
    with app.app_context(), pytest.raises(NoSeatsLeft), transaction() as session:
        fill_up(session, made.event_id, found, TEAM, NOW)
    assert look(app, found).later == 1


def moves(
    app: Flask,
    event_id: int,
    seating: int,
    who: int,
    table: int,
    partner: int | None = None,
    version: int = 1,
) -> None:
    with app.app_context(), transaction() as session:
        guest = session.scalar(
            select(SeatingGuest.id).where(
                SeatingGuest.seating_id == seating, SeatingGuest.registration_id == who
            )
        )
        move(session, event_id, seating, guest or 0, 1, table, partner, version, TEAM, NOW)


def test_one_person_moves_where_a_seat_is_free(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made)
    one = made.people[1]
    table = next(number for number in range(1, 5) if number != seats(app, found)[one][0])
    moves(app, made.event_id, found, one, table)
    assert seats(app, found)[one][0] == table
    with pytest.raises(ChangedMeanwhile):
        moves(app, made.event_id, found, one, 1)
    other = next(who for who, at in seats(app, found).items() if at[0] not in {table, None})
    with pytest.raises(TableFull):
        moves(app, made.event_id, found, other, table, version=2)


def test_two_people_swap(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made)
    before = seats(app, found)
    one, other = next(
        (one, other) for one in before for other in before if before[one][0] != before[other][0]
    )
    moves(app, made.event_id, found, one, 1, other)
    after = seats(app, found)
    assert (after[one][0], after[other][0]) == (before[other][0], before[one][0])
    assert {who: at[1] for who, at in after.items()} == {who: at[1] for who, at in before.items()}


def test_hosts_and_strangers_do_not_move(app: Flask) -> None:
    made = a_table_day(app)
    host, other = made.people[1], made.people[2]
    found = a_seating(app, made, hosts={host: (3, "3 Aylin")})
    with pytest.raises(StaysAtTable):
        moves(app, made.event_id, found, host, 1)
    with pytest.raises(StaysAtTable):
        moves(app, made.event_id, found, other, 1, host)
    with pytest.raises(NotSeatedHere):
        moves(app, made.event_id, found, other, 1, 999)
    with pytest.raises(NotSeatedHere):
        moves(app, made.event_id, found, other, 1, other)
    with pytest.raises(Missing):
        moves(app, made.event_id, found, other, 5)
    elsewhere = a_table_day(app, 2, "andere")
    with pytest.raises(Missing):
        moves(app, elsewhere.event_id, found, other, 1)


def test_people_read_what_is_published_and_nobody_gets_a_mail(app: Flask) -> None:
    made = a_table_day(app)
    first, second = a_seating(app, made, nonce="a"), a_seating(app, made, nonce="b", seed=9)

    def mine() -> list[int]:
        with app.app_context():
            person = db.session.get_one(Registration, made.people[1])
            return [one.table for one in tables_of(db.session(), person)]

    def count() -> int:
        with app.app_context():
            return db.session.scalar(select(func.count(Message.id))) or 0

    mails = count()
    assert mine() == []
    for one in (first, second, second):
        with app.app_context(), transaction() as session:
            publish(session, made.event_id, one, TEAM, NOW)
        assert mine() == list(seats(app, one)[made.people[1]])
    with app.app_context(), pytest.raises(PublishedStays), transaction() as session:
        remove(session, made.event_id, second, TEAM, NOW)
    with app.app_context(), transaction() as session:
        take_back(session, made.event_id, second, TEAM, NOW)
        take_back(session, made.event_id, first, TEAM, NOW)
        remove(session, made.event_id, second, TEAM, NOW)
    assert mine() == []
    assert count() == mails
    with app.app_context():
        assert set(db.session.scalars(select(SeatingGuest.seating_id))) == {first}


def test_nothing_is_done_before_it_is_worked_out(app: Flask) -> None:
    made = a_table_day(app)
    waiting = asks(app, made)
    with app.app_context(), pytest.raises(NotReady), transaction() as session:
        publish(session, made.event_id, waiting, TEAM, NOW)
    with app.app_context(), pytest.raises(NotReady), transaction() as session:
        fill_up(session, made.event_id, waiting, TEAM, NOW)
    with pytest.raises(NotReady):
        moves(app, made.event_id, waiting, made.people[1], 1)


# -- the worker


def test_a_lease_is_one_workers_and_ends(app: Flask) -> None:
    made = a_table_day(app)
    number = asks(app, made)
    later = NOW + LEASES.length
    with app.app_context(), transaction() as session:
        lease = claim_next(session, NOW)
        assert lease is not None
        assert claim_next(session, NOW) is None
        assert renew(session, lease, 10, NOW)
        taken = claim_next(session, later)
        assert taken is not None
        assert not renew(session, lease, 20, later)
        assert not finish(session, lease, None, (), later)
        for turn in range(2, 5):
            claim_next(session, later + turn * LEASES.length)
        assert session.get_one(Seating, number).state is SeatingState.FAILED


def test_what_is_removed_while_it_is_worked_out_is_let_go(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = a_table_day(app, 14)
    number = asks(app, made, tables=3, seats=5, labels=("1", "2", "3", "4"))
    monkeypatch.setattr(jobs, "TURN", 0.0)
    with app.app_context():
        jobs.tend(NOW)
        assert jobs.BENCH.work is not None
        db.session.rollback()
    with app.app_context(), transaction() as session:
        assert session.get_one(Seating, number).state is SeatingState.RUNNING
        remove(session, made.event_id, number, TEAM, NOW)
    with app.app_context():
        jobs.tend(NOW)
    assert jobs.BENCH.work is None


def test_tables_that_everybody_left_fail(app: Flask) -> None:
    made = a_table_day(app, 2)
    number = asks(app, made)
    with app.app_context(), transaction() as session:
        cancel(session, made.people[1], PARTICIPANT, NOW)
    works(app)
    with app.app_context():
        assert db.session.get_one(Seating, number).state is SeatingState.FAILED


def test_attempts_go_after_the_day_and_what_was_published_stays(app: Flask) -> None:
    made = a_table_day(app)
    kept = a_seating(app, made, nonce="a", published=True)
    asks(app, made, nonce="b")
    with app.app_context(), transaction() as session:
        ends = session.get_one(Seating, kept).event.ends_at
        assert forget_attempts(session, ends + timedelta(days=13)) == 0
        assert forget_attempts(session, ends + timedelta(days=14)) == 1
        assert list(session.scalars(select(Seating.id))) == [kept]


# -- what the tables refuse by themselves


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE seating SET rounds = 5",
        "UPDATE seating SET tables = 0",
        "UPDATE seating SET state = 'queued'",
        "UPDATE seating SET state = 'running'",
        "UPDATE seating_guest SET host_table = 0",
        "UPDATE seating_place SET table_number = 0",
        "UPDATE seating_place SET round_number = 5 WHERE round_number = 1",
        "UPDATE seating_place SET round_number = 2",
        "INSERT INTO seating_guest (seating_id, registration_id) SELECT seating_id, registration_id FROM seating_guest",
    ],
)
def test_the_database_says_no(app: Flask, statement: str) -> None:
    a_seating(app, a_table_day(app, 4))
    with app.app_context(), pytest.raises(IntegrityError), transaction() as session:
        session.execute(text(statement))


def test_two_published_of_one_day_are_refused_by_the_database(app: Flask) -> None:
    made = a_table_day(app, 4)
    a_seating(app, made, nonce="a", published=True)
    a_seating(app, made, nonce="b")
    with app.app_context(), pytest.raises(IntegrityError), transaction() as session:
        session.execute(text("UPDATE seating SET published_at = created_at"))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE seating_place SET table_number = 99", "has a seat at a table that does not exist"),
        (
            "UPDATE seating_place SET round_number = 4 WHERE round_number = 2",
            "has a seat in a round that does not exist",
        ),
        (
            "UPDATE seating_guest SET host_table = 4 - (SELECT p.table_number = 4 FROM seating_place p WHERE p.guest_id = seating_guest.id AND p.round_number = 1)",
            "has a host at another table",
        ),
    ],
)
@pytest.mark.sqlite_only
def test_the_check_finds_what_was_mended_by_hand(
    app: Flask, settings: Settings, statement: str, said: str
) -> None:
    number = a_seating(app, a_table_day(app, 4))
    with app.app_context():
        assert not [one for one in every_finding(db.session(), settings, NOW) if one.startswith("seating")]
    with app.app_context(), transaction() as session:
        session.execute(text(statement))
    with app.app_context():
        assert f"seating {number}: {said}" in every_finding(db.session(), settings, NOW)
