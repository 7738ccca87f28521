# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people have set in their system is followed (A11Y-11), and keyboard and thumb find what they aim at (A11Y-08)."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import DESKTOP, PHONE, Stage, open_browser, scan

pytestmark = [pytest.mark.browser, pytest.mark.long]

PAGES = ("/", "/events/kim-fachtag-owl", "/events/kim-fachtag-owl/register", "/organise/sign-in")

MOVES = """() => [...document.querySelectorAll('*')].flatMap(one => {
    const style = getComputedStyle(one);
    const seconds = [style.transitionDuration, style.animationDuration].join().split(',').map(parseFloat);
    const smooth = style.scrollBehavior === 'smooth';
    return smooth || Math.max(...seconds) > 0.001 ? [one.tagName + '.' + one.className] : [];
})"""
BACKGROUND = """() => {
    const pen = new OffscreenCanvas(1, 1).getContext('2d');
    pen.fillStyle = getComputedStyle(document.body).backgroundColor;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""
BAR = """() => {
    const bar = document.createElement('div');
    Object.assign(bar.style, {position: 'fixed', inset: '0 0 auto', height: '300px'});
    document.body.append(bar);
}"""
TINY = """() => {
    const line = document.querySelector('main').appendChild(document.createElement('p'));
    for (const word of ['a', 'b']) {
        const button = document.createElement('button');
        button.textContent = word;
        Object.assign(button.style, {all: 'unset', fontSize: '6px'});
        line.append(button);
    }
}"""
# What has the focus, and what lies on top of its middle; a label lies beside its field, and a line may break.
COVERED = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const box = one.getClientRects()[0];
    const inside = box.top >= -1 && box.bottom <= innerHeight + 1 || box.height > innerHeight;
    const top = document.elementFromPoint(box.left + box.width / 2, Math.max(box.top, 0) + Math.min(box.height, innerHeight) / 2);
    const seen = inside && top !== null && (one.contains(top) || top.contains(one));
    return seen ? '' : one.outerHTML.slice(0, 120);
}"""


def context_of(browser: Browser, **preferences: Any) -> Any:
    """Without the sheet that stills everything for the other journeys."""
    return browser.new_context(viewport=DESKTOP, locale="de-DE", **preferences)  # type: ignore[arg-type]


def test_who_wants_no_motion_sees_none(stage: Stage, browser: Browser) -> None:
    """And there is some for everybody else, but nowhere does a page scroll by itself."""
    moving = {}
    for wish in ("reduce", "no-preference"):
        with context_of(browser, reduced_motion=wish) as context:
            page = context.new_page()
            page.goto(stage.address + PAGES[1])
            moving[wish] = page.evaluate(MOVES)
            assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert moving["reduce"] == []
    assert moving["no-preference"] != []


def test_light_and_dark_follow_the_system(stage: Stage, browser: Browser) -> None:
    brightness = {}
    for scheme in ("light", "dark"):
        with context_of(browser, color_scheme=scheme) as context:
            page = context.new_page()
            page.goto(stage.address)
            brightness[scheme] = sum(page.evaluate(BACKGROUND))
    assert brightness["dark"] < 150
    assert brightness["light"] > 600


def test_forced_colours_keep_edges(stage: Stage, browser: Browser) -> None:
    """Where the system takes the backgrounds away, a line says where the head of a page ends."""
    edges = {}
    for forced in ("active", "none"):
        with context_of(browser, forced_colors=forced) as context:
            page = context.new_page()
            page.goto(stage.address + PAGES[1])
            edges[forced] = page.evaluate(
                "getComputedStyle(document.querySelector('.hero')).borderBottomStyle"
            )
    assert edges == {"active": "solid", "none": "none"}


@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_lies_on_top_of_the_focus(stage: Stage, browser: Browser, window: dict[str, int]) -> None:
    """2.4.11: Tab from the first to the last element, and back up, where a bar on top would cover it."""
    with open_browser(browser, phone=window is PHONE) as context:
        page = context.new_page()
        for path in PAGES:
            page.goto(stage.address + path)
            for key in ("Tab", "Shift+Tab"):
                seen = _walk(page, key)
                assert len(seen) > 12, path
                assert [one for one in seen if one] == [], path


def _walk(page: Page, key: str) -> list[str]:
    """What lies on top of each element that gets the focus. The first press may only bring it back into the page: after
    the last element it stands in the browser's own frame, and a slow machine notices late."""
    seen: list[str] = []
    for number in range(80):
        page.keyboard.press(key)
        covered = page.evaluate(COVERED)
        if covered is not None:
            seen.append(covered)
        elif number > 0:
            break
    return seen


def test_a_bar_on_top_and_a_target_too_small_would_be_found(stage: Stage, browser: Browser) -> None:
    """2.4.11 and 2.5.8: what is planted is what is said; every page is scanned for small targets elsewhere."""
    with open_browser(browser, phone=True) as context:
        page = context.new_page()
        page.goto(stage.address + PAGES[2])
        assert scan(page) == []
        page.evaluate(BAR)
        _walk(page, "Tab")
        assert any(_walk(page, "Shift+Tab"))
        page.evaluate(TINY)
        assert any(one.startswith("target-size") for one in scan(page))
