# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The agenda as tables of rooms or tracks and times: everything once, in its column, read aloud with its heads."""

from collections.abc import Iterator
from contextvars import Context
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.facts import RoomFacts
from app.events.models import Event
from app.events.rules import Seats
from app.events.service import mark_changed
from app.programme.agenda import AgendaLine, RoundView, RunView, read_agenda
from app.programme.filtering import View
from app.programme.grid import MOST_COLUMNS, Table, tables
from app.programme.models import AgendaItem, Run
from app.programme.rules import ItemKind
from app.programme.workshop_facts import WorkshopFacts
from app.web.database import db, transaction
from tests.factories.days import BIRCH, FOYER, HALL, MAPLE, NOW, Programme, at, make_event, make_programme
from tests.pages import Page, Visitor

PAGE = "/events/musterfachtag/agenda"
NIGHT = date(2031, 3, 14)


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def build(**changes: Any) -> Programme:
    with transaction() as session:
        programme = make_programme(session, make_event(session, **changes))
        programme.workshops[0].track, programme.workshops[2].track = "Beratung", "Ämter"
        return programme


def visit(client: FlaskClient, query: str) -> Page:
    return Context().run(Visitor(client).get, PAGE + query)


def rows(page: Page, number: int = 0) -> list[list[str]]:
    table = page.soup.select("table.timetable")[number]
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")] for row in table.select("tr")
    ]


def test_rooms_and_times(client: FlaskClient) -> None:
    """Rooms in the house's order; what is for everybody goes across."""
    build()
    assert rows(visit(client, "?view=rooms")) == [
        ["Zeit", "Raum Birke", "Raum Ahorn"],
        ["9:00–9:30 Uhr", "Ankommen und Kaffee Foyer"],
        ["9:30–10:00 Uhr", "Begrüßung Großer Saal"],
        ["10:00–10:45 Uhr", "Vortrag: Was Akten nicht erzählen Großer Saal"],
        [
            "11:00–12:15 Uhr Workshoprunde 1",
            "1.1 Beraten ohne Vorurteil Beratung",
            "1.2 Datenschutz im Fallmanagement",
        ],
        ["12:15–13:30 Uhr", "Mittagsimbiss Foyer"],
        [
            "13:30–14:45 Uhr Workshoprunde 2",
            "2.1 Konflikte am Schalter Ämter",
            "2.2 Datenschutz im Fallmanagement",
        ],
        ["15:00–15:45 Uhr", "Ausblick Großer Saal"],
    ]


def test_tracks_and_times(client: FlaskClient) -> None:
    build()
    found = rows(visit(client, "?view=tracks"))
    assert found[0] == ["Zeit", "Ämter", "Beratung", "ohne Themenstrang"]
    assert found[4] == [
        "11:00–12:15 Uhr Workshoprunde 1",
        "",
        "1.1 Beraten ohne Vorurteil Raum Birke",
        "1.2 Datenschutz im Fallmanagement Raum Ahorn",
    ]


def test_the_list_comes_first_and_stays_for_narrow_windows(client: FlaskClient) -> None:
    build()
    page = visit(client, "")
    assert page.soup.select("table.timetable") == []
    assert [one.get_text() for one in page.soup.select("nav.only-wide li")] == [
        "Liste",
        "Räume und Zeiten",
        "Themenstränge und Zeiten",
    ]
    page = visit(client, "?view=rooms")
    assert page.soup.select_one(".only-narrow ol.agenda") is not None
    current = page.soup.select_one("nav.only-wide [aria-current]")
    assert current is not None
    assert current.get_text() == "Räume und Zeiten"


def test_a_real_table_with_heads(client: FlaskClient) -> None:
    """Each cell has a head of its row and of its column; a cell across says how many columns it fills."""
    build()
    table = visit(client, "?view=rooms").soup.select_one("table.timetable")
    assert table is not None
    assert table.caption is not None
    assert table.caption.get_text() == "Donnerstag, 13. März 2031"
    heads = table.select("thead th")
    assert {one.get("scope") for one in heads} == {"col"}
    for row in table.select("tbody tr"):
        (head,) = row.select("th")
        assert head.get("scope") == "row"
        assert sum(int(str(cell.get("colspan", 1))) for cell in row.select("td")) == len(heads) - 1


def test_the_filter_holds_in_the_grid_and_the_grid_in_the_filter(client: FlaskClient) -> None:
    build()
    page = visit(client, "?view=rooms&kind=workshop&round=1")
    assert [row[0] for row in rows(page)] == ["Zeit", "11:00–12:15 Uhr Workshoprunde 1"]
    assert f"{PAGE}?round=1&kind=workshop" in page.links()  # the same as a list
    assert f"{PAGE}?view=rooms" in page.links()  # everything, still as a grid
    view = page.soup.select_one("main form input[name=view]")
    assert view is not None
    assert view["value"] == "rooms"


def test_what_runs_beside_something_stands_in_its_room(client: FlaskClient) -> None:
    programme = build()
    with transaction() as session:
        beside = AgendaItem(
            event_id=session.scalars(select(Event.id)).one(),
            kind=ItemKind.MARKET,
            title="Markt",
            starts_at=at("11:00"),
            ends_at=at("12:15"),
            note="",
            room_id=programme.rooms[FOYER].id,
        )
        session.add(beside)
        session.get_one(Run, programme.runs["1.2"].id).room_id = None
        mark_changed(session.scalars(select(Event)).one(), NOW, calendar=False)
    found = rows(visit(client, "?view=rooms"))
    assert found[0] == ["Zeit", BIRCH, MAPLE, FOYER, "ohne Raum"]
    assert found[4] == [
        "11:00–12:15 Uhr Workshoprunde 1",
        "1.1 Beraten ohne Vorurteil Beratung",
        "",
        "Markt Foyer",
        "1.2 Datenschutz im Fallmanagement",
    ]


def test_what_goes_on_stands_in_the_next_round_too(client: FlaskClient) -> None:
    programme = build()
    with transaction() as session:
        session.delete(session.get_one(Run, programme.runs["2.1"].id))
        session.get_one(Run, programme.runs["1.1"].id).spans = 2
        mark_changed(session.scalars(select(Event)).one(), NOW, calendar=False)
    found = rows(visit(client, "?view=rooms"))
    assert found[6][1] == "1.1 Beraten ohne Vorurteil Er geht hier weiter. Beratung"


def generated(rooms: int, dates: int = 1) -> list[AgendaLine]:
    lines = []
    for number in range(dates):
        on = date(2031, 3, 13 + number)
        runs = tuple(
            RunView(
                100 * number + n, n, f"1.{n}", f"W{n}", "", RoomFacts(f"R{n:02}", None), (), Seats(None, 0), 0,
                about=WorkshopFacts(f"W{n}"), slug=f"w{n}",
            )
            for n in range(rooms)
        )  # fmt: skip
        starts, ends = at("11:00", on), at("12:00", on)
        view = RoundView(number, number + 1, "Runde", starts, ends, runs)
        lines.append(AgendaLine(f"item-{number}", None, "Start", "", at("9:00", on), at("9:30", on), None))
        lines.append(AgendaLine(f"round-{number}", None, "Runde", "", starts, ends, None, view))
    return lines


@pytest.mark.parametrize("rooms", [0, 1, 6, 7, 12, 13, 40])
def test_many_rooms_become_several_tables(rooms: int) -> None:
    """No table is wider than a window, none has a single room while another is full, and nothing is lost or twice."""
    order = [f"R{n:02}" for n in range(rooms)]
    found = tables(generated(rooms, dates=2), View.ROOMS, order)
    for on in {one.on for one in found}:
        mine = [one for one in found if one.on == on]
        assert [column for one in mine for column in one.columns] == order
        widths = [len(one.columns) for one in mine]
        assert max(widths) <= MOST_COLUMNS
        assert max(widths) - min(widths) <= max(len(mine) - 1, 1)
        shown = [
            entry.run.id
            for one in mine
            for row in one.rows
            for cell in row.cells
            for entry in cell
            if entry.run
        ]
        assert len(shown) == len(set(shown)) == rooms
        assert all("Start" in [line.title for line in one.rows[0].whole] for one in mine)


def test_each_date_has_tables_of_its_own(client: FlaskClient) -> None:
    build(ends_at=at("12:00", NIGHT))
    with transaction() as session:
        event = session.scalars(select(Event)).one()
        session.add(
            AgendaItem(
                event_id=event.id, kind=ItemKind.CLOSING, title="Morgen", note="",
                starts_at=at("9:00", NIGHT), ends_at=at("10:00", NIGHT),
            )
        )  # fmt: skip
        mark_changed(event, NOW, calendar=False)
    page = visit(client, "?view=rooms")
    captions = [one.get_text() for one in page.soup.select("table.timetable caption")]
    assert captions == ["Donnerstag, 13. März 2031", "Freitag, 14. März 2031"]
    assert rows(page, 1) == [["Zeit"], ["9:00–10:00 Uhr", "Morgen"]]


def test_every_line_stands_somewhere() -> None:
    build()
    event = db.session.scalars(select(Event)).one()
    lines = read_agenda(db.session(), event)
    lines.append(
        replace(lines[1], key="item-twin")
    )  # at the same time in the same room: a clash is shown as it is
    for view, order in ((View.ROOMS, (HALL, BIRCH, MAPLE, FOYER)), (View.TRACKS, ("Ämter", "Beratung"))):
        found = tables(lines, view, order)
        assert keys_of(found) == {line.key for line in lines if line.round is None} | {
            f"run-{run.id}" for line in lines if line.round for run in line.round.runs
        }


def keys_of(found: list[Table]) -> set[str]:
    whole = {line.key for one in found for row in one.rows for line in row.whole}
    entries = [entry for one in found for row in one.rows for cell in row.cells for entry in cell]
    return whole | {entry.run.anchor if entry.run else entry.line.key for entry in entries}
