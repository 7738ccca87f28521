# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Pictures that come in: decoded and written anew, so nothing survives but the pixels (T22, T25).

Loads Pillow, which most web workers never need: import it where a picture has come.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from PIL import Image, ImageOps

from app.refusal import N_, Refusal

# A telephone's camera makes 12 to 24 million, as JPEG, which is decoded at a smaller scale. The others are unpacked whole,
# a WebP four times over.
MOST_PIXELS = {"JPEG": 40_000_000, "PNG": 16_000_000, "WEBP": 12_000_000}
FORMATS = ("JPEG", "PNG", "WEBP")
EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp"})

# Pillow only warns of a bomb below twice its limit. Here a warning is an error.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# One picture at a time per process: unpacked, the largest takes less than 200 MB.
turn = Lock()

_NO_PHOTO = N_("This file cannot be read as a photo. Photos in JPEG, PNG or WebP format are accepted.")


def no_photo(field: str = "file") -> Refusal:
    return Refusal(_NO_PHOTO, field=field)


@contextmanager
def opened(content: bytes, field: str = "file") -> Iterator[Image.Image]:
    """The picture, of which only the header is read so far. Refuses at `field` what is none, and what unpacks to too much,
    also while it is decoded inside."""
    try:
        with turn, Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS[str(picture.format)]:
                raise _too_many_pixels(field, str(picture.format))
            yield picture
    except Refusal:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(field) from None
    except Exception:  # a decoder fed by strangers may raise anything, and it always means the same
        raise no_photo(field) from None


def pixels_only(picture: Image.Image, sides: tuple[int, int]) -> Image.Image:
    """Upright, within these sides, and without anything but its pixels."""
    wanted = min(side / own for side, own in zip(sides, picture.size, strict=True))
    # Lets JPEG decode at a smaller scale; a square would ask for all of a long and narrow one.
    picture.draft("RGB", (int(picture.width * wanted) + 1, int(picture.height * wanted) + 1))
    picture.thumbnail(sides)  # in its place; turned first, the full size would be there twice
    upright = ImageOps.exif_transpose(picture)
    transparent = "A" in upright.getbands() or "transparency" in upright.info
    pixels = upright.convert("RGBA" if transparent else "RGB")
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    return clean


def on_white(content: bytes, sides: tuple[int, int], field: str) -> tuple[bytes, int, int]:
    """A logo as PNG on white, so that it can be seen on dark pages and on paper; with its width and height in pixels."""
    with opened(content, field) as picture:
        clean = pixels_only(picture, sides)
    flat = Image.new("RGB", clean.size, "white")
    flat.paste(clean, mask=clean if clean.mode == "RGBA" else None)
    written = io.BytesIO()
    flat.save(written, "PNG", optimize=True)
    return written.getvalue(), flat.width, flat.height


def _too_many_pixels(field: str, image_format: str = "JPEG") -> Refusal:
    most, here = (MOST_PIXELS[one] // 1_000_000 for one in ("JPEG", image_format))
    if here == most:
        sentence = N_("This photo is too large. At most %(megapixels)s million pixels are accepted.")
    else:
        sentence = N_(
            "This photo is too large. In this format at most %(megapixels)s million pixels are accepted, as JPEG %(most)s million."
        )
    return Refusal(sentence, field=field, megapixels=here, most=most)
