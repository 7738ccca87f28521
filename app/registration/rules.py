# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""States of a registration, what may follow what, and the refusals a participant may read."""

import secrets
import unicodedata
from enum import Enum

from app.refusal import N_, Refusal


class Status(Enum):
    UNCONFIRMED = "unconfirmed"
    REGISTERED = "registered"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class PlaceState(Enum):
    """A choice of a workshop run: wanted (no seat at the day yet), a place, or waiting for one."""

    WANTED = "wanted"
    PLACE = "place"
    WAITING = "waiting"


class RoundAnswer(Enum):
    """What somebody may say of a round instead of naming a workshop."""

    OPEN = "open"
    ABSENT = "absent"


class Actor(Enum):
    PARTICIPANT = "participant"
    ORGANISER = "organiser"
    SYSTEM = "system"


class Reason(Enum):
    """Why a status changed; shown in the history."""

    SUBMITTED = "submitted"
    ADDED_BY_HAND = "added_by_hand"
    ADDRESS_CONFIRMED = "address_confirmed"
    CANCELLED = "cancelled"
    HOLD_ENDED = "hold_ended"
    MOVED_UP = "moved_up"
    CAPACITY_RAISED = "capacity_raised"
    RETURNED = "returned"
    EVENT_CANCELLED = "event_cancelled"


STATUS_LABELS = {
    Status.UNCONFIRMED: N_("Not confirmed yet"),
    Status.REGISTERED: N_("Registered"),
    Status.WAITING: N_("On the waiting list"),
    Status.CANCELLED: N_("Withdrawn"),
    Status.EXPIRED: N_("Not confirmed in time"),
}
REASON_LABELS = {
    Reason.SUBMITTED: N_("Form sent"),
    Reason.ADDED_BY_HAND: N_("Added by the organising team"),
    Reason.ADDRESS_CONFIRMED: N_("Mail address confirmed"),
    Reason.CANCELLED: N_("Withdrawn"),
    Reason.HOLD_ENDED: N_("Mail address not confirmed in time"),
    Reason.MOVED_UP: N_("Moved up from the waiting list"),
    Reason.CAPACITY_RAISED: N_("More seats became available"),
    Reason.RETURNED: N_("Confirmed after the seat was given back"),
    Reason.EVENT_CANCELLED: N_("The day was cancelled"),
}
ACTOR_LABELS = {
    Actor.PARTICIPANT: N_("Participant"),
    Actor.ORGANISER: N_("Organising team"),
    Actor.SYSTEM: N_("Automatically"),
}

ACTIVE = frozenset({Status.UNCONFIRMED, Status.REGISTERED, Status.WAITING})
ENDED = frozenset({Status.CANCELLED, Status.EXPIRED})

# Letters and digits that nobody confuses on the phone.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_reference() -> str:
    """The number a person can read out on the phone, for instance K7M2-Q9XD: 40 bits, no secret."""
    letters = [secrets.choice(_ALPHABET) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def sort_key(family_name: str, given_name: str) -> str:
    """For lists in the order of a German register: ä as a, ß as ss, case ignored, accents dropped (DIN 5007-1)."""
    plain = unicodedata.normalize("NFKD", f"{family_name}, {given_name}".casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))[:400]


class AddressTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("Somebody is registered with this mail address already."), field="email")


class Closed(Refusal):
    """The window is shut; asked again inside the transaction (T31)."""

    def __init__(self) -> None:
        super().__init__(N_("Registration is not open. Nothing was stored."))


class TwiceTheSameWorkshop(Refusal):
    def __init__(self, field: str, title: str) -> None:
        super().__init__(
            N_("“%(title)s” is offered twice. Please choose it in one round only."), field=field, title=title
        )


class UnknownRun(Refusal):
    def __init__(self, field: str) -> None:
        super().__init__(
            N_("This workshop is not offered in this round. Please choose another one."), field=field
        )


class RunHasPlaces(Refusal):
    """People chose this run for its time; moving it to another round is their choice, not ours."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "People hold places in this run, so it stays in its round. Change its room, or move the whole round."
            ),
            field="round_id",
        )


class AlreadyEnded(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("This registration has been cancelled already."))
