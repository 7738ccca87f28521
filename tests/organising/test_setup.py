# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The first run: from an empty production installation to the first draft day, on pages alone."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.models import Event
from app.events.rules import EventStatus
from app.organisations.models import Organisation
from app.organisations.queries import office
from app.organising.models import SkippedStep
from app.organising.setup import STEPS, TEST_MAILS, name_sender, steps
from app.outbox.models import Message, Sender
from app.outbox.queries import sender_of
from app.outbox.rules import State
from app.people.models import Organiser
from app.refusal import Refusal
from app.settings import OperatingMode, Settings
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.mailbox import mailbox, text_of
from tests.organising.helpers import a_day
from tests.pages import Page, Visitor
from tests.people.helpers import an_organiser, signed_in


@pytest.fixture
def admin(app: Flask, settings: Settings) -> FlaskClient:
    """Of a production installation in which nobody has done anything."""
    app.extensions["fachtag.settings"] = replace(settings, mode=OperatingMode.PRODUCTION)
    an_organiser(app, "ada@example.org", name="Ada", is_admin=True)
    return signed_in(app, "ada@example.org")


def test_the_first_administrator_lands_at_the_first_step(admin: FlaskClient) -> None:
    page = Visitor(admin).get("/organise/")
    assert page.heading == "Einrichten"
    assert f"0 von {len(STEPS)} Schritten" in page.text


def test_step_by_step_to_the_first_draft(app: Flask, admin: FlaskClient) -> None:
    done = Visitor(admin).get("/organise/setup/office").send(name="Kreis Musterau", district="Kreis Musterau")
    assert "„Kreis Musterau“ ist gespeichert." in done.text
    Visitor(admin).get("/organise/master-data/regions").send(button="Hinzufügen", name="Musterland")
    Visitor(admin).get("/organise/setup/sender").send(
        button="Speichern", name="Fachtage Müsterau", email="tage@example.org"
    )
    for name in ("impressum", "datenschutz", "barrierefreiheit"):
        Visitor(admin).get(f"/organise/legal/{name}/de").send(text="# Titel\n\nfertig")
    left = Visitor(admin).get("/organise/setup")
    assert f"6 von {len(STEPS)} Schritten" in left.text
    skipped = left.send(button="„Leichte Sprache“ vorerst überspringen")
    assert f"7 von {len(STEPS)} Schritten" in skipped.text
    log = Visitor(admin).get("/organise/log")
    assert "Schritt des Einrichtens übersprungen" in log.text
    assert "Leichte Sprache" in log.text
    assert "1 Schritt der Einrichtung ist offen" in Visitor(admin).get("/organise/").text
    Visitor(admin).get("/organise/events/new").send(
        title="Erster Fachtag", date="2027-05-11", start="9:00", end="16:00"
    )
    with app.app_context():
        session = db.session()
        event = session.scalars(select(Event)).one()
        assert (event.status, event.lead_host.name) == (EventStatus.DRAFT, "Kreis Musterau")
        assert sender_of(session, "x@example.org") == '"Fachtage Müsterau" <tage@example.org>'
        assert session.scalars(select(SkippedStep.name)).all() == ["leichte-sprache"]
    home = Visitor(admin).get("/organise/")
    assert home.heading == "Meine Fachtage"
    assert "der Einrichtung" not in home.text


def test_a_sender_of_another_domain_is_refused_at_its_field(app: Flask, admin: FlaskClient) -> None:
    """The mail server may not send for it, and the mails would be taken for forged ones."""
    page = (
        Visitor(admin)
        .get("/organise/setup/sender")
        .send(button="Speichern", name="Wir", email="wir@example.com")
    )
    assert page.status == 422
    assert "@example.org enden" in page.text
    with app.app_context():
        assert db.session().get(Sender, 1) is None


def test_who_names_the_sender_second_sees_both(app: Flask, admin: FlaskClient) -> None:
    """F30"""
    late = Visitor(admin).get("/organise/setup/sender")
    Visitor(admin).get("/organise/setup/sender").send(
        button="Speichern", name="Eins", email="eins@example.org"
    )
    refused = late.send(button="Speichern", name="Zwei", email="zwei@example.org")
    assert refused.status == 409
    assert "Eins" in refused.text
    refused.send(button="Speichern")
    with app.app_context():
        assert db.session().get_one(Sender, 1).name == "Zwei"
        admin_ = db.session().scalars(select(Organiser)).one()
        with transaction() as session, pytest.raises(Refusal):
            name_sender(session, "x", "x@example.net", "y@example.org", 2, admin_, NOW)


def test_an_office_that_is_known_is_taken_as_it_is(app: Flask, admin: FlaskClient) -> None:
    for _ in range(2):
        Visitor(admin).get("/organise/setup/office").send(name="Kreis Musterau")
    with app.app_context():
        assert len(db.session().scalars(select(Organisation)).all()) == 1
        own = office(db.session())
        assert own is not None
        assert own.known


def test_a_team_names_a_host_that_is_not_in_the_list(app: Flask) -> None:
    """Without an administrator; the name stands on the public page and is suggested to others."""
    day = a_day(app)
    client = signed_in(app, "lea@example.org")
    Visitor(client).get(f"{day.home}/edit/hosts").send(new_host="Stadt Probeburg")
    with app.app_context():
        event = db.session().get_one(Event, day.event_id)
        assert (event.lead_host.name, event.lead_host.known) == ("Stadt Probeburg", True)
    page = Visitor(client).get(f"{day.home}/edit/hosts")
    assert page.values(page.form())["lead_host_id"] == str(event.lead_host_id)


def test_only_administrators_set_up(app: Flask) -> None:
    an_organiser(app, "otto@example.org")
    client = signed_in(app, "otto@example.org")
    for address in ("", "/office", "/sender"):
        assert client.get(f"/organise/setup{address}").status_code == 403
    assert client.post("/organise/setup/sender/test").status_code in {400, 403}
    assert Visitor(client).get("/organise/").heading == "Meine Fachtage"


def test_a_step_that_does_not_exist(admin: FlaskClient) -> None:
    page = Visitor(admin).get("/organise/setup")
    token = page.tree.xpath("//input[@name='csrf_token']/@value")[0]
    assert admin.post("/organise/setup/nothing/skip", data={"csrf_token": token}).status_code == 404


SENDER_PAGE = "/organise/setup/sender"


def asks_for_a_test(admin: FlaskClient) -> Page:
    page = Visitor(admin).get(SENDER_PAGE)
    return page.send(button="Testmail an mich senden")


def test_a_test_mail_goes_to_who_asks_and_the_page_says_what_became_of_it(
    app: Flask, admin: FlaskClient
) -> None:
    Visitor(admin).get(SENDER_PAGE).send(
        button="Speichern", name="Fachtage Müsterau", email="tage@example.org"
    )
    assert "noch keine Testmail" in Visitor(admin).get("/organise/setup").text
    waits = asks_for_a_test(admin)
    assert "Sie wartet auf den Versand." in waits.text
    assert "Das Programm für den Versand läuft nicht." in waits.text
    assert "Testmail: Wartet auf den Versand" in Visitor(admin).get("/organise/setup").text
    sent = mailbox(app).newest("ada@example.org")
    assert sent["From"] == "Fachtage Müsterau <tage@example.org>"
    assert sent["Subject"] == "Testmail von Fachtag"
    assert "Antworten Sie einmal auf diese E-Mail" in text_of(sent)
    known = Visitor(admin).get(SENDER_PAGE)
    assert "Der Mailserver hat sie angenommen." in known.text
    assert "Fachtage Müsterau <tage@example.org>" in known.text
    assert "Testmail: Gesendet" in Visitor(admin).get("/organise/setup").text
    assert "Testmail angefordert" in Visitor(admin).get("/organise/log").text


def test_a_refused_test_mail_opens_the_step_and_says_the_servers_words(
    app: Flask, admin: FlaskClient
) -> None:
    Visitor(admin).get(SENDER_PAGE).send(button="Speichern", name="Wir", email="tage@example.org")
    asks_for_a_test(admin)
    words = "550 5.7.1 <b>not from here</b>"
    with app.app_context():
        with transaction() as session:
            message = session.scalars(select(Message)).one()
            message.state, message.smtp_answer = State.FAILED, words
        done = {
            one.name: one.done for one in steps(db.session(), app.extensions["fachtag.settings"].data_dir)
        }
        assert not done["sender"]
    page = Visitor(admin).get(SENDER_PAGE)
    assert "Sie wurde nicht versendet." in page.text
    assert words in page.text
    asks_for_a_test(admin)
    mailbox(app).deliver()
    with app.app_context():
        done = {
            one.name: one.done for one in steps(db.session(), app.extensions["fachtag.settings"].data_dir)
        }
        assert done["sender"]


def test_test_mails_have_a_budget_and_only_the_newest_leaves(app: Flask, admin: FlaskClient) -> None:
    for _ in range(TEST_MAILS):
        assert "ist an Sie unterwegs" in asks_for_a_test(admin).text
    assert "Bitte warten Sie zehn Minuten." in asks_for_a_test(admin).text
    assert len(mailbox(app).deliver()) == 1
    with app.app_context():
        found = db.session().scalars(select(Message.state).order_by(Message.id)).all()
        assert found == [State.SUPERSEDED] * (TEST_MAILS - 1) + [State.SENT]


def test_a_test_mail_is_in_the_language_of_who_asks(app: Flask, admin: FlaskClient) -> None:
    reader = Visitor(admin, {"Accept-Language": "en"})
    page = reader.get(SENDER_PAGE)
    page.send(button="Send a test mail to me")
    assert mailbox(app).newest("ada@example.org")["Subject"] == "Test mail of Fachtag"
    assert "The mail server took it." in reader.get(SENDER_PAGE).text


def test_who_lost_the_account_gets_no_test_mail(app: Flask, admin: FlaskClient) -> None:
    asks_for_a_test(admin)
    with app.app_context(), transaction() as session:
        session.scalars(select(Organiser)).one().disabled_at = NOW
    assert mailbox(app).deliver() == []
