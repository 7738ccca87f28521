# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The mail after publication, in both languages, as it leaves the house."""

import re
from email.message import EmailMessage

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from app.outbox.worker import Worker
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.service import cancel
from app.web.database import transaction
from tests.allocation.day import LATER, a_wish_day, publishes, set_run, solved
from tests.factories.days import NOW
from tests.mailbox import all_links, calendar_of, link_in, mailbox, text_of
from tests.pages import Visitor

WORDS = {
    "de": (
        "Ihre Plätze in Workshops",
        "Workshoprunde 1, 11:00–12:15 Uhr: 1.1 Beraten ohne Vorurteil, Raum Birke",
    ),
    "en": (
        "Your places in workshops",
        "Workshoprunde 1, 11:00–12:15: 1.1 Beraten ohne Vorurteil, Raum Birke",
    ),
}


def mails(app: Flask, language: str = "de", *, gone: bool = False) -> list[EmailMessage]:
    """To person 1, after publication."""
    made = a_wish_day(app, 2)
    set_run(app, made, "1.2", takes_place=False)
    Worker(app, clock=lambda: NOW).deliver()
    with app.app_context(), transaction() as session:
        session.get_one(Registration, made.people[1]).language = language
    publishes(app, made, solved(app, made))
    if gone:
        with app.app_context(), transaction() as session:
            cancel(session, made.people[1], PARTICIPANT, LATER)
    Worker(app, clock=lambda: LATER).deliver()
    subject = WORDS[language][0]
    return [
        mail
        for mail in mailbox(app).read()
        if mail["To"] == "person1@example.org" and subject in str(mail["Subject"])
    ]


@pytest.mark.parametrize("language", sorted(WORDS))
def test_words_and_headers(app: Flask, language: str) -> None:
    (mail,) = mails(app, language)
    subject, line = WORDS[language]
    assert mail["Subject"] == f"Fachtag probe: {subject}"
    assert (mail["Reply-To"], mail["Content-Language"]) == ("team@example.org", language)
    part = mail.get_body(("html",))
    assert part is not None
    html = BeautifulSoup(part.get_content(), "html.parser")
    assert line in text_of(mail).splitlines()
    assert line in " ".join(html.get_text(" ").split()).replace(" ,", ",")
    assert "<" not in text_of(mail)
    assert "\n\n\n" not in text_of(mail).replace("\r", "")
    assert [one.get_text() for one in html.find_all("h1")] == [subject]
    assert [
        tag for tag in html.find_all(True) if tag.get("src") or tag.name in {"link", "img", "script"}
    ] == []
    assert all(re.match(r"http://localhost/", link) for link in all_links(mail))
    assert calendar_of(mail) is None
    assert mail["References"]
    assert Visitor(app.test_client()).get(link_in(mail)).status == 200


def test_who_has_left_before_it_was_sent_gets_none(app: Flask) -> None:
    assert mails(app, gone=True) == []
