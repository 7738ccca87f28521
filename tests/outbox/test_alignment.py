# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A receiver checks a mail against the records of one domain: that of the sender the operator has set (MAIL-06)."""

import email
import email.policy
import hashlib
import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.outbox import building
from app.settings import ROOT
from tests.mailsink import Sink
from tests.outbox.conftest import Office, build_trial, lead_to

pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize(
    ("configured", "domain"),
    [
        ("fachtag@kreis.example.org", "kreis.example.org"),
        ("Fachtag Musterstadt <fachtag@kreis.example.org>", "kreis.example.org"),
        ("fachtag@büro.example.org", "xn--bro-hoa.example.org"),
    ],
)
def test_envelope_from_and_message_id_are_of_one_domain(
    office: Office, app: Flask, start_sink: Callable[..., Sink], configured: str, domain: str
) -> None:
    """SPF looks at the envelope, DKIM at who signs, DMARC at whether both are the From: it cannot be otherwise here,
    also when an answer goes to somebody elsewhere."""
    app.config["MAIL_DEFAULT_SENDER"] = configured

    def answered_elsewhere(session, message):  # type: ignore[no-untyped-def]
        mail = build_trial(session, message)
        assert mail is not None
        return building.Mail(
            mail.subject, mail.text, mail.html, mail.recipient, reply_to="team@anderswo.example.org"
        )

    building.BUILDERS["trial.invited"] = answered_elsewhere
    sink = start_sink()
    lead_to(app, sink.url)
    number = office.enqueue()
    office.deliver()
    content = office.message(number).frozen or b""
    assert [one["sha256"] for one in sink.records()] == [hashlib.sha256(content).hexdigest()]
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert {one["sender"].rpartition("@")[2] for one in sink.records("mail")} == {domain}
    assert [one.domain for one in mail["From"].addresses] == [domain]
    assert mail["Message-ID"].endswith(f"@{domain}>")
    assert mail["Sender"] is mail["Return-Path"] is None
    assert mail["Reply-To"] == "team@anderswo.example.org"


def test_the_guide_asks_for_the_records_of_that_domain() -> None:
    guide = (ROOT / "docs" / "betrieb.md").read_text(encoding="utf-8")
    told = re.search(r"^- \*\*SPF, DKIM, DMARC\*\* für die Domäne von `(\w+)`", guide, re.MULTILINE)
    assert told is not None
    assert f'value("{told[1].removeprefix("FACHTAG_")}"' in (ROOT / "app" / "settings.py").read_text("utf-8")
