# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How a fault is found and said: what the `checks.py` of all slices share."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, wraps
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

Fault = Iterator[str]
Check = Callable[[Session], Fault]


def faulty(
    table: str,
    key: InstrumentedAttribute[int],
    faults: dict[str, ColumnElement[bool]],
    *joins: tuple[Any, ColumnElement[bool]],
) -> Check:
    """Finds the rows that have one of the faults, asked in one go. To build it takes longer than to ask it."""
    found = select(key, *faults.values())
    for target, condition in joins:
        found = found.join(target, condition)
    found = found.where(or_(*faults.values())).order_by(key)

    def rows(session: Session) -> Fault:
        answered = session.execute(found).all()
        for number, fault in enumerate(faults, start=1):
            yield from (f"{table} {row[0]}: {fault}" for row in answered if row[number])

    return rows


def built_once(build: Callable[[], Check]) -> Callable[[Session, datetime], Fault]:
    """A check of a slice whose question is built when it is first asked, and kept."""
    kept = cache(build)

    @wraps(build)
    def check(session: Session, _now: datetime) -> Fault:
        yield from kept()(session)

    return check


def listed(found: Select[Any], finding: str) -> Check:
    """Finds the rows whose numbers a question lists; `finding` says with `%s` where the number stands."""
    return lambda session: (finding % row for row in session.scalars(found))


def together(*checks: Check) -> Check:
    """One after the other."""
    return lambda session: chain.from_iterable(check(session) for check in checks)


def count_of(key: InstrumentedAttribute[int], *conditions: ColumnElement[bool]) -> Any:
    return select(func.count(key)).where(*conditions).scalar_subquery()


def sum_of(number: Any, *conditions: ColumnElement[bool]) -> Any:
    return select(func.coalesce(func.sum(number), 0)).where(*conditions).scalar_subquery()


def highest_of(number: InstrumentedAttribute[int | None], condition: ColumnElement[bool]) -> Any:
    return select(func.coalesce(func.max(number), 0)).where(condition).scalar_subquery()


def scarce(table: Any, name: str, holds: Any, waits: Any, highest: Any) -> Check:
    """Finds where seats taken, people in line and the last number drawn are not what the rows behind them say."""
    found = select(table.id, table.taken, holds, table.waiting, waits, table.waiting_counter, highest)
    found = found.order_by(table.id)

    def rows(session: Session) -> Fault:
        for row, taken, counted, waiting, in_line, counter, number in session.execute(found):
            if taken != counted:
                yield f"{name} {row}: {taken} seats are taken, {counted} are held"
            if waiting != in_line:
                yield f"{name} {row}: {waiting} are counted in line, {in_line} stand there"
            if counter < number:
                yield f"{name} {row}: waiting number {number} was never drawn, the counter stands at {counter}"

    return rows
