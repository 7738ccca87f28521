# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Form of the agenda's items for everybody."""

from collections.abc import Iterable

from app.events.models import Event, Room
from app.programme.models import AgendaItem
from app.programme.rules import KIND_LABELS, ItemKind
from app.programme.service import ItemFacts
from app.texts import gettext
from app.web.editing import (
    Choice,
    SpanForm,
    long_text,
    short_text,
    span_data,
)
from app.web.texts import lazy_gettext as _l

NO_ROOM = _l("No room")


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
