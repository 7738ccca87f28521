# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""Cuts a style sheet down to what our pages can show: rules of classes that nothing names, and values that nothing asks for.

KERN describes some 2,700 classes, of which our pages use a few dozen; a phone on a slow line would wait for all of them.
What is named is found by words, not by running the pages: a class too many costs some bytes, one too few breaks a page.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

NESTING = ("@media", "@supports", "@layer", "@container")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Strings and addresses may hold any of the signs that mean something outside of them.
_STRINGS = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_STRING = re.compile(_STRINGS)
_PIECES = re.compile(rf"""({_STRINGS}|url\([^"')]*\)|[{{}};(),])""")
_CLASS = re.compile(r"\.([A-Za-z_-][\w-]*)")
_INNER = re.compile(r"\([^()]*\)")
_DECLARED = re.compile(r"--[\w-]+(?=\s*:)")
_ASKED = re.compile(r"var\(\s*(--[\w-]+)")
_WORD = re.compile(r"[A-Za-z_-][\w-]*")
_QUOTED = re.compile(r"""["']([\w-]+)["']""")
_ENDED = re.compile(r"\}\}(--[\w-]+)")
_BEGUN = re.compile(r"""([A-Za-z][\w-]*(?:--|__))(?=\{\{|["'])""")


@dataclass(frozen=True, slots=True)
class Rule:
    """`head` is a selector or an at-rule; `inside` its declarations, or the rules within. None: a statement (`@charset`)."""

    head: str
    inside: "str | Sheet | None"


Sheet: TypeAlias = list[Rule]


class Names:
    """The classes that templates, scripts and code may write: whole ("kern-link"); begun in one place
    (`kern-icon--{{ name }}`), with an ending that stands somewhere in quotes ("download"); or ended in one place
    (`{{ css }}--error`), with a beginning that is one of these."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._quoted: set[str] = set()
        self._begun: set[str] = set()
        self._ended: set[str] = set()
        for source in sources:
            self._words.update(_WORD.findall(source))
            self._quoted.update(_QUOTED.findall(source))
            self._begun.update(_BEGUN.findall(source))
            self._ended.update(_ENDED.findall(source))

    def may_be_used(self, name: str) -> bool:
        return (
            name in self._words
            or any(name.startswith(one) and name.removeprefix(one) in self._quoted for one in self._begun)
            or any(name.endswith(one) and self.may_be_used(name.removesuffix(one)) for one in self._ended)
        )


def cut(styles: str, names: Names, beside: str) -> str:
    """`styles` without rules for other classes than `names`, and without values that neither they nor `beside` ask for.

    `beside` is every other style sheet of the page. Order and cascade stay as they are. Raises `ValueError` for a style
    sheet whose brackets do not match.
    """
    kept = _only_used(parse(styles), names.may_be_used)
    return _text(_only_asked(kept, beside))


def tidy(styles: str) -> str:
    """The same rules without comments and white space at the edges."""
    return _text(parse(styles))


def classes(styles: str) -> set[str]:
    """Every class that some selector names, also within `:not(…)` and the like."""
    return {name for rule in _flat(parse(styles)) for name in _CLASS.findall(rule.head)}


def parse(styles: str) -> Sheet:
    """The rules of a style sheet. Raises `ValueError` where brackets do not match."""
    return _rules(iter(_PIECES.split(_COMMENT.sub("", styles))), nested=False)


def _rules(pieces: Iterator[str], *, nested: bool) -> Sheet:
    found: Sheet = []
    head = ""
    for piece in pieces:
        if piece == "{":
            name = head.strip()
            nests = name.startswith(NESTING)
            found.append(Rule(name, _rules(pieces, nested=True) if nests else _body(pieces)))
            head = ""
        elif piece == "}":
            if not nested:
                raise ValueError("a bracket is closed that was never opened")
            return found
        elif piece == ";" and not head.count("(") > head.count(")"):
            found.append(Rule(head.strip(), None))
            head = ""
        else:
            head += piece
    if nested or head.strip():
        raise ValueError("a style sheet ends in the middle of a rule")
    return found


def _body(pieces: Iterator[str]) -> str:
    text, depth = "", 0
    for piece in pieces:
        if piece == "}" and depth == 0:
            return text.strip().removesuffix(";")
        depth += {"{": 1, "}": -1}.get(piece, 0)  # the steps of @keyframes
        text += piece
    raise ValueError("a style sheet ends in the middle of a rule")


def _only_used(sheet: Sheet, used: Callable[[str], bool]) -> Sheet:
    kept: Sheet = []
    for rule in sheet:
        if isinstance(rule.inside, list):
            if within := _only_used(rule.inside, used):
                kept.append(Rule(rule.head, within))
        elif rule.head.startswith("@"):
            kept.append(rule)
        elif selectors := [one for one in _selectors(rule.head) if all(map(used, _wanted(one)))]:
            kept.append(Rule(",".join(selectors), rule.inside))
    return kept


def _wanted(selector: str) -> list[str]:
    """The classes without which it never matches: what stands in `:is(…)`, `:not(…)` is a question of its own."""
    plain = _STRING.sub("", selector)
    while plain != (plain := _INNER.sub("", plain)):
        pass
    return _CLASS.findall(plain)


def _selectors(head: str) -> list[str]:
    found, depth = [""], 0
    for piece in _PIECES.split(head):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "," and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    return [one.strip() for one in found]


def _only_asked(sheet: Sheet, beside: str) -> Sheet:
    """Without custom properties that nothing asks for. One may ask for another, so this goes on until nothing changes."""
    before = None
    while sheet != before:
        before, sheet = sheet, _without(sheet, set(_ASKED.findall(beside + _text(sheet))))
    return sheet


def _without(sheet: Sheet, asked: set[str]) -> Sheet:
    kept: Sheet = []
    for rule in sheet:
        if isinstance(rule.inside, list):
            if within := _without(rule.inside, asked):
                kept.append(Rule(rule.head, within))
        elif rule.inside is None or rule.head.startswith("@"):
            kept.append(rule)
        elif left := [one for one in _declarations(rule.inside) if _is_asked(one, asked)]:
            kept.append(Rule(rule.head, ";".join(left)))
    return kept


def _declarations(inside: str) -> list[str]:
    found, depth = [""], 0
    for piece in _PIECES.split(inside):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == ";" and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    return [one.strip() for one in found if one.strip()]


def _is_asked(declaration: str, asked: set[str]) -> bool:
    declared = _DECLARED.match(declaration)
    return declared is None or declared.group() in asked


def _flat(sheet: Sheet) -> Iterator[Rule]:
    for rule in sheet:
        yield rule
        if isinstance(rule.inside, list):
            yield from _flat(rule.inside)


def _text(sheet: Sheet) -> str:
    written = []
    for rule in sheet:
        if rule.inside is None:
            written.append(f"{rule.head};")
        elif isinstance(rule.inside, list):
            written.append(f"{rule.head}{{{_text(rule.inside)}}}")
        else:
            written.append(f"{rule.head}{{{rule.inside}}}")
    return "\n".join(written)
