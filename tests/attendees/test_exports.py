# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Lists as files: opened by programs that did not write them, compared cell by cell (SEC-08, T29)."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.people.audit import entries_of
from app.programme.models import Run
from app.registration.models import Registration
from app.spreadsheets import escape_cell, unescape_cell, write_csv, write_xlsx
from app.web.database import db, transaction
from tests.organising.helpers import Day, a_day, id_of, many_sign_up, queries, signs_up
from tests.people.helpers import csrf_token, signed_in

OTTO = "otto@example.org"
JANUARY = datetime(2026, 1, 5, 8, 0, 59, tzinfo=UTC)  # 9:00 in Berlin
JULY = datetime(2026, 7, 5, 22, 30, tzinfo=UTC)  # half past midnight of the next day in Berlin
HEAD = [
    "Kennung",
    "Nachname",
    "Vorname",
    "E-Mail-Adresse",
    "Organisation",
    "Funktion oder Aufgabenbereich",
    "Begleitpersonen",
    "Status",
    "Nummer auf der Warteliste",
    "Workshoprunde 1",
    "Workshoprunde 2",
    "Angemeldet am",
]


def take_out(client: FlaskClient, day: Day, kind: str, /, **wanted: str) -> TestResponse:
    token = csrf_token(client, f"{day.home}/registrations")
    return client.post(
        f"{day.home}/registrations/export", data={"csrf_token": token, "format": kind, **wanted}
    )


def read_csv(answer: TestResponse) -> list[list[str]]:
    assert answer.data.startswith("\ufeff".encode())
    text = answer.data.decode("utf-8-sig")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def read_xlsx(answer: TestResponse) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def odd_people(app: Flask) -> tuple[Day, list[str]]:
    day = a_day(app, capacity=3)
    first, second = day.rounds
    return day, [
        signs_up(app, day, 1, family_name="=Summe Formel", given_name="@Sum", role_title="-1+1", choices={first: day.runs["1.1"], second: day.runs["2.2"]}, now=JANUARY),
        signs_up(app, day, 2, family_name="O'Neil", given_name="Ann; \"Anna\"", organisation="+49 Verein", now=JULY),
        signs_up(app, day, 3, family_name="Muşterî", given_name="Şükrü", role_title="＝A1", organisation="Amt", now=JANUARY),
        signs_up(app, day, 4, family_name="Zuletzt", organisation="Amt", choices={first: day.runs["1.2"]}, now=JANUARY),
    ]  # fmt: skip


def test_csv_cell_by_cell(app: Flask) -> None:
    """UTF-8 with a byte order mark, semicolons, formula signs behind an apostrophe, times of Berlin, German words."""
    day, (formula, neil, sukru, waits) = odd_people(app)
    answer = take_out(signed_in(app, OTTO), day, "csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="probe-anmeldungen-')
    head, *lines = read_csv(answer)
    assert head == HEAD
    cells = sorted(lines, key=lambda line: line[3])
    one, two = "1.1 Beraten ohne Vorurteil", "2.2 Datenschutz im Fallmanagement"
    wish = "1.2 Datenschutz im Fallmanagement (Wunsch)"
    assert cells == [
        [formula, "'=Summe Formel", "'@Sum", "person1@example.org", "Kreis Musterstadt", "'-1+1", "0", "Angemeldet", "", one, two, "05.01.2026 09:00"],
        [neil, "O'Neil", 'Ann; "Anna"', "person2@example.org", "'+49 Verein", "Beratung", "0", "Angemeldet", "", "", "", "06.07.2026 00:30"],
        [sukru, "Muşterî", "Şükrü", "person3@example.org", "Amt", "'＝A1", "0", "Angemeldet", "", "", "", "05.01.2026 09:00"],
        [waits, "Zuletzt", "Aylin", "person4@example.org", "Amt", "Beratung", "0", "Auf der Warteliste", "1", wish, "", "05.01.2026 09:00"],
    ]  # fmt: skip
    assert unescape_cell(cells[0][1]) == "=Summe Formel"


def test_a_run_over_two_rounds_stands_in_the_columns_of_both(app: Flask) -> None:
    day = a_day(app)
    with app.app_context(), transaction() as session:
        session.get_one(Run, day.runs["1.1"]).spans = 2
    signs_up(app, day, 1, choices={day.rounds[0]: day.runs["1.1"]}, now=JANUARY)
    signs_up(
        app,
        day,
        2,
        choices=dict(zip(day.rounds, (day.runs["1.2"], day.runs["2.1"]), strict=True)),
        now=JANUARY,
    )
    _head, *lines = read_csv(take_out(signed_in(app, OTTO), day, "csv"))
    one = "1.1 Beraten ohne Vorurteil"
    assert sorted(line[9:11] for line in lines) == [
        [one, one],
        ["1.2 Datenschutz im Fallmanagement", "2.1 Konflikte am Schalter"],
    ]


def test_xlsx_cell_by_cell(app: Flask) -> None:
    """Texts are text cells and stay as typed; numbers and times are numbers and times."""
    day, (formula, neil, sukru, waits) = odd_people(app)
    answer = take_out(signed_in(app, OTTO), day, "xlsx")
    assert answer.content_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Cache-Control"] == "no-store"
    head, *lines = read_xlsx(answer)
    assert head == HEAD
    one, two = "1.1 Beraten ohne Vorurteil", "2.2 Datenschutz im Fallmanagement"
    wish = "1.2 Datenschutz im Fallmanagement (Wunsch)"
    # A spreadsheet knows no zones.
    nine, midnight = (datetime.fromisoformat(one) for one in ("2026-01-05T09:00", "2026-07-06T00:30"))
    assert sorted(lines, key=lambda line: line[3]) == [
        [formula, "=Summe Formel", "@Sum", "person1@example.org", "Kreis Musterstadt", "-1+1", 0, "Angemeldet", None, one, two, nine],
        [neil, "O'Neil", 'Ann; "Anna"', "person2@example.org", "+49 Verein", "Beratung", 0, "Angemeldet", None, None, None, midnight],
        [sukru, "Muşterî", "Şükrü", "person3@example.org", "Amt", "＝A1", 0, "Angemeldet", None, None, None, nine],
        [waits, "Zuletzt", "Aylin", "person4@example.org", "Amt", "Beratung", 0, "Auf der Warteliste", 1, wish, None, nine],
    ]  # fmt: skip
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {
        "s",
        "d",
        "n",
    }
    assert {cell.data_type for row in sheet.iter_rows(min_row=2, max_col=6) for cell in row} == {"s"}


def test_the_file_holds_what_the_filter_shows_in_its_order(app: Flask) -> None:
    day, (_, neil, sukru, waits) = odd_people(app)
    client = signed_in(app, OTTO)
    assert [line[0] for line in read_csv(take_out(client, day, "csv", q="amt", sort="registered"))[1:]] == [
        waits,
        sukru,
    ]
    assert [line[0] for line in read_csv(take_out(client, day, "csv", status="waiting"))[1:]] == [waits]
    assert [line[0] for line in read_xlsx(take_out(client, day, "xlsx", q="o'neil"))[1:]] == [neil]
    assert read_csv(take_out(client, day, "csv", run=str(day.runs["2.1"]))) == [HEAD]


def test_taking_a_list_out_is_written_down(app: Flask) -> None:
    """SEC-08, DP-12: who, when, which and how many; what was searched for may be a name and is not kept."""
    day, _ = odd_people(app)
    take_out(signed_in(app, OTTO), day, "xlsx", q="Muşterî", status="registered")
    with app.app_context():
        entry = entries_of(db.session(), day.event_id)[0]
        assert entry.organiser is not None
        assert (entry.action, entry.organiser.email) == ("registration.export", OTTO)
        assert entry.detail == {
            "format": "xlsx",
            "rows": 1,
            "status": "registered",
            "run": None,
            "searched": True,
            "filters": ["q", "status"],
        }


def test_a_file_is_never_taken_by_a_link(app: Flask) -> None:
    """Nothing is exported by GET, without a token, or as something else."""
    day, _ = odd_people(app)
    client = signed_in(app, OTTO)
    address = f"{day.home}/registrations/export"
    assert client.get(address).status_code == 404  # a reference that nobody has
    assert client.post(address, data={"format": "csv"}).status_code == 400
    assert take_out(client, day, "pdf").status_code == 404
    assert take_out(client, day, "csv", status="all").status_code == 404
    with app.app_context():
        assert "registration.export" not in {one.action for one in entries_of(db.session(), day.event_id)}


def test_a_run_of_another_day_is_no_filter(app: Flask) -> None:
    """T02"""
    day, other = a_day(app), a_day(app, "other")
    assert take_out(signed_in(app, OTTO), day, "csv", run=str(other.runs["1.1"])).status_code == 404


@pytest.mark.long
def test_a_long_list_is_read_in_portions(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """F46: everybody once, in order, and two queries per portion."""
    from app.store import portions

    monkeypatch.setattr(portions, "AT_ONCE", 20)
    day = a_day(app)
    many_sign_up(app, day, 1, 90)
    client = signed_in(app, OTTO)
    token = csrf_token(client, f"{day.home}/registrations")
    with queries(app) as sent:
        answer = client.post(f"{day.home}/registrations/export", data={"csrf_token": token, "format": "csv"})
        lines = read_csv(answer)
    assert [line[1] for line in lines[1:]] == [f"Muster{number:03}" for number in range(1, 91)]
    assert len([one for one in sent if "FROM place" in one]) == 5
    assert len(sent) <= 13 + 2 * 5


def test_what_was_deleted_is_an_empty_cell(app: Flask) -> None:
    from app.privacy import erasure
    from app.web.database import transaction
    from tests.factories.days import at

    day = a_day(app)
    reference = signs_up(app, day)
    number = id_of(app, reference)
    with app.app_context(), transaction() as session:
        erasure.remove_names(session, day.event_id, at("15:45") + erasure.NAMES_KEPT)
    line = read_xlsx(take_out(signed_in(app, OTTO), day, "xlsx"))[1]
    assert line[1:4] == [None, None, None]
    with app.app_context():
        one = db.session.scalars(select(Registration).where(Registration.id == number)).one()
        assert line[0] == one.reference != reference


# -- the rule


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@A1", "\t1", "\r1", "\n=1", "  =1", '"=1', "'=1", "''=1", "\u200b=1", "\u00a0=1", "＝1", "＋1", "－1", "＠1", "﹦1", "„=1", "\ufeff=1", "«+1»", '" =1', "\x00=1"],
)  # fmt: skip
def test_what_might_be_calculated_is_escaped(text: str) -> None:
    """T29: each sign, also after quotation marks, spaces and invisible signs, and in its full-width form."""
    assert escape_cell(text) == f"'{text}"
    assert unescape_cell(f"'{text}") == text


@pytest.mark.parametrize(
    "text", ["", "O'Neil", "'s Hertogenbosch", "Şükrü", "a=b", "1-2", "'", "''", "  ", '"x"', "a@b"]
)
def test_the_rest_stays_as_it_is(text: str) -> None:
    assert escape_cell(text) == text
    assert unescape_cell(text) == text


@given(
    st.text(alphabet=st.sampled_from("=+-@'\"\t\r\n aＡ＝１é\u200b\ufeff„"), max_size=6)
    | st.text(max_size=20)
)
def test_out_and_in_again_is_the_same(text: str) -> None:
    """Also for texts that look escaped already."""
    assert unescape_cell(escape_cell(text)) == text


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12), min_size=1, max_size=4
    )
)
def test_csv_round_trip(cells: list[str]) -> None:
    """What leaves comes back through another reader, whatever was typed in."""
    file = io.BytesIO()
    write_csv(file, ["Kopf"], [cells])
    read = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [unescape_cell(cell) for cell in read[1]] == cells


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "{=1}",
        "https://example.org",
        "mailto:x@y",
        "internal:Sheet1!A1",
        "1e5",
        "x" * 40_000,
    ],
)
def test_xlsx_calculates_and_links_nothing(text: str) -> None:
    file = io.BytesIO()
    write_xlsx(file, ["Kopf"], [[text]], "Anmeldungen")
    cell = openpyxl.load_workbook(file).active["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text[:32_767], "s", None)
