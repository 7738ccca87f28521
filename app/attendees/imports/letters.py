# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""From bytes to letters: what an encoding is certain of, what it is likely, and what has to be asked.

A file does not say how its letters are written. UTF-8 proves itself; all others read any bytes, and only names show
whether they read them rightly. So each is tried and its letters are weighed: those of German names count most, signs in
the middle of a word count against it. Where two readings come close, people are asked, and shown both.
"""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from app.attendees.imports.bounds import no_table, refused
from app.refusal import N_

UTF_8, UTF_16, MIXED, TWICE = "utf-8", "utf-16", "mixed", "twice"
LETTERS: Mapping[str, str] = {
    UTF_8: N_("UTF-8, the standard"),
    UTF_16: N_("UTF-16"),
    MIXED: N_("UTF-8, some letters of older Windows among them"),
    TWICE: N_("UTF-8, saved wrongly once and put right here"),
    "cp1252": N_("Windows, western Europe"),
    "cp1250": N_("Windows, central Europe"),
    "cp1254": N_("Windows, Turkey"),
    "cp850": N_("DOS"),
    "mac_roman": N_("Macintosh"),
}
_SINGLE = ("cp1252", "cp1250", "cp1254", "cp850", "mac_roman")  # one byte is one letter
_USUAL = frozenset("äöüÄÖÜß")
_KNOWN = frozenset("áàâãåæçéèêëíìîïñóòôõøúùûýčćďđěğıłľńňőřśšťůűźżžşşŠŽŞİČĆŁŚŻÉÁÍÓÅØÇăâîțșţĐ")
_BESIDE_WORDS = frozenset("–—„“”’‚‘»«€§·•…\xa0\u00ad")
_LOOKED_AT = 400_000  # bytes
_SURE = 4  # times the weight of any other reading
_SHOWN = 6  # words that show a reading
_LONGEST_WORD = 30
_WINDOWS = {0xDC00 + one: bytes([one]).decode("cp1252", "replace") for one in range(0x80, 0x100)}
_WORD = re.compile(rf"[\w'’\-]{{0,{_LONGEST_WORD}}}[^\x00-\x7f][^\s;,|\t\"<>]{{0,{_LONGEST_WORD}}}")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the letters, and words of the file in which it shows."""

    name: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, how it was read, whether that is sure, and every way in which it can be read, the likeliest first."""

    text: str
    name: str
    sure: bool
    readings: Sequence[Reading] = ()


def decode(content: bytes, chosen: str = "") -> Decoded:
    """`chosen` by people is taken where it can be. Refuses what is no text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _certain(_in(content, "utf-16"), UTF_16)
    if order := _utf_16_order(content):
        return _certain(_in(content, order), UTF_16)
    if b"\x00" in content:
        raise no_table()
    body = content.removeprefix(codecs.BOM_UTF8)
    if body.isascii():
        return _certain(body.decode("ascii"), UTF_8)
    texts, sure = _weighed(_telling_lines(body), is_utf_8=_in(body, UTF_8) is not None)
    names = [name for name in texts if _in(body, name) is not None]
    if not names:
        raise refused(N_("The letters in this file cannot be read. Please save it as CSV UTF-8."))
    name = chosen if chosen in names else names[0]
    words = _words({one: texts[one] for one in names})
    return Decoded(
        _in(body, name) or "", name, sure or chosen in names, [Reading(one, words[one]) for one in names]
    )


def _certain(text: str | None, name: str) -> Decoded:
    if text is None or "\x00" in text:
        raise no_table()
    return Decoded(text.removeprefix("\ufeff"), name, True)


def _in(content: bytes, name: str) -> str | None:
    """The text if it is written so, else None. Every byte that is no UTF-8 may be a Windows letter: `MIXED`."""
    try:
        if name == MIXED:
            return content.decode(UTF_8, "surrogateescape").translate(_WINDOWS)
        if name == TWICE:
            return content.decode(UTF_8).encode("cp1252").decode(UTF_8)
        return content.decode(name)
    except UnicodeError:
        return None


def _utf_16_order(content: bytes) -> str:
    """Two bytes for each letter show in that every second one is nought."""
    beginning = content[:2000]
    if len(beginning) >= 4 and b"\x00" in beginning:
        for order, noughts, letters in (
            ("utf-16-le", beginning[1::2], beginning[::2]),
            ("utf-16-be", beginning[::2], beginning[1::2]),
        ):
            if noughts.count(0) > 0.7 * len(noughts) and not letters.count(0):
                return order
    return ""


def _telling_lines(body: bytes) -> bytes:
    """The lines with letters beyond ASCII, so many that a few thousand rows are looked at as a whole."""
    found: list[bytes] = []
    room = _LOOKED_AT
    for line in body.splitlines():
        if room > 0 and not line.isascii():
            begins = 0 if len(line) <= room else next(at for at, one in enumerate(line) if one > 127)
            found.append(line[begins : begins + room])
            room -= len(found[-1])
    return b"\n".join(found)


def _weighed(body: bytes, *, is_utf_8: bool) -> tuple[dict[str, str], bool]:
    """Name of the encoding → text, the likeliest first, readings that say the same once; and whether that one is sure."""
    if is_utf_8:
        text, repaired = body.decode(UTF_8, "ignore"), _in(body, TWICE)
        return ({UTF_8: text}, True) if repaired is None else ({TWICE: repaired, UTF_8: text}, False)
    odd = [at for at, one in enumerate(body) if one > 127]
    texts = {name: read for name in _SINGLE if (read := _in(body, name)) is not None}
    weights = {name: sum(_weight(text, at) for at in odd) for name, text in texts.items()}
    ranked = {name: texts[name] for name in sorted(texts, key=lambda name: -weights[name])}
    raw = body.decode(UTF_8, "surrogateescape")
    bad = sum("\udc80" <= one <= "\udcff" for one in raw)
    good = sum(not one.isascii() for one in raw) - bad
    if good:
        mixed = {MIXED: raw.translate(_WINDOWS)}
        return _each_once({**mixed, **ranked} if good >= bad else {**ranked, **mixed}), False
    best, *others = ranked.values() if ranked else [""]
    return _each_once(ranked), all(_surpasses(best, other, odd) for other in others)


def _each_once(texts: Mapping[str, str]) -> dict[str, str]:
    first: dict[str, str] = {}
    for name, text in texts.items():
        first.setdefault(text, name)
    return {name: text for text, name in first.items()}


def _weight(text: str, at: int) -> float:
    letter, before, behind = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    in_a_word = before.isalpha() and behind.isalpha()
    if letter.isupper() and (before.islower() or (before.isalpha() and behind.islower())):
        return -3
    alone = not before.isalpha() and not behind.isalpha()
    if letter.isalpha() and (alone or (letter.islower() and behind.isupper())):
        return -3
    if letter in _USUAL:
        return 3
    if letter in _KNOWN:
        return 1
    if letter in _BESIDE_WORDS:
        return -3 if in_a_word and letter not in "’‘\u00ad" else 0
    return 0 if letter.isalpha() else -3


def _surpasses(text: str, other: str, odd: Sequence[int]) -> bool:
    """Whether the letters in which two readings of the same bytes differ speak clearly for the first."""
    different = [at for at in odd if text[at] != other[at]]
    own = sum(_weight(text, at) for at in different)
    return not different or own >= _SURE * max(sum(_weight(other, at) for at in different), 0.5)


def _words(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """By reading: the first words with letters beyond ASCII; of those in which the readings differ, where they differ."""
    found = {
        name: dict.fromkeys(one[0][:_LONGEST_WORD] for one in _WORD.finditer(text))
        for name, text in texts.items()
    }
    shown = {}
    for name, mine in found.items():
        others = [one for other, one in found.items() if other != name]
        telling = (word for word in mine if any(word not in other for other in others))
        shown[name] = list(islice(telling, _SHOWN)) or list(islice(mine, _SHOWN))
    return shown
