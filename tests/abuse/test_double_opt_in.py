# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who typed in an address may not be who reads its mails, so nothing counts before its owner says yes (MAIL-03)."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.attendees.mailings import MailingText, write_to
from app.clock import now
from app.events.models import Event
from app.refusal import Refusal
from app.registration.history import SYSTEM
from app.registration.jobs import expire_holds
from app.registration.models import Registration
from app.registration.rules import Status
from app.web.database import db, transaction
from tests.factories.days import make_event
from tests.mailbox import calendar_of, link_in, mailbox
from tests.pages import Page, Visitor

HOLD = timedelta(minutes=60)
PERSON = {
    "given_name": "Ada",
    "family_name": "Muster",
    "email": "ada@example.org",
    "organisation": "Kreis Musterstadt",
}
REGISTER = "/events/musterfachtag/register"


@pytest.fixture(autouse=True)
def day(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        make_event(session, capacity=1, confirm_within_minutes=int(HOLD.total_seconds() // 60))


def send(app: Flask, **changes: str) -> Page:
    """From a browser that has not been here before."""
    return Visitor(app.test_client()).get(REGISTER).send(**{**PERSON, **changes})


def stands(app: Flask) -> tuple[list[tuple[str, Status]], int]:
    """Who is there, and how many seats are taken."""
    with app.app_context():
        people = select(Registration.given_name, Registration.status).order_by(Registration.id)
        taken = db.session.scalars(select(Event.taken)).one()
        return [(name, status) for name, status in db.session.execute(people)], taken


def test_only_the_press_of_the_button_counts(app: Flask) -> None:
    send(app)
    (mail,) = mailbox(app).deliver()
    assert calendar_of(mail) is None
    page = Visitor(app.test_client()).get(link_in(mail))
    assert stands(app) == ([("Ada", Status.UNCONFIRMED)], 1)
    page.send(button="Anmeldung bestätigen")
    assert stands(app) == ([("Ada", Status.REGISTERED)], 1)
    assert calendar_of(mailbox(app).newest(PERSON["email"])) is not None


def test_without_it_the_seat_goes_to_others_and_nothing_more_is_mailed(app: Flask) -> None:
    send(app)
    (mail,) = mailbox(app).deliver()
    with app.app_context():
        assert expire_holds(now() + HOLD - timedelta(minutes=1)) == 0
        assert expire_holds(now() + HOLD + timedelta(minutes=1)) == 1
    assert stands(app) == ([("Ada", Status.EXPIRED)], 0)
    send(app, given_name="Bo", email="bo@example.org")
    page = Visitor(app.test_client()).get(link_in(mailbox(app).newest("bo@example.org")))
    page.send(button="Anmeldung bestätigen")
    # Who comes too late may still stand in line, and does not push anybody out.
    late = Visitor(app.test_client()).get(link_in(mail))
    late.send(button="Anmeldung bestätigen")
    assert stands(app) == ([("Ada", Status.WAITING), ("Bo", Status.REGISTERED)], 1)


def test_the_team_cannot_write_to_who_has_not_said_yes(app: Flask) -> None:
    send(app)
    mailbox(app).deliver()
    letter = MailingText("Bitte lesen", "Werbung")
    with app.app_context(), transaction() as session:
        event_id = session.scalars(select(Event.id)).one()
        everybody = list(session.scalars(select(Registration.id)))
        with pytest.raises(Refusal, match="None of them can be written to"):
            write_to(session, event_id, everybody, letter, "nonce-letter", SYSTEM, now())
    assert len(mailbox(app).deliver()) == 1


def test_the_page_says_the_same_whether_an_address_is_known_or_not(app: Flask, client: FlaskClient) -> None:
    """T09, with a day that has seats for both."""
    with app.app_context(), transaction() as session:
        session.scalars(select(Event)).one().capacity = 9
    send(app)
    Visitor(client).get(link_in(mailbox(app).newest(PERSON["email"]))).send(button="Anmeldung bestätigen")
    answers = [
        send(app, given_name="Eve", email=address).response.get_data(as_text=True)
        for address in (PERSON["email"], "new@example.org")
    ]
    same = {re.sub(r"(ada|new)@example\.org", "…", answer) for answer in answers}
    assert len(same) == 1
    assert "ada@example.org" in answers[0]
    assert ("Ada", Status.REGISTERED) in stands(app)[0]
