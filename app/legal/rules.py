# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Legal texts: written as all paragraphs are (app/formatting.py), and two things more.

The line that begins with "# " is the title of the page. Paths of pages of this app such as /barriere-melden become links, shown
by their name. Square brackets stand around what still has to be filled in: "[Name der Behörde]".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.formatting import Blocks, Piece, addresses, tree_of
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

_PLACEHOLDER = r"\[[A-Za-zÄÖÜäöüß][^\[\]\n]{2,}\](?!\()"
_OUR_OWN = re.compile(
    rf"(?P<mark>{_PLACEHOLDER})"
    rf"|(?P<page>(?<![\w/.])(?:{'|'.join(sorted(map(re.escape, LINKED_PAGES['de']), key=len, reverse=True))})(?![\w/-]))"
)


@dataclass(frozen=True, slots=True)
class LegalText:
    """What a page says. `language` is the text's own, which may not be the reader's."""

    title: str
    blocks: Blocks
    placeholders: tuple[str, ...]
    language: str = "de"


def parse(source: str, usual_title: str, language: str = "de") -> LegalText:
    """A legal text as it is shown. Never refuses: what has no form is a paragraph."""
    title, lines = usual_title, list[str]()
    for line in source.splitlines():
        if line.startswith("# "):
            title = line.removeprefix("# ").strip() or title
            lines.append("")
        elif not line.startswith("SPDX-"):
            lines.append(line)
    text = "\n".join(lines)
    return LegalText(
        title,
        tree_of(text, lambda stretch: _told(stretch, LINKED_PAGES[language])),
        tuple(re.findall(_PLACEHOLDER, text)),
        language,
    )


def _told(stretch: str, pages: dict[str, str]) -> Iterator[Piece]:
    """A stretch of text with its open places, the pages that it names and mail addresses."""
    at = 0
    for match in _OUR_OWN.finditer(stretch):
        yield from addresses(stretch[at : match.start()])
        page = match["page"]
        yield Piece(pages[page], href=page) if page else Piece(match[0], missing=True)
        at = match.end()
    yield from addresses(stretch[at:])


def without_token(address: str) -> str:
    """A personal link opens a registration, so its token is not kept in a list (T14)."""
    return re.sub(r"(/my/)[^/\s]+", r"\1…", address)
