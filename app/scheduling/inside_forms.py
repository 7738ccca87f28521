# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of what stands inside of an item or a run."""

from datetime import datetime, timedelta
from typing import Any, Self

from wtforms import BooleanField

from app.clock import BERLIN, END_OF_NIGHT
from app.folding import clean_line
from app.programme.conflicts import times_after
from app.programme.plan import StandFacts, SubItemFacts, seen_as
from app.programme.rounds import Parts, Times
from app.texts import gettext, local_day
from app.web.editing import (
    ClockTime,
    EditingForm,
    clock_of,
    formatted_text,
    given_end,
    given_moment,
    short_text,
)
from app.web.texts import lazy_gettext as _l


class InsideForm(EditingForm):
    """What stands inside of an item or a run."""

    def offer(self, parts: Parts) -> Self:
        """`parts` say when that takes place in which it stands."""
        self._begins = parts[0][0]
        return self

    @classmethod
    def of(cls, row: Any, parts: Parts, *, stored: bool = False) -> Self:
        data = {**cls.data_of(row, parts), "version": seen_as(row)}
        return (cls(formdata=None, data=data) if stored else cls(data=data)).offer(parts)

    @classmethod
    def data_of(cls, row: Any, parts: Parts) -> dict[str, object]:
        raise NotImplementedError

    def facts(self) -> SubItemFacts | StandFacts:
        raise NotImplementedError

    @property
    def named(self) -> str:
        raise NotImplementedError


class SubItemForm(InsideForm):
    """A short talk inside of something else."""

    start = ClockTime(_l("From"), description=_l("Leave both times empty if only the order is known."))
    end = ClockTime(_l("Until"), end=True)
    title = short_text(_l("Title"), required=True)
    note = formatted_text(_l("Note"), rows=3)

    @classmethod
    def data_of(cls, row: SubItemFacts, parts: Parts) -> dict[str, object]:
        starts_at, ends_at = times_after(parts[0][0], row.after, row.minutes)
        times = {"start": clock_of(starts_at), "end": clock_of(ends_at)}
        return {"title": row.title, "note": row.note, **times}

    def validate(self, extra_validators: object = None) -> bool:
        valid = super().validate(extra_validators)
        for one, other in ((self.start, self.end), (self.end, self.start)):
            if one.data is None and other.data is not None and not one.errors:
                one.errors = [gettext("Please enter both times, or leave both empty.")]
                valid = False
        if valid and (times := self._times()) and times[1] <= times[0]:
            self.end.errors = [gettext("The end has to come after the beginning.")]
            valid = False
        return valid

    def facts(self) -> SubItemFacts:
        words = clean_line(self.title.data or ""), self.note.data or ""
        times = self._times()
        if times is None:
            return SubItemFacts(*words)
        after, minutes = (_minutes(one, other) for one, other in ((self._begins, times[0]), times))
        return SubItemFacts(*words, after, minutes)

    def _times(self) -> Times | None:
        """On the date on which that begins in which it stands, or in the night after."""
        if self.start.data is None or self.end.data is None:
            return None
        date = local_day(self._begins)
        if self.start.data < self._begins.astimezone(BERLIN).time() and self.start.data <= END_OF_NIGHT:
            date += timedelta(days=1)
        return given_moment(date, self.start.data), given_end(date, self.end.data, after=self.start.data)

    @property
    def named(self) -> str:
        return self.title.data or ""


class StandForm(InsideForm):
    organisation = short_text(_l("Organisation"), required=True)
    table_label = short_text(_l("Table"), longest=60, description=_l("For instance: Table 3."))
    needs_power = BooleanField(_l("Needs power"), description=_l("Only on the list for the house."))
    note = short_text(_l("Note"), longest=300)

    @classmethod
    def data_of(cls, row: StandFacts, _parts: Parts) -> dict[str, object]:
        names = ("organisation", "table_label", "needs_power", "note")
        return {name: getattr(row, name) for name in names}

    def facts(self) -> StandFacts:
        return StandFacts(
            clean_line(self.organisation.data or ""),
            clean_line(self.table_label.data or ""),
            bool(self.needs_power.data),
            clean_line(self.note.data or ""),
        )

    @property
    def named(self) -> str:
        return self.organisation.data or ""


def _minutes(one: datetime, other: datetime) -> int:
    return int((other - one).total_seconds()) // 60
