# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The linear model as arrays, and what of it is still open as a problem for HiGHS. Loads the solver.

From stage to stage most columns get decided; in the end one of ten is free. A solver gets the free columns, the rows that
these can break, and the basis in which the last relaxation ended.
"""

import highspy
import numpy as np
from numpy.typing import NDArray

from app.allocation.highs import Indices, Vector, demand, new_solver
from app.allocation.model import Rows

SMALL = 1e-6
STATES = np.array(list(highspy.HighsBasisStatus.__members__.values()), dtype=object)  # by number
LOW, BASIC, HIGH = map(int, STATES[:3])
PRIMAL = 4  # the number of this way of the simplex method in HiGHS
Chosen = NDArray[np.bool_]
States = NDArray[np.int8]


class Table:
    """The rows of a model, entry by entry. More can be added at the end, so the first so many are the model of before."""

    def __init__(self, rows: Rows) -> None:
        self.lower: Vector = np.array(rows.lower, dtype=np.float64)
        self.upper: Vector = np.array(rows.upper, dtype=np.float64)
        lengths = np.diff([*rows.starts, len(rows.columns)])
        self.row: Indices = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        self.column: Indices = np.array(rows.columns, dtype=np.int32)
        self.value: Vector = np.array(rows.values, dtype=np.float64)

    def __len__(self) -> int:
        return len(self.lower)

    def add(self, upper: Vector, row: Indices, column: Indices, value: Vector) -> None:
        """Rows with upper bounds; `row` counts them from 0 and is ascending."""
        self.row = np.concatenate((self.row, (row + len(self)).astype(np.int32)))
        self.column = np.concatenate((self.column, column))
        self.value = np.concatenate((self.value, value))
        self.lower = np.concatenate((self.lower, np.full(len(upper), -np.inf)))
        self.upper = np.concatenate((self.upper, upper))

    def first(self, rows: int) -> "Table":
        """Only so many of them."""
        table = Table(Rows())
        end = int(np.searchsorted(self.row, rows))
        table.row, table.column, table.value = self.row[:end], self.column[:end], self.value[:end]
        table.lower, table.upper = self.lower[:rows], self.upper[:rows]
        return table

    def reach(self, lower: Vector, upper: Vector) -> tuple[Vector, Vector]:
        """The least and the most that each row can come to while the columns keep these bounds."""
        low, high = self.value * lower[self.column], self.value * upper[self.column]
        return self._sums(np.minimum(low, high)), self._sums(np.maximum(low, high))

    def _sums(self, entries: Vector) -> Vector:
        return np.bincount(self.row, entries, minlength=len(self)).astype(np.float64)

    def settle(self, lower: Vector, upper: Vector) -> None:
        """Decides, in these bounds, each column of which one step from a bound alone breaks a row."""
        least, most = self.reach(lower, upper)
        up = self.value > 0
        step = np.abs(self.value)
        above = least[self.row] + step > self.upper[self.row] + SMALL
        below = most[self.row] - step < self.lower[self.row] - SMALL
        stays_low = self.column[(up & above) | (~up & below)]
        stays_high = self.column[(up & below) | (~up & above)]
        upper[stays_low] = lower[stays_low]
        lower[stays_high] = upper[stays_high]


class Basis:
    """Where a relaxation ended: the state of each column and row of the whole model, and what the columns came to."""

    def __init__(self, columns: int) -> None:
        self.columns: States = np.full(columns, LOW, dtype=np.int8)
        self.rows: States = np.full(0, BASIC, dtype=np.int8)
        self.point: Vector = np.zeros(columns)

    def lengthen(self, rows: int) -> None:
        """Up to so many rows; the new ones bind nothing."""
        self.rows = np.concatenate((self.rows, np.full(rows - len(self.rows), BASIC, dtype=np.int8)))

    def bind(self, short: Vector, columns: Indices) -> None:
        """The last rows, which this point breaks by so much, are kept by these columns: of the rows of a column, the one that asks
        for most binds. So the point stays possible."""
        first = len(self.rows) - len(short)
        for row in np.argsort(-short, kind="stable"):
            if short[row] <= SMALL:
                break
            if self.columns[columns[row]] != BASIC:
                self.columns[columns[row]] = BASIC
                self.rows[first + row] = HIGH


class Remainder:
    """The columns that are free within these bounds and the rows that they can break, in a solver of their own.

    With a basis also what belongs to it, and the solver goes on from there: what was possible stays so, and only what is to be
    small is another. `whole` allows whole numbers only.
    """

    def __init__(
        self,
        table: Table,
        cost: Vector,
        lower: Vector,
        upper: Vector,
        *,
        basis: Basis | None = None,
        whole: bool = False,
    ) -> None:
        least, most = table.reach(lower, upper)
        open_rows = (least < table.lower - SMALL) | (most > table.upper + SMALL)
        if basis is not None:
            basis.lengthen(len(table))
            open_rows |= basis.rows != BASIC
        entries = open_rows[table.row]
        used = cost != 0
        used[table.column[entries]] = True
        free = (lower < upper) & used
        if basis is not None:
            free |= basis.columns == BASIC
        free[0] = True  # a solver gives no answer to a problem without columns
        self.columns: Indices = np.flatnonzero(free).astype(np.int32)
        self.rows: Indices = np.flatnonzero(open_rows).astype(np.int32)
        self.rest = np.where(free, 0.0, lower)
        lp = _as_lp(table, free, self.rows, entries, self.rest)
        lp.col_cost_, lp.offset_ = cost[self.columns], float(cost @ self.rest)
        lp.col_lower_, lp.col_upper_ = lower[self.columns], upper[self.columns]
        if whole:
            lp.integrality_ = [highspy.HighsVarType.kInteger] * len(self.columns)
        self.solver = new_solver()
        demand(self.solver.passModel(lp))
        if basis is not None:
            self._begin_at(basis)

    def _begin_at(self, basis: Basis) -> None:
        begin = highspy.HighsBasis()
        begin.col_status = STATES[basis.columns[self.columns]].tolist()
        begin.row_status = STATES[basis.rows[self.rows]].tolist()
        begin.valid = True
        demand(self.solver.setBasis(begin))
        demand(self.solver.setOptionValue("simplex_strategy", PRIMAL))

    def ended(self, rows: int) -> Basis:
        """Where it ended, of a model with so many rows."""
        found, basis = self.solver.getBasis(), Basis(len(self.rest))
        basis.lengthen(rows)
        basis.columns[self.columns] = np.fromiter(map(int, found.col_status), dtype=np.int8)
        basis.rows[self.rows] = np.fromiter(map(int, found.row_status), dtype=np.int8)
        basis.point = self.values()
        return basis

    def start_from(self, known: Chosen, values: Vector) -> None:
        """Tells the solver what the `known` columns come to in an allocation that is possible."""
        told = np.flatnonzero(known[self.columns]).astype(np.int32)
        demand(self.solver.setSolution(len(told), told, values[self.columns[told]]))

    def values(self) -> Vector:
        """What every column of the model comes to."""
        values = self.rest.copy()
        values[self.columns] = self.solver.getSolution().col_value
        return values

    def reduced(self) -> Vector:
        """What it costs to use a column; of those that are decided it is not known, and nothing."""
        costs = np.zeros(len(self.rest))
        costs[self.columns] = self.solver.getSolution().col_dual
        return costs


def _as_lp(table: Table, free: Chosen, rows: Indices, entries: Chosen, rest: Vector) -> highspy.HighsLp:
    """Columns and rows without cost and bounds of columns; what the others come to is moved to the bounds of the rows."""
    row, column, value = table.row[entries], table.column[entries], table.value[entries]
    moved = np.bincount(row, value * rest[column], minlength=len(table))[rows]
    inside = free[column]
    lengths = np.bincount(row[inside], minlength=len(table))[rows]
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = int(free.sum()), len(rows)
    lp.row_lower_, lp.row_upper_ = table.lower[rows] - moved, table.upper[rows] - moved
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    lp.a_matrix_.index_ = (np.cumsum(free) - 1)[column[inside]].astype(np.int32)
    lp.a_matrix_.value_ = value[inside]
    return lp
