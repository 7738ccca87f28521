# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What stands inside of an item or a run, as values for the agenda: short talks, and the stands of a market."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.formatting import plain
from app.programme.conflicts import times_after
from app.programme.credits import Credit, credit_lines, credits_of
from app.programme.models import SubItem
from app.programme.plan import ContributorFacts, StandFacts, SubItemFacts, facts_of, numbered
from app.programme.rules import Thing
from app.texts import clock_times, gettext


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
            yield plain(self.note)


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


Contributing = Iterable[tuple[int, ContributorFacts]]


def sub_item_views(
    talks: Mapping[int, SubItemFacts], begins: datetime, people: Mapping[int, Contributing]
) -> tuple[SubItemView, ...]:
    """`begins` is when that begins in which they stand; `people` contribute to them, by their numbers."""
    return tuple(
        SubItemView(
            number,
            one.title,
            one.note,
            *times_after(begins, one.after, one.minutes),
            contributors=credits_of(people.get(number, ())),
            asked=credits_of(people.get(number, ()), confirmed=False),
        )
        for number, one in talks.items()
    )


def sub_items_in_rows(rows: Iterable[SubItem], begins: datetime) -> tuple[SubItemView, ...]:
    """The same, from rows."""
    listed = list(rows)
    talks = {row.id: facts_of(Thing.SUB_ITEM, row) for row in listed}
    return sub_item_views(talks, begins, {row.id: numbered(row.contributors) for row in listed})


def stand_views(stands: Iterable[StandFacts]) -> tuple[StandView, ...]:
    return tuple(StandView(one.organisation, one.table_label, one.needs_power, one.note) for one in stands)


def needs_of_stands(stands: Iterable[StandView]) -> str:
    """For the house: how many tables, and how many with power."""
    listed = list(stands)
    return gettext(
        "Tables: %(tables)d, of them with power: %(power)d",
        tables=len(listed),
        power=sum(one.needs_power for one in listed),
    )
