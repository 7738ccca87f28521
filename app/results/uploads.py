# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What may come in, judged by its bytes and its extension (T22, T25). Slow on purpose: before the transaction.

Photos are decoded and written anew, so nothing survives but the pixels: no EXIF, no place where they were taken, no
second file hidden behind the first. Documents are PDF only and leave the house as downloads.
"""

import io
import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from threading import Lock

from PIL import Image, ImageOps

from app.refusal import N_, Refusal
from app.results.rules import MaterialKind, shown_name

LARGEST_FILE = 20_000_000  # bytes
MOST_PIXELS = 40_000_000  # a telephone's camera makes 12 to 24 million
LONGEST_SIDE = 2400  # pixels; sharp on every screen and on a printed page
_QUALITY = 85
_FORMATS = ("JPEG", "PNG", "WEBP")
_PHOTO_EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp"})

# Pillow only warns of a bomb below twice its limit. Here a warning is an error.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# One picture at a time per process: unpacked, the largest takes 160 MB.
_turn = Lock()

_NO_PHOTO = N_("This file cannot be read as a photo. Photos in JPEG, PNG or WebP format are accepted.")
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
        return _prepare_photo(original_name, extension, content)
    return _prepare_document(original_name, extension, content)


def _prepare_photo(original_name: str, extension: str, content: bytes) -> Prepared:
    if extension not in _PHOTO_EXTENSIONS:
        raise Refusal(_NO_PHOTO, field="file")
    try:
        with _turn, Image.open(io.BytesIO(content), formats=_FORMATS) as picture:  # reads the header only
            if picture.width * picture.height > MOST_PIXELS:
                raise _too_many_pixels()
            keeps_png = picture.format == "PNG"
            clean = _pixels_only(picture)
    except Refusal:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception:  # a decoder fed by strangers may raise anything, and it always means the same
        raise Refusal(_NO_PHOTO, field="file") from None
    written = io.BytesIO()
    if keeps_png:
        clean.save(written, "PNG", optimize=True)
    else:
        clean.convert("RGB").save(written, "JPEG", quality=_QUALITY, optimize=True)
    extension, media_type = (".png", "image/png") if keeps_png else (".jpg", "image/jpeg")
    return Prepared(
        MaterialKind.PHOTO,
        written.getvalue(),
        extension,
        media_type,
        shown_name(original_name, extension),
        width=clean.width,
        height=clean.height,
    )


def _too_many_pixels() -> Refusal:
    return Refusal(
        N_("This photo is too large. At most %(megapixels)s million pixels are accepted."),
        field="file",
        megapixels=MOST_PIXELS // 1_000_000,
    )


def _pixels_only(picture: Image.Image) -> Image.Image:
    """Upright, of a sensible size, and without anything but its pixels."""
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # lets JPEG decode at a smaller scale
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    transparent = "A" in upright.getbands() or "transparency" in upright.info
    pixels = upright.convert("RGBA" if transparent else "RGB")
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    return clean


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
