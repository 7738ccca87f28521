# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Claiming and giving back what is scarce: the seats of a day, the places of a workshop run.

Each verb is one conditional UPDATE, and the table's CHECK stands behind it. Callers hold the lock on the event's
row (`service.lock_event`), so that "full" and "the next waiting number" are one decision. The updates pass by the
mapper on purpose: seats are no edit of the row, so its `version` stays.
"""

from typing import Any, cast

from sqlalchemy import ColumnElement, Table, or_, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.events.models import Scarce


def claim_seat(session: Session, scarce: Scarce) -> bool:
    """Take one seat. False when there is none."""
    table = _table(scarce)
    free = or_(table.c.capacity.is_(None), table.c.taken < table.c.capacity + table.c.extra)
    return _update(session, scarce, {"taken": table.c.taken + 1}, free)


def release_seat(session: Session, scarce: Scarce) -> None:
    table = _table(scarce)
    if not _update(session, scarce, {"taken": table.c.taken - 1}, table.c.taken > 0):
        raise RuntimeError(f"{table.name} {_id(scarce)}: a seat was given back that nobody held")


def join_line(session: Session, scarce: Scarce) -> int:
    """Draw the next waiting number: never reused, never renumbered."""
    table = _table(scarce)
    _update(
        session,
        scarce,
        {"waiting": table.c.waiting + 1, "waiting_counter": table.c.waiting_counter + 1},
    )
    return scarce.waiting_counter


def leave_line(session: Session, scarce: Scarce) -> None:
    table = _table(scarce)
    if not _update(session, scarce, {"waiting": table.c.waiting - 1}, table.c.waiting > 0):
        raise RuntimeError(f"{table.name} {_id(scarce)}: somebody left a line that was empty")


def overbook(session: Session, scarce: Scarce) -> None:
    """One seat more than there are, by hand: raises `extra` beside the capacity and takes it."""
    table = _table(scarce)
    _update(session, scarce, {"taken": table.c.taken + 1, "extra": table.c.extra + 1})


def _update(
    session: Session, scarce: Scarce, values: dict[str, Any], *conditions: ColumnElement[bool]
) -> bool:
    table = _table(scarce)
    names = ("taken", "extra", "waiting", "waiting_counter")
    statement = (
        update(table)
        .where(table.c.id == _id(scarce), *conditions)
        .values(values)
        .returning(*(table.c[name] for name in names))
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        return False
    for name in names:
        set_committed_value(scarce, name, getattr(row, name))
    return True


def _table(scarce: Scarce) -> Table:
    return cast(Table, type(scarce).__table__)  # type: ignore[attr-defined]


def _id(scarce: Scarce) -> int:
    return cast(int, scarce.id)  # type: ignore[attr-defined]
