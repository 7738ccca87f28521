# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Proving with a password who one is: on the sign-in page, and in the answer to a form whose sender's visit had ended."""

import logging
from collections.abc import Callable

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from app.clock import now
from app.people import passwords, queries, service, session_views
from app.people.forms import SignInForm, typed
from app.refusal import N_, Refusal
from app.texts import gettext
from app.web import bodies, kept
from app.web.database import db, transaction
from app.web.forms import BaseForm

log = logging.getLogger(__name__)

TOO_MANY = N_(
    "There were too many attempts. Please try again in a quarter of an hour, or set a new password by mail."
)
BACK_AGAIN = N_(
    "You are signed in again. Nothing is done yet: please look over what you typed, and send it once more."
)


class TooManyAttempts(Refusal):
    """The budget for guessing is used up; nothing was compared."""


def with_password(
    form: BaseForm, action: Callable[[], ResponseReturnValue | None]
) -> tuple[ResponseReturnValue | None, int]:
    """The answer of an action that compares a password; without one, the status of the page that asks again."""
    try:
        return action(), 303
    except Refusal as refusal:  # the status says which one it was
        form.add_refusal(refusal)
        return None, 429 if isinstance(refusal, TooManyAttempts) else 422


def prove(email: str, password_hash: str | None, password: str, no_match: Refusal) -> None:
    """Spend a try, then compare: outside of any transaction, and as long for an address without an account (T09)."""
    with transaction() as session:
        granted = service.may_try_sign_in(session, email, session_views.origin(), now())
    if not granted:
        log.warning("sign-in refused: budget used up")
        raise TooManyAttempts(TOO_MANY)
    if not passwords.verify(password_hash, password):
        log.info("sign-in refused: no match")
        raise no_match


def begin(form: SignInForm) -> None:
    """Sign in with what was typed. Refuses a password that does not match, and too many attempts."""
    email, password = typed(form.email), typed(form.password)
    proven = queries.credentials(db.session(), email)
    prove(email, proven.password_hash, password, Refusal(service.NO_MATCH))
    new_hash = passwords.renewed(proven.password_hash, password)
    browser, origin = session_views.browser(), session_views.origin()
    with transaction() as session:
        opened, token = service.sign_in(session, proven, browser, origin, now(), new_hash=new_hash)
    session_views.begin_visit(token, opened)


def answered(html: str, status: int) -> ResponseReturnValue:
    return html, status, {"Retry-After": "900"} if status == 429 else {}


def sign_in_here() -> ResponseReturnValue | None:
    """Whoever sent this form is not signed in: the answer asks for the password and holds what was typed.

    None once the person has signed in with it: the view goes on with the form as it was sent, and shows it.
    """
    if session_views.was_here():
        bodies.make_room()  # for the fields of a form whose file is too large for others
    sealed = _sealed()
    if sealed is None:
        sent = kept.typed()
        # Without what was sent, so that the form that is made here does not take it for the sign-in.
        return _ask(SignInForm(formdata=None), 401, sent, kept.seal(sent))
    sent = _opened(sealed) if sealed else kept.NOTHING
    form, status = SignInForm(), 422
    if kept.SHOW_AGAIN in request.form:
        status = 401
    elif form.validate():
        _, status = with_password(form, lambda: begin(form))
        if not form.errors and not sealed:
            return redirect(session_views.own_page(request.full_path) or session_views.landing(), 303)
        if not form.errors:
            _show(sent)
            return None
    return _ask(form, status, sent, sealed)


def show_what_was_kept() -> None:
    """Whoever signed in elsewhere meanwhile, or loads the answer once more, finds the form all the same."""
    sealed = _sealed()
    if sealed:
        _show(_opened(sealed))


def _sealed() -> str | None:
    if request.mimetype != "application/x-www-form-urlencoded":
        return None  # so comes what the sign-in sends
    try:
        return request.form.get(kept.SEALED)
    except (HTTPException, OSError):
        return None


def _opened(sealed: str) -> kept.Typed:
    sent = kept.unseal(sealed)
    if sent is None:
        abort(400)
    return sent


def _show(sent: kept.Typed) -> None:
    kept.show_again(sent, kept.with_files(gettext(BACK_AGAIN), sent))


def _ask(form: SignInForm, status: int, sent: kept.Typed, sealed: str | None) -> ResponseReturnValue:
    html = render_template(
        "people/sign_in_here.html", form=form, sent=sent, sealed=sealed, sealed_name=kept.SEALED
    )
    return answered(html, status)
