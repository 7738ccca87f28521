# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What a file is: found in its first bytes, and refused where its name says something else."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from app.attendees.imports.bounds import LARGEST_FILE
from app.attendees.imports.tables import FileRead, Wished
from app.refusal import N_, Refusal
from app.scheduling.imports.frab_json import read_json
from app.scheduling.imports.frab_xml import read_xml
from app.scheduling.imports.sheets import read_rows, read_table
from app.scheduling.imports.values import ProgrammeFile

MEGABYTES = LARGEST_FILE // 1_000_000


class Format(Enum):
    XML = "XML"
    JSON = "JSON"
    BOOK = "XLSX"
    CSV = "CSV"


_ENDINGS = {
    "xml": Format.XML,
    "json": Format.JSON,
    "xlsx": Format.BOOK,
    "ods": Format.BOOK,
    "csv": Format.CSV,
    "tsv": Format.CSV,
    "txt": Format.CSV,
}
ENDINGS = ",".join(f".{one}" for one in _ENDINGS)


@dataclass(frozen=True, slots=True)
class Opened:
    """A programme, and of a table how it was read."""

    programme: ProgrammeFile
    table: FileRead | None = None


def refuse_other_kind(name: str, content: bytes) -> None:
    """A file whose name promises what its bytes are not was mixed up or sent with a purpose."""
    ending = name.rpartition(".")[2].casefold()
    kind = _ENDINGS.get(ending)
    if kind is None:
        raise Refusal(
            N_("Please choose a file that ends in %(endings)s."),
            field="file",
            endings=ENDINGS.replace(",", ", "),
        )
    found = format_of(content)
    if kind is not found:
        raise Refusal(
            N_(
                "This file is called .%(ending)s, but what stands in it is %(found)s. Please look whether it is the right one."
            ),
            field="file",
            ending=ending,
            found=found.value,
        )


def read(content: bytes, wished: Wished, on: date) -> Opened:
    """`wished` says how a table is to be read, `on` is the date of rows that name none. Refuses what cannot be read, with its place."""
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise Refusal(N_("This file is empty."), field="file")
    if len(content) > LARGEST_FILE:
        raise Refusal(
            N_("This file is too large. At most %(megabytes)s MB are accepted."),
            field="file",
            megabytes=MEGABYTES,
        )
    match format_of(content):
        case Format.XML:
            return Opened(_filled(read_xml(content)))
        case Format.JSON:
            return Opened(_filled(read_json(content)))
        case _:
            table = read_table(content, wished)
            return Opened(_filled(read_rows(table.table, on)), table)


def format_of(content: bytes) -> Format:
    if content.startswith(b"PK\x03\x04"):
        return Format.BOOK
    first = content[:400].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if first.startswith(b"<"):
        return Format.XML
    return Format.JSON if first.startswith((b"{", b"[")) else Format.CSV


def _filled(programme: ProgrammeFile) -> ProgrammeFile:
    if not programme.entries and not programme.faults:
        raise Refusal(N_("There is nothing in this file that takes place."), field="file")
    return programme
