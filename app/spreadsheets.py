# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables as files: CSV and XLSX, row by row, so that a long one needs no more memory than a short one.

**The rule for cells (SEC-08, T29).** People type in their names themselves, and a spreadsheet calculates a cell that
begins with a formula sign. In CSV, a text whose first letter, after white space, invisible signs and quotation marks,
is one of `= + - @` (also in their full-width forms), or that begins with a tab or a line end, gets an apostrophe in
front: `=SUM(1)` leaves as `'=SUM(1)`. `unescape_cell` takes exactly that apostrophe away again, so a list that comes
back is what went out. Texts with an apostrophe of their own (`O'Neil`) stay as they are. In XLSX every text is
written as a text cell and needs no apostrophe.

CSV is UTF-8 with a byte order mark, separated by semicolons, lines end with CR LF: what German spreadsheets open by
a double click. Numbers and times are written as such in XLSX; times are those of Berlin.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import BinaryIO

from app.clock import BERLIN

Cell = str | int | datetime | None


CSV = "text/csv; charset=utf-8"


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


BYTE_ORDER_MARK = "\ufeff"


_FORMULA_SIGNS = frozenset("=+-@")


_LINE_SIGNS = frozenset("\t\r\n")


_QUOTES = frozenset("\"'`´‘’‚‛“”„‟«»‹›＇＂")


_LONGEST_TEXT = 32_767  # what an XLSX cell holds; XlsxWriter drops a longer text silently
WIDTH = 30  # of a column that nothing else is said of, in letters


def escape_cell(text: str) -> str:
    """The text as it may stand in a CSV file: see the rule above."""
    return f"'{text}" if _might_be_formula(text) else text


def unescape_cell(text: str) -> str:
    """What `escape_cell` was given."""
    return text[1:] if text.startswith("'") and _might_be_formula(text[1:]) else text


def write_csv(file: BinaryIO, head: Sequence[str], lines: Iterable[Sequence[Cell]]) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([escape_cell(cell) for cell in head])
    for line in lines:
        writer.writerow([_in_csv(cell) for cell in line])
    text.detach()  # the file stays open


def write_xlsx(
    file: BinaryIO, head: Sequence[str], lines: Iterable[Sequence[Cell]], title: str, wide: Sequence[int] = ()
) -> None:
    """`title` names the sheet; `wide` are the widths of the columns, in letters."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    import xlsxwriter  # 3 MB that most web workers never need

    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    sheet = book.add_worksheet(title)
    for number in range(len(head)):
        sheet.set_column(number, number, wide[number] if number < len(wide) else WIDTH)
    sheet.freeze_panes(1, 0)
    for number, text in enumerate(head):
        sheet.write_string(0, number, text[:_LONGEST_TEXT], bold)
    for line_number, line in enumerate(lines, start=1):
        for number, cell in enumerate(line):
            if isinstance(cell, datetime):
                sheet.write_datetime(line_number, number, _berlin(cell), moment)
            elif isinstance(cell, int):
                sheet.write_number(line_number, number, cell)
            elif cell:
                sheet.write_string(line_number, number, cell[:_LONGEST_TEXT])
    book.close()


def _might_be_formula(text: str) -> bool:
    if text[:1].isalnum():  # nearly every text there is
        return False
    for letter in text:
        if letter in _LINE_SIGNS:
            return True
        if letter.isspace() or letter in _QUOTES or unicodedata.category(letter) in {"Cc", "Cf"}:
            continue
        return unicodedata.normalize("NFKC", letter)[:1] in _FORMULA_SIGNS
    return False


def _in_csv(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{_berlin(cell):%d.%m.%Y %H:%M}"
    return "" if cell is None else escape_cell(str(cell))


def _berlin(moment: datetime) -> datetime:
    """Wall clock time to the minute, without a zone: spreadsheets know none."""
    return moment.astimezone(BERLIN).replace(tzinfo=None, second=0, microsecond=0)
