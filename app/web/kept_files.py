# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Files and public pages that are fetched again and again: packed once, and 304 where nothing has changed.

No cookie, no redirect; a strong ETag over the bytes, and for files a Last-Modified that only rises.
"""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The bytes of a file, plain and compressed, each with a tag of its own (RFC 9110, 8.8.3.3)."""

    plain: bytes
    packed: bytes
    tag: str
    changed_at: datetime | None = None

    @classmethod
    def of(cls, plain: bytes, changed_at: datetime | None = None) -> "KeptFile":
        """`changed_at` in whole seconds: when what it says changed last; of a page, which the clock changes too, nobody
        says so."""
        return cls(plain, gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest(), changed_at)


def send_page(page: KeptFile) -> Response:
    """A page that says the same to everybody who reads this language, or 304 for who has it."""
    return _answer(page, "text/html; charset=utf-8")


def send_kept(file: KeptFile, content_type: str, name: str, *, attached: bool = False) -> Response:
    """The file under this name, or 304 for who has it; `attached`, it is saved and not shown."""
    response = _answer(file, content_type)
    response.headers["Content-Disposition"] = f'{"attachment" if attached else "inline"}; filename="{name}"'
    return response


def _answer(file: KeptFile, content_type: str) -> Response:
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(file.packed if packed else file.plain, content_type=content_type)
    tag, other = file.tag, f"{file.tag}-gzip"
    if packed:
        tag, other = other, tag
    # Proxies that pack or unpack on the way hand back the tag of the other form; it is as fresh as this one.
    response.set_etag(other if request.if_none_match.contains_weak(other) else tag)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    if file.changed_at is not None:
        response.last_modified = file.changed_at
    response.make_conditional(request)
    return response
