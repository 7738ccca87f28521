# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The question as values: who is to sit, at how many tables, in how many rounds; and an answer to it.

A room is in canonical form: guests in the order of their ids, whatever order they came in. Names are not part of it, so
nothing can depend on them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from app.tables.rules import (
    MOST_PEOPLE,
    MOST_ROUNDS,
    MoreHostsThanSeats,
    NoSuchTable,
    TooFewPeople,
    TooFewSeats,
    TooManyPeople,
)

Answer = list[list[int]]
"""For each round, the table of each guest of the room in its order; both from 0."""


@dataclass(frozen=True, slots=True)
class Guest:
    """`id` decides the order. `district` None: nobody's neighbour. `host` is the table somebody stays at, from 0."""

    id: int
    organisation: int
    district: str | None = None
    host: int | None = None


@dataclass(frozen=True)
class Room:
    """`seats` at each of the `tables`; the seed says which of equally good answers is given."""

    guests: tuple[Guest, ...]
    tables: int
    seats: int
    rounds: int
    seed: int

    @cached_property
    def organisations(self) -> list[int]:
        """The organisation of each guest, numbered from 0 by the guests' order."""
        return _numbered(one.organisation for one in self.guests)

    @cached_property
    def size_of(self) -> list[int]:
        """How many guests each organisation has."""
        counted = Counter(self.organisations)
        return [counted[one] for one in range(len(counted))]

    @cached_property
    def neighbours(self) -> list[int]:
        """For each organisation the others of its district, as a set of bits."""
        district: dict[int, str] = {}
        for guest, organisation in zip(self.guests, self.organisations, strict=True):
            if guest.district:
                district[organisation] = guest.district
        return [
            sum(
                1 << other for other, there in district.items() if there == district.get(one) and other != one
            )
            for one in range(len(self.size_of))
        ]

    @cached_property
    def hosts_at(self) -> list[int]:
        """How many hosts each table has."""
        counted = Counter(one.host for one in self.guests if one.host is not None)
        return [counted[one] for one in range(self.tables)]

    @cached_property
    def sizes(self) -> list[int]:
        """How many sit at each table, in every round: as even as the hosts let them be."""
        return levelled(self.hosts_at, len(self.guests))


def levelled(least: list[int], total: int) -> list[int]:
    """`total` spread as evenly as possible over places that have at least `least` each; the first get what is left over.

    Of all ways to spread it, this has the fewest pairs within a place.
    """
    found = list(least)
    for _one in range(total - sum(found)):
        found[found.index(min(found))] += 1
    return found


def make_room(guests: Iterable[Guest], tables: int, seats: int, rounds: int, seed: int) -> Room:
    """The canonical form. Refuses what has no answer: more people than seats, more hosts than a table seats."""
    room = Room(tuple(sorted(guests, key=lambda one: one.id)), tables, seats, rounds, seed)
    if tables < 1 or not 1 <= rounds <= MOST_ROUNDS:
        raise ValueError(f"{tables} tables, {rounds} rounds")
    for one in room.guests:
        if one.host is not None and not 0 <= one.host < tables:
            raise NoSuchTable(one.host + 1, tables)
    if len(room.guests) < 2:
        raise TooFewPeople
    if len(room.guests) > MOST_PEOPLE:
        raise TooManyPeople(len(room.guests), MOST_PEOPLE)
    if len(room.guests) > tables * seats:
        raise TooFewSeats(len(room.guests), tables * seats)
    for number, hosts in enumerate(room.hosts_at, start=1):
        if hosts > seats:
            raise MoreHostsThanSeats(number, hosts, seats)
    return room


def _numbered(keys: Iterable[int]) -> list[int]:
    numbers: dict[int, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]
