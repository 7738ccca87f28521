# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""One address, two people: the second is told how to register, and can; and who has one name only can."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.attendees import manual
from app.attendees.duplicates import duplicates
from app.attendees.filters import Wanted
from app.attendees.lists import every_id
from app.organising.checks import data_findings
from app.outbox.models import Message
from app.outbox.worker import Worker
from app.registration.admission import Entry
from app.registration.models import Registration
from app.registration.rules import AddressTaken, AlreadyEnded, Closed, EnoughShare, Status
from app.registration.sharing import MOST_SHARE, register_sharing
from app.web.database import db, transaction
from tests.mailbox import calendar_of, link_in, mailbox, text_of
from tests.pages import Visitor
from tests.registration.steps import ORGANISER, Day, open_day, person
from tests.registration.test_calendar_invitations import calendars

OFFICE = "buero@example.org"


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def day() -> Day:
    day = open_day(capacity=9)
    day.join("buero", given_name="Anna", family_name="Erste")
    return day


def share(day: Day, name: str) -> None:
    entry = Entry(person(name, email=OFFICE), f"nonce-{name}")
    with day.step() as session:
        day.ids[name] = register_sharing(session, day.ids["buero"], entry, day.now).id


def deliver(app: Flask, day: Day) -> None:
    Worker(app, clock=lambda: day.now).deliver()
    db.session.rollback()


def test_the_second_is_told_how_and_can(app: Flask, client: FlaskClient, day: Day) -> None:
    deliver(app, day)
    facts = {
        "given_name": "Ben",
        "family_name": "Zweiter",
        "email": OFFICE,
        "organisation": "Stadt Musterstadt",
    }
    page = Visitor(client).get("/events/musterfachtag/register").send(**facts)
    assert "Sie teilen dieses Postfach mit jemandem" in page.text
    told = mailbox(app).newest(OFFICE)
    assert told["Subject"].endswith("Ihr persönlicher Link")
    also = next(link for link in text_of(told).split() if link.endswith("/also"))
    page = Visitor(client).get(also.removeprefix("http://localhost"))
    facts.pop("email")
    empty = page.send(family_name="")
    assert empty.status == 422
    page = page.send(**facts)
    assert page.heading == "Sie sind angemeldet"
    assert "Ben Zweiter" in page.text
    columns = Registration.full_name, Registration.email, Registration.status
    people = db.session.execute(select(*columns).order_by(Registration.id)).all()
    assert people == [
        ("Anna Erste", OFFICE, Status.REGISTERED),
        ("Ben Zweiter", OFFICE, Status.REGISTERED),
    ]
    mail = mailbox(app).newest(OFFICE)
    assert "Ben Zweiter" in text_of(mail)
    assert "Anna Erste" in text_of(mail)  # who entered them (Art. 14)
    assert (calendar_of(mail) or ("",))[0] == "REQUEST"
    assert data_findings(db.session(), day.now) == []


def test_who_confirms_the_colleagues_form_finds_the_way_as_well(
    app: Flask, client: FlaskClient, day: Day
) -> None:
    """Both filled in the form before anybody had confirmed: what the second one confirms is the first one's."""
    facts = {"family_name": "Erster", "email": "amt@example.org", "organisation": "Stadt Musterstadt"}
    Visitor(client).get("/events/musterfachtag/register").send(given_name="Cem", **facts)
    Visitor(client).get("/events/musterfachtag/register").send(**{**facts, "family_name": "Zweite"})
    page = Visitor(client).get(link_in(mailbox(app).newest("amt@example.org")))
    assert "Noch jemanden mit dieser Adresse anmelden" not in page.text
    page = page.send(button="Anmeldung bestätigen")
    assert "Cem Erster" in page.text
    page = page.follow("Noch jemanden mit dieser Adresse anmelden")
    page = page.send(family_name="Zweite", organisation="Stadt Musterstadt")
    assert (page.heading, "Cem" in page.text.partition("Eingetragen von")[0]) == (
        "Sie sind angemeldet",
        False,
    )
    day.set_event(registration_closes_at=day.event.starts_at.replace(year=2020), registration_opens_at=None)
    assert "Noch jemanden mit dieser Adresse anmelden" not in page.visitor.get(page.address).text


def test_each_is_a_registration_of_its_own(app: Flask, day: Day) -> None:
    """Corrected, moved, cancelled alone; the calendar they share keeps the day as long as one of them comes."""
    share(day, "ben")
    deliver(app, day)
    with day.step() as session:
        ben = session.get_one(Registration, day.ids["ben"])
        facts = person("ben", email=OFFICE, role_title="Leitung")
        manual.correct(session, ben.id, facts, ben.version, ORGANISER, day.now)
    assert day.of("ben").role_title == "Leitung"
    day.cancel("buero")
    deliver(app, day)
    assert calendars(app) == {OFFICE: ["REQUEST", "REQUEST"]}
    day.join("buero2", email=OFFICE, nonce="noch einmal")  # the first one comes back
    day.cancel("ben")
    day.cancel("buero2")
    deliver(app, day)
    assert calendars(app)[OFFICE][-1] == "CANCEL"
    assert data_findings(db.session(), day.now) == []


def test_the_team_finds_both_and_takes_them_for_two(day: Day) -> None:
    share(day, "ben")
    session = db.session()
    assert list(every_id(session, day.event, Wanted(text=OFFICE))) == [day.ids["ben"], day.ids["buero"]]
    assert duplicates(session, day.event) == ([], False)
    day.join("dora")
    ben = day.of("ben")
    facts = person("ben", email="dora@example.org")
    with pytest.raises(AddressTaken), transaction() as writing:
        manual.correct(writing, ben.id, facts, ben.version, ORGANISER, day.now)


def test_both_get_their_links_again(app: Flask, client: FlaskClient, day: Day) -> None:
    share(day, "ben")
    day.forget_mails()
    Visitor(client).get("/events/musterfachtag/link").send(email=OFFICE)
    greetings = {text_of(mail).splitlines()[0] for mail in mailbox(app).deliver()}
    assert greetings == {"Guten Tag Anna Erste,", "Guten Tag Ben Beispiel,"}


def test_refuses_too_many_a_closed_day_and_who_has_left(day: Day) -> None:
    for number in range(MOST_SHARE - 1):
        share(day, f"kollege{'abcd'[number]}")
    with pytest.raises(EnoughShare):
        share(day, "ben")
    share(day, "kollegea")  # the same form lands on the same person
    assert day.seats() == (MOST_SHARE, 0)
    day.cancel("buero")
    with pytest.raises(AlreadyEnded):
        share(day, "ben")
    day.join("cem")
    day.ids["buero"] = day.ids["cem"]
    day.set_event(registration_closes_at=day.now)
    with pytest.raises(Closed):
        share(day, "ben")


def test_who_has_one_name_registers_with_it(app: Flask, client: FlaskClient, day: Day) -> None:
    """In mails, lists, log and searches the name stands without a comma or blank of its own."""
    facts = {"family_name": "Sukarno", "email": "s@example.org", "organisation": "Stadt Musterstadt"}
    page = Visitor(client).get("/events/musterfachtag/register")
    assert page.send(**{**facts, "family_name": ""}).status == 422
    assert page.send(**facts).heading == "Bitte per E-Mail bestätigen"
    page = (
        Visitor(client).get(link_in(mailbox(app).newest("s@example.org"))).send(button="Anmeldung bestätigen")
    )
    assert page.heading == "Sie sind angemeldet"
    assert "Guten Tag Sukarno," in text_of(mailbox(app).newest("s@example.org"))
    one = db.session.scalars(select(Registration).where(Registration.full_name == "Sukarno")).one()
    assert (one.full_name, one.listed_name, one.sort_key) == ("Sukarno", "Sukarno", "sukarno")
    assert db.session.scalars(select(Message.id)).all()
    assert data_findings(db.session(), day.now) == []
