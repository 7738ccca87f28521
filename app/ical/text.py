# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""Text on its way into a calendar: what may stay in it, and how iCalendar escapes and folds it (RFC 5545, 3.1, 3.3.11).

Escaping and folding are our own because the library's are not exact (7.3.0): it turns the two characters `\\N` into a
line break, and folds between the two backslashes of an escaped one.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

# Line separators other than "\n" end a line for lenient readers, so a person's text could become a property.
_OTHER_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_WHITE = re.compile(r"\s+")
_NOT_IN_QUOTES = str.maketrans("", "", '"^\\')
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})

_UNPARTED = re.compile(r"\\.|.")
_LONGEST_LINE = 75

_STAYS_IN_URI = "!#$%&'()*+,/:;=?@[]~"
_STAYS_IN_ADDRESS = "!$'()*+@~"


def paragraphs(text: str) -> str:
    """The text without control characters and lone surrogates; newline and tab stay."""
    return without_controls(text).strip()


def without_controls(text: str) -> str:
    """The same, with the white space around it."""
    return _FORBIDDEN.sub("", _OTHER_LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """The text on a single line, every run of white space one space."""
    return _WHITE.sub(" ", paragraphs(text)).strip()


def without_quotes(text: str) -> str:
    """One line that can stand between double quotes.

    Caret and backslash go as well: the first is doubled by RFC 6868, which older clients show; the second has no
    meaning there, but some readers take it for an escape and miss the closing quote.
    """
    return one_line(text.translate(_NOT_IN_QUOTES))


def uri(address: str) -> str:
    """The address as ASCII; what may not stand in a URI is percent-encoded, what is encoded already stays."""
    return quote(one_line(address), safe=_STAYS_IN_URI)


def mailto(email: str) -> str:
    """The mail address as RFC 6068 writes it."""
    return "mailto:" + quote(email, safe=_STAYS_IN_ADDRESS)


def escape(text: str) -> str:
    """One TEXT value."""
    return text.translate(_ESCAPES)


def escape_list(texts: Iterable[str]) -> str:
    """Several TEXT values in one property: the comma between them separates, those inside are escaped."""
    return ",".join(escape(text) for text in texts)


def folded(line: str) -> bytes:
    """The content line with CRLF: rows of at most 75 octets, never parted inside a character or an escape."""
    whole = line.encode()
    if len(whole) <= _LONGEST_LINE:  # most are
        return whole + b"\r\n"
    written = bytearray()
    used = 0
    for piece in _UNPARTED.findall(line):
        octets = piece.encode()
        if used + len(octets) > _LONGEST_LINE:
            written += b"\r\n "
            used = 1
        written += octets
        used += len(octets)
    return bytes(written + b"\r\n")
