# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""States of a registration, what may follow what, and the refusals a participant may read."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from app.events.rules import Seats
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


class QuestionKind(Enum):
    """What an organiser's question asks for."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    ONE_OF = "one_of"
    SEVERAL_OF = "several_of"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"


class LegalBasis(Enum):
    """Why an answer may be stored (DP-01, DP-02, DP-03, DP-04)."""

    PUBLIC_TASK = "public_task"
    CONSENT = "consent"
    EXPLICIT_CONSENT = "explicit_consent"


class Retention(Enum):
    """When an answer is deleted; at the latest when the person's name is."""

    DAYS = "14_days"
    MONTHS = "6_months"
    WITHDRAWAL = "withdrawal"


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
    Reason.SEAT_ALLOTTED: N_("Seat kept for an agency"),
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

QUESTION_KIND_LABELS = {
    QuestionKind.SHORT_TEXT: N_("Short text"),
    QuestionKind.LONG_TEXT: N_("Long text"),
    QuestionKind.ONE_OF: N_("One of several options"),
    QuestionKind.SEVERAL_OF: N_("Several of several options"),
    QuestionKind.YES_NO: N_("Yes or no"),
    QuestionKind.NUMBER: N_("A number"),
    QuestionKind.DATE: N_("Date"),
}
LEGAL_BASIS_LABELS = {
    LegalBasis.PUBLIC_TASK: N_("Public task (Art. 6 (1) e GDPR, § 3 DSG NRW)"),
    LegalBasis.CONSENT: N_("Consent (Art. 6 (1) a GDPR)"),
    LegalBasis.EXPLICIT_CONSENT: N_("Explicit consent, sensitive data (Art. 9 (2) a GDPR)"),
}
RETENTION_LABELS = {
    Retention.DAYS: N_("14 days after the day"),
    Retention.MONTHS: N_("6 months after the day"),
    Retention.WITHDRAWAL: N_("when withdrawn, at the latest 6 months after the day"),
}
YES_OR_NO = (N_("Yes"), N_("No"))
WITH_OPTIONS = frozenset({QuestionKind.ONE_OF, QuestionKind.SEVERAL_OF})
CHOOSING = WITH_OPTIONS | {QuestionKind.YES_NO}

ACTIVE = frozenset({Status.UNCONFIRMED, Status.PENDING, Status.REGISTERED, Status.WAITING, Status.OFFERED})
CONFIRMED = ACTIVE - {Status.UNCONFIRMED}
HELD = frozenset({Status.UNCONFIRMED, Status.OFFERED})  # until a moment, then it goes to the next
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


def sort_key(family_name: str, given_name: str) -> str:
    """For lists in the order of a German register: ä as a, ß as ss, case ignored, accents dropped (DIN 5007-1)."""
    plain = unicodedata.normalize("NFKD", f"{family_name}, {given_name}".casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))[:400]


def mailbox(email_key: str) -> str:
    """The mailbox behind an address: most providers deliver anna+fachtag@… to anna@…"""
    local, at, domain = email_key.partition("@")
    return local.partition("+")[0] + at + domain


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

    def __init__(self, field: str = "round_id") -> None:
        super().__init__(
            N_(
                "People hold places in this run, so it stays in its round. Change its room, or move the whole round."
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


class NoSuchAnswer(Refusal):
    def __init__(self, field: str) -> None:
        super().__init__(N_("This answer is not offered. Please choose one of these."), field=field)


class Unanswered(Refusal):
    def __init__(self, field: str) -> None:
        super().__init__(N_("Please answer this question."), field=field)


class OptionFull(Refusal):
    """The option's limit is reached; asked again inside the transaction."""

    def __init__(self, field: str, label: str) -> None:
        super().__init__(
            N_("“%(option)s” is fully booked. Please choose something else."), field=field, option=label
        )


def refuse_unlawful(
    purpose: str, basis: LegalBasis, retention: Retention, *, sensitive: bool, required: bool
) -> None:
    """A question says what it is for and why it may be asked, or it cannot be saved (DP-02, DP-03, DP-04)."""
    if not purpose:
        raise Refusal(N_("Please say what you need the answer for."), field="purpose")
    if sensitive != (basis is LegalBasis.EXPLICIT_CONSENT):
        raise Refusal(
            N_("Sensitive answers rest on explicit consent (Art. 9), and only they do."), field="legal_basis"
        )
    if sensitive and retention is not Retention.DAYS:
        raise Refusal(N_("Sensitive answers are deleted 14 days after the day."), field="retention")
    if retention is Retention.WITHDRAWAL and basis is not LegalBasis.CONSENT:
        raise Refusal(N_("Only what rests on consent is kept until it is withdrawn."), field="retention")
    if required and basis is not LegalBasis.PUBLIC_TASK:
        raise Refusal(
            N_("Consent is voluntary: a question that rests on it cannot be required."), field="required"
        )


class Why(Enum):
    """Why somebody waits; told to the person and to the team."""

    CLOSED = "closed"
    QUOTA_FULL = "quota_full"
    OFFER = "offer"
    EVENT_FULL = "event_full"
    RESERVED_UNTIL = "reserved_until"
    RESERVED = "reserved"
    TOGETHER = "together"
    NEXT = "next"


WHY_LABELS = {
    Why.CLOSED: N_("Registration is not open: nobody moves up now."),
    Why.QUOTA_FULL: N_("The seats for “%(quota)s” are all taken."),
    Why.OFFER: N_("A seat is offered to somebody else. If they do not take it, it goes to the next."),
    Why.EVENT_FULL: N_("All seats are taken."),
    Why.RESERVED_UNTIL: N_("The free seats are reserved for others until %(until)s."),
    Why.RESERVED: N_("The free seats are reserved for others."),
    Why.TOGETHER: N_("Your group wants to come only together and waits for %(seats)s free seats."),
    Why.NEXT: N_("A seat is free. It goes to the first in line who has confirmed."),
}


@dataclass(frozen=True, slots=True)
class QuotaState:
    """A quota at the moment of a decision."""

    id: int
    name: str
    full: bool
    held_back: int
    release_at: datetime | None
    waiting: int = 0
    left: int | None = None  # of a limit; None for a reservation

    def after_one(self) -> "QuotaState":
        left = None if self.left is None else self.left - 1
        full = self.full if left is None else left <= 0
        return replace(self, full=full, left=left, held_back=max(self.held_back - 1, 0))


@dataclass(frozen=True, slots=True)
class Availability:
    """What is free at the day, for whom: decides who may have a seat now."""

    seats: Seats
    shares: tuple[QuotaState, ...] = ()

    @property
    def full_quotas(self) -> frozenset[int]:
        return frozenset(one.id for one in self.shares if one.full)

    @property
    def open_reservations(self) -> frozenset[int]:
        """Empty when the house is full: a reservation is no seat then."""
        if self.seats.total is not None and self.seats.taken >= self.seats.total:
            return frozenset()
        return frozenset(one.id for one in self.shares if one.held_back > 0)

    def may_help(self, waiting: int) -> bool:
        """Whether one of so many in line may have a seat, as far as counters tell: spares a walk along the line."""
        if self.seats.full and not any(
            one.waiting for one in self.shares if one.id in self.open_reservations
        ):
            return False
        return waiting > max((one.waiting for one in self.shares if one.full), default=0)

    def has_seat_for(self, quota_ids: frozenset[int]) -> bool:
        if quota_ids & self.full_quotas:
            return False
        return not self.seats.full or bool(quota_ids & self.open_reservations)

    def has_seats_for(self, people: Sequence[frozenset[int]]) -> bool:
        """Whether all of these can have a seat, each under these quotas, one after the other."""
        room = self
        for quota_ids in people:
            if not room.has_seat_for(quota_ids):
                return False
            room = room._after(quota_ids)
        return True

    def _after(self, quota_ids: frozenset[int]) -> "Availability":
        """What is left when somebody under these quotas has taken a seat."""
        shares = tuple(one.after_one() if one.id in quota_ids else one for one in self.shares)
        back = sum(one.held_back for one in self.shares) - sum(one.held_back for one in shares)
        seats = replace(self.seats, taken=self.seats.taken + 1, reserved=self.seats.reserved - back)
        return Availability(seats, shares)


@dataclass(frozen=True, slots=True)
class Position:
    """Where somebody stands in the line of the day, and why."""

    before: int
    why: Why
    quota: str = ""
    until: datetime | None = None
    seats: int = 0  # that a group waits for

    @property
    def sentence(self) -> str:
        return WHY_LABELS[self.why]


def where_in_line(
    room: Availability,
    quota_ids: frozenset[int],
    before: int,
    offered: int,
    *,
    is_open: bool,
    group: Sequence[frozenset[int]] = (),
) -> Position:
    """`offered` is the number of seats that wait for an answer; `group` the quotas of each who comes only together."""
    if not is_open:
        return Position(before, Why.CLOSED)
    full = next((one for one in room.shares if one.id in quota_ids and one.full), None)
    if full is not None:
        return Position(before, Why.QUOTA_FULL, quota=full.name)
    if len(group) > 1 and not room.has_seats_for(group):
        return Position(before, Why.TOGETHER, seats=len(group))
    if room.has_seat_for(quota_ids):
        return Position(before, Why.NEXT)
    if room.seats.total is not None and room.seats.taken >= room.seats.total:
        return Position(before, Why.OFFER if offered else Why.EVENT_FULL)
    until = min(_dates(room.shares), default=None)
    return Position(before, Why.RESERVED_UNTIL if until else Why.RESERVED, until=until)


def _dates(shares: Sequence[QuotaState]) -> list[datetime]:
    return [one.release_at for one in shares if one.held_back and one.release_at is not None]
