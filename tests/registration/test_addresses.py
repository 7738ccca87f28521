# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Another mail address, named by the person: the new one confirms, the old one is told, the calendars follow (D11, T08, T09)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.organising.checks import data_findings
from app.outbox.models import Message
from app.outbox.worker import Worker
from app.registration.addresses import ask_new_address
from app.registration.notifications import MAILS_BEFORE_CONFIRMATION
from app.registration.rules import AlreadyEnded, DayIsOver, MailedEnough, SameAddress, Status
from app.web.database import db, transaction
from tests.mailbox import calendar_of, link_in, mailbox, text_of
from tests.pages import Page, Visitor
from tests.registration.steps import Day, open_day

OLD, NEW = "anna@example.org", "neu@example.org"


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def deliver(app: Flask, day: Day) -> None:
    """What the steps of the day intend; what pages do has the time of the real clock."""
    Worker(app, clock=lambda: day.now).deliver()
    db.session.rollback()


@pytest.fixture
def day(app: Flask) -> Day:
    day = open_day(capacity=5)
    day.join("anna")
    deliver(app, day)
    return day


def own_page(app: Flask, client: FlaskClient, email: str = OLD) -> Page:
    return Visitor(client).get(link_in(mailbox(app).newest(email)))


def name_new(app: Flask, client: FlaskClient, email: str = NEW) -> Page:
    page = own_page(app, client).follow("Angaben berichtigen").follow("Andere E-Mail-Adresse")
    return page.send(email=email)


def test_the_new_address_confirms_and_everything_goes_there(
    app: Flask, client: FlaskClient, day: Day
) -> None:
    before = link_in(mailbox(app).newest(OLD))
    page = name_new(app, client)
    assert page.heading == "Sehen Sie in Ihr neues Postfach"
    assert NEW in page.text
    assert day.of("anna").email == OLD
    asked = mailbox(app).newest(NEW)
    assert calendar_of(asked) is None
    page = Visitor(client).get(link_in(asked))
    assert day.of("anna").email == OLD  # opening it changes nothing
    assert (NEW in page.text, "Anna" in page.text) == (True, False)
    page = page.send()
    assert page.heading == "Sie sind angemeldet"
    assert day.of("anna").email == NEW
    assert day.status("anna") is Status.REGISTERED
    told, gone = mailbox(app).newest(NEW), mailbox(app).newest(OLD)
    assert (calendar_of(told) or ("",))[0] == "REQUEST"
    assert (calendar_of(gone) or ("",))[0] == "CANCEL"
    assert NEW not in gone.as_string()
    assert client.get(before).status_code == 410
    assert client.get(link_in(asked)).status_code == 410  # once
    assert Visitor(client).get(link_in(told)).status == 200
    assert data_findings(db.session(), day.now) == []


def test_who_waits_is_told_at_the_old_address_too(app: Flask, client: FlaskClient, day: Day) -> None:
    """Without a word of the calendar, which holds nothing."""
    day.set_event(capacity=1)
    day.join("ben")
    deliver(app, day)
    page = own_page(app, client, "ben@example.org").follow("Angaben berichtigen")
    page.follow("Andere E-Mail-Adresse").send(email=NEW)
    Visitor(client).get(link_in(mailbox(app).newest(NEW))).send()
    last = mailbox(app).newest("ben@example.org")
    assert last["Subject"].endswith("Nicht mehr mit dieser Adresse angemeldet")
    assert calendar_of(last) is None
    assert "Kalender" not in text_of(last)
    assert "Warteliste" in mailbox(app).newest(NEW)["Subject"]


def test_who_is_offered_a_seat_gets_the_offer_there(day: Day) -> None:
    """The team corrects the address: before, this mail was built for nobody."""
    from tests.registration.test_calendar_invitations import correct

    day.set_event(capacity=1, offer_hours=10)
    day.join("ben")
    day.cancel("anna")
    assert day.status("ben") is Status.OFFERED
    correct(day, NEW, "ben")
    kinds = db.session.scalars(select(Message.kind).where(Message.recipient == NEW)).all()
    assert kinds == ["registration.offered"]


def test_nobody_learns_whose_address_it_is(app: Flask, client: FlaskClient, day: Day) -> None:
    """T09: the same page; who takes part already gets the own link."""
    day.join("ben")
    page = name_new(app, client, "ben@example.org")
    assert page.heading == "Sehen Sie in Ihr neues Postfach"
    assert mailbox(app).newest("ben@example.org")["Subject"].endswith("Ihr persönlicher Link")
    assert day.of("anna").email == OLD


def test_somebody_registers_with_it_meanwhile(app: Flask, client: FlaskClient, day: Day) -> None:
    name_new(app, client)
    page = Visitor(client).get(link_in(mailbox(app).newest(NEW)))
    day.join("neu")
    refused = page.send()
    assert refused.status == 422
    assert "Mit dieser E-Mail-Adresse ist schon jemand angemeldet" in refused.text
    assert day.of("anna").email == OLD


def test_no_mail_cannon(app: Flask, day: Day) -> None:
    """T08: three a day, to whomever; and none without end to one address."""
    del app
    for number in range(MAILS_BEFORE_CONFIRMATION):
        with day.step() as session:
            ask_new_address(session, day.ids["anna"], f"fremd{number}@example.org", day.now)
    with pytest.raises(MailedEnough), transaction() as session:
        ask_new_address(session, day.ids["anna"], NEW, day.now)


def test_refuses_the_same_address_and_who_has_left(app: Flask, client: FlaskClient, day: Day) -> None:
    page = name_new(app, client, "Anna@EXAMPLE.org")
    assert page.status == 422
    assert "schon angemeldet" in page.text
    name_new(app, client)
    link = link_in(mailbox(app).newest(NEW))
    day.cancel("anna")
    page = Visitor(client).get(link)
    assert page.soup.select_one("main .kern-alert--warning") is not None
    assert page.soup.main.find("form") is None  # type: ignore[union-attr]
    for now, refusal in ((day.now, AlreadyEnded), (day.event.ends_at, DayIsOver)):
        if refusal is DayIsOver:
            day.join("cem")
        with pytest.raises(refusal), transaction() as session:
            ask_new_address(session, day.ids["anna" if refusal is AlreadyEnded else "cem"], NEW, now)
    with pytest.raises(SameAddress), transaction() as session:
        ask_new_address(session, day.ids["cem"], "CEM@example.org", day.now)


def test_a_link_for_one_address_opens_no_other(app: Flask, client: FlaskClient, day: Day) -> None:
    for email in (NEW, "noch@example.org"):
        with day.step() as session:
            ask_new_address(session, day.ids["anna"], email, day.now)
    deliver(app, day)
    first, second = (link_in(mailbox(app).newest(email)) for email in (NEW, "noch@example.org"))
    swapped = first.rpartition("/")[0] + "/" + second.rpartition("/")[2]
    assert client.get(swapped).status_code == 404
    assert client.get(first.replace("new-address/", "new-address/9")).status_code == 404
    assert client.get(first).status_code == 200
