# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The pages: asking, waiting, the result with its bound, changing a seat, publishing, files; and what a person reads."""

import io

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from app import documents
from app.people.models import AuditEntry
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.tables.models import SeatingGuest
from app.tables.printing import PERSON_CARD
from app.web.database import db
from tests.organising.helpers import signs_up
from tests.pages import Visitor
from tests.pdf import beyond_the_margins, text_of
from tests.people.helpers import signed_in
from tests.tables.day import HOUSES, a_seating, a_table_day, look, quick, reference, seats, works

__all__ = ["quick"]
pytestmark = pytest.mark.usefixtures("quick")


def visit(app: Flask, who: str = "lea") -> Visitor:
    return Visitor(signed_in(app, f"{who}@example.org"))


def address_of(app: Flask, registration_id: int) -> str:
    with app.test_request_context():
        return f"/my/{personal_token(db.session.get_one(Registration, registration_id))}"


def test_asked_for_worked_out_published_and_read(app: Flask) -> None:
    made = a_table_day(app)
    visitor = visit(app)
    page = visitor.get(made.desk)
    assert page.heading == "Gesprächstische"
    assert "Zurzeit nehmen 12 Personen teil." in page.text
    host = reference(app, made.people[1])
    page = page.follow("Tische berechnen").send(
        tables="4", seats="4", rounds="10:00 Ankommen\n10:30 Vertiefen", hosts=f"3 {host}"
    )
    assert "Die Tische warten darauf" in page.text
    assert page.response.headers["Refresh"]
    works(app)
    page = visitor.get(page.response.request.path)
    assert "Refresh" not in page.response.headers
    assert "0, also sind keine Tische besser" in page.text
    assert f"({'betreut den Tisch'})" in page.text
    page = page.follow("Veröffentlichen")
    assert "12 Personen lesen" in page.text
    assert "Niemand bekommt eine E-Mail." in page.text
    page = page.send()
    assert "Veröffentlicht: Alle lesen es" in page.response.get_data(as_text=True)
    mine = Visitor(app.test_client()).get(address_of(app, made.people[1]))
    assert "10:00 Ankommen: Tisch 3 (Sie betreuen ihn)" in mine.text
    own = Visitor(app.test_client()).get(f"{address_of(app, made.people[1])}/data")
    assert "10:30 Vertiefen: Tisch 3 (Sie betreuen ihn)" in own.text
    file = app.test_client().get(f"{address_of(app, made.people[1])}/data.json").json
    assert file is not None
    assert file["tables"][0] == {"round": "10:00 Ankommen", "table": 3, "hosts": True}
    visitor.get(page.response.request.path).send(button="Zurücknehmen")
    assert "Tisch 3" not in Visitor(app.test_client()).get(address_of(app, made.people[1])).text


def test_bad_input_is_answered_at_its_field_and_stays(app: Flask) -> None:
    made = a_table_day(app)
    page = visit(app).get(f"{made.desk}/new")
    for changes, field, sentence in [
        ({"tables": "0"}, "tables", "1 bis 100"),
        ({"seats": "2"}, "seats", "12 Personen passen nicht auf 8 Plätze."),
        ({"rounds": "a\nb\nc\nd\ne"}, "rounds", "eine bis 4 Zeilen"),
        ({"rounds": "x" * 81}, "rounds", "Höchstens 80 Zeichen"),
        ({"hosts": "Aylin Muster"}, "hosts", "„Aylin Muster“ beginnt nicht"),
        ({"hosts": "9 Muster001"}, "hosts", "Einen Tisch 9 gibt es nicht"),
        ({"hosts": "1 Muster001\n2 Muster001"}, "hosts", "schon einen Tisch betreut"),
        ({"hosts": "1 Niemand"}, "hosts", "Niemand mit einem Platz am Tag"),
    ]:
        refused = page.send(**{"tables": "4", "seats": "4", **changes})
        assert refused.status == 422, changes
        assert sentence in refused.errors()[field]
        (name, typed) = next(iter(changes.items()))
        assert refused.values(refused.form())[name] == typed


def test_others_like_these_keep_what_was_typed_but_the_lot(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made, hosts={made.people[1]: (3, "3 Aylin")})
    page = visit(app).get(f"{made.desk}/{found}").follow("Ähnliche berechnen")
    values = page.values(page.form())
    assert (values["tables"], values["seats"], values["rounds"]) == ("4", "4", "Runde 1\nRunde 2")
    assert values["hosts"].startswith("3 Muster001")
    assert values["seed"] != "7"
    page.send()
    works(app)
    assert "Nebeneinander" in visit(app).get(made.desk).text


def test_one_seat_is_changed_and_a_stale_page_shows_both(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made)
    one = made.people[2]
    with app.app_context():
        guest = db.session.scalar(select(SeatingGuest.id).where(SeatingGuest.registration_id == one))
    visitor = visit(app)
    page = visitor.get(f"{made.desk}/{found}/people/{guest}")
    table = next(str(number) for number in range(1, 5) if number != seats(app, found)[one][0])
    changed = page.send(round="1", table=table)
    assert "Der Platz ist geändert." in changed.response.get_data(as_text=True)
    assert seats(app, found)[one][0] == int(table)
    stale = page.send(round="2", table="1")
    assert stale.status == 409
    again = stale.send(round="1", partner="Niemand")
    assert "partner" in again.errors()
    partner = next(who for who, at in seats(app, found).items() if at[0] != int(table) and who != one)
    before = seats(app, found)[partner][0]
    assert again.send(round="1", partner=reference(app, partner)).status == 200
    assert seats(app, found)[one][0] == before


def test_who_came_later_is_filled_in_by_a_button(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made)
    signs_up(app, made.day, 21, organisation=HOUSES[0])
    page = visit(app).get(f"{made.desk}/{found}")
    assert "1 Person hat noch keinen Platz" in page.text
    assert "Sonst wechselte niemand." in page.send(button="Auffüllen").response.get_data(as_text=True)
    assert look(app, found).later == 0
    for number in range(22, 27):
        signs_up(app, made.day, number, organisation=HOUSES[0])
    refused = visit(app).get(f"{made.desk}/{found}").send(button="Auffüllen")
    assert "18 Personen passen nicht auf 16 Plätze." in refused.response.get_data(as_text=True)


def test_one_is_removed_but_not_what_people_read(app: Flask) -> None:
    made = a_table_day(app)
    kept, gone = a_seating(app, made, nonce="a", published=True), a_seating(app, made, nonce="b")
    visitor = visit(app)
    assert "Bitte nehmen Sie sie zuerst zurück." in visitor.get(f"{made.desk}/{kept}/remove").text
    visitor.get(f"{made.desk}/{gone}/remove").send()
    assert visitor.get(f"{made.desk}/{gone}").status == 404
    assert visitor.get(f"{made.desk}/{kept}").status == 200


@pytest.mark.long
def test_lists_and_cards_leave_the_house_and_that_is_written_down(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made, hosts={made.people[1]: (3, "3 Aylin")})
    page = visit(app, "otto").get(f"{made.desk}/{found}")
    files = {
        kind: page.visitor.post(
            f"{made.desk}/{found}/export",
            {**page.values(page.form(f"{made.desk}/{found}/export", "CSV")), "format": kind},
        ).response
        for kind in ("csv", "xlsx", "lists", "tables", "people")
    }
    lines = files["csv"].get_data().decode("utf-8-sig").splitlines()
    assert lines[0] == "Nummer;Name;Organisation;Runde 1;Runde 2;Betreut Tisch"
    assert len(lines) == 13
    assert any(line.endswith(";3;3;3") for line in lines)
    sheet = load_workbook(io.BytesIO(files["xlsx"].get_data())).active
    assert [cell.value for cell in sheet[2]][3:5] == list(next(one.tables for one in look(app, found).seated))
    for kind in ("lists", "tables", "people"):
        assert files[kind].mimetype == "application/pdf"
        assert beyond_the_margins(files[kind].get_data()) == []
    assert "Muster001, Aylin (betreut den Tisch)" in text_of(files["lists"].get_data())
    assert "Tisch 4" in text_of(files["tables"].get_data())
    assert "Runde 2: Tisch 3" in text_of(files["people"].get_data())
    with app.app_context():
        written = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "seating.export").order_by(AuditEntry.id)
        ).all()
        assert [one.detail["format"] for one in written] == list(files)
        assert written[0].detail["rows"] == 12


@pytest.mark.long
def test_what_is_too_long_for_a_card_gets_smaller_letters() -> None:
    lines = [f"Eine Runde mit einem ziemlich langen Namen {number}" for number in range(20)]
    cards = documents.cards([("Maximiliane Muster-Beispielhausen " * 3, lines)], *PERSON_CARD)
    pdf = documents.typeset(documents.Document("Karten", "de", "Fuß", "Seite", (cards,)))
    found = text_of(pdf)
    assert all(line in found for line in lines)
    assert beyond_the_margins(pdf) == []


def test_who_may_not_sees_nothing(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made)
    other = a_table_day(app, 2, "andere")
    for who in ("chris", "vera"):
        for path in ("", "/new", f"/{found}", f"/{found}/publish", f"/{found}/remove"):
            assert visit(app, who).get(made.desk + path).status == 403
    assert visit(app).get(f"{other.desk}/{found}").status == 404
    assert visit(app).get(f"{made.desk}/{found}/people/999").status == 404
    page = visit(app).get(f"{made.desk}/{found}")
    sent = page.values(page.form(f"{made.desk}/{found}/export", "CSV"))
    assert page.visitor.post(f"{made.desk}/{found}/export", {**sent, "format": "exe"}).status == 404


def test_in_english(app: Flask) -> None:
    made = a_table_day(app)
    found = a_seating(app, made)
    visitor = visit(app)
    visitor.headers = {"Accept-Language": "en"}
    assert "so no tables are better" in visitor.get(f"{made.desk}/{found}").text
