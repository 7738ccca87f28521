# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""An organiser's day, in a real browser: from the sign-in to the published documentation."""

import csv
import io
import re

import pytest
from playwright.sync_api import Browser, expect

from tests.ical.readers import read_everywhere
from tests.journeys.conftest import Stage, open_browser
from tests.journeys.test_every_page import sign_in

pytestmark = pytest.mark.browser

DAY = "/organise/events/kim-fachtag-owl"


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desktop", "phone, dark"])
def test_sees_finds_adds_and_cancels(stage: Stage, browser: Browser, phone: bool, dark: bool) -> None:
    with open_browser(browser, phone=phone, dark=dark) as context:
        page = context.new_page()
        sign_in(stage, page)
        page.goto(f"{stage.address}{DAY}/")
        expect(page.get_by_role("main")).to_contain_text("96")
        expect(page.get_by_role("main")).to_contain_text("Rassismuskritisch beraten in Behörden")

        page.goto(f"{stage.address}{DAY}/registrations")
        page.locator("main input[type=search], main input[name=q]").first.fill("O'Neil")
        page.locator("main form button[type=submit]").first.click()
        page.get_by_role("table").get_by_role("link", name=re.compile("O'Neil")).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("O'Neil")
        expect(page.get_by_role("main")).to_contain_text("E-Mail-Adresse bestätigt")


def test_moves_a_workshop_and_calendars_follow(stage: Stage, browser: Browser) -> None:
    feed = f"{stage.address}/calendar/events/kim-fachtag-owl.ics"
    with open_browser(browser, phone=False) as context:
        page = context.new_page()
        before = _sequences(context.request.get(feed).body())
        sign_in(stage, page)
        page.goto(f"{stage.address}{DAY}/programme")
        page.get_by_role("link", name=re.compile("Rassismuskritisch beraten")).first.click()
        room = page.get_by_label(re.compile("^Raum")).first
        label = next(option for option in room.locator("option").all_text_contents() if "Foyer" in option)
        room.select_option(label=label)
        page.locator("main form button[type=submit]").first.click()
        page.get_by_role("link", name="Unterschiede ansehen und freigeben").click()
        page.get_by_role("button", name="Freigeben: zuerst die E-Mails ansehen").click()
        # Who sits in it is told, so the team sees first whom it reaches and what they will read.
        assert "Raum jetzt Foyer" in page.locator("main pre").first.inner_text()
        page.get_by_role("button", name="Speichern und absenden").click()
        page.wait_for_url(re.compile("/programme$"))
        after = _sequences(context.request.get(feed).body())
    risen = {uid for uid in before if after[uid] > before[uid]}
    assert len(risen) == 1
    assert set(before) == set(after)


def _sequences(data: bytes) -> dict[str, int]:
    readings = read_everywhere(data)
    by_reader = [{event.uid: event.sequence for event in events} for events in readings.values()]
    assert all(one == by_reader[0] for one in by_reader)
    return by_reader[0]


def test_exports_the_list(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=False) as context:
        page = context.new_page()
        sign_in(stage, page)
        page.goto(f"{stage.address}{DAY}/registrations")
        with page.expect_download() as download:
            page.get_by_role("button", name=re.compile("CSV.*Alles, was")).click()
        rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig")), delimiter=";"))
    names = {cell for row in rows for cell in row}
    assert "'=Summe" in names
    assert "Şükrü" in names
