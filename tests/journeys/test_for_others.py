# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""One person for others, on a phone, without JavaScript and with: a secretary and three colleagues, then a substitute."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Stage, open_browser, scan
from tests.mailbox import calendar_of, link_in, text_of

pytestmark = pytest.mark.browser

WAYS = [pytest.param(False, id="no scripts"), pytest.param(True, id="scripts")]


@pytest.mark.parametrize("scripts", WAYS)
def test_a_secretary_registers_three_colleagues_and_one_is_substituted(
    stage: Stage, browser: Browser, scripts: bool
) -> None:
    with open_browser(browser, phone=True, scripts=scripts) as context:
        page = context.new_page()
        page.goto(f"{stage.address}/events/kim-fachtag-owl/register")
        page.get_by_role("link", name="Mehrere Personen auf einmal anmelden").click()
        _contact(page)
        page.get_by_role("button", name="Weitere Person hinzufügen").click()
        for number, name in enumerate(("Ada", "Bela", "Cleo"), start=1):
            _colleague(page, number, name, "bela@" if name == "Bela" else f"{name.lower()}@example.org")
        found = _look(page, scripts)
        page.get_by_role("button", name="Gruppe anmelden").last.click()
        expect(page).to_have_title(re.compile("^Fehler: "))
        assert page.locator(".error-summary li").count() == 1
        found += _look(page, scripts)
        wrong = page.get_by_role("group", name="Person 2").get_by_label("E-Mail-Adresse")
        expect(wrong).to_have_value("bela@")
        wrong.fill("bela@example.org")
        page.get_by_role("group", name="Person 2").get_by_label("Vorname").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Bitte per E-Mail bestätigen")
        found += _look(page, scripts)

        page.goto(stage.address + link_in(stage.mails.newest("sekretariat@example.org"), "/group/"))
        page.get_by_role("button", name="Gruppe bestätigen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Gruppe")
        for name in ("Ada", "Bela", "Cleo"):
            expect(page.get_by_role("heading", name=f"{name} Muster")).to_be_visible()
        found += _look(page, scripts)
        told = stage.mails.newest("bela@example.org")
        assert "Sonja Sekretariat hat Sie zu diesem Tag angemeldet" in text_of(told)

        page.goto(stage.address + link_in(told))
        page.get_by_role("link", name="Vertretung nennen").click()
        found += _look(page, scripts)
        _fill(page, "Dana", "dana@example.org")
        page.get_by_role("button", name="Meinen Platz weitergeben").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind nicht mehr angemeldet")
        assert (calendar_of(stage.mails.newest("bela@example.org")) or ("",))[0] == "CANCEL"
        invited = stage.mails.newest("dana@example.org")
        assert (calendar_of(invited) or ("",))[0] == "REQUEST"
        page.goto(stage.address + link_in(invited))
        expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
        found += _look(page, scripts)
    assert found == []


def _contact(page: Page) -> None:
    page.get_by_label("Vorname").first.fill("Sonja")
    page.get_by_label("Nachname").first.fill("Sekretariat")
    page.get_by_label(re.compile("Dienstliche E-Mail-Adresse")).fill("sekretariat@example.org")
    page.get_by_label(re.compile("^Organisation")).fill("Stadt Detmold")


def _colleague(page: Page, number: int, name: str, address: str) -> None:
    row = page.get_by_role("group", name=f"Person {number}")
    row.get_by_label("Vorname").fill(name)
    row.get_by_label("Nachname").fill("Muster")
    row.get_by_label("E-Mail-Adresse").fill(address)


def _fill(page: Page, name: str, address: str) -> None:
    page.get_by_label("Vorname").fill(name)
    page.get_by_label("Nachname").fill("Muster")
    page.get_by_label("E-Mail-Adresse").fill(address)


def _look(page: Page, scripts: bool) -> list[str]:
    return [f"{page.url}: {one}" for one in scan(page)] if scripts else []
