# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What stands inside of an item or a run: short talks, and the stands of a market. As values for the agenda, and the verbs.

Every verb locks the event first and flushes, never commits. The place is said by a key, as in `contributors`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.events.service import lock_event, mark_changed, raise_sequence
from app.programme.conflicts import refuse_stale
from app.programme.contributors import Place, place_of
from app.programme.credits import Credit, credit_lines, credits_of
from app.programme.models import Stand, SubItem
from app.programme.rounds import Parts, parts_of_rounds, rounds_from
from app.refusal import N_, Missing, Refusal, found
from app.texts import clock_times, gettext, times_in_parts

MOST_INSIDE = 100  # more is no block of an agenda


@dataclass(frozen=True, slots=True)
class SubItemFacts:
    """What the team says of a short talk; `after` and `minutes` as in `SubItem`."""

    title: str
    note: str = ""
    after: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class StandFacts:
    """What the team says of a stand. Whether it `needs_power` is told to the house only."""

    organisation: str
    table_label: str = ""
    needs_power: bool = False
    note: str = ""


Facts = SubItemFacts | StandFacts
Row = SubItem | Stand


@dataclass(frozen=True, slots=True)
class SubItemView:
    """A short talk as people see it; without times only its order is known."""

    id: int
    title: str
    note: str
    starts_at: datetime | None
    ends_at: datetime | None
    contributors: tuple[Credit, ...]
    asked: tuple[Credit, ...] = ()

    @property
    def credits(self) -> tuple[str, ...]:
        return credit_lines(self.contributors)

    @property
    def heading(self) -> str:
        """13:00–13:20 Interviews"""
        return f"{self.clock} {self.title}".strip()

    @property
    def clock(self) -> str:
        return clock_times(self.starts_at, self.ends_at) if self.starts_at and self.ends_at else ""

    def moved(self, by: timedelta) -> "SubItemView":
        if not by or self.starts_at is None or self.ends_at is None:
            return self
        return replace(self, starts_at=self.starts_at + by, ends_at=self.ends_at + by)

    def in_lines(self) -> Iterable[str]:
        """For files and calendars."""
        yield "; ".join(one for one in (self.heading, *self.credits) if one)
        if self.note:
            yield self.note


@dataclass(frozen=True, slots=True)
class StandView:
    """A stand as people see it, and the house."""

    organisation: str
    table_label: str
    needs_power: bool
    note: str

    @property
    def line(self) -> str:
        """Table 3: Beratungsstelle (with a rope to try)"""
        named = f"{self.table_label}: {self.organisation}" if self.table_label else self.organisation
        return f"{named} ({self.note})" if self.note else named


def sub_item_views(rows: Iterable[SubItem], begins: datetime) -> tuple[SubItemView, ...]:
    """`begins` is when that begins in which they stand."""
    return tuple(
        SubItemView(
            row.id,
            row.title,
            row.note,
            *_times(row, begins),
            contributors=credits_of(row.contributors),
            asked=credits_of(row.contributors, confirmed=False),
        )
        for row in rows
    )


def _times(row: SubItem | SubItemFacts, begins: datetime) -> tuple[datetime | None, datetime | None]:
    if row.after is None or row.minutes is None:
        return None, None
    starts_at = begins + timedelta(minutes=row.after)
    return starts_at, starts_at + timedelta(minutes=row.minutes)


def stand_views(rows: Iterable[Stand]) -> tuple[StandView, ...]:
    return tuple(StandView(row.organisation, row.table_label, row.needs_power, row.note) for row in rows)


def fits(starts_at: datetime | None, ends_at: datetime | None, parts: Parts) -> bool:
    """Whether something lies within one of the parts of what it stands in; what has no times does."""
    if starts_at is None or ends_at is None:
        return True
    return any(begins <= starts_at and ends_at <= ends for begins, ends in parts)


def parts_of_place(session: Session, place: Place) -> Parts:
    if place.run is not None:
        return parts_of_rounds(rounds_from(session, place.event, place.run.round, place.run.spans))
    if place.item is not None:
        return ((place.item.starts_at, place.item.ends_at),)
    raise Missing


# -- rows


def rows_of(session: Session, place: Place, kind: type[Any]) -> Sequence[Any]:
    """In order. Raises `Missing` where nothing of the kind can stand."""
    rows = select(kind).where(_of(place, kind)).order_by(kind.position, kind.id)
    return session.scalars(rows).all()


def get_row(session: Session, place: Place, kind: type[Any], row_id: int) -> Any:
    """Raises `Missing`."""
    return found(session.scalar(select(kind).where(_of(place, kind), kind.id == row_id)))


def add_row(session: Session, event_id: int, key: str, facts: Facts, now: datetime) -> Row:
    """Behind the others. Refuses times outside of what it stands in, and too many."""
    place, kind = _locked(session, event_id, key), _kind(facts)
    _refuse_outside(session, place, facts)
    number, last = session.execute(
        select(func.count(), func.max(kind.position)).where(_of(place, kind))
    ).one()
    if number >= MOST_INSIDE:
        raise Refusal(N_("There are %(number)s already, and no more fit here."), number=MOST_INSIDE)
    row = kind(position=(last or 0) + 1, **_columns(place))
    _write(row, facts)
    session.add(row)
    _changed(session, place, now)
    return row


def change_row(
    session: Session, event_id: int, key: str, row_id: int, facts: Facts, version: int, now: datetime
) -> None:
    """Refuses a stale version (F30), and times outside of what it stands in."""
    place = _locked(session, event_id, key)
    row = get_row(session, place, _kind(facts), row_id)
    session.refresh(row)
    refuse_stale(row, version)
    _refuse_outside(session, place, facts)
    _write(row, facts)
    _changed(session, place, now)


def remove_row(
    session: Session, event_id: int, key: str, kind: type[Row], row_id: int, now: datetime
) -> None:
    """Who contributes to it goes with it."""
    place = _locked(session, event_id, key)
    session.delete(get_row(session, place, kind, row_id))
    _changed(session, place, now)


def move_row(
    session: Session, event_id: int, key: str, kind: type[Row], row_id: int, now: datetime, *, up: bool
) -> None:
    """One place to the front or to the back; the first and the last stay where they are."""
    place = _locked(session, event_id, key)
    ordered = list(rows_of(session, place, kind))
    at = ordered.index(get_row(session, place, kind, row_id))
    to = at - 1 if up else at + 1
    if not 0 <= to < len(ordered):
        return
    ordered[at], ordered[to] = ordered[to], ordered[at]
    for position, row in enumerate(ordered, start=1):
        if row.position != position:
            row.position = position
    _changed(session, place, now)


def _locked(session: Session, event_id: int, key: str) -> Place:
    return place_of(session, lock_event(session, event_id), key)


def _kind(facts: Facts) -> type[Row]:
    return Stand if isinstance(facts, StandFacts) else SubItem


def _of(place: Place, kind: type[Row]) -> ColumnElement[bool]:
    if place.item is not None:
        return kind.item_id == place.item.id
    if place.run is not None and kind is SubItem:
        return SubItem.run_id == place.run.id
    raise Missing


def _columns(place: Place) -> dict[str, int]:
    if place.run is not None:
        return {"run_id": place.run.id}
    return {"item_id": place.item.id} if place.item is not None else {}


def _refuse_outside(session: Session, place: Place, facts: Facts) -> None:
    if isinstance(facts, StandFacts):
        return
    parts = parts_of_place(session, place)
    if not fits(*_times(facts, parts[0][0]), parts):
        raise Refusal(
            N_("This lies outside of “%(title)s” (%(times)s)."),
            field="start",
            title=place.title,
            times=times_in_parts(parts),
        )


def _write(row: Row, facts: Facts) -> None:
    for one in fields(facts):
        setattr(row, one.name, getattr(facts, one.name))


def _changed(session: Session, place: Place, now: datetime) -> None:
    """What stands in a run stands in its calendar entry, too."""
    session.flush()
    if place.run is not None:
        session.expire(place.run, ["inside"])
        raise_sequence(place.run, now)
    elif place.item is not None:
        session.expire(place.item, ["inside", "stands"])
    mark_changed(place.event, now, calendar=False)
    session.flush()


def needs_of_stands(stands: Iterable[StandView]) -> str:
    """For the house: how many tables, and how many with power."""
    listed = list(stands)
    return gettext(
        "Tables: %(tables)d, of them with power: %(power)d",
        tables=len(listed),
        power=sum(one.needs_power for one in listed),
    )
