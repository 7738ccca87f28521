# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The worker's loop, its regular jobs, and the command line."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update

from app.clock import now
from app.outbox import jobs, queries
from app.outbox.building import register
from app.outbox.jobs import register_job
from app.outbox.models import Heartbeat, Message
from app.outbox.rules import State
from app.web.database import db, transaction
from tests.outbox.conftest import Clock, Office, build_trial


@pytest.fixture(autouse=True)
def own_jobs(monkeypatch: pytest.MonkeyPatch, app: Flask) -> Iterator[None]:
    """Only the jobs of the test; those of the application are back after it."""
    for name in list(jobs.JOBS):
        monkeypatch.delitem(jobs.JOBS, name)
    yield
    jobs.JOBS.clear()


def test_one_round_beats_works_and_sends(app: Flask, office: Office, clock: Clock) -> None:
    moments: list[datetime] = []

    def sweep(moment: datetime) -> None:
        with transaction() as session:
            session.execute(update(Message).values(language="en"))
        moments.append(moment)

    register_job("sweep", 60, sweep)
    office.enqueue()
    office.worker().run(once=True)
    assert (office.states(), office.message(1).language, moments) == (["sent"], "en", [clock()])
    with app.app_context():
        assert db.session().scalars(select(Heartbeat.beat_at)).all() == [clock()]


def test_a_job_runs_when_its_time_has_come(office: Office) -> None:
    seen: list[str] = []
    register_job("often", 0, lambda _moment: seen.append("often"))
    register_job("seldom", 3600, lambda _moment: seen.append("seldom"))
    worker = office.worker()
    for _ in range(3):
        worker.run(once=True)
    assert seen == ["often", "seldom", "often", "often"]


def test_a_broken_job_stops_nothing(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_moment: datetime) -> None:
        raise ValueError("can" + "ary")

    register_job("broken", 0, broken)
    office.enqueue()
    with caplog.at_level(logging.ERROR):
        office.worker().run(once=True)
    assert office.states() == ["sent"]
    assert "job broken: ValueError" in caplog.text
    assert "canary" not in caplog.text


def test_names_are_given_once() -> None:
    register_job("one", 1, max)
    register_job("one", 2, max)
    with pytest.raises(ValueError, match="exists already"):
        register_job("one", 1, min)
    register("trial.invited", build_trial)
    with pytest.raises(ValueError, match="have a builder already"):
        register("trial.invited", lambda _session, _message: None)


def test_a_worker_told_to_stop_finishes_the_mail_in_hand(office: Office) -> None:
    """The second mail stays for the next worker."""
    office.enqueue()
    office.enqueue(subject_id=2)
    worker = office.worker()
    hand_over = worker._hand_over
    worker._hand_over = lambda claimed, message: (worker.stop.set(), hand_over(claimed, message))[1]  # type: ignore[method-assign,func-returns-value]
    worker.run()
    assert office.states() == ["sent", "queued"]


def run_command(app: Flask, interval: str) -> Result:
    """`flask worker` in this process, until a signal."""
    handlers = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        return app.test_cli_runner().invoke(args=["worker", "--interval", interval])
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)


def test_the_command_sends_what_is_written_while_it_runs(app: Flask, office: Office) -> None:
    """Each mail is built from what is true by then. The command runs in a context of its own, and what was read there
    once must not stand still: SQLite would show the outbox as it was at the first mail for ever."""
    seen: list[str] = []
    office.clock.time = now()  # the command's own

    def write() -> None:
        for number in (1, 2, 3):
            office.enqueue(subject_id=number)
            ends = time.monotonic() + 10
            while office.states()[-1] != "sent" and time.monotonic() < ends:
                time.sleep(0.02)
            seen.append(office.states()[-1])
        os.kill(os.getpid(), signal.SIGTERM)

    writer = threading.Thread(target=write)
    writer.start()
    result = run_command(app, "0.05")
    writer.join()
    assert (result.exit_code, seen) == (0, ["sent"] * 3)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.sqlite_only
def test_the_command_ends_with_a_signal(app: Flask, number: signal.Signals) -> None:
    timer = threading.Timer(0.3, os.kill, (os.getpid(), number))
    began = time.monotonic()
    timer.start()
    result = run_command(app, "20")
    assert (result.exit_code, result.exception) == (0, None)
    assert time.monotonic() - began < 10
    with app.app_context():
        assert queries.worker_alive(db.session(), now())


def test_the_command_line_shows_ids_and_no_addresses(app: Flask, office: Office) -> None:
    """T36."""
    office.enqueue("canary@example.org", kind="trial.unknown")
    office.enqueue("canary@example.org", subject_id=2)
    office.deliver()
    result = app.test_cli_runner().invoke(args=["outbox", "show"])
    assert result.exit_code == 0
    lines = [line.split() for line in result.output.splitlines()]
    assert ["quarantined", "1"] in lines
    assert ["sent", "1"] in lines
    assert [line[:4] for line in lines if line[0].isdigit()] == [
        ["2", "sent", "trial.invited", "2/1"],
        ["1", "quarantined", "trial.unknown", "1/1"],
    ]
    assert "canary" not in result.output
    only = app.test_cli_runner().invoke(args=["outbox", "show", "--state", "quarantined"]).output
    assert ("trial.unknown" in only, "trial.invited" in only) == (True, False)


def test_the_command_line_delivers_and_retries(app: Flask, office: Office, clock: Clock) -> None:
    clock.time = now()
    office.enqueue()
    with app.app_context(), transaction() as session:
        session.execute(update(Message).values(state=State.FAILED))
    run = app.test_cli_runner().invoke
    assert run(args=["outbox", "deliver"]).output == "0 mails handled\n"
    result = run(args=["outbox", "retry", "1", "7"])
    assert (result.exit_code, result.output) == (1, "1: queued again\n7: there is no such mail\n")
    assert run(args=["outbox", "deliver"]).output == "1 mails handled\n"
    assert office.states() == ["sent"]


def test_a_restored_system_sends_nothing_until_released(app: Flask, office: Office, clock: Clock) -> None:
    """F44."""
    clock.time = now()
    office.enqueue()
    run = app.test_cli_runner().invoke
    run(args=["outbox", "freeze"])
    assert run(args=["outbox", "deliver"]).output == "0 mails handled\n"
    assert "held since" in run(args=["outbox", "show"]).output
    assert run(args=["outbox", "release", "--drop"]).output == "released; 1 mails settled unsent\n"
    office.enqueue(subject_id=2)
    assert run(args=["outbox", "deliver"]).output == "1 mails handled\n"
    assert office.states() == ["superseded", "sent"]
