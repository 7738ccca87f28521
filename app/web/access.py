# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who may open what. Every endpoint declares its audience; one that does not keeps the application from starting.

The guards that know people and events are handed in by the factory: this module knows no slice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request
from flask.typing import ResponseReturnValue

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Audience(Enum):
    PUBLIC = "everybody"
    PERSONAL = "who holds a personal link"
    FEED = "calendar programs that hold a feed address"
    SIGNED_IN = "any organiser who is signed in"
    CREATOR = "organisers who may begin a day"
    ORGANISER = "an organiser with a permission for this event"
    ADMIN = "the installation's administrators"
    OPERATOR = "the machine that watches the service"
    DEMO = "everybody, in demo mode only"


@dataclass(frozen=True, slots=True)
class Access:
    audience: Audience
    permission: Enum | None = None


Guard = Callable[[Access, dict[str, Any]], ResponseReturnValue | None]


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


public = _declare(Access(Audience.PUBLIC))
personal = _declare(Access(Audience.PERSONAL))
feed = _declare(Access(Audience.FEED))
signed_in = _declare(Access(Audience.SIGNED_IN))
creator = _declare(Access(Audience.CREATOR))
admin = _declare(Access(Audience.ADMIN))
operator = _declare(Access(Audience.OPERATOR))
demo_only = _declare(Access(Audience.DEMO))


def organiser(permission: Enum) -> Callable[[View], View]:
    """The view's `slug` names the event; who is signed in needs `permission` in its team."""
    return _declare(Access(Audience.ORGANISER, permission))


def access_of(app: Flask, endpoint: str) -> Access | None:
    access: Access | None = getattr(app.view_functions[endpoint], "access", None)
    return access


def install(app: Flask, guards: dict[Audience, Guard]) -> None:
    """Ask the guard of the audience before each request."""

    @app.before_request
    def ask() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None  # no such address: routing answers 404 or 405
        access = access_of(app, request.endpoint)
        if access is None:
            abort(500)
        g.access = access
        if access.audience is Audience.DEMO and not current_app.config["DEMO"]:
            abort(404)
        guard = guards.get(access.audience)
        return guard(access, request.view_args or {}) if guard else None


def undeclared(app: Flask) -> list[str]:
    """Endpoints without an audience."""
    return sorted(name for name in app.view_functions if access_of(app, name) is None)


def refuse_undeclared(app: Flask) -> None:
    """Raise when an endpoint forgot to say for whom it is."""
    forgotten = undeclared(app)
    if forgotten:
        raise RuntimeError(f"endpoints without an audience: {', '.join(forgotten)}")
