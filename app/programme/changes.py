# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The public change log: what changed after the release, moment by moment, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.programme.models import AgendaChange
from app.texts import gettext, stored_times

MOST_MOMENTS = 20
MOST_LINES = 40  # of one moment that are said; of more it is said how many

_FIELDS = (AgendaChange.at, AgendaChange.title, AgendaChange.field, AgendaChange.old, AgendaChange.new)


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that is another now; see `AgendaChange`."""

    title: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Moment:
    """What changed at once."""

    at: datetime
    changes: tuple[Change, ...]

    @property
    def first(self) -> tuple[Change, ...]:
        """Those that are said one by one."""
        return self.changes[:MOST_LINES]

    @property
    def left_out(self) -> int:
        return len(self.changes) - len(self.first)


def agenda_changes(session: Session, event: Event) -> list[Moment]:
    """The newest moment first, what changed in it in the order in which it was noted: one query."""
    ours = AgendaChange.event_id == event.id
    newest = select(AgendaChange.at).where(ours).distinct().order_by(AgendaChange.at.desc())
    moments = newest.limit(MOST_MOMENTS).subquery()
    rows = session.execute(
        select(*_FIELDS)
        .where(ours, AgendaChange.at.in_(select(moments.c.at)))
        .order_by(AgendaChange.at.desc(), AgendaChange.id)
    )
    return [
        Moment(at, tuple(Change(*row[1:]) for row in several))
        for at, several in groupby(rows, key=lambda row: row[0])
    ]


def said(change: Change, *, dated: bool) -> str:
    """In one line: "Beraten ohne Vorurteil – Raum: Raum Birke → –". `dated` on a day over several dates."""
    if change.field == "title" and not change.old:
        what = gettext("new")
    elif change.field == "title" and not change.new:
        what = gettext("taken out")
    elif change.field == "takes_place":
        what = gettext("takes place after all") if change.new == "yes" else gettext("does not take place")
    else:
        labels = {"room": gettext("Room"), "times": gettext("Time")}
        old, new = (_value(change, value, dated=dated) for value in (change.old, change.new))
        what = f"{labels.get(change.field, gettext('Title'))}: {old} → {new}"
    return f"{change.title} – {what}"


def _value(change: Change, value: str, *, dated: bool) -> str:
    if change.field == "times" and "/" in value:
        return stored_times(value, dated=dated)
    return value or "–"


def lines_of(moments: Sequence[Moment], *, dated: bool) -> list[tuple[datetime, list[str], int]]:
    """What pages and the feed say: each moment with its lines and how many more there are."""
    return [(one.at, [said(change, dated=dated) for change in one.first], one.left_out) for one in moments]
