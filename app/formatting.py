# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people write in paragraphs, as one tree: a safe part of Markdown, and for all else the letters as they were typed.

    ## A heading           up to six signs; how deep it lies on a page is up to the page
    - An entry of a list   or "* ", from two on; two blanks further in, it lies below the entry before it
    1. A numbered entry    from two on, counted from one
    **bold** *emphasised*  whole words only
    [words](https://…)     also mailto:; addresses of pages and of mail become links by themselves

The lines are read here, because Markdown's own lists count anew what people have numbered (decision 0048); what stands within
a line is read by markdown-it. Never refuses, and there is no way to put HTML in.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, emphasis

from app.ical import text as plain_text
from app.links import PASTED

DEEPEST_LIST = 3  # what lies further in is text
MOST_KEPT = 1_024  # texts that are kept ready as plain text, and as many as HTML


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text within a line: plain, bold, emphasised, a link, or a place that still has to be filled in."""

    text: str
    href: str = ""
    strong: bool = False
    emphasised: bool = False
    missing: bool = False


Line = tuple[Piece, ...]
Told = Callable[[str], Iterable[Piece]]


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: "heading", of one line, `depth` below the first one of the text; "text", broken where its lines end; "items" or
    "numbered", whose entries are blocks themselves: text and, at most `DEEPEST_LIST` deep, lists."""

    kind: str
    lines: tuple[Line, ...] = ()
    depth: int = 0
    entries: "tuple[tuple[Block, ...], ...]" = ()


Blocks = tuple[Block, ...]


def parse(text: str) -> Blocks:
    """The tree of what somebody wrote."""
    return tree_of(text, addresses)


def tree_of(text: str, told: Told) -> Blocks:
    """The same; `told` makes of a stretch without marks what stands in it, as `addresses` does."""
    return tuple(_Builder(told).blocks(plain_text.without_controls(text).expandtabs(4).split("\n")))


def parse_lines(text: str) -> tuple[Line, ...]:
    """Of a text that is a line or a few ones, such as an agreement: no headings, no lists."""
    return tuple(_lines(plain_text.paragraphs(text).replace("\t", " "), addresses))


def lines_of(blocks: Iterable[Block]) -> Iterator[Line]:
    """Each line, in the order of the text."""
    for block in blocks:
        yield from block.lines
        for entry in block.entries:
            yield from lines_of(entry)


def words_of(line: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in line)


# -- as plain text


@lru_cache(maxsize=MOST_KEPT)
def plain(text: str) -> str:
    """For a mail's plain text and a calendar: without marks, the entries of a list each with a hyphen or its number, the
    address of a link behind its words."""
    return "\n\n".join(_plain_block(block) for block in parse(text))


def plain_line(text: str) -> str:
    """The same on one line, for a place that has no more."""
    return plain_text.one_line(plain(text))


def _plain_block(block: Block) -> str:
    if not block.entries:
        return "\n".join(map(_plain_line, block.lines))
    marks = [f"{number}." if block.kind == "numbered" else "-" for number in range(1, len(block.entries) + 1)]
    entries = ("\n".join(map(_plain_block, entry)) for entry in block.entries)
    return "\n".join(
        f"{mark} " + entry.replace("\n", "\n" + " " * (len(mark) + 1))
        for mark, entry in zip(marks, entries, strict=True)
    )


def _plain_line(line: Line) -> str:
    return "".join(words_of(pieces) + behind(href, pieces) for href, pieces in by_link(line))


def behind(href: str, words: Iterable[Piece]) -> str:
    """What stands behind the words of a link where nobody can follow it: its address, if they are not that already."""
    address = href.removeprefix("mailto:")
    return f" ({address})" if address and address != words_of(words) else ""


def by_link(line: Line) -> Iterator[tuple[str, list[Piece]]]:
    """The pieces of a line by the link they belong to, "" for none: a link's words may be several pieces."""
    href, together = "", list[Piece]()
    for piece in line:
        if piece.href != href and together:
            yield href, together
            together = []
        href = piece.href
        together.append(piece)
    if together:
        yield href, together


# -- lines to blocks

_HEADING = re.compile(r"(#{1,6}) +(\S.*)")
_ENTRY = re.compile(r"( *)(?:([-*])|([1-9][0-9]{0,2})([.)])) +(\S.*)")
# "1. April" at the beginning of a line is a date.
_MONTH = re.compile(
    r"(?:Jan|Januar|Jänner|Feb|Februar|März|Apr|April|Mai|Jun|Juni|Jul|Juli|Aug|August|Sept?|September|Okt|Oktober|Nov|November"
    r"|Dez|Dezember)\b"
)
_FURTHER_IN = 2  # blanks from which on a line belongs to the entry above it


@dataclass(slots=True)
class _List:
    """A list that may be one: it is from `fewest` entries on."""

    indent: int
    mark: str
    entries: int = 0

    @property
    def is_one(self) -> bool:
        return self.entries >= (1 if self.mark == "-" else 2)


@dataclass(slots=True)
class _Entry:
    """A line that begins as an entry does, with the list it would belong to."""

    of: _List
    words: str


def _entries(lines: Sequence[str]) -> dict[int, _Entry]:
    """Which lines may begin an entry, by their number; each line is looked at once, however deep they lie."""
    found, open_lists = dict[int, _Entry](), list[_List]()
    for at, line in enumerate(lines):
        if not line.strip():
            continue
        match = _ENTRY.fullmatch(line)
        indent = len(line) - len(line.lstrip(" "))
        while open_lists and indent < open_lists[-1].indent + (_FURTHER_IN if match is None else 0):
            open_lists.pop()
        if match is not None:
            one = _list_of(match, open_lists)
            if one is not None:
                one.entries += 1
                found[at] = _Entry(one, match[5])
            else:
                open_lists = [it for it in open_lists if it.indent + _FURTHER_IN <= indent]
    return found


def _list_of(match: re.Match[str], open_lists: list[_List]) -> _List | None:
    """The list that goes on with this entry, or begins; None if it is text after all."""
    indent, mark, number = len(match[1]), match[2] or match[4], int(match[3] or 0)
    if not any(map(str.isalnum, match[5])) or (number and _MONTH.match(match[5])):
        return None
    if open_lists and indent < open_lists[-1].indent + _FURTHER_IN:
        last = open_lists[-1]
        if last.mark == mark and (not number or number == last.entries + 1):
            return last
        open_lists.pop()
    if number > 1 or len(open_lists) == DEEPEST_LIST:
        return None
    open_lists.append(_List(indent, mark))
    return open_lists[-1]


@dataclass(slots=True)
class _Open:
    """A list while it is built: the blocks of each entry."""

    of: _List
    entries: list[list[Block]]

    def closed(self) -> Block:
        kind = "items" if self.of.mark in "-*" else "numbered"
        return Block(kind, entries=tuple(map(tuple, self.entries)))


class _Builder:
    """Goes through the lines once; `_stack` are the lists that are open, `_text` the lines of the text that is."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._root: list[Block] = []
        self._stack: list[_Open] = []
        self._text: list[str] = []
        self._above: list[int] = []  # the headings over this place, by their signs

    def blocks(self, lines: Sequence[str]) -> list[Block]:
        entries = _entries(lines)
        for at, line in enumerate(lines):
            heading = _HEADING.fullmatch(line)
            if at in entries and entries[at].of.is_one:
                self._begin_entry(entries[at])
            elif not line.strip():
                self._end_text()
            elif heading and any(map(str.isalnum, heading[2])):
                self._close_lists(0)
                self._root.append(self._heading(len(heading[1]), heading[2]))
            else:
                self._go_on(line)
        self._close_lists(0)
        return self._root

    def _begin_entry(self, entry: _Entry) -> None:
        for depth, one in enumerate(self._stack):
            if one.of is entry.of:
                self._close_lists(depth + 1)
                one.entries.append([])
                break
        else:
            self._close_lists(sum(one.of.indent + _FURTHER_IN <= entry.of.indent for one in self._stack))
            self._stack.append(_Open(entry.of, [[]]))
        self._text.append(entry.words)

    def _go_on(self, line: str) -> None:
        """A line of text: of the entry above it where it is further in, else of a paragraph."""
        indent = len(line) - len(line.lstrip(" "))
        self._close_lists(sum(one.of.indent + _FURTHER_IN <= indent for one in self._stack), keep_text=True)
        self._text.append(line)

    def _close_lists(self, left: int, *, keep_text: bool = False) -> None:
        """Until so many are open. What was open as text ends with it, unless it `keep_text`s and no list is closed."""
        if not keep_text or len(self._stack) > left:
            self._end_text()
        while len(self._stack) > left:
            closed = self._stack.pop().closed()
            self._here.append(closed)

    def _end_text(self) -> None:
        if self._text:
            lines = tuple(_lines("\n".join(line.strip() for line in self._text), self._told))
            self._here.append(Block("text", lines))
            self._text = []

    @property
    def _here(self) -> list[Block]:
        return self._stack[-1].entries[-1] if self._stack else self._root

    def _heading(self, signs: int, words: str) -> Block:
        """No level is left out: one that is deeper than the one above it lies one below."""
        while self._above and self._above[-1] >= signs:
            self._above.pop()
        self._above.append(signs)
        return Block("heading", tuple(_lines(words, self._told)), depth=len(self._above) - 1)


# -- within lines

_ADDRESS = re.compile(r"https?://(?:(?!\]\()[^\s<>\"])+", re.IGNORECASE)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
# The words in brackets hold none themselves, so a heap of brackets is passed by at once.
_LINK = re.compile(
    r"\[([^\[\]]{1,500})\]\(((?:https?://|mailto:)[^\s<>()\"]{1,2000}(?:\([^\s<>()\"]{0,200}\)[^\s<>()\"]{0,2000}){0,4})\)",
    re.IGNORECASE,
)
# Three stars at most, and none within a word, "Kolleg*innen" is no beginning of anything, or behind a
# backslash.
_STARS = r"(?<![\w*\\])\*{1,3}(?!\*)|(?<![*\\])\*{1,3}(?![\w*])"
_NEXT_MARK = re.compile(rf"{_STARS}|\[(?=[^\[\]]{{1,500}}\]\((?:https?://|mailto:))|https?://", re.IGNORECASE)


def addresses(text: str) -> Iterator[Piece]:
    """A stretch of text, and the mail addresses in it as links."""
    at = 0
    for match in _MAIL.finditer(text):
        if match.start() > at:
            yield Piece(text[at : match.start()])
        yield Piece(match[0], href=f"mailto:{match[0]}")
        at = match.end()
    if at < len(text):
        yield Piece(text[at:])


def _lines(text: str, told: Told) -> Iterator[Line]:
    """The lines of a stretch of text; marks may hold across the end of one."""
    line = list[Piece]()
    for piece in _pieces(text, told):
        parts = [piece]
        if "\n" in piece.text:
            parts = [replace(piece, text=part) for part in piece.text.split("\n")]
        for part in parts[:-1]:
            yield tuple([*line, part] if part.text else line)
            line = []
        line += parts[-1:] if parts[-1].text else []
    yield tuple(line)


def _pieces(text: str, told: Told) -> Iterator[Piece]:
    if _NEXT_MARK.search(text) is None:  # most of what people write: nothing to read
        yield from told(text)
        return
    strong = emphasised = 0
    href = ""
    for token in _MARKDOWN.parseInline(text)[0].children or ():
        if token.type.startswith("strong"):
            strong += token.nesting
        elif token.type.startswith("em"):
            emphasised += token.nesting
        elif token.type.startswith("link"):
            href = str(token.attrs.get("href", ""))
        elif token.content:
            found = (Piece(token.content, href=href),) if href else told(token.content)
            marked = strong or emphasised
            for piece in found:
                yield replace(piece, strong=strong > 0, emphasised=emphasised > 0) if marked else piece


def _text(state: StateInline, silent: bool) -> bool:
    """Up to the next sign that may be a mark."""
    found = _NEXT_MARK.search(state.src, state.pos, state.posMax)
    end = found.start() if found else state.posMax
    if end == state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _address(state: StateInline, silent: bool) -> bool:
    """The address of a page, without what stands behind it in the sentence; a bracket that it opens itself is its own."""
    found = _ADDRESS.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    address = found[0].rstrip(PASTED)
    while found[0][len(address) :].startswith(")") and address.count("(") > address.count(")"):
        address += ")"
    if not silent and not state.linkLevel and _is_safe(address):
        _push_link(state, address)
        state.push("text", "", 0).content = address
        _push_link(state, "")
    elif not silent:
        state.pending += address
    state.pos += len(address)
    return True


def _link(state: StateInline, silent: bool) -> bool:
    """[words](address): the words may be bold; what leads nowhere safe, or says nothing, stays as it was typed."""
    found = _LINK.match(state.src, state.pos, state.posMax)
    if found is None or state.linkLevel or not any(map(str.isalnum, found[1])) or not _is_safe(found[2]):
        return False
    if not silent:
        end, state.posMax = state.posMax, found.end(1)
        _push_link(state, found[2])
        state.pos, state.linkLevel = found.start(1), 1
        _MARKDOWN.inline.tokenize(state)
        state.linkLevel, state.posMax = 0, end
        _push_link(state, "")
    state.pos = found.end()
    return True


def _push_link(state: StateInline, address: str) -> None:
    """The beginning of one; without an address its end."""
    token = state.push("link_open" if address else "link_close", "a", 1 if address else -1)
    token.attrs = {"href": address} if address else {}


def _is_safe(address: str) -> bool:
    """A whole address of a page or of mail; none that names somebody before an @, which hides where it leads."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return _MAIL.fullmatch(parts.path) is not None
    return parts.scheme in {"http", "https"} and bool(host) and "@" not in parts.netloc


def _stars(state: StateInline, silent: bool) -> bool:
    """As Markdown treats underscores: never within a word, for "Kolleg*innen und Freund*innen" mean nothing bold. Underscores
    themselves stand in addresses and names of files, and are no marks here."""
    at, known = state.pos, len(state.delimiters)
    if state.src[at] != "*" or not emphasis.tokenize(state, silent):
        return False
    outside_words = state.scanDelims(at, False)
    for one in state.delimiters[known:]:
        one.open, one.close = outside_words.can_open, outside_words.can_close
    return True


def _markdown() -> MarkdownIt:
    """Only what is named here; "zero" knows nothing but text."""
    reader = MarkdownIt("zero").enable(["emphasis", "link"])
    rules = reader.inline.ruler
    rules.at("text", _text)
    rules.at("emphasis", _stars)
    rules.at("link", _link)
    rules.push("address", _address)
    return reader


_MARKDOWN = _markdown()
