# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Legal texts on their page: written, looked at, kept by version, and asked for before a day is published."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.models import Event
from app.events.rules import EventStatus
from app.legal.models import LegalTextVersion
from app.legal.queries import placeholders_left, unfinished_texts
from app.legal.rules import NEEDED, PAGES
from app.people.models import AuditEntry
from app.refusal import Refusal
from app.registration.history import by_organiser
from app.scheduling.service import publish_day
from app.settings import OperatingMode, Settings
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.organising.helpers import a_day
from tests.pages import Visitor
from tests.people.helpers import an_organiser, signed_in

HOSTILE = '# Wir\n\n<script>alert("x")</script> [Name der Behörde]'


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    an_organiser(app, "ada@example.org", name="Ada", is_admin=True)
    return signed_in(app, "ada@example.org")


def saved(app: Flask) -> list[tuple[str, str, int, str]]:
    with app.app_context():
        rows = db.session().scalars(select(LegalTextVersion).order_by(LegalTextVersion.id))
        return [(one.page, one.language, one.number, one.text) for one in rows]


def test_the_page_begins_with_the_prepared_text_and_shows_what_is_saved(
    app: Flask, admin: FlaskClient
) -> None:
    """WEB-01: no file, no terminal; each version is kept with who saved it."""
    page = Visitor(admin).get("/organise/legal/impressum/de")
    assert "[Name der Behörde]" in str(page.values(page.form())["text"])
    done = page.send(text="# Wer wir sind\n\nKreis Musterstadt")
    assert "Der Text ist gespeichert." in done.text
    assert Visitor(admin).get("/impressum").heading == "Wer wir sind"
    Visitor(admin).get("/organise/legal/impressum/de").send(text="# Neu\n\nKreis Neustadt")
    assert [one[2] for one in saved(app)] == [1, 2]
    listed = Visitor(admin).get("/organise/legal/impressum/de")
    assert "Ada" in listed.text
    first = Visitor(admin).get("/organise/legal/impressum/de/1")
    assert "Kreis Musterstadt" in first.text
    with app.app_context():
        actions = db.session().scalars(select(AuditEntry.action)).all()
        assert actions.count("legal_text.change") == 2
    assert "Rechtstext geändert" in Visitor(admin).get("/organise/log").text


def test_an_english_draft_of_ours_does_not_stand_in_front_of_a_written_german_text(
    admin: FlaskClient,
) -> None:
    """Before anybody wrote, both are drafts; then German, marked as such, until English is saved."""
    assert Visitor(admin).get("/impressum?lang=en").soup.find("article").get("lang") is None
    Visitor(admin).get("/organise/legal/impressum/de?lang=de").send(text="# Wir\n\nKreis Musterstadt")
    german = Visitor(admin).get("/impressum?lang=en")
    assert german.soup.find("article").get("lang") == "de"
    assert "the German text is shown" in Visitor(admin).get("/organise/legal?lang=en").text
    begun = Visitor(admin).get("/organise/legal/impressum/en?lang=de")
    assert "[Name of the authority]" in str(begun.values(begun.form())["text"])
    begun.send(text="# Imprint\n\nDistrict of Musterstadt, see /datenschutz")
    english = Visitor(admin).get("/impressum?lang=en")
    assert (english.heading, english.soup.find("article").get("lang")) == ("Imprint", None)
    assert english.text.endswith("see Privacy statement")
    assert Visitor(admin).get("/impressum?lang=de").heading == "Wir"
    Visitor(admin).get("/organise/legal/impressum/en?lang=de").send(text="")
    assert Visitor(admin).get("/impressum?lang=en").heading == "Wir"


def test_the_preview_saves_nothing_and_stays_text(app: Flask, admin: FlaskClient) -> None:
    """T19: what was typed is text in the preview, too."""
    page = Visitor(admin).get("/organise/legal/impressum/de").send(text=HOSTILE, preview="1")
    assert (page.status, saved(app)) == (200, [])
    assert '<script>alert("x")</script>' in page.text
    assert "<script>alert" not in page.response.get_data(as_text=True)
    assert [mark.get_text() for mark in page.soup.find_all("mark")] == ["[Name der Behörde]"]


def test_who_saves_second_sees_both_texts(app: Flask, admin: FlaskClient) -> None:
    """F30"""
    late = Visitor(admin).get("/organise/legal/impressum/de")
    Visitor(admin).get("/organise/legal/impressum/de").send(text="# Erste\n\nA")
    refused = late.send(text="# Zweite\n\nB")
    assert refused.status == 409
    assert "# Erste" in refused.text
    assert [one[3] for one in saved(app)] == ["# Erste\n\nA"]
    assert refused.send().status == 200
    assert saved(app)[-1][2:] == (2, "# Zweite\n\nB")


def test_what_is_saved_goes_before_the_operators_file(
    app: Flask, settings: Settings, admin: FlaskClient
) -> None:
    """The file is where the form begins; an emptied text brings it back. English ones have their own."""
    (settings.data_dir / "legal").mkdir()
    (settings.data_dir / "legal" / "impressum.txt").write_text("# Datei\n\nAus der Datei", encoding="utf-8")
    page = Visitor(admin).get("/organise/legal/impressum/de")
    assert "Aus der Datei" in str(page.values(page.form())["text"])
    page.send(text="# Seite\n\nVon der Seite")
    assert Visitor(admin).get("/impressum").heading == "Seite"
    Visitor(admin).get("/organise/legal/impressum/de").send(text="")
    assert Visitor(admin).get("/impressum").heading == "Datei"
    (settings.data_dir / "legal" / "impressum.en.txt").write_text("# File\n\nFrom it", encoding="utf-8")
    assert Visitor(admin).get("/impressum?lang=en").heading == "File"


def test_only_administrators_write(app: Flask) -> None:
    an_organiser(app, "otto@example.org")
    client = signed_in(app, "otto@example.org")
    for address in ("/organise/legal", "/organise/legal/impressum/de", "/organise/legal/impressum/de/1"):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", ["nichts/de", "impressum/fr", "impressum/de/7"])
def test_what_is_no_text_is_missing(admin: FlaskClient, address: str) -> None:
    assert admin.get(f"/organise/legal/{address}").status_code == 404


def test_open_places_are_counted_until_somebody_fills_them(
    app: Flask, settings: Settings, admin: FlaskClient
) -> None:
    """SEC-13"""
    for name in PAGES:
        Visitor(admin).get(f"/organise/legal/{name}/de").send(text="# Titel\n\nfertig")
    with app.app_context():
        assert placeholders_left(db.session(), settings.data_dir) == []
    Visitor(admin).get("/organise/legal/datenschutz/en").send(text="# Privacy\n\n[date of this version]")
    with app.app_context():
        left = placeholders_left(db.session(), settings.data_dir)
        assert left == ["datenschutz (en): [date of this version]"]
        assert unfinished_texts(db.session(), settings.data_dir) == []


def test_a_day_is_published_when_imprint_and_privacy_notice_are_whole(
    app: Flask, settings: Settings, admin: FlaskClient
) -> None:
    """WEB-01: nobody is asked for data by a house that does not say who it is. The demo may."""
    day = a_day(app, status=EventStatus.DRAFT)
    app.extensions["fachtag.settings"] = replace(settings, mode=OperatingMode.PRODUCTION)
    page = Visitor(admin).get(f"{day.home}/publish")
    assert "Impressum, Datenschutzerklärung" in page.text
    assert "/organise/legal" in page.links()
    with app.app_context(), transaction() as session, pytest.raises(Refusal, match="Impressum"):
        publish_day(session, day.event_id, by_organiser(1), NOW, unfinished=["Impressum"])
    for name in NEEDED:
        Visitor(admin).get(f"/organise/legal/{name}/de").send(text="# Titel\n\nfertig")
    done = Visitor(admin).get(f"{day.home}/publish").send()
    assert done.status == 200
    with app.app_context():
        assert db.session().get_one(Event, day.event_id).status is EventStatus.PUBLISHED
