# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The record of processing activities comes from what is set and stored, and says what is open (DP-10)."""

import io
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from app.clock import now
from app.events.models import Event
from app.legal.service import write_text
from app.organisations.rules import UsualKind
from app.organising import setup
from app.organising.inventory import ACTIVITIES
from app.organising.processing import House, Record, record_of_processing
from app.organising.sweeping import MAILS_KEPT
from app.people.audit import KEPT as LOG_KEPT
from app.people.models import Organiser
from app.privacy.erasure import ENDED_KEPT, NAMES_KEPT
from app.refusal import fingerprint
from app.registration.consents.models import Purpose
from app.registration.consents.service import ask_for
from app.registration.history import SYSTEM
from app.registration.questions.models import Law
from app.settings import OperatingMode
from app.web.database import db, transaction
from tests.factories.questions import make_questions
from tests.organising.helpers import a_day
from tests.pages import Visitor
from tests.pdf import tags_of, text_of
from tests.people.helpers import an_organiser, signed_in

PAGE = "/organise/data-protection/record"
NOTICE = """# Datenschutzerklärung

## Wer verantwortlich ist

Kreis Musterstadt
E-Mail: post@example.org

## Datenschutzbeauftragte Person

[Name oder Bezeichnung der datenschutzbeauftragten Person]

## Wie lange

- Sicherungskopien: 14 Tage

## Wer die Daten erhält

- Rechenzentrum Musterland
"""


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    an_organiser(app, "admin@example.org", name="Ada Admin", is_admin=True)
    return signed_in(app, "admin@example.org")


def filled_in(app: Flask) -> None:
    """A day with questions and consents; office, law and most of the privacy statement are there."""
    day = a_day(app)
    with app.app_context(), transaction() as session:
        make_questions(session, day.event_id)
        ask_for(session, day.event_id, {Purpose.LIST}, fingerprint(""), SYSTEM, now())
        ada = session.query(Organiser).filter_by(name="Ada Admin").one()
        write_text(session, "datenschutz", "de", NOTICE, 0, ada, now())
        setup.name_office(session, "Kreis Lippe", UsualKind.KI, "Lippe", fingerprint(None), ada, now())
        session.add(Law(name="§ 3 DSG NRW"))


def record_of(app: Flask, **settings: object) -> Record:
    with app.test_request_context():
        mine = replace(app.extensions["fachtag.settings"], **settings)
        return record_of_processing(db.session(), House(mine, "mail.example.org", mail_encrypted=True), now())


def rows_of(record: Record) -> dict[tuple[str, str], str]:
    return {
        (section.title, row.label): "; ".join(one.text for one in row.values)
        for section in record.sections
        for row in section.rows
    }


def test_a_new_installation_says_what_is_open(app: Flask, admin: FlaskClient) -> None:
    page = Visitor(admin).get(PAGE)
    for words in ("Offen", "[Name der Behörde]", "Sie ist noch nicht benannt.", "gibt"):
        assert words in page.text, words
    assert {"/organise/setup/office", "/organise/legal/datenschutz/de"} <= set(page.links())
    assert "angaben sind noch offen" in page.text.lower()


def test_what_is_set_stands_in_it(app: Flask, admin: FlaskClient) -> None:
    filled_in(app)
    page = Visitor(admin).get(PAGE)
    for words in (
        "Kreis Lippe",
        "Kreis Musterstadt",
        "post@example.org",
        "Rechenzentrum Musterland",
        "Sicherungskopien: 14 Tage",
        "§ 3 DSG NRW",
        "[Name oder Bezeichnung der datenschutzbeauftragten Person]",
        "Liste der Teilnehmenden",
        "Damit der Tag gelingt.",
        "Art. 9 Abs. 2",
        "Leitung: 1",
        "Administration: 1",
    ):
        assert words in page.text, words


def test_periods_are_those_of_the_code(app: Flask) -> None:
    """DP-07: the record cannot promise what no sweep keeps."""
    rows = rows_of(record_of(app))
    kept = {title: text for (title, label), text in rows.items() if label == "Gelöscht"}
    assert len(kept) == len(ACTIVITIES)
    assert (NAMES_KEPT.days, ENDED_KEPT.days, MAILS_KEPT.days, LOG_KEPT.days) == (183, 30, 90, 365)
    assert "6 Monate" in kept["Anmeldung und Fachtage"]
    assert "30 Tage" in kept["Anmeldung und Fachtage"]
    assert "90 Tage" in kept["E-Mails und Einladungen in den Kalender"]
    assert "12 Monate" in kept["Konten der Teams und Verlauf"]
    assert "14 Tage" in kept["Bedarfe und sensible Antworten (Art. 9 DSGVO)"]


def test_settings_are_told_without_secrets(app: Flask) -> None:
    measures = "Technische und organisatorische Maßnahmen"
    url = "postgresql+psycopg://fachtag:geheim@db.example.org/fachtag"
    safe = record_of(
        app,
        mode=OperatingMode.PRODUCTION,
        base_url="https://fachtag.example.org",
        database_url=url,
        forms_per_network=77,
    )
    rows = rows_of(safe)
    assert rows[measures, "Datenbank"] == "PostgreSQL auf db.example.org"
    assert rows[measures, "Auf dem Weg zum Browser"] == "verschlüsselt (HTTPS)"
    assert "77" in rows[measures, "Öffentliche Formulare"]
    assert rows["Empfänger und andere Länder", "Mailserver"] == "mail.example.org"
    assert "geheim" not in str(rows)
    assert (measures, "Art des Betriebs") not in rows
    demo = record_of(app)
    assert demo.open > safe.open
    assert (measures, "Art des Betriebs") in rows_of(demo)


def test_every_person_field_is_among_the_data(app: Flask) -> None:
    rows = rows_of(record_of(app))
    for label in ("Vorname", "Nachname", "E-Mail-Adresse", "Organisation", "Funktion oder Aufgabenbereich"):
        assert label in rows["Anmeldung und Fachtage", "Welche Daten"]


def test_hosts_are_counted_by_day(app: Flask, admin: FlaskClient) -> None:
    filled_in(app)
    with app.app_context(), transaction() as session:
        event = session.query(Event).first()
        assert event is not None
        host = event.lead_host.name if event.lead_host else ""
    if host:
        assert f"{host} (1 Tag)" in Visitor(admin).get(PAGE).text


@pytest.mark.sqlite_only
def test_the_files_say_what_the_page_says(app: Flask, admin: FlaskClient) -> None:
    filled_in(app)
    pdf = admin.get(f"{PAGE}.pdf")
    said = " ".join(text_of(pdf.data).split())
    for words in (
        "Verzeichnis der Verarbeitungstätigkeiten",
        "Kreis Musterstadt",
        "§ 3 DSG NRW",
        "Noch offen",
    ):
        assert words in said, words
    assert "H2" in tags_of(pdf.data)
    table = admin.get(f"{PAGE}.xlsx")
    sheet = load_workbook(io.BytesIO(table.data)).active
    assert sheet is not None
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0] == ("Abschnitt", "Was", "Inhalt", "Offen")
    with app.test_request_context():
        rows = [row for section in record_of(app).sections for row in section.rows]
    assert {line[1] for line in lines[1:]} >= {row.label for row in rows} - {
        "Art des Betriebs",
        "Auf dem Weg zum Mailserver",
    }
    assert admin.get(f"{PAGE}.pdf", headers={"Accept-Language": "en"}).status_code == 200


@pytest.mark.sqlite_only
def test_in_english_german_words_are_marked(app: Flask, admin: FlaskClient) -> None:
    filled_in(app)
    page = Visitor(admin).get(f"{PAGE}?lang=en")
    assert page.heading == "Record of processing activities"
    assert [one.text for one in page.soup.select("main span[lang=de]") if "Kreis Musterstadt" in one.text]


@pytest.mark.sqlite_only
def test_only_administrators(app: Flask) -> None:
    an_organiser(app, "otto@example.org", name="Otto")
    otto = signed_in(app, "otto@example.org")
    assert [otto.get(PAGE + one).status_code for one in ("", ".pdf", ".xlsx")] == [403] * 3
