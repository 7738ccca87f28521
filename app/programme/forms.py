# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of the agenda's items for everybody, and of who contributes."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Self

from wtforms import BooleanField

from app.clock import BERLIN, END_OF_NIGHT
from app.events.models import Event, Room
from app.folding import clean_line
from app.programme.contributors import ContributorFacts, Place
from app.programme.inside import StandFacts, SubItemFacts, sub_item_views
from app.programme.kinds import KindFacts, kind_of
from app.programme.models import AgendaItem, AgendaKind, Contributor, Stand, SubItem
from app.programme.rounds import Parts, Times
from app.programme.rules import ICON_LABELS, LONGEST_ABOUT, ROLE_LABELS, ContributorRole, Icon
from app.programme.service import ItemFacts
from app.texts import gettext, local_day
from app.web.editing import (
    Choice,
    ClockTime,
    EditingForm,
    SpanForm,
    clock_of,
    given_end,
    given_moment,
    long_text,
    short_text,
    span_data,
)
from app.web.texts import lazy_gettext as _l

NO_ROOM = _l("No room")


class ItemForm(SpanForm):
    """An item for everybody; its times come first, as in the agenda."""

    kind = Choice(_l("Kind"))
    title = short_text(_l("Title"), required=True)
    note = long_text(
        _l("Note"),
        rows=3,
        description=_l("Who speaks, interpreters, what to bring. Shown in the agenda."),
    )
    room_id = Choice(_l("Room"))

    def offer(self, event: Event, rooms: Iterable[Room], kinds: Iterable[AgendaKind]) -> "ItemForm":
        self.offer_dates(event.starts_at, event.ends_at)
        self.room_id.offer(room_choices(rooms))
        self.kind.offer((one.key, kind_of(one).word) for one in kinds)
        return self

    @classmethod
    def of(cls, item: AgendaItem, *, stored: bool = False) -> "ItemForm":
        """Filled from the item; `stored` leaves aside what was sent."""
        data = {
            **span_data(item.starts_at, item.ends_at),
            "kind": item.kind,
            "title": item.title,
            "note": item.note,
            "room_id": str(item.room_id or ""),
            "version": str(item.version),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    @property
    def room_chosen(self) -> int | None:
        return int(self.room_id.data) if self.room_id.data else None

    def facts(self, room: Room | None) -> ItemFacts:
        return ItemFacts(
            kind=self.kind.data,
            title=self.title.data or "",
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            note=self.note.data or "",
            room=room,
        )


class ContributorForm(EditingForm):
    """Who contributes; the words stand in the agenda as they are typed."""

    name = short_text(_l("Name"), required=True, description=_l("As it shall be printed, with titles."))
    function = short_text(_l("Function"), description=_l("For instance: mayor, head of the youth office."))
    organisation = short_text(
        _l("Organisation"), description=_l("For instance the university or the authority.")
    )
    role = Choice(_l("Role"))
    about = long_text(
        _l("About the person"),
        rows=3,
        longest=LONGEST_ABOUT,
        description=_l("One or two sentences. Shown in the agenda."),
    )
    confirmed = BooleanField(
        _l("Has said yes"), description=_l("Without the mark only the team sees that this person was asked.")
    )

    def offer(self, place: Place) -> "ContributorForm":
        self.role.offer((role.value, _l(ROLE_LABELS[role])) for role in place.roles)
        return self

    @classmethod
    def of(cls, one: Contributor, *, stored: bool = False) -> "ContributorForm":
        data = {
            "name": one.name,
            "function": one.function,
            "organisation": one.organisation,
            "role": one.role.value,
            "about": one.about,
            "confirmed": one.confirmed,
            "version": str(one.version),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def facts(self) -> ContributorFacts:
        return ContributorFacts(
            name=clean_line(self.name.data or ""),
            function=clean_line(self.function.data or ""),
            organisation=clean_line(self.organisation.data or ""),
            role=ContributorRole(self.role.data),
            about=self.about.data or "",
            confirmed=bool(self.confirmed.data),
        )


class ItemKindForm(EditingForm):
    """A kind of the day's own."""

    name = short_text(_l("Name"), longest=60, required=True)
    name_en = short_text(
        _l("Name in English"),
        longest=60,
        description=_l("For who reads English. Leave empty for the same name."),
    )
    icon = Choice(_l("Picture"), choices=[(icon.value, _l(ICON_LABELS[icon])) for icon in Icon])
    pause = BooleanField(
        _l("A break"), description=_l("Stands quieter in the agenda and may come before the day begins.")
    )
    beside = BooleanField(
        _l("Open beside everything else"),
        description=_l("Like a market: what takes place at the same time is no contradiction."),
    )

    @classmethod
    def of(cls, kind: AgendaKind, *, stored: bool = False) -> "ItemKindForm":
        data = {
            "name": kind.name,
            "name_en": kind.name_en,
            "icon": kind.icon.value,
            "pause": kind.pause,
            "beside": kind.beside,
            "version": str(kind.version),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def facts(self) -> KindFacts:
        return KindFacts(
            name=clean_line(self.name.data or ""),
            name_en=clean_line(self.name_en.data or ""),
            icon=Icon(self.icon.data),
            pause=bool(self.pause.data),
            beside=bool(self.beside.data),
        )


class InsideForm(EditingForm):
    """What stands inside of an item or a run."""

    def offer(self, parts: Parts) -> Self:
        """`parts` say when that takes place in which it stands."""
        self._begins = parts[0][0]
        return self

    @classmethod
    def of(cls, row: Any, parts: Parts, *, stored: bool = False) -> Self:
        data = {**cls.data_of(row, parts), "version": str(row.version)}
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

    title = short_text(_l("Title"), required=True)
    note = long_text(_l("Note"), rows=3)
    start = ClockTime(_l("From"), description=_l("Leave both times empty if only the order is known."))
    end = ClockTime(_l("Until"), end=True)

    @classmethod
    def data_of(cls, row: SubItem, parts: Parts) -> dict[str, object]:
        view = sub_item_views([row], parts[0][0])[0]
        times = {"start": clock_of(view.starts_at), "end": clock_of(view.ends_at)}
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
    def data_of(cls, row: Stand, _parts: Parts) -> dict[str, object]:
        return {one.name: getattr(row, one.name) for one in fields(StandFacts)}

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


def room_choices(rooms: Iterable[Room]) -> list[tuple[str, str]]:
    """For a select: each room with its seats, so that nobody has to look them up."""
    return [("", str(NO_ROOM)), *((str(room.id), _room_label(room)) for room in rooms)]


def _room_label(room: Room) -> str:
    if room.seats is None:
        return room.name
    return str(gettext("%(room)s (%(seats)d seats)", room=room.name, seats=room.seats))
