# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people have set in their system is followed (A11Y-11), and keyboard and thumb find what they aim at (A11Y-08)."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from tests.journeys.conftest import DESKTOP, PHONE, Stage, open_browser, scan, sign_in

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
    const whole = one.getClientRects()[0];
    // Into a field of several lines a browser scrolls as far as the line with the caret, which is the first one.
    const line = one.localName === 'textarea' ? parseFloat(getComputedStyle(one).lineHeight) : whole.height;
    const box = new DOMRect(whole.x, whole.y, whole.width, Math.min(line, whole.height));
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_show_what_is_chosen(stage: Stage, browser: Browser, scheme: str) -> None:
    """Radios and ticks, with the focus and without: pixels, because a pseudo-element's style says nothing of what is seen."""
    with context_of(browser, forced_colors="active", color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(stage.address + PAGES[2])
        for kind in ("radio", "checkbox"):
            controls = page.locator(f"input[type={kind}]:visible")
            one, other = controls.nth(0), controls.nth(1)
            page.locator("h1").click()
            empty = ink(one)
            assert empty > 0.05, kind  # its border
            one.check()
            page.locator("h1").click()
            assert ink(one) > empty + 0.03, kind
            assert ink(other) == pytest.approx(empty, abs=0.01), kind
            one.focus()
            assert ink(one) > empty + 0.03, kind  # border and mark stay
            ring = one.evaluate(
                "one => getComputedStyle(one).outlineStyle + getComputedStyle(one).outlineWidth"
            )
            assert ring == "solid3px", kind


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_keep_icons_meters_tabs_and_charts(
    stage: Stage, browser: Browser, scheme: str
) -> None:
    with context_of(browser, forced_colors="active", color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(stage.address + PAGES[1])
        for icon in (
            ".utility .kern-icon",
            ".back .kern-icon",
            ".hero__facts .kern-icon",
            ".kern-badge .kern-icon",
        ):
            assert ink(page.locator(icon).first) > 0.05, icon
        sign_in(stage, page)
        page.goto(f"{stage.address}/organise{PAGES[1]}/")
        share = page.locator("progress").first.evaluate("one => one.value / one.max")
        assert ink(page.locator("progress").first) == pytest.approx(min(share, 1 - share), abs=0.1)
        for line in (".tabs", ".navigation"):
            here, elsewhere = (
                page.locator(f"{line} a{which}").first for which in ("[aria-current]", ":not([aria-current])")
            )
            colours = [
                one.evaluate("one => getComputedStyle(one).borderBottomColor") for one in (here, elsewhere)
            ]
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (colours[0] != colours[1], colours[1] == ground) == (True, True), line
        page.goto(f"{stage.address}/organise{PAGES[1]}/figures")
        assert 0.05 < ink(page.locator("svg.bar").nth(3)) < 0.5  # a bar beside its ground
        page.goto(f"{stage.address}/organise{PAGES[1]}/registrations")
        wrapper = page.locator(".kern-form-input__select-wrapper").first
        arrow = wrapper.evaluate("one => getComputedStyle(one, '::after').backgroundColor")
        assert arrow == page.evaluate("getComputedStyle(document.body).color")


def ink(one: Locator) -> float:
    """The share of pixels that are not of the colour most of them have, or of one close to it."""
    picture = Image.open(BytesIO(one.screenshot())).convert("L")
    width, height = picture.size
    counted = picture.histogram()
    ground = 0 if sum(counted[:64]) > sum(counted[192:]) else 255
    return sum(number for shade, number in enumerate(counted) if abs(shade - ground) > 80) / (width * height)


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
