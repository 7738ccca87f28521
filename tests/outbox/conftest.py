# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A clock that is set by hand, a builder for trial mails, and a way out that leads to the sink."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.outbox import building, service
from app.outbox.building import Mail
from app.outbox.delivery import mail, mail_config
from app.outbox.models import Message
from app.outbox.rules import DeliveryPolicy
from app.outbox.worker import Worker
from app.web.database import db, transaction
from tests.mailsink import Sink, running_sink

START = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSEQUENCE:7\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
# Patience of tests: the durations of the ladder stay, only the waits for a silent server are short.
IMPATIENT = DeliveryPolicy(
    connect_seconds=2, command_seconds=2, data_seconds=2, body_seconds=2, answer_seconds=2
)


class Clock:
    """Shows the time that the test has set."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **how_far: float) -> None:
        self.time += timedelta(**how_far)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def build_trial(_session: Session, message: Message) -> Mail | None:
    return Mail(
        subject=f"Ihre Anmeldung {message.subject_id} – Änderung {message.revision}",
        text="Guten Tag,\n\n.ein Punkt am Anfang einer Zeile.\n",
        html="<p>Guten Tag</p>",
        recipient=message.recipient,
        calendar=CALENDAR,
        calendar_method="REQUEST",
    )


@pytest.fixture(autouse=True)
def builders(monkeypatch: pytest.MonkeyPatch) -> dict[str, building.Builder]:
    """The kinds of these tests; what a test adds is gone after it."""
    kinds: dict[str, building.Builder] = {
        "trial.invited": build_trial,
        "trial.cancelled": build_trial,
        "other.note": build_trial,
    }
    for kind, builder in kinds.items():
        monkeypatch.setitem(building.BUILDERS, kind, builder)
    return building.BUILDERS


class Office:
    """What the tests say: enqueue, look at a message, let a worker make a pass."""

    def __init__(self, app: Flask, clock: Clock) -> None:
        self.app, self.clock = app, clock

    def enqueue(self, recipient: str = "anna@example.org", **changes: object) -> int:
        values: dict[str, object] = {"kind": "trial.invited", "subject_id": 1, "revision": 1, **changes}
        with self.app.app_context(), transaction() as session:
            new_id = service.enqueue(session, recipient=recipient, now=self.clock(), **values)  # type: ignore[arg-type]
        assert new_id is not None
        return new_id

    def message(self, message_id: int) -> Message:
        """A detached copy with its bytes."""
        with self.app.app_context():
            found = db.session().get_one(Message, message_id)
            assert found.frozen is None or found.frozen
            db.session().expunge(found)
            return found

    def states(self) -> list[str]:
        with self.app.app_context():
            return [state.value for state in db.session().scalars(select(Message.state).order_by(Message.id))]

    def worker(self, policy: DeliveryPolicy = IMPATIENT) -> Worker:
        return Worker(self.app, policy=policy, clock=self.clock)

    def deliver(self, policy: DeliveryPolicy = IMPATIENT) -> int:
        return self.worker(policy).deliver()


@pytest.fixture
def office(app: Flask, clock: Clock) -> Office:
    return Office(app, clock)


def lead_to(app: Flask, url: str) -> None:
    """Let mails leave by this address."""
    app.config.update(mail_config(url))
    mail.init_app(app)


@pytest.fixture
def start_sink(tmp_path: Path) -> Iterator[Callable[..., Sink]]:
    """Starts a sink with options; all end with the test."""
    started = []

    def start(*options: str) -> Sink:
        context = running_sink(tmp_path / f"sink-{len(started)}.jsonl", *options)
        started.append(context)
        return context.__enter__()

    yield start
    for context in started:
        context.__exit__(None, None, None)


@pytest.fixture
def sink(app: Flask, start_sink: Callable[..., Sink]) -> Sink:
    """A polite server (unless an address plays a trick), and the application sends to it."""
    started = start_sink()
    lead_to(app, started.url)
    return started
