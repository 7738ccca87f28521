# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Delivery against a hostile SMTP server in a process of its own: the fault matrix, row by row."""

import hashlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.outbox import service
from app.outbox.building import Builder, Mail
from app.outbox.delivery import mail, mail_config
from app.outbox.models import Message, Route
from app.outbox.rules import State
from app.store.outages import StoreBusy
from app.web.database import db, transaction
from tests.mailsink import Sink
from tests.outbox.conftest import IMPATIENT, Office, build_trial, lead_to

CERTIFICATE = str(Path(__file__).parent / "untrusted.pem")


def digest(message: Message) -> str:
    return hashlib.sha256(message.frozen or b"").hexdigest()


def route(office: Office) -> Route:
    with office.app.app_context():
        found = db.session().get_one(Route, 1)
        db.session().expunge(found)
        return found


def test_a_mail_arrives_byte_for_byte(office: Office, sink: Sink) -> None:
    for number in range(3):
        office.enqueue(f"person{number}@example.org", subject_id=number)
    assert office.deliver() == 3
    assert [record["sha256"] for record in sink.records()] == [
        digest(office.message(one)) for one in (1, 2, 3)
    ]
    assert len(sink.records("connection")) == 1
    message = office.message(1)
    assert (message.state, message.smtp_answer, message.copies) == (State.SENT, "250 2.0.0 accepted", 1)
    assert (message.sent_at, message.sequence) == (office.clock(), 7)
    assert message.subject_line == "Ihre Anmeldung 0 – Änderung 1"
    assert office.deliver() == 0


def test_a_greylisting_server_is_asked_again_with_the_same_bytes(office: Office, sink: Sink) -> None:
    """F10: 451 to RCPT twice, the other mails go on."""
    office.enqueue("anna+busy2@example.org")
    office.enqueue("bert@example.org", subject_id=2)
    assert office.deliver() == 2
    frozen = digest(office.message(1))
    assert (office.states(), office.message(1).attempts) == (["queued", "sent"], 1)
    for minutes in (1, 5):
        assert office.deliver() == 0
        office.clock.forward(minutes=minutes)
        assert office.deliver() == 1
    assert sink.accepted() == ["bert", "anna"]
    assert sink.records()[1]["sha256"] == frozen == digest(office.message(1))
    assert (office.message(1).state, office.message(1).copies) == (State.SENT, 1)


def test_patience_after_the_final_dot_is_no_doubt(office: Office, sink: Sink) -> None:
    """F10: a definite 451 after DATA says that this copy does not exist."""
    office.enqueue("anna+grey3@example.org")
    for minutes in (1, 5, 15, 0):
        office.deliver()
        office.clock.forward(minutes=minutes)
    assert (office.states(), sink.accepted(), office.message(1).copies) == (["sent"], ["anna"], 1)


@pytest.mark.parametrize(
    ("trick", "answer"), [("gone", "550 5.1.1 no such user"), ("big", "552 5.3.4 too large")]
)
def test_a_refusal_is_final_and_the_others_go_on(office: Office, sink: Sink, trick: str, answer: str) -> None:
    """F11, F12."""
    office.enqueue(f"anna+{trick}@example.org")
    office.enqueue("bert@example.org", subject_id=2)
    assert office.deliver() == 2
    assert (office.states(), office.message(1).smtp_answer) == (["failed", "sent"], answer)
    assert len(sink.records("connection")) == 1
    office.clock.forward(hours=100)
    assert office.deliver() == 0


@pytest.mark.long
def test_a_connection_cut_during_data_is_no_doubt(
    office: Office, sink: Sink, builders: dict[str, Builder]
) -> None:
    """F13: without the final dot the server accepted nothing. The body is longer than what the network buffers."""

    def build_long(_session: Session, message: Message) -> Mail:
        return Mail("Lang", f"{'x' * 70}\n" * 200_000, None, message.recipient)

    builders["other.note"] = build_long
    office.enqueue("anna+cut1@example.org", kind="other.note")
    office.deliver()
    message = office.message(1)
    assert (message.state, message.attempts, message.copies) == (State.QUEUED, 1, 0)
    office.clock.forward(minutes=1)
    office.deliver()
    assert (office.states(), sink.accepted()) == (["sent"], ["anna"])


@pytest.mark.parametrize(("trick", "copies"), [("lost", 1), ("taken", 2)])
def test_a_connection_cut_after_the_final_dot_is_repeated_once(
    office: Office, sink: Sink, trick: str, copies: int
) -> None:
    """F06, F07, F14: nobody knows whether it arrived; the repeat is the same bytes."""
    office.enqueue(f"anna+{trick}1@example.org")
    office.deliver()
    message = office.message(1)
    assert (message.state, message.copies) == (State.QUEUED, 1)
    assert office.deliver() == 0
    office.clock.forward(minutes=15)
    office.deliver()
    assert (office.states(), office.message(1).copies) == (["sent"], 2)
    assert [record["sha256"] for record in sink.records()] == [digest(office.message(1))] * copies


def test_after_two_doubtful_copies_a_person_decides(office: Office, sink: Sink) -> None:
    """F06: no third copy by itself."""
    office.enqueue("anna+taken2@example.org")
    for _ in range(4):
        office.deliver()
        office.clock.forward(hours=1)
    assert (office.states(), len(sink.records())) == (["unclear"], 2)
    with office.app.app_context(), transaction() as session:
        service.retry(session, 1, now=office.clock())
    office.deliver()
    assert (office.states(), len(sink.records())) == (["sent"], 3)
    assert len({record["sha256"] for record in sink.records()}) == 1


@pytest.mark.long
def test_a_late_answer_is_waited_for(office: Office, sink: Sink) -> None:
    """F15, scaled: the server takes its time, there is one copy."""
    office.enqueue("anna+slow8@example.org")
    office.deliver()
    assert (office.states(), len(sink.records())) == (["sent"], 1)


def test_a_server_that_cannot_be_reached_pauses_the_queue(office: Office, app: Flask) -> None:
    """F09: no mail is even taken in hand, so no attempt is used up; the pause grows."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    lead_to(app, f"smtp://127.0.0.1:{port}")
    for number in range(3):
        office.enqueue(subject_id=number)
    assert [office.deliver(), office.deliver()] == [0, 0]
    assert (route(office).failures, route(office).reason.split(":")[0]) == (1, "ConnectionRefusedError")
    office.clock.forward(minutes=1)
    assert office.deliver() == 0
    assert route(office).paused_until == office.clock() + IMPATIENT.pause(2)
    assert {(office.message(one).attempts, office.message(one).claims) for one in (1, 2, 3)} == {(0, 0)}
    assert office.states() == ["queued"] * 3


def test_a_name_that_does_not_exist_pauses_the_queue(
    office: Office, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F09: the name service fails, as it would without a network."""

    def no_such_name(*_args: object, **_kwargs: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    lead_to(app, "smtp://mail.invalid:25")
    monkeypatch.setattr(socket, "create_connection", no_such_name)
    office.enqueue()
    office.deliver()
    assert (office.states(), route(office).reason.split(":")[0]) == (["queued"], "gaierror")


@pytest.mark.parametrize(
    "options",
    [("--greeting", "421"), ("--greeting", "554"), ("--mail", "421"), ("--mail", "550"), ("--mail", "451")],
)
def test_a_server_that_refuses_us_pauses_the_queue(
    office: Office, app: Flask, start_sink: Callable[..., Sink], options: tuple[str, ...]
) -> None:
    """F09: what the server has against the sender concerns all mails; none of them fails for it."""
    lead_to(app, start_sink(*options).url)
    office.enqueue()
    office.enqueue(subject_id=2)
    assert office.deliver() == 0
    assert (office.states(), route(office).failures, office.message(1).attempts) == (["queued"] * 2, 1, 0)


def test_a_server_that_closes_during_a_mail_pauses_the_queue(office: Office, sink: Sink) -> None:
    """F09: 421 to RCPT."""
    office.enqueue("anna+closing1@example.org")
    office.enqueue("bert@example.org", subject_id=2)
    assert office.deliver() == 1
    assert route(office).reason == "421 4.3.2 closing"
    office.clock.forward(minutes=1)
    assert office.deliver() == 2
    assert (office.states(), route(office).failures) == (["sent"] * 2, 0)


def test_a_refused_sign_in_pauses_the_queue(
    office: Office, app: Flask, start_sink: Callable[..., Sink]
) -> None:
    """F17: one try, then rest; no storm of sign-ins."""
    sink = start_sink("--auth", "535", "--certificate", CERTIFICATE)
    lead_to(app, f"smtp://user:secret@localhost:{sink.port}")
    app.config["MAIL_TLS_CONTEXT"] = ssl.create_default_context(cafile=CERTIFICATE)
    office.enqueue()
    assert [office.deliver() for _ in range(5)] == [0] * 5
    office.clock.forward(minutes=4)
    assert office.deliver() == 0
    assert (len(sink.records("auth")), route(office).reason) == (1, "535 sign-in")


@pytest.mark.parametrize("scheme", ["smtp://user:secret@localhost", "smtps://localhost"])
def test_a_certificate_nobody_vouches_for_stops_the_mail(
    office: Office, app: Flask, start_sink: Callable[..., Sink], scheme: str
) -> None:
    """F16, ASVS 12: not sent, not in clear either, no password; sent when the certificate is trusted."""
    sink = start_sink("--certificate", CERTIFICATE, *(["--implicit"] if scheme.startswith("smtps") else []))
    lead_to(app, f"{scheme}:{sink.port}")
    office.enqueue()
    office.deliver()
    assert (office.states(), sink.records(), sink.records("auth")) == (["queued"], [], [])
    assert route(office).reason.startswith("SSLCertVerificationError")
    app.config["MAIL_TLS_CONTEXT"] = ssl.create_default_context(cafile=CERTIFICATE)
    office.clock.forward(minutes=1)
    office.deliver()
    assert (office.states(), [record["encrypted"] for record in sink.records()]) == (["sent"], [True])


def test_a_certificate_for_another_name_stops_the_mail(
    office: Office, app: Flask, start_sink: Callable[..., Sink]
) -> None:
    """F16: the certificate is trusted, but it is localhost's."""
    sink = start_sink("--certificate", CERTIFICATE, "--implicit")
    lead_to(app, f"smtps://127.0.0.1:{sink.port}")
    app.config["MAIL_TLS_CONTEXT"] = ssl.create_default_context(cafile=CERTIFICATE)
    office.enqueue()
    office.deliver()
    assert (office.states(), sink.records()) == (["queued"], [])


def test_a_password_never_travels_in_clear(
    office: Office, app: Flask, start_sink: Callable[..., Sink]
) -> None:
    """F16: the server does not offer STARTTLS."""
    sink = start_sink()
    lead_to(app, f"smtp://user:secret@127.0.0.1:{sink.port}")
    office.enqueue()
    office.deliver()
    assert (office.states(), sink.records(), sink.records("auth")) == (["queued"], [], [])


@pytest.mark.parametrize(
    ("url", "port", "tls", "implicit"),
    [
        ("smtp://127.0.0.1:2525", 2525, False, False),
        ("smtp://localhost", 25, False, False),
        ("smtp://mail.example.org", 25, True, False),
        ("smtp://u%40x:p%2Fw@mail.example.org", 587, True, False),
        ("smtp://u:p@localhost:25", 25, True, False),
        ("smtps://u:p@mail.example.org", 465, False, True),
    ],
)
def test_encryption_is_left_out_on_this_machine_only(url: str, port: int, tls: bool, implicit: bool) -> None:
    """ASVS 12: Flask-Mail's names, set from one address."""
    config = mail_config(url)
    assert (config["MAIL_PORT"], config["MAIL_USE_TLS"], config["MAIL_USE_SSL"]) == (port, tls, implicit)


def test_name_and_password_are_decoded() -> None:
    config = mail_config("smtp://u%40x:p%2Fw@mail.example.org")
    assert (config["MAIL_USERNAME"], config["MAIL_PASSWORD"]) == ("u@x", "p/w")


def test_a_rude_goodbye_is_no_failure(office: Office, app: Flask, start_sink: Callable[..., Sink]) -> None:
    """The server hangs up at QUIT after it accepted: no repeat."""
    sink = start_sink("--rude")
    lead_to(app, sink.url)
    office.enqueue()
    office.deliver()
    office.clock.forward(hours=1)
    office.deliver()
    assert (office.states(), len(sink.records())) == (["sent"], 1)


def test_a_cancellation_replaces_the_invitation_that_waits(office: Office, app: Flask, sink: Sink) -> None:
    """F20: enqueued while the server has no time; the invitation was frozen, but never left."""
    office.enqueue("anna+busy1@example.org")
    office.deliver()
    assert (office.message(1).frozen is not None, office.message(1).attempts) == (True, 1)
    office.enqueue("anna+busy1@example.org", kind="trial.cancelled", revision=2)
    office.clock.forward(minutes=1)
    office.deliver()
    assert office.states() == ["superseded", "sent"]
    assert [record["sha256"] for record in sink.records()] == [digest(office.message(2))]


@pytest.mark.long
def test_a_cancellation_arrives_after_the_invitation(office: Office, sink: Sink) -> None:
    """F20: the invitation is at the server when the cancellation is enqueued."""
    office.enqueue("anna+slow5@example.org")
    hand = threading.Thread(target=office.deliver)
    hand.start()
    while not sink.records():
        time.sleep(0.02)
    office.enqueue("anna+slow5@example.org", kind="trial.cancelled", revision=2)
    office.deliver()
    assert len(sink.records()) == 1
    hand.join()
    office.deliver()
    assert office.states() == ["sent", "sent"]
    assert [record["sha256"] for record in sink.records()] == [digest(office.message(one)) for one in (1, 2)]


@pytest.mark.long
def test_a_worker_that_sleeps_past_its_lease_sends_nothing(office: Office, sink: Sink) -> None:
    """F19: the server dozes at RCPT, meanwhile the lease ends and another worker delivers."""
    office.enqueue("anna+doze8@example.org")
    hand = threading.Thread(target=office.deliver)
    hand.start()
    while not sink.records("rcpt"):
        time.sleep(0.02)
    office.clock.forward(minutes=15)
    office.deliver()
    hand.join()
    assert (office.states(), len(sink.records()), office.message(1).copies) == (["sent"], 1, 1)


def test_two_workers_share_the_work(office: Office, sink: Sink) -> None:
    """F18: each mail once, both progress."""
    for number in range(30):
        office.enqueue(f"person{number}@example.org", subject_id=number)
    handled: list[int] = []
    hands = [threading.Thread(target=lambda: handled.append(office.deliver())) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(sink.accepted()) == sorted(f"person{number}" for number in range(30))
    assert sum(handled) == 30
    assert min(handled) > 0


def test_what_the_builder_calls_overtaken_is_not_sent(
    office: Office, sink: Sink, builders: dict[str, Builder]
) -> None:
    builders["other.note"] = lambda _session, _message: None
    office.enqueue(kind="other.note")
    assert office.deliver() == 1
    assert (office.states(), sink.records("rcpt")) == (["superseded"], [])


def test_a_builder_cannot_write(office: Office, sink: Sink, builders: dict[str, Builder]) -> None:
    """The session is read-only, and transaction() refuses as in a GET; after three times it is set aside."""

    def writes(session: Session, message: Message) -> Mail | None:
        session.add(Route(id=1, failures=0, reason=""))
        session.flush()
        return build_trial(session, message)

    def commits(session: Session, message: Message) -> Mail | None:
        with transaction():
            return build_trial(session, message)

    builders["other.note"], builders["trial.invited"] = writes, commits
    office.enqueue(kind="other.note")
    office.enqueue(subject_id=2)
    for _ in range(3):
        office.deliver()
        office.clock.forward(minutes=1)
    assert (office.states(), sink.records()) == (["quarantined"] * 2, [])


def test_a_poisoned_mail_is_set_aside_and_the_queue_goes_on(
    office: Office, sink: Sink, builders: dict[str, Builder]
) -> None:
    """T11, F08: no address, no builder, no subject."""
    builders["other.note"] = lambda _session, message: Mail("\u2028", "Text", None, message.recipient)
    office.enqueue("anna@example.org\nBcc: x@example.org")
    office.enqueue(kind="trial.unknown", subject_id=2)
    office.enqueue(kind="other.note")
    office.enqueue("bert@example.org", subject_id=3)
    assert office.deliver() == 4
    assert office.states() == ["quarantined", "quarantined", "quarantined", "sent"]
    assert sink.accepted() == ["bert"]


def test_a_database_that_is_away_while_a_mail_is_built_is_no_fault_of_the_mail(
    office: Office, sink: Sink, builders: dict[str, Builder]
) -> None:
    """It is left to its lease and sent later, not set aside after three such times."""

    def is_away(_session: Session, _message: Message) -> Mail:
        raise StoreBusy

    builders["other.note"] = is_away
    office.enqueue(kind="other.note")
    with pytest.raises(StoreBusy):
        office.deliver()
    builders["other.note"] = build_trial
    office.clock.forward(minutes=15)
    office.deliver()
    assert office.states() == ["sent"]


def test_the_mail_speaks_the_recipients_language(
    office: Office, sink: Sink, builders: dict[str, Builder]
) -> None:
    from app.texts import language

    builders["other.note"] = lambda _session, message: Mail(language(), language(), None, message.recipient)
    office.enqueue(kind="other.note", language="en")
    office.enqueue(kind="other.note", language="de", subject_id=2)
    office.deliver()
    assert [office.message(one).subject_line for one in (1, 2)] == ["en", "de"]
    assert b"Content-Language: en\r\n" in (office.message(1).frozen or b"")


def test_logs_know_ids_and_no_addresses(
    office: Office, sink: Sink, builders: dict[str, Builder], caplog: pytest.LogCaptureFixture
) -> None:
    """T36: the canary is in the address, in the text, and in the exception of a builder."""

    def stumbles(_session: Session, message: Message) -> Mail:
        raise ValueError(message.recipient)

    builders["other.note"] = stumbles
    caplog.set_level(logging.DEBUG)
    for number, trick in enumerate(["gone", "busy1", "lost1", "taken1", "cut1", "closing1", "big"]):
        office.enqueue(f"canary{number}+{trick}@example.org", subject_id=number)
    office.enqueue("canary@example.org", kind="other.note")
    office.enqueue("canary", subject_id=99)
    for _ in range(4):
        office.deliver()
        office.clock.forward(hours=1)
    assert "message 1: refused for good (550)" in caplog.text
    assert "message 8 (other.note): ValueError while building" in caplog.text
    assert "canary" not in caplog.text


def test_mails_can_become_files(office: Office, data_dir: Path) -> None:
    """The demo's way out: one whole file per mail; a repeated copy replaces itself."""
    office.enqueue()
    office.deliver()
    (file,) = (data_dir / "mail" / "new").iterdir()
    assert file.read_bytes() == office.message(1).frozen
    assert list((data_dir / "mail" / "tmp").iterdir()) == []
    assert office.message(1).smtp_answer == f"250 kept as {file.name}"


def test_a_maildir_that_cannot_be_written_pauses_the_queue(
    office: Office, app: Flask, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    lead_to(app, f"maildir:{tmp_path / 'file' / 'mail'}")
    office.enqueue()
    office.deliver()
    assert (office.states(), route(office).failures) == (["queued"], 1)


def test_flask_mail_records_and_suppresses(office: Office, app: Flask, sink: Sink) -> None:
    """The documented ways of Flask-Mail keep working, with the true bytes."""
    office.enqueue("anna@example.org")
    with mail.record_messages() as sent:
        office.deliver()
    (message,) = sent
    assert (message.recipients, message.subject) == (["anna@example.org"], "Ihre Anmeldung 1 – Änderung 1")
    assert message.as_bytes() == office.message(1).frozen
    assert "Guten Tag" in message.body
    assert "<p>Guten Tag</p>" in message.html
    assert b"BEGIN:VCALENDAR" in message.calendar
    app.config["MAIL_SUPPRESS_SEND"] = True
    lead_to(app, sink.url)
    office.enqueue(subject_id=2)
    with mail.record_messages() as sent:
        office.deliver()
    assert (len(sent), len(sink.records()), office.states()) == (1, 1, ["sent", "sent"])
