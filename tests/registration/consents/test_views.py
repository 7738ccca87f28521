# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The list of participants for those who take part: whoever agreed, and how many others (DP-13)."""

from flask import Flask
from sqlalchemy import select

from app.registration.consents.models import Purpose
from app.registration.links import personal_token
from app.registration.models import Registration
from app.web.database import db
from tests.factories.consents import agrees, asks_for
from tests.organising.helpers import a_day, signs_up
from tests.pages import Visitor


def my_page(app: Flask, reference: str) -> str:
    with app.app_context():
        one = db.session.scalars(select(Registration).where(Registration.reference == reference)).one()
        return f"/my/{personal_token(one)}"


def test_who_takes_part_reads_who_agreed_and_how_many_others(app: Flask) -> None:
    day = a_day(app, capacity=4)
    asks_for(app, day.event_id, Purpose.LIST)
    people = [
        signs_up(app, day, number, family_name=name, organisation=f"Amt {name}")
        for number, name in enumerate(("Anders", "Brandt", "Celik", "Dorn", "Wartend"), 1)
    ]
    for one in (people[0], people[2], people[4]):  # the last one has no seat
        agrees(app, one, Purpose.LIST)
    visitor = Visitor(app.test_client())
    page = visitor.get(my_page(app, people[1])).follow("Lesen, wer teilnimmt")
    rows = [
        [cell.get_text(strip=True) for cell in row.select("th, td")] for row in page.soup.select("tbody tr")
    ]
    assert rows == [["Aylin Anders", "Amt Anders"], ["Aylin Celik", "Amt Celik"]]
    assert "4 Personen sind angemeldet." in page.text
    assert "2 Personen haben der Nennung nicht zugestimmt." in page.text
    assert "Brandt" not in page.text
    assert "person1@example.org" not in page.text
    english = visitor.get(f"{my_page(app, people[1])}/people?lang=en")
    assert "2 people did not agree to be named." in english.text


def test_who_takes_it_back_stands_in_it_no_more(app: Flask) -> None:
    day = a_day(app)
    asks_for(app, day.event_id, Purpose.LIST)
    anders, brandt = (
        signs_up(app, day, number, family_name=name) for number, name in ((1, "Anders"), (2, "Brandt"))
    )
    agrees(app, anders, Purpose.LIST)
    visitor = Visitor(app.test_client())
    assert "Anders" in visitor.get(f"{my_page(app, brandt)}/people").text
    visitor.get(my_page(app, anders)).send(button="Widerrufen")
    page = visitor.get(f"{my_page(app, brandt)}/people")
    assert "Anders" not in page.text
    assert "2 Personen haben der Nennung nicht zugestimmt." in page.text


def test_only_who_has_a_seat_reads_it_and_only_where_the_day_asks(app: Flask) -> None:
    day = a_day(app, capacity=1)
    registered, waits = signs_up(app, day, 1), signs_up(app, day, 2)
    client = app.test_client()
    assert "Wer teilnimmt" not in Visitor(client).get(my_page(app, registered)).text
    assert client.get(f"{my_page(app, registered)}/people").status_code == 404
    asks_for(app, day.event_id, Purpose.LIST)
    assert client.get(f"{my_page(app, registered)}/people").status_code == 200
    assert client.get(f"{my_page(app, waits)}/people").status_code == 404
    assert client.get("/my/falsch/people").status_code == 404
