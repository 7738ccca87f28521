# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' forms of the items for everybody, and of who contributes."""

from collections.abc import Iterable

from wtforms import BooleanField

from app.events.models import Event, Room
from app.folding import clean_line
from app.programme.contributors import Place
from app.programme.kinds import kind_of
from app.programme.models import AgendaKind
from app.programme.plan import ContributorFacts, ItemFacts, seen_as
from app.programme.rules import LONGEST_ABOUT, ROLE_LABELS, ContributorRole
from app.programme.workshop_facts import LANGUAGE_CHOICES, WORKSHOP_FACTS
from app.scheduling.room_forms import rooms_to_choose
from app.web.editing import (
    Choice,
    EditingForm,
    SpanForm,
    formatted_text,
    short_text,
    span_data,
)
from app.web.texts import lazy_gettext as _l

_TRACK = WORKSHOP_FACTS["track"]


class ItemForm(SpanForm):
    """An item for everybody; its times come first, as in the agenda."""

    kind = Choice(_l("Kind"))
    title = short_text(_l("Title"), required=True)
    subtitle = short_text(_l("Subtitle"))
    room_id = Choice(_l("Room"))
    note = formatted_text(
        _l("Note"),
        rows=3,
        description=_l("Who speaks, interpreters, what to bring. Shown in the agenda."),
    )
    description = formatted_text(
        _l("Description"), rows=5, description=_l("Where a note is too short for it.")
    )
    track = short_text(_l("Track"), longest=60, description=_l(_TRACK.hint))
    language = Choice(_l("Language"), choices=[(key, _l(name)) for key, name in LANGUAGE_CHOICES])

    def offer(self, event: Event, rooms: Iterable[Room], kinds: Iterable[AgendaKind]) -> "ItemForm":
        self.offer_dates(event.starts_at, event.ends_at)
        self.room_id.offer(rooms_to_choose(rooms))
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
    about = formatted_text(
        _l("About the person"),
        rows=3,
        whole=False,
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
