# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What may come in, judged by its bytes and its extension (T22, T25). Slow on purpose: before the transaction.

Photos are decoded and written anew, so nothing survives but the pixels: no EXIF, no place where they were taken, no
second file hidden behind the first. Documents are PDF only and leave the house as downloads.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from app.refusal import N_, Refusal
from app.results.rules import MaterialKind, shown_name

LARGEST_FILE = 20_000_000  # bytes

_NO_PDF = N_("This file cannot be read as a PDF. Please save the document as PDF and upload that.")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as it will be kept. `width` and `height` in pixels, of photos only."""

    kind: MaterialKind
    content: bytes
    extension: str
    media_type: str
    original_name: str
    width: int | None = None
    height: int | None = None
    accessible: bool = False


def prepare(kind: MaterialKind, original_name: str, content: bytes) -> Prepared:
    """Refuses what is empty, too large, of another kind, or would run on the reader's machine."""
    if not content:
        raise Refusal(N_("This file is empty."), field="file")
    if len(content) > LARGEST_FILE:
        raise Refusal(
            N_("This file is too large. At most %(megabytes)s MB are accepted."),
            field="file",
            megabytes=LARGEST_FILE // 1_000_000,
        )
    extension = PurePath(original_name.replace("\\", "/")).suffix.lower()
    if kind is MaterialKind.PHOTO:
        from app.results.photos import prepare_photo  # with Pillow, which most web workers never need

        return prepare_photo(original_name, extension, content)
    return _prepare_document(original_name, extension, content)


def _prepare_document(original_name: str, extension: str, content: bytes) -> Prepared:
    if extension != ".pdf" or not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise Refusal(_NO_PDF, field="file")
    parts = [content, *_object_streams(content)]
    if any(_PROGRAM.search(part) for part in parts):
        raise Refusal(
            N_("This PDF contains a program that would run on opening. Please print it as a new PDF first."),
            field="file",
        )
    return Prepared(
        MaterialKind.DOCUMENT,
        content,
        ".pdf",
        "application/pdf",
        shown_name(original_name, ".pdf"),
        accessible=_is_accessible(parts),
    )


_PROGRAM = re.compile(rb"/(?:JavaScript|Launch)\b")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b[^\x00]{0,400}?stream\r?\n")
_MOST_OBJECT_STREAMS = 5_000
_LARGEST_UNPACKED = 20_000_000  # bytes of all of them together; a bomb is cut off here
_MARKED = re.compile(rb"/Marked\s+true\b")
_STRUCTURE = re.compile(rb"/StructTreeRoot\b")
_LANGUAGE = re.compile(rb"/Lang\s*[(<]\s*[^)>\s]")
_TITLE = re.compile(rb"/Title\s*[(<]\s*[^)>\s]|<dc:title>")


def _is_accessible(parts: list[bytes]) -> bool:
    """Tags, language and title are all there (A11Y-15). No more than a hint: whether the tags are good ones only a
    person can say."""
    needed = (_MARKED, _STRUCTURE, _LANGUAGE, _TITLE)
    return all(any(sign.search(part) for part in parts) for sign in needed)


def _object_streams(content: bytes) -> Iterator[bytes]:
    """Newer PDFs keep their catalogue in packed streams. Everything unreadable counts as not there."""
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
