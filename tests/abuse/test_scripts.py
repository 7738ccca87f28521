# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Markup in every column that holds words: it is shown as text, to everybody, everywhere (T20)."""

from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, UniqueConstraint, cast, literal

from app.registration.rules import Status
from app.web.access import Audience
from app.web.database import db, transaction
from tests.abuse.forms import Sender, forms_of, fresh
from tests.abuse.world import CHECK_IN, LEAD, VIEWER, World, ask, text_columns
from tests.mailbox import mailbox
from tests.pages import complaints
from tests.people.helpers import signed_in

pytestmark = pytest.mark.sqlite_only

PAYLOAD = "</script><svg onload=alert(1)>'\"{{7*7}}%(x)s"
SHORT = "<b>{{7}}"  # where no more fits
RAW = ("<svg onload", "<b>{")
ESCAPED = "&lt;svg onload=alert(1)&gt;"
# What a template engine or a format string that ran over the text once too often would leave behind it.
EVALUATED = ("&lt;/script&gt;&lt;svg onload=alert(1)&gt;&#39;&#34;49", "&lt;b&gt;7")


@pytest.fixture
def hostile_world(world: World) -> World:
    """The same world in which everybody typed markup."""
    with world.app.app_context(), transaction() as session:
        # Only a room in which one takes part online has a link.
        session.execute(db.metadata.tables["room"].update().values(online=True))
        for table_name, column, longest in text_columns():
            table = db.metadata.tables[table_name]
            words = PAYLOAD if longest is None or longest >= len(PAYLOAD) + 5 else SHORT
            if any(column in one.columns for one in table.constraints if isinstance(one, UniqueConstraint)):
                numbered = literal(words) + cast(table.c.id, String)
                session.execute(table.update().values({column: numbered}))
            else:
                session.execute(table.update().values({column: words}))
        session.execute(
            db.metadata.tables["audit_entry"].update().values(detail={"title": PAYLOAD, "old": PAYLOAD})
        )
        session.execute(db.metadata.tables["organisation"].update().values(provisional=True))
        session.execute(db.metadata.tables["event"].update().values(revision=77))
    return world


def look(browser: FlaskClient, address: str) -> tuple[str, list[str]]:
    """The page, and what is wrong with it."""
    response = ask(browser, address, headers={"Accept-Language": "de"})
    if response.mimetype == "application/xml":
        ET.fromstring(response.data)  # noqa: S314 - our own answer: it must at least be well-formed
    if response.mimetype != "text/html" or 300 <= response.status_code < 400:
        return "", []
    html = response.get_data(as_text=True)
    found = [f"raw {raw}" for raw in RAW if raw in html] + [
        f"evaluated {one}" for one in EVALUATED if one in html
    ]
    if response.status_code >= 500:
        found.append(str(response.status_code))
    return html, found + complaints(html)


@pytest.mark.long
def test_every_page_of_every_role_shows_it_as_text(hostile_world: World) -> None:
    app = hostile_world.app
    browsers = {
        "nobody": app.test_client(),
        "lead": signed_in(app, LEAD),
        "viewer": signed_in(app, VIEWER),
        "check-in": signed_in(app, CHECK_IN),
    }
    faults, shown = {}, set()
    for rule, access in hostile_world.rules():
        if rule.endpoint == "static" or access.audience is Audience.OPERATOR:
            continue
        for address in hostile_world.addresses(rule):
            asks_who = access.audience in {
                Audience.SIGNED_IN,
                Audience.CREATOR,
                Audience.ORGANISER,
                Audience.ADMIN,
            }
            for name, browser in browsers.items():
                if (name != "nobody") != asks_who:
                    continue
                html, found = look(browser, address)
                if found:
                    faults[f"{name} {address}"] = found
                if ESCAPED in html:
                    shown.add(rule.endpoint)
    assert faults == {}
    # There was something to leak: on these pages at least the words were to be seen.
    assert {
        "events.overview",
        "events.event",
        "programme.agenda",
        "registration.register",
        "registration.my",
        "results.documentation",
        "participants.people",
        "participants.person",
        "day.edit",
        "team.show",
        "legal.barriers",
    } <= shown


@pytest.mark.long
def test_refused_forms_and_the_screen_of_two_editors(hostile_world: World) -> None:
    """Indico 3.3.13: the conflict screen is where nobody looks. An old version number brings it up in every form."""
    seen = set()
    with Sender(hostile_world) as sender:
        for key, places in forms_of(sender).items():
            if "version" not in key:
                continue
            form = fresh(sender, places[-1])
            texts = dict.fromkeys(form.fields({"text", "textarea"}), PAYLOAD + "!")
            verdict = sender.send(form, {**texts, "version": "999"})
            assert verdict.status < 500, key
            assert not any(raw in verdict.html for raw in RAW), key
            if verdict.html and verdict.status in {409, 422}:
                assert complaints(verdict.html) == [], key
                seen.add(form.endpoint)
    assert {"day.edit", "participants.edit", "registration.details", "results_desk.result"} <= seen


@pytest.mark.long
def test_mails_show_it_as_text(hostile_world: World, app: Flask) -> None:
    """And the mail still leaves: one header block, nothing that ends it early (T11)."""
    mails = mailbox(app).deliver()
    assert len(mails) >= len(set(Status))
    for mail in mails:
        part = mail.get_body(("html",))
        assert part is not None
        html = str(part.get_content())
        assert not any(raw in html for raw in RAW)
        assert len(mail.get_all("To", [])) == 1
        assert len(mail.get_all("Subject", [])) == 1
    assert any(ESCAPED in str(mail.get_body(("html",)).get_content()) for mail in mails)  # type: ignore[union-attr]
