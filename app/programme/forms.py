# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of rooms and of the agenda's items for everybody."""

from collections.abc import Iterable
from dataclasses import asdict

from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length, Optional

from app.events.facts import RoomFacts
from app.events.models import Event, Room
from app.events.rules import LOOP_LABELS, Loop
from app.programme.models import AgendaItem
from app.programme.rules import KIND_LABELS, ItemKind
from app.programme.service import ItemFacts
from app.refusal import fingerprint
from app.texts import gettext
from app.web.editing import (
    TOO_LONG,
    Choice,
    EditingForm,
    SpanForm,
    WholeNumber,
    long_text,
    short_text,
    span_data,
)
from app.web.texts import lazy_gettext as _l

NO_ROOM = _l("No room")
NO_LIMIT = _l("Leave empty if there is no limit.")


class RoomForm(EditingForm):
    name = short_text(_l("Name of the room"), longest=100, required=True)
    seats = WholeNumber(_l("Seats"), least=1, most=20_000, description=NO_LIMIT)
    step_free = BooleanField(_l("Can be reached without steps"), default=True)
    loop = Choice(
        _l("Induction loop"),
        choices=[(loop.value, _l(LOOP_LABELS[loop])) for loop in Loop],
        default=Loop.NONE.value,
    )
    note = TextAreaField(
        _l("Note"),
        [Optional(), Length(max=300, message=TOO_LONG)],
        description=_l("Stands in the agenda. For instance how many steps there are, or where the lift is."),
        render_kw={"rows": 2},
    )

    @classmethod
    def of(cls, room: Room, *, stored: bool = False) -> "RoomForm":
        """Filled from the room; `stored` leaves aside what was sent."""
        facts = room.facts
        data = {**asdict(facts), "loop": facts.loop.value, "version": fingerprint(facts)}
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def facts(self) -> RoomFacts:
        return RoomFacts(
            name=self.name.data or "",
            seats=self.seats.data,
            step_free=bool(self.step_free.data),
            loop=Loop(self.loop.data),
            note=self.note.data or "",
        )


class ItemForm(SpanForm):
    """An item for everybody; its times come first, as in the agenda."""

    kind = Choice(_l("Kind"), choices=[(kind.value, _l(KIND_LABELS[kind])) for kind in ItemKind])
    title = short_text(_l("Title"), required=True)
    note = long_text(
        _l("Note"),
        rows=3,
        description=_l("Who speaks, interpreters, what to bring. Shown in the agenda."),
    )
    room_id = Choice(_l("Room"))

    def offer(self, event: Event, rooms: Iterable[Room]) -> "ItemForm":
        self.offer_dates(event.starts_at, event.ends_at)
        self.room_id.offer(room_choices(rooms))
        return self

    @classmethod
    def of(cls, item: AgendaItem, *, stored: bool = False) -> "ItemForm":
        """Filled from the item; `stored` leaves aside what was sent."""
        data = {
            **span_data(item.starts_at, item.ends_at),
            "kind": item.kind.value,
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
            kind=ItemKind(self.kind.data),
            title=self.title.data or "",
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            note=self.note.data or "",
            room=room,
        )


def room_choices(rooms: Iterable[Room]) -> list[tuple[str, str]]:
    """For a select: each room with its seats, so that nobody has to look them up."""
    return [("", str(NO_ROOM)), *((str(room.id), _room_label(room)) for room in rooms)]


def _room_label(room: Room) -> str:
    if room.seats is None:
        return room.name
    return str(gettext("%(room)s (%(seats)d seats)", room=room.name, seats=room.seats))
