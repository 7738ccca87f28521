# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Rows of a day written once more for another one, table by table and whichever columns they have.

A number of a row that was taken over becomes the new row's, one of a row that was not becomes nothing; moments and dates
move along; what begins anew stands in `rules`.
"""

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, exists, insert, or_, select
from sqlalchemy.orm import Session

from app.clock import days_later
from app.copying.rules import ANEW, ANEW_OF, BY_HAND, NEVER, STAMPS, TABLES
from app.db import Base, new_link_key
from app.events.models import Event, new_uid

OF_A_DAY = frozenset({*BY_HAND, *NEVER, *(name for names in TABLES.values() for name in names)})


# Names that no two rows of a table have.
MADE = {("run", "uid"): new_uid, ("partner_logo", "key"): new_link_key}


class RowCopier:
    """From the day `source` to the day `target`, which lies `days` later; both have ids already."""

    def __init__(self, session: Session, source: Event, target: Event, days: int, now: datetime) -> None:
        self._session, self._days = session, days
        self._anew: dict[str, Any] = ANEW | dict.fromkeys(STAMPS, now.replace(microsecond=0))
        self._numbers: dict[str, dict[int, int]] = {"event": {source.id: target.id}}
        self._day, self._next_day = source.id, target.id

    def take(self, name: str) -> int:
        """All rows of this table; how many. A row without one it cannot be without stays behind."""
        table = Base.metadata.tables[name]
        has_number = "id" in table.c
        numbers = self._numbers.setdefault(name, {}) if has_number else {}
        rows = self._session.execute(self._found(table)).all()
        taken = 0
        for row in rows:
            values = {column.name: self._value(column, row) for column in table.c if column.name != "id"}
            if any(values[one.name] is None and not one.nullable for one in table.c if one.name in values):
                continue
            taken += 1
            if has_number:
                written = insert(table).values(values).returning(table.c.id)
                numbers[row.id] = self._session.scalars(written).one()
            else:
                self._session.execute(insert(table).values(values))
        return taken

    def _found(self, table: Table) -> Any:
        """Those that hang on the day, or on a row that was taken."""
        hanging = [
            (one.parent, one.column.table.name) for one in table.foreign_keys if one.column.name == "id"
        ]
        ours = (column.in_(self._numbers[on]) for column, on in hanging if on in self._numbers)
        found = select(table).where(or_(*ours))
        if table.name == "question_option":
            found = found.where(_still_asked(table))
        return found.order_by(*table.primary_key.columns)

    def _value(self, column: Column[Any], row: Row[Any]) -> Any:
        value = getattr(row, column.name)
        anew = self._anew | ANEW_OF.get(column.table.name, {})
        if column.name in anew:
            return anew[column.name]
        if (column.table.name, column.name) in MADE:
            return MADE[column.table.name, column.name]()
        if column.table.name == "agenda_kind" and column.name == "key":
            return self._key(value)
        on = next((key.column.table.name for key in column.foreign_keys), "")
        if on == "agenda_kind":
            return self._key(value)
        if on in OF_A_DAY:
            return self._numbers.get(on, {}).get(value)
        return days_later(value, self._days) if isinstance(value, datetime | date) else value

    def _key(self, key: str) -> str:
        """A kind of the day's own says its day at the end; the usual ones do not."""
        return re.sub(rf"-{self._day}(-\d+)?$", rf"-{self._next_day}\1", key)


def _still_asked(option: Table) -> ColumnElement[bool]:
    """One that has ended is left out, unless a question hangs on it."""
    condition = Base.metadata.tables["question_condition"]
    return or_(~option.c.ended, exists().where(condition.c.option_id == option.c.id))
