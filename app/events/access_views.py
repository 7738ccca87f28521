# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who may enter the organisers' area, and with which role at which event (T01, SEC-05).

Sets `g.organiser`, `g.sign_in`, `g.event` and `g.role`: two queries for an event's page, one for the others. An event
that does not exist and one of somebody else's team are the same 404.
"""

from typing import Any

from flask import Flask, abort, g, request
from flask.typing import ResponseReturnValue

from app.events.team_service import find_event_of, may_create_days, roles_of
from app.people.rules import Permission, Role, may
from app.people.session_views import ask_to_sign_in, visitor
from app.people.sign_in_views import show_what_was_kept, sign_in_here
from app.refusal import Missing
from app.web import access
from app.web.access import SAFE_METHODS, Access, Audience, Guard
from app.web.database import db


def install(app: Flask) -> None:
    access.install(app, guards_of_organisers())


def guards_of_organisers() -> dict[Audience, Guard]:
    """The guards of the organisers' area, by audience."""
    return {
        Audience.SIGNED_IN: ask_who,
        Audience.CREATOR: ask_for_creator,
        Audience.ADMIN: ask_for_admin,
        Audience.ORGANISER: ask_for_permission,
    }


def ask_who(_wanted: Access, _arguments: dict[str, Any]) -> ResponseReturnValue | None:
    """Anybody who is signed in may enter. Others are sent to sign in, or do so where they sent a form, and lose none of it."""
    found = visitor()
    if found is None and request.method in SAFE_METHODS:
        return ask_to_sign_in()
    if found is not None:
        show_what_was_kept()
    elif answer := sign_in_here():
        return answer
    found = found or visitor()
    if found is None:
        abort(401)
    g.organiser, g.sign_in, g.event, g.role = found.organiser, found.sign_in, None, None
    return None


def ask_for_admin(wanted: Access, arguments: dict[str, Any]) -> ResponseReturnValue | None:
    answer = ask_who(wanted, arguments)
    if answer is None and not g.organiser.is_admin:
        abort(403)
    return answer


def ask_for_creator(wanted: Access, arguments: dict[str, Any]) -> ResponseReturnValue | None:
    answer = ask_who(wanted, arguments)
    if answer is None and not may_create_days(g.organiser, roles_of(db.session(), g.organiser)):
        abort(403)
    return answer


def ask_for_permission(wanted: Access, arguments: dict[str, Any]) -> ResponseReturnValue | None:
    """The event's team may enter, each as far as the role reaches; an administrator leads every team."""
    answer = ask_who(wanted, arguments)
    if answer is not None:
        return answer
    event, role = find_event_of(db.session(), arguments["slug"], g.organiser.id)
    if g.organiser.is_admin:
        role = Role.LEAD
    if event is None or role is None:
        raise Missing
    g.event, g.role = event, role
    if not isinstance(wanted.permission, Permission) or not may(role, wanted.permission):
        abort(403)
    return None
