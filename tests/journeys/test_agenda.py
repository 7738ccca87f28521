# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The agenda as a browser shows and prints it: every view and filter for everybody, and the day on one sheet."""

from io import BytesIO

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader
from sqlalchemy import select

from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.rules import Status
from app.web.database import db
from tests.journeys.conftest import DESKTOP, PHONE, Stage, open_browser
from tests.journeys.test_every_page import look_at

pytestmark = [pytest.mark.browser, pytest.mark.long]

PAGE = "/events/kim-fachtag-owl/agenda"
STATES = (
    "?view=rooms",
    "?view=tracks",
    "?kind=workshop&step_free=y",
    "?view=rooms&round=1",
    "?kind=break&round=1",
    "?room=Keller",
)


def my_day(stage: Stage) -> str:
    with stage.app.app_context():
        one = db.session.scalars(select(Registration).where(Registration.status == Status.REGISTERED)).first()
        assert one is not None
        return f"/my/{personal_token(one)}/agenda"


def test_each_state_is_for_everybody(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=True) as context:
        page = context.new_page()
        found = [one for state in STATES for one in look_at(page, stage.address + PAGE + state)]
        found += look_at(page, stage.address + my_day(stage))
    assert found == []


def test_a_grid_where_there_is_room_and_the_list_elsewhere(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=True, scripts=False) as context:
        page = context.new_page()
        page.goto(f"{stage.address}{PAGE}?view=rooms")
        for window, wide in ((PHONE, False), (DESKTOP, True)):
            page.set_viewport_size(window)  # type: ignore[arg-type]
            assert page.locator("table.timetable").first.is_visible() == wide
            assert page.locator("ol.agenda").first.is_visible() != wide


def test_the_filter_works_without_a_script(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=True, scripts=False) as context:
        page = context.new_page()
        page.goto(stage.address + PAGE)
        whole = page.locator("ol.agenda > li").count()
        page.locator("main details summary").click()
        page.get_by_label("Runde").select_option(index=1)
        page.get_by_label("Stufenlos").check()
        page.get_by_role("button", name="Anzeigen").click()
        assert "round=1" in page.url
        assert page.locator("ol.agenda > li").count() == 1
        page.get_by_role("link", name="Alle anzeigen").click()
        assert page.locator("ol.agenda > li").count() == whole


@pytest.mark.parametrize("query", ["", "?view=rooms", "?lang=en"])
def test_the_day_is_printed_on_one_sheet(stage: Stage, browser: Browser, query: str) -> None:
    """The demo's day has more than seven items, two rounds and ten workshops; nothing of it is left out on paper."""
    with open_browser(browser, phone=False, scripts=False) as context:
        page = context.new_page()
        page.goto(stage.address + PAGE + query)
        titles = page.locator("ol.agenda :is(h2, h3)").all_text_contents()
        printed = PdfReader(BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
    assert len(titles) >= 7 + 2 + 9
    assert len(printed) == 1
    text = "".join(printed[0].extract_text().split())
    assert [one for one in titles if "".join(one.split()) not in text] == []


def test_my_day_is_printed_on_one_sheet(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=False, scripts=False) as context:
        page = context.new_page()
        page.goto(stage.address + my_day(stage))
        assert len(PdfReader(BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages) == 1
