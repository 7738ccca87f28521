# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is named as a culprit is one: with it left out, looking at every allocation there is finds a possible one."""

import random
from collections.abc import Iterable
from dataclasses import replace

import pytest

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    ModelPerson,
    ModelRun,
    OrganisationCap,
    Rule,
    SpreadColleagues,
    Together,
)
from app.allocation.result import Infeasibility
from app.allocation.rules import Obstacle, Proof
from app.allocation.solving import solve
from tests.allocation.asking import any_possible, many, tiny

ROOMY = 99


def crowded(number: int) -> Instance:
    """A tiny day with more conditions than go together, often."""
    chance = random.Random(f"crowded {number}")
    made = tiny(number)
    ids = [one.id for one in made.people]
    rules: list[Rule] = [one for one in made.rules if one.soft]
    for _ in range(chance.randrange(4)):
        first, second = chance.sample(ids, 2)
        rules.append(chance.choice((Together, Apart))(first, second))
    rules += chance.choice(
        (
            [],
            [OrganisationCap(1)],
            [KindBounds(chance.randrange(1, 4), least=1)],
            [SpreadColleagues(soft=False)],
        )
    )
    people = tuple(
        replace(one, organisation=chance.randrange(2), fixed=_somewhere(chance, made, one))
        for one in made.people
    )
    return replace(made, people=people, rules=tuple(rules))


def _somewhere(chance: random.Random, instance: Instance, person: ModelPerson) -> tuple[int, ...]:
    if chance.random() < 0.7:
        return person.fixed
    return (chance.choice(instance.runs).id,)


def without(instance: Instance, said: Infeasibility) -> Instance:  # noqa: PLR0911, PLR0912 - a table, one line each
    """The day without what was named; by what the sentence says, not by how it was found."""
    values = said.values
    match said.obstacle:
        case Obstacle.TOGETHER | Obstacle.APART:
            kind = Together if said.obstacle is Obstacle.TOGETHER else Apart
            return with_rules(
                instance,
                lambda rule: (
                    not (
                        isinstance(rule, kind)
                        and {rule.first, rule.second} <= set(numbers(values["partners"]))
                    )
                ),
            )
        case Obstacle.ORGANISATION_CAP | Obstacle.SPREAD if values["organisation"] is not None:
            return with_people(
                instance,
                lambda one: replace(
                    one, organisation=None if one.organisation == values["organisation"] else one.organisation
                ),
            )
        case Obstacle.ORGANISATION_CAP:
            return with_rules(instance, lambda rule: not isinstance(rule, OrganisationCap))
        case Obstacle.SPREAD:
            return with_rules(instance, lambda rule: not isinstance(rule, SpreadColleagues))
        case Obstacle.KIND:
            runs = [run.id for run in instance.runs if run.id not in numbers(values["runs"])]
            (rule,) = [one for one in instance.rules if isinstance(one, KindBounds)]
            others = [one for one in instance.rules if one is not rule]
            kept = [replace(rule, runs=tuple(runs))] if values["runs"] and runs else []
            return replace(instance, rules=(*others, *kept))
        case Obstacle.FIXED | Obstacle.FIXED_PLACE:
            return with_people(
                instance,
                lambda one: (
                    replace(one, fixed=tuple(run for run in one.fixed if run != values.get("run", run)))
                    if one.id == values.get("person", one.id)
                    else one
                ),
            )
        case Obstacle.MINIMUM | Obstacle.MINIMUM_OF_RUN:
            return with_runs(
                instance,
                lambda run: (
                    replace(run, minimum=min(run.minimum, 1)) if run.id == values.get("run", run.id) else run
                ),
            )
        case Obstacle.WORKSHOP_TWICE:
            return with_runs(instance, lambda run: replace(run, workshop=1_000_000 + run.id))
        case Obstacle.SAME_WORKSHOP:
            return with_runs(
                instance,
                lambda run: (
                    replace(run, workshop=1_000_000 + run.id) if run.id in numbers(values["runs"]) else run
                ),
            )
        case Obstacle.SEATS_TOGETHER:
            return with_runs(instance, lambda run: replace(run, capacity=ROOMY))
        case Obstacle.SEATS_OF_RUN:
            return with_runs(
                instance, lambda run: replace(run, capacity=ROOMY) if run.id == values["run"] else run
            )
        case Obstacle.SEATS_OF_ROUND:
            return with_runs(
                instance, lambda run: replace(run, capacity=ROOMY) if values["round"] in run.rounds else run
            )
        case Obstacle.NEEDS_TOGETHER:
            return with_people(instance, lambda one: replace(one, needs=frozenset()))
        case _:
            raise AssertionError(said)


def numbers(said: object) -> tuple[int, ...]:
    assert isinstance(said, tuple)
    return said


def with_rules(instance: Instance, stays) -> Instance:  # type: ignore[no-untyped-def]
    return replace(instance, rules=tuple(rule for rule in instance.rules if rule.soft or stays(rule)))


def with_people(instance: Instance, change) -> Instance:  # type: ignore[no-untyped-def]
    return replace(instance, people=tuple(map(change, instance.people)))


def with_runs(instance: Instance, change) -> Instance:  # type: ignore[no-untyped-def]
    return replace(instance, runs=tuple(map(change, instance.runs)))


COUNTED = {Obstacle.SEATS, Obstacle.NEED, Obstacle.NO_RUN, Obstacle.TWO_JOBS}


def culprits(instance: Instance) -> tuple[Infeasibility, ...]:
    found = solve(instance)
    assert found.proof is Proof.INFEASIBLE
    return found.reasons


@pytest.mark.parametrize("number", many(160, 1000))
def test_without_the_culprit_it_is_possible(number: int) -> None:
    instance = crowded(number)
    found = solve(instance)
    if found.proof is not Proof.INFEASIBLE or found.reasons[0].obstacle in COUNTED:
        return
    assert not any_possible(instance)
    first, *others = found.reasons
    if first.obstacle is not Obstacle.SEVERAL:
        for said in found.reasons:
            assert any_possible(without(instance, said)), said
        return
    assert others
    together = instance
    for said in others:
        assert not any_possible(without(instance, said)), said
        together = without(together, said)
    assert any_possible(together), others


def test_the_sample_has_most_kinds_of_reasons() -> None:
    found = set()
    for number in range(160):
        reasons = solve(crowded(number)).reasons
        found |= {one.obstacle for one in reasons}
    assert found >= {
        Obstacle.TOGETHER,
        Obstacle.APART,
        Obstacle.ORGANISATION_CAP,
        Obstacle.KIND,
        Obstacle.FIXED_PLACE,
        Obstacle.SEATS_OF_RUN,
        Obstacle.SEVERAL,
    }


def people(*numbers: int, **facts: object) -> tuple[ModelPerson, ...]:
    return tuple(ModelPerson(number, (1,), **facts) for number in numbers)  # type: ignore[arg-type]


def reasons(
    rules: Iterable[Rule], runs: Iterable[ModelRun], *persons: ModelPerson
) -> set[tuple[object, ...]]:
    found = culprits(Instance((1,), persons, tuple(runs), tuple(rules)))
    return {(one.obstacle, *one.values.items()) for one in found}


def test_all_partners_are_named_and_nobody_else() -> None:
    """Three in three runs of two seats, who stay together; that two others do, too, stands in nobody's way."""
    runs = [ModelRun(number, number, (1,), 2) for number in (10, 11, 12)]
    rules = (Together(1, 2), Together(2, 3), Together(4, 5))
    assert (Obstacle.TOGETHER, ("partners", (1, 2, 3))) in reasons(rules, runs, *people(1, 2, 3, 4, 5))


def test_of_pairs_that_hang_together_only_those_in_the_way_are_named() -> None:
    runs = [ModelRun(number, number, (1,), 9) for number in (10, 11)]
    rules = (Apart(1, 2), Apart(2, 3), Apart(1, 3), Apart(3, 4))
    assert reasons(rules, runs, *people(1, 2, 3, 4)) == {(Obstacle.APART, ("partners", (1, 2, 3)))}


def test_the_organisation_and_the_run_are_named() -> None:
    one = ModelRun(10, 1, (1,), 9)
    colleagues, other = people(1, 2, 3, organisation=7), people(4, organisation=8)
    cap = (OrganisationCap(2),)
    said = (Obstacle.ORGANISATION_CAP, ("most", 2), ("organisation", 7), ("runs", ()))
    assert reasons(cap, [one], *colleagues, *other) == {said}
    runs = [ModelRun(number, number, (1,), 9) for number in (10, 11)]
    bounds = (KindBounds(3, least=1),)
    kinds = people(1, 2, kind=3)
    told = reasons(bounds, [replace(run, minimum=0) for run in runs], *kinds[:1])
    assert told == {
        (Obstacle.KIND, ("kind", 3), ("least", 1), ("most", None), ("runs", (run,))) for run in (10, 11)
    }


def test_whose_colleagues_cannot_be_spread_is_named() -> None:
    runs = [ModelRun(10, 1, (1,), 1), ModelRun(11, 2, (1,), 4)]
    fixed = tuple(replace(one, fixed=(11,)) for one in people(1, 2, organisation=7))
    said = reasons((SpreadColleagues(soft=False),), runs, *fixed, *people(3, organisation=8))
    assert (Obstacle.SPREAD, ("organisation", 7)) in said


def test_seats_are_named_with_their_run() -> None:
    fixed = tuple(replace(one, fixed=(10,)) for one in people(1, 2))
    runs = [ModelRun(10, 1, (1,), 1), ModelRun(11, 2, (1,), 4)]
    assert reasons((), runs, *fixed) == {
        (Obstacle.FIXED_PLACE, ("person", 1), ("run", 10)),
        (Obstacle.FIXED_PLACE, ("person", 2), ("run", 10)),
        (Obstacle.SEATS_OF_RUN, ("run", 10), ("seats", 1)),
    }


def test_the_workshop_and_the_least_number_are_named() -> None:
    twice = Instance((1, 2), (ModelPerson(1, (1, 2)),), (ModelRun(10, 1, (1,), 3), ModelRun(20, 1, (2,), 3)))
    assert [(one.obstacle, dict(one.values)) for one in culprits(twice)] == [
        (Obstacle.SAME_WORKSHOP, {"runs": (10, 20)})
    ]
    assert reasons((), [ModelRun(10, 1, (1,), 9, minimum=4)], *people(1, 2)) == {
        (Obstacle.MINIMUM_OF_RUN, ("run", 10), ("least", 4))
    }


def test_who_would_be_at_work_twice_is_named() -> None:
    runs = [ModelRun(number, number, (1,), 9, staff=(1,)) for number in (10, 11)]
    assert reasons((), runs, *people(1, 2)) == {(Obstacle.TWO_JOBS, ("round", 1), ("person", 1))}
