# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Budgets: how often something may be tried within a window. One statement decides, so no race gives one too many.

Spend in a transaction of its own, before the use case: what is spent inside a transaction that is refused comes back.
"""

from datetime import datetime, timedelta

from sqlalchemy import case, delete, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db import UtcDateTime
from app.people.models import Budget


def spend(session: Session, bucket: str, limit: int, window: timedelta, now: datetime) -> bool:
    """Take one from the bucket, at most `limit` within a window that starts with the first; False: nothing is left.

    A refused try costs nothing and never prolongs the window, so a lock always ends (T37).
    """
    if limit < 1:
        return False
    insert = postgresql.insert if session.connection().dialect.name == "postgresql" else sqlite.insert
    over = Budget.window_ends_at <= now
    ends = literal(now + window, UtcDateTime())
    statement = insert(Budget).values(bucket=bucket, window_ends_at=ends, spent=1)
    statement = statement.on_conflict_do_update(
        index_elements=[Budget.bucket],
        set_={
            "spent": case((over, 1), else_=Budget.spent + 1),
            "window_ends_at": case((over, ends), else_=Budget.window_ends_at),
        },
        where=over | (Budget.spent < limit),
    )
    return session.execute(statement.returning(Budget.spent)).first() is not None


def give_back(session: Session, *buckets: str) -> None:
    """Empty these buckets: whoever proved who they are starts anew."""
    session.execute(delete(Budget).where(Budget.bucket.in_(sorted(buckets))))


def forget_budgets(session: Session, now: datetime) -> None:
    """Delete the buckets whose window is over."""
    session.execute(delete(Budget).where(Budget.window_ends_at <= now))
