# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Wishes in a real browser: put in order with the keyboard, then the pages that explain the places."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from app.clock import now
from app.events.rules import Placement
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.workshops.wishes import wishes_of
from app.web.database import db, transaction
from tests.allocation.published import give, publish
from tests.factories.days import make_event, make_programme
from tests.journeys.conftest import Stage, open_browser
from tests.journeys.test_every_page import look_around, look_at
from tests.registration.steps import Day

pytestmark = [pytest.mark.browser, pytest.mark.long]


def a_day_of_wishes() -> Day:
    with transaction() as session:
        until = now() + timedelta(days=3)
        event = make_event(session, slug="wunschtag", placement=Placement.WISHES, wishes_until=until)
        programme = make_programme(session, event)
        day = Day(
            event.id,
            {label: run.id for label, run in programme.runs.items()},
            {one.number: one.id for one in programme.rounds},
            now=now(),
        )
    day.join("anna", "ben", "cem")
    give(day, "anna", "1.1", "1.2")
    give(day, "ben", "1.1", "1.2")
    give(day, "cem", "1.2", "2.1")
    return day


def token_of(day: Day, name: str) -> str:
    return personal_token(db.session.get_one(Registration, day.ids[name]))


def test_wishes_move_with_the_keyboard(stage: Stage, browser: Browser) -> None:
    with stage.app.app_context():
        day = a_day_of_wishes()
        token = token_of(day, "anna")
        db.session.rollback()
        with open_browser(browser, phone=True, scripts=True) as context:
            page = context.new_page()
            page.goto(f"{stage.address}/my/{token}/wishes")
            page.get_by_role("button", name="Nach unten: 1. Wunsch").first.focus()
            page.keyboard.press("Enter")
            page.get_by_text("Verschoben. 2. Wunsch").wait_for(state="attached")
            assert page.evaluate("document.activeElement.textContent") == "Nach oben"
            found = look_around(page, "wishes")
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_url("**done=wishes")
        wished = wishes_of(db.session(), day.ids["anna"]).runs[day.rounds[1]]
        assert list(wished) == [day.runs["1.2"], day.runs["1.1"]]
        db.session.rollback()
    assert found == []


def test_pages_that_explain(stage: Stage, browser: Browser) -> None:
    with stage.app.app_context():
        day = a_day_of_wishes()
        publish(day)
        pages = [f"/my/{token_of(day, 'ben')}/places", "/events/wunschtag/places"]
        db.session.rollback()
    with open_browser(browser, phone=True) as context:
        page = context.new_page()
        found = [one for path in pages for one in look_at(page, stage.address + path)]
    assert found == []
