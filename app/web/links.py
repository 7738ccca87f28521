# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Signed links. Nothing to steal lies in the database; raising the version on the row withdraws a link (T03).

The purpose is part of the signature, so a link made for one thing opens nothing else. Several keys: the first
signs, all verify.
"""

import hashlib
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from app.refusal import Missing


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which row a link opens, and in which version the link was issued."""

    id: int
    version: int


def sign(purpose: str, ticket: Ticket) -> str:
    """A token for the path of an address: 128 bits and more, no personal data."""
    return str(_serializer(purpose).dumps([ticket.id, ticket.version]))


def read(purpose: str, token: str) -> Ticket:
    """Raises `Missing` for a token that was not made here for this purpose."""
    try:
        id_, version = _serializer(purpose).loads(token)
    except (BadData, ValueError, TypeError):
        raise Missing from None
    return Ticket(id_, version)


def absolute(path: str) -> str:
    """An address for a mail or a calendar: built from the configured public address only (T05)."""
    return f"{current_app.config['BASE_URL']}{path}"


def _serializer(purpose: str) -> URLSafeSerializer:
    # The newest key signs, so itsdangerous wants it last.
    keys = list(reversed(current_app.config["SECRET_KEYS"]))
    return URLSafeSerializer(keys, salt=f"fachtag.{purpose}", signer_kwargs={"digest_method": _sha256})


def _sha256(data: bytes = b"") -> "hashlib._Hash":
    return hashlib.sha256(data)
