# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""PDFs that a screen reader can read (PDF/UA-1, ISO 14289-1, which the typesetter checks while it works).

Content goes over as JSON and is text there, never markup (T20). Setting runs in a process of its own: it takes some
hundred milliseconds, and the memory that it needs is given back (`python -m app.web.documents` is that process).
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.settings import ROOT

LAYOUT = ROOT / "templates" / "_layouts" / "document.typ"
FONTS = ROOT / "static" / "vendor"
SECONDS = 60
Block = dict[str, Any]
_NOT_THERE = re.compile(r'the text `"(.+?)"` could not be displayed')
_EMPTY_BOX = "\u25a1"


class NotSet(RuntimeError):
    """The typesetter refused; its message says where."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a PDF says. `language`: ISO 639-1; `footer`: left on each page; `page`: the word before the page's number;
    `pictures`: the folder that holds those of `picture`."""

    title: str
    language: str
    footer: str
    page: str
    blocks: tuple[Block, ...]
    pictures: Path | None = None


def heading(text: str, level: int = 2) -> Block:
    """A heading below the title."""
    return {"kind": "heading", "level": level, "text": text}


def paragraph(text: str, *, sticky: bool = False) -> Block:
    """`sticky`: never the last on a page, because what follows belongs to it."""
    return {"kind": "text", "text": text, "sticky": sticky}


def paragraphs(text: str) -> Iterator[Block]:
    """What somebody wrote, an empty line between two."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n"))
    return (paragraph(part.strip()) for part in parts if part.strip())


def items(texts: Iterable[str]) -> Block:
    return {"kind": "items", "texts": list(texts)}


def picture(name: str, alternative: str, caption: str) -> Block:
    """A file of the document's folder of pictures. Without an alternative in words no PDF/UA comes about (A11Y-12)."""
    return {"kind": "picture", "path": f"/{name}", "alternative": alternative, "caption": caption}


def facts(pairs: Iterable[tuple[str, object]]) -> Block:
    """A list of what is what; pairs without a value are left out."""
    rows = [[label, str(value)] for label, value in pairs if value not in {None, ""}]
    return {"kind": "facts", "rows": rows}


def table(
    caption: str,
    heads: Sequence[tuple[str, bool]],
    rows: Iterable[Sequence[object]],
    widths: Sequence[int] = (),
) -> Block:
    """A table with a caption. A head is its label and whether the column holds numbers. `widths`: the columns' shares of
    the page, 0 for as wide as needed; without them the first takes what is left."""
    return {
        "kind": "table",
        "caption": caption,
        "widths": list(widths or (1, *[0] * (len(heads) - 1))),
        "heads": [{"label": label, "number": number} for label, number in heads],
        "rows": [[str(cell) for cell in row] for row in rows],
    }


def exact(label: str, value: str) -> Block:
    """A long value to be compared character by character."""
    return {"kind": "exact", "label": label, "value": value}


def typeset(document: Document) -> bytes:
    """The document as PDF/UA-1. A letter that no font has is shown as an empty box. Raises `NotSet` when it cannot be
    made, `TimeoutExpired` when it takes too long."""
    content = {name: getattr(document, name) for name in Document.__slots__}
    content["pictures"] = str(document.pictures or LAYOUT.parent)
    done = subprocess.run(
        (sys.executable, "-m", "app.web.documents"),
        cwd=ROOT,
        input=json.dumps(content, ensure_ascii=False).encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise NotSet(done.stderr.decode(errors="replace").strip())
    return done.stdout


def _set(content: str) -> bytes:
    import typst

    compiler = typst.Compiler(
        root=json.loads(content)["pictures"],  # nothing else can be read
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
    )
    layout = LAYOUT.read_bytes()
    while True:
        try:
            pdf: Any = compiler.compile(layout, sys_inputs={"content": content}, pdf_standards=["ua-1"])
            return bytes(pdf)
        except typst.TypstError as error:
            without = _without_what_no_font_has(content, str(error))
            if without == content:
                raise
            content = without


def _without_what_no_font_has(content: str, message: str) -> str:
    """PDF/UA-1 forbids letters without a shape. Scripts that have hundreds go together, not one at each try."""
    found = _NOT_THERE.search(message)
    if found is None:
        return content
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda one: chr(int(one[1], 16)), found[1])
    for letter in text:
        written = json.dumps(letter, ensure_ascii=False)[1:-1]
        content = content.replace(written, _EMPTY_BOX)
        if ord(letter) > 0x2E80:  # Chinese and beyond
            block = ord(letter) & ~0xFF
            content = re.sub(f"[{chr(block)}-{chr(block + 0xFF)}]", _EMPTY_BOX, content)
    return content


if __name__ == "__main__":
    sys.stdout.buffer.write(_set(sys.stdin.buffer.read().decode()))
