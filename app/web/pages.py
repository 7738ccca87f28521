# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Answers: a page, or a redirect with a sentence."""

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request, session
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as WerkzeugResponse

from app.texts import gettext

CONFLICT, UNPROCESSABLE = 409, 422
RELOAD_SECONDS = 5


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A rendered page; 422 with an error summary when one of its forms was refused (A11Y-06), 409 when somebody else saved
    first (F30)."""
    refused = [value for value in context.values() if isinstance(value, FlaskForm) and value.errors]
    html = render_template(template, form_has_errors=bool(refused), **context)
    if refused:
        status = CONFLICT if any(getattr(one, "stale", False) for one in refused) else UNPROCESSABLE
    return make_response(html, status)


def done_just_now(sentences: Mapping[str, str]) -> str | None:
    """The sentence about what was done before this page, if its address names one: personal pages keep no session, so the
    address carries the word."""
    sentence = sentences.get(request.args.get("done", ""))
    return gettext(sentence) if sentence else None


def remember_address(address: str) -> None:
    """For the next page, which says where a mail went: in the browser's own cookie, which the form needed anyway, for no
    personal data belongs into an address of a page."""
    session[_ADDRESS] = address


def remembered_address() -> str:
    """Said once: whoever sits at this browser next does not read it. Who brings no cookie is not asked for one."""
    known = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return str(session.pop(_ADDRESS, "")) if known else ""


_ADDRESS = "sent_to"


def reloading(answer: Response) -> Response:
    """A page that waits for the worker: it asks to be loaded again, without a script."""
    answer.headers["Refresh"] = str(RELOAD_SECONDS)
    return answer


def redirect_with(address: str, sentence: str, **values: object) -> WerkzeugResponse:
    """303 to `address`, where one sentence says what was done. For organisers' pages: it needs the session."""
    flash(gettext(sentence) % values if values else gettext(sentence))
    return redirect(address, 303)


def page_number(sent: Mapping[str, str]) -> int:
    """The page of a list that an address asks for; anything odd is the first one."""
    asked = sent.get("page", "")
    return int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < 9 else 1
