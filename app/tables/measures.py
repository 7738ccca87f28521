# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How good an answer is, counted anew from the places; and what no answer can beat.

**Colleagues.** An organisation with k people at T tables has at least as many pairs together as when it is spread evenly,
hosts where they stay: an even spread has the fewest pairs.

**Repeated meetings.** Who sits at one table of a round spreads over T tables in the next; those that meet again are at
least as many as when they spread evenly. So each round after the first repeats at least what one earlier round forces. And
what all rounds bring together beyond the pairs that can meet at all is repeated, too.

**Organisations.** Two meet when they share a table. An organisation meets at most all others that it can, and at most one
new one with each seat beside one of its people; half the sum over all organisations bounds the pairs. So does the number of
pairs at tables, less the pairs of colleagues that must be. Where colleagues are as few as can be, large organisations are
spread, and more is certain: one that sits at every table takes seats beside everybody and is new only once, and two that
sit at more than all tables together share some in every round, of which only the first counts. Neighbours: the same, among
offices of one district.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from app.tables.room import Answer, Room, levelled


@dataclass(frozen=True, slots=True)
class Measures:
    """What is counted: pairs of colleagues at a table, each round; meetings of two people beyond their first; pairs of
    organisations that met, and those of one district among them."""

    colleagues: int
    repeats: int
    organisations: int
    neighbours: int

    @property
    def order(self) -> tuple[int, int, int, int]:
        """The smaller, the better: each goal only decides among what is best for all before it."""
        return (self.colleagues, self.repeats, -self.organisations, -self.neighbours)


@dataclass(frozen=True, slots=True)
class Reached:
    """How many other organisations one person meets: the fewest, and on average."""

    least: int
    average: float


def at_tables(room: Room, answer: Answer) -> Iterator[list[int]]:
    """The guests of each table of each round that anybody sits at, as places in the room."""
    for seated in answer:
        tables: list[list[int]] = [[] for _one in range(room.tables)]
        for guest, table in enumerate(seated):
            tables[table].append(guest)
        yield from (one for one in tables if one)


def measure(room: Room, answer: Answer) -> Measures:
    """Counted the plain way, by looking at every pair at every table."""
    colleagues = repeats = 0
    people: set[tuple[int, int]] = set()
    organisations: set[tuple[int, int]] = set()
    of = room.organisations
    for table in at_tables(room, answer):
        for pair in combinations(table, 2):
            repeats += pair in people
            people.add(pair)
            first, second = sorted((of[pair[0]], of[pair[1]]))
            if first == second:
                colleagues += 1
            else:
                organisations.add((first, second))
    neighbours = sum(room.neighbours[first] >> second & 1 for first, second in organisations)
    return Measures(colleagues, repeats, len(organisations), neighbours)


def reached(room: Room, answer: Answer) -> Reached:
    """For people rather than organisations: what one participant gets out of it."""
    met: list[set[int]] = [set() for _one in room.guests]
    of = room.organisations
    for table in at_tables(room, answer):
        there = {of[one] for one in table}
        for one in table:
            met[one] |= there - {of[one]}
    return Reached(min(map(len, met)), sum(map(len, met)) / len(met))


def bounds(room: Room, *, spread: bool = True) -> Measures:
    """What no answer beats: at least so many colleagues and repeats, at most so many organisations and neighbours.

    `spread`: among the answers that have no more colleagues together than they must, which is a closer bound.
    """
    even = _spread(room)
    colleagues = room.rounds * sum(_pairs(heads) for one in even for heads in one)
    others = _can_meet(room)
    reach = _reach(room, even if spread else [])
    met = [min(one.bit_count(), most) for one, most in zip(others, reach, strict=True)]
    near = [
        min((one & other).bit_count(), most)
        for one, other, most in zip(others, room.neighbours, reach, strict=True)
    ]
    meetings = room.rounds * sum(_pairs(one) for one in room.sizes)
    pairs = min(sum(met) // 2, meetings - colleagues)
    if spread:
        pairs = min(pairs, _pairs_when_spread(room, even))
    return Measures(
        colleagues,
        _forced_repeats(room, meetings),
        pairs,
        min(sum(near) // 2, pairs),
    )


def _pairs(people: int) -> int:
    return people * (people - 1) // 2


def _spread(room: Room) -> list[list[int]]:
    """For each organisation how many of it are at each table of a round where it is spread evenly, hosts where they are."""
    hosts = [[0] * room.tables for _one in room.size_of]
    for guest, organisation in zip(room.guests, room.organisations, strict=True):
        if guest.host is not None:
            hosts[organisation][guest.host] += 1
    return [levelled(own, size) for size, own in zip(room.size_of, hosts, strict=True)]


def _pairs_when_spread(room: Room, even: list[list[int]]) -> int:
    """Pairs of organisations at tables, as many as their presences can make, less those that must be at one table again."""
    present = [sum(heads > 0 for heads in one) for one in even]
    left, most = sum(present), 0
    for size in sorted(room.sizes, reverse=True):
        here = min(size, left)
        left -= here
        most += _pairs(here)
    again = (max(room.rounds * (one + other - room.tables) - 1, 0) for one, other in combinations(present, 2))
    return room.rounds * most - sum(again)


def _forced_repeats(room: Room, meetings: int) -> int:
    """By spreading each table anew, and by how many pairs there are."""
    again = 0
    for table, size in enumerate(room.sizes):
        stay = [0] * room.tables
        stay[table] = room.hosts_at[table]
        again += sum(_pairs(one) for one in levelled(stay, size))
    staying = sum(room.hosts_at)
    never = _pairs(staying) - sum(_pairs(one) for one in room.hosts_at)
    could_meet = _pairs(len(room.guests)) - never
    return max((room.rounds - 1) * again, meetings - could_meet, 0)


def _can_meet(room: Room) -> list[int]:
    """For each organisation the others it can meet, as a set of bits: two whose people all stay at tables of their own
    never do."""
    everybody = (1 << len(room.size_of)) - 1
    tables: list[set[int] | None] = [set() for _one in room.size_of]
    for guest, organisation in zip(room.guests, room.organisations, strict=True):
        stays = tables[organisation]
        if guest.host is None:
            tables[organisation] = None  # somebody goes about
        elif stays is not None:
            stays.add(guest.host)
    found = []
    for one, mine in enumerate(tables):
        never = 0
        for other, theirs in enumerate(tables):
            if mine is not None and theirs is not None and mine.isdisjoint(theirs):
                never |= 1 << other
        found.append(everybody & ~never & ~(1 << one))
    return found


def _reach(room: Room, even: list[list[int]]) -> list[int]:
    """For each organisation the most others it can meet by the seats beside its people, at the largest table each. Who is
    at every table (`even`: the spread, or nothing) takes as many seats as it has there, and is one organisation."""
    everywhere = [min(one) for one in even] or [0] * len(room.size_of)
    largest = max(room.sizes)
    found = [sum(one > 0 for one in everywhere) - (everywhere[own] > 0) for own in range(len(room.size_of))]
    for guest, organisation in zip(room.guests, room.organisations, strict=True):
        size = largest if guest.host is None else room.sizes[guest.host]
        taken = sum(everywhere) - everywhere[organisation]
        found[organisation] += room.rounds * max(size - 1 - taken, 0)
    return found
