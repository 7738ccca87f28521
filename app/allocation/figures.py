# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Places in numbers: who got which wish, who meets whom, what was in demand."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.allocation.instance import Instance, ModelPlace, ModelRun, runs_of
from app.allocation.verification import Occupancy


@dataclass(frozen=True, slots=True)
class Summary:
    """An allocation in one row of a table. A seat is a person in a round; only rounds somebody wished in count.

    `by_rank`: number of the wish to seats. `without`: people with wishes of whom none was granted. `worst`: the
    highest number of a wish that was granted, 0 if none was. `unseated`: seats that are missing (never after `solve`).
    """

    people: int
    without: int
    outside: int
    by_rank: Mapping[int, int]
    worst: int
    unseated: int

    @property
    def first_wishes(self) -> int:
        return self.by_rank.get(1, 0)


@dataclass(frozen=True, slots=True)
class Mix:
    """Who meets in a run: participants (staff not among them) by organisation, kind and number of the wish. They take
    `chairs` of the `capacity`, with who comes along.

    Key None of `by_organisation` and `by_kind`: without one; of `by_rank`: outside the wishes, or no wish at all.
    """

    run: int
    takes_place: bool
    participants: int
    chairs: int
    capacity: int
    by_organisation: Mapping[int | None, int]
    by_kind: Mapping[int | None, int]
    by_rank: Mapping[int | None, int]


@dataclass(frozen=True, slots=True)
class Demand:
    """How much a workshop is wished for, parallel `runs` together: `by_rank` number of the wish to people, `seats` for
    participants."""

    runs: tuple[int, ...]
    by_rank: Mapping[int, int]
    seats: int

    @property
    def people(self) -> int:
        return sum(self.by_rank.values())


def summarise(instance: Instance, places: Iterable[ModelPlace]) -> Summary:
    occupancy = Occupancy(instance, places)
    ranks: Counter[int | None] = Counter()
    without = unseated = people = 0
    for person in instance.people:
        mine = [rank for _number, rank in occupancy.ranks(person)]
        ranks.update(mine)
        if occupancy.wishes_of(person):
            people += 1
            without += all(rank is None for rank in mine)
        sat = {number for run in occupancy.of_person[person.id] for number in run.rounds}
        unseated += len(set(person.present) - sat)
    by_rank = {rank: many for rank, many in sorted(ranks.items(), key=lambda one: one[0] or 0) if rank}
    return Summary(people, without, ranks[None], by_rank, max(by_rank, default=0), unseated)


def mixes(instance: Instance, places: Iterable[ModelPlace]) -> tuple[Mix, ...]:
    """One per run, in the order of the instance."""
    occupancy = Occupancy(instance, places)
    found = []
    for run in instance.runs:
        people = occupancy.participants[run.id]
        found.append(
            Mix(
                run.id,
                occupancy.takes_place(run),
                len(people),
                occupancy.chairs(run),
                run.capacity,
                dict(Counter(one.organisation for one in people)),
                dict(Counter(one.kind for one in people)),
                dict(Counter(occupancy.rank_of(one, run) for one in people)),
            )
        )
    return tuple(found)


def full_runs(instance: Instance, places: Iterable[ModelPlace]) -> list[int]:
    """The runs in which a chair more might help somebody: not each of those who were placed would find room there."""
    most = max((person.chairs for person in instance.people), default=1)
    return [one.run for one in mixes(instance, places) if one.chairs + most > one.capacity]


def demands(instance: Instance) -> tuple[Demand, ...]:
    """One per workshop and the rounds it fills, in the order of the instance; who wishes for parallel runs counts once."""
    occupancy = Occupancy(instance, ())
    together: dict[tuple[int, tuple[int, ...]], list[ModelRun]] = {}
    for run in instance.runs:
        together.setdefault((run.workshop, run.rounds), []).append(run)
    wished: dict[tuple[int, tuple[int, ...]], Counter[int]] = {key: Counter() for key in together}
    for person in instance.people:
        dearest: dict[tuple[int, tuple[int, ...]], int] = {}
        for wishes in occupancy.wishes_of(person).values():
            for rank, wish in enumerate(wishes, start=1):
                for run in map(instance.run, runs_of(wish)):
                    key = (run.workshop, run.rounds)
                    dearest[key] = min(rank, dearest.get(key, rank))
        for key, rank in dearest.items():
            wished[key][rank] += 1
    return tuple(
        Demand(
            tuple(run.id for run in runs),
            dict(sorted(wished[key].items())),
            sum(run.capacity for run in runs if not run.closed),
        )
        for key, runs in together.items()
    )


def demand_by_run(instance: Instance) -> dict[int, Demand]:
    """Run id → how much its workshop is wished for; parallel runs share one."""
    return {run: one for one in demands(instance) for run in one.runs}


def list_lengths(instance: Instance) -> dict[int, int]:
    """How many wishes a list names → how many lists do, over all people and the rounds they may wish in; 0: none at all."""
    occupancy = Occupancy(instance, ())
    found: Counter[int] = Counter()
    for person in instance.people:
        wishes = occupancy.wishes_of(person)
        found.update(
            len(wishes.get(number, ()))
            for number in person.present
            if number not in occupancy.working[person.id]
        )
    return dict(sorted(found.items()))
