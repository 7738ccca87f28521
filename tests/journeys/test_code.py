# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day with a code and its texts, on a phone without scripts; and every page of it, looked at (A11Y-01, A11Y-08, A11Y-10)."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.clock import now
from app.events.models import Event
from app.events.service import mark_changed
from app.registration.links import form_path
from app.web.database import transaction
from tests.journeys.conftest import Stage, open_browser
from tests.journeys.test_every_page import PERSON, look_around, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.long]

DAY = "/events/kim-fachtag-owl"
TEXTS = {
    "text_before": "Zuerst melden sich die Integrationszentren an.\n\nAlle anderen folgen eine Woche später.",
    "text_open": "Bitte melden Sie je Stelle eine Person an.\n\nFragen? https://example.org/fragen",
    "text_after": "Die Anmeldung ist zu Ende. Rufen Sie uns an: 01234 5678.",
}


def change(stage: Stage, **facts: Any) -> str:
    """The path of the link to the form afterwards."""
    with stage.app.app_context(), transaction() as session:
        day = session.scalars(select(Event).where(Event.slug == "kim-fachtag-owl")).one()
        for name, value in facts.items():
            setattr(day, name, value)
        mark_changed(day, now(), calendar=False)
        return form_path(day)


def send(page: Page) -> None:
    with page.expect_event("load"):
        page.locator("main form button[type=submit]").first.click()


def test_the_code_on_a_phone_without_scripts(stage: Stage, browser: Browser) -> None:
    change(stage, form_code="Herbst-27", **TEXTS)
    with open_browser(browser, phone=True, scripts=False) as context:
        page = context.new_page()
        page.goto(stage.address + DAY)
        expect(page.locator("main")).to_contain_text("Bitte melden Sie je Stelle eine Person an.")
        with page.expect_event("load"):
            page.get_by_role("link", name="Jetzt anmelden").click()
        page.get_by_label("Code").fill("herbst-27")
        send(page)
        for name, value in PERSON.items():
            page.locator(f"[name={name}]").fill(value)
        change(stage, form_code="Winter-28")
        send(page)
        expect(page.locator("main")).to_contain_text("Ihr Formular ist nicht gesendet")
        page.get_by_label("Code").fill("Winter-28")
        send(page)
        for name, value in PERSON.items():
            expect(page.locator(f"[name={name}]")).to_have_value(value)
        send(page)
        expect(page.locator("h1")).to_have_text("Bitte per E-Mail bestätigen")


def test_every_page_of_it(stage: Stage, browser: Browser) -> None:
    change(stage, form_code="Herbst-27", **TEXTS)
    found = []
    with open_browser(browser, phone=True) as context:
        page = context.new_page()

        def look(path: str, name: str) -> None:
            page.goto(stage.address + path)
            found.extend(look_around(page, name))

        look(DAY, "the day")
        look(f"{DAY}/register", "asked for the code")
        send(page)
        found += look_around(page, "asked, with an error")
        old = change(stage)
        new = change(stage, form_code="Winter-28")
        look(old, "an old link")
        page.goto(stage.address + new)
        found += look_around(page, "the form with its text")
        change(stage, form_code="Sommer-29")
        send(page)
        found += look_around(page, "asked, with a form that waits")
        change(stage, registration_opens_at=now() + timedelta(days=2))
        look(DAY, "before it opens")
        look(f"{DAY}/register", "in place of the form, before")
        change(stage, registration_opens_at=None, registration_closes_at=now() - timedelta(days=1))
        look(f"{DAY}/register", "in place of the form, after")
        sign_in(stage, page)
        look(f"/organise{DAY}/edit", "the team's page")
    assert found == []
