# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`, split: how a fault is found and said."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

Fault = Iterator[str]


def faulty_rows(
    session: Session,
    table: str,
    key: InstrumentedAttribute[int],
    faults: dict[str, ColumnElement[bool]],
    *joins: tuple[Any, ColumnElement[bool]],
) -> Fault:
    """The rows that have one of the faults, asked in one go."""
    found = select(key, *faults.values())
    for target, condition in joins:
        found = found.join(target, condition)
    rows = session.execute(found.where(or_(*faults.values())).order_by(key)).all()
    for number, fault in enumerate(faults, start=1):
        yield from (f"{table} {row[0]}: {fault}" for row in rows if row[number])
