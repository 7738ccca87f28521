# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What may come in, judged by its bytes and its extension (T22, T25). Slow on purpose: before the transaction.

Photos are decoded and written anew, so nothing survives but the pixels: no EXIF, no place where they were taken, no
second file hidden behind the first. Documents are PDF only and leave the house as downloads.
"""

from pathlib import PurePath

from app.refusal import N_, Refusal
from app.results import pdfs
from app.results.prepared import Prepared
from app.results.rules import MaterialKind, shown_name

LARGEST_FILE = 20_000_000  # bytes


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
        raise pdfs.unreadable()
    accessible = pdfs.is_accessible(content)
    return Prepared(
        MaterialKind.DOCUMENT,
        content,
        ".pdf",
        "application/pdf",
        shown_name(original_name, ".pdf"),
        accessible=accessible,
    )
