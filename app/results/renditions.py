# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Photos in smaller sizes, so that a telephone does not fetch what a poster needs. Made when somebody asks first, and kept
for a day beside the PDFs."""

import secrets
from pathlib import Path

from app.results.files import write
from app.results.models import Material
from app.results.rules import MaterialKind
from app.store.printed import folder_of

WIDTHS = (480, 800, 1280)  # pixels


def widths_of(width: int) -> list[int]:
    """In which a photo of this width is offered besides its own: smaller ones."""
    return [one for one in WIDTHS if one < width]


def rendition(data_dir: Path, row: Material, original: Path, width: int) -> Path:
    """The photo in one of the offered widths, the file of the row itself for anything else."""
    if row.kind is not MaterialKind.PHOTO or width not in widths_of(row.width or 0):
        return original
    path = folder_of(data_dir) / f"{original.stem}-{width}{original.suffix}"
    if not path.exists():
        from app.results.photos import narrower  # with Pillow, which most web workers never need

        # Two may be at it at once: each writes its own, and the later one stays.
        made = path.with_name(f"{secrets.token_hex(8)}{original.suffix}")
        write(made, narrower(original, width))
        made.replace(path)
    return path
