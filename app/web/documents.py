# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""PDFs that a screen reader can read (PDF/UA-1, ISO 14289-1, which the typesetter checks while it works).

Content goes over as JSON and is text there, never markup (T20). Setting runs in a process of its own: it takes some
hundred milliseconds, and the memory that it needs is given back (`python -m app.web.documents` is that process).
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.settings import ROOT

LAYOUT = ROOT / "templates" / "_layouts" / "document.typ"
FONTS = ROOT / "static" / "vendor"
SECONDS = 60
Block = dict[str, Any]


class NotSet(RuntimeError):
    """The typesetter refused; its message says where."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a PDF says. `language`: ISO 639-1; `footer`: left on each page; `page`: the word before the page's number."""

    title: str
    language: str
    footer: str
    page: str
    blocks: tuple[Block, ...]


def heading(text: str) -> Block:
    """A heading below the title."""
    return {"kind": "heading", "level": 2, "text": text}


def paragraph(text: str) -> Block:
    return {"kind": "text", "text": text}


def facts(pairs: Iterable[tuple[str, object]]) -> Block:
    """A list of what is what; pairs without a value are left out."""
    rows = [[label, str(value)] for label, value in pairs if value not in {None, ""}]
    return {"kind": "facts", "rows": rows}


def table(caption: str, heads: Iterable[tuple[str, bool]], rows: Iterable[Sequence[object]]) -> Block:
    """A table with a caption. A head is its label and whether the column holds numbers."""
    return {
        "kind": "table",
        "caption": caption,
        "heads": [{"label": label, "number": number} for label, number in heads],
        "rows": [[str(cell) for cell in row] for row in rows],
    }


def exact(label: str, value: str) -> Block:
    """A long value to be compared character by character."""
    return {"kind": "exact", "label": label, "value": value}


def typeset(document: Document) -> bytes:
    """The document as PDF/UA-1. Raises `NotSet` when it cannot be made, `TimeoutExpired` when it takes too long."""
    content = {name: getattr(document, name) for name in Document.__slots__}
    done = subprocess.run(
        (sys.executable, "-m", "app.web.documents"),
        cwd=ROOT,
        input=json.dumps(content).encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise NotSet(done.stderr.decode(errors="replace").strip())
    return done.stdout


def _set(content: str) -> bytes:
    import typst

    pdf = typst.compile(
        str(LAYOUT),
        root=str(LAYOUT.parent),  # nothing else can be read
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"content": content},
        pdf_standards=["ua-1"],
    )
    return bytes(pdf)


if __name__ == "__main__":
    sys.stdout.buffer.write(_set(sys.stdin.read()))
