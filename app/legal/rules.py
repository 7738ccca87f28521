# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The format of legal texts: plain text with headings, lists and links, and nothing else.

    # Title of the page (first line)
    ## A heading            ### A smaller heading
    A paragraph ends with an empty line; line ends inside of it stay.
    - An entry of a list

Addresses (https://…, name@example.org) become links by themselves, and so do the paths of pages of this app such as
/barriere-melden, which are shown by their name. Anything else is text: there is no way to put HTML in. Square brackets
stand around what still has to be filled in: "[Name der Behörde]".
"""

import re
from dataclasses import dataclass

from app.refusal import N_

PAGES = {
    "impressum": "Impressum",
    "datenschutz": "Datenschutzerklärung",
    "barrierefreiheit": "Erklärung zur Barrierefreiheit",
    "leichte-sprache": "Leichte Sprache",
}
# What the team calls them, in its own language; untranslated, the titles of the English texts.
PAGE_LABELS = {
    "impressum": N_("Imprint"),
    "datenschutz": N_("Privacy statement"),
    "barrierefreiheit": N_("Accessibility statement"),
    "leichte-sprache": N_("Easy language"),
}
NEEDED = ("impressum", "datenschutz")  # without them no day is published
TITLES: dict[str, dict[str, str]] = {"de": PAGES, "en": PAGE_LABELS}
REPORTING = {"de": "Barriere melden", "en": "Report a barrier"}
LINKED_PAGES = {
    language: {
        **{f"/{name}": title for name, title in titles.items()},
        "/barriere-melden": REPORTING[language],
    }
    for language, titles in TITLES.items()
}

_PLACEHOLDER = r"\[[A-Za-zÄÖÜäöüß][^\[\]\n]{2,}\]"
_TOKEN = re.compile(
    rf"(?P<mark>{_PLACEHOLDER})"
    r"|(?P<web>https?://[^\s<>\"]+)"
    r"|(?P<mail>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})"
    rf"|(?P<own>(?<![\w/.])(?:{'|'.join(sorted(map(re.escape, LINKED_PAGES['de']), key=len, reverse=True))})(?![\w/-]))"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: plain, a link, or a place that still has to be filled in."""

    text: str
    href: str | None = None
    missing: bool = False


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is "h2", "h3", "p" or "ul"; a paragraph's lines are broken where they are, a list has an entry each."""

    kind: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LegalText:
    """What a page says. `language` is the text's own, which may not be the reader's."""

    title: str
    blocks: tuple[Block, ...]
    placeholders: tuple[str, ...]
    language: str = "de"


def parse(source: str, usual_title: str, language: str = "de") -> LegalText:
    """Plain text to blocks. Never refuses: what is no heading and no list is a paragraph."""
    lines = [line.strip() for line in source.splitlines() if not line.startswith("SPDX-")]
    title, blocks, open_kind = usual_title, list[Block](), ""
    for line in lines:
        kind, words = _kind_of(line)
        if kind == "h1":
            title = words or title
        elif words and kind == open_kind and kind in {"p", "ul"}:
            blocks[-1] = Block(kind, (*blocks[-1].lines, pieces(words, language)))
        elif words:
            blocks.append(Block(kind, (pieces(words, language),)))
        open_kind = kind if words else ""
    return LegalText(title, tuple(blocks), tuple(re.findall(_PLACEHOLDER, "\n".join(lines))), language)


def pieces(words: str, language: str = "de") -> Line:
    """A line with its links and open places. A full stop behind an address is no part of it."""
    found, at = list[Piece](), 0
    for match in _TOKEN.finditer(words):
        token = match[0].rstrip(".,;:!?)") if match["web"] else match[0]
        if match.start() > at:
            found.append(Piece(words[at : match.start()]))
        found.append(_piece(token, match, language))
        at = match.start() + len(token)
    return (*found, Piece(words[at:])) if at < len(words) else tuple(found)


def _piece(token: str, match: re.Match[str], language: str) -> Piece:
    if match["mark"]:
        return Piece(token, missing=True)
    if match["own"]:
        return Piece(LINKED_PAGES[language][token], href=token)
    return Piece(token, href=f"mailto:{token}" if match["mail"] else token)


def _kind_of(line: str) -> tuple[str, str]:
    for sign, kind in (("### ", "h3"), ("## ", "h2"), ("# ", "h1"), ("- ", "ul")):
        if line.startswith(sign):
            return kind, line.removeprefix(sign).strip()
    return "p", line


def without_token(address: str) -> str:
    """A personal link opens a registration, so its token is not kept in a list (T14)."""
    return re.sub(r"(/my/)[^/\s]+", r"\1…", address)
