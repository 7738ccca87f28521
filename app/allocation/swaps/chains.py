# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which offers give each other what they name, and whether the allocation allows it: decided over values.

The rule: shorter chains first, because each further person can say no; of those that are as long, the one with the oldest
offer, then the one that goes on with the workshop that stands first in the programme, then with the next oldest offer.
Nobody is in two chains. The same offers always give the same chains.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from app.allocation.instance import Instance, ModelPlace
from app.allocation.swaps.rules import MOST_PEOPLE
from app.allocation.verification import faults, violations

MOST_STEPS = (
    200_000  # so that a thousand offers cost a second at most; what is not found now is found next time
)
MOST_LOOKS = 200  # chains that are held against the conditions in one go


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody who sits in `gives` would sit in any run of `wants`, in the order of the programme. Older ones have lower
    numbers."""

    id: int
    person: int
    gives: int
    wants: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One person's part of a chain, or the way to a free seat."""

    offer: int
    person: int
    gives: int
    gets: int


Chain = tuple[Move, ...]


class Board:
    """The places that hold, and what may become of them."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.people = {one.id: one for one in instance.people}
        self.runs = {one.id: one for one in instance.runs}
        self.places = {ModelPlace(one.id, run) for one in instance.people for run in one.published}
        self.broken = self._broken(self.places)

    def suits(self, move: Move) -> bool:
        """Whether the run is one for this person at all, whoever else sits there."""
        person, old, new = self.people.get(move.person), self.runs.get(move.gives), self.runs.get(move.gets)
        if person is None or old is None or new is None or ModelPlace(person.id, old.id) not in self.places:
            return False
        if old.id == new.id or new.closed or set(old.rounds) != set(new.rounds):
            return False
        attends = {self.runs[one].workshop for one in person.published if one in self.runs and one != old.id}
        kept_there, kept_away = old.id in person.fixed, new.id in person.forbidden
        return not (kept_there or kept_away) and person.needs <= new.features and new.workshop not in attends

    def allows(self, moves: Sequence[Move]) -> bool:
        """Whether afterwards nothing that the allocation has to obey is broken more often than now. Several people swap only
        as many chairs against as many: who comes along goes with the person, and each run keeps its number."""
        if not all(self.suits(one) for one in moves):
            return False
        if len({self.people[one.person].chairs for one in moves}) > 1:
            return False
        left = {ModelPlace(one.person, one.gives) for one in moves}
        got = {ModelPlace(one.person, one.gets) for one in moves}
        return not self._broken((self.places - left) | got) - self.broken

    def _broken(self, places: set[ModelPlace]) -> Counter[object]:
        found: Counter[object] = Counter(faults(self.instance, places))
        for rule in self.instance.rules:
            if rule.soft:
                found[rule] += violations(self.instance, places, rule)
        return found


def find_chains(
    offers: Sequence[Offer], allows: Callable[[Sequence[Move]], bool], most: int = MOST_PEOPLE
) -> list[Chain]:
    """Every chain there is, by the rule above, each offer in one at most. `allows` has the last word on each."""
    search = _Search(sorted(offers, key=lambda one: one.id), allows)
    return [chain for length in range(2, most + 1) for chain in search.of_length(length)]


@dataclass(slots=True)
class _Search:
    offers: Sequence[Offer]
    allows: Callable[[Sequence[Move]], bool]
    taken: set[int] = field(default_factory=set)
    steps: int = 0
    looks: int = 0

    def of_length(self, length: int) -> Iterator[Chain]:
        giving: dict[int, list[Offer]] = defaultdict(list)
        for one in self.offers:
            giving[one.gives].append(one)
        for start in self.offers:
            if start.id in self.taken:
                continue
            for path in self._paths((start,), length, giving):
                chain = _chain_of(path)
                self.looks += 1
                if self.looks > MOST_LOOKS:
                    return
                if self.allows(chain):
                    self.taken.update(one.id for one in path)
                    yield chain
                    break

    def _paths(
        self, path: tuple[Offer, ...], length: int, giving: Mapping[int, Sequence[Offer]]
    ) -> Iterator[tuple[Offer, ...]]:
        """Each run is left once: what goes through one twice is two shorter chains. The first offer is the oldest."""
        first, last = path[0], path[-1]
        if len(path) == length:
            if first.gives in last.wants:
                yield path
            return
        left = {one.gives for one in path}
        for run in last.wants:
            for following in () if run in left else giving.get(run, ()):
                self.steps += 1
                if self.steps > MOST_STEPS:
                    return
                if following.id > first.id and following.id not in self.taken:
                    yield from self._paths((*path, following), length, giving)


def _chain_of(path: tuple[Offer, ...]) -> Chain:
    """Each gets what the next one gives, the last one what the first one gives."""
    return tuple(
        Move(one.id, one.person, one.gives, following.gives) for one, following in pairwise((*path, path[0]))
    )
