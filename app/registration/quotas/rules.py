# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who may have a seat now, where somebody stands in line, and why. Decisions over plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from app.events.rules import Seats
from app.refusal import N_


class Why(Enum):
    """Why somebody waits; told to the person and to the team."""

    CLOSED = "closed"
    QUOTA_FULL = "quota_full"
    OFFER = "offer"
    EVENT_FULL = "event_full"
    RESERVED_UNTIL = "reserved_until"
    RESERVED = "reserved"
    TOGETHER = "together"
    ACCOMPANIED = "accompanied"
    NEXT = "next"


WHY_LABELS = {
    Why.CLOSED: N_("Registration is not open: nobody moves up now."),
    Why.QUOTA_FULL: N_("The seats for “%(quota)s” are all taken."),
    Why.OFFER: N_("A seat is offered to somebody else. If they do not take it, it goes to the next."),
    Why.EVENT_FULL: N_("All seats are taken."),
    Why.RESERVED_UNTIL: N_("The free seats are reserved for others until %(until)s."),
    Why.RESERVED: N_("The free seats are reserved for others."),
    Why.TOGETHER: N_("Your group wants to come only together and waits for %(seats)s free seats."),
    Why.ACCOMPANIED: N_("You do not come alone, so this takes %(seats)s free seats at once."),
    Why.NEXT: N_("A seat is free. It goes to the first in line who has confirmed."),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody needs at once: a seat under these quotas, and so many chairs."""

    quotas: frozenset[int]
    chairs: int


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
    quotas: tuple[QuotaState, ...] = ()

    @property
    def full_quotas(self) -> frozenset[int]:
        return frozenset(one.id for one in self.quotas if one.full)

    @property
    def open_reservations(self) -> frozenset[int]:
        """Empty when the house is full: a reservation is no seat then."""
        if self.seats.total is not None and self.seats.taken >= self.seats.total:
            return frozenset()
        return frozenset(one.id for one in self.quotas if one.held_back > 0)

    def may_help(self, waiting: int) -> bool:
        """Whether one of so many in line may have a seat, as far as counters tell: spares a walk along the line."""
        if self.seats.full and not any(
            one.waiting for one in self.quotas if one.id in self.open_reservations
        ):
            return False
        return waiting > max((one.waiting for one in self.quotas if one.full), default=0)

    def has_seat_for(self, one: Claim) -> bool:
        if one.quotas & self.full_quotas:
            return False
        back = sum(quota.held_back > 0 for quota in self.quotas if quota.id in one.quotas)
        return not self.seats.missing(one.chairs, back)

    def has_seats_for(self, people: Sequence[Claim]) -> bool:
        """Whether all of these can have a seat, one after the other."""
        availability = self
        for one in people:
            if not availability.has_seat_for(one):
                return False
            availability = availability._after(one)
        return True

    def kept_for(self, one: Claim) -> "Availability":
        """What is left for those behind somebody who needs more chairs than are free: these stay free until there are
        enough, so that nobody who does not come alone is overtaken for that."""
        after = self._after(one)
        if self.seats.total is None:
            return after
        most = max(self.seats.total - after.seats.reserved, self.seats.taken)
        return replace(after, seats=replace(after.seats, taken=min(after.seats.taken, most)))

    def _after(self, claim: Claim) -> "Availability":
        """What is left when somebody has taken a seat."""
        quotas = tuple(one.after_one() if one.id in claim.quotas else one for one in self.quotas)
        back = sum(one.held_back for one in self.quotas) - sum(one.held_back for one in quotas)
        seats = replace(
            self.seats, taken=self.seats.taken + claim.chairs, reserved=self.seats.reserved - back
        )
        return Availability(seats, quotas)


@dataclass(frozen=True, slots=True)
class Position:
    """Where somebody stands in the line of the day, and why."""

    before: int
    why: Why
    quota: str = ""
    until: datetime | None = None
    seats: int = 0  # that a group waits for, or somebody who does not come alone

    @property
    def moves(self) -> bool:
        """Whether anybody can move up at all."""
        return self.why is not Why.CLOSED

    @property
    def sentence(self) -> str:
        return WHY_LABELS[self.why]


def where_in_line(
    availability: Availability,
    claim: Claim,
    before: int,
    offered: int,
    *,
    is_open: bool,
    group: Sequence[Claim] = (),
) -> Position:
    """`offered` is the number of seats that wait for an answer; `group` what each needs who comes only together."""
    if not is_open:
        return Position(before, Why.CLOSED)
    full = next((one for one in availability.quotas if one.id in claim.quotas and one.full), None)
    if full is not None:
        return Position(before, Why.QUOTA_FULL, quota=full.name)
    if len(group) > 1 and not availability.has_seats_for(group):
        return Position(before, Why.TOGETHER, seats=sum(one.chairs for one in group))
    if availability.has_seat_for(replace(claim, chairs=1)):
        if availability.has_seat_for(claim):
            return Position(before, Why.NEXT)
        return Position(before, Why.ACCOMPANIED, seats=claim.chairs)
    return _without_seat(availability, before, offered)


def _without_seat(availability: Availability, before: int, offered: int) -> Position:
    if availability.seats.total is not None and availability.seats.taken >= availability.seats.total:
        return Position(before, Why.OFFER if offered else Why.EVENT_FULL)
    until = min(_dates(availability.quotas), default=None)
    return Position(before, Why.RESERVED_UNTIL if until else Why.RESERVED, until=until)


def _dates(quotas: Sequence[QuotaState]) -> list[datetime]:
    return [one.release_at for one in quotas if one.held_back and one.release_at is not None]
