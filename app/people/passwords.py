# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Argon2id. Slow on purpose, so it never runs inside a write transaction, and at most two at a time per process.

19 MiB and four rounds stand above the least OWASP asks for (19 MiB, two rounds) and let a small machine live: two
hashes at once cost 38 MiB.
"""

import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_hasher = PasswordHasher(time_cost=4, memory_cost=19_456, parallelism=1)
_turns = BoundedSemaphore(2)

NO_PASSWORD = "-"  # noqa: S105 - stands where nobody has set a password yet; nothing verifies against it
# Verified when there is no account, so that the answer takes as long (T09). Of a random password nobody knows.
_DUMMY = "$argon2id$v=19$m=19456,t=4,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def hash_password(password: str) -> str:
    """Some 50 ms. The same password typed on another keyboard (composed or not) is the same password."""
    with _turns:
        return _hasher.hash(_bytes(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Takes as long without an account (None) as with one."""
    usable = password_hash is not None and password_hash.startswith("$argon2")
    with _turns:
        try:
            return (
                _hasher.verify(password_hash if usable and password_hash else _DUMMY, _bytes(password))
                and usable
            )
        except (Argon2Error, InvalidHashError):
            return False


def renewed(password_hash: str | None, password: str) -> str | None:
    """A new hash of a proven password if the old one was made with other costs than today's."""
    outdated = password_hash is not None and _hasher.check_needs_rehash(password_hash)
    return hash_password(password) if outdated else None


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
