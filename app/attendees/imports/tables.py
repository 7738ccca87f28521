# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables that somebody uploads, as rows of texts (T24, T29): what a file can mean, and what was assumed of it.

Which sheet, which letters, which separator, which line of headings: each is found, shown, and can be said otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.attendees.imports.archives import opened
from app.attendees.imports.bounds import (
    LARGEST_FILE,
    Cell,
    Lines,
    Sheet,
    no_table,
    refused,
)
from app.attendees.imports.csv_files import SEPARATORS, read_csv, separator_of
from app.attendees.imports.headings import FIRST_LINES, PERSON, Known, find_head, likeness
from app.attendees.imports.letters import Decoded, decode
from app.attendees.imports.ods import MEDIA_TYPE, Ods
from app.attendees.imports.xlsx import Xlsx
from app.refusal import N_

_ARCHIVE = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # .xls, and whatever a password locks
_WEB_PAGES = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta")


@dataclass(frozen=True, slots=True)
class Wished:
    """How somebody wants the file to be read; what is empty or not there is found."""

    sheet: str = ""
    letters: str = ""
    separator: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The headings as wide as the widest row, and the rows with their number in the file; empty lines are left out.

    `above` are the lines before the headings, `head_line` is their number: 0, if there are none.
    """

    head: list[str]
    rows: list[tuple[int, list[Cell]]]
    above: list[tuple[int, list[Cell]]] = field(default_factory=list)
    head_line: int = 1


@dataclass(frozen=True, slots=True)
class FileRead:
    """A table with what was assumed, and what else could be: sheets, letters and separators by their names, the first
    filled lines as candidates for headings. `hidden` are numbers of rows that the program does not show."""

    table: Table
    sheets: Sequence[str] = ()
    sheet: int = 0
    letters: Decoded | None = None
    separator: str = ""
    first: Sequence[tuple[int, list[Cell]]] = ()
    hidden: Sequence[int] = ()

    @property
    def sure(self) -> bool:
        """Whether the letters are."""
        return self.letters is None or self.letters.sure


def read_file(content: bytes, wished: Wished = Wished(), known: Known = PERSON) -> FileRead:
    """`known` are the headings by which the list is found. Refuses what is empty, too large, or no table."""
    if not content.strip():
        raise refused(N_("This file is empty."))
    if len(content) > LARGEST_FILE:
        raise refused(N_("This file is too large. At most %(megabytes)s MB are accepted."), megabytes=8)
    if content.startswith(_ARCHIVE):
        return _of_workbook(content, wished, known)
    _refuse_others(content)
    letters = decode(content, wished.letters)
    separator = wished.separator if wished.separator in SEPARATORS else separator_of(letters.text)
    lines = read_csv(letters.text, separator)
    return FileRead(
        _table(lines, wished.head, known),
        letters=letters,
        separator=separator,
        first=_filled(lines)[:FIRST_LINES],
    )


def _of_workbook(content: bytes, wished: Wished, known: Known) -> FileRead:
    with opened(content) as archive:
        is_ods = "mimetype" in archive.names and archive.beginning_of("mimetype").strip() == MEDIA_TYPE
        book: Ods | Xlsx = Ods(archive) if is_ods else Xlsx(archive)
        numbers = {str(number): number for number in range(len(book.names))}
        number = numbers[wished.sheet] if wished.sheet in numbers else _likeliest(book.glimpses(), known)
        sheet: Sheet = book.sheet(number)
    table = _table(sheet.lines, wished.head, known)
    listed = {row for row, _cells in table.rows}
    return FileRead(
        table,
        sheets=book.names,
        sheet=number,
        first=_filled(sheet.lines)[:FIRST_LINES],
        hidden=sorted(listed.intersection(sheet.hidden)),
    )


def _refuse_others(content: bytes) -> None:
    if content.startswith(_OLD_OFFICE):
        raise refused(
            N_(
                "This is an old Excel file, or one with a password. Please open it and save it as XLSX, without a"
                " password."
            )
        )
    if content.startswith(b"%PDF"):
        raise no_table()
    if content[:400].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_WEB_PAGES):
        raise refused(
            N_(
                "This is a web page that only calls itself a table. Please open it in a spreadsheet and save it as XLSX."
            )
        )


def _likeliest(glimpses: Sequence[Lines], known: Known) -> int:
    """The sheet whose first lines hold the most known headings, else the first one with anything in it."""
    if not glimpses:
        raise ValueError("a workbook without sheets")
    weights = [
        (max((likeness(one, known) for one in lines[:FIRST_LINES]), default=0), any(map(any, lines)), -number)
        for number, lines in enumerate(glimpses)
    ]
    return -max(weights)[2]


def _filled(lines: Lines) -> list[tuple[int, list[Cell]]]:
    return [(number, line) for number, line in enumerate(lines, start=1) if any(one != "" for one in line)]


def _table(lines: Lines, wished: str, known: Known) -> Table:
    filled = _filled(lines)
    numbers = {str(number): number for number, _line in filled[:FIRST_LINES]} | {"0": 0}
    head_line = numbers[wished] if wished in numbers else find_head(lines, known)
    rows = [one for one in filled if one[0] > head_line]
    if not rows:
        raise refused(N_("There is nothing in this file below the headings."))
    width = max(len(line) for _, line in filled if line is not None)
    head = [(one or "") for one in lines[head_line - 1]] if head_line else []
    return Table(
        head + [""] * (width - len(head)), rows, [one for one in filled if one[0] < head_line], head_line
    )
