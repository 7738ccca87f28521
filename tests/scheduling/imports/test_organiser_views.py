# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A programme from a file on the pages: looked at, its names explained, taken over once and as it was shown (T02, T23)."""

import io
import re

import openpyxl
from flask import Flask
from sqlalchemy import select

from app.events.models import Event
from app.people.models import AuditEntry
from app.programme.models import AgendaItem, Run
from app.web.database import db, transaction
from tests.abuse.mutations import BOUNDARY, Part, multipart
from tests.organising.helpers import Day, a_day
from tests.pages import Page, Visitor
from tests.people.helpers import signed_in
from tests.scheduling.imports.shapes import as_xml, conference

OTTO, VERA = "otto@example.org", "vera@example.org"
TABLE = (
    "Datum;Beginn;Ende;Titel;Art;Raum;Name;Funktion\r\n"
    "13.03.2031;9:30;10:10;Begrüßung;Begrüßung;Großer Saal;Ada Probe;Leiterin\r\n"
    "13.03.2031;16:00;17:00;Ausklang <b>fett</b>;Ständchen;Garten;;\r\n"
    "13.03.2031;18:00;17:00;Verdreht;;;;\r\n"
)


def uploaded(app: Flask, day: Day, content: bytes, name: str = "programm.csv", who: str = OTTO) -> Page:
    visitor = Visitor(signed_in(app, who))
    return visitor.get(f"{day.home}/programme/import").send(file=(io.BytesIO(content), name))


def items_of(app: Flask, day: Day) -> dict[str, AgendaItem]:
    with app.app_context():
        rows = db.session.scalars(select(AgendaItem).where(AgendaItem.event_id == day.event_id)).all()
        return {one.title: one for one in rows}


def unreleased(app: Flask) -> Day:
    day = a_day(app)
    with app.app_context(), transaction() as session:
        session.get_one(Event, day.event_id).agenda_released_at = None
    return day


def test_a_table_is_looked_at_and_taken_over(app: Flask) -> None:
    day = unreleased(app)
    page = uploaded(app, day, TABLE.encode())
    assert page.status == 200
    said = page.text
    assert "Der Raum „Garten“ ist nicht bekannt." in said
    assert "Zeile 4" in said
    assert "Zeile 3" in said
    assert "Ausklang <b>fett</b>" in said
    assert page.tree.xpath("//main//b") == []
    before = items_of(app, day)
    assert set(before) & {"Ausklang <b>fett</b>"} == set()

    looked = page.visitor.get(f"{page.address}?make_rooms=y")
    assert "Neue Räume: Garten." in looked.text
    assert "Neue Arten: Ständchen." in looked.text
    refused = looked.send()
    assert refused.status == 422
    done = refused.send(leave_out="y")
    assert "Die Datei ist übernommen: 1 neu, 1 geändert." in done.text
    assert "1 Eintrag wurde weggelassen." in done.text
    after = items_of(app, day)
    assert set(after) == {*before, "Ausklang <b>fett</b>"}
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "agenda.import")).one()
        assert entry.detail == {"added": 1, "changed": 1, "left_out": 1}
        welcome = db.session.get_one(AgendaItem, before["Begrüßung"].id)
        assert [(one.name, one.function) for one in welcome.contributors] == [("Ada Probe", "Leiterin")]
    # The file is forgotten: a second press finds nothing.
    assert page.visitor.get(page.address).status == 404


def test_what_names_mean_is_chosen_on_the_page(app: Flask) -> None:
    day = unreleased(app)
    page = uploaded(app, day, TABLE.encode())
    (room,) = page.tree.xpath("//select[starts-with(@name, 'room-')]/@name")
    (kind,) = page.tree.xpath("//select[starts-with(@name, 'kind-')]/@name")
    looked = page.visitor.get(page.address, query_string={room: "=Foyer", kind: "evening"})
    assert "Neue Räume" not in looked.text
    assert "Neue Arten" not in looked.text
    looked.send(leave_out="y")
    made = items_of(app, day)["Ausklang <b>fett</b>"]
    assert made.kind == "evening"
    with app.app_context():
        row = db.session.get_one(AgendaItem, made.id)
        assert row.room is not None
        assert row.room.name == "Foyer"


def test_what_is_not_as_it_was_shown_is_shown_again(app: Flask) -> None:
    day = unreleased(app)
    page = uploaded(app, day, TABLE.encode())
    looked = page.visitor.get(f"{page.address}?make_rooms=y")
    with app.app_context(), transaction() as session:
        session.get_one(AgendaItem, items_of(app, day)["Begrüßung"].id).note = "Neu"
    again = looked.send(leave_out="y")
    assert again.status == 422
    assert "Das Programm wurde inzwischen geändert." in again.text
    assert "Die Datei ist übernommen" in again.send(leave_out="y").text


def test_a_released_agenda_changes_in_the_working_copy_only(app: Flask) -> None:
    day = a_day(app)
    before = {title: one.version for title, one in items_of(app, day).items()}
    with app.app_context():
        runs = db.session.scalars(select(Run.version)).all()
    page = uploaded(app, day, as_xml(conference(2), "frab"), "konferenz.xml")
    looked = page.visitor.get(f"{page.address}?make_rooms=y")
    assert "niemand sieht es" in looked.text
    assert "Die Datei ist übernommen" in looked.send(leave_out="y").text
    assert {title: one.version for title, one in items_of(app, day).items()} == before
    with app.app_context():
        assert db.session.scalars(select(Run.version)).all() == runs
    assert "Eröffnung" in page.visitor.get(f"{day.home}/programme").text


def test_what_cannot_be_read_stands_at_the_field(app: Flask) -> None:
    day = a_day(app)
    for content, name, said in (
        (b"<schedule>\n<a></schedule>", "a.xml", "Zeile 2, Spalte 6"),
        (as_xml(conference(1), "frab"), "a.json", "Diese Datei heißt .json"),
        (b"", "a.csv", "Diese Datei ist leer."),
    ):
        page = uploaded(app, day, content, name)
        assert page.status == 422
        assert said.casefold() in page.errors()["file"].casefold()


def test_fifty_megabytes_are_refused_before_they_are_read(app: Flask) -> None:
    day = a_day(app)
    much = multipart([Part(b"file", b"<schedule>" + b" " * 50_000_000, "a.xml")])
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    answer = signed_in(app, OTTO).post(f"{day.home}/programme/import", data=much, content_type=kind)
    assert answer.status_code == 413
    assert "größer, als dieses Formular annimmt" in answer.get_data(as_text=True)


def test_templates_come_with_headings_and_an_example(app: Flask) -> None:
    day = a_day(app)
    client = signed_in(app, OTTO)
    table = client.get(f"{day.home}/programme/import/template.csv").get_data(as_text=True)
    assert table.startswith("\ufeffDatum;Beginn;Ende;")
    assert "\r\n13.03.2031;11:00;12:30;;Beraten ohne Vorurteil;" in table
    book = client.get(f"{day.home}/programme/import/template.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).active
    assert [one.value for one in sheet[1]][:3] == ["Datum", "Beginn", "Ende"]
    assert sheet.max_row == 2
    page = uploaded(app, day, book.data, "vorlage.xlsx")
    assert page.status == 200


def test_only_who_edits_comes_in_and_nobody_finds_the_file_of_another(app: Flask) -> None:
    day, other = a_day(app), a_day(app, "andere")
    page = uploaded(app, day, TABLE.encode())
    name = page.address.rpartition("/")[2]
    assert re.fullmatch("[0-9a-f]{32}", name)
    assert page.visitor.get(f"{other.home}/programme/import/{name}").status == 404
    lea = Visitor(signed_in(app, "lea@example.org"))
    assert lea.get(f"{day.home}/programme/import/{name}").status == 404
    assert signed_in(app, VERA).get(f"{day.home}/programme/import").status_code in {403, 404}
