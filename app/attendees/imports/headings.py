# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which line of a table holds the headings, and which column says what: guesses that people see and can change.

Offices write "E-Mail Adresse", "Behörde / Organisation" or "Name der Dienststelle (Pflichtfeld)". Compared are letters and
digits only, first of the whole heading, then of its parts, then whether all words of a known one stand in it.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.attendees.imports.bounds import Cell, Lines
from app.folding import loose
from app.registration.person import LISTED

FULL_NAME = "full_name"
FULL_NAMES = (
    "name, vorname",
    "nachname, vorname",
    "vorname, name",
    "vorname, nachname",
    "vor- und nachname",
    "vor- und zuname",
    "name und vorname",
    "vollständiger name",
    "teilnehmer",
    "teilnehmerin",
    "teilnehmende",
    "teilnehmer/in",
    "teilnehmer/-in",
    "teilnehmer*in",
    "teilnehmer:in",
    "ansprechperson",
    "ansprechpartner",
    "full name",
    "first and last name",
    "participant",
)
FIRST_LINES = 20  # among which the headings are looked for
_ABOUT = 0.6  # of the usual number of filled cells
SURE = 2  # headings that are known
_PARTS = re.compile(r"[/,;|()\[\]\n:]| oder | und | bzw\.? | or | and ")
_WORDS = re.compile(r"[^\W_]+")
_LONGEST = 300  # letters of a heading that are looked at
_SHORTEST = 5  # letters of a heading that counts among other words: "Name" stands in too many
PERSON: Mapping[str, Sequence[str]] = {
    FULL_NAME: FULL_NAMES,
    **{one.name: one.headings for one in LISTED},
}


def key_of(heading: str) -> str:
    """Letters and digits, folded as searches fold them."""
    return "".join(_WORDS.findall(loose(heading)))


@dataclass(frozen=True, slots=True)
class _Heading:
    """What is compared of a heading."""

    whole: str
    parts: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "_Heading":
        short = text[:_LONGEST].casefold()
        parts = frozenset(map(key_of, _PARTS.split(short)))
        return cls(key_of(short), parts, frozenset(_WORDS.findall(loose(short))))


_known = lru_cache(maxsize=1000)(_Heading.of)


def guess(head: Sequence[str], known: Mapping[str, Collection[str]]) -> dict[str, int | None]:
    """What is known by which headings → the place of its column, or None. No column says two things."""
    found: dict[str, int | None] = dict.fromkeys(known)
    free = {place: _Heading.of(heading) for place, heading in enumerate(head) if heading.strip()}
    for fits in (_whole, _part, _words):
        for name, headings in known.items():
            if found[name] is None:
                these = [_known(heading) for heading in headings]
                place = next(
                    (place for one in these for place, mine in free.items() if fits(mine, one)), None
                )
                found[name] = place
                if place is not None:
                    del free[place]
    return found


def _whole(mine: _Heading, known: _Heading) -> bool:
    return mine.whole == known.whole


def _part(mine: _Heading, known: _Heading) -> bool:
    return known.whole in mine.parts


def _words(mine: _Heading, known: _Heading) -> bool:
    return len(known.whole) >= _SHORTEST and known.words <= mine.words


Known = Mapping[str, Collection[str]]
"""What columns may say → the headings of such columns."""


def likeness(line: Sequence[Cell], known: Known = PERSON) -> int:
    """How many of the known things the cells name as headings do."""
    texts = [one or "" for one in line]
    if any(looks_like_address(one) for one in texts):
        return 0
    return sum(place is not None for place in guess(texts, known).values())


def find_head(lines: Lines, known: Known = PERSON) -> int:
    """The number of the line (from 1) that holds the headings; 0: none does, what is listed begins at once.

    Where no heading is known it is the first line that is about as wide as the table, unless a mail address stands in it.
    """
    filled = [(number, line) for number, line in enumerate(lines, start=1) if any(line)][:FIRST_LINES]
    if not filled:
        return 0
    best, number = max(((likeness(line, known), -number) for number, line in filled), default=(0, 0))
    if best >= SURE:
        return -number
    widths = Counter(_width(line) for _, line in filled)
    usual = max(widths, key=lambda width: (widths[width], width))
    wide = next((one for one in filled if _width(one[1]) >= _ABOUT * usual), filled[0])
    return 0 if any(looks_like_address(one or "") for one in wide[1]) else wide[0]


def _width(line: Sequence[Cell]) -> int:
    return sum(one != "" for one in line)


def looks_like_address(text: str) -> bool:
    return re.search(r"\S@\S+\.\S", text) is not None


def column_most_like(rows: Collection[Sequence[Cell]], fits: Callable[[str], bool]) -> int | None:
    """The place of the column of which most cells fit; None where hardly any does."""
    found = Counter(
        place for cells in rows for place, one in enumerate(cells) if one is not None and fits(one)
    )
    best = max(found, key=lambda place: found[place], default=None)
    return best if best is not None and 2 * found[best] >= len(rows) else None
