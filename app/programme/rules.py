# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Kinds of agenda items, what people contribute, and the refusals of the programme."""

from enum import Enum

from app.refusal import N_, Refusal


class ItemKind(Enum):
    BREAK = "break"
    WELCOME = "welcome"
    KEYNOTE = "keynote"
    MARKET = "market"
    PLENARY = "plenary"
    DISCUSSION = "discussion"
    CLOSING = "closing"


KIND_LABELS = {
    ItemKind.BREAK: N_("Break"),
    ItemKind.WELCOME: N_("Welcome"),
    ItemKind.KEYNOTE: N_("Talk"),
    ItemKind.MARKET: N_("Market"),
    ItemKind.PLENARY: N_("Plenary"),
    ItemKind.DISCUSSION: N_("Discussion round"),
    ItemKind.CLOSING: N_("Closing"),
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
LONGEST_ABOUT = 600  # characters of the short text about somebody


def refuse_more_than_room(capacity: int | None, room_seats: int | None) -> None:
    if room_seats is not None and (capacity is None or capacity > room_seats):
        raise Refusal(
            N_("The room has %(seats)s seats. Please choose a smaller number or another room."),
            field="capacity",
            seats=room_seats,
        )
