# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Why somebody got these places: the published protocol, read for one person and for everybody.

Numbers only about others: nobody is named, and nobody's needs, of which the protocol knows nothing (DP-04).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.allocation.figures import Demand, Mix, Summary, demands, mixes, summarise
from app.allocation.instance import Instance, ModelPerson, ModelPlace, ModelRun, draw_lots
from app.allocation.models import HOLDS, AllocationRun
from app.allocation.protocol import read_instance, read_places, read_stages
from app.allocation.result import Stage
from app.allocation.rules import Goal, Proof
from app.allocation.verification import Occupancy, faults, violations, weight_of, worth
from app.programme.agenda import RoundView, RunView

MOST_SWAPS = 3  # looked at per wish; each counts all conditions again


class WishOutcome(Enum):
    """What became of a wish."""

    GRANTED = "granted"
    NOT_NEEDED = "not_needed"  # a dearer one was granted
    CALLED_OFF = "called_off"
    BARRED = "barred"
    ELSEWHERE = "elsewhere"  # the same workshop in another round
    FULL = "full"
    ROOM_LEFT = "room_left"
    LOT = "lot"


@dataclass(frozen=True, slots=True)
class Published:
    """A published allocation, opened once and shared by all who ask."""

    instance: Instance
    places: tuple[ModelPlace, ...]
    summary: Summary
    demands: Mapping[int, Demand]
    mixes: Mapping[int, Mix]
    stages: tuple[Stage, ...]
    lots: Mapping[int, int]
    broken: int  # how often rules that may be broken are
    proof: Proof
    solver: str
    instance_fingerprint: str
    result_fingerprint: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class WishView:
    """A wish and what became of it; `twins` have a place there and wished for both runs at the same ranks."""

    rank: int
    run: RunView
    outcome: WishOutcome
    demand: Demand
    twins: int = 0


@dataclass(frozen=True, slots=True)
class RoundOutcome:
    """One round of one person: the run given (or led) and the number of the wish that it grants, if it does."""

    round: RoundView
    absent: bool
    leads: RunView | None
    given: RunView | None
    rank: int | None
    wishes: tuple[WishView, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    rounds: tuple[RoundOutcome, ...]
    lot: int
    lots: int

    @property
    def lot_decided(self) -> bool:
        return any(wish.outcome is WishOutcome.LOT for one in self.rounds for wish in one.wishes)


def find_published_id(session: Session, event_id: int) -> int | None:
    """The allocation that holds, without its long protocol."""
    return session.scalar(select(AllocationRun.id).where(AllocationRun.event_id == event_id, HOLDS))


def read_published(session: Session, allocation_run_id: int) -> Published:
    """Everything that pages say of a published allocation."""
    allocation_run = session.get_one(AllocationRun, allocation_run_id)
    return open_protocol(
        allocation_run.protocol or {}, allocation_run.published_at or allocation_run.created_at
    )


def open_protocol(protocol: Mapping[str, Any], published_at: datetime) -> Published:
    instance, places = read_instance(protocol), read_places(protocol)
    return Published(
        instance=instance,
        places=places,
        summary=summarise(instance, places),
        demands={one.run: one for one in demands(instance)},
        mixes={one.run: one for one in mixes(instance, places)},
        stages=read_stages(protocol),
        lots=draw_lots(instance.seed, [one.id for one in instance.people]),
        broken=_broken(instance, places),
        proof=Proof(protocol["proof"]),
        solver=f"{protocol['solver']['name']} {protocol['solver']['version']}",
        instance_fingerprint=str(protocol["instance_fingerprint"]),
        result_fingerprint=str(protocol["result_fingerprint"]),
        published_at=published_at,
    )


def explain(
    published: Published, person_id: int, rounds: Sequence[RoundView], offered: Mapping[int, RunView]
) -> Explanation | None:
    """What one person got and why; None for who was not part of it. `offered`: run id → the run as it is called now."""
    occupancy = Occupancy(published.instance, published.places)
    person = occupancy.people.get(person_id)
    if person is None:
        return None
    reader = _Reader(published, occupancy, person, offered)
    return Explanation(
        tuple(reader.round(one) for one in rounds if one.id in published.instance.rounds),
        published.lots[person_id],
        len(published.lots),
    )


class _Reader:
    def __init__(
        self, published: Published, occupancy: Occupancy, person: ModelPerson, offered: Mapping[int, RunView]
    ) -> None:
        self.published, self.occupancy, self.person, self.offered = published, occupancy, person, offered
        self.mine = occupancy.of_person[person.id]
        self.wishes = occupancy.wishes_of(person)

    def round(self, one: RoundView) -> RoundOutcome:
        here = [run for run in self.mine if one.id in run.rounds]
        led = next((run for run in here if self.person.id in run.staff), None)
        sat = next((run for run in here if self.person.id not in run.staff), None)
        wished = self.wishes.get(one.id, ())
        granted = wished.index(sat.id) + 1 if sat is not None and sat.id in wished else None
        return RoundOutcome(
            one,
            one.id not in self.person.present,
            self.offered.get(led.id) if led else None,
            self.offered.get(sat.id) if sat else None,
            # a run over several rounds may be a wish for the first of them
            self.occupancy.rank_of(self.person, sat) if sat is not None else None,
            tuple(
                self._wish(number, run, sat, granted)
                for number, run in enumerate(wished, start=1)
                if run in self.offered
            ),
        )

    def _wish(self, number: int, run_id: int, sat: ModelRun | None, granted: int | None) -> WishView:
        run = self.occupancy.runs[run_id]
        outcome, twins = self._outcome(number, run, sat, granted)
        return WishView(number, self.offered[run_id], outcome, self.published.demands[run_id], twins)

    def _outcome(
        self, number: int, run: ModelRun, sat: ModelRun | None, granted: int | None
    ) -> tuple[WishOutcome, int]:
        if granted is not None and number >= granted:
            return (WishOutcome.GRANTED if number == granted else WishOutcome.NOT_NEEDED), 0
        if not self.occupancy.takes_place(run):
            return WishOutcome.CALLED_OFF, 0
        if run.id in self.person.forbidden or not set(run.rounds) <= set(self.person.present):
            return WishOutcome.BARRED, 0
        if any(one.workshop == run.workshop for one in self.mine):
            return WishOutcome.ELSEWHERE, 0
        if len(self.occupancy.participants[run.id]) < run.capacity:
            return WishOutcome.ROOM_LEFT, 0
        twins = self._twins(run, sat) if sat is not None else []
        return (WishOutcome.LOT if self._lot_decided(run, sat, twins) else WishOutcome.FULL), len(twins)

    def _twins(self, run: ModelRun, sat: ModelRun) -> list[ModelPerson]:
        """Who sits in the run and would be as well off here as this person would be there."""
        mine = self.occupancy.rank_of(self.person, sat), self.occupancy.rank_of(self.person, run)
        return [
            other
            for other in self.occupancy.participants[run.id]
            if (self.occupancy.rank_of(other, sat), self.occupancy.rank_of(other, run)) == mine
        ]

    def _lot_decided(self, run: ModelRun, sat: ModelRun | None, twins: Sequence[ModelPerson]) -> bool:
        """Whether the two might have changed places, all goals before the lot being as good."""
        if sat is None or set(sat.rounds) != set(run.rounds):
            return False
        lots, many = self.published.lots, len(self.published.lots)
        own = weight_of(lots[self.person.id], many)
        ahead = [one for one in twins if weight_of(lots[one.id], many) > own]
        return any(
            self._may_change_places(run, sat, other)
            for other in sorted(ahead, key=lambda one: lots[one.id])[:MOST_SWAPS]
        )

    def _may_change_places(self, run: ModelRun, sat: ModelRun, other: ModelPerson) -> bool:
        """Whether all is possible and as good, the lot apart, with these two in each other's place."""
        instance, places = self.published.instance, self.published.places
        swapped = {ModelPlace(self.person.id, sat.id), ModelPlace(other.id, run.id)}
        back = (ModelPlace(self.person.id, run.id), ModelPlace(other.id, sat.id))
        changed = [*(one for one in places if one not in swapped), *back]
        # What wishes and announced places come to is a sum over people, so two of them say it.
        both = replace(instance, people=(self.person, other), rules=())
        before, after = (
            [one for one in them if one.person in {self.person.id, other.id}] for them in (places, changed)
        )
        return (
            _worth_of_wishes(both, before) == _worth_of_wishes(both, after)
            and not faults(instance, changed)
            and _broken(instance, changed) == self.published.broken
        )


def _worth_of_wishes(instance: Instance, places: Sequence[ModelPlace]) -> list[int]:
    return [one.value for one in worth(instance, places) if one.goal is not Goal.LOT]


def _broken(instance: Instance, places: Sequence[ModelPlace]) -> int:
    return sum(violations(instance, places, rule) for rule in instance.rules if rule.soft)
