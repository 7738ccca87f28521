# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' pages of the programme: rooms, items, what is taken away, the release."""

import pytest
from flask import Flask

from app.events.models import Event, Room
from app.people.rules import Role
from app.programme.models import AgendaItem, Round, Workshop
from app.programme.plan import ItemFacts
from app.programme.rules import ItemKind, Thing
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.factories.organising import Queries, a_day, somebody
from tests.pages import Visitor
from tests.scheduling.steps import add

HOME = "/organise/events/musterfachtag/programme"
HUGE = str(2**63)


def lead(app: Flask, event_id: int) -> Visitor:
    return somebody(app, "aylin@example.org", event_id, Role.LEAD)


def test_the_programme_shows_the_day_in_order_with_links_to_change_it(app: Flask) -> None:
    event_id, ids = a_day(app)
    page = lead(app, event_id).get(HOME)
    assert (page.status, page.heading) == (200, "Programm")
    text = page.text
    order = [
        "Ankommen und Kaffee",
        "Begrüßung",
        "Workshoprunde 1",
        "1.1 Beraten ohne Vorurteil",
        "Mittagsimbiss",
        "2.2",
    ]
    assert sorted(order, key=text.index) == order
    for link in (
        f"{HOME}/items/{ids['item-1']}",
        f"{HOME}/rounds/{ids['round-2']}",
        f"{HOME}/runs/{ids['1.1']}",
        f"{HOME}/workshops/{ids['workshop-1']}",
        f"{HOME}/rooms",
        f"{HOME}/release",
    ):
        assert link in page.links()


def test_an_empty_programme_says_what_to_do_next(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    visitor = lead(app, event_id)
    assert f"{HOME}/items/new" in visitor.get(HOME).links()
    assert f"{HOME}/rooms/new" in visitor.get(f"{HOME}/rooms").links()
    assert visitor.get(f"{HOME}/release").soup.main.find("form") is None  # type: ignore[union-attr]


def test_the_programme_costs_the_same_queries_however_long_the_day(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor = lead(app, event_id)
    counts = []
    for _ in range(2):
        with Queries(app) as queries:
            visitor.get(HOME)
        counts.append(queries.count)
        with app.app_context(), transaction() as session:
            for number in range(20):
                facts = ItemFacts(ItemKind.PLENARY, f"Punkt {number}", at("16:00"), at("16:10"))
                add(session, event_id, Thing.ITEM, facts, NOW)
    assert counts[0] == counts[1]
    assert counts[0] <= 13, queries.statements  # the working copy is read anew, talks and stands too


def test_an_item_is_added_changed_and_removed(app: Flask) -> None:
    event_id, ids = a_day(app)
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/items/new").send(
        start="16:00",
        end="16:30",
        kind="plenary",
        title="Film",
        note="Mit Untertiteln",
        room_id=str(ids["Großer Saal"]),
    )
    assert (page.status, page.address) == (200, HOME)
    assert "Film" in page.text
    with app.app_context():
        item = db.session.query(AgendaItem).filter_by(title="Film").one()
        assert (item.starts_at, item.ends_at, item.room.name) == (at("16:00"), at("16:30"), "Großer Saal")
        item_id = item.id
    changed = visitor.get(f"{HOME}/items/{item_id}").send(start="16.15", title="Kurzfilm")
    assert (changed.status, changed.address) == (200, HOME)
    removed = visitor.get(f"{HOME}/item-{item_id}/remove").send()
    assert "Kurzfilm“ ist entfernt" in removed.text
    with app.app_context():
        assert db.session.get(AgendaItem, item_id) is None


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"start": "25:00"}, "start"),
        ({"start": ""}, "start"),
        ({"start": "9:3"}, "start"),
        ({"end": "08:00"}, "end"),
        ({"end": "gestern"}, "end"),
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"kind": "feier"}, "kind"),
        ({"room_id": HUGE}, "room_id"),
        ({"note": "n" * 20_001}, "note"),
    ],
)
def test_a_refused_item_keeps_what_was_typed(app: Flask, typed: dict[str, str], field: str) -> None:
    """A11Y-06"""
    event_id, _ = a_day(app)
    values = {"start": "09:00", "end": "09:30", "kind": "plenary", "title": "Film", "note": "Bleibt", **typed}
    page = lead(app, event_id).get(f"{HOME}/items/new").send(**values)
    assert page.status == 422
    assert list(page.errors()) == [field]
    assert page.errors()[field]
    assert page.title.startswith("Fehler: ")
    kept = page.values(page.form())
    for name in values.keys() - {"kind", "room_id"}:  # a select can only show what it offers
        assert kept[name].strip() == values[name].replace("\x00", "").strip()


def test_a_room_in_use_is_said_after_saving_and_names_what_is_there(app: Flask) -> None:
    event_id, ids = a_day(app)
    page = lead(app, event_id).get(f"{HOME}/runs/{ids['1.2']}").send(room_id=str(ids["Raum Birke"]))
    assert (page.status, page.address) == (200, HOME)
    assert (
        "Raum Birke ist zur selben Zeit zweimal belegt: mit „1.1 Beraten ohne Vorurteil“ und"
        " „1.2 Datenschutz im Fallmanagement“ (11:00–12:15 Uhr)." in page.text
    )


def test_who_saves_second_sees_both_texts(app: Flask) -> None:
    """F30"""
    event_id, ids = a_day(app)
    first, second = lead(app, event_id), somebody(app, "mika@example.org", event_id, Role.ORGANISER)
    address = f"{HOME}/items/{ids['item-1']}"
    opened = second.get(address)
    first.get(address).send(title="Ankommen <b>fett</b>")
    page = opened.send(title="Ankommen und Tee")
    assert page.status == 409
    cells = [cell.get_text(strip=True) for cell in page.soup.main.table.tbody.find_all(["th", "td"])]  # type: ignore[union-attr]
    assert cells == ["Titel", "Ankommen <b>fett</b>", "Ankommen und Tee"]
    assert page.values(page.form())["title"] == "Ankommen und Tee"
    assert page.send().status == 200
    with app.app_context():
        assert db.session.get_one(AgendaItem, ids["item-1"]).title == "Ankommen und Tee"


def test_what_is_in_use_is_kept_with_a_sentence(app: Flask) -> None:
    event_id, ids = a_day(app)
    visitor = lead(app, event_id)
    for thing, number, address in (
        (Room, ids["Foyer"], f"{HOME}/rooms/{ids['Foyer']}"),
        (Workshop, ids["workshop-1"], f"{HOME}/workshop-{ids['workshop-1']}"),
        (Round, ids["round-1"], f"{HOME}/round-{ids['round-1']}"),
    ):
        page = visitor.get(f"{address}/remove")
        assert page.soup.select_one("main .kern-alert--warning") is not None
        assert page.soup.main.find("form") is None  # type: ignore[union-attr]
        with app.app_context():
            assert db.session.get(thing, number) is not None


def test_a_room_is_added_changed_and_removed(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/rooms/new").send(
        name="Turmzimmer", seats="12", step_free=None, loop="mobile", room_note="3. Stock"
    )
    assert (page.status, page.address) == (200, f"{HOME}/rooms")
    assert "nicht stufenlos" in page.text.lower() or "Turmzimmer" in page.text
    with app.app_context():
        room = db.session.query(Room).filter_by(name="Turmzimmer").one()
        assert (room.seats, room.step_free, room.loop.value, room.note) == (12, False, "mobile", "3. Stock")
        room_id = room.id
    kept = visitor.get(f"{HOME}/rooms/{room_id}")
    assert kept.values(kept.form())["seats"] == "12"
    assert kept.send(seats="").status == 200
    assert visitor.get(f"{HOME}/rooms/{room_id}/remove").send().address == f"{HOME}/rooms"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("seats", [HUGE, "-1", "0", "1_0", "٣", "1.5", "viele", "9" * 5000])
def test_a_strange_number_of_seats_is_refused(app: Flask, seats: str) -> None:
    event_id, _ = a_day(app)
    page = lead(app, event_id).get(f"{HOME}/rooms/new").send(name="Turm", seats=seats)
    assert page.status == 422
    assert page.errors() == {"seats": "Bitte geben Sie eine ganze Zahl von 1 bis 20000 ein."}
    assert page.values(page.form())["seats"] == seats


def test_the_agenda_is_released_by_the_lead(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor = lead(app, event_id)
    preview = visitor.get(f"{HOME}/release")
    assert "1.1 Beraten ohne Vorurteil" in preview.text
    page = preview.send()
    assert (page.status, page.address) == (200, HOME)
    assert f"{HOME}/release" not in page.links()
    assert visitor.get(f"{HOME}/release").soup.select("main form input:not([type=hidden])") == []
    with app.app_context():
        assert db.session.get_one(Event, event_id).agenda_released_at is not None
    assert preview.send().status == 422
    assert visitor.client.get("/events/musterfachtag/agenda").status_code == 200


@pytest.mark.long
def test_roles_and_strangers(app: Flask) -> None:
    """T01, T02: each page for the roles that may, none for strangers, and no id of another day."""
    event_id, ids = a_day(app)
    with app.app_context(), transaction() as session:
        from tests.factories.days import make_event

        other_id = make_event(session, slug="anderer").id
    pages = {
        HOME: Role.VIEWER,
        f"{HOME}/rooms": Role.VIEWER,
        f"{HOME}/rooms/new": Role.ORGANISER,
        f"{HOME}/rooms/{ids['Foyer']}": Role.ORGANISER,
        f"{HOME}/rooms/{ids['Foyer']}/remove": Role.ORGANISER,
        f"{HOME}/items/new": Role.ORGANISER,
        f"{HOME}/items/{ids['item-1']}": Role.ORGANISER,
        f"{HOME}/item-{ids['item-1']}/remove": Role.ORGANISER,
        f"{HOME}/round-{ids['round-1']}/remove": Role.ORGANISER,
        f"{HOME}/workshop-{ids['workshop-1']}/remove": Role.ORGANISER,
        f"{HOME}/release": Role.LEAD,
    }
    rank = [Role.VIEWER, Role.ORGANISER, Role.LEAD]
    people = {role: somebody(app, f"{role.value}@example.org", event_id, role) for role in rank}
    stranger = somebody(app, "fremd@example.org", other_id, Role.LEAD)
    for address, least in pages.items():
        for role, visitor in people.items():
            expected = 200 if rank.index(role) >= rank.index(least) else 403
            assert visitor.get(address).status == expected, (address, role)
        assert stranger.get(address).status == 404
        elsewhere = address.replace("musterfachtag", "anderer")
        assert stranger.get(elsewhere).status == (404 if any(c.isdigit() for c in elsewhere) else 200)
        assert app.test_client().get(address).status_code == 303
