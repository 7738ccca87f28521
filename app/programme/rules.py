# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Kinds of agenda items, what people contribute."""

from enum import Enum, StrEnum

from app.refusal import N_


class ItemKind(StrEnum):
    """Keys of the kinds that every day begins with. The kinds that there are stand in `AgendaKind`."""

    BREAK = "break"
    WELCOME = "welcome"
    KEYNOTE = "keynote"
    MARKET = "market"
    PLENARY = "plenary"
    DISCUSSION = "discussion"
    CLOSING = "closing"


class Thing(StrEnum):
    """What a programme is made of. What others name comes before them."""

    ROUND = "round"
    WORKSHOP = "workshop"
    ITEM = "item"
    RUN = "run"
    SUB_ITEM = "sub_item"
    STAND = "stand"
    CONTRIBUTOR = "contributor"


class Icon(Enum):
    """Pictures that stand beside the word for a kind, never instead of it."""

    CUP = "cup"
    DOOR = "door"
    SPEECH = "speech"
    TALK = "talk"
    PANEL = "panel"
    CIRCLE = "circle"
    BOARD = "board"
    GROUP = "group"
    STALL = "stall"
    NETWORK = "network"
    CHART = "chart"
    FLAG = "flag"
    MOON = "moon"
    MUSIC = "music"
    STAR = "star"


ICON_LABELS = {
    Icon.CUP: N_("Cup"),
    Icon.DOOR: N_("Open door"),
    Icon.SPEECH: N_("Speech bubble"),
    Icon.TALK: N_("Lectern"),
    Icon.PANEL: N_("Three heads at a table"),
    Icon.CIRCLE: N_("Circle in a circle"),
    Icon.BOARD: N_("Pinboard"),
    Icon.GROUP: N_("Two heads"),
    Icon.STALL: N_("Market stall"),
    Icon.NETWORK: N_("Net"),
    Icon.CHART: N_("Columns"),
    Icon.FLAG: N_("Flag"),
    Icon.MOON: N_("Moon"),
    Icon.MUSIC: N_("Note of music"),
    Icon.STAR: N_("Star"),
}


class ContributorRole(Enum):
    GREETING = "greeting"
    TALK = "talk"
    PANEL = "panel"
    MODERATION = "moderation"
    FACILITATION = "facilitation"
    MINUTES = "minutes"
    TABLE_HOST = "table_host"
    DAY_MODERATION = "day_moderation"


ROLE_LABELS = {
    ContributorRole.GREETING: N_("Greeting"),
    ContributorRole.TALK: N_("Talk"),
    ContributorRole.PANEL: N_("Panel"),
    ContributorRole.MODERATION: N_("Moderation"),
    ContributorRole.FACILITATION: N_("Facilitation"),
    ContributorRole.MINUTES: N_("Minutes"),
    ContributorRole.TABLE_HOST: N_("Host of the table"),
    ContributorRole.DAY_MODERATION: N_("Moderation of the day"),
}
MOST_CONTRIBUTORS = 20


def roles_of(*, whole_day: bool) -> tuple[ContributorRole, ...]:
    """The day as a whole is moderated; everything else is done within it."""
    whole = ContributorRole.DAY_MODERATION
    if whole_day:
        return (whole,)
    return tuple(role for role in ContributorRole if role is not whole)


LONGEST_ABOUT = 600  # characters of the short text about somebody

# Of tracks, in the order in which they are given; `static/css/fachtag.css` knows them by their numbers, from 1. Each stands out from
# light and dark pages alike, and none says anything that a word does not say.
TRACK_COLOURS = ("#2470cc", "#c8690f", "#2b8a57", "#a855c8", "#b8860b", "#0f8a99", "#d1495b", "#767d87")
