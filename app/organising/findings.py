# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`, split: how a fault is found and said."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

Fault = Iterator[str]
Check = Callable[[Session], Fault]


def faulty(
    table: str,
    key: InstrumentedAttribute[int],
    faults: dict[str, ColumnElement[bool]],
    *joins: tuple[Any, ColumnElement[bool]],
) -> Check:
    """Finds the rows that have one of the faults, asked in one go. Keep it: to build it takes longer than to ask."""
    found = select(key, *faults.values())
    for target, condition in joins:
        found = found.join(target, condition)
    found = found.where(or_(*faults.values())).order_by(key)

    def rows(session: Session) -> Fault:
        answered = session.execute(found).all()
        for number, fault in enumerate(faults, start=1):
            yield from (f"{table} {row[0]}: {fault}" for row in answered if row[number])

    return rows


def faulty_rows(session: Session, *question: Any) -> Fault:
    """The same for a question that is quickly built."""
    yield from faulty(*question)(session)
