# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The form in which a row is a thing of the programme."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, ClassVar

from wtforms import Field, FieldList, FormField

from app.events.facts import RoomFacts
from app.events.models import Event, Room
from app.events.rules import Loop
from app.programme.kinds import kind_of
from app.programme.models import AgendaKind
from app.refusal import N_, Refusal
from app.scheduling.quick import ITEMS, ROUND, WORKSHOPS, ItemRow, Rows, RowsRefused, WorkshopRow
from app.texts import gettext, local_day, sentence_of
from app.web.editing import (
    Choice,
    ClockTime,
    OnADate,
    WholeNumber,
    clock_of,
    day_of,
    given_end,
    given_moment,
    long_text,
    short_text,
)
from app.web.forms import REQUIRED, BaseForm
from app.web.texts import lazy_gettext as _l

ROWS = 10  # empty ones at once
LONGEST_ROOM, LONGEST_NAME, MOST_SEATS = 100, 200, 20_000
_ROOM = re.compile(r"(.+?)(?:\s*[;,]\s*([0-9]{1,5}))?")


def _typed(field: Field) -> bool:
    """Whether it holds something else than the page put there."""
    text = (field.raw_data or [""])[0].strip()
    ours = field.object_data
    return text not in {"", f"{ours:%H:%M}" if isinstance(ours, time) else ours}


class _Row(BaseForm):
    """A row in which nothing was typed does not count; what the page filled in itself is nothing."""

    class Meta(BaseForm.Meta):
        csrf = False

    @property
    def is_empty(self) -> bool:
        return not any(_typed(field) for field in self)

    def validate(self, extra_validators: Any = None) -> bool:
        return self.is_empty or super().validate(extra_validators)

    def names(self) -> tuple[str, ...]:
        return tuple(one for part in (self["people"].data or "").split(";") if (one := part.strip()))

    def lacks(self, name: str, sentence: Any = REQUIRED) -> bool:
        """Whether nothing stands in the field; it says so."""
        field = self[name]
        if field.data not in {None, ""} or field.errors:
            return False
        return wrong(field, str(sentence))

    def names_too_long(self) -> bool:
        if all(len(name) <= LONGEST_NAME for name in self.names()):
            return False
        return wrong(self["people"], gettext("Please put a semicolon between names."))


class ItemFields(_Row):
    start = ClockTime(_l("From"))
    end = ClockTime(_l("Until"), end=True)
    kind = Choice(_l("Kind"))
    title = short_text(_l("Title"))
    room = short_text(_l("Room"), longest=LONGEST_ROOM)
    people = short_text(_l("Who contributes"), longest=2000)


class WorkshopFields(_Row):
    round = WholeNumber(_l("Round"), least=1, most=50)
    label = short_text(_l("Number"), longest=10)
    title = short_text(_l("Title"))
    room = short_text(_l("Room"), longest=LONGEST_ROOM)
    places = WholeNumber(_l("Places"), least=1, most=MOST_SEATS)
    people = short_text(_l("Who facilitates"), longest=2000)


class QuickForm(OnADate):
    """New rooms, items with rounds, and workshops of rounds; on one date."""

    rows_called: ClassVar[Mapping[str, str]] = {
        ITEMS: N_("Row %(number)s"),
        WORKSHOPS: N_("Workshop %(number)s"),
    }
    rooms = long_text(
        _l("New rooms"),
        rows=4,
        description=_l(
            "One room per line, if you like with its seats: Large hall; 120. Steps and induction loops stand on the page of each"
            " room; until you say so there, a room counts as step-free and without a loop."
        ),
    )
    date = Choice(_l("Date"))
    items = FieldList(FormField(ItemFields), min_entries=ROWS, max_entries=ROWS)
    workshops = FieldList(FormField(WorkshopFields), min_entries=ROWS, max_entries=ROWS)

    @classmethod
    def on(
        cls, event: Event, rooms: Iterable[Room], kinds: Iterable[AgendaKind], next_start: datetime
    ) -> "QuickForm":
        """`next_start`: when the next item may begin."""
        begins: dict[str, Any] = {"start": clock_of(next_start)}
        on = day_of(next_start) or local_day(event.starts_at)
        form = cls(data={"date": on.isoformat(), "items": [begins, *({} for _row in range(ROWS - 1))]})
        form.offer_dates(event.starts_at, event.ends_at)
        form._known = {room.name.casefold(): room.name for room in rooms}
        words = [(one.key, kind_of(one).word) for one in kinds]
        for row in form.items:
            row.form.kind.offer([("", gettext("Please choose")), *words, (ROUND, gettext("Workshop round"))])
        return form

    @property
    def filled_items(self) -> list[tuple[int, ItemFields]]:
        return [(number, row.form) for number, row in enumerate(self.items) if not row.form.is_empty]

    @property
    def filled_workshops(self) -> list[tuple[int, WorkshopFields]]:
        return [(number, row.form) for number, row in enumerate(self.workshops) if not row.form.is_empty]

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        wrong_rows = [*self._wrong_rooms(), *self._wrong_items(), *self._wrong_workshops()]
        if not (self.filled_items or self.filled_workshops or self.room_lines()):
            self.form_errors.append(gettext("Please fill in at least one row."))
            return False
        return valid and not any(wrong_rows)

    def _wrong_rooms(self) -> Iterator[bool]:
        names = [name.casefold() for name, _seats in self.room_lines()]
        if any(len(name) > LONGEST_ROOM for name in names):
            yield wrong(self.rooms, gettext("Please write one room per line."))
        elif len(set(names)) < len(names):
            yield wrong(self.rooms, gettext("A room stands here twice."))
        for known in [self._known[name] for name in names if name in self._known]:
            yield wrong(self.rooms, gettext("There is a room called “%(name)s” already.", name=known))
        if any(seats is not None and not 1 <= seats <= MOST_SEATS for _name, seats in self.room_lines()):
            yield wrong(self.rooms, gettext("Please enter from 1 to %(most)d seats.", most=MOST_SEATS))

    def _wrong_items(self) -> Iterator[bool]:
        before = None
        for _number, row in self.filled_items:
            if row.start.data is None and not row.start.errors:
                row.start.data = before  # as the page says: at the end of the row before
            yield row.lacks("start", gettext("Please enter a time like 9:30."))
            yield row.lacks("end", gettext("Please enter a time like 9:30."))
            yield row.lacks("kind", gettext("Please choose one of these."))
            if row.kind.data != ROUND:
                yield row.lacks("title")
            yield row.names_too_long()
            before = row.end.data

    def _wrong_workshops(self) -> Iterator[bool]:
        for _number, row in self.filled_workshops:
            yield row.lacks("round", gettext("Please enter the number of the round."))
            yield row.lacks("title")
            yield row.names_too_long()

    def room_lines(self) -> tuple[tuple[str, int | None], ...]:
        lines = (" ".join(line.split()) for line in (self.rooms.data or "").splitlines())
        read = [found for line in lines if line and (found := _ROOM.fullmatch(line))]
        return tuple((one[1], int(one[2]) if one[2] else None) for one in read)

    def new_rooms(self) -> list[RoomFacts]:
        return [
            RoomFacts(name, seats, step_free=True, loop=Loop.NONE, note="")
            for name, seats in self.room_lines()
        ]

    def rows(self) -> Rows:
        on = self.chosen_date
        return Rows(
            tuple(_item(on, number, row) for number, row in self.filled_items),
            tuple(
                WorkshopRow(
                    number,
                    row.round.data or 0,
                    row.label.data or "",
                    row.title.data or "",
                    row.room.data or "",
                    row.places.data,
                    row.names(),
                )
                for number, row in self.filled_workshops
            ),
        )

    def add_refusal(self, refusal: Refusal) -> None:
        """Each at its row."""
        if not isinstance(refusal, RowsRefused):
            if refusal.field == "name":  # a room that somebody else entered meanwhile
                wrong(self.rooms, sentence_of(refusal))
                return None
            return super().add_refusal(refusal)
        for part, number, one in refusal.rows:
            row = self[part][number].form
            name = _AT.get(one.field or "", one.field)
            wrong(row[name if name in row else "title"], sentence_of(one))
        self.form_errors.append(sentence_of(refusal))
        return None


# Where a row has no field of that name.
_AT = {"date": "start", "ends_at": "end", "name": "people", "role": "people", "number": "start"}


def wrong(field: Field, sentence: str) -> bool:
    """Say it at the field. True."""
    field.errors = [*field.errors, sentence]
    return True


def _item(on: date, number: int, row: ItemFields) -> ItemRow:
    return ItemRow(
        number,
        given_moment(on, row.start.data),
        given_end(on, row.end.data, after=row.start.data),
        row.kind.data,
        row.title.data or "",
        row.room.data or "",
        row.names(),
    )
