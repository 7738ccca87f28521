# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A good answer for a room: two people of one round swap their tables, again and again, as in annealing.

Whatever is counted is a set of bits, so a swap is weighed by a dozen operations on whole numbers. The number of steps
depends on the room alone and never on a clock: the same room gives the same answer, whoever works it out.
"""

import math
from collections.abc import Iterator
from random import Random

from app.tables.measures import bounds
from app.tables.room import Answer, Room

WEIGHTS = (
    400,
    40,
    10,
    2,
)  # of the four goals while it is warm: close to strict, so that a way round stays open
STRICT = (
    10**9,
    10**6,
    10**3,
    1,
)  # at the end; no swap changes a later goal by as much as an earlier one is worth
WARM, COLD = 12.0, 1.2  # a swap that costs as much is done with a chance of 1 in e
WARM_PART = 0.9  # of all steps; in the others nothing gets worse
STEPS_PER_SEAT = 5000
LEAST_STEPS, MOST_STEPS = 20_000, 3_000_000
CHUNK = 2_000  # steps between two words on how far it is


class Seats:
    """Who sits where, and what is counted of it, kept up to date by each swap."""

    def __init__(self, room: Room, answer: Answer) -> None:
        people, organisations = len(room.guests), len(room.size_of)
        self.of = room.organisations
        self.near = room.neighbours
        self.at = [list(one) for one in answer]
        self.people = [[0] * room.tables for _one in answer]  # bits of who is at a table
        self.there = [[0] * room.tables for _one in answer]  # bits of the organisations at it
        self.heads = [[[0] * organisations for _two in range(room.tables)] for _one in answer]
        self.times = [[0] * people for _one in range(people)]  # two people were at one table
        self.met, self.again = [0] * people, [0] * people  # once or more, twice or more
        self.shared = [[0] * organisations for _one in range(organisations)]
        self.known, self.once = [0] * organisations, [0] * organisations  # once or more, exactly once
        self.colleagues = self.repeats = self.pairs = self.neighbours = 0
        for round_, seated in enumerate(answer):
            for guest, table in enumerate(seated):
                self._sit(round_, guest, table)

    @property
    def order(self) -> tuple[int, int, int, int]:
        return (self.colleagues, self.repeats, -self.pairs, -self.neighbours)

    def weigh(self, round_: int, one: int, other: int) -> tuple[int, int, int, int]:
        """What a swap of two people at different tables would change: colleagues, repeats, organisations, neighbours."""
        here, there = self.at[round_][one], self.at[round_][other]
        people = self.people[round_]
        left, right = people[here] ^ (1 << one), people[there] ^ (1 << other)
        met, again = self.met, self.again
        repeats = (
            (met[one] & right).bit_count()
            + (met[other] & left).bit_count()
            - (again[one] & left).bit_count()
            - (again[other] & right).bit_count()
        )
        first, second = self.of[one], self.of[other]
        if first == second:
            return 0, repeats, 0, 0
        heads = self.heads[round_]
        mine, theirs = heads[here], heads[there]
        colleagues = 2 - mine[first] + theirs[first] - theirs[second] + mine[second]
        stay = self.there[round_]
        leaves, leaves_other = mine[first] == 1, theirs[second] == 1
        beside = stay[here] & ~(1 << first) if leaves else stay[here]
        beside_other = stay[there] & ~(1 << second) if leaves_other else stay[there]
        away = beside if leaves else 0
        near_by = beside_other if not theirs[first] else 0
        away_other = beside_other if leaves_other else 0
        near_by_other = beside if not mine[second] else 0
        # The two organisations with each other: both lists hold that pair, so it is counted by itself.
        both, both_other = 1 << second, 1 << first
        change = (
            (near_by >> second & 1)
            - (away >> second & 1)
            + (near_by_other >> first & 1)
            - (away_other >> first & 1)
        )
        pairs = neighbours = 0
        if change:
            before = self.shared[first][second]
            gain = (before + change > 0) - (before > 0)
            pairs += gain
            neighbours += gain * (self.near[first] >> second & 1)
        lost = self.once[first] & away & ~near_by & ~both
        won = near_by & ~away & ~self.known[first] & ~both
        lost_other = self.once[second] & away_other & ~near_by_other & ~both_other
        won_other = near_by_other & ~away_other & ~self.known[second] & ~both_other
        pairs += won.bit_count() - lost.bit_count() + won_other.bit_count() - lost_other.bit_count()
        near, near_other = self.near[first], self.near[second]
        if near | near_other:
            neighbours += (
                (won & near).bit_count()
                - (lost & near).bit_count()
                + (won_other & near_other).bit_count()
                - (lost_other & near_other).bit_count()
            )
        return colleagues, repeats, pairs, neighbours

    def swap(self, round_: int, one: int, other: int) -> None:
        here, there = self.at[round_][one], self.at[round_][other]
        self._rise(round_, one)
        self._rise(round_, other)
        self._sit(round_, one, there)
        self._sit(round_, other, here)

    def _sit(self, round_: int, guest: int, table: int) -> None:
        self.at[round_][guest] = table
        bit = 1 << guest
        for k in bits_of(self.people[round_][table]):
            times = self.times[guest][k] = self.times[k][guest] = self.times[guest][k] + 1
            if times == 1:
                self.met[guest] |= 1 << k
                self.met[k] |= bit
            else:
                self.repeats += 1
                self.again[guest] |= 1 << k
                self.again[k] |= bit
        self.people[round_][table] |= bit
        organisation = self.of[guest]
        heads = self.heads[round_][table]
        self.colleagues += heads[organisation]
        heads[organisation] += 1
        if heads[organisation] == 1:
            for k in bits_of(self.there[round_][table]):
                self._share(organisation, k, 1)
            self.there[round_][table] |= 1 << organisation

    def _rise(self, round_: int, guest: int) -> None:
        table = self.at[round_][guest]
        bit = 1 << guest
        self.people[round_][table] ^= bit
        for k in bits_of(self.people[round_][table]):
            times = self.times[guest][k] = self.times[k][guest] = self.times[guest][k] - 1
            if times == 0:
                self.met[guest] ^= 1 << k
                self.met[k] ^= bit
            else:
                self.repeats -= 1
                if times == 1:
                    self.again[guest] ^= 1 << k
                    self.again[k] ^= bit
        organisation = self.of[guest]
        heads = self.heads[round_][table]
        heads[organisation] -= 1
        self.colleagues -= heads[organisation]
        if heads[organisation] == 0:
            self.there[round_][table] ^= 1 << organisation
            for k in bits_of(self.there[round_][table]):
                self._share(organisation, k, -1)

    def _share(self, one: int, other: int, by: int) -> None:
        before = self.shared[one][other]
        after = self.shared[one][other] = self.shared[other][one] = before + by
        gain = (after > 0) - (before > 0)
        self.pairs += gain
        self.neighbours += gain * (self.near[one] >> other & 1)
        for first, second in ((one, other), (other, one)):
            bit = 1 << second
            self.known[first] = self.known[first] | bit if after else self.known[first] & ~bit
            self.once[first] = self.once[first] | bit if after == 1 else self.once[first] & ~bit


def bits_of(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def start(room: Room, random: Random) -> Answer:
    """Round by round: whoever is next goes to the table with the fewest colleagues, then the fewest known faces. The
    largest organisations come first, while there is room everywhere."""
    met: list[int] = [0] * len(room.guests)
    of, size_of = room.organisations, room.size_of
    answer: Answer = []
    for _one in range(room.rounds):
        lots = {guest: random.random() for guest in range(len(room.guests))}
        order_of = {one: random.random() for one in range(len(size_of))}
        seated = [-1] * len(room.guests)
        people = [0] * room.tables
        heads = [[0] * len(size_of) for _two in range(room.tables)]
        hosts = [(guest, one.host) for guest, one in enumerate(room.guests) if one.host is not None]
        for guest, host in hosts:
            seated[guest] = host
            people[host] |= 1 << guest
            heads[host][of[guest]] += 1
        others = [guest for guest, one in enumerate(room.guests) if one.host is None]
        others.sort(key=lambda one: (-size_of[of[one]], order_of[of[one]], lots[one]))
        for guest in others:
            free = [one for one in range(room.tables) if people[one].bit_count() < room.sizes[one]]
            table = min(
                free,
                key=lambda one: (
                    heads[one][of[guest]],
                    (met[guest] & people[one]).bit_count(),
                    people[one].bit_count() - room.sizes[one],
                    one,
                ),
            )
            seated[guest] = table
            people[table] |= 1 << guest
            heads[table][of[guest]] += 1
        for guest, table in enumerate(seated):
            met[guest] |= people[table] & ~(1 << guest)
        answer.append(seated)
    return answer


def steps_for(room: Room) -> int:
    """How long to look: more for more seats that can be swapped, with an end."""
    return min(max(STEPS_PER_SEAT * len(room.guests) * room.rounds, LEAST_STEPS), MOST_STEPS)


class Search:
    """One search: `run` says how far it is, in parts of one; `answer` is the best so far."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.answer: Answer = []
        self.order = (0, 0, 0, 0)

    def run(self) -> Iterator[float]:
        """Look on; ends early when nothing better is possible."""
        random = Random(self.room.seed)  # noqa: S311 - lots, no secret
        seats = Seats(self.room, start(self.room, random))
        self._keep(seats)
        goal = bounds(self.room).order
        movable = [guest for guest, one in enumerate(self.room.guests) if one.host is None]
        if len(movable) < 2 or self.room.tables < 2:
            return
        steps = steps_for(self.room)
        for begin in range(0, steps, CHUNK):
            part = begin / steps
            if self._look(seats, movable, random, part) == goal:
                return
            yield min((begin + CHUNK) / steps, 1.0)

    def _keep(self, seats: Seats) -> None:
        self.order = seats.order
        self.answer = [list(one) for one in seats.at]

    def _look(
        self, seats: Seats, movable: list[int], random: Random, part: float
    ) -> tuple[int, int, int, int]:
        """Some steps, at the heat that belongs to this part of the search. Returns how good the best is by now."""
        draw, rounds, many, weigh = random.random, self.room.rounds, len(movable), seats.weigh
        warm = part < WARM_PART
        colleague, repeat, pair, neighbour = WEIGHTS if warm else STRICT
        heat = WARM * (COLD / WARM) ** (part / WARM_PART)
        for _one in range(CHUNK):
            round_ = int(draw() * rounds)
            one, other = movable[int(draw() * many)], movable[int(draw() * many)]
            at = seats.at[round_]
            if at[one] == at[other]:
                continue
            colleagues, repeats, pairs, near = weigh(round_, one, other)
            cost = colleague * colleagues + repeat * repeats - pair * pairs - neighbour * near
            if cost <= 0 or (warm and draw() < math.exp(-cost / heat)):
                seats.swap(round_, one, other)
                if seats.order < self.order:
                    self._keep(seats)
        return self.order


def solve(room: Room) -> Answer:
    """The answer in one go; takes seconds for a hundred people."""
    search = Search(room)
    for _part in search.run():
        pass
    return search.answer
