# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What participants have typed survives what people do: switch the language, go back, reload, open a second tab, and come
back when the session has ended."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from sqlalchemy import select

from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.rules import Status
from app.web.access import Audience
from app.web.database import db
from tests.journeys.conftest import Stage, open_browser
from tests.journeys.test_every_page import PUBLIC, a_group, pages_by_link

pytestmark = [pytest.mark.browser, pytest.mark.long]

ASKS = "input:not([type=hidden], [type=submit], [type=file], [tabindex='-1']), textarea, select"
FORM = f"main form[method=post]:has({ASKS})"
# Everything that can be filled is; an address without its sign keeps a form from being carried out.
FILL = """(form, asks) => {
    for (const field of form.querySelectorAll(asks)) {
        if (!field.checkVisibility() || field.readOnly) continue;
        if (field.type === 'checkbox' || field.type === 'radio') field.checked = true;
        else if (field.tagName === 'SELECT') field.selectedIndex = field.options.length - 1;
        else if (field.type === 'email') field.value = 'ohne-zeichen';
        else if (field.type === 'password') field.value = 'Ein langes Passwort 2031';
        else field.value = `Grüße <${field.name}>`;
        for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, {bubbles: true}));
    }
}"""
# Passwords are never sent back.
TYPED = """(form, asks) => {
    const names = [...form.querySelectorAll(asks)].filter(one => one.type !== 'password').map(one => one.name);
    const data = new FormData(form);
    return Object.fromEntries(names.filter(Boolean).map(name => [name, data.getAll(name)]));
}"""
EVERY_FORM = {
    "groups.add",
    "groups.register",
    "groups.substitute",
    "legal.report_barrier",
    "people.forgot_password",
    "people.sign_in",
    "registration.answers",
    "registration.details",
    "registration.register",
    "registration.substitute",
    "registration.workshops",
}
Typed = dict[str, list[str]]
NOTED = (
    1500  # milliseconds after which a browser has noted what was typed; its own key to reload does not wait
)


def form_of(page: Page) -> Locator:
    return page.locator(FORM).first


def typed_in(page: Page) -> Typed:
    found: Typed = form_of(page).evaluate(TYPED, ASKS)
    return found


def fill(page: Page) -> Typed:
    form_of(page).evaluate(FILL, ASKS)
    return typed_in(page)


def send(page: Page) -> None:
    with page.expect_event("load"):
        form_of(page).locator("button[type=submit]:not([name=show_again])").last.click()


def switched(page: Page, _context: BrowserContext) -> None:
    before = page.locator("html").get_attribute("lang")
    with page.expect_event("load"):
        page.locator("a[href='#other-language']").click()
    assert page.locator("html").get_attribute("lang") != before


def gone_and_back(page: Page, _context: BrowserContext) -> None:
    with page.expect_event("load"):
        page.locator("a.brand").first.click()
    page.go_back()


def reloaded(page: Page, _context: BrowserContext) -> None:
    page.wait_for_timeout(NOTED)
    page.reload()


def beside_a_second_tab(page: Page, context: BrowserContext) -> None:
    other = context.new_page()
    other.goto(page.url)
    fill(other)
    switched(other, context)
    other.close()
    send(page)


def when_the_session_has_ended(page: Page, context: BrowserContext) -> None:
    context.clear_cookies()
    send(page)


WAYS: list[Callable[[Page, BrowserContext], Any]] = [
    switched,
    gone_and_back,
    reloaded,
    beside_a_second_tab,
    when_the_session_has_ended,
]


def addresses(stage: Stage, context: BrowserContext) -> dict[str, str]:
    """Of every page that asks a participant something, by endpoint."""
    with stage.app.app_context():
        tokens = []
        for status in Status:
            one = db.session.scalar(select(Registration).where(Registration.status == status).limit(1))
            if one is not None:
                tokens.append(personal_token(one))
        starts = [*(f"/my/{token}" for token in tokens), *a_group()]
    found = pages_by_link(stage, context, ["/", "/organise/sign-in"], PUBLIC)
    for start in starts:
        for endpoint, path in pages_by_link(stage, context, [start], {Audience.PERSONAL}).items():
            found.setdefault(endpoint, path)
    return found


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_was_typed_is_still_there(stage: Stage, browser: Browser, language: str) -> None:
    with open_browser(browser, phone=True) as context:
        page = context.new_page()
        lost, tried = [], set()
        for endpoint, path in addresses(stage, context).items():
            for way in WAYS:
                page.goto(f"{stage.address}{path}?lang={language}")
                if not form_of(page).count():
                    break
                tried.add(endpoint)
                typed = fill(page)
                way(page, context)
                if not form_of(page).count():
                    continue  # it was sent, and what it asked is stored
                there = typed_in(page)
                lost += [
                    f"{endpoint}, {way.__name__}: {name} {values} is {there.get(name)}"
                    for name, values in typed.items()
                    if there.get(name) != values
                ]
    assert lost == [], "\n".join(lost)
    assert tried >= EVERY_FORM
