# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The form is no mail cannon: three mails a day to an address that never said yes, none with a stranger's words (T08)."""

import re
from itertools import cycle

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.events.rules import EventStatus
from app.people.rules import address_key
from app.web.database import transaction
from tests.factories.days import make_event
from tests.mailbox import Mailbox, mailbox, text_of
from tests.pages import Page, Visitor

SPELLINGS = [
    "opfer@bücher.example",
    "Opfer@Bücher.example",
    "OPFER@BÜCHER.EXAMPLE",
    "opfer@xn--bcher-kva.example",
    "Opfer@XN--BCHER-KVA.example",
    "ｏｐｆｅｒ@bücher.example",
    " opfer@bücher.example ",
    "opfer@bu\u0308cher.example",
]
DAYS = ("erster", "zweiter")
WORDS = {
    "given_name": "Gewinnspiel",
    "family_name": "Jetztklicken",
    "organisation": "Sofortkredit",
    "role_title": "Bitcoinverdienen",
}


@pytest.fixture
def days(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        for slug in DAYS:
            make_event(session, slug=slug, title=f"Der {slug} Tag", capacity=50, status=EventStatus.PUBLISHED)


def send(app: Flask, slug: str, email: str, **changes: str) -> Page:
    """A fresh browser each time: no cookie tells that it is the same person."""
    return (
        Visitor(app.test_client())
        .get(f"/events/{slug}/register")
        .send(**{**WORDS, "email": email, **changes})
    )


def mails_to(box: Mailbox, key: str) -> list[object]:
    return [mail for mail in box.deliver() if address_key(str(mail["To"].addresses[0].addr_spec)) == key]


def test_spellings_are_one_address() -> None:
    assert {address_key(one) for one in SPELLINGS} == {"opfer@xn--bcher-kva.example"}


def test_three_mails_a_day_whatever_the_spelling_and_the_event(app: Flask, days: None) -> None:
    answers = {slug: set() for slug in DAYS}
    for number, (slug, email) in enumerate(zip(cycle(DAYS), SPELLINGS * 2, strict=False)):
        page = send(app, slug, email, given_name=f"Gewinnspiel{'abcdefghijklmnop'[number]}")
        assert page.status in {200, 422}, email
        if page.status == 200:
            answers[slug].add(page.response.data)
        mailbox(app).deliver()  # a mail that has not left yet would be settled by the next one
    assert {slug: len(found) for slug, found in answers.items()} == dict.fromkeys(
        DAYS, 1
    )  # T09: always the same page
    assert len(mails_to(mailbox(app), "opfer@xn--bcher-kva.example")) == 3


def test_the_budget_of_one_does_not_touch_another(app: Flask, days: None) -> None:
    for _ in range(5):
        send(app, "erster", "opfer@example.org")
        mailbox(app).deliver()
    send(app, "erster", "anders@example.org")
    recipients = sorted(str(mail["To"]) for mail in mailbox(app).deliver())
    assert recipients == ["anders@example.org", *["opfer@example.org"] * 3]


def test_no_word_of_the_submitter_leaves_before_the_address_is_confirmed(app: Flask, days: None) -> None:
    """Neither in the subject nor in text, HTML or any header."""
    for slug, email in (
        ("erster", "eins@example.org"),
        ("erster", "zwei@example.org"),
        ("zweiter", "eins@example.org"),
    ):
        send(app, slug, email)
    mails = mailbox(app).deliver()
    assert len(mails) == 3
    for mail in mails:
        html = mail.get_body(("html",))
        assert html is not None
        everything = " ".join([*map(str, mail.values()), text_of(mail), str(html.get_content())]).lower()
        assert [word for word in WORDS.values() if word.lower() in everything] == []
        assert mail.get_content_type() != "text/calendar"
        assert "text/calendar" not in {part.get_content_type() for part in mail.walk()}


def test_the_link_of_a_stranger_opens_no_further_mail(app: Flask, client: FlaskClient, days: None) -> None:
    """Forgotten passwords: an address without an account gets nothing, however often somebody asks."""
    for _ in range(4):
        page = Visitor(client).get("/organise/forgot-password").send(email="opfer@example.org")
        assert re.search("password/sent$", page.address)
    assert mailbox(app).deliver() == []
