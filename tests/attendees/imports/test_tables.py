# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables as offices have them are imported with the right letters, or the page asks (T24)."""

import time

import pytest
from flask import Flask

from app.attendees.imports.letters import decode
from app.attendees.imports.tables import Wished, read_file
from app.refusal import Refusal
from tests.attendees.imports.office_tables import BY_NAME, TABLES, csv_of, saved, simple
from tests.attendees.imports.test_imports import people_of, uploaded
from tests.organising.helpers import a_day
from tests.pages import Page


def looked_again(page: Page, **said: str) -> Page:
    """The page as it is after the form above was sent with these answers."""
    form = page.soup.select_one('form[method="get"]')
    assert form is not None
    sent = {str(tag["name"]): str(tag.get("value", "")) for tag in form.select('input[type="hidden"]')}
    for tag in form.select("select"):
        chosen = tag.select_one("option[selected]") or tag.select_one("option")
        assert chosen is not None
        sent[str(tag["name"])] = str(chosen["value"])
    for tag in form.select("input[checked]"):
        sent[str(tag["name"])] = str(tag["value"])
    assert {*sent, *(str(tag["name"]) for tag in form.select("input"))} >= said.keys()
    return page.visitor.get(page.address, query_string={**sent, **said})


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", list(BY_NAME))
def test_it_is_imported_with_the_right_letters_or_asks(app: Flask, name: str) -> None:
    table, day = BY_NAME[name], a_day(app)
    page = uploaded(app, day, table.content, "Liste Fachtag (Endfassung)")
    if table.asks:
        assert "Wie sind die Buchstaben dieser Datei geschrieben?" in page.text
        assert 'name="tell"' not in page.text
        page = looked_again(page, letters=table.asks)
    assert "Wie sind die Buchstaben" not in page.text
    if name == "no headings":
        columns = {"family_name": "1", "given_name": "2", "organisation": "3", "role_title": "4"}
        page = looked_again(page, **columns)
    assert ("1 Zeile ist in der Tabelle ausgeblendet" in page.text) is (name == "headings in two rows")
    figures = [tag.get_text(strip=True) for tag in page.soup.select(".figures dd:first-of-type")]
    assert figures == [str(len(table.people)), str(table.left_out), "0"], page.text
    page.send()
    assert people_of(app, day) == table.people


def test_there_are_as_many_as_promised() -> None:
    assert len(TABLES) >= 12


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (OLD, "This is an old Excel file, or one with a password."),
        (b"<html><table><tr><td>Name</td></tr></table></html>", "This is a web page"),
        (b"%PDF-1.7 a;b\n1;2\n", "This is no table."),
        (b'a;b\n"c;d\n' + b"e;f\n" * 300, "From line 2 on everything is one cell"),
    ],
)
def test_what_cannot_be_read_says_what_helps(content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_file(content)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("text", "written", "read", "sure"),
    [
        ("Müller;Jörg", "cp1252", "cp1252", True),
        ("MÜLLER;STRASSE", "cp1252", "cp1252", True),
        ("Müller – „Amt“", "cp1252", "cp1252", True),
        ("Müller;Groß;Käthe", "cp850", "cp850", True),
        ("Müller;Groß;Käthe", "mac_roman", "mac_roman", True),
        ("Müller;Şahin;Ayşe", "cp1254", "cp1254", False),
        ("Fernández;Muñoz", "cp1252", "cp1252", False),
        ("Marković;Čač", "cp1250", "cp1250", False),
        ("Mueller;Joerg", "ascii", "utf-8", True),
        ("Łukaszewski;Ødegård", "utf-8", "utf-8", True),
    ],
)
def test_only_what_is_certain_is_not_asked(text: str, written: str, read: str, sure: bool) -> None:
    found = decode(text.encode(written))
    assert found.sure is sure
    readings = {one.name: one.words for one in found.readings}
    if sure:
        assert (found.name, found.text) == (read, text)
    else:
        assert text.split(";")[1] in readings[read]
        chosen = decode(text.encode(written), read)
        assert (chosen.text, chosen.sure) == (text, True)


def test_dates_numbers_and_links_come_as_people_see_them() -> None:
    """Excel stores days as counts and long numbers as powers; a cell is what it shows."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Nachname", "Vorname", "E-Mail", "am", "um", "Zahl", "Telefon", "Fehler"])
    book.active.append(["Muster", "Eva", "eva@example.org", 46447, 0.5, 2.50, 4.915212345e11, "#N/A"])
    book.active["D2"].number_format = "DD/MM/YYYY"
    book.active["E2"].number_format = "h:mm"
    assert read_file(saved(book)).table.rows == [
        (2, ["Muster", "Eva", "eva@example.org", "01.03.2027", "12:00", "2.5", "491521234500", None])
    ]


def test_another_sheet_separator_or_line_of_headings_can_be_said() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append(["1", "2"])
    book.create_sheet("Zwei").append(["Nachname", "Vorname", "E-Mail"])
    book.active = 0
    book["Zwei"].append(["Muster", "Eva", "eva@example.org"])
    content = saved(book)
    assert (read_file(content).sheet, read_file(content).sheets) == (1, ["Sheet", "Zwei"])
    assert read_file(content, Wished(sheet="0")).table.rows == [(2, ["1", "2"])]
    assert read_file(content, Wished(sheet="7")).sheet == 1
    text = b"Amt, Stadt;Rest\nA, B;C\nD, E;F\n"
    assert read_file(text).separator == "semicolon"
    assert read_file(text, Wished(separator="comma")).table.head == ["Amt", " Stadt;Rest"]
    assert read_file(text, Wished(head="0")).table.rows[0] == (1, ["Amt, Stadt", "Rest"])
    assert read_file(text, Wished(head="2")).table.above == [(1, ["Amt, Stadt", "Rest"])]
    assert read_file(b"sep=,\r\nName,Ort;Kreis\r\nA,B\r\n").table.head == ["Name", "Ort;Kreis"]


def test_a_row_wider_than_the_headings_offers_its_columns() -> None:
    table = read_file(csv_of("Liste", "Nachname|Vorname", "a|b|c@example.org|d").encode()).table
    assert table.head == ["Nachname", "Vorname", "", ""]


def test_what_was_chosen_outlives_another_reading_of_the_letters(app: Flask) -> None:
    """Only another sheet, separator or line of headings makes the columns to be guessed anew."""
    day = a_day(app)
    content = (
        simple(("Marković", "Šime", "sime@example.org", "Amt", "")).replace("Vorname", "V.").encode("cp1250")
    )
    page = looked_again(uploaded(app, day, content), given_name="1")
    page = looked_again(page, letters="cp1250")
    given = page.soup.select_one('select[name="given_name"] option[selected]')
    assert given is not None
    assert given["value"] == "1"
    page = looked_again(page, head="0")
    given = page.soup.select_one('select[name="given_name"] option[selected]')
    assert given is not None
    assert given["value"] == ""


def test_a_long_list_of_old_letters_is_read_in_a_moment() -> None:
    people = ((f"Müller{number}", "Jörg", f"n{number}@example.org", "Kreis", "") for number in range(19_000))
    content = simple(*people).encode("cp1252")
    begun = time.process_time()
    assert len(read_file(content).table.rows) == 19_000
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "content",
    [
        b"\xfc" * 7_900_000,
        b"\xfc;\xe4\n" * 1_900_000,
        b"a" * 7_900_000 + b"\xfc",
        b"\xc3\xbc\xfc" * 2_600_000,
        "Ã¼".encode() * 1_900_000,
    ],
    ids=["one word", "short lines", "one letter at the end", "every other byte", "all wrong once"],
)
@pytest.mark.long
def test_letters_are_weighed_quickly_whatever_the_file_holds(content: bytes) -> None:
    begun = time.process_time()
    assert decode(content).text
    assert time.process_time() - begun < 5
