# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Formatted text in every column that holds paragraphs: pages, mails and calendars show it, and none shows its marks."""

import io
import re

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from icalendar import Calendar
from pypdf import PdfReader

from app.web.access import Audience
from app.web.database import db, transaction
from tests.abuse.world import CHECK_IN, LEAD, VIEWER, World, ask
from tests.mailbox import mailbox
from tests.pages import complaints
from tests.people.helpers import signed_in

pytestmark = pytest.mark.sqlite_only

WITHIN = "Kolleg*innen **ganz fett** [Leitfaden](https://example.org/wohin) <svg onload=alert(1)>"
WHOLE = f"## Ein Kopf\n{WITHIN}\n\n- erster Eintrag\n- 13. März 2027\n\n#### Darunter\n2023 - 2024"
MARKS = re.compile(r"\*\*|\]\(|# (?:Ein Kopf|Darunter)")
PARAGRAPHS = {
    "agenda_item": ["note"],
    "circular": ["text"],
    "documentation": ["intro", "next_host"],
    "event": [
        "description",
        "for_whom",
        "off_instead",
        "off_reason",
        "summary",
        "text_after",
        "text_before",
        "text_open",
        "venue_note",
    ],
    "material": ["summary"],
    "notice": ["note"],
    "place_change": ["note"],
    "workshop": ["abstract"],
    "workshop_result": ["summary"],
}
LINES = {"agreement": ["text"], "contributor": ["about"], "workshop_result": ["findings"]}


@pytest.fixture
def written_world(world: World) -> World:
    """The same world in which everybody used every mark."""
    with world.app.app_context(), transaction() as session:
        for tables, words in ((PARAGRAPHS, WHOLE), (LINES, WITHIN)):
            for name, columns in tables.items():
                session.execute(db.metadata.tables[name].update().values(dict.fromkeys(columns, words)))
        session.execute(db.metadata.tables["event"].update().values(revision=77))
    return world


def read(html: str) -> BeautifulSoup:
    """A page without what holds the typed text, or says how to format one: forms."""
    page = BeautifulSoup(html, "html.parser")
    for one in page.select("textarea, script, .kern-hint"):
        one.decompose()
    return page


@pytest.mark.long
def test_no_page_shows_a_mark(written_world: World) -> None:
    app = written_world.app
    browsers = {
        "nobody": app.test_client(),
        "lead": signed_in(app, LEAD),
        "viewer": signed_in(app, VIEWER),
        "check-in": signed_in(app, CHECK_IN),
    }
    faults, bold, headings = dict[str, object](), set(), set()
    for rule, access in written_world.rules():
        if rule.endpoint == "static" or access.audience is Audience.OPERATOR:
            continue
        for address in written_world.addresses(rule):
            inside = {Audience.SIGNED_IN, Audience.CREATOR, Audience.ORGANISER, Audience.ADMIN}
            for name, browser in browsers.items():
                if (name != "nobody") != (access.audience in inside):
                    continue
                response = ask(browser, address, headers={"Accept-Language": "de"})
                if response.mimetype != "text/html" or response.status_code >= 300:
                    continue
                html = response.get_data(as_text=True)
                page = read(html)
                found = [*MARKS.findall(page.get_text("\n")), *complaints(html)]
                if found or "<svg onload" in html:
                    faults[f"{name} {address}"] = found
                if page.find("strong", string="ganz fett"):
                    bold.add(rule.endpoint)
                if page.find(re.compile("h[2-6]"), string="Ein Kopf"):
                    headings.add(rule.endpoint)
    assert faults == {}
    shown = {
        "events.event",
        "programme.agenda",
        "programme.workshop",
        "results.documentation",
        "programme_organise.programme",
    }
    assert shown <= headings, headings
    assert shown <= bold, bold


def test_mails_show_it_in_both_their_parts(written_world: World, app: Flask) -> None:
    seen = 0
    for mail in mailbox(app).deliver():
        text, html = (str(mail.get_body((kind,)).get_content()) for kind in ("plain", "html"))  # type: ignore[union-attr]
        assert not MARKS.search(text)
        assert not MARKS.search(BeautifulSoup(html, "html.parser").get_text("\n"))
        if "ganz fett" in html:
            seen += 1
            assert "<strong>ganz fett</strong>" in html
            assert "Leitfaden (https://example.org/wohin)" in " ".join(text.split())
    assert seen > 0


@pytest.mark.long
def test_calendars_and_pdfs_show_it(written_world: World) -> None:
    nobody, seen = written_world.app.test_client(), {"text/calendar": 0, "application/pdf": 0}
    for rule, access in written_world.rules():
        if access.audience not in {Audience.PUBLIC, Audience.PERSONAL, Audience.FEED}:
            continue
        for address in written_world.addresses(rule):
            response = ask(nobody, address)
            if response.status_code != 200 or response.mimetype not in seen:
                continue
            text = words_in(response.mimetype, response.get_data())
            assert not MARKS.search(text), address
            seen[response.mimetype] += "ganz fett Leitfaden (https://example.org/wohin)" in " ".join(
                text.split()
            )
    assert all(seen.values()), seen


def words_in(kind: str, content: bytes) -> str:
    if kind == "text/calendar":
        calendar = Calendar.from_ical(content)
        return "\n".join(str(one.get("DESCRIPTION", "")) for one in calendar.walk())
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
