# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How files from people are sent to browsers; pictures from the database."""

from flask import Response

# A picture or document opened by itself may do nothing at all (T22).
SANDBOX = "sandbox; default-src 'none'; style-src 'none'; img-src 'self'; frame-ancestors 'none'"
KEPT_BY_BROWSERS = 3600  # seconds; a picture that is taken back is gone everywhere within the hour


def send_png(content: bytes, *, public: bool) -> Response:
    """Bytes that were decoded and written anew; nobody but its reader keeps one that is not public."""
    response = Response(content, mimetype="image/png")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_BY_BROWSERS}" if public else "no-store"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
