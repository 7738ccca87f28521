# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from app.allocation.baselines import first_come, lots_by_round
from app.allocation.figures import summarise
from app.allocation.instance import Instance, ModelPerson, ModelPlace, ModelRun, Wishes
from app.allocation.rules import Obstacle
from app.allocation.solving import solve
from app.allocation.verification import faults
from tests.allocation.asking import many, signed
from tools.instances import Description, invent

RUNS = (ModelRun(10, 100, (1,), 1), ModelRun(11, 101, (1,), 1))
PEOPLE = tuple(
    ModelPerson(number, (1,), wishes=(Wishes(1, wished),)) for number, wished in ((1, (10, 11)), (2, (10,)))
)


def test_the_quick_one_takes_what_the_other_needs() -> None:
    instance = Instance((1,), PEOPLE, RUNS)
    assert first_come(instance) == [ModelPlace(1, 10), ModelPlace(2, 11)]
    assert first_come(instance, [2, 1]) == [ModelPlace(1, 11), ModelPlace(2, 10)]
    assert summarise(instance, first_come(instance)).without == 1
    assert summarise(instance, solve(instance).places).without == 0


@pytest.mark.parametrize("way", [first_come, lots_by_round])
def test_neither_is_ever_better_than_the_optimum(way) -> None:
    for number in many(10, 60):
        instance = invent(Description(30, 2, 5, minimum=False, repeated=0.2), number)
        places = way(instance)
        broken = {one.what for one in faults(instance, places)}
        assert broken <= {Obstacle.NO_RUN}  # somebody may find no seat; nothing worse
        if not broken:
            assert signed(instance, places) >= signed(instance, solve(instance).places)
