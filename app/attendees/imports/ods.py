# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Workbooks of LibreOffice and of all that write OpenDocument. All sheets stand in one part, one after the other."""

from datetime import datetime

from app.attendees.imports.archives import Archive
from app.attendees.imports.bounds import (
    GLIMPSE,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_ROWS,
    MOST_SHEETS,
    Bounds,
    Cell,
    Lines,
    Sheet,
    too_long,
)
from app.attendees.imports.xlsx import date_in_words, number_in_words

MEDIA_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


class Ods:
    """An open workbook: the names of its sheets, and their lines. What raises is refused by `archives.opened`."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._first = _Tables(None, GLIMPSE)
        archive.parse("content.xml", self._first)
        self.names = self._first.names[:MOST_SHEETS]

    def glimpses(self) -> list[Lines]:
        """The first lines of each sheet."""
        return [one.lines for one in self._first.readers.values()][:MOST_SHEETS]

    def sheet(self, number: int) -> Sheet:
        tables = _Tables(number)
        self._archive.parse("content.xml", tables)
        reader = tables.readers[number]
        return Sheet(reader.lines, reader.hidden)


class _Tables:
    """Hands the tags of each sheet to a reader of its own: of all, or of the one that is wanted."""

    def __init__(self, wanted: int | None, at_most: int | None = None) -> None:
        self.names: list[str] = []
        self.readers: dict[int, _Cells] = {}
        self._wanted, self._at_most = wanted, at_most
        self._tables = self._notes = 0  # how deep within them

    @property
    def _reader(self) -> "_Cells | None":
        return self.readers.get(len(self.names) - 1) if self._tables == 1 and not self._notes else None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            if not self._tables:
                self._begin(attributes.get("name", ""))
            self._tables += 1
        elif tag == "annotation":
            self._notes += 1
        elif reader := self._reader:
            reader.start(tag, attributes)

    def data(self, words: str) -> None:
        if reader := self._reader:
            reader.data(words)

    def end(self, tag: str) -> None:
        if tag == "table":
            self._tables -= 1
        elif tag == "annotation":
            self._notes -= 1
        elif reader := self._reader:
            reader.end(tag)

    def _begin(self, name: str) -> None:
        number = len(self.names)
        if number >= MOST_PARTS:  # each is a part of the other kind of workbook, which holds no more either
            raise too_long()
        self.names.append(name)
        if self._wanted in {None, number} and number < MOST_SHEETS:
            self.readers[number] = _Cells(self._at_most)


class _Cells:
    """The cells of one sheet. What is empty may say that it repeats a million times: it counts once something follows."""

    def __init__(self, at_most: int | None) -> None:
        self.lines: Lines = []
        self.hidden: list[int] = []
        self._at_most = at_most
        self._bounds = Bounds()
        self._line: list[Cell] = []
        self._empty_lines = self._empty_cells = 0
        self._row: dict[str, str] = {}
        self._cell: dict[str, str] = {}
        self._now: list[str] = []
        self._in_text = False
        self._tall: dict[int, tuple[int, Cell]] = {}  # column → rows still to come, and what they say

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table-row":
            self._row, self._line, self._empty_cells = attributes, [], 0
        elif tag in {"table-cell", "covered-table-cell"}:
            self._cell, self._now = attributes, []
        elif tag == "p":
            self._now += ["\n"] if self._now else []
            self._in_text = True
        elif tag == "s":
            self._now.append(" " * min(int(attributes.get("c", 1)), 100))
        elif tag in {"line-break", "tab"}:
            self._now.append("\n")

    def data(self, words: str) -> None:
        if self._in_text:
            self._now.append(words)

    def end(self, tag: str) -> None:
        if tag == "p":
            self._in_text = False
        elif tag in {"table-cell", "covered-table-cell"}:
            self._end_cell(covered=tag != "table-cell")
        elif tag == "table-row":
            self._end_row()

    def _end_cell(self, *, covered: bool) -> None:
        value = self._value()
        repeated = int(self._cell.get("number-columns-repeated", 1))
        column = len(self._line) + self._empty_cells
        if covered and value == "" and repeated == 1 and column in self._tall:
            rows, value = self._tall[column]
            self._tall[column] = rows - 1, value
            if rows <= 1:
                del self._tall[column]
        elif not covered and (rows := int(self._cell.get("number-rows-spanned", 1))) > 1:
            self._tall[column] = rows - 1, value
        if value == "":
            self._empty_cells += repeated
            return
        if column + repeated > MOST_COLUMNS:
            raise too_long()
        self._line += [""] * self._empty_cells + [value] * repeated
        self._empty_cells = 0

    def _end_row(self) -> None:
        repeated = int(self._row.get("number-rows-repeated", 1))
        if not self._line:
            self._empty_lines += repeated
            return
        for _ in range(min(self._empty_lines, MOST_ROWS + 2)):
            self._add([])
        self._empty_lines = 0
        is_hidden = self._row.get("visibility", "visible") != "visible"
        for _ in range(min(repeated, MOST_ROWS + 2)):
            self._add(list(self._line))
            if is_hidden:
                self.hidden.append(len(self.lines))

    def _add(self, line: list[Cell]) -> None:
        if self._at_most is None or len(self.lines) < self._at_most:
            self._bounds.take(line)
            self.lines.append(line)

    def _value(self) -> Cell:
        if "formula" in self._cell:
            return None
        kind = self._cell.get("value-type", "")
        if kind == "date":
            return date_in_words(datetime.fromisoformat(self._cell["date-value"]))
        if kind in {"float", "percentage", "currency"}:
            return number_in_words(self._cell["value"])
        return "".join(self._now)
