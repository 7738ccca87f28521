# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""People from a file: read safely, shown with every error, and added all together or not at all (T24, T29)."""

import io
import os
import time
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from app.attendees import manual
from app.attendees.imports import kept, organiser_views
from app.attendees.imports.bounds import MOST_ROWS
from app.attendees.imports.service import Newcomer, add_many
from app.attendees.imports.tables import read_file
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.organisations.rules import UsualKind
from app.organising.checks import data_findings
from app.outbox.models import Message
from app.refusal import Refusal
from app.registration.admission import Entry
from app.registration.models import Registration
from app.registration.person import Person
from app.web.database import db, transaction
from tests.attendees.test_exports import odd_people, take_out
from tests.factories.days import NOW
from tests.organising.helpers import Day, a_day, seats_of, signs_up
from tests.pages import Page, Visitor
from tests.people.helpers import signed_in
from tests.registration.steps import KI, ORGANISER, add_organisations, contradictions, open_day

OTTO = "otto@example.org"
HEAD = "Nachname;Vorname;E-Mail;Organisation;Funktion"
GOOD = f"{HEAD}\r\nMüller;Jörg;joerg@example.org;Amt;Leitung\r\nŞahin;Ayşe;ayse@example.org;Verein;\r\n"


def uploaded(app: Flask, day: Day, content: bytes, name: str = "liste.csv") -> Page:
    visitor = Visitor(signed_in(app, OTTO))
    return visitor.get(f"{day.home}/registrations/import").send(file=(io.BytesIO(content), name))


def people_of(app: Flask, day: Day) -> list[tuple[str, str, str, str, str]]:
    with app.app_context():
        found = db.session.scalars(
            select(Registration).where(Registration.event_id == day.event_id).order_by(Registration.id)
        )
        return [
            (one.family_name, one.given_name, one.email, one.organisation.name, one.role_title)
            for one in found
        ]


def xlsx(*lines: list[object]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(file)
    return file.getvalue()


LINK = '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'


def links(*those: tuple[str, str, str]) -> str:
    return "<Relationships>" + "".join(LINK.format(*one) for one in those) + "</Relationships>"


def packed(**parts: bytes) -> bytes:
    """An archive that looks like a spreadsheet, with an index; __ stands for a slash."""
    file = io.BytesIO()
    texts = [("b", "sharedStrings", "sharedStrings.xml")] if "xl__sharedStrings" in parts else []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("_rels/.rels", links(("a", "officeDocument", "xl/workbook.xml")))
        archive.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="A" id="a"/></sheets></workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels", links(("a", "worksheet", "worksheets/sheet1.xml"), *texts)
        )
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return file.getvalue()


def packed_as(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def ods(rows: str, before: str = "") -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns"
    names = f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"'
    content = f"{before}<body {names}><table:table>{rows}</table:table></body>"
    media_type = "application/vnd.oasis.opendocument.spreadsheet"
    return packed_as(**{"mimetype": media_type, "content.xml": content})


# -- reading


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8", ";"), ("utf-8-sig", ","), ("utf-16", "\t"), ("cp1252", ";"), ("cp1252", "\t")],
)
def test_letters_and_separators(encoding: str, separator: str) -> None:
    text = "Nachname;Vorname;Ort\r\nMüller;\"Jörg; J.\";Köln\r\n\r\n;;\r\n'=1+1;O'Neil;\r\n"
    text = text.replace('"Jörg; J."', '"Jörg\n J."').replace(";", separator)
    table = read_file(text.encode(encoding)).table
    assert table.head == ["Nachname", "Vorname", "Ort"]
    assert table.rows == [(2, ["Müller", "Jörg\n J.", "Köln"]), (5, ["=1+1", "O'Neil"])]


def test_a_spreadsheet_of_another_program() -> None:
    table = read_file(
        xlsx(["Name", None, "Zahl", "Summe"], ["Öz", "x", 3, "=1+1"], [], [None, " ", 2.5])
    ).table
    assert table.head == ["Name", "", "Zahl", "Summe"]
    assert table.rows == [(2, ["Öz", "x", "3", None]), (4, ["", " ", "2.5"])]


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
ROW = b'<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>'
BOMBS = {
    "a sheet of a gigabyte": packed(xl__worksheets__sheet1=b" " * 61_000_000),
    "a million rows": packed(xl__worksheets__sheet1=SHEET % (ROW * 300_000)),
    "a cell far away": packed(xl__worksheets__sheet1=SHEET % b'<row r="1"><c r="XFD1"><v>1</v></c></row>'),
    "a row far away": packed(xl__worksheets__sheet1=SHEET % b'<row r="1048576"><c><v>1</v></c></row>'),
    "a row beyond": packed(xl__worksheets__sheet1=SHEET % b'<row r="99999999999999"><c><v>1</v></c></row>'),
    "many parts": packed(**{f"part{number}": b"" for number in range(600)}),
    "entities": packed(
        xl__worksheets__sheet1=b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SHEET % b"&b;"
    ),
    "an outside entity": packed(
        xl__worksheets__sheet1=b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SHEET % b"&a;"
    ),
    "many shared texts": packed(
        xl__worksheets__sheet1=SHEET % ROW, xl__sharedStrings=b"<sst>" + b"<si/>" * 1_100_000 + b"</sst>"
    ),
    "an endless tag": packed(xl__worksheets__sheet1=SHEET % (b'<row a="' + b"a" * 30_000_000 + b'"/>')),
    "an endless comment": packed(xl__worksheets__sheet1=SHEET % (b"<!--" + b"a" * 30_000_000 + b"-->")),
    "long tags": packed(xl__worksheets__sheet1=SHEET % ((b'<row a="' + b"a" * 950_000 + b'"/>') * 58)),
    "many tags": packed(xl__worksheets__sheet1=SHEET % (b"<a/>" * 8_000_000)),
    "merged over and over": packed(
        xl__worksheets__sheet1=(SHEET % (ROW * 15_000)).replace(
            b"</worksheet>", b'<mergeCell ref="A1:A15000"/>' * 15_000 + b"</worksheet>"
        )
    ),
    "an index outside": packed_as(**{"_rels/.rels": links(("a", "officeDocument", "../../../etc/passwd"))}),
    "no index": packed_as(**{"xl/worksheets/sheet1.xml": "<worksheet/>"}),
    "rows that repeat": ods(
        '<table:table-row table:number-rows-repeated="999999999"><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>'
    ),
    "cells that repeat": ods(
        '<table:table-row><table:table-cell table:number-columns-repeated="999999999"><text:p>a</text:p></table:table-cell></table:table-row>'
    ),
    "a row far below": ods(
        '<table:table-row table:number-rows-repeated="999999999"><table:table-cell/></table:table-row>'
        "<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>"
    ),
    "entities in OpenDocument": ods("&b;", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'),
    "many sheets of OpenDocument": ods("</table:table><table:table>" * 1_000_000),
    "no sheet": packed(other=b"<x/>"),
    "a text that is not there": packed(xl__worksheets__sheet1=SHEET % b'<row><c t="s"><v>7</v></c></row>'),
    "half an archive": packed(xl__worksheets__sheet1=SHEET % ROW)[:-30],
    "noughts": b"a;b\n\x00;\x00\n",
    "nothing": b" \r\n",
    "headings alone": HEAD.encode(),
    "too many rows": (HEAD + "\n" + "a;b\n" * (MOST_ROWS + 1)).encode(),
    "too many columns": (HEAD + "\n" + ";" * 200 + "a").encode(),
    "one endless cell": b"a;b\n" + b"x" * 200_000 + b";c",
    "too large": b"a;b\n" * 2_000_001,
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
}


SLOW = {"many tags", "many sheets of OpenDocument"}


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[pytest.mark.long] if one in SLOW else []) for one in BOMBS]
)
def test_what_is_no_table_or_too_large_is_refused_quickly(name: str) -> None:
    begun = time.process_time()
    with pytest.raises(Refusal) as refused:
        read_file(BOMBS[name])
    assert refused.value.field == "file"
    assert time.process_time() - begun < 5


# -- adding


def test_look_then_import(app: Flask) -> None:
    day = a_day(app, capacity=2)
    signs_up(app, day, 1)
    page = uploaded(app, day, GOOD.encode("cp1252", "replace").replace(b"?", b"S"))
    assert "Noch ist nichts gespeichert" in page.text
    heads = [one.get_text(strip=True) for one in page.soup.find_all("table")[-1].find_all("th", scope="col")]
    assert heads[:3] == ["Nachname", "Vorname", "E-Mail-Adresse"]
    assert len(people_of(app, day)) == 1
    done = page.send()
    assert people_of(app, day)[1:] == [
        ("Müller", "Jörg", "joerg@example.org", "Amt", "Leitung"),
        ("Sahin", "AySe", "ayse@example.org", "Verein", ""),
    ]
    assert "1 Personen sind angemeldet, 1 stehen auf der Warteliste." in done.text
    assert seats_of(app, day) == (2, 0, 1)
    with app.app_context():
        to_them = select(func.count(Message.id)).where(
            Message.recipient.in_(["joerg@example.org", "ayse@example.org"])
        )
        assert db.session.scalar(to_them) == 0
        assert contradictions(db.session(), day.event_id, NOW) == []
        assert data_findings(db.session(), NOW) == []
        folder = app.extensions["fachtag.settings"].data_dir / "imports"
        assert list(folder.iterdir()) == []


def test_in_portions_it_is_the_same_order(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who registers meanwhile need not wait for all of a long file."""
    monkeypatch.setattr(organiser_views, "PORTION", 2)
    day = a_day(app, capacity=3)
    lines = [f"Name{number};Vor;n{number}@example.org;Amt;" for number in range(5)]
    done = uploaded(app, day, "\n".join([HEAD, *lines]).encode()).send()
    assert "3 Personen sind angemeldet, 2 stehen auf der Warteliste." in done.text
    with app.app_context():
        waiting = select(Registration.email).where(Registration.waiting_number.is_not(None))
        in_line = db.session.scalars(waiting.order_by(Registration.waiting_number)).all()
        assert in_line == ["n3@example.org", "n4@example.org"]
        assert data_findings(db.session(), NOW) == []


def test_mails_only_if_asked_and_after_a_look_at_them(app: Flask) -> None:
    """What they will read and how many they are stands there first; the way back keeps what was ticked."""
    day = a_day(app, capacity=1)
    question = uploaded(app, day, GOOD.encode()).send(tell=True)
    assert "2 Personen bekommen eine E-Mail" in question.text
    assert "Guten Tag Jörg Müller" in question.text
    back = question.send(edit="1")
    assert back.soup.select_one('input[name="tell"][checked]') is not None
    assert people_of(app, day) == []
    with app.app_context():
        assert db.session.scalar(select(func.count(Message.id))) == 0
    back.send().send()
    with app.app_context():
        kinds = db.session.execute(select(Message.recipient, Message.kind).order_by(Message.id)).all()
        assert [tuple(one) for one in kinds] == [
            ("joerg@example.org", "registration.registered"),
            ("ayse@example.org", "registration.waiting"),
        ]
        assert data_findings(db.session(), NOW) == []


def test_errors_stand_at_their_cells_and_nothing_is_saved_until_they_are_left_out(app: Flask) -> None:
    day = a_day(app)
    signs_up(app, day, 1)
    lines = [
        "Gut;Gerd;gerd@example.org;Amt;",
        ";Ohne;ohne@example.org;Amt;",
        "Falsch;Fred;keine-adresse;Amt;",
        "Bild\U0001f600;Bea;bea@example.org;;",
        "Doppelt;Dora;GERD@example.org;Amt;",
        "Da;Schon;person1@example.org;Amt;",
        "Umlaut;Uwe;jürgen@example.org;Amt;",
        "<b>Fett</b>;Fee;fee@example.org;Amt;" + "x" * 201,
    ]
    page = uploaded(app, day, "\n".join([HEAD, *lines]).encode())
    cells = [
        [cell.get_text(strip=True) for cell in row.select("td, th")]
        for row in page.soup.select("table")[0].select("tbody tr")
    ]
    assert [(row[0], row[1]) for row in cells] == [
        ("3", "Nachname"),
        ("4", "E-Mail-Adresse"),
        ("5", "Nachname"),
        ("5", "Organisation"),
        ("8", "E-Mail-Adresse"),
        ("9", "Funktion oder Aufgabenbereich"),
    ]
    assert [tag.get_text(strip=True) for tag in page.soup.select(".figures dd:first-of-type")] == [
        "1",
        "2",
        "5",
    ]
    refused = page.send()
    assert refused.response.status_code == 422
    assert len(people_of(app, day)) == 1
    refused.send(leave_out=True)
    assert [one[0] for one in people_of(app, day)] == ["Muster001", "Gut"]


def test_cells_are_cleaned_and_headings_may_be_spelled_out(app: Flask) -> None:
    """What shows nothing and odd blanks of other programs go, as in every form."""
    day = a_day(app)
    head = "NACHNAME;Vor\u00adname;E-Mail;Behoerde\u00a0"
    page = uploaded(
        app,
        day,
        f"{head}\nMül\u00adler;Jo\u0308rg\u2009 Karl;jo\u200berg@example.org;\ufeffAmt\u00a050\n".encode(),
    )
    page.send()
    assert people_of(app, day) == [("Müller", "Jörg Karl", "joerg@example.org", "Amt 50", "")]


def test_columns_can_be_named_otherwise(app: Flask) -> None:
    day = a_day(app)
    page = uploaded(app, day, b"a\tb\tc\td\nAmt\tx@example.org\tEva\tMuster\n")
    assert "Niemand kann hinzugefügt werden" in page.text
    query = {"family_name": "3", "given_name": "2", "email": "1", "organisation": "0", "role_title": ""}
    page.visitor.get(page.address, query_string=query).send()
    assert people_of(app, day) == [("Muster", "Eva", "x@example.org", "Amt", "")]


def test_a_formula_in_each_column(app: Flask) -> None:
    """T29: nothing is calculated. In a spreadsheet the cell is refused, in CSV it is a text like any other."""
    day = a_day(app)
    head = HEAD.split(";")
    page = uploaded(app, day, xlsx(head, ["=1+1"] * 5), "liste.xlsx")
    assert page.text.count("Hier steht eine Formel") == 5
    page = uploaded(app, day, f"{HEAD}\n=1;+1;a@example.org;@x;-1".encode())
    page.send()
    assert people_of(app, day) == [("=1", "+1", "a@example.org", "@x", "-1")]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exports_come_back_as_the_same_people(app: Flask, kind: str) -> None:
    day, _ = odd_people(app)
    file = take_out(signed_in(app, OTTO), day, kind).data
    other = a_day(app, "other")
    uploaded(app, other, file, f"liste.{kind}").send()
    assert sorted(people_of(app, other)) == sorted(people_of(app, day))
    again = uploaded(app, other, file, f"liste.{kind}")
    assert "Niemand kann hinzugefügt werden" in again.text


def test_the_table_is_nobody_elses_and_gone_after_an_hour(app: Flask) -> None:
    """T02, T23"""
    day, other = a_day(app), a_day(app, "other")
    page = uploaded(app, day, GOOD.encode())
    path = page.address.removeprefix(day.home)
    otto, lea = signed_in(app, OTTO), signed_in(app, "lea@example.org")
    assert otto.get(day.home + path).status_code == 200
    assert otto.get(other.home + path).status_code == 404
    assert lea.get(day.home + path).status_code == 404
    assert otto.get(f"{day.home}/registrations/import/..%2f{'0' * 30}").status_code == 404
    data_dir = app.extensions["fachtag.settings"].data_dir
    (file,) = (data_dir / "imports").iterdir()
    assert oct(os.stat(file).st_mode & 0o777) == "0o600"
    then = NOW.fromtimestamp(file.stat().st_mtime, NOW.tzinfo)
    assert kept.forget_old(data_dir, then + timedelta(minutes=59)) == 0
    assert kept.forget_old(data_dir, then + timedelta(minutes=61)) == 1
    assert otto.get(day.home + path).status_code == 404


def test_many_at_once_stand_as_if_one_after_the_other(app: Flask) -> None:
    """Seats, quotas and waiting numbers are the same as by hand."""
    with app.app_context():
        add_organisations()
        results = []
        people = [
            Newcomer(
                Person(f"P{number}", "Muster", f"p{number}@example.org", KI if number % 3 else "Irgendwo")
            )
            for number in range(14)
        ]
        for together in (True, False):
            day = open_day(capacity=8, slug=f"tag-{together}")
            day.add_quota("KI", 5, QuotaEffect.CAP, Aim(QuotaTarget.KIND, kind=UsualKind.KI))
            day.add_quota("Rest", 4, QuotaEffect.RESERVE, Aim(QuotaTarget.KIND, kind=UsualKind.OTHER))
            with transaction() as session:
                if together:
                    add_many(session, day.event_id, people, ORGANISER, NOW, tell=True)
                    again = add_many(session, day.event_id, people, ORGANISER, NOW, tell=True)
                    assert (again.registered, again.waiting, again.known) == (0, 0, 14)
                for one in people if not together else ():
                    manual.add(
                        session,
                        day.event_id,
                        Entry(one.person, one.person.email),
                        ORGANISER,
                        NOW,
                        extra_seat=False,
                    )
            found = (
                select(Registration).where(Registration.event_id == day.event_id).order_by(Registration.id)
            )
            results.append(
                [
                    (one.email, one.status, one.waiting_number, one.invited_sequence, one.mail_revision)
                    for one in db.session.scalars(found)
                ]
            )
            day.check()
        assert results[0] == results[1]
