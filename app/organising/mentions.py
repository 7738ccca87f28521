# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where an address or a name stands in words that somebody else wrote."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, FromClause, Table, null, or_, select
from sqlalchemy.orm import Session

from app.folding import loose
from app.organising.inventory import Held, searched

LONGEST = 160  # letters of what is shown around a hit
SHORTEST = 4  # letters of a name that is looked for
SECRET = {"sensitive_answer"}  # that somebody is named in it is said, not what it says
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Mention:
    """`words` are those around the hit, empty where they are nobody's business."""

    table: str
    column: str
    event_id: int | None
    words: str


class _Wanted:
    def __init__(self, addresses: Collection[str], names: Collection[str]) -> None:
        self.addresses = [one.lower() for one in addresses]
        folded = sorted({loose(one) for one in names})
        self._names = [
            re.compile(rf"(?<!\w){re.escape(one)}(?!\w)") for one in folded if len(one) >= SHORTEST
        ]

    def stands_in(self, text: str) -> bool:
        if any(one in text.lower() for one in self.addresses):
            return True
        folded = loose(text) if self._names else ""
        return any(one.search(folded) for one in self._names)


def find_mentions(
    session: Session, addresses: Collection[str], names: Collection[str], own: Collection[int]
) -> list[Mention]:
    """`own`: ids of registrations whose words are the person's own anyway. Every text is read and folded: no condition of the
    database finds Müller, Mueller and Muller."""
    wanted = _Wanted(addresses, names)
    return [one for held in searched() for one in _in_held(session, held, wanted, own)]


def _in_held(session: Session, held: Held, wanted: _Wanted, own: Collection[int]) -> Iterator[Mention]:
    for event_id, *values in _rows(session, held, own):
        for name, value in zip(held.names, values, strict=True):
            text = _as_text(value)
            if text and wanted.stands_in(text):
                words = "" if held.table in SECRET else _around(text, wanted)
                yield Mention(held.table, name, event_id, words)


def _rows(session: Session, held: Held, own: Collection[int]) -> Iterator[Sequence[Any]]:
    """The day and the words of each row with any, a portion at a time."""
    table = held.stored
    source, day = _with_day(table)
    statement = (
        select(table.c.id, day, *held.columns).select_from(source).order_by(table.c.id).limit(_AT_ONCE)
    )
    statement = statement.where(or_(*(_filled(one) for one in held.columns)))
    registration = table.c.id if table.name == "registration" else table.c.get("registration_id")
    if registration is not None:
        statement = statement.where(registration.not_in(own))
    last = 0
    while rows := session.execute(statement.where(table.c.id > last)).all():
        yield from (row[1:] for row in rows)
        last = rows[-1][0]


def _filled(column: Column[Any]) -> ColumnElement[bool]:
    return column.is_not(None) if isinstance(column.type, JSON) else column != ""


def _as_text(value: object) -> str:
    """Of what is written as JSON each value on a line."""
    return "\n".join(map(_as_text, value.values())) if isinstance(value, dict) else str(value or "")


def _around(text: str, wanted: _Wanted) -> str:
    """A short text as a whole; of a long one the sentence or line."""
    if len(text) <= LONGEST:
        return text
    parts = re.split(r"(?<=[.!?])\s+|\n+", text)
    hit = next((one for one in parts if wanted.stands_in(one)), text)
    return hit if len(hit) <= LONGEST else hit[: LONGEST - 1] + "…"


def _with_day(table: Table) -> tuple[FromClause, ColumnElement[Any]]:
    """The table, joined as far as needed, and the column that says the day; the shortest way along the keys."""
    waiting: list[tuple[Table, FromClause]] = [(table, table)]
    seen = {table}
    while waiting:
        one, source = waiting.pop(0)
        if "event_id" in one.c:
            return source, one.c.event_id
        if one.name == "event":
            return source, one.c.id
        for key in sorted(one.foreign_keys, key=lambda key: key.parent.name):
            upper = key.column.table
            if upper not in seen:
                seen.add(upper)
                waiting.append((upper, source.outerjoin(upper, key.parent == key.column)))
    return table, null()
