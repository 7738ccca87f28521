# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""From bytes to letters: what an encoding is certain of, what it is likely, and what has to be asked.

A file does not say how its letters are written. UTF-8 proves itself; all others read any bytes, and only names show
whether they read them rightly. So each is tried and its letters are weighed: those of German names count most, signs in
the middle of a word count against it. Where two readings come close, people are asked, and shown both.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
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
_SURE = 4  # times the weight of any other reading
_SHOWN = 6  # words that show a reading
_LONGEST_WORD = 30
_WINDOWS = {0xDC00 + one: bytes([one]).decode("cp1252", "replace") for one in range(0x80, 0x100)}
_WORD = re.compile(r"[\w'’\-]*[^\x00-\x7f][^\s;,|\t\"<>]*")


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
    texts, sure = _weighed(body)
    names = list(texts)
    name = chosen if chosen in texts else names[0]
    readings = [Reading(one, words) for one, words in _words(texts).items()]
    return Decoded(texts[name], name, sure or chosen in texts, readings)


def _certain(text: str | None, name: str) -> Decoded:
    if text is None or "\x00" in text:
        raise no_table()
    return Decoded(text.removeprefix("\ufeff"), name, True)


def _in(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
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


def _weighed(body: bytes) -> tuple[dict[str, str], bool]:
    """Name of the encoding → text, the likeliest first, readings that say the same once; and whether that one is sure."""
    text = _in(body, "utf-8")
    if text is not None:
        repaired = _put_right(text)
        return ({UTF_8: text}, True) if repaired is None else ({TWICE: repaired, UTF_8: text}, False)
    texts = {name: read for name in _SINGLE if (read := _in(body, name)) is not None}
    weights = {name: sum(map(_weight, _odd(one))) for name, one in texts.items()}
    ranked = sorted(texts, key=lambda name: -weights[name])
    mixed, good, bad = _mixed(body)
    if good:
        found = {MIXED: mixed} if good >= bad else {}
        found |= {name: texts[name] for name in ranked} | {MIXED: mixed}
        return _each_once(found), False
    if not ranked:
        raise refused(N_("The letters in this file cannot be read. Please save it as CSV UTF-8."))
    best = ranked[0]
    return _each_once({name: texts[name] for name in ranked}), all(
        _surpasses(texts[best], texts[other]) for other in ranked[1:]
    )


def _each_once(texts: Mapping[str, str]) -> dict[str, str]:
    first: dict[str, str] = {}
    for name, text in texts.items():
        first.setdefault(text, name)
    return {name: text for text, name in first.items()}


def _put_right(text: str) -> str | None:
    """What the text was before a program read its UTF-8 as Windows letters and saved it so; None, if none did."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None


def _mixed(body: bytes) -> tuple[str, int, int]:
    """The text where every byte that is no UTF-8 is a Windows letter; how many letters are UTF-8, and how many are not."""
    text = body.decode("utf-8", "surrogateescape")
    bad = sum("\udc80" <= one <= "\udcff" for one in text)
    return text.translate(_WINDOWS), sum(not one.isascii() for one in text) - bad, bad


Odd = tuple[str, str, str]
"""A letter beyond ASCII, with the one before and the one behind it."""


def _odd(text: str) -> Iterator[Odd]:
    for found in re.finditer(r"[^\x00-\x7f]", text):
        at = found.start()
        yield text[at], text[at - 1 : at], text[at + 1 : at + 2]


def _weight(odd: Odd) -> float:
    letter, before, behind = odd
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


def _surpasses(text: str, other: str) -> bool:
    """Whether the letters in which two readings of the same bytes differ speak clearly for the first."""
    own = their = 0.0
    for mine, one in zip(_odd_at(text, other), _odd_at(other, text), strict=True):
        own, their = own + _weight(mine), their + _weight(one)
    return text == other or (own > 0 and own >= _SURE * max(their, 0))


def _odd_at(text: str, other: str) -> Iterator[Odd]:
    for at, (mine, one) in enumerate(zip(text, other, strict=True)):
        if mine != one:
            yield text[at], text[at - 1 : at], text[at + 1 : at + 2]


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
