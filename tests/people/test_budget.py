# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select, text

from app.people.budget import forget_budgets, give_back, spend
from app.people.models import Budget
from app.web.database import db, transaction

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=15)


def spend_in(app: Flask, bucket: str, limit: int, now: datetime) -> bool:
    with app.app_context(), transaction() as session:
        return spend(session, bucket, limit, WINDOW, now)


def test_so_many_and_no_more(app: Flask) -> None:
    """SEC-06, T37: and the lock ends by itself, also while somebody keeps trying."""
    assert [spend_in(app, "a", 3, NOW + timedelta(seconds=s)) for s in range(5)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert spend_in(app, "b", 3, NOW) is True
    assert spend_in(app, "a", 3, NOW + WINDOW - timedelta(seconds=1)) is False
    assert spend_in(app, "a", 3, NOW + WINDOW) is True
    with app.app_context():
        row = db.session.scalars(select(Budget).where(Budget.bucket == "a")).one()
        assert (row.spent, row.window_ends_at) == (1, NOW + WINDOW * 2)


def test_a_limit_of_nothing_gives_nothing(app: Flask) -> None:
    assert spend_in(app, "a", 0, NOW) is False


def test_give_back_and_forget(app: Flask) -> None:
    for name in ("a", "b", "c"):
        spend_in(app, name, 1, NOW if name != "c" else NOW + WINDOW)
    with app.app_context(), transaction() as session:
        give_back(session, "a", "x")
    assert spend_in(app, "a", 1, NOW) is True
    assert spend_in(app, "b", 1, NOW) is False
    with app.app_context(), transaction() as session:
        forget_budgets(session, NOW + WINDOW)
        assert session.scalars(select(Budget.bucket)).all() == ["c"]


def race(app: Flask, how: str, tries: int, limit: int) -> int:
    """So many threads at once; how many were let through."""
    barrier = Barrier(8)

    def one(turn: int) -> int:
        granted = 0
        for _ in range(tries // 8):
            barrier.wait()
            with app.app_context():
                granted += spend_careless(limit, barrier) if how == "careless" else spend_once(limit)
        return granted

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(one, range(8)))


def spend_once(limit: int) -> bool:
    with transaction() as session:
        return spend(session, "race", limit, WINDOW, NOW)


def spend_careless(limit: int, all_looked: Barrier) -> bool:
    """The negative control: look, then write, each on its own; at the worst moment, which chance alone may miss."""
    spent = db.session.scalar(select(func.coalesce(func.max(Budget.spent), 0)))
    db.session.rollback()
    if spent is None or spent >= limit:
        return False
    all_looked.wait()
    with transaction() as session:
        session.execute(text("UPDATE budget SET spent = spent + 1 WHERE bucket = 'race'"))
    return True


def test_race(app: Flask) -> None:
    """SEC-06: eight threads, one budget, exactly as many as it holds."""
    assert race(app, "house", 96, 20) == 20


def test_race_control(app: Flask) -> None:
    """The same race without the one statement gives too many, so the race above races."""
    spend_in(app, "race", 1, NOW)
    assert race(app, "careless", 96, 20) + 1 > 20
