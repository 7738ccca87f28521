# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Pages and files of text go out packed (gzip): a page of 40 kB in 8, which counts on a slow line.

Whoever can make a browser fetch a page again and again, with words of his choice in it, and sees how long the packed
answers are, may guess what else stands in them (BREACH). So what is meant for one person is not packed when another site
asked for it, and whatever is not for everybody gets a filling of random length.
"""

import gzip
import secrets

from flask import Flask, Response, g, request
from flask.globals import request_ctx

from app.web.headers import PRIVATE

KINDS = frozenset(
    {
        "text/html",
        "text/plain",
        "text/csv",
        "text/calendar",
        "application/json",
        "application/xml",
        "application/atom+xml",
    }
)
SHORTEST = 600  # bytes; what fits into one packet anyhow gains nothing
LEVEL = 4  # half the work of the usual 6, for answers 2 % longer
LONGEST_FILLING = 100  # bytes
_NAMED = 8  # the flag of RFC 1952 that says: a file's name follows the header


def install(app: Flask) -> None:
    """Before whatever else looks at answers, for these are called in reverse."""
    app.after_request(pack)


def pack(response: Response) -> Response:
    """The same answer, packed where that is useful and safe. What brings a tag of its own is left as it is."""
    if response.mimetype not in KINDS or response.is_streamed or response.direct_passthrough:
        return response
    headers = response.headers
    if "Content-Encoding" in headers or "ETag" in headers or "Content-Range" in headers:
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= SHORTEST and request.accept_encodings.quality("gzip") > 0 and not _could_be_guessed():
        packed = gzip.compress(body, LEVEL, mtime=0)
        response.set_data(packed if _is_for_everybody(response) else _filled(packed))
        headers["Content-Encoding"] = "gzip"
    return response


def _could_be_guessed() -> bool:
    access = g.get("access")
    asked_by = request.headers.get("Sec-Fetch-Site", "none")
    return access is not None and access.audience in PRIVATE and asked_by in {"cross-site", "same-site"}


def _is_for_everybody(response: Response) -> bool:
    # Not through the `session` proxy: asking it would make every public page vary on the cookie (T17).
    return not (response.cache_control.no_store or request_ctx._session.accessed)  # type: ignore[union-attr]


def _filled(packed: bytes) -> bytes:
    """Its header names a file that nobody asks for, 1 to 100 letters long."""
    head = bytearray(packed[:10])
    head[3] |= _NAMED
    name = "a" * (1 + secrets.randbelow(LONGEST_FILLING))
    return bytes(head) + name.encode() + b"\0" + packed[10:]
