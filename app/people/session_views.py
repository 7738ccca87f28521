# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who is signed in: Flask-Login over our own table of sign-ins.

The signed cookie carries a random token and the hour of the last visit; the row behind the token decides, so ending
it or disabling the account works with the next request. The hour is renewed in the cookie and never in the database:
reading a page writes nothing.
"""

from dataclasses import dataclass

from flask import Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.clock import now
from app.people.models import Organiser, SignIn
from app.people.queries import find_sign_in
from app.people.rules import IDLE_SIGN_IN, Origin, browser_name, network_of
from app.web.access import Audience, access_of
from app.web.database import db
from app.web.texts import here

SEEN = "seen"
SEEN_IS_RENEWED_AFTER = 15 * 60  # seconds
HOME = "/organise/"
_ORGANISERS_AREA = frozenset({Audience.SIGNED_IN, Audience.CREATOR, Audience.ORGANISER, Audience.ADMIN})
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./")

manager = LoginManager()
manager.session_protection = None  # it would sign people out who walk from one network into the next


@dataclass(eq=False)
class Visitor(UserMixin):  # type: ignore[misc]
    """A signed-in browser, as Flask-Login sees it."""

    token: str
    sign_in: SignIn

    def get_id(self) -> str:
        return self.token

    @property
    def organiser(self) -> Organiser:
        return self.sign_in.organiser


def install(app: Flask) -> None:
    # Not `init_app`: it would ask for the session on every public page, which then could not be cached (T17), and
    # bring a "remember me" cookie that we do not want.
    app.login_manager = manager  # type: ignore[attr-defined]


@manager.user_loader  # type: ignore[untyped-decorator]
def find_visitor(token: str) -> Visitor | None:
    """One query. None when the visitor was idle too long, or the sign-in is ended, over or of a disabled account."""
    moment = now()
    seen = session.get(SEEN)
    if not isinstance(seen, int) or moment.timestamp() - seen >= IDLE_SIGN_IN.total_seconds():
        return None
    found = find_sign_in(db.session(), token, moment)
    if found is None:
        return None
    if moment.timestamp() - seen >= SEEN_IS_RENEWED_AFTER:
        session[SEEN] = int(moment.timestamp())
    return Visitor(token, found)


def visitor() -> Visitor | None:
    """Who is signed in, if anybody."""
    found: Visitor | None = current_user._get_current_object() if current_user.is_authenticated else None
    return found


def begin_visit(token: str, sign_in: SignIn) -> None:
    """Sign this browser in: whatever the session held before is gone, and with it a planted one (T16)."""
    session.clear()
    session[SEEN] = int(now().timestamp())
    login_user(Visitor(token, sign_in))


def was_here() -> bool:
    """Whether this browser was signed in once: its cookie says so, and we signed it."""
    return SEEN in session


def end_visit() -> None:
    logout_user()
    session.clear()


def origin() -> Origin:
    """Where this request comes from, for budgets. Proxy headers count only as far as they are trusted (T06)."""
    return Origin(network_of(request.remote_addr), str(current_app.config["SECRET_KEY"]))


def browser() -> str:
    return browser_name(request.user_agent.string)


def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page and back here afterwards."""
    query = request.query_string.decode("ascii", "replace")
    wanted = own_page(f"{request.path}?{query}" if query else request.path)
    return redirect(url_for("people.sign_in", next=wanted if wanted != HOME else None), 303)


def landing() -> str:
    """Where somebody goes who has just signed in."""
    return own_page(request.args.get("next")) or here(HOME)


def own_page(address: str | None) -> str | None:
    """The address if it is a page of the organisers' area that can be opened by GET, else None (T18).

    Nothing is parsed that a browser might parse differently: only plain characters, and the path must be a route.
    """
    if not address or len(address) > 1000 or any(not "!" <= sign <= "~" or sign in "\\#" for sign in address):
        return None
    path = address.partition("?")[0]
    if not path.startswith("/") or "//" in path or ".." in path or not _PLAIN.issuperset(path):
        return None
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    access = access_of(current_app, endpoint)
    return address if access is not None and access.audience in _ORGANISERS_AREA else None
