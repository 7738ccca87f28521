# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""An empty production installation, in a real browser: from the first sign-in to the first draft day, without a terminal."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Stage, open_browser, scan
from tests.journeys.test_every_page import sign_in

pytestmark = pytest.mark.browser

OPEN_PLACE = re.compile(r"\[[A-Za-zÄÖÜäöüß][^\[\]\n]{2,}\]")


@pytest.mark.parametrize(
    ("phone", "scripts"), [(False, True), (True, False)], ids=["desktop", "phone, no scripts"]
)
def test_from_nothing_to_the_first_draft(
    empty_stage: Stage, browser: Browser, phone: bool, scripts: bool
) -> None:
    with open_browser(browser, phone=phone, scripts=scripts) as context:
        page = context.new_page()
        sign_in(empty_stage, page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Einrichten")
        _look(page, scripts)

        page.get_by_role("link", name="Zu „Ihre Organisation“").click()
        page.get_by_label("Name Ihrer Organisation").fill("Kreis Musterau")
        _look(page, scripts)
        page.get_by_role("button", name="Speichern").click()

        page.get_by_role("link", name="Zu „Region“").click()
        page.get_by_label("Name").fill("Musterland")
        page.get_by_role("button", name="Hinzufügen").click()
        expect(page.get_by_role("table")).to_contain_text("Musterland")
        _look(page, scripts)
        page.get_by_role("link", name="Einrichten").first.click()

        page.get_by_role("link", name="Zu „Absender der Mails“").click()
        page.get_by_label("Name").fill("Fachtage Müsterau")
        _look(page, scripts)
        page.get_by_role("button", name="Speichern").click()

        for title in ("Impressum", "Datenschutzerklärung"):
            page.get_by_role("link", name=f"Zu „{title}“").click()
            text = page.get_by_label("Text")
            text.fill(OPEN_PLACE.sub("Kreis Musterau", text.input_value()))
            page.get_by_role("button", name="Vorschau").click()
            expect(page.get_by_role("article")).to_contain_text("Kreis Musterau")
            _look(page, scripts)
            page.get_by_role("button", name="Speichern und veröffentlichen").click()
            expect(page.get_by_role("main")).to_contain_text("Fassung 1")
            page.goto(f"{empty_stage.address}/organise/setup")

        for title in ("Erklärung zur Barrierefreiheit", "Leichte Sprache"):
            page.get_by_role("button", name=f"„{title}“ vorerst überspringen").click()
        expect(page.get_by_role("main")).to_contain_text("7 von 8 Schritten")

        page.get_by_role("link", name="Ersten Fachtag anlegen").click()
        page.get_by_label("Titel").fill("Erster Fachtag Musterland")
        page.get_by_label("Datum").fill("2027-05-11")
        page.get_by_label("Von").fill("09:00")
        page.get_by_label("Bis").fill("16:00")
        page.get_by_role("button", name="Entwurf anlegen").click()
        expect(page.get_by_role("main")).to_contain_text("Der Entwurf ist angelegt")

        page.goto(f"{empty_stage.address}/organise/events/erster-fachtag-musterland/edit/hosts")
        expect(page.locator("select[name=lead_host_id] option:checked")).to_have_text("Kreis Musterau")
        expect(page.locator("select[name=region_id]")).to_contain_text("Musterland")
        page.goto(f"{empty_stage.address}/organise/")
        expect(page.get_by_role("main")).to_contain_text("Erster Fachtag Musterland")


def _look(page: Page, scripts: bool) -> None:
    if scripts:
        assert scan(page) == []
