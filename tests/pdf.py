# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""PDFs as another program reads them."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader


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
