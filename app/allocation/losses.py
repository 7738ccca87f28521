# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Rows that say by how much somebody loses more ranks than so many, over all rounds. Loads NumPy.

One row for all rounds together, and one for each round: a seat that with the least of the other rounds is too much counts with
what is above. Without the second kind, half a seat far down a list and half a first wish would do no harm.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.allocation.highs import Indices, Vector
from app.allocation.model import Model

Numbers = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class LossRows:
    """`upper` bounds of rows and their entries, row by row; the last entry of each is `beyond`, its column of what is too much.
    `idle` are such columns of those who cannot lose as much any more."""

    upper: Vector
    row: Indices
    column: Indices
    value: Vector
    beyond: Indices
    idle: Indices

    def broken_by(self, point: Vector) -> Vector:
        """By how much each row is, where the columns come to this and those beyond to nothing."""
        return np.bincount(self.row, self.value * point[self.column], minlength=len(self.upper)) - self.upper


class Losses:
    """Seats that cost ranks: whose, in which round, how many."""

    def __init__(self, model: Model) -> None:
        people = {one.id: position for position, one in enumerate(model.people)}
        rounds = {number: position for position, number in enumerate(model.instance.rounds)}
        told = [(people[one], rounds[number], *seat) for one, number, *seat in model.losses]
        self.person, self.round, self.column, self.lost = np.array(told, dtype=np.int32).reshape(-1, 4).T
        self.shape = (len(people), len(rounds))
        self.model = model

    def rows(self, total: int, upper: Vector) -> LossRows:
        """For everybody who can still lose `total` ranks, with the seats that are open under these bounds."""
        columns = self.model.beyond[total]
        beyond = np.array([columns.get(one.id, -1) for one in self.model.people], dtype=np.int32)
        seats = np.flatnonzero(upper[self.column] > 0.5)
        person, number, lost = self.person[seats], self.round[seats], self.lost[seats]
        most, least = np.zeros(self.shape, dtype=np.int32), np.full(self.shape, total, dtype=np.int32)
        np.maximum.at(most, (person, number), lost)
        np.minimum.at(least, (person, number), lost)
        least[most == 0] = 0
        can = most.sum(axis=1) >= total
        others = least.sum(axis=1)[person] - least[person, number]
        late = lost + others - (total - 1)
        of_all, of_round = can[person] & (lost > 0), can[person] & (late > 0)
        # rows of all rounds come first, then one per round
        key = np.concatenate((person[of_all], (person + len(can) * (1 + number))[of_round]))
        entry = np.concatenate((self.column[seats[of_all]], self.column[seats[of_round]]))
        value = np.concatenate((lost[of_all], late[of_round]))
        known, row = np.unique(key, return_inverse=True)
        whose = beyond[known % len(can)]
        limit = np.where(known < len(can), total - 1, 0)
        return _in_order(row, entry, value, whose, limit, beyond[~can & (beyond >= 0)])


def _in_order(
    row: Numbers, column: Numbers, value: Numbers, whose: Indices, limit: Numbers, idle: Indices
) -> LossRows:
    """Entries sorted by row, a run over several rounds only once in each."""
    many = len(whose)
    row = np.concatenate((row, np.arange(many)))
    column = np.concatenate((column, whose)).astype(np.int64)
    value = np.concatenate((value, np.full(many, -1)))
    width = int(column.max(initial=0)) + 1
    entry, position = np.unique(row * width + column, return_inverse=True)
    return LossRows(
        limit.astype(np.float64),
        (entry // width).astype(np.int32),
        (entry % width).astype(np.int32),
        np.bincount(position, value, minlength=len(entry)).astype(np.float64),
        whose,
        idle,
    )
