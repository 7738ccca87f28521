# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The programme as a table: a whole day in few pages, bad rows answered at their row, all of them or none."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.models import Event, Room
from app.people.rules import Role
from app.programme.models import AgendaItem, Round, Run
from app.programme.plan import Plan
from app.programme.rules import Thing
from app.programme.working_copy import read_working_copy
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.factories.organising import a_day, somebody
from tests.pages import Page
from tests.scheduling.test_organiser_views import HOME, lead, stored

QUICK = f"{HOME}/programme/quick"
ROOMS = "Großer Saal; 120\nRaum Birke, 26\nRaum Ahorn\nFoyer"
ITEMS = [
    ("9:00", "9:30", "break", "Ankommen", "Foyer", ""),
    ("", "10:00", "welcome", "Begrüßung", "Großer Saal", "Dr. Ada Probe, Landrätin; Ben Beispiel"),
    ("", "10:45", "keynote", "Vortrag", "Großer Saal", "Cem Muster"),
    ("", "11:00", "break", "Kaffee", "Foyer", ""),
    ("", "12:15", "@round", "", "", ""),
    ("", "13:30", "break", "Mittag", "Foyer", ""),
    ("", "14:45", "@round", "Runde am Nachmittag", "", ""),
    ("", "15:00", "break", "Kaffee", "foyer", ""),
    ("", "15:45", "closing", "Ausblick", "Großer Saal", ""),
]
WORKSHOPS = [
    (1, "", "Beraten ohne Vorurteil", "Raum Birke", "20", "Aylin Beispiel"),
    (1, "", "Datenschutz", "Raum Ahorn", "16", "Dr. Sascha Probe; Svenja Demohaus"),
    (1, "", "Konflikte", "Großer Saal", "40", ""),
    (1, "1.9", "Führung", "", "", "Olga Entwurf"),
    (2, "", "Beraten ohne Vorurteil", "Raum Birke", "20", "Aylin Beispiel"),
    (2, "", "datenschutz", "Raum Ahorn", "16", "Dr. Sascha Probe"),
    (2, "", "Recht", "Großer Saal", "40", ""),
    (2, "", "Sprache", "Foyer", "", ""),
    (2, "", "Netz", "", "", ""),
]


def rows(items: list[Any] = ITEMS, workshops: list[Any] = WORKSHOPS) -> dict[str, str]:
    """What somebody types into the table."""
    typed = {"rooms": ROOMS}
    for part, names, found in (
        ("items", ("start", "end", "kind", "title", "room", "people"), items),
        ("workshops", ("round", "label", "title", "room", "places", "people"), workshops),
    ):
        for number, row in enumerate(found):
            typed |= {f"{part}-{number}-{name}": str(one) for name, one in zip(names, row, strict=True)}
    return typed


def plan_of(app: Flask, event_id: int) -> Plan:
    with app.app_context():
        return read_working_copy(db.session(), stored(app, event_id)).plan


def titles(app: Flask, event_id: int) -> list[str]:
    return [one.title for one in plan_of(app, event_id).of(Thing.ITEM).values()]


@pytest.mark.parametrize("released", [False, True])
def test_a_day_is_entered_in_two_pages(app: Flask, released: bool) -> None:
    """7 items, 2 rounds and 9 runs; 85 form pages before, 30 at most asked for."""
    event_id, _ = a_day(app, programme=False)
    if released:
        with app.app_context(), transaction() as session:
            session.get_one(Event, event_id).agenda_released_at = NOW
    visitor, pages = lead(app, event_id), 1
    page = visitor.get(QUICK)
    assert page.values(page.form(button="Alle Zeilen"))["items-0-start"] == "09:30"  # when the day begins
    page, pages = page.send(button="Alle Zeilen", **rows()), pages + 1
    assert (page.status, page.address, pages) == (200, QUICK, 2)
    assert "Gespeichert: 22 Zeilen." in page.text
    plan = plan_of(app, event_id)
    assert [(one.title, one.starts_at) for one in plan.of(Thing.ITEM).values()] == [
        ("Ankommen", at("9:00")),
        ("Begrüßung", at("9:30")),
        ("Vortrag", at("10:00")),
        ("Kaffee", at("10:45")),
        ("Mittag", at("12:15")),
        ("Kaffee", at("14:45")),
        ("Ausblick", at("15:00")),
    ]
    assert [(one.number, one.title, one.ends_at) for one in plan.of(Thing.ROUND).values()] == [
        (1, "Workshoprunde 1", at("12:15")),
        (2, "Runde am Nachmittag", at("14:45")),
    ]
    labels = [run.label for run in plan.of(Thing.RUN).values()]
    assert labels == ["1.1", "1.2", "1.3", "1.9", "2.1", "2.2", "2.3", "2.4", "2.5"]
    assert len(plan.of(Thing.WORKSHOP)) == 7  # two of them run twice
    people = [one.name for one in plan.of(Thing.CONTRIBUTOR).values()]
    assert people[:3] == ["Dr. Ada Probe, Landrätin", "Ben Beispiel", "Cem Muster"]
    assert len(people) == 3 + 6
    with app.app_context():
        rooms = db.session.execute(select(Room.name, Room.seats).order_by(Room.position)).all()
        assert [tuple(one) for one in rooms] == [
            ("Großer Saal", 120),
            ("Raum Birke", 26),
            ("Raum Ahorn", None),
            ("Foyer", None),
        ]
        public = db.session.scalars(select(Run.id)).all(), db.session.scalars(select(Round.id)).all()
        assert [len(one) for one in public] == ([0, 0] if released else [9, 2])
    assert (
        page.values(page.form(button="Alle Zeilen"))["items-0-start"] == "15:45"
    )  # goes on where the day ends so far
    assert "1.9 Führung" in page.text


def refused(app: Flask, event_id: int, **typed: str) -> Page:
    page = lead(app, event_id).get(QUICK).send(button="Alle Zeilen", **typed)
    assert page.status == 422
    kept = page.values(page.form(button="Alle Zeilen"))
    assert {name: kept[name].strip() for name in typed if name in kept} == typed
    return page


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"items-4-end": "12:15", "items-4-kind": "break", "items-4-title": "A"}, "items-4-start", "Uhrzeit"),
        ({"items-1-start": "9:00", "items-1-title": "Rede", "items-1-kind": "keynote"}, "items-1-end", "Uhrzeit"),
        ({"items-1-start": "9:00", "items-1-end": "8:00", "items-1-title": "Rede", "items-1-kind": "keynote"}, "items-1-end", "Ende"),
        ({"items-1-start": "9:99", "items-1-end": "10:00", "items-1-title": "Rede", "items-1-kind": "keynote"}, "items-1-start", "Uhrzeit"),
        ({"items-0-end": "16:30", "items-0-title": "Rede"}, "items-0-kind", "wählen"),
        ({"items-0-end": "16:30", "items-0-kind": "keynote"}, "items-0-title", "aus"),
        ({"items-0-end": "16:30", "items-0-kind": "keynote", "items-0-title": "A", "items-0-room": "Turm"}, "items-0-room", "Raum"),
        ({"items-0-end": "16:30", "items-0-kind": "keynote", "items-0-title": "A", "items-0-people": "A; A"}, "items-0-people", "steht hier schon"),
        ({"items-0-end": "16:30", "items-0-kind": "@round", "items-0-room": "Foyer"}, "items-0-room", "Runde"),
        ({"items-0-start": "11:00", "items-0-end": "11:30", "items-0-kind": "@round"}, "items-0-start", "selben Zeit"),
        ({"workshops-3-title": "A"}, "workshops-3-round", "Nummer"),
        ({"workshops-3-title": "A", "workshops-3-round": "7"}, "workshops-3-round", "Runde"),
        ({"workshops-3-title": "A", "workshops-3-round": "1", "workshops-3-label": "1.1"}, "workshops-3-label", "Nummer"),
        ({"workshops-3-title": "A", "workshops-3-round": "1", "workshops-3-places": "-4"}, "workshops-3-places", "ganze Zahl"),
        ({"rooms": "Turm\nturm"}, "rooms", "zweimal"),
        ({"rooms": "Foyer; 4"}, "rooms", "schon"),
        ({"rooms": "Turm; 99999"}, "rooms", "Plätze"),
    ],
)  # fmt: skip
def test_a_bad_row_is_answered_at_its_row_and_nothing_is_saved(
    app: Flask, typed: dict[str, str], field: str, words: str
) -> None:
    event_id, _ = a_day(app)
    before = plan_of(app, event_id)
    good = {"items-8-start": "16:00", "items-8-end": "16:30", "items-8-kind": "break", "items-8-title": "Tee"}
    page = refused(app, event_id, **(typed | good if field.startswith("workshops") else typed))
    assert list(page.errors()) == [field]
    assert words in page.errors()[field]
    assert plan_of(app, event_id) == before


def test_every_bad_row_is_named_at_once(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    items = [
        *ITEMS[:2],
        ("", "11:00", "keynote", "Vortrag", "Turm", ""),
        ("10:30", "11:30", "@round", "", "", ""),
    ]
    items.append(("11:00", "12:00", "@round", "", "", ""))
    page = refused(app, event_id, **rows(items, [(9, "", "A", "", "", "")]))
    assert list(page.errors()) == ["items-2-room", "items-4-start", "workshops-0-round"]
    assert "Zeile 3, Raum:" in page.text
    assert "Workshop 1, Runde:" in page.text
    with app.app_context():
        assert db.session.scalars(select(AgendaItem.id)).all() == []
        assert db.session.scalars(select(Room.id)).all() == []


@pytest.mark.parametrize("start", ["16:30", "gleich danach"])
def test_a_row_of_nothing_but_a_time_is_not_dropped(app: Flask, start: str) -> None:
    """The page itself fills in the first start alone; every other time was typed."""
    event_id, _ = a_day(app)
    good = {"items-0-end": "16:30", "items-0-kind": "break", "items-0-title": "Tee"}
    page = refused(app, event_id, **good, **{"items-1-start": start})
    assert {"items-1-end", "items-1-kind", "items-1-title"} <= set(page.errors())
    assert "Tee" not in titles(app, event_id)


def test_nothing_typed_is_said(app: Flask) -> None:
    event_id, _ = a_day(app)
    page = lead(app, event_id).get(QUICK).send(button="Alle Zeilen")
    assert page.status == 422
    assert "mindestens eine Zeile" in page.text


def test_rows_lie_on_the_chosen_date_and_past_midnight(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False, ends_at=at("15:00", date(2031, 3, 14)))
    page = lead(app, event_id).get(QUICK)
    typed = rows([("21:00", "1:00", "@round", "Nacht", "", "")], [])
    page.send(button="Alle Zeilen", **typed, date="2031-03-14")
    (round_,) = plan_of(app, event_id).of(Thing.ROUND).values()
    assert (round_.starts_at, round_.ends_at) == (
        at("21:00", date(2031, 3, 14)),
        at("1:00", date(2031, 3, 15)),
    )


def test_viewers_enter_nothing(app: Flask) -> None:
    event_id, _ = a_day(app)
    assert somebody(app, "seherin@example.org", event_id, Role.VIEWER).get(QUICK).status == 403
