# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people type, cleaned, and the folded forms by which it is found, sorted and compared.

One table for all of them. The libraries that do this (PyICU, Unidecode) bring megabytes or a licence of another kind,
and none of them knows both German ways of writing an umlaut, which is what most searches need.
"""

import re
import unicodedata
from collections.abc import Collection
from itertools import count

# They show nothing and join nothing: soft hyphen, zero widths, fillers, marks of old encodings, tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)
# Joiners shape Arabic and Indic words and join emoji; beside other letters they show nothing.
_JOINED = "\u0530-\u1dff\u2070-\ufefe\uff00-\U0010ffff"
_STRAY_JOINER = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])")
_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")
_BLANKS = re.compile(" {2,}")

# Marks that turn the reading direction: a name could show itself as another one.
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# What no decomposition takes apart. Casefolding has made "ß" to "ss" before.
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("đðɖ", "d"),
        **dict.fromkeys("ıɨ", "i"),
        **dict.fromkeys("ʼʻ’‘´`′", "'"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        "æ": "ae",
        "ə": "e",
        "ħ": "h",
        "ł": "l",
        "ŋ": "n",
        "ø": "o",
        "œ": "oe",
        "þ": "th",
        "ŧ": "t",
    }
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NEARLY_ALL = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "`": "'"})
UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_NUMBER = re.compile("([0-9]+)")
LONGEST_SLUG = 48  # of a suggestion: leaves room for a number within a column's 60


def clean_text(typed: str) -> str:
    """Paragraphs as they are kept: NFC, ordinary line ends and blanks, nothing invisible, no white space around."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    shown = _STRAY_JOINER.sub("", _INVISIBLE.sub("", lines))
    return unicodedata.normalize("NFC", _BLANK.sub(" ", shown)).strip()


def clean_line(typed: str) -> str:
    """The same for what stands on one line: a run of blanks is one blank."""
    return _BLANKS.sub(" ", clean_text(typed))


def is_unprintable(character: str) -> bool:
    """Control characters, line separators, lone surrogates, direction marks, private and unassigned code points."""
    return character in _DIRECTION_MARKS or unicodedata.category(character) in {
        "Cc",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    }


def plain(text: str) -> str:
    """Letters as a German register sorts them (DIN 5007-1): ä as a, ß as ss, ł as l; case and accents do not count."""
    german = text.casefold().translate(_NEARLY_ALL)
    return " ".join(german.split()) if german.isascii() else decomposed(text)


def decomposed(text: str) -> str:
    """What `plain` says of letters of every script: the same, in twenty times the time."""
    parted = unicodedata.normalize("NFKD", text.translate(_LETTERS).casefold()).casefold()
    folded = unicodedata.normalize("NFKD", parted.translate(_LETTERS))
    return " ".join("".join(one for one in folded if not _shows_nothing(one)).split())


def spelled_out(text: str) -> str:
    """The same with umlauts as two letters (DIN 5007-2): what one can type without them."""
    return plain(unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS))


def loose(text: str) -> str:
    """One form for Müller, Mueller and Muller, to compare and never to show: umlauts in both spellings as one letter."""
    folded = plain(text)
    for two, one in UMLAUTS:
        folded = folded.replace(two, one)
    return folded


def spellings(word: str) -> list[str]:
    """What a word may look like in a text that `plain` has folded; none for a word without letters."""
    return [one for one in dict.fromkeys((plain(word), loose(word), spelled_out(word))) if one]


def list_key(text: str) -> list[str | int]:
    """The key by which texts stand in a list: as `plain`, but numbers as numbers, so 1.2 stands before 1.10."""
    return [int(part) if at % 2 else part for at, part in enumerate(_NUMBER.split(plain(text)))]


def slug_of(title: str) -> str:
    """ "3. Fachtag für Gütersloh" becomes "3-fachtag-fuer-guetersloh": what one can read out and type in."""
    words = "-".join(re.findall("[a-z0-9]+", spelled_out(title).encode("ascii", "ignore").decode("ascii")))
    if len(words) <= LONGEST_SLUG:
        return words
    return words[: LONGEST_SLUG + 1].rpartition("-")[0] or words[:LONGEST_SLUG]


def free_of(taken: Collection[str], wanted: str) -> str:
    """The short name that was wanted, or the next one with a number that is not taken; at most 60 characters."""
    if wanted not in taken:
        return wanted
    return next(one for one in (_numbered(wanted, number) for number in count(2)) if one not in taken)


def _numbered(slug: str, number: int) -> str:
    tail = f"-{number}"
    return slug[: 60 - len(tail)].rstrip("-") + tail


def _shows_nothing(character: str) -> bool:
    """Accents, and what is invisible in any place. White space stays."""
    if unicodedata.combining(character) or "\ufe00" <= character <= "\ufe0f":
        return True
    return _INVISIBLE.match(character) is not None or unicodedata.category(character) == "Cf"
