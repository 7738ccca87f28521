# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""From wishes to places and beyond, in a real browser: wish, work out, compare, publish, understand, swap."""

import re
import time
from datetime import timedelta
from urllib.parse import urljoin

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from app.allocation.jobs import tend
from app.allocation.models import AllocationRun
from app.allocation.rules import UNFINISHED
from app.clock import now
from app.events.models import Event
from app.events.rules import Placement
from app.registration.links import personal_token
from app.registration.models import Registration
from app.web.database import db, transaction
from tests.factories.days import make_event, make_programme
from tests.ical.readers import read_everywhere
from tests.journeys.conftest import DESKTOP, Stage, open_browser
from tests.journeys.test_every_page import look_at, sign_in
from tests.journeys.test_whole_day import let_the_quiet_minute_pass
from tests.registration.steps import Day

pytestmark = [pytest.mark.browser, pytest.mark.long]

ADMIN = "/organise/events/wunschtag/allocation"
WISHED = {"anna": ("1.1", "1.2"), "ben": ("1.1", "1.2"), "cem": ("1.2",)}


@pytest.fixture
def tokens(stage: Stage) -> dict[str, str]:
    """Three people on a day whose wishes are open; one seat in 1.1, two in 1.2."""
    with stage.app.app_context():
        with transaction() as session:
            event = make_event(
                session, slug="wunschtag", placement=Placement.WISHES, wishes_until=now() + timedelta(days=3)
            )
            programme = make_programme(session, event)
            programme.runs["1.1"].capacity, programme.runs["1.2"].capacity = 1, 2
            labels = {label: run.id for label, run in programme.runs.items()}
            day = Day(event.id, labels, {one.number: one.id for one in programme.rounds}, now=now())
        day.join(*WISHED)
        found = {name: personal_token(db.session.get_one(Registration, day.ids[name])) for name in WISHED}
        db.session.rollback()
    stage.mails.deliver()
    return found


def test_from_wishes_to_a_swap(stage: Stage, browser: Browser, tokens: dict[str, str]) -> None:
    with (
        open_browser(browser, phone=True, scripts=False) as phone,
        open_browser(browser, phone=False) as desktop,
    ):
        participant, organiser = phone.new_page(), desktop.new_page()
        for name, labels in WISHED.items():
            wishes(participant, f"{stage.address}/my/{tokens[name]}/wishes", labels)
        deadline_passes(stage.app)

        sign_in(stage, organiser)
        has_them_worked_out(stage, organiser)
        looks_at_everything(stage, organiser)
        compares_and_publishes(organiser)
        let_the_quiet_minute_pass(stage)
        told(stage, "Ihre Plätze in Workshops", *WISHED)

        happy, other = who_sits_where(stage, participant, tokens)
        reads_why(stage, participant, tokens[other])
        asks_for(participant, f"{stage.address}/my/{tokens[other]}/workshops", "1.1")
        expect(participant.get_by_role("main")).to_contain_text("Warteliste")
        asks_for(participant, f"{stage.address}/my/{tokens[happy]}/workshops", "1.2")
        assert who_sits_where(stage, participant, tokens) == (other, happy)
        told(stage, "Ihre Workshops haben sich geändert", happy, other)
        assert in_the_calendar(participant, stage, tokens[other], "1.1")
        assert in_the_calendar(participant, stage, tokens[happy], "1.2")


def wishes(page: Page, address: str, labels: tuple[str, ...]) -> None:
    page.goto(address)
    first_round = page.locator("fieldset.wishes").first
    for select_, label in zip(first_round.locator("select").all(), labels, strict=False):
        option = next(one for one in select_.locator("option").all_text_contents() if one.startswith(label))
        select_.select_option(label=option)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**done=wishes")


def deadline_passes(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        event = session.scalars(select(Event).where(Event.slug == "wunschtag")).one()
        event.wishes_until = now() - timedelta(minutes=1)


def has_them_worked_out(stage: Stage, page: Page) -> None:
    page.goto(stage.address + ADMIN)
    page.get_by_role("link", name="Die üblichen nebeneinander").click()
    page.get_by_role("button", name="Berechnen", exact=True).click()
    expect(page.get_by_text("wartet")).to_have_count(2)
    the_worker_works(stage.app)
    page.reload()
    expect(page.get_by_text("bewiesen die beste")).to_have_count(2)


def the_worker_works(app: Flask) -> None:
    """Its job, turn by turn, until nothing is left to be worked out; every allocation by a process of its own."""
    until = time.monotonic() + 60
    with app.app_context():
        while db.session.scalar(
            select(func.count(AllocationRun.id)).where(AllocationRun.state.in_(UNFINISHED))
        ):
            db.session.rollback()
            assert time.monotonic() < until
            tend(now())
            time.sleep(0.2)
        tend(now())
        db.session.rollback()


def looks_at_everything(stage: Stage, page: Page) -> None:
    pages = ("/new", "/usual", "/compare", "/1", "/1/publish", "/1/protocol", "/conditions/together/new", "")
    assert [one for path in pages for one in look_at(page, stage.address + ADMIN + path)] == []
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


def compares_and_publishes(page: Page) -> None:
    page.get_by_role("link", name="Vergleichen").click()
    page.get_by_role("table").first.get_by_role("link").first.click()
    page.get_by_role("link", name="Veröffentlichen …").click()
    expect(page.get_by_role("main")).to_contain_text("3 Personen bekommen die Plätze")
    page.get_by_role("button", name="Veröffentlichen", exact=True).click()
    page.get_by_role("button", name="Speichern und absenden").click()
    expect(page.get_by_text("Veröffentlicht. Die E-Mails sind unterwegs.")).to_be_visible()
    page.get_by_role("link", name="Protokoll für die Akte").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Als PDF herunterladen").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def who_sits_where(stage: Stage, page: Page, tokens: dict[str, str]) -> tuple[str, str]:
    """Who of the two that want 1.1 has it, and who does not; by what their own pages say."""
    found = {}
    for name in ("anna", "ben"):
        page.goto(f"{stage.address}/my/{tokens[name]}")
        agenda = page.locator("main").inner_text()
        found[next(label for label in ("1.1", "1.2") if label in agenda)] = name
    return found["1.1"], found["1.2"]


def reads_why(stage: Stage, page: Page, token: str) -> None:
    page.goto(f"{stage.address}/my/{token}")
    page.get_by_role("link", name=re.compile("So kamen meine Plätze zustande")).click()
    expect(page.get_by_role("main")).to_contain_text("das Los hat entschieden")
    page.goto(
        urljoin(page.url, page.get_by_role("link", name=re.compile("Alle Zahlen")).get_attribute("href"))
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("So wurden die Plätze vergeben")


def asks_for(page: Page, address: str, label: str) -> None:
    page.goto(address)
    page.locator("main label").filter(has_text=re.compile(rf"^\s*{re.escape(label)}\b")).first.click()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/my/*")


def told(stage: Stage, subject: str, *names: str) -> None:
    for name in names:
        assert subject in stage.mails.newest(f"{name}@example.org")["Subject"]


def in_the_calendar(page: Page, stage: Stage, token: str, label: str) -> bool:
    """Whether every reader finds the workshop in what the person subscribes to."""
    page.goto(f"{stage.address}/my/{token}")
    address = page.get_by_role("textbox", name="Adresse zum Abonnieren").input_value()
    readings = read_everywhere(page.context.request.get(address).body())
    return all(any(label in event.summary for event in events) for events in readings.values())
