# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the team says of a day and of its rooms, said once: tables, forms, the log and the checks read it here."""

import re
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import Flag, auto
from typing import Annotated, Any, get_type_hints

from app.db import Json
from app.events.rules import Loop, Placement
from app.refusal import N_, Refusal
from app.texts import gettext


class Effect(Flag):
    """What follows when a fact of a public day changes."""

    NOTHING = 0
    CALENDAR = auto()  # it stands in people's calendars: the sequence rises
    RUNS = auto()  # it stands in the calendar entry of every workshop, too
    MAIL = auto()  # who is registered gets a mail
    SEATS = auto()  # somebody may move up


TIME = Effect.CALENDAR | Effect.MAIL | Effect.SEATS
VENUE = Effect.CALENDAR | Effect.RUNS | Effect.MAIL


@dataclass(frozen=True, slots=True)
class Fact:
    """How one fact of a day is asked, and what it means. Texts are source strings.

    `longest` counts characters of one line; texts of several paragraphs have `rows` instead. Who has left it empty reads
    `missing`, and does not publish the day if it is `needed`. `asked_as` is the form's field where that is another one.
    """

    label: str
    effect: Effect = Effect.NOTHING
    longest: int = 0
    rows: int = 0
    hint: str = ""
    missing: str = ""
    needed: bool = False
    asked_as: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What the organiser's form says of a day."""

    title: Annotated[str, Fact(N_("Title"), Effect.CALENDAR, longest=200)]
    starts_at: Annotated[datetime, Fact(N_("Beginning"), TIME)]
    ends_at: Annotated[datetime, Fact(N_("End"), TIME)]
    summary: Annotated[
        str,
        Fact(
            N_("Short description"),
            Effect.CALENDAR,
            rows=3,
            hint=N_("Two or three sentences. Stands in lists, mails and calendars."),
            missing=N_("A short description."),
            needed=True,
        ),
    ]
    description: Annotated[str, Fact(N_("Description"), rows=8)]
    for_whom: Annotated[str, Fact(N_("For whom"), rows=3, missing=N_("For whom the day is."))]
    fee_note: Annotated[str, Fact(N_("Fee"), longest=200, hint=N_("For instance: free of charge."))]
    funding_note: Annotated[str, Fact(N_("Funding note"), longest=500)]
    venue_name: Annotated[str, Fact(N_("Venue"), VENUE, longest=200, missing=N_("The venue."), needed=True)]
    venue_street: Annotated[str, Fact(N_("Street and number"), VENUE, longest=200)]
    venue_postcode: Annotated[str, Fact(N_("Postcode"), VENUE, longest=10)]
    venue_city: Annotated[
        str, Fact(N_("Town"), VENUE, longest=100, missing=N_("The venue's town."), needed=True)
    ]
    venue_note: Annotated[
        str,
        Fact(
            N_("How to get there"),
            Effect.CALENDAR,
            rows=3,
            hint=N_("Entrance, bus stop, parking, lift."),
        ),
    ]
    contact_name: Annotated[
        str, Fact(N_("Contact"), longest=200, hint=N_("A person or a team that answers questions."))
    ]
    contact_email: Annotated[
        str,
        Fact(N_("Contact's mail address"), longest=254, missing=N_("A mail address for questions.")),
    ]
    registration_opens_at: Annotated[datetime | None, Fact(N_("Registration opens on"), Effect.SEATS)]
    registration_closes_at: Annotated[
        datetime | None,
        Fact(
            N_("Registration closes on"),
            Effect.SEATS,
            missing=N_("A date on which registration closes: without one, it stays open until the day."),
            asked_as="closes_date",
        ),
    ]
    moves_up_until: Annotated[
        datetime | None,
        Fact(
            N_("The waiting list moves up until"),
            Effect.SEATS,
            hint=N_("Leave empty: it moves up until registration closes, and nobody does afterwards."),
        ),
    ]
    text_before: Annotated[
        str,
        Fact(
            N_("Text before registration opens"),
            rows=3,
            hint=N_("Stands on the page of the day and in place of the form until registration opens."),
        ),
    ]
    text_open: Annotated[
        str,
        Fact(
            N_("Text while registration is open"),
            rows=3,
            hint=N_(
                "Stands on the page of the day and above the form, also when only the waiting list is left."
            ),
        ),
    ]
    text_after: Annotated[
        str,
        Fact(
            N_("Text after registration has closed"),
            rows=3,
            hint=N_(
                "Stands on the page of the day and in place of the form until the day is over, also while the waiting"
                " list still moves up."
            ),
        ),
    ]
    form_code: Annotated[
        str,
        Fact(
            N_("Code that opens the form"),
            longest=60,
            hint=N_(
                "Leave empty, and everybody can open the form. With a code the page of the day stays as it is, and who"
                " wants to register types the code first. Whoever is registered already does not need it."
            ),
        ),
    ]
    capacity: Annotated[
        int | None,
        Fact(
            N_("Seats"),
            Effect.SEATS,
            missing=N_("A number of seats: without one, everybody gets a seat."),
        ),
    ]
    offer_hours: Annotated[int | None, Fact(N_("Working hours to answer an offer from the waiting list"))]
    approval: Annotated[bool, Fact(N_("The team decides who is admitted"))]
    asks_accompanying: Annotated[
        bool,
        Fact(
            N_("Forms ask how many people accompany somebody"),
            hint=N_(
                "An assistant, an interpreter, somebody who looks after a child: each takes a seat of the day and a place"
                " in the workshops. The team can note such a number in any case."
            ),
        ),
    ]
    offers_online: Annotated[
        bool,
        Fact(
            N_("One may take part online"),
            hint=N_(
                "Forms then ask everybody whether they come or take part online. Who takes part online takes no seat of the day"
                " and chooses among workshops whose room is online. Of a room that one may come to as well, only they see the link from"
                " then on."
            ),
        ),
    ]
    placement: Annotated[Placement, Fact(N_("How places in workshops are given"), Effect.MAIL)]
    wishes_until: Annotated[datetime | None, Fact(N_("Wishes until"), Effect.MAIL)]
    swaps: Annotated[bool, Fact(N_("Participants may offer swaps once the places are given"))]
    swaps_until: Annotated[
        datetime | None,
        Fact(N_("Swaps until"), hint=N_("Leave empty: until the day begins.")),
    ]
    language: Annotated[
        str,
        Fact(
            N_("Language of the texts"),
            hint=N_("In which you write title, texts and programme. Screen readers read them aloud in it."),
        ),
    ]

    @property
    def place(self) -> str:
        return place_of(self.venue_name, self.venue_street, self.venue_postcode, self.venue_city)


def place_of(name: str, street: str, postcode: str, city: str) -> str:
    """The venue on one line: "Haus, Straße, PLZ Ort"."""
    town = " ".join(part for part in (postcode, city) if part)
    return ", ".join(part for part in (name, street, town) if part)


def _facts_of_day() -> dict[str, Fact]:
    hints = get_type_hints(DayFacts, include_extras=True)
    return {one.name: replace(hints[one.name].__metadata__[0], name=one.name) for one in fields(DayFacts)}


FACTS = _facts_of_day()
# A reader would miss these: without them no day is published.
NEEDED = tuple(one.name for one in FACTS.values() if one.needed)


def touches(changed: Collection[str], effect: Effect) -> bool:
    """Whether one of the facts that were changed has this effect."""
    return any(effect in FACTS[name].effect for name in changed)


def in_json(facts: DayFacts, names: Collection[str]) -> Json:
    """These facts as JSON can write them: moments as ISO 8601, a choice as its value."""
    return {name: _written(getattr(facts, name)) for name in names}


def _written(value: Any) -> Any:
    if isinstance(value, Placement):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value


def from_json(facts: DayFacts, written: Json) -> DayFacts:
    """`facts`, but for what is written there."""
    return replace(facts, **{name: _read(name, value) for name, value in written.items()})


def _read(name: str, value: Any) -> Any:
    kind = _KINDS[name]
    if kind is Placement:
        return Placement(value)
    return datetime.fromisoformat(value) if value is not None and kind in _MOMENT else value


_KINDS = get_type_hints(DayFacts)
_MOMENT = (datetime, datetime | None)


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room, and what it offers to people. `seats` None: nobody counts them.

    All of it is for everybody. `online`: one takes part there online; with seats in the room as well, without any only so. The
    link is none of these facts, so that no page, feed or file of everybody's can hold it (`RoomEntry`).
    """

    name: str
    seats: int | None
    step_free: bool = True
    loop: Loop = Loop.NONE
    note: str = ""
    venue: str = ""  # house, street and town, where that is not the day's own venue
    online: bool = False

    @property
    def only_online(self) -> bool:
        """It is no room in a house: nobody goes there."""
        return self.online and self.seats is None

    @property
    def hybrid(self) -> bool:
        return self.online and self.seats is not None

    @property
    def where(self) -> str:
        """Where to go: a room in another house says which, one that is online says so, in a word of both languages."""
        if self.only_online:
            return self.name if _ONLINE.search(self.name) else f"{self.name} (online)"
        name = f"{self.name}, {self.venue}" if self.venue else self.name
        return f"{name} / online" if self.online else name

    @property
    def ways(self) -> list[str]:
        """How one takes part, in words, where that is not only by going there."""
        if not self.online:
            return []
        return [gettext("in the room or online") if self.hybrid else gettext("takes place online")]

    @property
    def barriers(self) -> list[str]:
        """What keeps people out of it, in words (A11Y-18)."""
        return [] if self.step_free else [gettext("not step-free")]

    @property
    def access(self) -> list[str]:
        """All that people have to know before they choose it, in words."""
        return [*self.ways, *self.barriers, *self._loop(), *([self.note] if self.note else [])]

    @property
    def reach(self) -> str:
        """How one gets there and hears there, the good included, to be compared with what it was."""
        if self.only_online:
            return gettext("takes place online")
        way = gettext("step-free") if self.step_free else gettext("not step-free")
        return ", ".join([way, *(self._loop() or [gettext("no induction loop")])])

    def _loop(self) -> list[str]:
        loops = {Loop.FIXED: gettext("induction loop"), Loop.MOBILE: gettext("mobile induction loop")}
        return [loops[self.loop]] if self.loop in loops else []


_ONLINE = re.compile(r"\bonline\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RoomEntry:
    """What the team enters: the facts, and the link by which one takes part online. It may follow later. Only who has a place
    where it leads reads it, and the team."""

    facts: RoomFacts
    link: str = ""


def refuse_lone_link(entry: RoomEntry) -> None:
    """A link of a room in which nobody takes part online would be read by nobody."""
    if entry.link and not entry.facts.online:
        raise Refusal(
            N_("There is a link. Please say that one takes part here online, or empty the link."),
            field="online",
        )
