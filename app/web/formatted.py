# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people wrote in paragraphs, as HTML of pages and mails: every sign of theirs is escaped here, and the elements are ours.

For templates: `text|formatted(day, level)`, `text|formatted_line` where a line has no room for more, `tree|laid_out(level)`,
and `text|plain` in plain text.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from flask import Flask
from markupsafe import Markup, escape

from app.formatting import MOST_KEPT, Block, Line, Piece, by_link, parse, parse_lines, plain
from app.texts import language
from app.web.texts import Spoken, here

DEEPEST_HEADING = 6
_NAMES = {"text": "p", "items": "ul", "numbered": "ol"}


def formatted(value: str, day: Spoken | None = None, level: int = 3) -> Markup:
    """The text of `day`, in its language; its first heading is `<h{level}>`, one below the heading it stands under."""
    return _kept(value, level, _foreign(day))


def formatted_line(value: str, day: Spoken | None = None) -> Markup:
    """A text of a line or a few, without headings and lists, for a cell or an entry."""
    words, foreign = _lines(parse_lines(value)), _foreign(day)
    return Markup(f"<span{_lang(foreign)}>{words}</span>" if foreign else words)  # noqa: S704 - escaped below


def laid_out(blocks: Iterable[Block], level: int, foreign: str = "") -> Markup:
    """A tree from its first heading's level on; `foreign` is its language where that is not the page's."""
    shown = "\n".join(_block(one, level, _lang(foreign)) for one in blocks)
    return Markup(shown)  # noqa: S704 - escaped below


@lru_cache(maxsize=MOST_KEPT)
def _kept(value: str, level: int, foreign: str) -> Markup:
    """An agenda shows hundreds of texts, the same ones each time."""
    return laid_out(parse(value), level, foreign)


def _foreign(day: Spoken | None) -> str:
    return "" if day is None or day.language == language() else day.language


def _lang(foreign: str) -> str:
    return f' lang="{escape(foreign)}"' if foreign else ""


def _block(block: Block, level: int, lang: str) -> str:
    name = _NAMES.get(block.kind) or f"h{min(level + block.depth, DEEPEST_HEADING)}"
    inside = "".join(map(_entry, block.entries)) if block.entries else _lines(block.lines)
    return f"<{name}{lang}>{inside}</{name}>"


def _entry(blocks: Sequence[Block]) -> str:
    """The words that an entry begins with stand in it without an element of their own."""
    first, *others = blocks
    return f"<li>{_lines(first.lines)}{''.join(_block(one, DEEPEST_HEADING, '') for one in others)}</li>"


def _lines(lines: Iterable[Line]) -> str:
    return "<br>".join("".join(_linked(href, pieces) for href, pieces in by_link(line)) for line in lines)


def _linked(href: str, pieces: Iterable[Piece]) -> str:
    words = "".join(map(_words, pieces))
    if not href:
        return words
    address = escape(here(href) if href.startswith("/") else href)
    elsewhere = ' rel="noopener"' if href[:4].lower() == "http" else ""
    return f'<a href="{address}"{elsewhere}>{words}</a>'


def _words(piece: Piece) -> str:
    """Here what people typed is escaped, and nowhere else."""
    words = str(escape(piece.text))
    for name, holds in (("mark", piece.missing), ("em", piece.emphasised), ("strong", piece.strong)):
        if holds:
            words = f"<{name}>{words}</{name}>"
    return words


def install(app: Flask) -> None:
    for function in (formatted, formatted_line, laid_out, plain):
        app.add_template_filter(function)
