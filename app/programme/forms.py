# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of the agenda's items for everybody, and of who contributes."""

from collections.abc import Iterable

from wtforms import BooleanField

from app.events.models import Event, Room
from app.folding import clean_line
from app.programme.contributors import Place
from app.programme.kinds import KindFacts, kind_of
from app.programme.models import AgendaKind
from app.programme.plan import ContributorFacts, ItemFacts, seen_as
from app.programme.rules import ICON_LABELS, LONGEST_ABOUT, ROLE_LABELS, ContributorRole, Icon
from app.programme.workshop_facts import LANGUAGE_CHOICES, WORKSHOP_FACTS
from app.texts import gettext
from app.web.editing import (
    Choice,
    EditingForm,
    SpanForm,
    long_text,
    short_text,
    span_data,
)
from app.web.texts import lazy_gettext as _l

NO_ROOM = _l("No room")
_TRACK = WORKSHOP_FACTS["track"]


class ItemForm(SpanForm):
    """An item for everybody; its times come first, as in the agenda."""

    kind = Choice(_l("Kind"))
    title = short_text(_l("Title"), required=True)
    subtitle = short_text(_l("Subtitle"))
    note = long_text(
        _l("Note"),
        rows=3,
        description=_l("Who speaks, interpreters, what to bring. Shown in the agenda."),
    )
    description = long_text(_l("Description"), rows=5, description=_l("Where a note is too short for it."))
    room_id = Choice(_l("Room"))
    track = short_text(_l("Track"), longest=60, description=_l(_TRACK.hint))
    language = Choice(_l("Language"), choices=[(key, _l(name)) for key, name in LANGUAGE_CHOICES])

    def offer(self, event: Event, rooms: Iterable[Room], kinds: Iterable[AgendaKind]) -> "ItemForm":
        self.offer_dates(event.starts_at, event.ends_at)
        self.room_id.offer(room_choices(rooms))
        self.kind.offer((one.key, kind_of(one).word) for one in kinds)
        return self

    @classmethod
    def of(cls, item: ItemFacts, *, stored: bool = False) -> "ItemForm":
        """Filled from the item; `stored` leaves aside what was sent."""
        data = {
            **span_data(item.starts_at, item.ends_at),
            "kind": item.kind,
            **{
                name: getattr(item, name)
                for name in ("title", "subtitle", "note", "description", "track", "language")
            },
            "room_id": str(item.room_id or ""),
            "version": seen_as(item),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def facts(self) -> ItemFacts:
        return ItemFacts(
            kind=self.kind.data,
            title=self.title.data or "",
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            note=self.note.data or "",
            room_id=int(self.room_id.data) if self.room_id.data else None,
            subtitle=self.subtitle.data or "",
            description=self.description.data or "",
            track=self.track.data or "",
            language=self.language.data or "",
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
    def of(cls, one: ContributorFacts, *, stored: bool = False) -> "ContributorForm":
        data = {
            "name": one.name,
            "function": one.function,
            "organisation": one.organisation,
            "role": one.role.value,
            "about": one.about,
            "confirmed": one.confirmed,
            "version": seen_as(one),
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


def room_choices(rooms: Iterable[Room]) -> list[tuple[str, str]]:
    """For a select: each room with its seats, so that nobody has to look them up."""
    return [("", str(NO_ROOM)), *((str(room.id), _room_label(room)) for room in rooms)]


def _room_label(room: Room) -> str:
    if room.seats is None:
        return room.name
    return str(gettext("%(room)s (%(seats)d seats)", room=room.name, seats=room.seats))
