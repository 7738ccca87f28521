# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Security headers on every answer, error pages included (SEC-01, T34)."""

from flask import Flask, Response, current_app, g, request
from flask.globals import request_ctx

from app.web.access import Audience

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ON_EVERY_ANSWER = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
PRIVATE = {
    Audience.PERSONAL,
    Audience.SIGNED_IN,
    Audience.CREATOR,
    Audience.ORGANISER,
    Audience.ADMIN,
    Audience.DEMO,
}


def install(app: Flask, *, secure: bool) -> None:
    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault(
            "Content-Security-Policy", CONTENT_SECURITY_POLICY
        )  # downloads bring a stricter one
        headers.extend(ON_EVERY_ANSWER)
        access = g.get("access")
        tokened = access is not None and access.audience in {Audience.PERSONAL, Audience.FEED}
        headers["Referrer-Policy"] = "no-referrer" if tokened else "same-origin"
        if secure:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if access is not None and access.audience in PRIVATE:
            headers["X-Robots-Tag"] = "noindex"
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store" if _holds_something_private(response) else "no-cache"
        if response.mimetype == "text/html":
            response.vary.add("Accept-Language")
        return response

    def _holds_something_private(response: Response) -> bool:
        access = g.get("access")
        return (
            request.method not in {"GET", "HEAD"}
            or (access is not None and access.audience in PRIVATE)
            or "Set-Cookie" in response.headers
            # Not through the `session` proxy: asking it would make every public page vary on the cookie (T17).
            or current_app.session_interface.should_set_cookie(current_app, request_ctx._session)  # type: ignore[arg-type]
        )
