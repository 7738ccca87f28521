# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A participant's day, in a real browser: on a phone without JavaScript, on a desktop with it, light and dark."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.clock import now
from app.events.models import Event
from app.web.database import transaction
from tests.journeys.conftest import Stage, open_browser, scan
from tests.mailbox import calendar_of, link_in
from tests.scheduling.steps import change_facts

pytestmark = pytest.mark.browser

WAYS = [
    pytest.param({"phone": True, "scripts": False}, id="phone, no scripts"),
    pytest.param({"phone": True, "dark": True}, id="phone, dark"),
    pytest.param({"phone": False}, id="desktop"),
]


@pytest.mark.parametrize("way", WAYS)
def test_registers_reads_the_mail_and_cancels(stage: Stage, browser: Browser, way: dict[str, bool]) -> None:
    with open_browser(browser, **way) as context:
        page = context.new_page()
        page.goto(stage.address)
        page.get_by_role("link", name=re.compile("Vom Einzelfall zur Struktur")).first.click()
        page.get_by_role("link", name="Zum Tagesablauf").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Tagesablauf")
        assert context.cookies() == []
        page.go_back()
        page.get_by_role("link", name="Jetzt anmelden").click()
        _send_empty_form(page)
        _fill(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Bitte per E-Mail bestätigen")

        page.goto(stage.address + link_in(stage.mails.newest("ella.muster@example.org")))
        page.get_by_role("button", name="Anmeldung bestätigen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
        expect(page.get_by_text("Wirkung zeigen: Kennzahlen und Geschichten")).to_be_visible()
        invitation = calendar_of(stage.mails.newest("ella.muster@example.org"))
        assert invitation is not None
        assert invitation[0] == "REQUEST"

        page.get_by_role("link", name="Workshops wählen").click()
        page.get_by_label(re.compile("Rassismuskritisch beraten in Behörden")).check()
        page.get_by_role("button", name="Auswahl speichern").click()
        expect(page.get_by_text("Warteliste für")).to_be_visible()
        expect(page.get_by_text("4 Personen stehen vor Ihnen.")).to_be_visible()

        page.get_by_role("link", name="Abmelden").click()
        page.get_by_role("button", name="Abmelden").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind nicht mehr angemeldet")
        withdrawal = calendar_of(stage.mails.newest("ella.muster@example.org"))
        assert withdrawal is not None
        assert withdrawal[0] == "CANCEL"


@pytest.mark.parametrize("scripts", [pytest.param(False, id="no scripts"), pytest.param(True, id="scripts")])
def test_waits_is_offered_a_seat_and_takes_it(stage: Stage, browser: Browser, scripts: bool) -> None:
    """The day is full before and after sending; the number and the reason stand on the page; an offer is accepted."""
    _fill_the_day(stage)
    with open_browser(browser, phone=True, scripts=scripts) as context:
        page = context.new_page()
        page.goto(f"{stage.address}/events/kim-fachtag-owl")
        expect(page.get_by_text("Die Plätze für alle sind vergeben")).to_be_visible()
        page.get_by_role("link", name="Auf die Warteliste setzen").click()
        page.get_by_label("Vorname").fill("Ella")
        page.get_by_label("Nachname").fill("Muster")
        page.get_by_label(re.compile("Dienstliche E-Mail-Adresse")).fill("ella.muster@example.org")
        page.get_by_label(re.compile("^Organisation")).fill("Amt für Geduld")
        page.get_by_role("main").get_by_role("button", name="Auf die Warteliste setzen").click()
        expect(page.get_by_text("Sie sind für die Warteliste vorgemerkt.")).to_be_visible()

        page.goto(stage.address + link_in(stage.mails.newest("ella.muster@example.org")))
        page.get_by_role("button", name="Anmeldung bestätigen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sie stehen auf der Warteliste")
        expect(
            page.get_by_text(
                re.compile("Personen stehen vor Ihnen|Person steht vor Ihnen|als Nächstes an der Reihe")
            )
        ).to_be_visible()
        personal = page.url.partition("?")[0]
        found = scan(page) if scripts else []

        _offer_to_everybody(stage)
        page.goto(stage.address + link_in(stage.mails.newest("ella.muster@example.org")))
        expect(page.get_by_role("heading", level=1)).to_have_text("Ein Platz ist für Sie frei")
        found += scan(page) if scripts else []
        page.get_by_role("button", name="Platz annehmen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
        assert page.url.partition("?")[0] == personal
        assert (calendar_of(stage.mails.newest("ella.muster@example.org")) or ("",))[0] == "REQUEST"
    assert found == []


def _fill_the_day(stage: Stage) -> None:
    """No seat is left, and who moves up is asked first."""
    with stage.app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == "kim-fachtag-owl")).one()
        day.capacity, day.offer_hours = day.taken, 48
        day.revision += 1


def _offer_to_everybody(stage: Stage) -> None:
    """Somebody of the team finds more chairs."""
    with stage.app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == "kim-fachtag-owl")).one()
        change_facts(session, day.id, now(), capacity=day.taken + day.reserved + day.waiting)


def _send_empty_form(page: Page) -> None:
    """The error summary has the focus, leads to the field, and nothing typed is lost."""
    page.get_by_label("Vorname").fill("Ella")
    page.get_by_role("main").get_by_role("button", name="Anmelden").click()
    expect(page).to_have_title(re.compile("^Fehler: "))
    assert page.locator(".error-summary").count() == 1
    expect(page.get_by_label("Vorname")).to_have_value("Ella")
    page.get_by_role("link", name=re.compile("^Nachname: ")).click()
    expect(page.get_by_label("Nachname")).to_be_focused()


def _fill(page: Page) -> None:
    page.get_by_label("Nachname").fill("Muster")
    page.get_by_label(re.compile("Dienstliche E-Mail-Adresse")).fill("ella.muster@example.org")
    page.get_by_label(re.compile("^Organisation")).fill("Stadt Detmold")
    page.get_by_label(re.compile("Wirkung zeigen")).check()
    page.get_by_role("main").get_by_role("button", name="Anmelden").click()


def test_keyboard_alone(stage: Stage, browser: Browser) -> None:
    """Skip link first; every stop on the way to the button shows where one is."""
    with open_browser(browser, phone=False) as context:
        page = context.new_page()
        page.goto(f"{stage.address}/events/kim-fachtag-owl/register")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
        seen = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            name, visible = page.evaluate(
                """() => {
                    const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
                    const ring = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
                    return [at.name || at.textContent.trim(), ring && box.top > -1 && box.bottom < innerHeight + 1];
                }"""
            )
            assert visible, f"{name} has the focus and does not show it"
            seen.add(name)
            if name == "Anmelden":
                break
        assert {"given_name", "family_name", "email", "organisation", "role_title"} <= seen
