# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Why somebody got these places: the published protocol, read for one person and for everybody.

Numbers only about others: nobody is named, and nobody's needs, of which the protocol knows nothing (DP-04).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.allocation.figures import Demand, Mix, Summary, demand_by_run, mixes, summarise
from app.allocation.instance import Instance, ModelPerson, ModelPlace, ModelRun, Wish, lots_of, runs_of
from app.allocation.models import HOLDS, AllocationRun
from app.allocation.protocol import Seat, is_older, read_instance, read_places, read_refusals, read_stages
from app.allocation.result import Infeasibility, Stage, WhyNot
from app.allocation.rules import Hindrance, Proof
from app.allocation.verification import Occupancy, violations
from app.db import Json
from app.programme.agenda import RoundView, RunView

GIVEN_UP = timedelta(minutes=30)  # a process that has not said why by then has ended in between


class WishOutcome(Enum):
    """What became of a wish."""

    GRANTED = "granted"
    NOT_NEEDED = "not_needed"  # a dearer one was granted
    COVERED = "covered"  # a run over several rounds, a wish of another one, fills this round and was as dear
    CALLED_OFF = "called_off"
    BARRED = "barred"
    SEATS = "seats"  # fewer than the person and who comes along need
    AWAY = "away"  # it fills a round in which the person is absent or at work
    ELSEWHERE = "elsewhere"  # the same workshop in another round
    REFUSED = "refused"  # `why` says what stood against it
    PENDING = "pending"  # that is still being worked out


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
    refusals: Mapping[Seat, WhyNot] | None  # None: still being worked out
    instance_fingerprint: str
    result_fingerprint: str
    published_at: datetime
    older: bool  # made by the goals of an earlier version
    memory: bool  # whether the lot remembered anybody


@dataclass(frozen=True, slots=True)
class WishView:
    """A wish and what became of it; `runs` that are parallel are one wish. `twins` have a place there and wished for the same
    in all rounds, `first` have one there and drew before because they lost more at an earlier day."""

    rank: int
    runs: tuple[RunView, ...]
    outcome: WishOutcome
    demand: Demand
    why: WhyNot | None = None
    twins: int = 0
    first: int = 0


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
    remembered: int  # ranks that the person was remembered to have lost
    memory: bool  # whether anybody was

    @property
    def lot_decided(self) -> bool:
        """Whether the lot took a place, as far as that is known."""
        return any(
            wish.why is not None and wish.why.hindrance in {Hindrance.LOT, Hindrance.UNKNOWN}
            for one in self.rounds
            for wish in one.wishes
        )

    @property
    def conditions(self) -> tuple[Infeasibility, ...]:
        """Those that stood against wishes."""
        return tuple(
            wish.why.condition
            for one in self.rounds
            for wish in one.wishes
            if wish.why is not None and wish.why.condition is not None
        )


def find_published(session: Session, event_id: int, now: datetime) -> tuple[int, bool] | None:
    """The allocation that holds, without its long protocol, and whether its reasons are still being worked out."""
    found = select(AllocationRun.id, AllocationRun.finished_at, AllocationRun.refusals.is_not(None)).where(
        AllocationRun.event_id == event_id, HOLDS
    )
    row = session.execute(found).first()
    if row is None:
        return None
    number, finished_at, said = row
    return number, not said and finished_at is not None and now - finished_at <= GIVEN_UP


def read_published(session: Session, allocation_run_id: int, *, pending: bool) -> Published:
    """Everything that pages say of a published allocation."""
    found = session.get_one(AllocationRun, allocation_run_id)
    refusals = None if pending else found.refusals or []
    return open_protocol(found.protocol or {}, found.published_at or found.created_at, refusals)


def open_protocol(
    protocol: Mapping[str, Any], published_at: datetime, refusals: Sequence[Json] | None
) -> Published:
    instance, places = read_instance(protocol), read_places(protocol)
    return Published(
        instance=instance,
        places=places,
        summary=summarise(instance, places),
        demands=demand_by_run(instance),
        mixes={one.run: one for one in mixes(instance, places)},
        stages=read_stages(protocol),
        lots=lots_of(instance),
        broken=sum(violations(instance, places, rule) for rule in instance.rules if rule.soft),
        proof=Proof(protocol["proof"]),
        solver=f"{protocol['solver']['name']} {protocol['solver']['version']}",
        refusals=None if refusals is None else read_refusals(refusals),
        instance_fingerprint=str(protocol["instance_fingerprint"]),
        result_fingerprint=str(protocol["result_fingerprint"]),
        published_at=published_at,
        older=is_older(protocol),
        memory=any(one.remembered for one in instance.people),
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
        person.remembered,
        published.memory,
    )


class _Reader:
    def __init__(
        self, published: Published, occupancy: Occupancy, person: ModelPerson, offered: Mapping[int, RunView]
    ) -> None:
        self.published, self.occupancy, self.person, self.offered = published, occupancy, person, offered
        self.mine = occupancy.of_person[person.id]
        self.wishes = occupancy.wishes_of(person)
        self.levels = dict(occupancy.levels(person))

    def round(self, one: RoundView) -> RoundOutcome:
        here = [run for run in self.mine if one.id in run.rounds]
        led = next((run for run in here if self.person.id in run.staff), None)
        sat = next((run for run in here if self.person.id not in run.staff), None)
        wished = self.wishes.get(one.id, ())
        granted = next(
            (number for number, wish in enumerate(wished, start=1) if sat and sat.id in runs_of(wish)), None
        )
        return RoundOutcome(
            one,
            one.id not in self.person.present,
            self.offered.get(led.id) if led else None,
            self.offered.get(sat.id) if sat else None,
            # a run over several rounds may be a wish for the first of them
            self.occupancy.rank_of(self.person, sat) if sat is not None else None,
            tuple(
                self._wish(number, wish, granted, self.levels.get(one.id))
                for number, wish in enumerate(wished, start=1)
                if not self.offered.keys().isdisjoint(runs_of(wish))
            ),
        )

    def _wish(self, number: int, wish: Wish, granted: int | None, level: int | None) -> WishView:
        runs = [self.occupancy.runs[one] for one in runs_of(wish)]
        outcome, why = self._outcome(number, runs, granted, level)
        drawn = why is not None and why.hindrance is Hindrance.LOT
        twins = len(self._twins(runs)) if drawn else 0
        offered = tuple(self.offered[run.id] for run in runs if run.id in self.offered)
        demand = self.published.demands[runs[0].id]
        return WishView(number, offered, outcome, demand, why, twins, self._first(runs) if drawn else 0)

    def _first(self, runs: Sequence[ModelRun]) -> int:
        """How many there drew before because they lost more at an earlier day."""
        there = (one for run in runs for one in self.occupancy.participants[run.id])
        return sum(one.remembered > self.person.remembered for one in there)

    def _outcome(
        self, number: int, runs: Sequence[ModelRun], granted: int | None, level: int | None
    ) -> tuple[WishOutcome, WhyNot | None]:
        """Parallel `runs` are called off or barred only if each of them is. `level`: how dear the run is that fills the round."""
        if granted is not None and number >= granted:
            return (WishOutcome.GRANTED if number == granted else WishOutcome.NOT_NEEDED), None
        plain = self._plainly(runs)
        if plain is not None:
            return plain, None
        if level is not None and number >= level:
            return WishOutcome.COVERED, None
        if self.published.refusals is None:
            return WishOutcome.PENDING, None
        why = self.published.refusals.get((self.person.id, runs[0].id), WhyNot(Hindrance.UNKNOWN))
        return (WishOutcome.BARRED, None) if why.hindrance is Hindrance.BARRED else (WishOutcome.REFUSED, why)

    def _plainly(self, runs: Sequence[ModelRun]) -> WishOutcome | None:
        """What is seen at once, without another allocation in mind; of parallel runs, if it is seen of each of them."""
        seen = [self._plainly_of(run) for run in runs]
        if None in seen:
            return None
        return next((one for one in seen if one is not WishOutcome.CALLED_OFF), WishOutcome.CALLED_OFF)

    def _plainly_of(self, run: ModelRun) -> WishOutcome | None:
        busy = {number for one in self.mine if self.person.id in one.staff for number in one.rounds}
        said = {
            WishOutcome.CALLED_OFF: not self.occupancy.takes_place(run),
            WishOutcome.BARRED: run.id in self.person.forbidden,
            WishOutcome.SEATS: run.capacity < self.person.chairs,
            WishOutcome.AWAY: not set(run.rounds) <= set(self.person.present) - busy,
            WishOutcome.ELSEWHERE: any(one.workshop == run.workshop for one in self.mine),
        }
        return next((outcome for outcome, holds in said.items() if holds), None)

    def _twins(self, runs: Sequence[ModelRun]) -> list[ModelPerson]:
        """Who sits in one of the runs, is there in the same rounds and wished for the same in each of them."""
        return [
            other
            for run in runs
            for other in self.occupancy.participants[run.id]
            if set(other.present) == set(self.person.present)
            and self.occupancy.wishes_of(other) == self.wishes
        ]
