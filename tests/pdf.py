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
    return list(_tags(PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]))


def _tags(element: Any) -> Iterator[str]:
    if "/S" in element:
        yield str(element["/S"]).removeprefix("/")
    children = element.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        one = child.get_object()
        if hasattr(one, "get"):
            yield from _tags(one)
