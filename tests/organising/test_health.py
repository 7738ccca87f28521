# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the machine asks that watches the service."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from app.clock import now
from app.outbox.service import beat
from app.web.database import db, transaction
from tests.organising.helpers import queries


def test_alive_asks_no_database(app: Flask) -> None:
    with queries(app) as sent:
        answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json, sent) == (200, {"status": "ok"}, [])
    assert "Set-Cookie" not in answer.headers


def test_ready_needs_a_worker(app: Flask) -> None:
    client = app.test_client()
    words = {"database": "ok", "migrations": "ok", "worker": "failing", "status": "failing"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, words)
    with app.app_context(), transaction() as session:
        beat(session, "one", now=now())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, dict.fromkeys(words, "ok"))
    with app.app_context(), transaction() as session:
        beat(session, "one", now=now() - timedelta(minutes=3))
    assert client.get("/readyz").status_code == 503


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
