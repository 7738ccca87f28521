# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A whole day on an empty production installation, in a real browser and without a terminal: from the first sign-in over
programme, registrations, lists and a change of plan to the published documentation."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select, update

from app.clock import now
from app.events.models import Event
from app.outbox.models import Message
from app.outbox.rules import State
from app.web.database import transaction
from tests.journeys.conftest import Stage, open_browser, scan
from tests.journeys.test_every_page import sign_in
from tests.mailbox import calendar_of, link_in, text_of

pytestmark = pytest.mark.browser

OPEN_PLACE = re.compile(r"\[[A-Za-zÄÖÜäöüß][^\[\]\n]{2,}\]")
DAY = "erster-fachtag-musterland"


@dataclass
class Desk:
    """The organiser's page, and how it is walked. Every page on the way is looked at."""

    stage: Stage
    page: Page
    scripts: bool

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.stage.address}/organise/events/{DAY}{path}")
        self.look()

    def link(self, name: str) -> None:
        self._follow(self.main.get_by_role("link", name=name))

    def press(self, name: str) -> None:
        self._follow(self.main.get_by_role("button", name=name))

    def _follow(self, place: Locator) -> None:
        with self.page.expect_event("load"):  # writing down what was typed is a navigation, too
            place.first.click()
        self.look()

    def fill(self, **fields: str) -> None:
        """Fields by their names in the form: a choice by its words."""
        for name, text in fields.items():
            field = self.main.locator(f"[name={name}]:not([type=hidden])").first
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(label=text)
            else:
                field.fill(text)

    def save(self, **fields: str) -> None:
        self.fill(**fields)
        self.press("Speichern")
        assert self.page.locator(".error-summary").count() == 0

    def look(self) -> None:
        if self.scripts:
            assert scan(self.page) == []


@pytest.mark.parametrize(
    ("phone", "scripts"), [(False, True), (True, False)], ids=["desktop", "phone, no scripts"]
)
def test_from_nothing_to_a_published_documentation(
    empty_stage: Stage, browser: Browser, tmp_path: Path, phone: bool, scripts: bool
) -> None:
    with open_browser(browser, phone=phone, scripts=scripts) as context:
        desk = Desk(empty_stage, context.new_page(), scripts)
        sign_in(empty_stage, desk.page)
        _set_up(desk)
        _draft(desk)
        _describe(desk)
        _plan(desk)
        _publish(desk)
        with _visitor(browser, phone=phone, scripts=scripts) as page:
            _register(empty_stage, page)
        _change_room(desk)
        _bring_lists(desk)
        _let_the_day_be_over(empty_stage)
        _document(desk)
        with _visitor(browser, phone=phone, scripts=scripts) as page:
            _read(empty_stage, page)


@contextmanager
def _visitor(browser: Browser, *, phone: bool, scripts: bool) -> Iterator[Page]:
    with open_browser(browser, phone=phone, scripts=scripts) as context:
        yield context.new_page()


def _set_up(desk: Desk) -> None:
    """The assistant: seven steps of eight, two of them put off."""
    page = desk.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Einrichten")
    desk.look()
    desk.link("Zu „Ihre Organisation“")
    page.get_by_label("Name Ihrer Organisation").fill("Kreis Musterau")
    page.get_by_role("button", name="Speichern").click()

    desk.link("Zu „Region“")
    page.get_by_label("Name").fill("Musterland")
    desk.press("Hinzufügen")
    expect(page.get_by_role("table")).to_contain_text("Musterland")
    page.get_by_role("link", name="Einrichten").first.click()

    desk.link("Zu „Absender der E-Mails“")
    page.get_by_label("Name").fill("Fachtage Müsterau")
    page.get_by_role("button", name="Speichern").first.click()

    for title in ("Impressum", "Datenschutzerklärung"):
        desk.link(f"Zu „{title}“")
        text = page.get_by_label("Text")
        text.fill(OPEN_PLACE.sub("Kreis Musterau", text.input_value()))
        desk.press("Vorschau")
        expect(page.get_by_role("article")).to_contain_text("Kreis Musterau")
        desk.press("Speichern und veröffentlichen")
        expect(desk.main).to_contain_text("Fassung 1")
        page.goto(f"{desk.stage.address}/organise/setup")

    for title in ("Erklärung zur Barrierefreiheit", "Leichte Sprache"):
        page.get_by_role("button", name=f"„{title}“ vorerst überspringen").click()
    expect(desk.main).to_contain_text("7 von 8 Schritten")


def _draft(desk: Desk) -> None:
    page = desk.page
    page.get_by_role("link", name="Ersten Fachtag anlegen").click()
    page.get_by_label("Titel").fill("Erster Fachtag Musterland")
    page.get_by_label("Datum").fill("2027-05-11")
    page.get_by_label("Von").fill("09:00")
    page.get_by_label("Bis").fill("16:00")
    page.get_by_role("button", name="Entwurf anlegen").click()
    expect(desk.main).to_contain_text("Der Entwurf ist angelegt")
    page.goto(f"{desk.stage.address}/organise/")
    expect(desk.main).to_contain_text("Erster Fachtag Musterland")


def _describe(desk: Desk) -> None:
    desk.go("/edit/hosts")
    expect(desk.page.locator("select[name=lead_host_id] option:checked")).to_have_text("Kreis Musterau")
    desk.page.locator("select[name=region_id]").select_option(label="Musterland")
    desk.press("Speichern")
    desk.go("/edit")
    desk.save(
        summary="Wie Ämter und Verbände zusammen beraten.",
        venue_name="Kreishaus",
        venue_street="Am Markt 1",
        venue_city="Musterau",
        contact_email="fachtag@example.org",
        capacity="20",
        closes_date="2027-05-04",
    )


def _plan(desk: Desk) -> None:
    """Rooms, what everybody hears, two rounds, and a workshop in each."""
    for room, seats in (("Saal", "60"), ("Raum 1", "12"), ("Raum 2", "15")):
        desk.go("/programme/rooms/new")
        desk.save(name=room, seats=seats)
    for starts, ends, kind, title, room in (
        ("09:00", "09:30", "Begrüßung", "Begrüßung durch den Landrat", "Saal (60 Plätze)"),
        ("12:00", "13:00", "Pause", "Mittagspause", "Kein Raum"),
        ("15:00", "16:00", "Abschluss", "Was wir mitnehmen", "Saal (60 Plätze)"),
    ):
        desk.go("/programme/items/new")
        desk.save(start=starts, end=ends, kind=kind, title=title, room_id=room)
    for number, starts, ends in (("1", "09:45", "11:45"), ("2", "13:00", "14:45")):
        desk.go("/programme/rounds/new")
        desk.save(start=starts, end=ends, number=number, title=f"Workshoprunde {number}")
    for label, title, round_ in (
        ("1.1", "Wohnen und Anmelden", "Workshoprunde 1"),
        ("2.1", "Sprache im Amt", "Workshoprunde 2"),
    ):
        desk.go("/programme/workshops/new")
        desk.fill(title=title, abstract="Was hilft, und wer macht was?")
        desk.press("Speichern und weiter")
        round_field = desk.main.locator("select[name=round_id]")
        wanted = next(one for one in round_field.locator("option").all_text_contents() if round_ in one)
        desk.save(label=label, round_id=wanted, room_id="Raum 1 (12 Plätze)", capacity="12")


def _publish(desk: Desk) -> None:
    desk.go("/publish")
    desk.press("Veröffentlichen")
    desk.go("/programme/release")
    desk.press("Veröffentlichen")
    desk.go("/")
    expect(desk.main).to_contain_text("Anmeldung offen")


def _register(stage: Stage, page: Page) -> None:
    page.goto(stage.address)
    page.get_by_role("link", name="Erster Fachtag Musterland").first.click()
    page.get_by_role("link", name="Jetzt anmelden").click()
    page.get_by_label("Vorname").fill("Ella")
    page.get_by_label("Nachname").fill("Muster")
    page.get_by_label(re.compile("Dienstliche E-Mail-Adresse")).fill("ella.muster@example.org")
    page.get_by_label(re.compile("^Organisation")).fill("Stadt Musterau")
    page.get_by_label(re.compile("Wohnen und Anmelden")).check()
    page.get_by_role("main").get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bitte per E-Mail bestätigen")
    page.goto(stage.address + link_in(stage.mails.newest("ella.muster@example.org")))
    page.get_by_role("button", name="Anmeldung bestätigen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
    assert (calendar_of(stage.mails.newest("ella.muster@example.org")) or ("",))[0] == "REQUEST"


def _change_room(desk: Desk) -> None:
    """Who sits in the workshop is told, and the organiser sees first what they will read."""
    desk.go("/programme")
    desk.link("Wohnen und Anmelden")
    desk.fill(room_id="Raum 2 (15 Plätze)")
    desk.press("Speichern")
    desk.link("Unterschiede ansehen und freigeben")
    desk.press("Freigeben: zuerst die E-Mails ansehen")
    expect(desk.main.locator("pre").first).to_contain_text("Raum 2")
    desk.press("Speichern und absenden")
    let_the_quiet_minute_pass(desk.stage)
    assert "Raum 2" in text_of(desk.stage.mails.newest("ella.muster@example.org"))


def _bring_lists(desk: Desk) -> None:
    desk.go("/registrations")
    expect(desk.main).to_contain_text("Muster, Ella")
    desk.go("/workshops")
    expect(desk.main).to_contain_text("Muster, Ella")


def let_the_quiet_minute_pass(stage: Stage) -> None:
    """What time does, as below."""
    with stage.app.app_context(), transaction() as session:
        session.execute(update(Message).where(Message.state == State.QUEUED).values(next_attempt_at=now()))


def _let_the_day_be_over(stage: Stage) -> None:
    with stage.app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == DAY)).one()
        back = timedelta(days=300)
        day.starts_at, day.ends_at = day.starts_at - back, day.ends_at - back
        day.revision += 1


def _document(desk: Desk) -> None:
    desk.go("/results")
    expect(desk.main).to_contain_text("Das fehlt noch")
    desk.go("/results/introduction")
    desk.save(intro="Zwanzig Menschen aus acht Häusern.", next_host="Das nächste Mal in Neustadt.")
    desk.link("Wohnen und Anmelden")
    desk.save(findings="Ein Termin statt drei.\nEin Formular für alle.", attended="1")
    desk.go("/results/agreements/new")
    desk.save(
        text="Wir legen die Termine zusammen.",
        owner="Kreis Musterau",
        due="2027-12-01",
        workshop_id="1.1 Wohnen und Anmelden",
    )
    desk.go("/results")
    desk.link("Dokumentation veröffentlichen")
    desk.press("Veröffentlichen")


def _read(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.address}/events/{DAY}")
    page.get_by_role("link", name=re.compile("Dokumentation|Ergebnisse")).first.click()
    for words in (
        "Zwanzig Menschen",
        "Ein Termin statt drei.",
        "Wir legen die Termine zusammen.",
        "Neustadt",
    ):
        expect(page.get_by_role("main")).to_contain_text(words)
    pdf = page.get_by_role("link", name=re.compile("PDF")).first.get_attribute("href") or ""
    answer = page.context.request.get(stage.address + pdf if pdf.startswith("/") else pdf)
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")
