# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""PDFs as another program reads them."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pypdf import PdfReader

A4_WIDTH = 595.28  # points
MARGIN = 62.36  # points: the 22 mm of the layout


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def tags_of(pdf: bytes) -> list[str]:
    """The names of all structure elements, in reading order."""
    return [str(one["/S"]).removeprefix("/") for one in _elements(pdf) if "/S" in one]


def alternatives_of(pdf: bytes) -> list[str]:
    """What is said in place of each picture, in reading order."""
    return [str(one.get("/Alt", "")) for one in _elements(pdf) if one.get("/S") == "/Figure"]


def _elements(pdf: bytes) -> Iterator[Any]:
    yield from _below(PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"])


def _below(element: Any) -> Iterator[Any]:
    yield element
    children = element.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        one = child.get_object()
        if hasattr(one, "get"):
            yield from _below(one)


def beyond_the_margins(pdf: bytes) -> list[str]:
    """Where text begins or ends outside of the layout's margins, as page and edges in points; empty for a good PDF."""
    return [
        f"page {page}: {left:.0f} to {right:.0f}"
        for page, left, right in _edges(pdf)
        if left < MARGIN - 1 or right > A4_WIDTH - MARGIN + 1
    ]


def lines_by_page(pdf: bytes) -> list[list[str]]:
    return [
        [line for line in page.extract_text().splitlines() if line.strip()]
        for page in PdfReader(BytesIO(pdf)).pages
    ]


def _edges(pdf: bytes) -> Iterator[tuple[int, float, float]]:
    """Page from 1, left and right edge of each piece of text: as long as its letters are wide in its font."""
    with pikepdf.open(BytesIO(pdf)) as document:
        for number, page in enumerate(document.pages, start=1):
            fonts = {name: _widths(font) for name, font in page.Resources.Font.items()}
            place, kept = pikepdf.Matrix(), []
            text, size, widths = pikepdf.Matrix(), 0.0, dict[int, float]()
            for operands, operator in pikepdf.parse_content_stream(page):
                match str(operator):
                    case "q":
                        kept.append(place)
                    case "Q":
                        place = kept.pop()
                    case "cm":
                        place = pikepdf.Matrix(*map(float, operands)) @ place
                    case "Tm":
                        text = pikepdf.Matrix(*map(float, operands))
                    case "Tf":
                        widths, size = fonts[str(operands[0])], float(operands[1])
                    case "Tj" | "TJ" as shows:
                        pieces = operands[0] if shows == "TJ" else operands
                        at = text @ place
                        yield number, at.e, at.e + at.a * size * _length(pieces, widths) / 1000


def _length(pieces: Any, widths: dict[int, float]) -> float:
    """In thousandths of the letters' size; numbers between the letters move them closer."""
    total = 0.0
    for piece in pieces:
        if isinstance(piece, pikepdf.String):
            codes = bytes(piece)
            total += sum(widths[int.from_bytes(codes[at : at + 2])] for at in range(0, len(codes), 2))
        else:
            total -= float(piece)
    return total


def _widths(font: Any) -> dict[int, float]:
    """Letter → width, as a font of two bytes a letter says it: runs of letters, each with a list or with one width."""
    found: dict[int, float] = {}
    entries = list(font.DescendantFonts[0].W)
    while entries:
        first, second = int(entries.pop(0)), entries.pop(0)
        if isinstance(second, pikepdf.Array):
            found.update({first + number: float(width) for number, width in enumerate(second)})
        else:
            found.update(dict.fromkeys(range(first, int(second) + 1), float(entries.pop(0))))
    return found
