# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

from dataclasses import replace

import pytest

from app.allocation.figures import demand_by_run, demands, mixes, summarise
from app.allocation.instance import Instance, ModelPerson, ModelPlace, ModelRun, Wishes
from app.allocation.rules import Goal
from app.allocation.sensitivity import one_more_chair
from app.allocation.solving import solve

RUNS = (ModelRun(10, 100, (1,), 1), ModelRun(11, 101, (1,), 3, staff=(9,)))
PEOPLE = (
    ModelPerson(1, (1,), 7, 3, (Wishes(1, (10, 11)),)),
    ModelPerson(2, (1,), 7, 4, (Wishes(1, (10,)),)),
    ModelPerson(3, (1,), 8, 4),
    ModelPerson(9, (1,), 8, 4, (Wishes(1, (10,)),)),
)
DAY = Instance((1,), PEOPLE, RUNS)
PLACES = [ModelPlace(1, 10), ModelPlace(2, 11), ModelPlace(3, 11), ModelPlace(9, 11)]


def test_an_allocation_in_one_row() -> None:
    found = summarise(DAY, PLACES)
    assert (found.people, found.without, found.outside, found.worst) == (2, 1, 1, 1)
    assert (dict(found.by_rank), found.first_wishes, found.unseated) == ({1: 1}, 1, 0)
    assert summarise(DAY, PLACES[1:]).unseated == 1


def test_who_meets_whom() -> None:
    small, large = mixes(DAY, PLACES)
    assert (small.run, small.participants, small.capacity, small.takes_place) == (10, 1, 1, True)
    assert (large.participants, dict(large.by_organisation)) == (2, {7: 1, 8: 1})
    assert (dict(large.by_kind), dict(large.by_rank)) == ({4: 2}, {None: 2})


def test_what_was_in_demand() -> None:
    first, second = demands(DAY)
    assert (dict(first.by_rank), first.people, first.seats) == ({1: 2}, 2, 1)
    assert dict(second.by_rank) == {2: 1}


def test_one_more_chair() -> None:
    allocation = solve(DAY)
    asked: list[tuple[int, int]] = []
    (chair,) = one_more_chair(DAY, allocation, progress=lambda *how: asked.append(how))
    assert asked == [(0, 1)]
    assert (chair.run, chair.by, chair.proven) == (10, 1, True)
    assert chair.gain is not None
    assert (chair.gain.goal, chair.gain.rank, chair.gain.value) == (Goal.RANK, 2, 0)
    (useless,) = one_more_chair(DAY, allocation, runs=[11])
    assert (useless.gain, useless.by) == (None, 0)


@pytest.mark.parametrize("run", [10, 11])
def test_a_closed_run_is_not_asked(run: int) -> None:
    closed = replace(DAY, runs=tuple(replace(one, closed=True) for one in RUNS))
    assert one_more_chair(closed, solve(DAY), runs=[run]) == ()


def test_parallel_runs_of_a_workshop_are_in_demand_together() -> None:
    """Who names both counts once, at the dearer of the two; lists of before named them one by one."""
    runs = (ModelRun(10, 100, (1,), 1), ModelRun(11, 101, (1,), 3), ModelRun(12, 100, (1,), 4, closed=True))
    wished = ((10, 12), 11), (11, 12, 10), (11,)
    people = tuple(ModelPerson(one, (1,), wishes=(Wishes(1, runs),)) for one, runs in enumerate(wished))
    first, second = demands(Instance((1,), people, runs))
    assert (first.runs, dict(first.by_rank), first.seats) == ((10, 12), {1: 1, 2: 1}, 1)
    assert (second.runs, dict(second.by_rank), second.seats) == ((11,), {1: 2, 2: 1}, 3)
    assert set(demand_by_run(Instance((1,), people, runs))) == {10, 11, 12}
