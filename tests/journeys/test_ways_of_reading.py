# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every page that a participant sees, read in other ways: with colours of the system, with letters of double size, on a
phone with both, and with the keyboard alone (A11Y-08, A11Y-10, A11Y-11)."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.conftest import DESKTOP, PHONE, Stage, open_browser, scan
from tests.journeys.test_nothing_is_lost import addresses

pytestmark = [pytest.mark.browser, pytest.mark.long]

DOUBLE = """const double = new CSSStyleSheet();
double.replaceSync('html {font-size: 200%}');
document.adoptedStyleSheets = [...document.adoptedStyleSheets, double];"""
CHEAP = ["image-alt"]  # of axe: another test asks all of it
# What the Tab key has to reach, by its place on the page; of radio buttons with one name only one is a stop.
STOPS = """() => {
    const asks = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
    const seen = new Set();
    return [...document.querySelectorAll(asks)].flatMap((one, place) => {
        one.dataset.place = place;
        const group = one.type === 'radio' && `${one.form?.id} ${one.name}`;
        if (one.tabIndex < 0 || one.disabled || !one.checkVisibility() || (group && seen.has(group))) return [];
        if (group) seen.add(group);
        return [group || String(place)];
    });
}"""
# Where the focus is, and whether one sees it.
HERE = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const shows = one.closest('label') ?? one;
    const marks = [one, ...one.querySelectorAll('*')].flatMap(each => [null, '::after', '::before'].map(part => getComputedStyle(each, part)));
    const seen = marks.some(style => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none');
    const place = one.type === 'radio' ? `${one.form?.id} ${one.name}` : one.dataset.place;
    return [place, seen || shows !== one ? '' : one.outerHTML.slice(0, 100)];
}"""
MOST_STOPS = 300


def pages(stage: Stage, context: BrowserContext) -> list[str]:
    return sorted(addresses(stage, context).values())


@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_colours_of_the_system_and_double_letters_lose_nothing(
    stage: Stage, browser: Browser, window: dict[str, int]
) -> None:
    with open_browser(browser, phone=window is PHONE) as context:
        context.add_init_script(DOUBLE)
        page = context.new_page()
        page.emulate_media(forced_colors="active")
        found = []
        for path in pages(stage, context):
            page.goto(stage.address + path)
            found += [f"{path}: {one}" for one in scan(page, CHEAP)]
    assert found == [], "\n".join(found)


def test_the_keyboard_reaches_everything_and_shows_where_it_is(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=False) as context:
        page = context.new_page()
        found = []
        for path in pages(stage, context):
            page.goto(stage.address + path)
            found += [f"{path}: {one}" for one in walked(page)]
    assert found == [], "\n".join(found)


def walked(page: Page) -> list[str]:
    """What the Tab key does not reach, and where nothing shows that the focus is there."""
    page.evaluate("document.activeElement.blur()")
    wanted, reached, unseen = set(page.evaluate(STOPS)), set(), []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None or here[0] in reached:
            break
        reached.add(here[0])
        unseen += [here[1]] if here[1] else []
    missed = [f"not reached: number {one}" for one in sorted(wanted - reached)]
    return [*missed, *(f"no focus to be seen: {one}" for one in unseen)]
