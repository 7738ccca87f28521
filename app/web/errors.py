# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Error pages: one page, one clear sentence each, and a reference for what went wrong on our side (T36, SEC-11)."""

import logging
import secrets
import traceback
from http import HTTPStatus
from urllib.parse import quote

from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from app import links
from app.refusal import N_, Missing
from app.store.outages import Outage, outage_of
from app.texts import gettext
from app.web import kept
from app.web.access import SAFE_METHODS
from app.web.forms import STALE

log = logging.getLogger(__name__)

# What a person reads, by status: heading and sentence.
WORDS = {
    400: (
        N_("This request does not fit"),
        N_("Something about this request was not right. Please go back, reload the page and try again."),
    ),
    403: (N_("Not allowed"), N_("You may not do this here. Please ask the lead of the organising team.")),
    404: (N_("Page not found"), N_("There is nothing under this address, or the link has lost its purpose.")),
    405: (
        N_("This does not work here"),
        N_("This address cannot be opened in this way. Please go back and use the button on the page."),
    ),
    410: (N_("No longer available"), N_("This link was replaced or withdrawn.")),
    413: (N_("Too large"), N_("What you sent is larger than this form accepts.")),
    429: (
        N_("Too many attempts"),
        N_("There were too many attempts in a short time. Please try again in some minutes."),
    ),
    500: (
        N_("Something went wrong"),
        N_("The mistake is ours. Nothing of your request was stored. Please try again in some minutes."),
    ),
    503: (
        N_("Very busy at the moment"),
        N_("Many people are using this page at once. Please send again in a minute."),
    ),
}
# What a person can do about it, by status.
ADVICE = {
    400: (
        N_(
            "Go back, load the page again and send the form once more. What you typed is usually still there."
        ),
        N_("Allow cookies for this site: the form needs one for your protection."),
    ),
    403: (
        N_("Sign in with the account that has the permission."),
        N_("Ask the lead of the day to give you the permission."),
    ),
    404: (
        N_("Check the address: links in mails sometimes break at the end of a line."),
        N_("Look for the day in the list of all days."),
    ),
    405: (N_("Open the page again from its link instead of loading it once more."),),
    410: (N_("Open the link from the newest mail: a new link replaces all older ones."),),
    413: (N_("Send a smaller file or a shorter text."),),
    429: (N_("Wait a few minutes and try again. Nothing is lost."),),
    503: (N_("Try again in a few minutes: the app is busy or is being updated."),),
}
ADVICE_ELSE = (N_("Try again. If it happens once more, tell the organisers what you wanted to do."),)
# What a person reads while nothing can be stored or read.
OUTAGES = {
    Outage.BUSY: WORDS[503],
    Outage.AWAY: (
        N_("Not available at the moment"),
        N_("This site cannot reach its data at the moment. That usually passes within a few minutes."),
    ),
    Outage.FULL: (
        N_("Nothing can be stored at the moment"),
        N_(
            "There is no room left to store anything. Reading still works; please tell the operator, or send again later."
        ),
    ),
}
RETRY_SECONDS = {Outage.BUSY: 10, Outage.AWAY: 30, Outage.FULL: 300}
NOT_DONE = N_("Nothing is done yet")
STALE_FORM = N_(
    "The form was open for too long or was sent from another page. Please go back, reload the page and send it again."
)


def error_page(status: int, sentence: str | None = None, reference: str | None = None) -> Response:
    """One error page in the reader's language."""
    heading, usual = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    html = render_template(
        "errors/error.html",
        status=status,
        heading=gettext(heading),
        sentence=gettext(sentence or usual),
        advice=ADVICE.get(status, ADVICE_ELSE),
        reference=reference,
    )
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    if status in {429, 503}:
        response.headers["Retry-After"] = "60"
    return response


def outage_page(outage: Outage) -> Response:
    """503 with everything that was typed: to be read, and to be sent again with one press. Asks no database."""
    heading, sentence = OUTAGES[outage]
    response = _send_again(503, gettext(heading), gettext(sentence), kept.token())
    response.headers["Retry-After"] = str(RETRY_SECONDS[outage])
    return response


def stale_page() -> Response:
    """400 for a button without a valid token: what it sends is still there, with a new token, for one more press. Not for what
    another site's page sent."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return error_page(400, STALE_FORM)
    return _send_again(400, gettext(NOT_DONE), g.get("why_again") or gettext(STALE), generate_csrf())


def _send_again(status: int, heading: str, sentence: str, token: str | None) -> Response:
    html = render_template(
        "errors/send_again.html",
        status=status,
        heading=heading,
        sentence=sentence,
        sent=kept.typed(),
        token=token,
    )
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def install(app: Flask) -> None:
    @app.errorhandler(CSRFError)
    def stale(_error: CSRFError) -> Response:
        return stale_page()

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        if error.response is not None or (error.code is not None and error.code < 400):
            return make_response(error.get_response())
        response = (_meant() if error.code == HTTPStatus.NOT_FOUND else None) or error_page(error.code or 500)
        if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = dict(error.get_headers(None)).get("Allow", "GET, HEAD")
        return response

    @app.errorhandler(Missing)
    def missing(error: Missing) -> Response:
        return _meant() or error_page(error.status)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        outage = outage_of(error)
        if outage is not None:
            log.warning("%s at %s (%s)", outage.value, _endpoint(), type(error).__name__)
            return outage_page(outage)
        reference = secrets.token_hex(4)
        log.error("unexpected fault %s at %s\n%s", reference, _endpoint(), what_happened(error))
        if current_app.config.get("TESTING") and not g.get("expect_fault"):
            raise error
        return error_page(500, reference=reference)


def _meant() -> Response | None:
    """On to the page whose address was pasted with a full stop or a bracket at its end; None if it was not."""
    meant = links.without_pasted(request.path)
    if meant is None or request.method not in SAFE_METHODS:
        return None
    query = request.query_string.decode("ascii", "replace")
    return make_response(redirect(quote(meant) + (f"?{query}" if query else "")))


def what_happened(error: BaseException | None) -> str:
    """Kinds and places of an exception and of those before it. Their texts stay out: databases quote whole rows (T36)."""
    parts: list[str] = []
    while error is not None and len(parts) < 10:
        statement = f": {error.statement}" if isinstance(error, DBAPIError) else ""
        constraint = getattr(getattr(error, "diag", None), "constraint_name", None)  # psycopg
        named = f" ({constraint})" if constraint else ""
        places = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{type(error).__qualname__}{named}{statement}\n{places}")
        error = error.__cause__ or error.__context__
    return "caused by ".join(parts)


def _endpoint() -> str | None:
    """The address may carry a personal link, so this stands in the log instead."""
    return request.endpoint if has_request_context() else None
