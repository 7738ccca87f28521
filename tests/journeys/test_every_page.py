# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every page, found by following links: no axe violation, not wider than a phone, in both themes (A11Y-01, A11Y-08, A11Y-10)."""

from collections import deque
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from app.clock import now
from app.events.models import Event
from app.events.service import lock_event
from app.registration.admission import Entry
from app.registration.groups.members import add_colleague
from app.registration.groups.service import Allotment, allot
from app.registration.history import SYSTEM
from app.registration.links import group_token, personal_token
from app.registration.models import Registration
from app.registration.person import Person
from app.registration.rules import Status
from app.web.access import Audience, access_of
from app.web.database import db, transaction
from tests.journeys.conftest import DESKTOP, PHONE, Stage, open_browser, scan, sign_in
from tests.pages import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.long]

PUBLIC = {Audience.PUBLIC, Audience.DEMO}
ORGANISERS = {Audience.ORGANISER, Audience.CREATOR, Audience.SIGNED_IN, Audience.ADMIN}
# Nothing to look at, or reached by a link that only a mail carries; those are opened below or in their own tests.
NOT_BY_LINK = {
    "people.welcome",
    "people.new_password",
    "people.password_mail_sent",
    "registration.sent",
    "registration.waiting",
    "groups.sent",
    "links.sent",
    "links.with_code",
    "registration.suppressed",
    "own.deleted",
    "legal.barrier_reported",
    "explained.places",
}
# What the theme changes are colours alone; everything else is asked once per width.
COLOURS = ["color-contrast", "link-in-text-block"]


PERSON = {
    "given_name": "Ella",
    "family_name": "Muster",
    "email": "ella.muster@example.org",
    "organisation": "Stadt Detmold",
}


def endpoint_of(app: Flask, path: str) -> str | None:
    try:
        endpoint, _ = app.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return None
    return str(endpoint)


def pages_by_link(
    stage: Stage, context: BrowserContext, start: list[str], audiences: set[Audience]
) -> dict[str, str]:
    """One address per endpoint of these audiences, found by following links from `start`."""
    found: dict[str, str] = {}
    waiting = deque(start)
    seen = set(start)
    while waiting:
        path = waiting.popleft()
        endpoint = endpoint_of(stage.app, path)
        access = access_of(stage.app, endpoint) if endpoint else None
        if endpoint is None or endpoint in found or access is None or access.audience not in audiences:
            continue
        answer = context.request.get(stage.address + path)
        if not answer.headers.get("content-type", "").startswith("text/html") or answer.status >= 400:
            continue
        found[endpoint] = path
        for href in _links(answer.text()):
            target = urlsplit(urljoin(stage.address + path, href))
            if target.netloc == urlsplit(stage.address).netloc and target.path not in seen:
                seen.add(target.path)
                waiting.append(target.path)
    return found


def _links(html: str) -> list[str]:
    from bs4 import BeautifulSoup

    return [str(a["href"]) for a in BeautifulSoup(html, "html.parser").find_all("a", href=True)]


def look_at(page: Page, address: str) -> list[str]:
    """The page in both themes and both widths."""
    page.goto(address)
    return look_around(page, urlsplit(address).path)


def look_around(page: Page, name: str) -> list[str]:
    """Back to the first width in the second theme, so that the window changes as seldom as can be."""
    found = []
    for theme, rules, windows in (("light", None, (PHONE, DESKTOP)), ("dark", COLOURS, (DESKTOP, PHONE))):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        for window in windows:
            if page.viewport_size != window:
                page.set_viewport_size(window)  # type: ignore[arg-type]
            found += [f"{name} ({theme}, {window['width']} px): {one}" for one in scan(page, rules)]
    return found


def html_pages(app: Flask, audiences: set[Audience]) -> set[str]:
    """Endpoints that a person can open and that are no files."""
    files = (".ics", ".csv", ".xlsx", ".json", ".xml", ".atom", ".txt", ".eml", ".pdf", ".png")
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and (access := access_of(app, rule.endpoint)) is not None
        and access.audience in audiences
        and not rule.rule.endswith(files)
    }


def test_public_pages(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=True) as context:
        Visitor(stage.app.test_client(), base_url=stage.address).get("/events/kim-fachtag-owl/register").send(
            **PERSON
        )
        stage.mails.deliver()
        start = ["/", "/demo/mailbox", "/organise/sign-in", "/events/kim-fachtag-owl-2023/results"]
        pages = pages_by_link(stage, context, start, PUBLIC)
        files = {"static", "results.material", "demo.attachment", "health.healthz"}
        missed = html_pages(stage.app, PUBLIC) - set(pages) - NOT_BY_LINK - files
        assert missed == set(), "pages that no link leads to"
        assert context.cookies() == [] or {cookie["name"] for cookie in context.cookies()} == {"fachtag"}
        page = context.new_page()
        extra = [
            "/events/kim-fachtag-owl/register/sent",
            "/events/kim-fachtag-owl/register/waiting",
            "/events/kim-fachtag-owl/register/group/sent",
            "/events/kim-fachtag-owl/link/sent",
            "/no-more-mails",
            "/my-data-deleted",
            "/nowhere",
            "/barriere-melden/danke",
        ]
        found = [one for path in [*pages.values(), *extra] for one in look_at(page, stage.address + path)]
    assert found == []


def test_pages_with_errors(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=True, scripts=True) as context:
        page = context.new_page()
        found = []
        for path in ("/events/kim-fachtag-owl/register", "/organise/sign-in", "/barriere-melden"):
            page.goto(stage.address + path)
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_selector(".error-summary")
            found += look_around(page, f"{path} with errors")
    assert found == []


def test_personal_pages(stage: Stage, browser: Browser) -> None:
    with stage.app.app_context():
        tokens = []
        for status in Status:
            one = db.session.scalar(select(Registration).where(Registration.status == status).limit(1))
            if one is not None:
                tokens.append(personal_token(one))
        first = [*(f"/my/{token}" for token in tokens), *a_group()]
    assert len(tokens) >= 2
    with open_browser(browser, phone=True) as context:
        page = context.new_page()
        found, seen = [], set()
        for start in first:
            for endpoint, path in pages_by_link(stage, context, [start], {Audience.PERSONAL}).items():
                found += look_at(page, stage.address + path)
                seen.add(endpoint)
    assert found == []
    assert {"groups.add", "groups.cancel", "groups.substitute", "registration.substitute"} <= seen
    assert {"own.data", "own.delete"} <= seen


def a_group() -> tuple[str, str]:
    """The pages of a contact with one seat that has a name and one that has none, and of the colleague named."""
    event_id = db.session.scalars(select(Event.id).where(Event.slug == "kim-fachtag-owl")).one()
    contact = Person("Klara", "Kontakt", "klara@example.org", "Stadt Detmold")
    db.session.rollback()
    with transaction() as session:
        lock_event(session, event_id).capacity = None
        until = now() + timedelta(days=2)
        group = allot(session, event_id, Allotment(contact, 2, until, "nonce-seats"), SYSTEM, now())
        add_colleague(
            session,
            group.id,
            Entry(replace(contact, given_name="Gerd", email="gerd@example.org"), "nonce-gerd"),
            now(),
        )
        gerd = session.scalars(select(Registration).where(Registration.given_name == "Gerd")).one()
        return f"/group/{group_token(group)}", f"/my/{personal_token(gerd)}"


@pytest.mark.parametrize("half", [0, 1])
def test_organisers_pages(stage: Stage, browser: Browser, half: int) -> None:
    """In two halves, so that both processors have something to do."""
    with open_browser(browser, phone=True) as context:
        page = context.new_page()
        sign_in(stage, page)
        past = "/organise/events/kim-fachtag-owl-2023/results"
        start = [past, "/organise/events/kim-fachtag-owl/", "/organise/"]
        pages = pages_by_link(stage, context, start, ORGANISERS)
        mine = sorted(pages.values())[half::2]
        found = [one for path in mine for one in look_at(page, stage.address + path)]
    assert found == []
    assert len(mine) > 15
    assert {"log.day", "log.house", "setup.overview", "legal_texts.edit", "master_data.entry"} <= set(pages)


def test_what_is_stored_under_an_address(stage: Stage, browser: Browser) -> None:
    """A page that only a form leads to: with registrations, with an account, and with nothing."""
    with stage.app.app_context():
        seated = select(Registration.email).where(Registration.status == Status.REGISTERED)
        participant = db.session.scalars(seated.order_by(Registration.id)).first() or ""
    with open_browser(browser, phone=True) as context:
        page = context.new_page()
        sign_in(stage, page)
        found = []
        for address in (participant, stage.organiser, "niemand@example.org", "keine"):
            page.goto(f"{stage.address}/organise/data-protection/person")
            page.get_by_label("E-Mail-Adresse").fill(address)
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_selector("#found, .empty, .error-summary")
            assert "@" not in page.url
            found += look_around(page, f"stored under {address}")
    assert found == []
