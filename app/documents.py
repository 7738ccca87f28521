# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""PDFs that a screen reader can read (PDF/UA-1, ISO 14289-1, which the typesetter checks while it works).

Content goes over as JSON and is text there, never markup (T20). Setting runs in a process of its own: it takes some
hundred milliseconds, and the memory that it needs is given back (`python -m app.web.typesetting` is that process).
"""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from app.formatting import Block as Written
from app.formatting import Line, behind, by_link, parse, parse_lines
from app.settings import ROOT

SECONDS = 60
DEEPEST_HEADING = 6  # that a PDF has a tag for
Block = dict[str, Any]


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


def formatted(text: str, level: int = 3) -> Iterator[Block]:
    """What somebody wrote in paragraphs; its first heading is of this level, one below the heading it stands under."""
    return (_written(one, level) for one in parse(text))


def formatted_lines(text: str, before: str = "") -> Block:
    """A text of a line or a few, without headings and lists, behind words of ours."""
    first, *others = parse_lines(text)
    return {"kind": "lines", "lines": [_runs(first, before), *map(_runs, others)]}


def formatted_items(texts: Iterable[str]) -> Block:
    """A list of such texts."""
    return {"kind": "entries", "numbered": False, "entries": [[formatted_lines(one)] for one in texts]}


def _written(block: Written, level: int) -> Block:
    if block.kind == "heading":
        return {
            "kind": "title",
            "level": min(level + block.depth, DEEPEST_HEADING),
            "runs": _runs(block.lines[0]),
        }
    if not block.entries:
        return {"kind": "lines", "lines": [_runs(line) for line in block.lines]}
    entries = [[_written(one, level) for one in entry] for entry in block.entries]
    return {"kind": "entries", "numbered": block.kind == "numbered", "entries": entries}


def _runs(line: Line, before: str = "") -> list[Block]:
    """The stretches of a line; on paper the address of a link stands behind its words."""
    runs = [_run(before)] if before else []
    for href, pieces in by_link(line):
        runs += [_run(one.text, href, one.strong, one.emphasised) for one in pieces]
        address = behind(href, pieces)
        runs += [_run(address)] if address else []
    return runs


def _run(text: str, href: str = "", strong: bool = False, emphasised: bool = False) -> Block:
    return {"text": text, "href": href, "strong": strong, "emphasised": emphasised}


def items(texts: Iterable[str]) -> Block:
    return {"kind": "items", "texts": list(texts)}


def picture(name: str, alternative: str, caption: str) -> Block:
    """A file of the document's folder of pictures. Without an alternative in words no PDF/UA comes about (A11Y-12)."""
    return {"kind": "picture", "path": f"/{name}", "alternative": alternative, "caption": caption}


def logos(pictures: Sequence[tuple[bytes, str]]) -> Iterator[Block]:
    """A row of small pictures, each a PNG and what it says in words; nothing where there are none."""
    if pictures:
        yield {
            "kind": "logos",
            "pictures": [
                {"data": b64encode(content).decode(), "alternative": words} for content, words in pictures
            ],
        }


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
    the page, 0 for as wide as needed, which is for short words of ours; without them the first takes what is left."""
    return {
        "kind": "table",
        "caption": caption,
        "widths": list(widths or (1, *[0] * (len(heads) - 1))),
        "heads": [{"label": label, "number": number} for label, number in heads],
        "rows": [[str(cell) for cell in row] for row in rows],
    }


def cards(entries: Iterable[tuple[str, Sequence[str]]], columns: int, height: int, size: int) -> Block:
    """Cards to be cut out, each a title in large letters with lines below. `height` in mm, `size` of the title in points;
    a page holds 240 mm of them."""
    shown = [{"title": title, "lines": list(lines)} for title, lines in entries]
    return {"kind": "cards", "columns": columns, "height": height, "size": size, "cards": shown}


def exact(label: str, value: str) -> Block:
    """A long value to be compared character by character."""
    return {"kind": "exact", "label": label, "value": value}


def typeset(document: Document) -> bytes:
    """The document as PDF/UA-1. A letter that no font has is shown as an empty box. Raises `NotSet` when it cannot be
    made, `TimeoutExpired` when it takes too long."""
    return _set(document, subprocess.PIPE)


def typeset_into(document: Document, file: BinaryIO) -> None:
    """The same, written to the file: with photos it may be too large to hold."""
    _set(document, file)


def _set(document: Document, target: int | BinaryIO) -> bytes:
    content = {name: getattr(document, name) for name in Document.__slots__ if name != "pictures"}
    order = {"content": content, "pictures": str(document.pictures or "")}
    done = subprocess.run(
        (sys.executable, "-m", "app.web.typesetting"),
        cwd=ROOT,
        input=json.dumps(order).encode(),
        stdout=target,
        stderr=subprocess.PIPE,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise NotSet(done.stderr.decode(errors="replace").strip())
    return done.stdout
