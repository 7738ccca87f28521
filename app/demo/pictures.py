# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Photos of flipcharts that were never written on, and a PDF as people send them: without any tags.

Both are drawn here, so that no picture of somebody else's lies in the repository.
"""

import io
from functools import cache
from random import Random

from PIL import Image, ImageDraw, ImageFont

SIZE = (1600, 1200)
WALL, FLOOR, BOARD, PAPER = (226, 221, 211), (168, 148, 124), (120, 124, 130), (252, 251, 246)
BLUE, GREEN, RED = (32, 62, 140), (24, 110, 72), (178, 40, 44)
INK = {"blue": BLUE, "green": GREEN, "red": RED}
DOTTED = {"Ä": "A", "Ö": "O", "Ü": "U"}  # the font at hand knows no umlauts; a pen makes two dots


def flipchart(heading: str, lines: list[tuple[str, str]], seed: int) -> bytes:
    """A JPEG: a flipchart in a room, `lines` of (ink, words) in capital letters under an underlined heading.

    A line that begins with a space goes on with the entry above it.
    """
    random = Random(seed)  # noqa: S311 - a shaky hand, no secret
    picture = Image.new("RGB", SIZE, WALL)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 1040, SIZE[0], SIZE[1]), fill=FLOOR)
    for foot in (330, 1270):
        draw.line((800, 120, foot, 1180), fill=BOARD, width=22)
    draw.rectangle((380, 60, 1220, 1130), fill=BOARD)
    draw.rectangle((400, 90, 1200, 1120), fill=PAPER)
    for hole in (520, 800, 1080):
        draw.ellipse((hole - 11, 66, hole + 11, 88), fill=WALL)
    ends = _write(picture, (450, 140), heading, RED, _fitting(heading, 62, 700), random)
    draw.line((446, 226, min(ends + 10, 1180), 220), fill=RED, width=7)
    largest = min(_fitting(words, 48, 670) for _, words in lines)
    top = 280
    for ink, words in lines:
        colour = INK[ink]
        if not words.startswith(" "):
            draw.ellipse((448, top + 18, 462, top + 32), fill=colour)
        _write(picture, (486, top), words.strip(), colour, largest, random)
        top += 84
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=82)
    return written.getvalue()


def _write(
    picture: Image.Image,
    start: tuple[int, int],
    words: str,
    ink: tuple[int, int, int],
    size: int,
    random: Random,
) -> int:
    """Letter by letter, none quite like the other. Returns where the line ends."""
    font = _pen_of(size)
    at, top = float(start[0]), start[1]
    for sign in words:
        plain = DOTTED.get(sign, sign)
        letter = Image.new("L", (size * 2, size * 2), 0)
        pen = ImageDraw.Draw(letter)
        pen.text((size // 2, size // 2), plain, font=font, fill=255, stroke_width=1)
        width = pen.textlength(plain, font=font)
        if sign in DOTTED:
            for dot in (0.3, 0.7):
                x = size / 2 + width * dot
                pen.ellipse((x - 4, size * 0.42, x + 4, size * 0.42 + 8), fill=255)
        shaken = letter.rotate(random.uniform(-5, 5), resample=Image.Resampling.BICUBIC)
        place = (round(at - size / 2), top - size // 2 + random.randint(-3, 3))
        picture.paste(ink, place, shaken)
        at += width + random.uniform(0.5, 3)
    return round(at)


def _fitting(words: str, size: int, width: int) -> int:
    """The size at which the words fit on the paper, the gaps between letters included."""
    needed = _pen_of(size).getlength(words) + 2.5 * len(words)
    return size if needed <= width else int(size * width / needed)


@cache
def _pen_of(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def untagged_pdf(title_line: str, lines: list[str]) -> bytes:
    """One page of text and nothing that a screen reader could hold on to: no tags, no language, no title."""
    text = ["BT", "/F1 20 Tf", "60 770 Td", f"({_escaped(title_line)}) Tj", "/F1 12 Tf", "0 -40 Td"]
    for line in lines:
        text += [f"({_escaped(line)}) Tj", "0 -22 Td"]
    content = "\n".join([*text, "ET"]).encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    written = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        written += b"%010d 00000 n \n" % offset
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(written)


def _escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def logo(name: str, colour: str) -> tuple[bytes, int, int]:
    """A PNG with the words of a name one below the other beside a disc; and its width and height in pixels."""
    words = "".join(DOTTED.get(one, one) for one in name.upper()).split()
    size = (480, max(120, 60 * len(words) + 20))
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((16, size[1] // 2 - 40, 96, size[1] // 2 + 40), fill=colour)
    for row, word in enumerate(words):
        draw.text((120, 16 + 60 * row), word, fill=colour, font=ImageFont.load_default(40))
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue(), *size
