# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A file that was judged and may be stored."""

from dataclasses import dataclass

from app.results.rules import MaterialKind


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
