# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The sheet for whoever takes photos: without consent nobody is pictured (DP-14)."""

from flask import Flask

from app.registration.consents.models import Purpose
from tests.factories.consents import EVERYWHERE, agrees, asks_for
from tests.organising.helpers import a_day, signs_up
from tests.pages import Page, Visitor
from tests.people.helpers import signed_in


def tables(page: Page) -> list[list[list[str]]]:
    return [
        [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in table.select("tbody tr")]
        for table in page.soup.select("main table")
    ]


def test_who_is_not_to_be_pictured_and_who_agreed_to_what(app: Flask) -> None:
    day = a_day(app, capacity=4)
    names = ("Anders", "Brandt", "Celik", "Dorn", "Wartend")
    people = [signs_up(app, day, number, family_name=name) for number, name in enumerate(names, 1)]
    asks_for(app, day.event_id, *EVERYWHERE)
    agrees(app, people[0], Purpose.DOCUMENTATION, Purpose.PRESS)
    agrees(app, people[1], Purpose.DOCUMENTATION)
    agrees(app, people[2], Purpose.LIST, Purpose.NEXT_DAY)  # nothing about photos
    agrees(app, people[4], Purpose.PRESS)  # has no seat
    desk = Visitor(signed_in(app, "chris@example.org"))
    page = desk.get(f"{day.home}/registrations").follow("Fotoliste")
    kreis = "Kreis Musterstadt"
    assert tables(page) == [
        [["Celik, Aylin", kreis], ["Dorn, Aylin", kreis]],
        [["Anders, Aylin", kreis, "Ja", "Ja"], ["Brandt, Aylin", kreis, "Ja", "Nein"]],
    ]
    assert "Nicht fotografieren (2)" in page.text


def test_only_asked_photos_have_a_column(app: Flask) -> None:
    day = a_day(app)
    asks_for(app, day.event_id, Purpose.PRESS)
    agrees(app, signs_up(app, day), Purpose.PRESS)
    page = Visitor(signed_in(app, "otto@example.org")).get(f"{day.home}/registrations/photos")
    assert [row[2:] for row in tables(page)[0]] == [["Ja"]]
    assert "Fotos für die Dokumentation" not in page.text


def test_without_a_question_the_sheet_says_so_and_outsiders_get_nothing(app: Flask) -> None:
    day = a_day(app)
    signs_up(app, day)
    page = Visitor(signed_in(app, "otto@example.org")).get(f"{day.home}/registrations/photos")
    assert "Niemand wurde nach Fotos gefragt" in page.text
    assert page.soup.select("main table") == []
    assert signed_in(app, "vera@example.org").get(f"{day.home}/registrations/photos").status_code == 403
