# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What may come in, and what is left of it (T22, T25, DP-14, A11Y-15)."""

import io
import subprocess
import sys
import tracemalloc

import pytest
from PIL import Image

from app.pictures import MOST_PIXELS
from app.refusal import Refusal
from app.results.photos import LONGEST_SIDE
from app.results.rules import MaterialKind
from app.results.uploads import LARGEST_FILE, prepare
from tests.results.samples import ACCESSIBLE, jpeg, pdf, png, png_bomb

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def test_a_photo_keeps_its_pixels_and_nothing_else() -> None:
    """DP-14: EXIF, GPS and comments are gone, and the picture still stands upright."""
    original = jpeg((640, 480), gps=True)
    assert b"GEHEIMKAMERA" in original
    assert b"GEHEIMKOMMENTAR" in original
    assert Image.open(io.BytesIO(original)).getexif().get_ifd(0x8825)
    kept = prepare(MaterialKind.PHOTO, "IMG_1.JPG", original)
    picture = Image.open(io.BytesIO(kept.content))
    assert (picture.format, picture.size) == ("JPEG", (480, 640))
    assert (kept.width, kept.height, kept.extension, kept.media_type) == (480, 640, ".jpg", "image/jpeg")
    assert dict(picture.getexif()) == {}
    assert dict(picture.getexif().get_ifd(0x8825)) == {}
    for secret in (b"GEHEIM", b"Exif", b"GPS"):
        assert secret not in kept.content


def test_a_png_keeps_transparency_and_loses_its_texts() -> None:
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    texts.add_text("Author", "GEHEIM")
    written = io.BytesIO()
    Image.new("RGBA", (20, 10), (1, 2, 3, 4)).save(written, "PNG", pnginfo=texts)
    assert b"GEHEIM" in written.getvalue()
    kept = prepare(MaterialKind.PHOTO, "a.png", written.getvalue())
    picture = Image.open(io.BytesIO(kept.content))
    assert (picture.mode, picture.size, kept.media_type) == ("RGBA", (20, 10), "image/png")
    assert picture.getpixel((3, 3)) == (1, 2, 3, 4)
    assert b"GEHEIM" not in kept.content


def test_webp_becomes_jpeg() -> None:
    written = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 0, 0)).save(written, "WEBP")
    kept = prepare(MaterialKind.PHOTO, "a.webp", written.getvalue())
    assert (kept.extension, Image.open(io.BytesIO(kept.content)).size) == (".jpg", (40, 20))


def test_a_large_photo_is_made_smaller() -> None:
    kept = prepare(MaterialKind.PHOTO, "a.jpg", jpeg((4800, 3600)))
    assert (kept.width, kept.height) == (LONGEST_SIDE, 1800)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.svg", "a.html"])
@pytest.mark.parametrize(
    "content", [SVG, HTML, b"GIF89a/*" + HTML, b"\xff\xd8\xff\xe0" + HTML, b"\x89PNG\r\n\x1a\n" + SVG]
)
def test_what_runs_in_a_browser_is_no_photo(name: str, content: bytes) -> None:
    """T22: SVG as PNG, GIF with a script, a JPEG's first bytes before HTML."""
    with pytest.raises(Refusal) as caught:
        prepare(MaterialKind.PHOTO, name, content)
    assert caught.value.field == "file"


def test_a_picture_with_a_page_behind_it_loses_the_page() -> None:
    """T22: a polyglot is a valid picture; only its pixels stay."""
    for name, content in (("a.jpg", jpeg() + HTML), ("a.png", png() + HTML)):
        kept = prepare(MaterialKind.PHOTO, name, content)
        assert b"script" not in kept.content


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.php", "a", "a.jpg.html", "a.pdf"])
def test_a_photo_needs_the_extension_of_one(name: str) -> None:
    with pytest.raises(Refusal):
        prepare(MaterialKind.PHOTO, name, jpeg())


@pytest.mark.parametrize("form", ["GIF", "TIFF", "BMP"])
def test_other_formats_are_refused(form: str) -> None:
    written = io.BytesIO()
    Image.new("RGB", (10, 10)).save(written, form)
    with pytest.raises(Refusal):
        prepare(MaterialKind.PHOTO, "a.png", written.getvalue())


PEAK = """
import sys
from app.results.photos import prepare_photo
content = sys.stdin.buffer.read()
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
before = peak()
prepare_photo("a", sys.argv[1], content)
print((peak() - before) // 1024)
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("image_format", "extension", "mode"),
    [("JPEG", ".jpg", "RGB"), ("PNG", ".png", "RGBA"), ("WEBP", ".webp", "RGB")],
)
def test_the_largest_photo_takes_less_than_200_megabytes(
    image_format: str, extension: str, mode: str
) -> None:
    """T25: measured from outside, for what Pillow holds is no memory of Python's. Turned, as a telephone's are."""
    turned, written = Image.Exif(), io.BytesIO()
    turned[0x0112] = 6
    size = (4_000, MOST_PIXELS[image_format] // 4_000)
    Image.new(mode, size).save(written, image_format, exif=turned)
    done = subprocess.run(
        (sys.executable, "-c", PEAK, extension), input=written.getvalue(), capture_output=True, check=True
    )
    assert 10 < int(done.stdout) < 200


@pytest.mark.long
@pytest.mark.parametrize(
    ("width", "height", "megapixels"), [(13_000, 13_000, 40), (6_400, 6_400, 16), (65_000, 650, 16)]
)
def test_a_bomb_is_refused_before_it_is_unpacked(width: int, height: int, megapixels: int) -> None:
    """T25: the header is enough; memory stays small."""
    bomb = png_bomb(width, height)
    assert len(bomb) < 1_000_000
    tracemalloc.start()
    with pytest.raises(Refusal) as caught:
        prepare(MaterialKind.PHOTO, "a.png", bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (caught.value.field, caught.value.values["megapixels"]) == ("file", megapixels)
    assert peak < 5_000_000


@pytest.mark.long
@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_bombs_of_other_formats_are_refused(form: str) -> None:
    """T25."""
    written = io.BytesIO()
    size = (8000, 5100) if form == "JPEG" else (16_000, 2_600)
    Image.new("L" if form == "JPEG" else "RGB", size).save(written, form, quality=1, method=0)
    with pytest.raises(Refusal) as caught:
        prepare(MaterialKind.PHOTO, "a.jpg", written.getvalue())
    assert caught.value.values["megapixels"] == {"JPEG": 40, "WEBP": 12}[form]


def test_a_torn_photo_is_refused() -> None:
    whole = jpeg((2000, 1500))
    for length in (20, 300, len(whole) // 2):
        with pytest.raises(Refusal):
            prepare(MaterialKind.PHOTO, "a.jpg", whole[:length])


@pytest.mark.parametrize("kind", MaterialKind)
def test_empty_and_too_large_files_are_refused(kind: MaterialKind) -> None:
    for content in (b"", b"%PDF-" + bytes(LARGEST_FILE)):
        with pytest.raises(Refusal):
            prepare(kind, "a.pdf" if kind is MaterialKind.DOCUMENT else "a.jpg", content)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("catalogue", "title", "accessible"),
    [
        (ACCESSIBLE, "Input", True),
        ("", "Input", False),
        (ACCESSIBLE.replace("true", "false"), "Input", False),
        (ACCESSIBLE.replace("/Lang (de-DE)", ""), "Input", False),
        (ACCESSIBLE.replace("/Lang (de-DE)", "/Lang ()"), "Input", False),
        (ACCESSIBLE, "", False),
        (ACCESSIBLE.replace("/StructTreeRoot", "/Other"), "Input", False),
    ],
)
def test_a_pdf_is_accessible_with_tags_title_and_language(
    catalogue: str, title: str, packed: bool, accessible: bool
) -> None:
    """A11Y-15."""
    kept = prepare(MaterialKind.DOCUMENT, "Input.PDF", pdf(catalogue, packed=packed, title=title))
    assert kept.accessible is accessible
    assert (kept.extension, kept.media_type, kept.original_name) == (".pdf", "application/pdf", "Input.pdf")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", HTML),
        ("a.pdf", HTML + pdf()),
        ("a.pdf", b"\n" + pdf()),
        ("a.pdf", b"%PDF-1.7\n" + HTML),
        ("a.html", pdf()),
        ("a.pdf.exe", pdf()),
        ("a.pdf", jpeg()),
        ("a.pdf", pdf("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")),
        ("a.pdf", pdf("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>", packed=True)),
        ("a.pdf", pdf("/OpenAction << /S /Launch /F (cmd.exe) >>")),
    ],
)
def test_what_is_no_harmless_pdf_is_refused(name: str, content: bytes) -> None:
    """T22: pages that call themselves PDF, and PDFs that run programs."""
    with pytest.raises(Refusal) as caught:
        prepare(MaterialKind.DOCUMENT, name, content)
    assert caught.value.field == "file"
