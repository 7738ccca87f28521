# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What must hold between two answers, whatever the question: more is never worse, names do not matter."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.allocation.instance import Apart, Instance, ModelPlace, Rule, Together
from app.allocation.rules import Goal, Proof
from app.allocation.solving import solve
from app.allocation.verification import worth
from tests.allocation.asking import many, varied


def values(instance: Instance) -> list[int] | None:
    """Stage by stage, small is good; without the lot, which is about names. None: impossible."""
    found = solve(instance)
    if found.proof is Proof.INFEASIBLE:
        return None
    assert found.proof is Proof.OPTIMAL
    return [-one.value if one.most else one.value for one in found.stages if one.goal is not Goal.LOT]


def more_places(instance: Instance) -> Instance:
    runs = tuple(
        replace(run, capacity=run.capacity + 1 + position % 2) for position, run in enumerate(instance.runs)
    )
    return replace(instance, runs=runs)


def no_minimum(instance: Instance) -> Instance:
    """One person more is asked for or less: minimum sizes halved. At least one stays, so staff is where it was."""
    return replace(instance, runs=tuple(replace(run, minimum=-(-run.minimum // 2)) for run in instance.runs))


def higher_caps(instance: Instance) -> Instance:
    return replace(
        instance,
        rules=tuple(
            replace(rule, most=rule.most + 1) if getattr(rule, "most", None) is not None else rule
            for rule in instance.rules
        ),
    )


def no_hard_mixing(instance: Instance) -> Instance:
    return replace(instance, rules=tuple(rule for rule in instance.rules if rule.soft))


@pytest.mark.long
@pytest.mark.parametrize("easier", [more_places, no_minimum, higher_caps, no_hard_mixing])
def test_what_is_easier_is_never_worse(easier: Callable[[Instance], Instance]) -> None:
    for number in many(8, 80):
        instance = varied(number * 3 + 2, 60)
        before, after = values(instance), values(easier(instance))
        if before is not None:
            assert after is not None, number
            assert after <= before, number


def renamed(instance: Instance) -> Instance:
    """Everybody gets another id, so another lot and another position."""
    new = {one.id: 1000 - 7 * position for position, one in enumerate(instance.people)}

    def rename(rule: Rule) -> Rule:
        if isinstance(rule, Together | Apart):
            return replace(rule, first=new[rule.first], second=new[rule.second])
        return rule

    return replace(
        instance,
        people=tuple(replace(one, id=new[one.id]) for one in instance.people),
        runs=tuple(replace(run, staff=tuple(new[one] for one in run.staff)) for run in instance.runs),
        rules=tuple(rename(rule) for rule in instance.rules),
    )


@pytest.mark.long
def test_names_change_no_stage() -> None:
    for number in many(12, 80):
        instance = varied(number * 2 + 1, 60)
        assert values(renamed(instance)) == values(instance), number


@pytest.mark.long
def test_a_better_neighbour_does_not_exist() -> None:
    """Two people swap their runs, everywhere it is possible: nothing gets better by it."""
    from app.allocation.verification import faults

    for number in many(3, 20):
        instance = varied(number * 6, 14)
        found = solve(instance)
        best = [-one.value if one.most else one.value for one in found.stages]
        for one in found.places:
            for other in found.places:
                if one.person < other.person and one.run != other.run:
                    swapped = {*found.places} - {one, other}
                    swapped |= {ModelPlace(one.person, other.run), ModelPlace(other.person, one.run)}
                    if not faults(instance, swapped):
                        there = worth(instance, swapped)
                        assert [-w.value if w.most else w.value for w in there] >= best
