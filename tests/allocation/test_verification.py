# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Each condition broken once by hand, each goal counted once by hand."""

from dataclasses import replace

import pytest

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    ModelPerson,
    ModelPlace,
    ModelRun,
    OrganisationCap,
    Rule,
    SpreadColleagues,
    Together,
    Wishes,
)
from app.allocation.rules import Goal, Mode, Obstacle
from app.allocation.verification import Occupancy, faults, granted, violations, weight_of, worth
from app.registration.workshops.rules import Need

PEOPLE = (
    ModelPerson(1, (1, 2), 7, 3, (Wishes(1, (10, 11)), Wishes(2, (21, 20))), frozenset({Need.STEP_FREE})),
    ModelPerson(2, (1, 2), 7, 4, (Wishes(1, (10,)), Wishes(2, (20,)))),
    ModelPerson(3, (1, 2), 8, 4),
    ModelPerson(4, (1,), 8, 4),
)
RUNS = (
    ModelRun(10, 100, (1,), 2, features=frozenset({Need.STEP_FREE})),
    ModelRun(11, 101, (1,), 3),
    ModelRun(20, 102, (2,), 2, minimum=2, features=frozenset(Need)),
    ModelRun(21, 101, (2,), 3, features=frozenset(Need)),
    ModelRun(30, 103, (1, 2), 1),
)
DAY = Instance((1, 2), PEOPLE, RUNS)
GOOD = [
    ModelPlace(1, 10),
    ModelPlace(2, 10),
    ModelPlace(3, 11),
    ModelPlace(4, 11),
    ModelPlace(1, 20),
    ModelPlace(2, 20),
]
GOOD = [one for one in GOOD if one != ModelPlace(3, 11)] + [ModelPlace(3, 30)]


def person(number: int, **values: object) -> Instance:
    return replace(DAY, people=tuple(replace(one, **values) if one.id == number else one for one in PEOPLE))


def run(number: int, **values: object) -> Instance:
    return replace(DAY, runs=tuple(replace(one, **values) if one.id == number else one for one in RUNS))


def without(*places: ModelPlace) -> list[ModelPlace]:
    return [one for one in GOOD if one not in places]


def test_good_places_break_nothing() -> None:
    assert faults(DAY, GOOD) == []


@pytest.mark.parametrize(
    ("instance", "places", "broken"),
    [
        (DAY, without(ModelPlace(4, 11)), Obstacle.NO_RUN),
        (DAY, [*GOOD, ModelPlace(4, 10)], Obstacle.NO_RUN),
        (DAY, [*GOOD, GOOD[0]], Obstacle.SEVERAL),
        (DAY, [*GOOD, ModelPlace(9, 10)], Obstacle.SEVERAL),
        (DAY, [*without(ModelPlace(4, 11)), ModelPlace(4, 30)], Obstacle.NO_RUN),
        (run(10, capacity=1), GOOD, Obstacle.SEATS),
        (run(20, minimum=3), GOOD, Obstacle.MINIMUM),
        (run(10, closed=True), GOOD, Obstacle.NO_RUN),
        (person(1, forbidden=(10,)), GOOD, Obstacle.NO_RUN),
        (person(2, fixed=(11,)), GOOD, Obstacle.FIXED),
        (run(10, features=frozenset()), GOOD, Obstacle.NEED),
        (DAY, [*without(ModelPlace(3, 30)), ModelPlace(3, 11), ModelPlace(3, 21)], Obstacle.WORKSHOP_TWICE),
        (run(21, staff=(4,)), GOOD, Obstacle.FIXED),
        (replace(DAY, rules=(Together(1, 3),)), GOOD, Obstacle.TOGETHER),
        (replace(DAY, rules=(Apart(1, 2),)), GOOD, Obstacle.APART),
        (replace(DAY, rules=(OrganisationCap(1),)), GOOD, Obstacle.ORGANISATION_CAP),
        (replace(DAY, rules=(KindBounds(3, 0, 0),)), GOOD, Obstacle.KIND),
        (replace(DAY, rules=(SpreadColleagues(soft=False),)), GOOD, Obstacle.SPREAD),
    ],
)
def test_each_condition_is_seen(instance: Instance, places: list[ModelPlace], broken: Obstacle) -> None:
    assert broken in {one.what for one in faults(instance, places)}


@pytest.mark.parametrize(
    ("rule", "many"),
    [
        (Together(1, 2), 0),
        (Together(1, 3), 2),
        (Together(1, 4), 1),
        (Apart(1, 2), 2),
        (Apart(1, 3), 0),
        (OrganisationCap(1), 2),
        (OrganisationCap(0, organisation=8), 2),
        (OrganisationCap(1, runs=(10,)), 1),
        (KindBounds(4, 1), 1),  # 10: one, 11: one, 20: one, 21: none but held, 30: one
        (KindBounds(4, 2, runs=(11, 21)), 3),
        (KindBounds(4, 0, 0), 4),
        (SpreadColleagues(), 2),  # two of organisation 7 in 10 and in 20, where one each would do
    ],
)
def test_violations_are_counted_as_the_rule_says(rule: Rule, many: int) -> None:
    assert violations(DAY, GOOD, rule) == many
    softened = replace(DAY, rules=(replace(rule, soft=True),))
    assert worth(softened, GOOD)[0].value == many
    assert faults(softened, GOOD) == []


def test_staff_is_in_a_run_that_is_held_and_takes_no_seat() -> None:
    led = run(10, staff=(4,), capacity=2)
    places = [*without(ModelPlace(4, 11)), ModelPlace(4, 10)]
    assert faults(led, places) == []
    assert faults(led, GOOD) != []
    assert violations(led, places, OrganisationCap(0, organisation=8)) == 1  # only the one in 30


def test_goals_are_counted_in_their_order() -> None:
    found = {(one.goal, one.rank): one.value for one in worth(DAY, GOOD)}
    lots = found.pop((Goal.LOT, None))
    assert found == {
        (Goal.RANK, 3): 0,
        (Goal.RANK, 2): 1,
        (Goal.EVEN, None): 1,
        (Goal.PERSONS, 4): 0,
        (Goal.PERSONS, 3): 0,
        (Goal.PERSONS, 2): 0,
        (Goal.PERSONS, 1): 1,
    }
    assert lots in range(1, 5)
    greedy = {(one.goal, one.rank): one for one in worth(replace(DAY, mode=Mode.GREEDY), GOOD)}
    assert (greedy[Goal.RANK, 1].value, greedy[Goal.RANK, 1].most) == (3, True)
    told = worth(person(1, published=(10, 21)), GOOD)
    assert [one.value for one in told if one.goal is Goal.CHANGES] == [1]
    assert granted(DAY, GOOD)[1] == {1: 1, 2: 2}


def test_a_long_run_counts_in_both_rounds() -> None:
    wishing = person(3, wishes=(Wishes(1, (11, 30)), Wishes(2, (21,))))
    found = {(one.goal, one.rank): one.value for one in worth(wishing, GOOD)}
    assert found[Goal.RANK, 2] == 3
    elsewhere = person(3, wishes=(Wishes(1, (11,)), Wishes(2, (21,))))
    found = {(one.goal, one.rank): one.value for one in worth(elsewhere, GOOD)}
    assert (found[Goal.RANK, 2], found[Goal.PERSONS, 2]) == (3, 1)  # left out in both rounds


def test_what_a_list_leaves_out_comes_together_after_its_last_wish() -> None:
    short = Occupancy(person(1, wishes=(Wishes(1, (11,)),)), GOOD)
    assert short.levels(short.people[1]) == [(1, 2), (2, 1)]  # round 2 without a list: all the same
    silent = Occupancy(person(1, wishes=()), GOOD)
    assert silent.levels(silent.people[1]) == []


def test_a_lower_lot_always_weighs_more() -> None:
    assert [weight_of(lot, 20) for lot in (1, 2, 3, 19, 20)] == [20, 19, 18, 2, 1]
