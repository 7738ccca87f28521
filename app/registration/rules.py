# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""States of a registration, what may follow what, and the refusals a participant may read."""

import re
import secrets
from enum import Enum

from app.folding import plain
from app.refusal import N_, Refusal


class Status(Enum):
    UNCONFIRMED = "unconfirmed"
    REGISTERED = "registered"
    WAITING = "waiting"
    OFFERED = "offered"
    PENDING = "pending"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


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
    CONTACT = "contact"


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
    OFFERED = "offered"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_ENDED = "offer_ended"
    SEATS_RELEASED = "seats_released"
    SUBSTITUTED = "substituted"
    NAMED = "named"
    REPLACED = "replaced"
    SEAT_ALLOTTED = "seat_allotted"
    SEAT_NOT_NAMED = "seat_not_named"
    GROUP_CONFIRMED = "group_confirmed"
    APPROVED = "approved"
    REJECTED = "rejected"


STATUS_LABELS = {
    Status.UNCONFIRMED: N_("Not confirmed yet"),
    Status.REGISTERED: N_("Registered"),
    Status.WAITING: N_("On the waiting list"),
    Status.OFFERED: N_("Seat offered"),
    Status.PENDING: N_("Waits for approval"),
    Status.CANCELLED: N_("Withdrawn"),
    Status.EXPIRED: N_("Not confirmed in time"),
    Status.REJECTED: N_("Not admitted"),
}
KEPT = N_("Kept, nobody named yet")


def status_label(status: Status, *, unnamed: bool) -> str:
    """How a registration stands, as a source string: a seat that is kept for an organisation waits for a name, not for a
    confirmation."""
    return KEPT if unnamed and status is Status.UNCONFIRMED else STATUS_LABELS[status]


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
    Reason.OFFERED: N_("A seat was offered"),
    Reason.OFFER_ACCEPTED: N_("Offer accepted"),
    Reason.OFFER_DECLINED: N_("Offer declined"),
    Reason.OFFER_ENDED: N_("Offer not answered in time"),
    Reason.SEATS_RELEASED: N_("Reserved seats were released"),
    Reason.SUBSTITUTED: N_("Somebody else comes in this place"),
    Reason.NAMED: N_("Named by somebody else"),
    Reason.REPLACED: N_("Got another person’s place"),
    Reason.SEAT_ALLOTTED: N_("Seat kept for an organisation"),
    Reason.SEAT_NOT_NAMED: N_("Nobody was named for this seat"),
    Reason.GROUP_CONFIRMED: N_("The contact person confirmed the group"),
    Reason.APPROVED: N_("Approved by the organising team"),
    Reason.REJECTED: N_("Not admitted by the organising team"),
}
ACTOR_LABELS = {
    Actor.PARTICIPANT: N_("Participant"),
    Actor.ORGANISER: N_("Organising team"),
    Actor.SYSTEM: N_("Automatically"),
    Actor.CONTACT: N_("Contact person of the group"),
}


ACTIVE = frozenset({Status.UNCONFIRMED, Status.PENDING, Status.REGISTERED, Status.WAITING, Status.OFFERED})


class Participation(Enum):
    """How somebody takes part, where the day offers both."""

    ROOM = "room"
    ONLINE = "online"


PARTICIPATION_LABELS = {Participation.ROOM: N_("in the room"), Participation.ONLINE: N_("online")}
MOST_ACCOMPANYING = 2  # of one person; more are a group
CONFIRMED = ACTIVE - {Status.UNCONFIRMED}
PLACED = (Status.REGISTERED, Status.OFFERED)  # with a seat, they get places in workshops
RESERVED = frozenset({Status.UNCONFIRMED, Status.OFFERED})  # until a moment, then it goes to the next
ENDED = frozenset({Status.CANCELLED, Status.EXPIRED, Status.REJECTED})
# Without a seat they stand in line; who is not confirmed or approved yet keeps the place there, but does not move up.
IN_LINE = (Status.WAITING, Status.UNCONFIRMED, Status.PENDING)

# Letters and digits that nobody confuses on the phone.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_reference() -> str:
    """The number a person can read out on the phone, for instance K7M2-Q9XD: 40 bits, no secret."""
    letters = [secrets.choice(_ALPHABET) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def looks_like_an_address(name: str) -> bool:
    """Whether a mail program would make a link of it. Such a name is never sent to somebody who did not type it in (T08)."""
    return re.search(r"[/:@\\]|\w\.\w", name) is not None


def in_register(family_name: str, given_name: str) -> str:
    """A name as lists show it; some people have one name only."""
    return ", ".join(part for part in (family_name, given_name) if part)


def sort_key(family_name: str, given_name: str) -> str:
    """For lists in the order of a German register (DIN 5007-1), and for searches."""
    return plain(in_register(family_name, given_name))[:400].rstrip()


SHARED = "#"  # stands behind the domain, which has none, in the key of whoever shares somebody's address


def share_of(email_key: str) -> str:
    """A key beside the first one's, for somebody else with the same address: at a day every active key is there once."""
    return f"{email_key}{SHARED}{new_reference()}"


def address_of(email_key: str) -> str:
    """The address in a key, whoever shares it."""
    local, at, domain = email_key.rpartition("@")
    return local + at + domain.partition(SHARED)[0]


def mailbox(email_key: str) -> str:
    """The mailbox behind an address: most providers deliver anna+fachtag@… to anna@…"""
    local, at, domain = address_of(email_key).partition("@")
    return local.partition("+")[0] + at + domain


class AddressTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("Somebody is registered with this mail address already."), field="email")


class EnoughShare(Refusal):
    def __init__(self, most: int) -> None:
        super().__init__(
            N_("At most %(most)s people can take part with one mail address. Please give another one."),
            most=most,
        )


class SameAddress(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("This is the address that you are registered with already."), field="email")


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

    def __init__(self, field: str = "round_id") -> None:
        super().__init__(
            N_(
                "People hold places in this run, so it stays in its rounds and takes as many. Change its room, or move the whole round."
            ),
            field=field,
        )


class OfferOver(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("This offer is over. Nothing was changed."))


class UnknownCode(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("We do not know this code. Please check it, or leave the field empty."), field="code"
        )


class WrongFormCode(Refusal):
    """Not the code that opens the form of this day."""

    def __init__(self) -> None:
        super().__init__(
            N_("This is not the code of this day. Please check it, or ask who invited you."),
            field="form_code",
        )


class FormCodeNeeded(Refusal):
    """The team set or changed the code after the form was opened."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The code for this form has changed. Nothing is lost: send the form again, and you are asked for the new"
                " one."
            )
        )


class TooManyFromHere(Refusal):
    """A budget of the public forms is used up, for this network or for this network at this day (T08, T32)."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "There were very many registrations from your network in a short time. Nothing is lost: please send"
                " the form again in an hour, or write to the organisers."
            )
        )


class TooManyCodes(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "Too many wrong codes came from your network. Please try again in an hour, or leave the field empty."
            ),
            field="code",
        )


class TooManyFormCodes(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_(
                "Too many wrong codes came from your network. Please try again in an hour, or write to the organisers."
            ),
            field="form_code",
        )


class SentAtOnce(Refusal):
    """Faster than anybody reads; the second try always passes."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The form was sent within two seconds. Nothing is lost: please look it over and send it again."
            )
        )


class Trapped(Refusal):
    """The field that nobody sees was filled in; it is empty again on the next page."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "A program has filled in a field that has to stay empty. It is empty again now: please send the form"
                " once more."
            )
        )


class SeatStaysThere(Refusal):
    """A seat taken under one quota is not carried into another one that is full (T31)."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "There is no free seat for this organisation. Please write to the organising team: they can change it."
            ),
            field="organisation",
        )


class InGroupAlready(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("This person is in the group already."), field="email")


class TooMany(Refusal):
    def __init__(self, most: int) -> None:
        super().__init__(N_("A group has at most %(most)s people. Please start another one."), most=most)


class TooFewSeats(Refusal):
    def __init__(self, left: int) -> None:
        super().__init__(
            N_("There are not enough free seats for this organisation. Free now: %(left)s."),
            field="seats",
            left=left,
        )


class OwnAddress(Refusal):
    def __init__(self) -> None:
        super().__init__(
            N_("This is the address of the person who does not come. Please enter that of the substitute."),
            field="email",
        )


class DayHasBegun(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("The day has begun. Nobody can be substituted any more."))


class DayIsOver(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("The day is over. Nobody can cancel any more."))


class MailedEnough(Refusal):
    """Nobody is mailed without end because others name them (T08)."""

    def __init__(self, number: int) -> None:
        super().__init__(
            N_("This address has been sent %(number)s such mails today. Please try again tomorrow."),
            field="email",
            number=number,
        )


class NoSeatThere(Refusal):
    """For the team: it decides about quotas, so it is told which way out there is (T31)."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "There is no free seat for this organisation. Keep the organisation, or raise its quota or the seats first."
            ),
            field="organisation",
        )


class AlreadyEnded(Refusal):
    def __init__(self) -> None:
        super().__init__(N_("This registration has been cancelled already."))


def refuse_unoffered(participation: Participation, *, offers: bool) -> None:
    """As below: the day may not offer it any more."""
    if participation is Participation.ONLINE and not offers:
        raise Refusal(
            N_(
                "One does not take part in this day online any more. Please choose to come, or write to the organisers."
            ),
            field="participation",
        )


def refuse_accompanied_online(participation: Participation, accompanying: int) -> None:
    """Accompanying persons are chairs, and who takes part online takes none."""
    if participation is Participation.ONLINE and accompanying:
        raise Refusal(
            N_("Who takes part online needs no seats for accompanying persons. Please choose none."),
            field="accompanying",
        )


def refuse_unasked(accompanying: int, *, asks: bool) -> None:
    """The team may have stopped asking while the form was open (T31)."""
    if accompanying and not asks:
        raise Refusal(
            N_("No accompanying persons can be given for this day any more. Please write to the organisers."),
            field="accompanying",
        )
