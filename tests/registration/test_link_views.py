# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The personal link, sent again: to whoever takes part, and nobody learns who does (T09)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.outbox.models import Message
from app.registration.correcting import send_links
from app.registration.rules import Status
from app.web.database import db, transaction
from tests.mailbox import link_in, mailbox
from tests.pages import Page, Visitor
from tests.registration.steps import CLOSED, Day, open_day

ANNA, NOBODY = "anna@example.org", "niemand@example.org"
PATH = "/events/musterfachtag/link"


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def day() -> Day:
    day = open_day(capacity=5)
    day.join("anna")
    day.forget_mails()
    return day


def ask(client: FlaskClient, email: str) -> Page:
    return Visitor(client).get("/events/musterfachtag").follow("Link noch einmal zusenden").send(email=email)


def test_who_takes_part_gets_the_link(app: Flask, client: FlaskClient, day: Day) -> None:
    page = ask(client, "Anna@Example.org")
    assert page.heading == "Sehen Sie in Ihr Postfach"
    assert "Anna@example.org" in page.text
    assert "Anna" not in page.address
    link = link_in(mailbox(app).newest(ANNA))
    assert Visitor(client).get(link).heading == "Sie sind angemeldet"
    assert day.status("anna") is Status.REGISTERED


def test_nobody_learns_who_takes_part(client: FlaskClient, day: Day) -> None:
    """T09: the same words, and as many mails a day."""
    known, unknown = ask(client, ANNA), ask(client, NOBODY)
    assert known.text.replace(ANNA, "") == unknown.text.replace(NOBODY, "")
    assert known.status == unknown.status
    for email in (ANNA, NOBODY):
        for _ in range(4):
            assert ask(client, email).heading == "Sehen Sie in Ihr Postfach"
    db.session.rollback()
    assert [mail.recipient for mail in db.session.scalars(select(Message))] == [ANNA] * 3
    assert day.mails("anna") == ["link.personal"] * 3


def test_no_address_is_refused_at_its_field(client: FlaskClient, day: Day) -> None:
    del day
    page = ask(client, "anna@")
    assert page.status == 422
    assert "Das ist keine E-Mail-Adresse" in page.text


def test_it_stands_on_the_closed_page_too(client: FlaskClient, day: Day) -> None:
    day.set_event(registration_closes_at=CLOSED.replace(year=2020), registration_opens_at=None)
    page = Visitor(client).get("/events/musterfachtag/register")
    assert page.status == 403
    page = page.follow("Link noch einmal zusenden").send(email=ANNA)
    assert day.mails("anna") == ["link.personal"]
    day.set_event(registration_opens_at=CLOSED.replace(year=2031), registration_closes_at=None)
    assert "Link noch einmal zusenden" not in Visitor(client).get("/events/musterfachtag").text


def test_the_contact_of_a_group_gets_its_link(day: Day) -> None:
    group = day.group("carla", "dora")
    day.confirm_group(group)
    day.forget_mails()
    with transaction() as session:
        send_links(session, day.event_id, "Carla@example.org", day.now)
    kinds = db.session.execute(select(Message.kind, Message.recipient)).all()
    assert kinds == [("group.link", "carla@example.org")]
