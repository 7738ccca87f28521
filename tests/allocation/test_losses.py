# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The rows of what people lose ask for exactly what is lost beyond a number of ranks, whatever seats somebody gets."""

from itertools import product

import numpy as np
import pytest

from app.allocation.instance import Instance, ModelPerson, ModelRun, Wishes
from app.allocation.losses import Losses
from app.allocation.model import Model
from tests.allocation.asking import varied


@pytest.mark.parametrize("number", [1, 4, 5, 7, 8, 11, 14, 23, 35])
def test_rows_ask_for_what_is_lost_beyond(number: int) -> None:
    model = Model(varied(number, 25))
    losses = Losses(model)
    looked_at = 0
    for total in model.beyond:
        rows = losses.rows(total, np.array(model.upper))
        for person, column in model.beyond[total].items():
            for seats in sittings(model, person):
                point = np.zeros(len(model.lower))
                point[list(seats)] = 1
                lost = sum(
                    many for one, _number, seat, many in model.losses if one == person and seat in seats
                )
                mine = rows.beyond == column
                asked = rows.broken_by(point)[mine].max(initial=0)
                assert asked == max(lost - total + 1, 0)
                assert mine.any() or column in rows.idle
                looked_at += 1
    assert looked_at > 20


def test_half_a_seat_far_down_a_list_is_not_evened_out_by_half_a_first_wish() -> None:
    """Two ranks lost or none, half each: one on average, and yet half of somebody who loses two."""
    runs = [ModelRun(number, number, (number // 10,), 1) for number in (10, 11, 12, 20)]
    person = ModelPerson(1, (1, 2), wishes=(Wishes(1, (10, 11)), Wishes(2, (20,))))
    model = Model(Instance((1, 2), (person,), tuple(runs)))
    point = np.zeros(len(model.lower))
    point[[model.seats[1, 10], model.seats[1, 12]]] = 0.5
    assert Losses(model).rows(2, np.array(model.upper)).broken_by(point).max() == 0.5


def sittings(model: Model, person: int) -> set[frozenset[int]]:
    """Every choice of one seat per round that counts, as columns."""
    offered: dict[int, set[int]] = {}
    rounds: dict[int, set[int]] = {}
    for one, number, seat, _lost in model.losses:
        if one == person:
            offered.setdefault(number, set()).add(seat)
            rounds.setdefault(seat, set()).add(number)
    return {
        frozenset(seats)
        for seats in product(*offered.values())
        if all(len(rounds[seat] & offered.keys()) == seats.count(seat) for seat in seats)
    }
