# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The mails about swaps as they leave the house, in both languages: what changes, until when, and nobody's name."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask

from app.outbox.worker import Worker
from app.registration.models import Registration
from tests.allocation.swaps.day import SwapDay, swap_day
from tests.mailbox import all_links, mailbox, text_of


@pytest.fixture
def pair(app: Flask) -> Iterator[SwapDay]:
    with app.app_context():
        day = swap_day()
        day.seat(anna="1.1", ben="1.2")
        with day.step() as session:
            session.get_one(Registration, day.ids["ben"]).language = "en"
        day.publish()
        day.offer("anna", "1.2")
        day.offer("ben", "1.1")
        day.settle()
        yield day


def sent(app: Flask, day: SwapDay, name: str, subject: str) -> list[EmailMessage]:
    Worker(app, clock=lambda: day.now + timedelta(minutes=1)).deliver()
    to = f"{name}@example.org"
    return [one for one in mailbox(app).read() if one["To"] == to and subject in str(one["Subject"])]


def words(mail: EmailMessage) -> str:
    return " ".join(text_of(mail).split())


def test_a_proposal(app: Flask, pair: SwapDay) -> None:
    (mail,) = sent(app, pair, "anna", "Für Sie ist ein Tausch möglich")
    text = words(mail)
    assert "Sie geben „1.1 Beraten ohne Vorurteil“ und bekommen „1.2 " in text
    assert "Es tauschen 2 Personen. Bitte antworten Sie bis 07.01.2026, 9:10 Uhr." in text
    assert "Ben" not in text
    assert any("/swaps" in one for one in all_links(mail))
    (mail,) = sent(app, pair, "ben", "A swap is possible for you")
    assert "You give “1.2 " in words(mail)
    assert "2 people swap. Please answer until" in words(mail)
    assert "Anna" not in words(mail)


def test_an_answer_before_the_mail_left_needs_none(app: Flask, pair: SwapDay) -> None:
    pair.agree("anna")
    pair.decline("ben")
    assert sent(app, pair, "ben", "A swap is possible") == []


def test_the_end_of_a_swap(app: Flask, pair: SwapDay) -> None:
    pair.agree("anna")
    pair.decline("ben")
    (mail,) = sent(app, pair, "anna", "Kein Tausch zustande gekommen")
    text = words(mail)
    assert "Nicht alle haben rechtzeitig zugestimmt, oder es hat sich etwas geändert." in text
    assert "Workshoprunde 1: 1.1 Beraten ohne Vorurteil" in text
    assert "Ihre Tauschangebote bestehen weiter: - „1.1 Beraten ohne Vorurteil“ für: 1.2 " in text
    assert "Ben" not in text


def test_the_end_of_all_swaps(app: Flask, pair: SwapDay) -> None:
    pair.set_event(swaps=False)
    pair.settle()
    (mail,) = sent(app, pair, "ben", "No swap came about")
    text = words(mail)
    assert "the time for swaps is over, and no swap came about for you. Your places are:" in text
    assert "/swaps" not in text


def test_a_done_swap_is_told_as_other_changes_are(app: Flask, pair: SwapDay) -> None:
    pair.agree("anna", "ben")
    (mail,) = sent(app, pair, "anna", "Ihre Workshops haben sich geändert")
    assert "1.2" in words(mail)
    assert sent(app, pair, "anna", "Für Sie ist ein Tausch möglich") == []
