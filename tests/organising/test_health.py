# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the machine asks that watches the service."""

import threading
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.clock import now
from app.outbox.queries import ALIVE
from app.outbox.route import pause, release
from app.outbox.rules import DeliveryPolicy
from app.outbox.service import beat, claim, drop_waiting, enqueue
from app.web.database import db, transaction
from tests.organising.helpers import queries


def intend(session: Session, *, minutes_ago: float = 0, subject_id: int = 1) -> None:
    moment = now() - timedelta(minutes=minutes_ago)
    enqueue(
        session,
        kind="trial.invited",
        subject_id=subject_id,
        revision=1,
        recipient="anna@example.org",
        now=moment,
    )


def test_alive_asks_no_database(app: Flask) -> None:
    with queries(app) as sent:
        answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json, sent) == (200, {"status": "ok"}, [])
    assert "Set-Cookie" not in answer.headers


def has_just_started(app: Flask) -> None:
    """Tests share one."""
    app.extensions["fachtag.watcher"].started = now()


def has_run_for_long(app: Flask) -> None:
    app.extensions["fachtag.watcher"].started -= ALIVE


def test_a_fresh_start_is_not_failing(app: Flask) -> None:
    """The worker beside it needs a moment. What else is not in order is failing from the first moment."""
    has_just_started(app)
    answer = app.test_client().get("/readyz")
    assert answer.json is not None
    assert (answer.status_code, answer.json["status"], answer.json["worker"]) == (503, "starting", "starting")
    with app.app_context(), transaction() as session:
        intend(session, minutes_ago=120)
    assert (again := app.test_client().get("/readyz").json) is not None
    assert (again["status"], again["worker"], again["mail"]) == ("failing", "starting", "failing")
    has_run_for_long(app)
    assert app.test_client().get("/readyz").json["worker"] == "failing"  # type: ignore[index]


def test_ready_needs_a_worker(app: Flask) -> None:
    has_run_for_long(app)
    client = app.test_client()
    words = dict.fromkeys(("database", "migrations", "worker", "mail", "status"), "ok")
    words |= {"worker": "failing", "status": "failing"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {**words, "oldest_due_mail_minutes": 0})
    with app.app_context(), transaction() as session:
        beat(session, "one", now=now())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {**dict.fromkeys(words, "ok"), "oldest_due_mail_minutes": 0}
    with app.app_context(), transaction() as session:
        beat(session, "one", now=now() - timedelta(minutes=3))
    assert client.get("/readyz").status_code == 503


def test_a_mail_in_the_hands_of_a_dead_worker_is_no_sign_of_life(app: Flask) -> None:
    """The lease of its message outlives the worker by up to a quarter of an hour."""
    has_run_for_long(app)
    with app.app_context(), transaction() as session:
        intend(session)
        assert claim(session, now=now(), policy=DeliveryPolicy()) is not None
    assert app.test_client().get("/readyz").json["worker"] == "failing"  # type: ignore[index]


def test_the_alarm_says_how_old_the_oldest_due_mail_is(app: Flask) -> None:
    """It rises at once where the way out is closed, else when a mail has been due for five minutes; it falls with both."""
    client = app.test_client()

    def stands() -> tuple[object, object]:
        answer = client.get("/readyz").json
        assert answer is not None
        return answer["mail"], answer["oldest_due_mail_minutes"]

    with app.app_context(), transaction() as session:
        intend(session, minutes_ago=4)
    assert stands() == ("ok", 4)
    with app.app_context(), transaction() as session:
        pause(session, "refused", now=now(), policy=DeliveryPolicy())
    assert stands() == ("failing", 4)
    with app.app_context(), transaction() as session:
        release(session)
    assert stands() == ("ok", 4)
    with app.app_context(), transaction() as session:
        intend(session, minutes_ago=7, subject_id=2)
    assert stands() == ("failing", 7)
    with app.app_context(), transaction() as session:
        drop_waiting(session)
    assert stands() == ("ok", 0)


@pytest.mark.long
@pytest.mark.sqlite_only
def test_a_silent_database_does_not_keep_the_watcher_waiting(own_app: Flask) -> None:
    """The question hangs for as long as it likes: the answer comes, and a second one starts no second thread."""
    silent = threading.Event()

    def hang(*_anything: object) -> None:
        silent.wait(10)

    with own_app.app_context():
        event.listen(db.engine, "checkout", hang)
    began = time.monotonic()
    answers = [own_app.test_client().get("/readyz") for _ in range(2)]
    waited = time.monotonic() - began
    looking = sum(one.name == "readyz" for one in threading.enumerate())
    silent.set()
    assert looking == 1
    assert [one.status_code for one in answers] == [503, 503]
    assert [one.json["database"] for one in answers] == ["failing"] * 2  # type: ignore[index]
    assert waited < 8, "neither of the two waited for the database"
    for one in threading.enumerate():
        if one.name == "readyz":
            one.join()


def test_not_ready_without_tables(app: Flask) -> None:
    """Half a database is said, not thrown: no error page, no trace of what it was."""
    with app.app_context(), transaction() as session:
        session.execute(text("DROP TABLE heartbeat"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"] == "ok"  # type: ignore[index]
    assert "heartbeat" not in answer.text


def test_not_ready_on_another_version(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["migrations"]) == (503, "failing")  # type: ignore[index]


@pytest.mark.sqlite_only
def test_not_ready_without_a_database(app: Flask, settings: object) -> None:
    from pathlib import Path

    with app.app_context():
        path = Path(str(db.engine.url.database))
        db.session.remove()
        db.engine.dispose()
    path.unlink()
    path.mkdir()
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (503, "failing")  # type: ignore[index]
    assert str(path) not in answer.text
    assert app.test_client().get("/healthz").status_code == 200
