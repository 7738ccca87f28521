# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Photos that come in, as `app.pictures` leaves them, and in smaller sizes."""

import io
from pathlib import Path

from PIL import Image

from app.pictures import EXTENSIONS, FORMATS, no_photo, opened, pixels_only, turn
from app.results.prepared import Prepared
from app.results.rules import MaterialKind, shown_name

LONGEST_SIDE = 2400  # pixels; sharp on every screen and on a printed page
_QUALITY = 85
_QUALITY_SMALL = 75


def prepare_photo(original_name: str, extension: str, content: bytes) -> Prepared:
    """The picture anew, upright and not larger than needed. Refuses what is no photo or unpacks to too much."""
    if extension not in EXTENSIONS:
        raise no_photo()
    with opened(content) as picture:
        keeps_png = picture.format == "PNG"
        clean = pixels_only(picture, (LONGEST_SIDE, LONGEST_SIDE))
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


def narrower(photo: Path, width: int) -> bytes:
    """A stored photo so many pixels wide, in its own format. Raises `OSError` if it cannot be read."""
    written = io.BytesIO()
    with turn, Image.open(photo, formats=FORMATS) as picture:
        kind = picture.format
        size = (width, max(1, round(picture.height * width / picture.width)))
        picture.draft("RGB", size)
        picture.resize(size, Image.Resampling.LANCZOS).save(
            written, kind, quality=_QUALITY_SMALL, optimize=True, progressive=True
        )
    return written.getvalue()
