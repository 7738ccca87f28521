# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Budgets: how often something may be tried within a window. One statement decides, so no race gives one too many.

Spend in a transaction of its own, before the use case: what is spent inside a transaction that is refused comes back.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Table, bindparam, case, delete, select, update
from sqlalchemy.orm import Session

from app.db import UtcDateTime, insert_of
from app.people.models import Budget
from app.store.portions import portions

FOR_GOOD = datetime(9000, 1, 1, tzinfo=UTC)
USED_UP = 1_000_000_000


def spend(
    session: Session, bucket: str, limit: int, window: timedelta, now: datetime, *, cost: int = 1
) -> bool:
    """Take `cost` from the bucket, at most `limit` within a window that starts with the first; False: too little is left.

    A refused try costs nothing and never prolongs the window, so a lock always ends (T37).
    """
    if limit < cost:
        return False
    values = {"name": bucket, "now": now, "ends": now + window, "cost": cost, "most": limit}
    return session.execute(_spending(insert_of(session)), values).first() is not None


@cache
def _spending(insert: Any) -> Any:
    """The statement, made once: putting it together costs more than running it."""
    table = cast(Table, Budget.__table__)  # past the mapper, which has nothing to keep of it
    now, ends = bindparam("now", type_=UtcDateTime()), bindparam("ends", type_=UtcDateTime())
    cost, most = bindparam("cost", type_=Integer()), bindparam("most", type_=Integer())
    over = table.c.window_ends_at <= now
    statement = insert(table).values(bucket=bindparam("name"), window_ends_at=ends, spent=cost)
    return statement.on_conflict_do_update(
        index_elements=[table.c.bucket],
        set_={
            "spent": case((over, cost), else_=table.c.spent + cost),
            "window_ends_at": case((over, ends), else_=table.c.window_ends_at),
        },
        where=over | (table.c.spent + cost <= most),
    ).returning(table.c.spent)


def full_buckets(session: Session, buckets: Collection[str], limit: int, now: datetime) -> set[str]:
    """Those of the buckets from which nothing could be taken now. Takes nothing itself."""
    full: set[str] = set()
    names = sorted(set(buckets))
    for some in portions(names):
        those = Budget.bucket.in_(some)
        found = select(Budget.bucket).where(those, Budget.spent >= limit, Budget.window_ends_at > now)
        full.update(session.scalars(found))
    return full


def refund(session: Session, bucket: str) -> None:
    """Put one back: what was tried was no attempt at guessing."""
    one = update(Budget).where(Budget.bucket == bucket, Budget.spent > 0).values(spent=Budget.spent - 1)
    session.execute(one)


def use_up(session: Session, bucket: str) -> None:
    """Nothing is left in this bucket, until `give_back`. A second time changes nothing."""
    insert = insert_of(session)
    statement = insert(Budget).values(bucket=bucket, window_ends_at=FOR_GOOD, spent=USED_UP)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Budget.bucket], set_={"window_ends_at": FOR_GOOD, "spent": USED_UP}
        )
    )


def used_up() -> ColumnElement[bool]:
    """The condition under which a bucket is used up for good."""
    return Budget.window_ends_at >= FOR_GOOD


def give_back(session: Session, *buckets: str) -> None:
    """Empty these buckets: whoever proved who they are starts anew."""
    session.execute(delete(Budget).where(Budget.bucket.in_(sorted(buckets))))


def forget_budgets(session: Session, now: datetime) -> None:
    """Delete the buckets whose window is over."""
    session.execute(delete(Budget).where(Budget.window_ends_at <= now))
