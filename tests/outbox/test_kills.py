# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The worker is a real process and is killed at random points, against a hostile server: nothing is lost, nothing
arrives more than twice, repeats are byte-identical (F03, F04, F05, F06, F07, F13, F14)."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.clock import now
from app.outbox import service
from app.outbox.models import Message
from app.outbox.rules import WAITING, State
from app.outbox.watchdog import HANGS
from app.settings import Settings
from app.web.database import db, transaction
from tests.mailsink import Sink

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent.parent
BYTES_PER_MAIL = 230  # in the sink's log: RCPT and acceptance
# What happens to every twentieth mail, once each.
TRICKS = {3: "+busy1", 6: "+grey1", 9: "+cut1", 12: "+lost1", 15: "+taken1", 18: "+slow2"}


class Workers:
    """Starts workers one after the other, and ends them."""

    def __init__(self, settings: Settings, sink: Sink, *options: str) -> None:
        arguments = [settings.database_url, str(settings.data_dir), sink.url, *options]
        command = [sys.executable, "-m", "tests.outbox.mortal_worker", *arguments]
        self.home = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            text=True,
        )
        self.kills = 0

    def begin(self) -> int:
        """The process id of a new worker."""
        assert self.home.stdin is not None
        self.home.stdin.write("go\n")
        self.home.stdin.flush()
        return self._answer()

    def exit_code(self) -> int:
        """How the worker ended; waits for it."""
        return self._answer()

    def kill(self, worker: int) -> None:
        os.kill(worker, signal.SIGKILL)
        assert self.exit_code() == -signal.SIGKILL
        self.kills += 1

    def end(self) -> None:
        self.home.communicate()

    def _answer(self) -> int:
        assert self.home.stdout is not None
        return int(self.home.stdout.readline())


@pytest.fixture
def start_workers(app: Flask, settings: Settings) -> Iterator[Callable[..., Workers]]:
    started: list[Workers] = []

    def start(sink: Sink, *options: str) -> Workers:
        started.append(Workers(settings, sink, *options))
        return started[-1]

    yield start
    for workers in started:
        workers.end()


def enqueue_all(app: Flask, number: int) -> None:
    with app.app_context(), transaction() as session:
        for one in range(number):
            address = f"person{one}{TRICKS.get(one % 20, '')}@example.org"
            service.enqueue(
                session, kind="trial.invited", subject_id=one, revision=1, recipient=address, now=now()
            )


def waiting(app: Flask) -> int:
    with app.app_context():
        query = select(func.count()).select_from(Message).where(Message.state.in_(WAITING))
        return db.session().scalar(query) or 0


def kill_at_random(app: Flask, workers: Workers, sink: Sink, times: int) -> None:
    """Each worker accomplishes some mails, then dies anywhere within the next one or two: as often on a fast machine."""
    chance = random.Random(1)
    for _ in range(times):
        worker = workers.begin()
        goal = sink.size() + chance.randint(0, 4) * BYTES_PER_MAIL
        patience = time.monotonic() + 1
        while sink.size() < goal and time.monotonic() < patience:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.08))
        assert waiting(app), "there must be something left to lose"
        workers.kill(worker)


def finish(app: Flask, workers: Workers) -> None:
    """Let one worker do the rest; TERM ends it in order."""
    worker = workers.begin()
    deadline = time.monotonic() + 60
    while waiting(app):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.kill(worker, signal.SIGTERM)
    assert workers.exit_code() == 0


def arrivals(sink: Sink) -> Counter[str]:
    return Counter(record["recipient"] for record in sink.records())


def test_forty_kills_lose_nothing(
    app: Flask, start_workers: Callable[..., Workers], start_sink: Callable[..., Sink]
) -> None:
    """300 mails, 40 kills. What stays unclear without having arrived is sent again by a person, as in life."""
    began = time.monotonic()
    sink = start_sink("--jitter", "0.005")
    workers = start_workers(sink)
    enqueue_all(app, 300)
    kill_at_random(app, workers, sink, 40)
    finish(app, workers)
    arrived = arrivals(sink)
    with app.app_context():
        messages = {m.recipient: m for m in db.session().scalars(select(Message))}
        digests = {m.recipient: hashlib.sha256(m.frozen or b"").hexdigest() for m in messages.values()}
    lost = [
        address for address, m in messages.items() if not arrived[address] and m.state is not State.UNCLEAR
    ]
    unclear = [m for m in messages.values() if m.state is State.UNCLEAR]
    missing = [m for m in unclear if not arrived[m.recipient]]
    figures = {
        "kills": workers.kills,
        "accepted": sum(arrived.values()),
        "lost": len(lost),
        "twice": sum(1 for number in arrived.values() if number == 2),
        "of these by the server's doing": sum(
            1 for a, number in arrived.items() if number == 2 and "taken" in a
        ),
        "more than twice": sum(1 for number in arrived.values() if number > 2),
        "unclear": len(unclear),
        "unclear and missing": len(missing),
        "seconds": round(time.monotonic() - began, 1),
    }
    print(figures)
    assert (workers.kills, lost, figures["more than twice"]) == (40, [], 0)
    assert {record["recipient"]: record["sha256"] for record in sink.records()} == {
        a: digests[a] for a in arrived
    }
    assert {(record["recipient"], record["sha256"]) for record in sink.records()} == {
        (a, digests[a]) for a in arrived
    }
    assert {m.state for m in messages.values()} <= {State.SENT, State.UNCLEAR}
    assert max(m.copies for m in messages.values()) <= 2
    for message in missing:
        with app.app_context(), transaction() as session:
            service.retry(session, message.id, now=now())
    finish(app, workers)
    assert set(arrivals(sink)) == set(messages)


@pytest.mark.parametrize(
    ("trick", "event", "copies"),
    [
        pytest.param("doze5", "rcpt", 1, id="between-rcpt-and-data"),
        pytest.param("slow5", "accepted", 2, id="between-acceptance-and-answer"),
    ],
)
def test_a_kill_at_this_very_point(
    app: Flask,
    start_workers: Callable[..., Workers],
    start_sink: Callable[..., Sink],
    trick: str,
    event: str,
    copies: int,
) -> None:
    """F05: before DATA it is sent once. F06, F07: after acceptance there is one repeat, with the same bytes."""
    sink = start_sink()
    workers = start_workers(sink)
    with app.app_context(), transaction() as session:
        recipient = f"anna+{trick}@example.org"
        service.enqueue(
            session, kind="trial.invited", subject_id=1, revision=1, recipient=recipient, now=now()
        )
    worker = workers.begin()
    while not sink.records(event):
        time.sleep(0.01)
    workers.kill(worker)
    finish(app, workers)
    with app.app_context():
        message = db.session().scalars(select(Message)).one()
        assert (message.state, message.copies) == (State.SENT, copies)
        digest = hashlib.sha256(message.frozen or b"").hexdigest()
    assert [record["sha256"] for record in sink.records()] == [digest] * copies


@pytest.mark.sqlite_only
def test_the_control_loses_mail(
    app: Flask, start_workers: Callable[..., Workers], start_sink: Callable[..., Sink]
) -> None:
    """Negative control: marking before handing over loses mails under the same kills, and this test notices."""
    sink = start_sink("--jitter", "0.01")
    workers = start_workers(sink, "--careless")
    enqueue_all(app, 150)
    kill_at_random(app, workers, sink, 15)
    finish(app, workers)
    with app.app_context():
        sent = set(db.session().scalars(select(Message.recipient).where(Message.state == State.SENT)))
    print({"lost": len(sent - set(arrivals(sink)))})
    assert sent - set(arrivals(sink))


def test_a_worker_that_hangs_ends_itself(
    app: Flask, start_workers: Callable[..., Workers], start_sink: Callable[..., Sink]
) -> None:
    """No step may take for ever, whatever it waits for; its message is set aside like one that is deadly (F08)."""
    sink = start_sink()
    workers = start_workers(sink, "--strict")
    with app.app_context(), transaction() as session:
        service.enqueue(
            session, kind="trial.hanging", subject_id=1, revision=1, recipient="a@example.org", now=now()
        )
    for _ in range(3):
        workers.begin()
        assert workers.exit_code() == HANGS
    enqueue_all(app, 2)
    finish(app, workers)
    with app.app_context():
        states = [state.value for state in db.session().scalars(select(Message.state).order_by(Message.id))]
    assert (states, len(sink.records())) == (["quarantined", "sent", "sent"], 2)


def test_a_deadly_message_is_set_aside(
    app: Flask, start_workers: Callable[..., Workers], start_sink: Callable[..., Sink]
) -> None:
    """F08: it ends the worker each time; after three times the queue goes on without it."""
    sink = start_sink()
    workers = start_workers(sink)
    with app.app_context(), transaction() as session:
        service.enqueue(
            session, kind="trial.fatal", subject_id=1, revision=1, recipient="a@example.org", now=now()
        )
    for _ in range(3):
        workers.begin()
        assert workers.exit_code() == 9
    enqueue_all(app, 2)
    finish(app, workers)
    with app.app_context():
        states = [state.value for state in db.session().scalars(select(Message.state).order_by(Message.id))]
    assert states == ["quarantined", "sent", "sent"]
    assert len(sink.records()) == 2
