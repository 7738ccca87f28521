# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Programs that open every link of every mail change nothing (T07, SEC-03)."""

import pytest
from flask import Flask

from app.registration.rules import Status
from app.web.access import Audience
from tests.abuse.world import World, ask
from tests.mailbox import all_links, mailbox
from tests.pages import Visitor

METHODS = ("GET", "HEAD", "OPTIONS")
SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; SafeLinks)", "Accept-Language": "en"}


@pytest.mark.long
def test_opening_every_link_of_every_mail_changes_no_row(world: World, app: Flask) -> None:
    mails = mailbox(app).deliver()
    found = {link for mail in mails for link in all_links(mail)}
    assert {"/my/", "/organise/welcome/", "/organise/new-password/"} <= {
        start
        for link in found
        for start in ("/my/", "/organise/welcome/", "/organise/new-password/")
        if start in link
    }
    before = world.state()
    for link in sorted(found):
        for method in METHODS:
            answer = ask(app.test_client(), link, method, headers=SCANNER, follow_redirects=True)
            assert answer.status_code == 200, link
    assert world.state() == before


@pytest.mark.long
def test_opening_every_address_changes_no_row(world: World, app: Flask) -> None:
    """Also with the cookie of somebody who may do everything, and with everything a link could carry."""
    everything = world.every_address()
    lead = world.lead()
    before = world.state()
    for browser in (app.test_client(), lead):
        for address in everything:
            for method in METHODS:
                query = {"confirm": "1", "submit": "1", "csrf_token": "x", "_method": "POST", "lang": "en"}
                answer = ask(browser, address, method, headers=SCANNER, query_string=query)
                assert answer.status_code < 500 or address == "/readyz", address
    assert world.state() == before


def test_the_link_still_works_after_the_scanner(world: World, app: Flask) -> None:
    """And the person's own press of the button does change something: the walk above had something to miss."""
    address = f"/my/{world.personal[Status.UNCONFIRMED]}"
    for method in METHODS:
        app.test_client().open(address, method=method, headers=SCANNER)
    before = world.state()
    page = Visitor(app.test_client()).get(address).send(button="Anmeldung bestätigen")
    assert page.heading == "Sie sind angemeldet"
    assert world.state() != before


@pytest.mark.sqlite_only
def test_a_confirm_address_cannot_be_opened_at_all(world: World, app: Flask) -> None:
    """What acts takes POST only, so no link can carry it."""
    acting = [rule.rule for rule, access in world.rules("POST") if access.audience is Audience.PERSONAL]
    assert acting
    address = f"/my/{world.personal[Status.UNCONFIRMED]}/confirm"
    assert app.test_client().get(address).status_code == 405
    assert app.test_client().post(address).status_code == 400
