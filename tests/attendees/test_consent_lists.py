# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people agreed to is read: in the list, its filter and its file, and on the page of each of them."""

import pytest
from flask import Flask

from app.registration.consents.models import Purpose
from tests.attendees.test_exports import read_csv, take_out
from tests.factories.consents import agrees, asks_for
from tests.organising.helpers import Day, a_day, queries, signs_up
from tests.pages import Page, Visitor
from tests.people.helpers import signed_in

OTTO = "otto@example.org"


@pytest.fixture
def asked(app: Flask) -> tuple[Day, list[str]]:
    """A day that asks for the list and the press; Anders agrees to both, Brandt to the press, Celik to nothing."""
    day = a_day(app)
    asks_for(app, day.event_id, Purpose.LIST, Purpose.PRESS)
    people = [
        signs_up(app, day, number, family_name=name)
        for number, name in enumerate(("Anders", "Brandt", "Celik"), 1)
    ]
    agrees(app, people[0], Purpose.LIST, Purpose.PRESS)
    agrees(app, people[1], Purpose.PRESS)
    return day, people


def cells(page: Page) -> list[list[str]]:
    return [
        [cell.get_text(strip=True) for cell in row.select("td")][1:]
        for row in page.soup.select("main tbody tr")
    ]


def names(page: Page) -> list[str]:
    return [one.get_text(strip=True).partition(",")[0] for one in page.soup.select("main tbody th a")]


def test_columns_filter_and_file_say_who_agreed(app: Flask, asked: tuple[Day, list[str]]) -> None:
    day, _people = asked
    visitor, address = Visitor(signed_in(app, OTTO)), f"{day.home}/registrations"
    page = visitor.get(f"{address}?col=&col=consent-list&col=consent-press")
    assert cells(page) == [["Ja", "Ja"], ["Nein", "Ja"], ["Nein", "Nein"]]
    for word, found in [
        ("press", ["Anders", "Brandt"]),
        ("no-press", ["Celik"]),
        ("list", ["Anders"]),
        ("no-list", ["Brandt", "Celik"]),
    ]:
        assert names(visitor.get(address, query_string={"consent": word})) == found
        file = read_csv(take_out(visitor.client, day, "csv", consent=word))
        assert [line[1] for line in file[1:]] == found
    head, *lines = read_csv(take_out(visitor.client, day, "csv"))
    at = head.index("Teilnehmendenliste")
    assert head[at : at + 2] == ["Teilnehmendenliste", "Fotos für die Presse"]
    assert [line[at : at + 2] for line in lines] == [["Ja", "Ja"], ["Nein", "Ja"], ["Nein", "Nein"]]


def test_what_the_day_does_not_ask_is_no_column_and_no_filter(
    app: Flask, asked: tuple[Day, list[str]]
) -> None:
    day, _people = asked
    client = signed_in(app, OTTO)
    page = Visitor(client).get(f"{day.home}/registrations")
    assert "Einladung zum nächsten Fachtag" not in page.text
    assert client.get(f"{day.home}/registrations?consent=next-day").status_code == 404
    other = a_day(app, "anderer")
    assert "Einwilligung" not in Visitor(client).get(f"{other.home}/registrations").text


def test_what_was_agreed_to_can_be_read_after_the_day_stopped_asking(
    app: Flask, asked: tuple[Day, list[str]]
) -> None:
    day, people = asked
    asks_for(app, day.event_id)
    visitor = Visitor(signed_in(app, OTTO))
    page = visitor.get(f"{day.home}/registrations?col=&col=consent-press&consent=press")
    assert cells(page) == [["Ja"], ["Ja"]]
    person = visitor.get(f"{day.home}/registrations/{people[1]}")
    assert "Fotos für die Presse" in person.text


def test_the_page_of_a_person_says_what_they_agreed_to(app: Flask, asked: tuple[Day, list[str]]) -> None:
    day, people = asked
    visitor = Visitor(signed_in(app, OTTO))
    facts = {
        one.dt.get_text(): one.dd.get_text()
        for one in visitor.get(f"{day.home}/registrations/{people[1]}").soup.select("main .facts > div")
    }
    assert facts["Teilnehmendenliste"] == "nicht eingewilligt"
    assert facts["Fotos für die Presse"].startswith("eingewilligt am ")


def test_a_page_of_the_list_asks_once_for_all_consents(app: Flask, asked: tuple[Day, list[str]]) -> None:
    day, _people = asked
    client = signed_in(app, OTTO)
    address = f"{day.home}/registrations?col=&col=consent-list&col=consent-press"
    client.get(address)
    with queries(app) as few:
        client.get(address)
    for number in range(4, 20):
        signs_up(app, day, number)
    with queries(app) as many:
        client.get(address)
    assert len(few) == len(many)
