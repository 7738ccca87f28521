# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Signed links. Nothing to steal lies in the database; another key on the row withdraws a link (T03).

The purpose is part of the signature, so a link made for one thing opens nothing else. Several keys: the first
signs, all verify. Which keys, and under which address this house is known, is said once for the process (`sign_with`).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from itsdangerous import BadData, URLSafeSerializer

from app.refusal import Missing

FIRST_LANGUAGE = "de"
# Signs that stand behind an address in a text and end no address of ours: a link pasted with one of them works.
PASTED = ".,;:!?)]}>*'\"’”“»«…"
SHORTEST_KEY = 22  # letters of a random one


class House(NamedTuple):
    """The keys of this installation, the newest first, and its public address."""

    keys: Callable[[], Sequence[str]]
    address: Callable[[], str]


_house: list[House] = []


def sign_with(house: House) -> None:
    """Said once in a process."""
    _house[:] = [house]


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which row a link opens, and the random key of that row: the number alone is given again after a restore.

    Rows from before they had keys carry the number of their link's version instead, so that links of theirs go on
    working; no row that is made since has such a key (decision 0005).
    """

    id: int
    key: str


def sign(purpose: str, ticket: Ticket) -> str:
    """A token for the path of an address: 128 bits and more, no personal data."""
    version = ticket.key.isdecimal() and len(ticket.key) < SHORTEST_KEY
    return str(_serializer(purpose).dumps([ticket.id, int(ticket.key) if version else ticket.key]))


def read(purpose: str, token: str) -> Ticket:
    """Raises `Missing` for a token that was not made here for this purpose."""
    try:
        id_, key = _serializer(purpose).loads(token)
    except (BadData, ValueError, TypeError):
        raise Missing from None
    return Ticket(id_, str(key))


def in_language(path: str, language: str) -> str:
    """The same page in that language. It stands in the address where it is not the one people see first."""
    if language == FIRST_LANGUAGE:
        return path
    page, mark, place = path.partition("#")
    return f"{page}{'&' if '?' in page else '?'}lang={language}{mark}{place}"


def without_pasted(path: str) -> str | None:
    """The path that was meant by one with something of the text around it at its end; None for any other one."""
    meant = path.rstrip(PASTED)
    pasted = path[len(meant) :]
    if not pasted or ".." in pasted or len(meant) < 2 or meant.startswith(("//", "/\\")):
        return None
    return meant


def absolute(path: str) -> str:
    """An address for a mail or a calendar: built from the configured public address only (T05)."""
    return f"{_house[0].address()}{path}"


def _serializer(purpose: str) -> URLSafeSerializer:
    # The newest key signs, so itsdangerous wants it last.
    keys = list(reversed(_house[0].keys()))
    return URLSafeSerializer(keys, salt=f"fachtag.{purpose}", signer_kwargs={"digest_method": _sha256})


def _sha256(data: bytes = b"") -> "hashlib._Hash":
    return hashlib.sha256(data)
