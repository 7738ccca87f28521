# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Swapping on the personal page: offered, answered and withdrawn with a browser that knows no script; and nobody's name."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from app.allocation.swaps.service import offer_place, settle_day
from app.clock import now
from app.events.models import Event
from app.programme.models import Run
from app.registration.links import personal_token
from app.web.database import db, transaction
from tests.allocation.day import a_wish_day, places, publishes, set_run, solved
from tests.allocation.swaps.day import SwapDay, swap_day
from tests.factories.days import at
from tests.pages import Visitor
from tests.people.helpers import signed_in


@pytest.fixture
def day(app: Flask) -> Iterator[SwapDay]:
    with app.app_context():
        made = swap_day()
        made.seat(anna="1.1", ben="1.2")
        made.join("cem")
        made.publish()
        yield made


def home(day: SwapDay, name: str) -> str:
    return f"/my/{personal_token(day.of(name))}"


def test_a_swap_from_the_first_page_to_the_last(app: Flask, day: SwapDay) -> None:
    browser = Visitor(app.test_client())
    page = browser.get(home(day, "anna")).follow("Diesen Platz zum Tausch anbieten")
    assert "1.2 " in page.text
    page = page.send(runs=[str(day.runs["1.2"])])
    assert "Ihr Tauschangebot ist gespeichert." in page.text
    assert "Es hat sich noch kein Tausch gefunden." in page.text
    assert "Sie bieten diesen Platz zum Tausch an." in browser.get(home(day, "anna")).text
    browser.get(f"{home(day, 'ben')}/swaps/{day.rounds[1]}").send(runs=[str(day.runs["1.1"])])
    day.settle(now())
    page = browser.get(home(day, "anna")).follow("Auf den Vorschlag antworten")
    assert "2 Personen, Sie eine davon" in page.text
    assert "Ben" not in page.text
    page = page.send(button="Ja, ich tausche")
    assert "Sie haben zugestimmt. Sobald alle zugestimmt haben" in page.text
    page = browser.get(f"{home(day, 'ben')}/swaps").send(button="Ja, ich tausche")
    assert "Alle haben zugestimmt: Die Plätze sind getauscht." in page.text
    assert day.sits("anna", "ben") == ["1.2", "1.1"]


def test_declined_and_pressed_once_more(app: Flask, day: SwapDay) -> None:
    day.offer("anna", "1.2")
    day.offer("ben", "1.1")
    day.settle(now())
    anna = Visitor(app.test_client())
    open_page = anna.get(f"{home(day, 'anna')}/swaps")
    page = open_page.send(button="Diesen Tausch möchte ich nicht")
    assert "Sie haben abgelehnt." in page.text
    page = open_page.send(button="Ja, ich tausche")
    assert "Dieser Vorschlag ist nicht mehr offen." in page.text
    assert day.sits("anna", "ben") == ["1.1", "1.2"]


def test_a_change_and_a_withdrawal(app: Flask, day: SwapDay) -> None:
    day.offer("anna", "1.2")
    page = Visitor(app.test_client()).get(f"{home(day, 'anna')}/swaps").follow("Angebot ändern")
    assert page.values(page.form())["runs"] == str(day.runs["1.2"])
    page = page.send(runs=[str(day.runs["1.4"])])
    assert "Es war ein Platz frei: Sie haben ihn jetzt" in page.text
    day.offer("ben", "1.4")
    page = Visitor(app.test_client()).get(f"{home(day, 'ben')}/swaps").send(button="Angebot zurückziehen")
    assert "Ihr Tauschangebot ist zurückgezogen." in page.text
    assert day.offers() == 0


def test_nothing_chosen_is_said_at_the_field(app: Flask, day: SwapDay) -> None:
    page = Visitor(app.test_client()).get(f"{home(day, 'anna')}/swaps/{day.rounds[1]}").send(runs=None)
    assert page.status == 422
    assert (
        page.text.count("Bitte wählen Sie mindestens einen dieser Workshops.") == 2
    )  # above and at the field


def test_what_is_free_is_said(app: Flask, day: SwapDay) -> None:
    page = Visitor(app.test_client()).get(f"{home(day, 'anna')}/swaps/{day.rounds[1]}")
    assert "1.3 Thema 1.3 (1 Platz frei)" in page.text
    assert "1.1 " not in [one[:4] for one in page.text.split("Ich gebe ihn")[1:]]


def test_without_a_place_there_is_nothing_to_give(app: Flask, day: SwapDay) -> None:
    cem = Visitor(app.test_client())
    assert "Sie haben keinen Platz, den Sie geben könnten." in cem.get(f"{home(day, 'cem')}/swaps").text
    assert cem.get(f"{home(day, 'cem')}/swaps/{day.rounds[1]}").status == 404
    assert cem.get(f"{home(day, 'cem')}/swaps/999").status == 404


def test_where_there_is_no_other_workshop_the_page_says_so(app: Flask, day: SwapDay) -> None:
    for label in ("1.2", "1.3", "1.4"):
        day.set_run(label, takes_place=False)
    day.set_event(revision=day.event.revision + 1)
    page = Visitor(app.test_client()).get(f"{home(day, 'anna')}/swaps/{day.rounds[1]}")
    assert "Es gibt nichts zu tauschen" in page.text


def test_where_swaps_are_off_no_page_speaks_of_them(app: Flask, day: SwapDay) -> None:
    day.set_event(swaps=False)
    anna = Visitor(app.test_client())
    page = anna.get(f"{home(day, 'anna')}/swaps")
    assert page.heading == "Sie sind angemeldet"
    assert "Tausch" not in page.text
    assert anna.get(f"{home(day, 'anna')}/swaps/{day.rounds[1]}").heading == "Sie sind angemeldet"


def test_the_own_data_hold_it(app: Flask, day: SwapDay) -> None:
    day.offer("anna", "1.2")
    day.offer("ben", "1.1")
    day.settle(now())
    client = app.test_client()
    found = client.get(f"{home(day, 'anna')}/data.json").get_json()
    assert found["workshops"][0]["swap"]["wanted"][0].startswith("1.2 ")
    assert found["workshops"][0]["swap"]["agreed"] is False
    assert found["workshops"][1]["swap"] is None
    assert (
        "Sie geben ihn für einen Platz in einem von diesen: 1.2 "
        in Visitor(client).get(f"{home(day, 'anna')}/data").text
    )


def test_the_team_reads_numbers(app: Flask) -> None:
    made = a_wish_day(app, 6)
    set_run(app, made, "1.1", capacity=2)
    publishes(app, made, solved(app, made))
    lead = Visitor(signed_in(app, "lea@example.org"))
    assert "Im Moment bietet niemand einen Platz an." in lead.get(made.desk).text
    with app.app_context():
        sits = places(app, made)
        here, there = (next(one for one, runs in sits.items() if label in runs) for label in ("1.1", "1.2"))
        for person, label in ((here, "1.2"), (there, "1.1")):
            with transaction() as session:
                run = session.get_one(Run, made.day.runs[label])
                run.capacity = run.taken
            with transaction() as session:
                assert not offer_place(
                    session, made.people[person], made.day.rounds[0], [made.day.runs[label]], now()
                )
        with transaction() as session:
            settle_day(session, made.event_id, now())
    page = lead.get(made.desk)
    assert "2 offene Angebote" in page.text.replace("offene Angebote 2", "2 offene Angebote")
    assert "2 Personen: 0 haben zugestimmt, Antworten bis" in page.text


def test_the_team_switches_it_off_and_names_an_end(app: Flask) -> None:
    made = a_wish_day(app, 2)
    lead = Visitor(signed_in(app, "lea@example.org"))
    page = lead.get(f"{made.day.home}/edit")
    assert page.values(page.form())["swaps"] == "y"
    page = page.send(swaps_date="2031-03-14")
    assert page.errors()["swaps_date"] == "Der Tausch muss enden, bevor der Fachtag beginnt."
    page = page.send(swaps=None, swaps_date="2031-03-10")
    with app.app_context():
        event = db.session.get_one(Event, made.event_id)
        assert (event.swaps, event.swaps_until) == (False, at("23:59", date(2031, 3, 10)))
