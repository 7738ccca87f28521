# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The way out: open, resting after failures of the mail server, or frozen by an operator."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.outbox.models import Route
from app.outbox.rules import DeliveryPolicy
from app.outbox.statements import brief, insert_into


def route_is_open(session: Session, now: datetime) -> bool:
    route = session.get(Route, 1)
    if route is None:
        return True
    return route.frozen_at is None and (route.paused_until is None or route.paused_until <= now)


def pause(
    session: Session, reason: str, *, now: datetime, policy: DeliveryPolicy, sign_in: bool = False
) -> datetime:
    """The mail server cannot be used, or refuses our `sign_in`: let the whole queue rest, longer each time. Returns until
    when."""
    route = _route(session)
    route.failures += 1
    route.reason = brief(reason)[:300] or "unknown"
    route.paused_until = now + policy.pause(route.failures, sign_in=sign_in)
    session.flush()
    return route.paused_until


def hold(session: Session, *, now: datetime) -> None:
    """Nothing leaves until `release`: the first step after a restore (F44)."""
    _route(session).frozen_at = now
    session.flush()


def release(session: Session) -> None:
    """Open the way out again, pauses included."""
    route = _route(session)
    route.frozen_at = None
    _clear(route)
    session.flush()


def recover(session: Session) -> None:
    """The server answered: failures before this one no longer count."""
    route = session.get(Route, 1)
    if route is not None and route.failures:
        _clear(_route(session))
        session.flush()


def _route(session: Session) -> Route:
    session.execute(insert_into(session, Route).values(id=1).on_conflict_do_nothing(index_elements=["id"]))
    return session.get_one(Route, 1, with_for_update=True, populate_existing=True)


def _clear(route: Route) -> None:
    route.failures = 0
    route.reason = ""
    route.paused_until = None
