# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the programme has already: once more, shifted, and a new item where the last one ends."""

from datetime import date

import pytest
from flask import Flask

from app.people.rules import Role
from app.programme.plan import Plan
from app.programme.rules import Thing
from tests.factories.days import at
from tests.factories.organising import a_day, somebody
from tests.scheduling.test_organiser_views import HOME, lead
from tests.scheduling.test_quick import plan_of

PROGRAMME = f"{HOME}/programme"
SHIFT = f"{PROGRAMME}/shift"


def begins(plan: Plan, thing: Thing) -> list[str]:
    return [one.starts_at.astimezone(at("9:00").tzinfo).isoformat()[11:16] for one in plan.of(thing).values()]


def test_save_and_next_begins_where_the_last_one_ends(app: Flask) -> None:
    event_id, ids = a_day(app)
    visitor = lead(app, event_id)
    page = visitor.get(f"{PROGRAMME}/items/new")
    assert page.values(page.form())["start"] == "15:45"
    page = page.send(end="16:00", title="Tee", kind="break", next="1")
    assert page.address == f"{PROGRAMME}/items/new"
    assert "„Tee“ steht jetzt im Tagesablauf." in page.text
    assert page.values(page.form())["start"] == "16:00"
    page = visitor.get(f"{PROGRAMME}/items/{ids['item-1']}").send(end="9:20", next="1")
    assert page.values(page.form())["start"] == "09:20"
    assert page.send(end="9:30", title="Musik").address == PROGRAMME
    assert visitor.get(f"{PROGRAMME}/items/new?after=nix").status == 200


def test_save_and_next_goes_on_in_the_working_copy(app: Flask) -> None:
    event_id, _ = a_day(app, released=True)
    page = (
        lead(app, event_id)
        .get(f"{PROGRAMME}/items/new")
        .send(start="7:00", end="7:30", title="Früh", next="1")
    )
    assert page.values(page.form())["start"] == "07:30"


@pytest.mark.parametrize("released", [False, True])
def test_an_item_follows_itself_once_more(app: Flask, released: bool) -> None:
    event_id, ids = a_day(app, released=released)
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/people/item-{ids['item-3']}/new").send(name="Ada Probe")
    visitor.get(f"{PROGRAMME}/inside/item-{ids['item-3']}/new/talk").send(title="Kurzfilm")
    visitor.get(f"{PROGRAMME}/inside/item-{ids['item-3']}/new/stand").send(organisation="Musterkreis")
    page = visitor.get(f"{PROGRAMME}/quick").send(f"{PROGRAMME}/item-{ids['item-3']}/duplicate")
    assert "Das ist die Kopie." in page.text
    values = page.values(page.form())
    assert (values["start"], values["end"], values["title"]) == (
        "10:45",
        "11:30",
        "Vortrag: Was Akten nicht erzählen",
    )
    plan = plan_of(app, event_id)
    assert [one.name for one in plan.of(Thing.CONTRIBUTOR).values()].count("Ada Probe") == 2
    assert [one.title for one in plan.of(Thing.SUB_ITEM).values()] == ["Kurzfilm", "Kurzfilm"]
    assert [one.organisation for one in plan.of(Thing.STAND).values()] == ["Musterkreis", "Musterkreis"]


def test_a_run_is_in_the_next_round_once_more(app: Flask) -> None:
    event_id, ids = a_day(app)
    visitor = lead(app, event_id)
    page = visitor.get(f"{PROGRAMME}/quick").send(f"{PROGRAMME}/run-{ids['1.1']}/duplicate")
    values = page.values(page.form())
    assert (values["round_id"], values["label"], values["room_id"]) == (
        str(ids["round-2"]),
        "2.3",
        str(ids["Raum Birke"]),
    )
    number = page.address.rsplit("/", 1)[1]
    page = visitor.get(f"{PROGRAMME}/quick").send(f"{PROGRAMME}/run-{number}/duplicate")
    values = page.values(page.form())
    assert (values["round_id"], values["label"], values["room_id"]) == (str(ids["round-2"]), "2.4", "")


def test_everything_after_a_moment_is_shifted_when_it_was_looked_at(app: Flask) -> None:
    event_id, _ = a_day(app, released=True)
    visitor = lead(app, event_id)
    before = plan_of(app, event_id)
    page = visitor.get(f"{SHIFT}?start=12:00&minutes=20&way=later")
    assert (
        "Mittagsimbiss bisher: 12:15–13:30 Uhr" in page.text or "12:15–13:30 Uhr 12:35–13:50 Uhr" in page.text
    )
    assert plan_of(app, event_id) == before
    page = page.send()
    assert "Verschoben: 3 Einträge" in page.text
    plan = plan_of(app, event_id)
    assert begins(plan, Thing.ROUND) == [at("11:00").isoformat()[11:16], at("13:50").isoformat()[11:16]]
    changed = [one for key, one in plan.things.items() if one != before.things[key]]
    assert sorted(one.starts_at for one in changed) == [at("12:35"), at("13:50"), at("15:20")]
    visitor.get(f"{SHIFT}?start=12:35&minutes=20&way=earlier").send()
    assert plan_of(app, event_id) == before


def test_another_date_stays_where_it_is(app: Flask) -> None:
    event_id, _ = a_day(app, ends_at=at("15:45", date(2031, 3, 14)))
    visitor = lead(app, event_id)
    visitor.get(f"{PROGRAMME}/items/new").send(date="2031-03-14", start="12:15", end="13:00", title="Abend")
    visitor.get(f"{SHIFT}?date=2031-03-13&start=12:15&minutes=5&way=later").send()
    found = {one.title: one.starts_at for one in plan_of(app, event_id).of(Thing.ITEM).values()}
    assert (found["Abend"], found["Mittagsimbiss"]) == (at("12:15", date(2031, 3, 14)), at("12:20"))


def test_what_changed_meanwhile_is_looked_at_again(app: Flask) -> None:
    event_id, ids = a_day(app)
    visitor = lead(app, event_id)
    page = visitor.get(f"{SHIFT}?start=12:00&minutes=20&way=later")
    visitor.get(f"{PROGRAMME}/items/{ids['item-5']}").send(start="15:05")
    page = page.send()
    assert page.status == 409
    assert "15:25–16:05 Uhr" in page.text
    page.send()
    found = {one.title: one.starts_at for one in plan_of(app, event_id).of(Thing.ITEM).values()}
    assert found["Ausblick"] == at("15:25")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("start=12:00&minutes=&way=later", "minutes"),
        ("start=12:00&minutes=-5&way=later", "minutes"),
        ("start=99:00&minutes=5&way=later", "start"),
        ("start=12:00&minutes=5&way=up", "way"),
    ],
)
def test_bad_words_are_answered(app: Flask, asked: str, field: str) -> None:
    event_id, _ = a_day(app)
    page = lead(app, event_id).get(f"{SHIFT}?{asked}")
    assert page.status == 422
    assert field in page.errors()


def test_what_cannot_be_shifted_says_why(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor = lead(app, event_id)
    assert "Es würde sich nichts verschieben" in visitor.get(f"{SHIFT}?start=18:00&minutes=5&way=later").text
    page = visitor.get(f"{SHIFT}?start=13:30&minutes=120&way=earlier").send()
    assert page.status == 422
    assert "Workshoprunde 1" in page.text
    assert visitor.get(f"{SHIFT}?start=12:15").errors() == {}


def test_viewers_move_nothing(app: Flask) -> None:
    event_id, _ = a_day(app)
    assert somebody(app, "seherin@example.org", event_id, Role.VIEWER).get(SHIFT).status == 403
