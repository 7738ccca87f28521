# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Lines of text with a separator, whatever the letter between the columns is."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping

from app.attendees.imports.bounds import Bounds, Cell, Lines, no_table, refused
from app.refusal import N_
from app.spreadsheets import unescape_cell

SEPARATORS: Mapping[str, str] = {
    "semicolon": ";",
    "comma": ",",
    "tab": "\t",
    "bar": "|",
}
_LONGEST_RECORD = 200  # lines of one record: a quotation mark that nobody closed swallows all that follows
_SAID = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


def separator_of(text: str) -> str:
    """The name of the one that cuts the most lines into the same number of columns; where two do, into more columns."""
    said = _SAID.match(text)
    if said:
        return next((name for name, one in SEPARATORS.items() if one == said[1]), "semicolon")
    first = text[:20_000].splitlines()[:40]
    votes = {name: _alike(first, one) for name, one in SEPARATORS.items()}
    return max(SEPARATORS, key=lambda name: votes[name])


def _alike(lines: list[str], separator: str) -> tuple[int, int]:
    """How many lines have the number of columns that most have, and that number."""
    try:
        widths = Counter(len(line) for line in csv.reader(lines, delimiter=separator) if len(line) > 1)
    except csv.Error:
        return 0, 0
    return max(((number, width) for width, number in widths.items()), default=(0, 0))


def read_csv(text: str, separator: str) -> Lines:
    """`separator` by its name. Refuses what is no table."""
    bounds = Bounds()
    lines: Lines = []
    said = _SAID.match(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=SEPARATORS[separator])
    before = 0
    try:
        for line in reader:
            if reader.line_num - before > _LONGEST_RECORD:
                raise refused(
                    N_(
                        "From line %(number)s on everything is one cell: a quotation mark is not closed there."
                    ),
                    number=before + 1,
                )
            before = reader.line_num
            cells: list[Cell] = [] if said and not lines else [unescape_cell(one) for one in line]
            while cells and cells[-1] == "":
                cells.pop()
            bounds.take(cells)
            lines.append(cells)
    except csv.Error:
        raise no_table() from None
    return lines
