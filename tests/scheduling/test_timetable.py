# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The timetable of the working copy: what stands where, and the form that puts it elsewhere."""

from datetime import datetime

import pytest
from flask import Flask

from app.people.rules import Role
from app.programme.plan import ItemFacts, Plan, RoundFacts, RunPlan
from app.programme.rules import Thing
from app.programme.timetable import Timetable, timetables, unplaced
from app.programme.workshop_facts import WorkshopFacts
from tests.factories.days import at
from tests.factories.organising import a_day, somebody
from tests.pages import Page
from tests.scheduling.test_organiser_views import HOME, lead
from tests.scheduling.test_quick import plan_of

TIMETABLE = f"{HOME}/programme/timetable"


def item(title: str, starts: str, ends: str, room_id: int | None = 1) -> ItemFacts:
    return ItemFacts("talk", title, at(starts), at(ends), room_id=room_id)


def plan(*items: ItemFacts) -> Plan:
    return Plan({(Thing.ITEM, number): one for number, one in enumerate(items, start=1)})


def cells(table: Timetable, room_id: int) -> list[tuple[datetime, int, str]]:
    return [
        (cell.starts_at, cell.quarters, ",".join(one.title for one in cell.placed))
        for row in table.rows
        for cell in row.cells
        if cell.room_id == room_id
    ]


@pytest.mark.parametrize(
    ("items", "stands"),
    [
        ([item("A", "9:00", "9:30"), item("B", "9:30", "9:45")], [("9:00", 2, "A"), ("9:30", 1, "B")]),
        ([item("A", "9:00", "9:15"), item("B", "9:30", "9:45")], [("9:00", 1, "A"), ("9:15", 1, ""), ("9:30", 1, "B")]),
        ([item("A", "9:00", "9:30"), item("B", "9:15", "10:00")], [("9:00", 4, "A,B")]),
        ([item("A", "9:10", "9:20"), item("B", "9:20", "9:30")], [("9:00", 2, "A,B")]),
        ([item("A", "9:00", "9:15"), item("B", "9:00", "9:30", 2)], [("9:00", 1, "A"), ("9:15", 1, "")]),
        ([item("A", "9:00", "9:30"), item("B", "9:00", "9:30", None)], [("9:00", 2, "A")]),
    ],
)  # fmt: skip
def test_a_cell_is_as_high_as_what_is_in_it(
    items: list[ItemFacts], stands: list[tuple[str, int, str]]
) -> None:
    (table,) = timetables(plan(*items), [(1, "Saal"), (2, "Foyer")])
    assert cells(table, 1) == [(at(starts), quarters, title) for starts, quarters, title in stands]
    for room_id in (1, 2):  # every row of every column is covered once
        assert sum(quarters for _starts, quarters, _title in cells(table, room_id)) == len(table.rows)


def test_many_rooms_are_several_tables() -> None:
    found = timetables(plan(item("A", "9:00", "9:30", 8)), [(number, str(number)) for number in range(1, 9)])
    assert [[one for one, _name in table.rooms] for table in found] == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert timetables(Plan(), [(1, "Saal")]) == []
    assert timetables(plan(item("A", "9:00", "9:30")), []) == []


def test_what_has_no_room_and_what_runs_nowhere_is_listed() -> None:
    day = plan(item("Tee", "9:00", "9:30", None), item("Rede", "9:30", "10:00"))
    day = day.put((Thing.ROUND, 1), RoundFacts(1, "Runde", at("10:00"), at("11:00")))
    day = day.put((Thing.WORKSHOP, 1), WorkshopFacts("Haltung")).put(
        (Thing.WORKSHOP, 2), WorkshopFacts("Recht")
    )
    day = day.put((Thing.RUN, 1), RunPlan("1.1", 1, workshop_id=1))
    assert [(one.key, one.title) for one in unplaced(day)] == [
        ("item-1", "Tee"),
        ("run-1", "1.1 Haltung"),
        ("workshop-2", "Recht"),
    ]


# -- the page


def send(page: Page, **typed: object) -> Page:
    return page.send(button="Verlegen", **typed)


@pytest.mark.parametrize("released", [False, True])
def test_things_are_put_elsewhere(app: Flask, released: bool) -> None:
    event_id, ids = a_day(app, released=released)
    visitor = lead(app, event_id)
    page = visitor.get(f"{TIMETABLE}?what=item-{ids['item-3']}")
    values = page.values(page.form(button="Verlegen"))
    assert (values["what"], values["start"], values["room_id"], values["end"]) == (
        f"item-{ids['item-3']}",
        "10:00",
        str(ids["Großer Saal"]),
        "",
    )
    page = send(page, room_id=str(ids["Foyer"]), start="10:15")
    assert "„Vortrag: Was Akten nicht erzählen“ ist verlegt." in page.text
    facts = plan_of(app, event_id).get(Thing.ITEM, ids["item-3"])
    assert (facts.times, facts.room_id) == ((at("10:15"), at("11:00")), ids["Foyer"])
    page = send(page, what=f"item-{ids['item-3']}", room_id="", start="10:15", end="10:30")
    facts = plan_of(app, event_id).get(Thing.ITEM, ids["item-3"])
    assert (facts.times, facts.room_id) == ((at("10:15"), at("10:30")), None)
    page = send(page, what=f"round-{ids['round-2']}", room_id="", start="13:45")
    assert plan_of(app, event_id).get(Thing.ROUND, ids["round-2"]).times == (at("13:45"), at("15:00"))
    page = send(page, what=f"run-{ids['1.1']}", room_id=str(ids["Großer Saal"]), start="14:00")
    run = plan_of(app, event_id).get(Thing.RUN, ids["1.1"])
    assert (run.round_id, run.label, run.room_id) == (ids["round-2"], "1.1", ids["Großer Saal"])
    send(page, what=f"run-{ids['1.2']}", room_id=str(ids["Foyer"]), start="11:00")
    run = plan_of(app, event_id).get(Thing.RUN, ids["1.2"])
    assert (run.round_id, run.room_id) == (ids["round-1"], ids["Foyer"])


def test_a_workshop_that_runs_nowhere_gets_its_round(app: Flask) -> None:
    event_id, ids = a_day(app)
    visitor = lead(app, event_id)
    visitor.get(f"{HOME}/programme/workshops/new").send(title="Haltung zeigen")
    page = visitor.get(TIMETABLE)
    assert "Haltung zeigen" in page.text
    number = max(plan_of(app, event_id).of(Thing.WORKSHOP))
    page = send(page, what=f"workshop-{number}", room_id=str(ids["Foyer"]), start="11:00")
    run = list(plan_of(app, event_id).of(Thing.RUN).values())[-1]
    assert (run.label, run.round_id, run.room_id) == ("1.3", ids["round-1"], ids["Foyer"])
    assert "1.3 Haltung zeigen" in page.text


@pytest.mark.parametrize(
    ("what", "typed", "field"),
    [
        ("1.1", {"start": "9:00"}, "start"),
        ("1.1", {"start": "11:00", "end": "12:00"}, "end"),
        ("item-1", {"start": "10:00", "end": "9:00"}, "end"),
        ("item-1", {"start": ""}, "start"),
        ("item-1", {"start": "9:00", "room_id": "99"}, "room_id"),
        ("round-1", {"start": "13:30", "room_id": ""}, "start"),
        ("nix", {"start": "9:00"}, "what"),
    ],
)
def test_what_does_not_fit_is_said(app: Flask, what: str, typed: dict[str, str], field: str) -> None:
    event_id, ids = a_day(app)
    kind = "run" if "." in what else what.split("-", maxsplit=1)[0]
    before = plan_of(app, event_id)
    sent = {"room_id": str(ids["Foyer"]) if kind != "round" else "", **typed}
    page = send(lead(app, event_id).get(TIMETABLE), what=f"{kind}-{ids.get(what, 0)}", **sent)
    assert page.status == 422
    assert list(page.errors()) == [field]
    assert plan_of(app, event_id) == before


def test_what_somebody_else_moved_meanwhile_is_not_moved_back(app: Flask) -> None:
    event_id, ids = a_day(app)
    first, second = lead(app, event_id), somebody(app, "zweite@example.org", event_id, Role.ORGANISER)
    mine, theirs = first.get(f"{TIMETABLE}?what=item-{ids['item-1']}"), second.get(TIMETABLE)
    send(mine, start="8:30")
    theirs = send(theirs, what=f"item-{ids['item-1']}", start="8:45", room_id="")
    assert theirs.status == 409
    assert plan_of(app, event_id).get(Thing.ITEM, ids["item-1"]).starts_at == at("8:30")
    send(theirs)
    assert plan_of(app, event_id).get(Thing.ITEM, ids["item-1"]).starts_at == at("8:45")


def test_an_empty_day_says_what_to_do(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    page = lead(app, event_id).get(TIMETABLE)
    assert "Noch gibt es nichts zu zeigen" in page.text
    assert page.follow("Schnell eintragen").status == 200


def test_viewers_see_no_editor(app: Flask) -> None:
    event_id, _ = a_day(app)
    assert somebody(app, "seherin@example.org", event_id, Role.VIEWER).get(TIMETABLE).status == 403
