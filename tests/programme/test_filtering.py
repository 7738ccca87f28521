# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A part of the agenda: chosen without a script, kept in the address, and no more pages kept than there are choices."""

from collections.abc import Iterator
from contextvars import Context
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.models import Event
from app.events.rules import EventStatus, Placement
from app.events.service import mark_changed
from app.programme import views
from app.programme.agenda import read_agenda
from app.programme.filtering import Offer, View, Wanted, amount, choose, read_offer, read_wanted
from app.programme.models import Run, Workshop
from app.web.database import db, transaction
from tests.factories.days import BIRCH, FOYER, HALL, MAPLE, NOW, Programme, make_event, make_programme
from tests.factories.organising import Queries
from tests.pages import Page, Visitor

PAGE = "/events/musterfachtag/agenda"
ALL = 9  # five items and four workshops


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def build(**changes: Any) -> Programme:
    with transaction() as session:
        programme = make_programme(session, make_event(session, **changes))
        programme.workshops[0].track = "Beratung"
        return programme


def visit(client: FlaskClient, query: str = "") -> Page:
    return Context().run(Visitor(client).get, PAGE + query)


def titles(page: Page) -> list[str]:
    """Of items, rounds and workshops as the list shows them."""
    return [" ".join(one.get_text(" ").split()) for one in page.soup.select("ol.agenda :is(h2, h3)")]


def counted(page: Page) -> str:
    found = page.soup.find("strong", string=lambda text: bool(text) and "Einträgen" in text)
    return found.get_text() if found is not None else ""


FIRST, SECOND = "Workshoprunde 1", "Workshoprunde 2"
W11, W12 = "1.1 Beraten ohne Vorurteil", "1.2 Datenschutz im Fallmanagement"
W21, W22 = "2.1 Konflikte am Schalter", "2.2 Datenschutz im Fallmanagement"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?round=1", [FIRST, W11, W12]),
        ("?room=Raum+Ahorn", [FIRST, W12, SECOND, W22]),
        (f"?room={FOYER}", ["Ankommen und Kaffee", "Mittagsimbiss"]),
        ("?kind=welcome", ["Begrüßung"]),
        ("?kind=workshop", [FIRST, W11, W12, SECOND, W21, W22]),
        ("?kind=workshop&step_free=y", [FIRST, W11, SECOND, W21]),
        ("?loop=y&round=2", [SECOND, W21]),
        ("?free=y", [FIRST, W11, W12, SECOND, W21, W22]),
        ("?round=&room=&kind=welcome", ["Begrüßung"]),
    ],
)
def test_each_filter(client: FlaskClient, query: str, expected: list[str]) -> None:
    build()
    page = visit(client, query)
    assert titles(page) == expected
    rounds = sum(one in {FIRST, SECOND} for one in expected)
    assert counted(page) == f"{len(expected) - rounds} von {ALL} Einträgen"
    assert PAGE in page.links()  # everything again


def test_without_a_filter_nothing_is_counted_and_everything_is_there(client: FlaskClient) -> None:
    build()
    for query in ("", "?round=&room=&kind=", "?view=list", "?x=1"):
        page = visit(client, query)
        assert len(titles(page)) == ALL + 2
        assert counted(page) == ""
        details = page.soup.find("details")
        assert details is not None
        assert not details.has_attr("open")


def test_the_form_shows_what_is_chosen_and_sends_it_by_get(client: FlaskClient) -> None:
    build()
    page = visit(client, "?round=2&loop=y")
    form = page.soup.select_one("main form[method=get]")
    assert form is not None
    assert form["action"] == PAGE
    chosen = {str(one["name"]): one.select_one("option[selected]") for one in form.select("select")}
    assert {name: str(one["value"]) if one else "" for name, one in chosen.items()} == {
        "round": "2",
        "room": "",
        "kind": "",
    }
    assert {str(one["name"]): one.has_attr("checked") for one in form.select("[type=checkbox]")} == {
        "free": False,
        "step_free": False,
        "loop": True,
    }
    assert form.find("input", {"name": "csrf_token"}) is None
    assert "Set-Cookie" not in page.response.headers


def test_what_nothing_fits_says_what_to_do(client: FlaskClient) -> None:
    build()
    page = visit(client, f"?round=1&room={FOYER}")
    assert titles(page) == []
    assert counted(page) == f"0 von {ALL} Einträgen"
    assert "Nichts im Tagesablauf passt dazu" in page.text
    assert page.soup.select_one("main .empty a") is not None


@pytest.mark.parametrize("query", ["?round=7", "?room=Keller", "?kind=x", "?view=tisch", "?loop=2"])
def test_what_the_agenda_does_not_have_is_said_and_left_out(client: FlaskClient, query: str) -> None:
    """An old link: the room has another name now."""
    build()
    page = visit(client, query)
    assert "Es wurde weggelassen." in page.text
    assert len(titles(page)) == ALL + 2
    page = visit(client, f"{query}&kind=welcome" if "kind" not in query else f"{query}&round=1")
    assert "Es wurde weggelassen." in page.text
    assert len(titles(page)) < ALL


def test_free_places_are_those_of_this_moment(client: FlaskClient) -> None:
    programme = build()
    assert W11 in titles(visit(client, "?free=y"))
    with transaction() as session:
        run = session.get_one(Run, programme.runs["1.1"].id)
        run.taken = run.capacity or 0
    assert W11 not in titles(visit(client, "?free=y"))
    with transaction() as session:
        run = session.get_one(Run, programme.runs["1.1"].id)
        run.taken, run.waiting, run.waiting_counter = 3, 1, 1
    assert W11 not in titles(visit(client, "?free=y"))  # the next one is theirs who waits
    with transaction() as session:
        run = session.get_one(Run, programme.runs["1.1"].id)
        run.waiting, run.takes_place = 0, False
        mark_changed(session.scalars(select(Event)).one(), NOW, calendar=False)
    assert W11 not in titles(visit(client, "?free=y"))


@pytest.mark.parametrize(
    "changes", [{"status": EventStatus.CANCELLED}, {"placement": Placement.WISHES, "wishes_until": NOW}]
)
def test_nobody_is_asked_for_free_places_where_there_are_none_to_take(
    client: FlaskClient, changes: dict[str, Any]
) -> None:
    build(**changes)
    page = visit(client, "?free=y")
    assert "Mit freien Plätzen" not in page.text
    assert "Es wurde weggelassen." in page.text


def test_a_workshop_over_two_rounds_is_found_in_both(client: FlaskClient) -> None:
    programme = build()
    with transaction() as session:
        session.get_one(Run, programme.runs["1.1"].id).spans = 2
        session.delete(session.get_one(Run, programme.runs["2.1"].id))
        mark_changed(session.scalars(select(Event)).one(), NOW, calendar=False)
    assert titles(visit(client, "?round=2")) == [FIRST, W11, SECOND, W22]


def test_the_filter_stays_when_the_language_changes_and_foreign_words_do_not(client: FlaskClient) -> None:
    """The page is kept for everybody: only what it means itself stands on it."""
    build()
    links = visit(client, "?kind=workshop&step_free=y&x=%3Cb%3E").links()
    assert "?kind=workshop&step_free=y&lang=en" in links
    assert not any("x=" in one for one in links)
    english = visit(client, "?kind=workshop&step_free=y&lang=en")
    assert "2 of 9 entries" in english.text
    form = english.soup.select_one("main form[method=get]")
    assert form is not None
    lang = form.find("input", {"name": "lang"})
    assert lang is not None
    assert lang["value"] == "en"


def test_a_filtered_page_names_the_whole_one(client: FlaskClient) -> None:
    build()
    head = visit(client, "?round=1").soup.head
    assert head is not None
    canonical = head.find("link", rel="canonical")
    assert canonical is not None
    assert canonical["href"] == f"http://localhost{PAGE}"


def offer_and_lines() -> tuple[Offer, list[Any]]:
    event = db.session.scalars(select(Event)).one()
    lines = read_agenda(db.session(), event)
    return read_offer(lines, counts=True), lines


def test_each_state_is_read_back_from_its_own_address() -> None:
    build()
    offer, lines = offer_and_lines()
    states = [
        Wanted(*chosen)
        for chosen in product(
            ("", "1"), ("", HALL, BIRCH, MAPLE), ("", "workshop", "break"), *[(False, True)] * 3, View
        )
    ]
    for one in states:
        assert read_wanted(one.query(), offer) == one
        assert amount(choose(lines, one)) <= ALL
    addresses = {tuple(sorted(one.query().items())) for one in states}
    assert len(addresses) == len(states)


def test_other_addresses_of_a_state_are_the_same_page(client: FlaskClient) -> None:
    """Written differently, sent by the form, with something else in it: one page is kept, with one tag."""
    build()
    same = [
        "?kind=workshop&round=1",
        "?round=1&room=&kind=workshop",
        "?kind=workshop&round=1&utm=7&view=list",
    ]
    tags = {visit(client, query).response.headers["ETag"] for query in same}
    assert len(tags) == 1


def test_whoever_tries_all_filters_pushes_out_no_page(client: FlaskClient, app: Flask) -> None:
    build()
    visit(client)
    for number, (round_, room, tick) in enumerate(product("12", (HALL, BIRCH, MAPLE, FOYER), ("", "&loop=y", "&free=y", "&step_free=y"))):  # fmt: skip
        visit(client, f"?round={round_}&room={room}{tick}&x={number}")
    with Queries(app) as queries:
        visit(client)
    assert queries.count == 1
    with db.engine.connect():
        assert len(views._filtered._entries()) <= 32


def test_a_filter_costs_no_more_than_the_page(client: FlaskClient, app: Flask) -> None:
    build()
    visit(client)
    costs = {}
    for query in ("?round=1", "?free=y", "?view=rooms", "?round=1&x=again"):
        with Queries(app) as queries:
            visit(client, query)
        costs[query] = queries.count
    # The day; who moderates it, its version and what changed; for free places the count of them, for the grid the house's order of rooms.
    assert costs == {"?round=1": 4, "?free=y": 5, "?view=rooms": 5, "?round=1&x=again": 1}


def test_what_a_day_cannot_say_it_does_not_offer(client: FlaskClient) -> None:
    with transaction() as session:
        event = make_event(session)
        programme = make_programme(session, event)
        for room in programme.rooms.values():
            session.delete(room)
        for run in programme.runs.values():
            session.delete(run)
        for round_ in programme.rounds:
            session.delete(round_)
        session.flush()
        for one in session.scalars(select(Workshop)):
            session.delete(one)
        mark_changed(event, NOW, calendar=False)
    form = visit(client).soup.select_one("main form[method=get]")
    assert form is not None
    assert [one["name"] for one in form.select("select, input[type=checkbox]")] == ["kind"]
