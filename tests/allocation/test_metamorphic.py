# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What must hold between two answers, whatever the question: more is never worse, names do not matter."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from app.allocation.instance import (
    Apart,
    Instance,
    ModelPlace,
    Rule,
    Together,
    as_data,
    draw_lots,
)
from app.allocation.rules import Goal, Mode, Proof
from app.allocation.solving import solve
from app.allocation.verification import Occupancy, worth
from tests.allocation.asking import many, varied
from tools.instances import Description, invent


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


def shuffled(instance: Instance, chance: Random) -> Instance:
    """The same question, written down in another order."""

    def mixed(things: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(things, len(things)))

    people = (replace(one, wishes=mixed(one.wishes), fixed=mixed(one.fixed)) for one in instance.people)
    return replace(
        instance, people=mixed(tuple(people)), runs=mixed(instance.runs), rules=mixed(instance.rules)
    )


@pytest.mark.long
def test_the_order_in_which_things_are_written_changes_no_place() -> None:
    for number in many(20, 300):
        instance = varied(number, 40)
        again = solve(shuffled(instance, Random(number)))
        assert again.places == solve(instance).places, number


@pytest.mark.long
def test_a_protocol_solved_again_in_another_process_gives_the_same_places() -> None:
    instances = [varied(number, 40) for number in many(6, 60)]
    mine = [[[one.person, one.run] for one in solve(instance).places] for instance in instances]
    code = (
        "import json, sys\n"
        "from app.allocation.instance import from_data\n"
        "from app.allocation.solving import solve\n"
        "for line in sys.stdin:\n"
        "    print(json.dumps([[one.person, one.run] for one in solve(from_data(json.loads(line))).places]))\n"
    )
    lines = "".join(json.dumps(as_data(one)) + "\n" for one in instances)
    done = subprocess.run([sys.executable, "-c", code], input=lines, capture_output=True, text=True)
    assert (done.returncode, [json.loads(line) for line in done.stdout.splitlines()]) == (0, mine)


def a_round(number: int) -> Instance:
    return invent(
        Description(
            6 + number * 7 % 30,
            1,
            3 + number % 4,
            wishes=4 + number % 3,
            spare=(0.0, 0.1, 0.3)[number % 3],
            mixing=("none", "loose", "strict")[number // 3 % 3],
            minimum=number % 2 == 0,
            mode=Mode.GREEDY if number % 5 == 4 else Mode.GENEROUS,
            parallel=1 if number % 4 == 1 else 0,
        ),
        number,
    )


@pytest.mark.long
def test_a_shortened_list_never_gets_a_better_rank_than_the_whole_one() -> None:
    """All else equal, in one round; over several, giving up one may help in another (docs/zuteilung.md counts how often)."""
    hurt = 0
    for number in many(300, 1000):
        instance, chance = a_round(number), Random(number)
        honest = solve(instance)
        listed = [one for one in instance.people if one.wishes and len(one.wishes[0].runs) > 1]
        for person in chance.sample(listed, min(2, len(listed)) if honest.places else 0):
            (wishes,) = person.wishes
            short = replace(wishes, runs=wishes.runs[: chance.randrange(len(wishes.runs))])
            people = tuple(replace(one, wishes=(short,)) if one is person else one for one in instance.people)
            ranks = [
                dict(Occupancy(instance, places).levels(person))[wishes.round]
                for places in (honest.places, solve(replace(instance, people=people)).places)
            ]
            assert ranks[0] <= ranks[1], (number, person.id)
            hurt += ranks[0] < ranks[1]
    assert hurt


@pytest.mark.long
def test_a_lower_lot_never_sits_worse_with_the_same_list() -> None:
    """Two people who differ in nothing but the lot."""
    for number in many(40, 300):
        instance = a_round(number)
        first, second, *others = instance.people
        twin = replace(first, id=second.id)
        instance = replace(instance, people=(first, twin, *others), rules=())
        found = solve(instance)
        if found.places:
            occupancy = Occupancy(instance, found.places)
            lots = draw_lots(instance.seed, [one.id for one in instance.people])
            ranks = [sum(level for _number, level in occupancy.levels(one)) for one in (first, twin)]
            assert (lots[first.id] < lots[twin.id]) == (ranks[0] <= ranks[1]) or ranks[0] == ranks[1], number
