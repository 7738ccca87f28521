# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day from nothing by keyboard alone: made, described, planned as rows, released and published. Every stop on the way shows
where one is. And last year's day, copied and published in fewer than twenty presses."""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Stage, open_browser, scan, sign_in

pytestmark = pytest.mark.browser

# What has the focus: its name in the form or its words, its kind, and whether it shows that it has it.
FOCUSED = """() => {
    const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
    const ring = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
    const inside = ['date', 'time'].includes(at.type) && !at.matches(':focus-visible');  // the browser's own button, with its own ring
    const words = at.tagName === 'A' || at.tagName === 'BUTTON' ? at.textContent : '';
    return {
        name: at.name || '', value: at.value || '', words: words.replace(/\\s+/g, ' ').trim(), type: at.type || '',
        shown: (ring || inside) && box.bottom > 0 && box.top < innerHeight,
    };
}"""
MOST_STOPS = 400


@dataclass
class Keyboard:
    """Whoever has no mouse."""

    page: Page
    looked_at: list[str] = field(default_factory=list)

    def to(self, wanted: str, value: str | None = None) -> None:
        """To the field of that name (with `value`, of a choice that) or the link or button of these words."""
        passed = []
        for _stop in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(FOCUSED)
            called = at["words"] or at["name"]
            passed.append(called)
            assert at["shown"] or not called, f"{called} has the focus and does not show it"
            if wanted in {at["name"], at["words"]} and value in {None, at["value"]}:
                return
        raise AssertionError(f"no key leads to {wanted}, only to {list(dict.fromkeys(passed))}")

    def fill(self, **fields: str) -> None:
        """In the order in which they stand on the page; dates as 11.05.2027, times as 09:00, a choice by its first letters."""
        for name, text in fields.items():
            self.to(name.replace("__", "-"))
            kind = self.page.evaluate(FOCUSED)["type"]
            if kind in {"date", "time"}:
                self.page.keyboard.type(_for_an_english_browser(text))
            else:
                if kind != "select-one":
                    self.page.keyboard.press("Control+A")
                self.page.keyboard.type(text)

    def press(self, words: str) -> None:
        self.to(words)
        with self.page.expect_event("load"):
            self.page.keyboard.press("Enter")
        assert self.page.locator(".error-summary").count() == 0, self.page.inner_text("main")
        self.looked_at += scan(self.page)


def _for_an_english_browser(text: str) -> str:
    """The keys for a control that asks for the month first, and for twelve hours."""
    if ":" not in text:
        day, month, year = text.split(".")
        return month + day + year
    hour, minute = text.split(":")
    return f"{(int(hour) - 1) % 12 + 1:02}{minute}{'AM' if int(hour) < 12 else 'PM'}"


def test_a_day_from_nothing(stage: Stage, browser: Browser) -> None:
    with open_browser(browser, phone=False) as context:
        page = context.new_page()
        keys = Keyboard(page)
        page.goto(f"{stage.address}/organise/sign-in")
        keys.fill(email=stage.organiser, password=stage.password)
        keys.press("Anmelden")
        _make(keys)
        _describe(keys)
        _plan(keys)
        _publish(keys)
        assert keys.looked_at == []
        visitor = context.new_page()
        visitor.goto(f"{stage.address}/events/fachtag-ohne-maus/agenda")
        for words in (
            "Begrüßung",
            "Runde am Vormittag",
            "Beraten ohne Vorurteil",
            "Raum Birke",
            "Aylin Beispiel",
        ):
            expect(visitor.get_by_role("main")).to_contain_text(words)


def _make(keys: Keyboard) -> None:
    keys.press("Neuen Fachtag anlegen")
    keys.fill(title="Fachtag ohne Maus", date="11.05.2027", start="09:00", end="16:00", capacity="60")
    keys.press("Entwurf anlegen")


def _describe(keys: Keyboard) -> None:
    keys.fill(
        summary="Wie Ämter und Verbände zusammen beraten.",
        venue_name="Kreishaus",
        venue_street="Am Markt 1",
        venue_city="Musterau",
        contact_email="fachtag@example.org",
        closes_date="04.05.2027",
        closes_time="18:00",
    )
    keys.press("Speichern")


def _plan(keys: Keyboard) -> None:
    """Three rooms, three items, a round with two workshops: one page of rows."""
    keys.press("Programm")
    keys.press("Schnell eintragen")
    keys.fill(rooms="Großer Saal; 80")
    keys.page.keyboard.press("Enter")  # in a field of several lines it is another line
    keys.page.keyboard.type("Raum Birke; 26")
    rows = {
        "items__0": {"end": "09:45", "kind": "Begrüßung", "title": "Begrüßung", "room": "Großer Saal"},
        "items__1": {
            "start": "09:45",
            "end": "11:15",
            "kind": "Workshoprunde",
            "title": "Runde am Vormittag",
        },
        "items__2": {
            "start": "11:15",
            "end": "12:00",
            "kind": "Pause",
            "title": "Mittag",
            "room": "Großer Saal",
        },
        "workshops__0": {
            "round": "1",
            "title": "Beraten ohne Vorurteil",
            "room": "Raum Birke",
            "places": "20",
        },
        "workshops__1": {"round": "1", "title": "Datenschutz", "room": "Großer Saal", "places": "40"},
    }
    rows["workshops__0"]["people"] = "Aylin Beispiel"
    for row, cells in rows.items():
        keys.fill(**{f"{row}__{name}": text for name, text in cells.items()})
    keys.press("Alle Zeilen speichern")


def _publish(keys: Keyboard) -> None:
    keys.press("Programm")
    keys.press("Tagesablauf ansehen und veröffentlichen")
    keys.press("Jetzt veröffentlichen")
    keys.press("Angaben")
    keys.press("Prüfen und veröffentlichen")
    keys.press("Jetzt veröffentlichen")


def test_last_years_day_again(stage: Stage, browser: Browser) -> None:
    """From the old day to the new one, with agenda and form open to everybody."""
    with open_browser(browser, phone=False) as context:
        page, presses = context.new_page(), 0
        sign_in(stage, page)
        page.goto(f"{stage.address}/organise/events/kim-fachtag-owl")

        def press(words: str) -> None:
            nonlocal presses
            presses += 1
            with page.expect_event("load"):
                page.locator("a, button").filter(has_text=words).first.click()
            assert page.locator(".error-summary").count() == 0
            assert scan(page) == []

        press("Neuer Fachtag aus diesem")
        page.get_by_label("Titel").fill("KIM-Fachtag OWL 2028")
        page.get_by_label("Datum").fill("2028-05-09")
        for words in (
            "Entwurf anlegen",
            "Zum Programm",
            "Tagesablauf ansehen und veröffentlichen",
            "Jetzt veröffentlichen",
        ):
            press(words)
        for words in ("Angaben", "Prüfen und veröffentlichen", "Jetzt veröffentlichen"):
            press(words)
        assert presses < 20
        page.goto(f"{stage.address}/events/kim-fachtag-owl-2028/agenda")
        expect(page.get_by_role("main")).to_contain_text(
            "Datenschutz im rechtskreisübergreifenden Case Management"
        )
