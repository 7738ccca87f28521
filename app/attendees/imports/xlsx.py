# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Workbooks of Excel and of all that write its format. What stands where is read from the workbook's own index.

Nothing is calculated: a formula is marked as such (T29). Numbers that a cell shows as a date become one.
"""

import math
import posixpath
import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from app.attendees.imports.archives import Archive, Enough
from app.attendees.imports.bounds import (
    GLIMPSE,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_LETTERS,
    MOST_ROWS,
    MOST_SHEETS,
    Bounds,
    Cell,
    Lines,
    Sheet,
    too_long,
)

_COLUMN = re.compile(r"[A-Z]{1,3}")
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})")
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005F)_")
_MOST_ROWS_OF_A_SHEET = 1_048_576
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))  # numbers of formats
_NO_SIGNS_OF_DATES = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.|general|standard', re.IGNORECASE)
_NOUGHT = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones
_NOUGHT_OF_OLD_MACS = datetime(1904, 1, 1)  # noqa: DTZ001


class Xlsx:
    """An open workbook: the names of its sheets, and their lines. What raises is refused by `archives.opened`."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        (book,) = (path for kind, path in _links(archive, "").values() if kind == "officeDocument")
        links = _links(archive, book)
        index = _Index()
        archive.parse(book, index)
        sheets = {
            path: (name, shown)
            for name, key, shown in index.sheets
            for kind, path in [links[key]]
            if kind == "worksheet"
        }
        shown = {path: name for path, (name, is_shown) in sheets.items() if is_shown}
        paths = shown or {path: name for path, (name, _) in sheets.items()}
        self._paths = list(paths)[:MOST_SHEETS]
        self.names = list(paths.values())[:MOST_SHEETS]
        self._texts, styles = _Texts(), _Styles()
        parts: Sequence[tuple[str, _Texts | _Styles]] = (
            ("sharedStrings", self._texts),
            ("styles", styles),
        )
        for wanted, handler in parts:
            for kind, path in links.values():
                if kind == wanted:
                    archive.parse(path, handler)
        self._dates = styles.dates
        self._nought = _NOUGHT_OF_OLD_MACS if index.counts_from_1904 else _NOUGHT

    def glimpses(self) -> list[Lines]:
        """The first lines of each sheet."""
        return [self._read(path, GLIMPSE).lines for path in self._paths]

    def sheet(self, number: int) -> Sheet:
        reader = self._read(self._paths[number])
        reader.spread()
        return Sheet(reader.lines, reader.hidden)

    def _read(self, path: str, at_most: int | None = None) -> "_Cells":
        reader = _Cells(self._texts.found, self._dates, self._nought, at_most)
        self._archive.parse(path, reader)
        return reader


def _links(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: key → kind and path."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    reader = _Links(folder)
    if path in archive.names:
        archive.parse(path, reader)
    return reader.found


class _Links:
    def __init__(self, folder: str) -> None:
        self.found: dict[str, tuple[str, str]] = {}
        self._folder = folder

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.join("/", self._folder, attributes["Target"])  # one that begins with / stays
            kind = attributes["Type"].rpartition("/")[2]
            self.found[attributes["Id"]] = kind, posixpath.normpath(target).lstrip("/")

    def data(self, words: str) -> None:
        pass

    def end(self, tag: str) -> None:
        pass


class _Index:
    """The sheets by name, key of their part, and whether they are shown."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.counts_from_1904 = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            shown = attributes.get("state", "visible") == "visible"
            self.sheets.append((attributes["name"], attributes["id"], shown))
        elif tag == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904") in {"1", "true"}

    def data(self, words: str) -> None:
        pass

    def end(self, tag: str) -> None:
        pass


class _Styles:
    """Which styles show a number as a date, by their places among the styles of cells."""

    def __init__(self) -> None:
        self.dates: set[int] = set()
        self._codes: dict[int, str] = {}
        self._in_cells = False
        self._place = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            self._codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            self._in_cells = True
        elif tag == "xf" and self._in_cells:
            if self._is_date(int(attributes.get("numFmtId", 0))):
                self.dates.add(self._place)
            self._place += 1

    def data(self, words: str) -> None:
        pass

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._in_cells = False

    def _is_date(self, number: int) -> bool:
        code = self._codes.get(number)
        if code is None:
            return number in _DATES
        return bool(set(_NO_SIGNS_OF_DATES.sub("", code[:200]).lower()) & set("dmyhsjt"))


class _Texts:
    """The texts that cells share."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._now: list[str] = []
        self._letters = 0
        self._in_text = self._in_reading = False

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag == "si":
            self._now = []
        self._in_reading = self._in_reading or tag == "rPh"
        self._in_text = tag == "t" and not self._in_reading

    def data(self, words: str) -> None:
        if self._in_text:
            self._letters += len(words)
            if self._letters > MOST_LETTERS:
                raise too_long()
            self._now.append(words)

    def end(self, tag: str) -> None:
        self._in_text = False
        if tag == "rPh":
            self._in_reading = False
        if tag == "si":
            self.found.append(_unescaped("".join(self._now)))
            if len(self.found) > MOST_CELLS:
                raise too_long()


class _Cells:
    """The cells of a sheet, row by row."""

    def __init__(
        self, texts: Sequence[str], dates: Collection[int], nought: datetime, at_most: int | None
    ) -> None:
        self.lines: Lines = []
        self.hidden: list[int] = []
        self._texts, self._dates, self._nought, self._at_most = texts, dates, nought, at_most
        self._bounds = Bounds()
        self._line: list[Cell] = []
        self._now: list[str] = []
        self._kind = self._style = ""
        self._column = 0
        self._is_formula = self._listens = self._in_reading = False
        self._tall: list[tuple[int, int, int]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self._begin(int(attributes.get("r", len(self.lines) + 1)))
            if attributes.get("hidden") in {"1", "true"}:
                self.hidden.append(len(self.lines) + 1)
        elif tag == "c":
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._now, self._is_formula = [], False
            self._column = _column_of(attributes.get("r", ""), len(self._line))
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        self._is_formula = self._is_formula or tag == "f"
        self._in_reading = self._in_reading or tag == "rPh"
        self._listens = tag in {"v", "t"} and not self._in_reading

    def data(self, words: str) -> None:
        if self._listens:
            self._now.append(words)

    def end(self, tag: str) -> None:
        self._listens = False
        if tag == "rPh":
            self._in_reading = False
        elif tag == "c":
            value = self._value()
            if value != "":
                if self._column >= MOST_COLUMNS:
                    raise too_long()
                self._line += [""] * (self._column - len(self._line) + 1)
                self._line[self._column] = value
        elif tag == "row":
            self._bounds.take(self._line)
            self.lines.append(self._line)

    def spread(self) -> None:
        """A cell that goes over several rows says the same in each of them."""
        for column, first, last in self._tall:
            top = self.lines[first - 1] if first <= len(self.lines) else []
            value = top[column] if column < len(top) else ""
            for line in self.lines[first:last] if value else ():
                line.extend([""] * (column - len(line) + 1))
                line[column] = value
                self._bounds.take_cells(1, len(value or ""))

    def _begin(self, number: int) -> None:
        if number > _MOST_ROWS_OF_A_SHEET:
            raise too_long()
        if self._at_most is not None and max(number, len(self.lines) + 1) > self._at_most:
            raise Enough
        while len(self.lines) < min(number - 1, MOST_ROWS + 2):
            self._bounds.take(())
            self.lines.append([])
        self._line = []

    def _merge(self, place: str) -> None:
        found = _RANGE.fullmatch(place)
        if found is None or int(found[2]) >= int(found[3]):
            return
        column = _column_of(found[1], 0)
        if column < MOST_COLUMNS and len(self._tall) < MOST_ROWS:
            self._tall.append((column, int(found[2]), int(found[3])))

    def _value(self) -> Cell:
        if self._is_formula or self._kind == "e":
            return None
        words = "".join(self._now)
        if self._kind == "s" and words:
            return self._texts[int(words)]
        if self._kind == "n" and words:
            is_date = self._style.isdecimal() and int(self._style) in self._dates
            return _date(float(words), self._nought) if is_date else number_in_words(words)
        if self._kind == "d":
            return words[:10]
        return _unescaped(words) if self._kind in {"str", "inlineStr"} else words


def number_in_words(words: str) -> str:
    """A stored number as people would type it: without what only computers add to it."""
    value = float(words)
    if not math.isfinite(value) or abs(value) > 1e18:
        return words
    return str(int(value)) if value == int(value) else format(value, ".15g")


def date_in_words(moment: datetime) -> str:
    """11.03.2027, with the time if there is one."""
    return f"{moment:%d.%m.%Y}" + (f" {moment:%H:%M}" if moment.hour or moment.minute else "")


def _date(days: float, nought: datetime) -> str:
    if not 0 <= days < 100_000:
        return number_in_words(str(days))
    moment = nought + timedelta(seconds=round(days * 86_400))
    return f"{moment:%H:%M}" if days < 1 else date_in_words(moment)


def _unescaped(text: str) -> str:
    """Signs that XML cannot hold are written as their number."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _column_of(place: str, following: int) -> int:
    """Counted from 0, out of a place like AB12."""
    found = _COLUMN.match(place)
    if found is None:
        return following
    number = 0
    for letter in found[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1
