# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every reason for a refused wish must be true: with the seat pinned, a second solver finds the same first goal worse."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from app.allocation.instance import (
    Apart,
    Instance,
    ModelPerson,
    ModelPlace,
    ModelRun,
    OrganisationCap,
    SpreadColleagues,
    Wishes,
    forbid,
    pin,
)
from app.allocation.pinning import refused_wishes, why_refused
from app.allocation.result import Infeasibility, WhyNot
from app.allocation.rules import Goal, Hindrance, Obstacle, Proof
from app.allocation.solving import solve
from app.allocation.verification import violations, worth
from tests.allocation.asking import ask_the_other, many, varied
from tests.allocation.test_infeasibility import without

SOLO = ModelPerson(1, (1,), wishes=(Wishes(1, (10, 11)),))
RUNS = (ModelRun(10, 100, (1,), 1), ModelRun(11, 101, (1,), 2))


def reasons(instance: Instance) -> dict[tuple[int, int], WhyNot]:
    return why_refused(instance, solve(instance), seconds=60)


def first_worse(instance: Instance, best: list[int], pinned: list[int] | None) -> WhyNot:
    """What the values of all stages say, without a word of the search."""
    if pinned is None:
        return WhyNot(Hindrance.CONDITION)
    for one, before, after in zip(worth(instance, ()), best, pinned, strict=True):
        if before != after:
            return (
                WhyNot(Hindrance.LOT) if one.goal is Goal.LOT else WhyNot(Hindrance.GOAL, one.goal, one.rank)
            )
    return WhyNot(Hindrance.LOT)


def best_granting(instance: Instance, answers: list[list[int] | None]) -> list[int] | None:
    """Of the answers with one of the parallel runs pinned each, the best; None if none is possible."""
    signs = [-1 if one.most else 1 for one in worth(instance, ())]
    possible = [values for values in answers if values is not None]
    return min(possible, key=lambda values: [a * b for a, b in zip(signs, values, strict=True)], default=None)


@pytest.mark.long
@pytest.mark.parametrize("number", many(20, 60))
def test_a_second_solver_finds_the_same_goal_worse(number: int) -> None:
    instance = varied(number * 5 + 1, 24)
    found = solve(instance)
    if found.proof is Proof.INFEASIBLE:
        return
    told = why_refused(instance, found, seconds=600)
    refused = refused_wishes(instance, found.places)
    assert set(told) == set(refused)
    best = [one.value for one in found.stages]
    answers = iter(
        ask_the_other([pin(instance, seat[0], run) for seat, runs in refused.items() for run in runs])
    )
    for seat, runs in refused.items():
        values = best_granting(instance, [next(answers) for _run in runs])
        said = WhyNot(Hindrance.CONDITION) if told[seat].hindrance is Hindrance.BARRED else told[seat]
        assert replace(said, condition=None) == first_worse(instance, best, values), seat
    named = [(seat, why, why.condition) for seat, why in told.items() if why.condition is not None]
    freed = ask_the_other(
        [without(forced(instance, seat[0], refused[seat]), condition) for seat, _why, condition in named]
    )
    for (seat, why, condition), values in zip(named, freed, strict=True):
        assert values is not None, (seat, condition)
        if why.goal is Goal.RULES:
            assert broken(without(instance, condition), found.places) in {None, *range(values[0], 999)}, seat


def broken(instance: Instance, places: Iterable[ModelPlace]) -> int | None:
    """How often these places break rules that may be; None where there is none."""
    soft = [rule for rule in instance.rules if rule.soft]
    return sum(violations(instance, places, rule) for rule in soft) if soft else None


def forced(instance: Instance, person: int, wish: tuple[int, ...]) -> Instance:
    """Nothing but the runs of the wish is open to this person in its rounds; unlike a pin it stays when fixed places are left
    out."""
    rounds = set(instance.run(wish[0]).rounds)
    for other in instance.runs:
        if other.id not in wish and rounds.intersection(other.rounds):
            instance = forbid(instance, person, other.id)
    return instance


def test_the_sample_has_every_kind_of_reason() -> None:
    found = set()
    for number in range(20):
        instance = varied(number * 5 + 1, 24)
        if (allocation := solve(instance)).places:
            found |= {one.hindrance for one in why_refused(instance, allocation, seconds=60).values()}
    assert found == {Hindrance.BARRED, Hindrance.CONDITION, Hindrance.GOAL, Hindrance.LOT}


def test_the_lot_is_named_only_where_all_else_is_equal() -> None:
    twins = tuple(ModelPerson(one, (1,), wishes=SOLO.wishes) for one in (1, 2))
    (why,) = reasons(Instance((1,), twins, RUNS)).values()
    assert why == WhyNot(Hindrance.LOT)


def test_others_who_would_be_worse_off_are_named_by_their_rank() -> None:
    other = ModelPerson(2, (1,), wishes=(Wishes(1, (10, 12, 11)),))
    full = (*RUNS, ModelRun(12, 102, (1,), 0))
    assert reasons(Instance((1,), (SOLO, other), full)) == {(1, 10): WhyNot(Hindrance.GOAL, Goal.RANK, 3)}


def test_a_condition_for_all_is_named_as_one() -> None:
    colleague = ModelPerson(2, (1,), organisation=5, fixed=(10,))
    one = ModelPerson(1, (1,), organisation=5, wishes=(Wishes(1, (10, 11)),))
    runs = (ModelRun(10, 100, (1,), 2), ModelRun(11, 101, (1,), 2))
    capped = Instance((1,), (one, colleague), runs, (OrganisationCap(1),))
    cap = Infeasibility(Obstacle.ORGANISATION_CAP, {"most": 1, "organisation": 5, "runs": ()})
    assert reasons(capped) == {(1, 10): WhyNot(Hindrance.CONDITION, condition=cap)}
    soft = Instance((1,), (one, colleague), runs, (OrganisationCap(1, soft=True),))
    assert reasons(soft) == {(1, 10): WhyNot(Hindrance.GOAL, Goal.RULES, condition=cap)}


def test_of_rules_that_may_be_broken_the_one_without_which_the_others_need_not_be_is_named() -> None:
    """Away from 2, who is fixed there: without that rule a seat beside 2 breaks nothing, without the cap it breaks it still."""
    people = (
        ModelPerson(1, (1,), organisation=5, wishes=(Wishes(1, (10, 11)),)),
        ModelPerson(2, (1,), organisation=6, fixed=(10,)),
    )
    runs = (ModelRun(10, 100, (1,), 2), ModelRun(11, 101, (1,), 2))
    rules = (OrganisationCap(1, soft=True), Apart(1, 2, soft=True))
    apart = Infeasibility(Obstacle.APART, {"partners": (1, 2)})
    told = reasons(Instance((1,), people, runs, rules))
    assert told == {(1, 10): WhyNot(Hindrance.GOAL, Goal.RULES, condition=apart)}
    colleagues = tuple(replace(one, organisation=5) for one in people)
    both = reasons(Instance((1,), colleagues, runs, rules))
    assert both == {(1, 10): WhyNot(Hindrance.GOAL, Goal.RULES)}  # no single one stands alone against it


def test_a_rule_that_spreads_colleagues_is_named_for_their_organisation() -> None:
    one = ModelPerson(1, (1,), organisation=5, wishes=(Wishes(1, (10, 11)),))
    people = (one, ModelPerson(2, (1,), organisation=5, fixed=(10,)))
    runs = (ModelRun(10, 100, (1,), 2), ModelRun(11, 101, (1,), 2))
    (why,) = reasons(Instance((1,), people, runs, (SpreadColleagues(soft=True),))).values()
    spread = Infeasibility(Obstacle.SPREAD, {"organisation": 5})
    assert why == WhyNot(Hindrance.GOAL, Goal.RULES, condition=spread)


def test_what_was_not_open_to_somebody_is_not_searched() -> None:
    barred = ModelPerson(1, (1,), wishes=SOLO.wishes, forbidden=(10,))
    assert reasons(Instance((1,), (barred,), RUNS)) == {(1, 10): WhyNot(Hindrance.BARRED)}


def test_without_time_nothing_is_claimed() -> None:
    twins = tuple(ModelPerson(one, (1,), wishes=SOLO.wishes) for one in (1, 2))
    instance = Instance((1,), twins, RUNS)
    told = why_refused(instance, solve(instance), seconds=0)
    assert set(told.values()) == {WhyNot(Hindrance.UNKNOWN)}


def test_a_wish_for_parallel_runs_is_refused_only_with_all_of_them() -> None:
    both = (ModelRun(10, 100, (1,), 1), ModelRun(11, 101, (1,), 5), ModelRun(12, 100, (1,), 1))
    people = tuple(ModelPerson(one, (1,), wishes=(Wishes(1, ((10, 12), 11)),)) for one in (1, 2, 3))
    instance = Instance((1,), people, both)
    found = solve(instance)
    assert {place.run for place in found.places} == {10, 11, 12}
    ((seat, why),) = reasons(instance).items()
    assert (seat[1], why) == (10, WhyNot(Hindrance.LOT))
    barred = replace(instance, people=(replace(people[0], forbidden=(10, 12)), *people[1:]))
    assert reasons(barred) == {(1, 10): WhyNot(Hindrance.BARRED)}
    half = replace(instance, people=(replace(people[0], forbidden=(10,)), *people[1:]))
    assert Hindrance.BARRED not in {one.hindrance for one in reasons(half).values()}
