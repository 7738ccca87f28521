# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The timetable in a real browser: an item is dragged to another room and time, and made longer by its edge; by keyboard the form
does the same."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import Stage, open_browser, sign_in

pytestmark = pytest.mark.browser

TIMETABLE = "/organise/events/kim-fachtag-owl/programme/timetable"


def times_of(page: Page, key: str) -> tuple[str, str]:
    """The room's number and the times of a thing, as the page shows them."""
    thing = page.locator(f".placed[data-key={key}]")
    return str(thing.locator("xpath=..").get_attribute("data-room")), thing.locator("p").nth(1).inner_text()


def test_an_item_is_dragged(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=False) as context:
        page = context.new_page()
        page.set_viewport_size(
            {"width": 1280, "height": 4200}
        )  # a window that scrolls while something is held drops it
        sign_in(stage, page)
        page.goto(f"{stage.address}{TIMETABLE}")
        thing = page.locator("td .placed", has_text="Input: Vom Einzelfall")
        key = str(thing.get_attribute("data-key"))
        assert times_of(page, key)[1] == "10:00–10:45 Uhr"
        foyer = page.locator("td[data-label=Foyer][data-at='10:15']")
        room = foyer.get_attribute("data-room")
        with page.expect_navigation():
            thing.drag_to(foyer)
        expect(page.get_by_role("status").first).to_contain_text("ist verlegt")
        assert times_of(page, key) == (room, "10:15–11:00 Uhr")
        cell = page.locator(f"td:has(.placed[data-key={key}])")
        with page.expect_navigation():
            cell.locator(".placed__edge").drag_to(cell, target_position={"x": 100, "y": 4})
        assert times_of(page, key) == (room, "10:15–10:30 Uhr")
        page.goto(f"{stage.address}{TIMETABLE.removesuffix('timetable')}release")
        expect(page.get_by_role("main")).to_contain_text("Input: Vom Einzelfall")
        public = context.request.get(f"{stage.address}/events/kim-fachtag-owl/agenda").text()
        assert "10:15–10:30" not in public


def test_the_same_by_finger(stage: Stage, browser: Browser) -> None:
    """Held for a moment it is dragged; moved at once, the page scrolls and nothing is."""
    with open_browser(browser, phone=False, touch=True) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 4200})
        sign_in(stage, page)
        page.goto(f"{stage.address}{TIMETABLE}")
        thing = page.locator("td .placed", has_text="Ausblick").first
        key = str(thing.get_attribute("data-key"))
        before = times_of(page, key)
        other = page.locator("td[data-label=Foyer][data-at='10:15']")
        touch = context.new_cdp_session(page)
        begin, end = middle_of(thing), middle_of(other)
        for held, moved in ((0, False), (700, True)):
            touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [begin]})
            page.wait_for_timeout(held)
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [end]})
            expect(page.locator(".receiving")).to_have_count(int(moved))
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            if moved:
                expect(page.get_by_role("status").first).to_contain_text("ist verlegt")
                assert times_of(page, key)[1].startswith("10:15–")
            else:
                assert times_of(page, key) == before


def middle_of(place: Locator) -> dict[str, float]:
    box = place.bounding_box()
    assert box is not None
    return {"x": box["x"] + box["width"] / 2, "y": box["y"] + 4}


def test_the_same_by_keyboard_and_without_script(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=False, scripts=False) as context:
        page = context.new_page()
        sign_in(stage, page)
        page.goto(f"{stage.address}{TIMETABLE}")
        page.locator("td .placed a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("what="))
        page.get_by_label(re.compile("^Raum")).focus()
        page.keyboard.press("End")
        page.get_by_label(re.compile("^Von")).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("ist verlegt")
