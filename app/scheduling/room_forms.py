# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' form of a room, and rooms to choose from."""

from collections.abc import Iterable

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from app.events.facts import RoomEntry, RoomFacts
from app.events.models import LONGEST_LINK, Room
from app.events.rules import LOOP_LABELS, Loop
from app.refusal import fingerprint
from app.texts import gettext
from app.web.asking import TellingForm
from app.web.editing import TOO_LONG, Choice, EditingForm, WholeNumber, short_text
from app.web.texts import lazy_gettext as _l


class RoomForm(TellingForm, EditingForm):
    """`room_note` is what stands in the agenda of it; the `note` is for the mail."""

    name = short_text(_l("Name of the room"), longest=100, required=True)
    venue = short_text(
        _l("Other venue"),
        longest=180,
        description=_l(
            "Only if it is not in the venue of the day: house, street and town. Stands wherever the room does."
        ),
    )
    seats = WholeNumber(
        _l("Seats"),
        least=1,
        most=20_000,
        description=_l(
            "Leave empty if there is no limit. If one takes part here online: leave empty if nobody sits in a room."
        ),
    )
    online = BooleanField(
        _l("One takes part here online"),
        description=_l(
            "With seats: in the room or online. Without: only online; then nobody asks about steps and induction loop."
            " It stands wherever the room does."
        ),
    )
    online_link = StringField(
        _l("Link to take part online"),
        [
            Optional(),
            Length(max=LONGEST_LINK, message=TOO_LONG),
            Regexp(r"https://[^\s<>\"]+\Z", message=_l("Please enter an address that begins with https://.")),
        ],
        description=_l(
            "May follow later. Your team reads it, and who has a place there: on the personal page, in their calendar and in"
            " mails. It stands on no public page."
        ),
        render_kw={"autocomplete": "off", "inputmode": "url"},
    )
    step_free = BooleanField(_l("Can be reached without steps"), default=True)
    loop = Choice(
        _l("Induction loop"),
        choices=[(loop.value, _l(LOOP_LABELS[loop])) for loop in Loop],
        default=Loop.NONE.value,
    )
    room_note = TextAreaField(
        _l("Note"),
        [Optional(), Length(max=300, message=TOO_LONG)],
        description=_l("Stands in the agenda. For instance how many steps there are, or where the lift is."),
        render_kw={"rows": 2},
    )

    @classmethod
    def of(cls, room: Room, *, stored: bool = False) -> "RoomForm":
        facts = room.facts
        data = {
            "name": facts.name,
            "seats": facts.seats,
            "step_free": facts.step_free,
            "loop": facts.loop.value,
            "room_note": facts.note,
            "venue": facts.venue,
            "online": facts.online,
            "online_link": room.online_link,
            "version": fingerprint(room.entry),
        }
        return cls(formdata=None, data=data) if stored else cls(data=data)

    def entry(self) -> RoomEntry:
        return RoomEntry(self.facts(), self.online_link.data or "")

    def facts(self) -> RoomFacts:
        return RoomFacts(
            name=self.name.data or "",
            seats=self.seats.data,
            step_free=bool(self.step_free.data),
            loop=Loop(self.loop.data),
            note=self.room_note.data or "",
            venue=self.venue.data or "",
            online=bool(self.online.data),
        )


def rooms_to_choose(rooms: Iterable[Room]) -> list[tuple[str, str]]:
    """For a select: each room with its seats and what keeps people out of it (A11Y-18)."""
    return [("", gettext("No room")), *((str(room.id), _room_in_words(room)) for room in rooms)]


def _room_in_words(room: Room) -> str:
    seats = [] if room.seats is None else [gettext("%(seats)d seats", seats=room.seats)]
    words = [*seats, *room.facts.ways, *room.facts.barriers]
    return f"{room.name} ({', '.join(words)})" if words else room.name
