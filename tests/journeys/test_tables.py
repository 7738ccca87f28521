# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Discussion tables in a real browser: asked for, worked out, one seat changed, published, read on a phone, printed."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.clock import now
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.tables.models import Seating, SeatingGuest
from app.tables.jobs import tend
from app.web.database import db
from tests.journeys.conftest import Stage, open_browser, scan, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.long]


def test_from_asking_to_reading(stage: Stage, browser: Browser) -> None:
    number = the_demos(stage.app)
    with (
        open_browser(browser, phone=True, scripts=False) as reading,
        open_browser(browser, phone=False) as desktop,
        open_browser(browser, phone=True, dark=True) as phone,
    ):
        page = desktop.new_page()
        sign_in(stage, page)
        desk = f"{stage.address}/organise/events/{day_of(stage.app, number)}/tables"
        page.goto(f"{desk}/new")
        assert scan(page) == []
        page.goto(f"{desk}/{number}")
        expect(page.get_by_role("main")).to_contain_text("Die Tische warten darauf")
        works_out(stage.app)
        page.reload()
        assert scan(page) == []
        expect(page.get_by_role("main")).to_contain_text("also sind keine Tische besser")

        small = phone.new_page()
        sign_in(stage, small)
        for path in ("", "/new", f"/{number}", f"/{number}/publish"):
            small.goto(desk + path)
            assert scan(small) == [], path

        moves_somebody(page)
        page.get_by_role("link", name="Veröffentlichen", exact=True).click()
        page.get_by_role("button", name="Veröffentlichen", exact=True).click()
        expect(page.get_by_role("main")).to_contain_text("Alle lesen es auf der persönlichen Seite")
        with page.expect_download() as download:
            page.get_by_role("button", name="Karten für die Personen (PDF)").click()
        assert download.value.path().read_bytes().startswith(b"%PDF")

        mine = reading.new_page()
        mine.goto(f"{stage.address}/my/{somebody(stage.app, number)}")
        expect(mine.get_by_role("main")).to_contain_text("Ankommen: Tisch")


def moves_somebody(page: Page) -> None:
    """Swaps with whoever sits first at the second table."""
    rows = page.get_by_role("table", name="Wer wo sitzt: Ankommen").get_by_role("row")
    other = rows.nth(2).get_by_role("link").first.inner_text()
    rows.nth(1).get_by_role("link").first.click()
    assert scan(page) == []
    page.get_by_label("Tauschen mit").fill(other)
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("main")).to_contain_text("Der Platz ist geändert.")


def the_demos(app: Flask) -> int:
    """The seating that the demo asked for."""
    with app.app_context():
        found = db.session.scalars(select(Seating.id)).one()
        db.session.rollback()
        return found


def day_of(app: Flask, number: int) -> str:
    with app.app_context():
        slug = db.session.get_one(Seating, number).event.slug
        db.session.rollback()
        return slug


def works_out(app: Flask) -> None:
    with app.app_context():
        for _turn in range(100):
            tend(now())
            waiting = db.session.scalar(select(Seating.id).where(Seating.finished_at.is_(None)))
            db.session.rollback()
            if waiting is None:
                return
    raise AssertionError("it does not come to an end")


def somebody(app: Flask, number: int) -> str:
    with app.app_context():
        guest = db.session.scalars(
            select(SeatingGuest.registration_id).where(SeatingGuest.seating_id == number).limit(1)
        ).one()
        token = personal_token(db.session.get_one(Registration, guest))
        db.session.rollback()
        return token
