# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How much a table may bring, whatever program wrote it (T24), and the refusals of what is no table."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.refusal import N_, Refusal

LARGEST_FILE = 8_000_000  # bytes
LARGEST_PART = 60_000_000  # bytes of a part of a workbook after unpacking
MOST_PARTS = 500
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_CELLS = 1_000_000
MOST_LETTERS = 20_000_000
MOST_TAGS = 2_200_000  # of a part of a workbook: most cells take two
MOST_TAGS_IN_ALL = 2 * MOST_TAGS  # of a workbook, parts that are read twice counted twice
LONGEST_TAG = 1_000_000  # bytes
MOST_SHEETS = 50  # looked at, and offered
GLIMPSE = 40  # lines of a sheet that show what it is

Cell = str | None  # None: a formula, or the error it ended in
Lines = list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines in their order, empty ones included, and the numbers (from 1) of those that the program hides."""

    lines: Lines
    hidden: Sequence[int] = field(default=())


def refused(sentence: str, **values: object) -> Refusal:
    """A "no" at the field of the file."""
    return Refusal(sentence, field="file", **values)


def too_long() -> Refusal:
    return refused(
        N_("This table is too long or too wide. At most %(rows)s rows and %(columns)s columns are accepted."),
        rows=MOST_ROWS,
        columns=MOST_COLUMNS,
    )


def no_table() -> Refusal:
    return refused(N_("This is no table. CSV, XLSX and ODS files can be read."))


class Bounds:
    """Counts what comes in, and stops where it is too much."""

    def __init__(self) -> None:
        self._rows = self._cells = self._letters = 0

    def take(self, line: Sequence[Cell]) -> None:
        self._rows += 1
        if self._rows > MOST_ROWS + 1 or len(line) > MOST_COLUMNS:
            raise too_long()
        self.take_cells(len(line), sum(len(one or "") for one in line))

    def take_cells(self, cells: int, letters: int) -> None:
        self._cells += cells
        self._letters += letters
        if self._cells > MOST_CELLS or self._letters > MOST_LETTERS:
            raise too_long()
