# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""German of ours where somebody reads English: whatever our catalogue says in German and never in English."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
# What people typed in tests happens to be what we say elsewhere.
TYPED = "".join(
    path.read_text("utf-8")
    for path in [*(ROOT / "tests" / "factories").glob("*.py"), ROOT / "tests/abuse/world.py"]
)
_PLACE = re.compile(r"%\(\w+\)[sd]")
FEWEST_LETTERS = 8  # of ours beside what is put in, or a pattern would fit anything


def german_of_ours(texts: Iterable[str]) -> list[str]:
    """Those of the texts that are one of our German sentences, labels or words; white space does not count."""
    return [one for one in map(_folded, texts) if one and _is_german(one)]


def said_in(tree: object) -> Iterator[str]:
    """What a page says, read or heard, outside of what is marked as German. `tree` is an lxml element."""
    elsewhere = "[not(ancestor-or-self::*[@lang='de'])]"
    yield from tree.xpath("//text()[not(ancestor::*[@lang='de'])]")  # type: ignore[attr-defined]
    for name in ("aria-label", "alt", "title", "placeholder", "data-label", "data-done", "content"):
        yield from tree.xpath(f"//*[@{name}]{elsewhere}/@{name}")  # type: ignore[attr-defined]


@cache
def _catalogue() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    with (ROOT / "app/translations/de/LC_MESSAGES/messages.po").open("rb") as file:
        entries = [one for one in read_po(file) if one.id]
    english, german = set[str](), set[str]()
    for entry in entries:
        english.update(map(_folded, [entry.id] if isinstance(entry.id, str) else entry.id))
        german.update(map(_folded, [entry.string] if isinstance(entry.string, str) else entry.string))
    ours = {one for one in german - english if not _is_typed(one)}
    patterns = [
        re.compile(".+".join(map(re.escape, _PLACE.split(one))))
        for one in ours
        if _PLACE.search(one) and len("".join(_PLACE.split(one))) >= FEWEST_LETTERS
    ]
    return frozenset(ours), tuple(patterns)


def _is_typed(ours: str) -> bool:
    """In tests, too: as it stands, or up to what is put in."""
    first, *rest = _PLACE.split(ours)
    return f'"{first}{"{" if rest else chr(34)}' in TYPED if first else False


@cache
def _is_german(text: str) -> bool:
    ours, patterns = _catalogue()
    return text in ours or any(one.fullmatch(text) for one in patterns)


def _folded(text: str) -> str:
    return " ".join(str(text).split())
