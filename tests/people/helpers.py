# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Accounts, days and signed-in browsers for tests."""

from functools import cache
from http.cookies import SimpleCookie

from flask import Flask
from flask import session as current_session
from flask.testing import FlaskClient

from app.clock import now
from app.events.models import Event
from app.events.service import NewEvent, create_event
from app.events.team_service import add_member
from app.people.passwords import hash_password
from app.people.queries import find_organiser
from app.people.rules import Role
from app.people.service import create_organiser, open_session
from app.people.session_views import begin_visit
from app.web.database import transaction
from tests.pages import Page, Visitor

PASSWORD = "Ein Stuhl steht im Flur"
MAIL = "jonas.platzhalter@example.org"


@cache
def password_hash(password: str = PASSWORD) -> str:
    """Hashing is slow on purpose; one hash serves all tests."""
    return hash_password(password)


def an_organiser(
    app: Flask, email: str = MAIL, *, name: str = "Jonas Platzhalter", is_admin: bool = False
) -> int:
    """An account with `PASSWORD`; its id."""
    with app.app_context(), transaction() as session:
        return create_organiser(session, email, name, password_hash(), now(), is_admin=is_admin).id


def an_event(app: Flask, slug: str = "probe", **team: Role) -> int:
    """A draft whose team is named as `local part=role`; accounts are made as needed (`jonas` is jonas@example.org)."""
    from datetime import timedelta

    for local in team:
        with app.app_context(), transaction() as session:
            known = find_organiser(session, f"{local}@example.org")
        if known is None:
            an_organiser(app, f"{local}@example.org", name=local.capitalize())
    with app.app_context(), transaction() as session:
        starts = now() + timedelta(days=80)
        new = NewEvent(
            slug=slug, title=f"Fachtag {slug}", starts_at=starts, ends_at=starts + timedelta(hours=6)
        )
        event = create_event(session, new, None, now())
        for local, role in team.items():
            member = find_organiser(session, f"{local}@example.org")
            assert member is not None
            add_member(session, event.id, member, role, by=None, now=now())
        return event.id


def event_id_of(app: Flask, slug: str) -> int:
    from sqlalchemy import select

    from app.web.database import db

    with app.app_context():
        return db.session.scalars(select(Event.id).where(Event.slug == slug)).one()


def sign_in(client: FlaskClient, email: str = MAIL, password: str = PASSWORD, query: str = "") -> Page:
    """Sign in through the page, as a person does."""
    return Visitor(client).get(f"/organise/sign-in{query}").send(email=email, password=password)


def signed_in(app: Flask, email: str = MAIL) -> FlaskClient:
    """A browser of its own that holds what it is given once the password was right; `sign_in` goes through the page."""
    with app.app_context(), transaction() as session:
        organiser = find_organiser(session, email)
        assert organiser is not None
        opened, token = open_session(session, organiser, "Firefox", now())
    client = app.test_client()
    with app.test_request_context():
        begin_visit(token, opened)
        answer = app.response_class()
        app.session_interface.save_session(app, current_session, answer)
    for cookie in SimpleCookie(answer.headers["Set-Cookie"]).values():
        client.set_cookie(cookie.key, cookie.value)
    return client


def csrf_token(client: FlaskClient, address: str = "/organise/sign-in") -> str:
    page = Visitor(client).get(address)
    return str(page.soup.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
