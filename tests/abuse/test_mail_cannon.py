# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The form is no mail cannon: three mails a day to an address that never said yes, none with a stranger's words (T08).

FACHTAG_TEST_ATTEMPTS=10000 sends as many hostile forms instead of three hundred.
"""

import os
import random
import re
from email.message import EmailMessage
from itertools import cycle

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.rules import EventStatus
from app.outbox.models import Message
from app.people.rules import address_key
from app.registration import service
from app.registration.models import Registration
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
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
            answers[slug].add(re.sub(r"\S+@\S+ geschickt", "… geschickt", page.response.text))
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
    assert words_of_the_submitter(mails) == []


def words_of_the_submitter(mails: list[EmailMessage]) -> list[str]:
    """What of the form stands in subject, text, HTML or any header; and "calendar" if there is an invitation."""
    found = []
    for mail in mails:
        html = mail.get_body(("html",))
        assert html is not None
        everything = " ".join([*map(str, mail.values()), text_of(mail), str(html.get_content())]).lower()
        found += [word for word in WORDS.values() if word.lower() in everything]
        found += ["calendar" for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return found


def test_the_link_of_a_stranger_opens_no_further_mail(app: Flask, client: FlaskClient, days: None) -> None:
    """Forgotten passwords: an address without an account gets nothing, however often somebody asks."""
    for _ in range(4):
        page = Visitor(client).get("/organise/forgot-password").send(email="opfer@example.org")
        assert re.search("password/sent$", page.address)
    assert mailbox(app).deliver() == []


ATTEMPTS = int(os.environ.get("FACHTAG_TEST_ATTEMPTS", "300"))
MAILBOXES = 12
HOSTILE = [
    *("opfer{}@bücher.example", "OPFER{}@BÜCHER.EXAMPLE", "Opfer{}@xn--bcher-kva.example"),
    *("opfer{}+gewinn@bücher.example", "ｏｐｆｅｒ{}@bücher.example", "opfer{}@bu\u0308cher.example"),
]


def flood(app: Flask, tries: int) -> None:
    """So many forms from two hundred networks, to twelve mailboxes in many spellings, half of them known at one day."""
    with app.app_context(), transaction() as session:
        for slug in DAYS:
            make_event(
                session, slug=slug, title=f"Der {slug} Tag", capacity=None, status=EventStatus.PUBLISHED
            )
    for number in range(MAILBOXES // 2):
        send(app, DAYS[0], HOSTILE[0].format(number), given_name="Mira", family_name="Beispiel")
    with app.app_context(), transaction() as session:
        for one in session.scalars(select(Registration)).all():
            service.confirm(session, one.id, NOW)
    box = mailbox(app)
    told = {mail["Message-ID"] for mail in box.deliver()}
    attacker, dice = app.test_client(), random.Random(tries)
    opened = Visitor(attacker).get(f"/events/{DAYS[0]}/register")
    token = opened.values(opened.form())["csrf_token"]
    answers: dict[str, set[tuple[int, bytes, str]]] = {slug: set() for slug in DAYS}
    for number in range(tries):
        slug = DAYS[number % 2]
        email = dice.choice(HOSTILE).format(dice.randrange(MAILBOXES))
        data = {**WORDS, "email": email, "nonce": f"feindselig-{number:08d}", "csrf_token": token}
        network = f"10.{number % 200}.1.{dice.randrange(1, 250)}"
        response = attacker.post(
            f"/events/{slug}/register", data=data, environ_overrides={"REMOTE_ADDR": network}
        )
        answers[slug].add((response.status_code, response.data, response.headers["Location"]))
        if number % 250 == 0:
            box.deliver()  # a mail that has not left yet would be settled by the next one
    assert {slug: len(found) for slug, found in answers.items()} == dict.fromkeys(DAYS, 1)  # T09
    mails = [mail for mail in box.deliver() if mail["Message-ID"] not in told]
    assert words_of_the_submitter(mails) == []
    per_mailbox: dict[str, int] = {}
    for mail in mails:
        key = address_key(str(mail["To"].addresses[0].addr_spec)).replace("+gewinn", "")
        per_mailbox[key] = per_mailbox.get(key, 0) + 1
    # Who was known was asked to confirm before; all that was ever queued for a mailbox is counted, sent or not.
    assert 0 < max(per_mailbox.values()) <= 3
    with app.app_context():
        queued = db.session.scalars(
            select(Message.recipient).where(Message.kind != "registration.registered")
        )
        keys = [address_key(one).replace("+gewinn", "") for one in queued]
        assert sorted(keys.count(key) for key in set(keys)) == [3] * MAILBOXES


@pytest.mark.long
def test_hostile_forms_are_three_mails_to_each(app: Flask) -> None:
    """T08, T09: no mailbox gets more, whatever the spelling, and every answer is the same."""
    flood(app, ATTEMPTS)
