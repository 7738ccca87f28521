# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is left out of a problem changes nothing of its answer: neither what is decided, nor where the solver begins."""

import numpy as np
import pytest

from app.allocation import solving
from app.allocation.model import INFINITE, Model, Rows
from app.allocation.remainder import Remainder, Table
from app.allocation.rules import Proof
from app.allocation.solving import Chain, Clock, solve
from tests.allocation.asking import varied


def table_of(*rows: tuple[float, dict[int, int], float]) -> Table:
    found = Rows()
    for lower, terms, upper in rows:
        found.add(lower, terms, upper)
    return Table(found)


def bounds(width: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(width), np.ones(width)


def test_a_column_is_decided_where_one_step_breaks_a_row() -> None:
    lower, upper = bounds(6)
    upper[5] = np.inf
    table_of(
        (-INFINITE, {1: 3, 2: 1}, 2),  # the first cannot be
        (1, {3: 1, 4: -1}, 1),  # the first must be, the second cannot
        (0, {2: 1, 5: -1}, 0),  # says nothing yet
    ).settle(lower, upper)
    assert lower.tolist() == [0, 0, 0, 1, 0, 0]
    assert upper.tolist() == [1, 0, 1, 1, 0, np.inf]


def test_only_what_is_open_is_handed_over() -> None:
    lower, upper = bounds(5)
    upper[1] = 0
    lower[2] = 1
    table = table_of((-INFINITE, {1: 1, 3: 1}, 1), (-INFINITE, {2: 1, 3: 1, 4: 1}, 2))
    open_ = Remainder(table, np.array([0.0, 7, 5, -1, -2]), lower, upper)
    assert (open_.columns.tolist(), open_.rows.tolist()) == ([0, 3, 4], [1])
    open_.solver.run()
    assert open_.solver.getInfo().objective_function_value == 3
    assert open_.values().tolist() == [0, 0, 1, 0, 1]
    assert open_.reduced()[1] == 0


def test_a_row_that_is_broken_already_is_not_left_out() -> None:
    lower, upper = bounds(2)
    upper[1] = 0
    chain = Chain(Model(varied(1, 20)), Clock(10, None))
    assert not chain.run(Remainder(table_of((1, {1: 1}, 1)), np.zeros(2), lower, upper).solver)


@pytest.mark.parametrize("number", range(0, 40, 3))
def test_going_on_from_the_last_relaxation_bounds_as_well_as_beginning_anew(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice the same day: once going on, once giving up before the first step, each time."""
    found = solve(varied(number, 40))
    monkeypatch.setattr(solving, "NEXT_DOOR", 0)
    anew = solve(varied(number, 40))
    assert anew.proof is found.proof is not Proof.FEASIBLE
    assert [(one.value, one.bound) for one in anew.stages] == [(one.value, one.bound) for one in found.stages]
