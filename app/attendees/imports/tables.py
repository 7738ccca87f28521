# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables that somebody uploads: CSV and XLSX become rows of texts, bounded in every direction (T24, T29).

An XLSX file is an archive. Before anything is unpacked the number and the stated sizes of its parts are looked at;
while unpacking, what really comes out is counted as well. No document type, hence no entities; nothing is calculated:
a formula is marked as such, and the row that needs it is refused.
"""

import csv
import io
import itertools
import json
import os
import re
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.parsers import expat

from app.refusal import N_, Missing, Refusal
from app.spreadsheets import unescape_cell

LARGEST_FILE = 8_000_000  # bytes
LARGEST_PART = 60_000_000  # bytes of a part of an XLSX after unpacking
MOST_PARTS = 500
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_CELLS = 1_000_000
MOST_LETTERS = 20_000_000
MOST_TAGS = 2_200_000  # of a part of an XLSX: most cells take two
LONGEST_TAG = 1_000_000  # bytes
KEPT = timedelta(hours=1)

Cell = str | None  # None: a formula
_ZIP = b"PK\x03\x04"
_SEPARATORS = ";,\t"
_COLUMN = re.compile(r"[A-Z]{1,3}")
_NUMBER = re.compile(r"-?[0-9]+\.0+")


@dataclass(frozen=True, slots=True)
class Table:
    """The first line, and the others with their number in the file; empty lines are left out."""

    head: list[str]
    rows: list[tuple[int, list[Cell]]]


def read_table(content: bytes) -> Table:
    """Refuses what is empty, too large, or no table."""
    if not content.strip():
        raise _refused(N_("This file is empty."))
    if len(content) > LARGEST_FILE:
        raise _refused(N_("This file is too large. At most %(megabytes)s MB are accepted."), megabytes=8)
    lines = _of_xlsx(content) if content.startswith(_ZIP) else _of_csv(content)
    filled = [(number, line) for number, line in enumerate(lines, start=1) if any(one != "" for one in line)]
    if len(filled) < 2:
        raise _refused(
            N_("There are no people in this file: it needs a first line with headings, and others below.")
        )
    head = [one or "" for one in filled[0][1]]
    return Table(head, filled[1:])


def _refused(sentence: str, **values: object) -> Refusal:
    return Refusal(sentence, field="file", **values)


def _too_long() -> Refusal:
    return _refused(
        N_("This table is too long or too wide. At most %(rows)s rows and %(columns)s columns are accepted."),
        rows=MOST_ROWS,
        columns=MOST_COLUMNS,
    )


class _Bounds:
    """Counts what comes in, and stops where it is too much."""

    def __init__(self) -> None:
        self._rows = self._cells = self._letters = 0

    def take(self, line: Sequence[Cell]) -> None:
        self._rows += 1
        self._cells += len(line)
        self._letters += sum(len(one or "") for one in line)
        too_many = self._rows > MOST_ROWS + 1 or self._cells > MOST_CELLS or self._letters > MOST_LETTERS
        if too_many or len(line) > MOST_COLUMNS:
            raise _too_long()


# -- CSV


def _of_csv(content: bytes) -> list[list[Cell]]:
    text = _decoded(content)
    if "\x00" in text:
        raise _refused(N_("This is neither a CSV nor an XLSX file."))
    bounds, lines = _Bounds(), []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)):
            cells: list[Cell] = [unescape_cell(one) for one in line]
            while cells and cells[-1] == "":
                cells.pop()
            bounds.take(cells)
            lines.append(cells)
    except csv.Error:
        raise _refused(N_("This is neither a CSV nor an XLSX file.")) from None
    return lines


def _decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 with their marks, UTF-8 without, else what older German spreadsheets write."""
    is_marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    names = ["utf-16"] if is_marked else ["utf-8-sig", "cp1252"]
    for name in names:
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    raise _refused(N_("The letters in this file cannot be read. Please save it as CSV UTF-8."))


def _separator(text: str) -> str:
    """The one that gives the first lines the most columns, all of them alike."""
    first = text[:20_000].splitlines()[:20]
    found = {}
    for one in _SEPARATORS:
        widths = [len(line) for line in csv.reader(first, delimiter=one) if line]
        found[one] = (min(widths, default=1) > 1, widths[0] if widths else 1)
    return max(_SEPARATORS, key=lambda one: found[one])


# -- XLSX


def _of_xlsx(content: bytes) -> list[list[Cell]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > LARGEST_PART:
                raise _too_long()
            sheet = _first_sheet(archive)
            texts = _Texts()
            if "xl/sharedStrings.xml" in archive.namelist():
                _parse(archive, "xl/sharedStrings.xml", texts)
            reader = _Sheet(texts.found)
            _parse(archive, sheet, reader)
            return reader.lines
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        KeyError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
        IndexError,
    ):
        raise _refused(N_("This spreadsheet cannot be read. Please save it again as XLSX or CSV.")) from None


def _first_sheet(archive: zipfile.ZipFile) -> str:
    names = sorted(
        (one for one in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet[0-9]{1,3}\.xml", one)),
        key=lambda one: (len(one), one),
    )
    return names[0]


def _parse(archive: zipfile.ZipFile, name: str, handler: "_Texts | _Sheet") -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def no_type(*_: Any) -> None:
        raise ValueError("a document type")

    parser.StartDoctypeDeclHandler = no_type
    tags = itertools.count(1)

    def start(tag: str, attributes: dict[str, str]) -> None:
        if next(tags) > MOST_TAGS:
            raise _too_long()
        handler.start(tag.rpartition(" ")[2], attributes)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: handler.end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = handler.text
    read = 0
    with archive.open(name) as file:
        while piece := file.read(65_536):
            read += len(piece)
            if read > LARGEST_PART:
                raise _too_long()
            parser.Parse(piece, False)
            # A tag or a comment that does not end is read again from its beginning with each piece.
            if read - parser.CurrentByteIndex > LONGEST_TAG:
                raise _too_long()
    parser.Parse(b"", True)


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

    def text(self, words: str) -> None:
        if self._in_text:
            self._letters += len(words)
            if self._letters > MOST_LETTERS:
                raise _too_long()
            self._now.append(words)

    def end(self, tag: str) -> None:
        self._in_text = False
        if tag == "rPh":
            self._in_reading = False
        if tag == "si":
            self.found.append("".join(self._now))
            if len(self.found) > MOST_CELLS:
                raise _too_long()


class _Sheet:
    """The cells of a sheet, row by row."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.lines: list[list[Cell]] = []
        self._texts = texts
        self._bounds = _Bounds()
        self._line: list[Cell] = []
        self._now: list[str] = []
        self._kind = ""
        self._column = 0
        self._is_formula = self._listens = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            number = int(attributes.get("r", len(self.lines) + 1))
            if number > 1_048_576:
                raise _too_long()
            while len(self.lines) < min(number - 1, MOST_ROWS + 2):
                self._bounds.take(())
                self.lines.append([])
            self._line = []
        elif tag == "c":
            self._kind, self._now, self._is_formula = attributes.get("t", "n"), [], False
            self._column = _column_of(attributes.get("r", ""), len(self._line))
        self._is_formula = self._is_formula or tag == "f"
        self._listens = tag in {"v", "t"}

    def text(self, words: str) -> None:
        if self._listens:
            self._now.append(words)

    def end(self, tag: str) -> None:
        self._listens = False
        if tag == "c":
            value = self._value()
            if value != "":
                if self._column >= MOST_COLUMNS:
                    raise _too_long()
                self._line += [""] * (self._column - len(self._line) + 1)
                self._line[self._column] = value
        elif tag == "row":
            self._bounds.take(self._line)
            self.lines.append(self._line)

    def _value(self) -> Cell:
        if self._is_formula:
            return None
        words = "".join(self._now)
        if self._kind == "s" and words:
            return self._texts[int(words)]
        if self._kind == "n" and _NUMBER.fullmatch(words):
            return words.partition(".")[0]
        return words


def _column_of(place: str, following: int) -> int:
    """Counted from 0, out of a place like AB12."""
    found = _COLUMN.match(place)
    if found is None:
        return following
    number = 0
    for letter in found[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


# -- kept between the upload and the last press


def keep(data_dir: Path, event_id: int, organiser_id: int, table: Table) -> str:
    """Write the table down for an hour; the name is random, and of no use to anybody else (T02, T23)."""
    token = secrets.token_hex(16)
    path = _path(data_dir, event_id, organiser_id, token)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path, "x", encoding="utf-8", opener=_private) as file:
        json.dump([table.head, table.rows], file)
    return token


def kept(data_dir: Path, event_id: int, organiser_id: int, token: str) -> Table:
    """Raises `Missing` when the hour is over, and for others' tables."""
    if not re.fullmatch(r"[0-9a-f]{32}", token):
        raise Missing
    try:
        head, rows = json.loads(_path(data_dir, event_id, organiser_id, token).read_text("utf-8"))
    except FileNotFoundError:
        raise Missing from None
    return Table(head, [(number, cells) for number, cells in rows])


def forget(data_dir: Path, event_id: int, organiser_id: int, token: str) -> None:
    _path(data_dir, event_id, organiser_id, token).unlink(missing_ok=True)


def forget_old(data_dir: Path, now: datetime) -> int:
    """Delete the tables that nobody came back to; how many."""
    old = [one for one in _all(data_dir) if one.stat().st_mtime < (now - KEPT).timestamp()]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)


def _all(data_dir: Path) -> Iterator[Path]:
    return (data_dir / "imports").glob("*.json")


def _path(data_dir: Path, event_id: int, organiser_id: int, token: str) -> Path:
    return data_dir / "imports" / f"{event_id}-{organiser_id}-{token}.json"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
