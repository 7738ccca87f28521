# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Photos that come in: decoded and written anew, so nothing survives but the pixels (T22, T25)."""

import io
import warnings
from pathlib import Path
from threading import Lock

from PIL import Image, ImageOps

from app.refusal import N_, Refusal
from app.results.prepared import Prepared
from app.results.rules import MaterialKind, shown_name

# A telephone's camera makes 12 to 24 million, as JPEG, which is decoded at a smaller scale. The others are unpacked whole,
# a WebP four times over.
MOST_PIXELS = {"JPEG": 40_000_000, "PNG": 16_000_000, "WEBP": 12_000_000}
LONGEST_SIDE = 2400  # pixels; sharp on every screen and on a printed page
_QUALITY = 85
_QUALITY_SMALL = 75
_FORMATS = ("JPEG", "PNG", "WEBP")
_EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp"})

# Pillow only warns of a bomb below twice its limit. Here a warning is an error.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# One picture at a time per process: unpacked, the largest takes less than 200 MB.
_turn = Lock()

_NO_PHOTO = N_("This file cannot be read as a photo. Photos in JPEG, PNG or WebP format are accepted.")


def prepare_photo(original_name: str, extension: str, content: bytes) -> Prepared:
    """The picture anew, upright and not larger than needed. Refuses what is no photo or unpacks to too much."""
    if extension not in _EXTENSIONS:
        raise Refusal(_NO_PHOTO, field="file")
    try:
        with _turn, Image.open(io.BytesIO(content), formats=_FORMATS) as picture:  # reads the header only
            if picture.width * picture.height > MOST_PIXELS[str(picture.format)]:
                raise _too_many_pixels(str(picture.format))
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


def narrower(photo: Path, width: int) -> bytes:
    """A stored photo so many pixels wide, in its own format. Raises `OSError` if it cannot be read."""
    written = io.BytesIO()
    with _turn, Image.open(photo, formats=_FORMATS) as picture:
        kind = picture.format
        size = (width, max(1, round(picture.height * width / picture.width)))
        picture.draft("RGB", size)
        picture.resize(size, Image.Resampling.LANCZOS).save(
            written, kind, quality=_QUALITY_SMALL, optimize=True, progressive=True
        )
    return written.getvalue()


def _too_many_pixels(image_format: str = "JPEG") -> Refusal:
    most, here = (MOST_PIXELS[one] // 1_000_000 for one in ("JPEG", image_format))
    if here == most:
        sentence = N_("This photo is too large. At most %(megapixels)s million pixels are accepted.")
    else:
        sentence = N_(
            "This photo is too large. In this format at most %(megapixels)s million pixels are accepted, as JPEG %(most)s million."
        )
    return Refusal(sentence, field="file", megapixels=here, most=most)


def _pixels_only(picture: Image.Image) -> Image.Image:
    """Upright, of a sensible size, and without anything but its pixels."""
    wanted = LONGEST_SIDE / max(picture.size)
    # Lets JPEG decode at a smaller scale; a square would ask for all of a long and narrow one.
    picture.draft("RGB", (int(picture.width * wanted) + 1, int(picture.height * wanted) + 1))
    picture.thumbnail(
        (LONGEST_SIDE, LONGEST_SIDE)
    )  # in its place; turned first, the full size would be there twice
    upright = ImageOps.exif_transpose(picture)
    transparent = "A" in upright.getbands() or "transparency" in upright.info
    pixels = upright.convert("RGBA" if transparent else "RGB")
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    return clean
