# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The process that judges one PDF: reads its bytes, says what stands in it, and is bounded in time and memory.

The library reads every object, those in packed streams too, with names decoded; what a reader program would run is told
by its name, however deep it stands. Behind that stands a search over the bytes themselves, for what the library passes
by and a reader program may find when it repairs a file.
"""

import io
import json
import re
import resource
import sys
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import PurePath

import pikepdf

from app.results.pdfs import ATTACHED, FINE, LOCKED, PROGRAM, UNREADABLE

SECONDS = 15  # of processor time
MEMORY = 600_000_000  # bytes of address space; the unit of the web service may have 1 GB in all

# Actions and keys that make a reader program run something: scripts, other programs, forms and pictures with scripts.
_RUNS = frozenset(
    {
        "/JavaScript",
        "/JS",
        "/Launch",
        "/ImportData",
        "/XFA",
        "/RichMedia",
        "/RichMediaExecute",
        "/OnInstantiate",
    }
)
_RUNNING_ADDRESS = ("javascript:", "vbscript:", "data:", "file:")
# Attached files that no double click runs; formulas of accessible PDFs come as .mml and .tex.
_HARMLESS = frozenset({".csv", ".jpeg", ".jpg", ".json", ".mml", ".png", ".tex", ".txt", ".xml"})

# An object as the library writes it says at once whether it is worth a closer look.
_WORTH_A_LOOK = re.compile(b"|".join(one.encode() for one in sorted({*_RUNS, "/EF", "/URI"})))
_LIMIT = "limits error"  # of the library: nested so deep that it left something out
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTION = re.compile(rb"/S\s*/(?:JavaScript|Launch)\b")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b[^\x00]{0,400}?stream\r?\n")
_MOST_OBJECT_STREAMS = 5_000
_LARGEST_UNPACKED = 50_000_000  # bytes of all of them together


@dataclass(frozen=True, slots=True)
class JudgedPdf:
    """The verdict, and whether tags, language and title are all there."""

    verdict: str
    accessible: bool = False


def judge(content: bytes) -> JudgedPdf:
    """Whatever goes wrong while reading means the same; only memory that does not suffice ends the process."""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                return JudgedPdf(LOCKED)
            verdict = _verdict(pdf, content)
            return JudgedPdf(verdict, verdict == FINE and _is_accessible(pdf))
    except pikepdf.PasswordError:
        return JudgedPdf(LOCKED)
    except MemoryError:
        raise
    except Exception:  # a reader fed by strangers may raise anything
        return JudgedPdf(UNREADABLE)


def _verdict(pdf: pikepdf.Pdf, content: bytes) -> str:
    for one in _looked_at(pdf):
        if isinstance(one, pikepdf.Name) and str(one) in _RUNS:
            return PROGRAM
        if isinstance(one, pikepdf.Dictionary):
            if _RUNS.intersection(one.keys()) or _runs_by_address(one):
                return PROGRAM
            if "/EF" in one and not _is_harmless(one):
                return ATTACHED
    if any(_LIMIT in warning for warning in pdf.get_warnings()) or not len(pdf.pages):
        return UNREADABLE
    hidden = any(_ACTION.search(_decoded(part)) for part in (content, *_streams(content)))
    return PROGRAM if hidden else FINE


def _looked_at(pdf: pikepdf.Pdf) -> Iterator[object]:
    """Everything that stands in objects worth a look; what is only referred to is an object of its own."""
    for one in pdf.objects:
        whole = one.stream_dict if isinstance(one, pikepdf.Stream) else one
        if isinstance(whole, pikepdf.Object) and _WORTH_A_LOOK.search(whole.unparse(resolved=True)):
            yield from _inside(whole)


def _inside(whole: pikepdf.Object) -> Iterator[object]:
    waiting: list[object] = [whole]
    while waiting:
        one = waiting.pop()
        yield one
        parts: list[object] = []
        if isinstance(one, pikepdf.Dictionary):
            parts = list(one.as_dict().values())
        elif isinstance(one, pikepdf.Array):
            parts = list(one.as_list())
        waiting += [part for part in parts if not (isinstance(part, pikepdf.Object) and part.is_indirect)]


def _runs_by_address(action: pikepdf.Object) -> bool:
    return str(action.get("/URI", "")).strip().lower().startswith(_RUNNING_ADDRESS)


def _is_harmless(attached: pikepdf.Object) -> bool:
    names = [str(attached[key]) for key in ("/F", "/UF", "/DOS", "/Mac", "/Unix") if key in attached]
    return bool(names) and all(PurePath(name.lower().rstrip(" .")).suffix in _HARMLESS for name in names)


def _is_accessible(pdf: pikepdf.Pdf) -> bool:
    """No more than a hint: whether the tags are good ones only a person can say (A11Y-15)."""
    marks = pdf.Root.get("/MarkInfo")
    marked = isinstance(marks, pikepdf.Dictionary) and bool(marks.get("/Marked"))
    has_language = bool(str(pdf.Root.get("/Lang", "")).strip())
    return marked and "/StructTreeRoot" in pdf.Root and has_language and _has_title(pdf)


def _has_title(pdf: pikepdf.Pdf) -> bool:
    if str(pdf.docinfo.get("/Title", "")).strip():
        return True
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as described:
        return bool(str(described.get("dc:title", "")).strip())


def _decoded(part: bytes) -> bytes:
    return _ESCAPED.sub(lambda one: bytes((int(one[1], 16),)), part)


def _streams(content: bytes) -> Iterator[bytes]:
    """Packed streams of objects, also those that no table of the file names."""
    left = _LARGEST_UNPACKED
    for found in islice(_OBJECT_STREAM.finditer(content), _MOST_OBJECT_STREAMS):
        end = content.find(b"endstream", found.end())
        if left <= 0 or end < 0:
            return
        try:
            unpacked = zlib.decompressobj().decompress(content[found.end() : end], left)
        except zlib.error:
            continue
        left -= len(unpacked)
        yield unpacked


def bound() -> None:
    """From here on this process cannot take more than its share, whatever the file makes of the library."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    bound()
    sys.stdout.write(json.dumps(asdict(judge(sys.stdin.buffer.read()))))
