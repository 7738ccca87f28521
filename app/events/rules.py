# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""States of a day and of its registration, decided over plain values."""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from app.refusal import N_, Refusal


class EventStatus(Enum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Loop(Enum):
    """Induction loop of a room."""

    NONE = "none"
    MOBILE = "mobile"
    FIXED = "fixed"


class Placement(Enum):
    """How places in workshops are given: first come, first served, or by wishes until a date and one allocation."""

    DIRECT = "direct"
    WISHES = "wishes"


class QuotaEffect(Enum):
    """Seats that others do not get, or seats of which there are no more."""

    RESERVE = "reserve"
    CAP = "cap"


class QuotaTarget(Enum):
    """What decides whether somebody falls under a quota."""

    KIND = "kind"
    DISTRICT = "district"
    ORGANISATION = "organisation"
    CODE = "code"


class RegistrationState(Enum):
    """What the page says about registering."""

    NOT_YET = "not_yet"
    OPEN = "open"
    FEW_LEFT = "few_left"
    WAITING_LIST = "waiting_list"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"

    def words(self, *, has_quotas: bool = False) -> "StateWords":
        """With quotas a full day may still have a seat for somebody."""
        return _FULL_WITH_QUOTAS if has_quotas and self is self.WAITING_LIST else _STATE_WORDS[self]


# Which of the team's texts about registering people read in which state; when the day is over or called off, none.
TEXT_OF_STATE = {
    RegistrationState.NOT_YET: "text_before",
    RegistrationState.OPEN: "text_open",
    RegistrationState.FEW_LEFT: "text_open",
    RegistrationState.WAITING_LIST: "text_open",
    RegistrationState.CLOSED: "text_after",
}
TAKES_REGISTRATIONS = frozenset(
    {RegistrationState.OPEN, RegistrationState.FEW_LEFT, RegistrationState.WAITING_LIST}
)
FEW = 10

LOOP_LABELS = {Loop.NONE: N_("no"), Loop.MOBILE: N_("mobile"), Loop.FIXED: N_("yes")}

PLACEMENT_LABELS = {
    Placement.DIRECT: N_("Direct choice: who comes first gets the place"),
    Placement.WISHES: N_("Wishes until a date, then one allocation for all"),
}
EFFECT_LABELS = {
    QuotaEffect.RESERVE: N_("Reserve seats for them"),
    QuotaEffect.CAP: N_("Give them no more than this"),
}
TARGET_LABELS = {
    QuotaTarget.KIND: N_("a kind of organisation"),
    QuotaTarget.DISTRICT: N_("a district"),
    QuotaTarget.ORGANISATION: N_("one organisation"),
    QuotaTarget.CODE: N_("who knows a code"),
}

STATUS_LABELS = {
    EventStatus.DRAFT: N_("Draft"),
    EventStatus.PUBLISHED: N_("Published"),
    EventStatus.CANCELLED: N_("Cancelled"),
}


@dataclass(frozen=True, slots=True)
class StateWords:
    """What the public reads of a day's registration. Source strings; they may name %(moment)s, when it opens.

    `label` and `kind` are the badge's, `alert` with `title` and `text` stand below it, `button` leads to the form, and
    `refused` stands in place of the form.
    """

    label: str
    kind: str = "neutral"
    alert: str = "info"
    title: str = ""
    text: str = ""
    button: str = ""
    refused: str = ""


_STATE_WORDS = {
    RegistrationState.NOT_YET: StateWords(
        N_("Registration opens later"),
        title=N_("Registration opens on %(moment)s"),
        text=N_("Subscribe to the calendar so that you do not miss the day."),
        refused=N_("Registration opens on %(moment)s."),
    ),
    RegistrationState.OPEN: StateWords(N_("Registration open"), "success", button=N_("Register now")),
    RegistrationState.FEW_LEFT: StateWords(N_("Few seats left"), "warning", button=N_("Register now")),
    RegistrationState.WAITING_LIST: StateWords(
        N_("Full – waiting list"),
        "warning",
        "warning",
        N_("All seats are taken"),
        N_(
            "You can put yourself on the waiting list. You get a number, and a mail as soon as a seat becomes free for you."
        ),
        N_("Join the waiting list"),
    ),
    RegistrationState.CLOSED: StateWords(
        N_("Registration closed"),
        title=N_("Registration is closed"),
        text=N_(
            "You are registered? Your personal page is linked in the mail you got. For questions please write to the"
            " organisers."
        ),
        refused=N_("Registration for this day has ended."),
    ),
    RegistrationState.OVER: StateWords(N_("Past"), refused=N_("The day is over.")),
    RegistrationState.CANCELLED: StateWords(
        N_("Cancelled"),
        "danger",
        "danger",
        N_("This day does not take place"),
        refused=N_("The day does not take place."),
    ),
}
_FULL_WITH_QUOTAS = replace(
    _STATE_WORDS[RegistrationState.WAITING_LIST],
    title=N_("The seats for everybody are taken"),
    text=N_(
        "Seats may be reserved for some organisations. If one of them is for you, you get it; else you get a number on the"
        " waiting list."
    ),
)


@dataclass(frozen=True, slots=True)
class Seats:
    """Seats of something scarce. `capacity` None means unlimited; `extra` is overbooking by hand.

    `reserved` is the part that is held back for some and counts as gone for everybody else.
    """

    capacity: int | None
    taken: int
    extra: int = 0
    reserved: int = 0

    @property
    def total(self) -> int | None:
        return None if self.capacity is None else self.capacity + self.extra

    @property
    def still_extra(self) -> int:
        """Of the seats that were added by hand those that are needed yet. Whoever leaves takes such a seat along: there
        is no chair under it."""
        needed = 0 if self.capacity is None else max(self.taken + self.reserved - self.capacity, 0)
        return min(self.extra, needed)

    @property
    def left(self) -> int | None:
        """For everybody."""
        return None if self.total is None else max(self.total - self.taken - self.reserved, 0)

    @property
    def full(self) -> bool:
        return self.left == 0

    def missing(self, chairs: int, back: int = 0) -> int:
        """How many of so many chairs there are not. `back` reservations hold a seat back for the person, who takes that
        one; chairs for who comes along are of those for everybody."""
        if self.total is None:
            return 0
        beside = 0 if back and chairs == 1 else self.reserved - back
        return min(max(self.taken + beside + chairs - self.total, 0), chairs)


@dataclass(frozen=True, slots=True)
class Window:
    """When registration is open; a missing edge does not limit."""

    opens_at: datetime | None
    closes_at: datetime | None


def registration_state(
    status: EventStatus,
    window: Window,
    starts_at: datetime,
    ends_at: datetime,
    seats: Seats,
    waiting: int,
    now: datetime,
    *,
    has_quotas: bool = False,
) -> RegistrationState:
    """Somebody waiting means a newcomer waits too, even while a freed seat is on its way to the first in line.

    With quotas somebody may wait for a full quota while there are seats for everybody else; so may a group that comes
    only together.

    A draft takes nobody: it may have been withdrawn while the form was open (T31).
    """
    if status is EventStatus.CANCELLED:
        return RegistrationState.CANCELLED
    if now >= ends_at:
        return RegistrationState.OVER
    closes_at = starts_at if window.closes_at is None else min(window.closes_at, starts_at)
    if status is EventStatus.DRAFT or now >= closes_at:
        return RegistrationState.CLOSED
    if window.opens_at is not None and now < window.opens_at:
        return RegistrationState.NOT_YET
    return _open_state(seats, 0 if has_quotas else waiting)


def _open_state(seats: Seats, waiting: int) -> RegistrationState:
    if seats.full or waiting > 0:
        return RegistrationState.WAITING_LIST
    if seats.left is not None and seats.left <= FEW:
        return RegistrationState.FEW_LEFT
    return RegistrationState.OPEN


def line_moves(
    status: EventStatus, state: RegistrationState, until: datetime | None, starts_at: datetime, now: datetime
) -> bool:
    """Whether free seats and places still go to who waits: as long as registration is open and, where the team named a
    later date, `until` then. Never once the day has begun."""
    if state in TAKES_REGISTRATIONS:
        return True
    closed = status is EventStatus.PUBLISHED and state is RegistrationState.CLOSED
    return closed and until is not None and now < min(until, starts_at)


def refuse_odd_end_of_line(until: datetime | None, closes_at: datetime | None, starts_at: datetime) -> None:
    """The line moves at least as long as registration is open, and no longer than until the day begins."""
    if until is not None and not (closes_at or starts_at) <= until <= starts_at:
        raise Refusal(
            N_(
                "The waiting list moves up as long as registration is open. Please enter a date between its end and the"
                " beginning of the day, or leave this empty."
            ),
            field="moves_up_until",
        )


def refuse_reversed_times(starts_at: datetime, ends_at: datetime, field: str = "ends_at") -> None:
    if ends_at <= starts_at:
        raise Refusal(N_("The end must be after the beginning."), field=field)


def refuse_capacity_below_taken(capacity: int | None, extra: int, taken: int) -> None:
    if capacity is not None and capacity + extra < taken:
        raise Refusal(
            N_(
                "%(taken)s seats are taken already. Please cancel registrations first or choose a larger number."
            ),
            field="capacity",
            taken=taken,
        )


def refuse_quota_below_taken(effect: QuotaEffect, capacity: int, extra: int, taken: int) -> None:
    """Nobody loses a seat: a limit cannot be set below what is taken. A reservation may, it only holds nothing back."""
    if effect is QuotaEffect.CAP:
        refuse_capacity_below_taken(capacity, extra, taken)


def code_key(code: str) -> str:
    """The form in which codes are compared: case, width and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def form_key(code: str) -> str:
    """What a browser remembers and a link carries of the code that opens a form: not the code itself."""
    return hashlib.sha256(code_key(code).encode()).hexdigest()[:32]


def opens_form(code: str, key: str) -> bool:
    """Whether the form of a day with this `code` opens to who shows this key; without a code to everybody. It takes as long
    whatever is shown."""
    return not code or hmac.compare_digest(form_key(code).encode(), key.encode())


@dataclass(frozen=True, slots=True)
class Affiliation:
    """Where a person comes from, as far as a quota asks."""

    organisation_id: int
    kind: str
    district: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Aim:
    """Whom a quota is for: the one of these that `target` names."""

    target: QuotaTarget
    kind: str | None = None
    district: str = ""
    organisation_id: int | None = None
    code: str = ""

    def covers(self, one: Affiliation) -> bool:
        if self.target is QuotaTarget.KIND:
            return one.kind == self.kind
        if self.target is QuotaTarget.DISTRICT:
            return bool(self.district) and one.district.casefold() == self.district.casefold()
        if self.target is QuotaTarget.ORGANISATION:
            return one.organisation_id == self.organisation_id
        return bool(one.code) and code_key(one.code) == code_key(self.code)
