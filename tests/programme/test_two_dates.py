# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day over two dates shows both, and each line of its agenda says on which of them it is: pages, files, mails."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.clock import now
from app.events.models import Event
from app.programme.models import AgendaItem
from app.programme.rules import ItemKind
from app.web.database import db, transaction
from tests.factories.days import DAY, at
from tests.mailbox import link_in, mailbox, text_of
from tests.organising.helpers import Day, a_day, signs_up
from tests.pages import Visitor
from tests.pdf import text_of as text_of_pdf
from tests.people.helpers import signed_in

FRIDAY = DAY + timedelta(days=1)
SPAN = "Donnerstag, 13. März 2031, 9:30 Uhr – Freitag, 14. März 2031, 16:00 Uhr"
IN_ENGLISH = "Thursday, 13 March 2031, 9:30 – Friday, 14 March 2031, 16:00"
FIRST, SECOND = "Do. 13.03., 11:00–12:15 Uhr", "Fr. 14.03., 9:00–10:00 Uhr"


@pytest.fixture
def day(app: Flask) -> Day:
    """From Thursday to Friday, with an item on the second date."""
    made = a_day(app, ends_at=at("16:00", FRIDAY))
    with app.app_context(), transaction() as session:
        times = {"starts_at": at("9:00", FRIDAY), "ends_at": at("10:00", FRIDAY)}
        session.add(
            AgendaItem(event_id=made.event_id, kind=ItemKind.KEYNOTE, title="Rückblick", note="", **times)
        )
        session.get_one(Event, made.event_id).revision += 1
    return made


def test_pages(app: Flask, client: FlaskClient, day: Day) -> None:
    anybody = Visitor(client)
    for address, words in (
        ("/", "Do. 13.03., 9:30 Uhr – Fr. 14.03., 16:00 Uhr"),
        ("/?lang=en", "Thu 13 Mar, 9:30 – Fri 14 Mar, 16:00"),
        (f"/events/{day.slug}", SPAN),
        (f"/events/{day.slug}?lang=en", IN_ENGLISH),
        (f"/events/{day.slug}/register", SPAN),
        (f"/events/{day.slug}/register", FIRST),
        (f"/events/{day.slug}/agenda", SPAN),
        (f"/events/{day.slug}/agenda", FIRST),
        (f"/events/{day.slug}/agenda", SECOND),
        (f"/events/{day.slug}/agenda?lang=en", "Fri 14 Mar, 9:00–10:00"),
    ):
        assert words in anybody.get(address).text, address
    block = anybody.get(f"/events/{day.slug}").soup.select_one(".date-block")
    assert block is not None
    assert " ".join(block.get_text().split()) == "Do.–Fr. 13.–14. März 2031"
    team = Visitor(signed_in(app, "lea@example.org"))
    for address, words in (("", SPAN), ("/programme", SECOND)):
        assert words in team.get(f"{day.home}{address}").text, address


def test_mail_personal_page_and_the_way_out(app: Flask, client: FlaskClient, day: Day) -> None:
    signs_up(app, day, choices={day.rounds[0]: day.runs["1.1"]}, now=now())
    mail = mailbox(app).newest("person1@example.org")
    assert SPAN in text_of(mail)
    assert "Do. 13.03., 11:00 Workshoprunde 1: 1.1 Beraten ohne Vorurteil" in text_of(mail)
    assert "Fr. 14.03., 09:00 Rückblick" in text_of(mail)
    mine = Visitor(client).get(link_in(mail))
    assert (SPAN in mine.text, FIRST in mine.text, SECOND in mine.text) == (True, True, True)
    leaving = mine.follow("Abmelden")
    assert "Donnerstag, 13. März 2031 – Freitag, 14. März 2031" in leaving.text


def test_files(app: Flask, client: FlaskClient, day: Day) -> None:
    with client.get(f"/events/{day.slug}/agenda.pdf") as answer:
        paper = " ".join(text_of_pdf(answer.data).split())
    for words in (SPAN, FIRST, SECOND):
        assert words in paper
    schedule = ET.fromstring(client.get(f"/events/{day.slug}/agenda.xml").data)  # noqa: S314 - our own
    assert schedule.findtext("conference/days") == "2"
    dates = [
        (one.get("index"), one.get("date"), one.get("start"), one.get("end")) for one in schedule.iter("day")
    ]
    assert dates == [
        ("1", "2031-03-13", "2031-03-13T09:00:00+01:00", "2031-03-14T00:00:00+01:00"),
        ("2", "2031-03-14", "2031-03-14T00:00:00+01:00", "2031-03-14T16:00:00+01:00"),
    ]
    assert [one.findtext("title") for one in schedule.findall("day[2]/room/event")] == ["Rückblick"]
    with app.app_context():
        assert db.session.get_one(Event, day.event_id).over_several_dates
