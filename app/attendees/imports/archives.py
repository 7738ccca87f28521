# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Workbooks are archives of XML, opened with bounds in every direction (T24).

Before anything is unpacked the number and the stated sizes of the parts are looked at; while unpacking, what really
comes out is counted as well. No document type, hence no entities.
"""

import io
import itertools
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, Protocol
from xml.parsers import expat

from app.attendees.imports.bounds import (
    LARGEST_PART,
    LONGEST_TAG,
    MOST_PARTS,
    MOST_TAGS,
    MOST_TAGS_IN_ALL,
    refused,
    too_long,
)
from app.refusal import N_

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OverflowError,
    ValueError,
    IndexError,
)


class Enough(Exception):
    """The handler has seen what it wanted; the rest of the part is not read."""


class Handler(Protocol):
    """Gets the tags of a part, names without their namespaces."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def data(self, words: str) -> None: ...
    def end(self, tag: str) -> None: ...


class Archive:
    """An open archive: its parts, read as often as need be, but never more than so much in all."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = frozenset(archive.namelist())
        self._tags = itertools.count(1)

    def beginning_of(self, name: str) -> bytes:
        with self._archive.open(name) as file:
            return file.read(200)

    def parse(self, name: str, handler: Handler) -> None:
        """Raises what `opened` refuses."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True

        def no_type(*_: Any) -> None:
            raise ValueError("a document type")

        parser.StartDoctypeDeclHandler = no_type
        tags = itertools.count(1)

        def start(tag: str, attributes: dict[str, str]) -> None:
            if next(tags) > MOST_TAGS or next(self._tags) > MOST_TAGS_IN_ALL:
                raise too_long()
            handler.start(_bare(tag), {_bare(key): value for key, value in attributes.items()})

        parser.StartElementHandler = start
        parser.EndElementHandler = lambda tag: handler.end(_bare(tag))
        parser.CharacterDataHandler = handler.data
        with suppress(Enough), self._archive.open(name) as file:
            _feed(parser, file)


def _feed(parser: expat.XMLParserType, file: IO[bytes]) -> None:
    read = 0
    while piece := file.read(65_536):
        read += len(piece)
        if read > LARGEST_PART:
            raise too_long()
        parser.Parse(piece, False)
        # A tag or a comment that does not end is read again from its beginning with each piece.
        if read - parser.CurrentByteIndex > LONGEST_TAG:
            raise too_long()
    parser.Parse(b"", True)


@contextmanager
def opened(content: bytes) -> Iterator[Archive]:
    """The archive, to be read within; whatever is broken in it becomes one refusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > LARGEST_PART:
                raise too_long()
            yield Archive(archive)
    except _BROKEN:
        raise refused(N_("This spreadsheet cannot be read. Please save it again as XLSX or CSV.")) from None


def _bare(name: str) -> str:
    """Without its namespace."""
    return name.rpartition(" ")[2]
