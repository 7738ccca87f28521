# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Others must agree: a second solver by other people, and looking at every allocation there is.

`FACHTAG_TEST_LONG=1` asks for the full numbers: 210 instances of 5 to 300 people, 600 tiny ones.
"""

import pytest

from app.allocation.result import Allocation
from app.allocation.rules import Proof
from app.allocation.solving import solve
from app.allocation.verification import faults
from tests.allocation.asking import LONG, ask_the_other, best_of_all, many, signed, tiny, varied

CHUNK = 15
LARGEST = 300 if LONG else 40


def values_of(found: Allocation) -> list[int] | None:
    return [one.value for one in found.stages] if found.proof is not Proof.INFEASIBLE else None


@pytest.mark.long
@pytest.mark.parametrize("chunk", many(3, 14))
def test_a_second_solver_agrees_on_every_stage(chunk: int) -> None:
    instances = [varied(number, LARGEST) for number in range(chunk * CHUNK, (chunk + 1) * CHUNK)]
    found = [solve(one) for one in instances]
    assert [values_of(one) for one in found] == ask_the_other(instances)
    for instance, one in zip(instances, found, strict=True):
        assert one.proof in {Proof.OPTIMAL, Proof.INFEASIBLE}
        assert one.proof is Proof.INFEASIBLE or faults(instance, one.places) == []
    assert sum(one.proof is Proof.OPTIMAL for one in found) > CHUNK // 2


@pytest.mark.long
@pytest.mark.parametrize("chunk", many(2, 12))
def test_looking_at_every_allocation_there_is_agrees(chunk: int) -> None:
    for number in range(chunk * 50, (chunk + 1) * 50):
        instance = tiny(number)
        found = solve(instance)
        best = best_of_all(instance)
        if best is None:
            assert found.proof is Proof.INFEASIBLE, number
            assert found.reasons, number
        else:
            assert (found.proof, signed(instance, found.places)) == (Proof.OPTIMAL, best), number


def test_the_samples_hold_everything_they_should() -> None:
    sample = [varied(number, 300) for number in range(60)]
    assert {len(one.rounds) for one in sample} == {1, 2, 3}
    assert min(len(one.people) for one in sample) == 5
    assert max(len(one.people) for one in sample) > 290
    runs = [run for one in sample for run in one.runs]
    people = [person for one in sample for person in one.people]
    assert any(run.minimum for run in runs)
    assert any(len(run.rounds) == 2 for run in runs)
    assert any(run.staff for run in runs)
    assert any(person.needs for person in people)
    assert any(person.fixed for person in people)
    assert any(person.published for person in people)
    assert any(not person.wishes for person in people)
    assert any(isinstance(wish, tuple) for person in people for one in person.wishes for wish in one.runs)
    assert any(run.id % 1000 >= 500 and len(run.rounds) == 2 for run in runs)
    rules = {(type(rule).__name__, rule.soft) for one in sample for rule in one.rules}
    assert len(rules) >= 7
