# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A server of PostgreSQL that was started again costs nobody a request (F25); threads take turns at SQLite (F22)."""

import threading
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from app.events.models import Event
from app.factory import create_app
from app.organisations.models import Organisation
from app.refusal import RemovedMeanwhile
from app.store import engines, transactions
from app.web.database import db, transaction
from tests.conftest import settings_for
from tests.factories.days import make_event
from tests.postgresql import KeptDatabase, administer


def _cut_all_connections(server: URL, app: Flask) -> None:
    name = app.config["SQLALCHEMY_DATABASE_URI"].rpartition("/")[2].partition("?")[0]
    administer(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


@pytest.mark.postgresql
def test_a_connection_that_was_cut_while_idle_is_replaced(
    postgresql_database: KeptDatabase,
    postgresql_server: URL,
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = postgresql_database.fresh().render_as_string(hide_password=False)
    own_app = create_app(settings_for(url, data_dir))
    client = own_app.test_client()
    assert client.get("/").status_code == 200
    _cut_all_connections(postgresql_server, own_app)
    monkeypatch.setattr(engines, "IDLE_SECONDS", -1)
    assert client.get("/").status_code == 200
    # Without the question the next one pays for it.
    monkeypatch.setattr(engines, "IDLE_SECONDS", 10**9)
    _cut_all_connections(postgresql_server, own_app)
    with own_app.app_context(), pytest.raises(OperationalError):
        db.session.execute(text("SELECT 1"))
    with own_app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_who_names_what_was_removed_reads_so(app: Flask) -> None:
    """The form was valid when it was checked; the database says no, and nothing is stored."""
    agency = {"name": "Amt", "name_key": "amt", "sort_key": "amt", "kind": "gone"}
    with app.app_context():
        with pytest.raises(RemovedMeanwhile), transaction() as session:
            session.add_all([make_event(session), Organisation(**agency)])
        assert db.session.scalars(select(Event.slug)).all() == []


@pytest.mark.sqlite_only
def test_many_threads_write_one_after_the_other(own_app: Flask) -> None:
    """None of them sleeps while the file is free: forty short writes take far less than one nap each."""
    with own_app.app_context(), transaction() as session:
        event_id = make_event(session, capacity=0).id
    gate = threading.Barrier(8)

    def write() -> None:
        gate.wait()
        for _ in range(5):
            with own_app.app_context(), transaction() as session:
                session.scalars(select(Event).where(Event.id == event_id)).one().confirm_within_minutes += 1
                time.sleep(0.002)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with own_app.app_context():
        assert db.session.get_one(Event, event_id).confirm_within_minutes == 60 + 40


@pytest.mark.sqlite_only
def test_sqlite_counts_its_rows_when_the_worker_asks_it_to(own_app: Flask) -> None:
    with own_app.app_context(), transaction() as session:
        make_event(session)
    with own_app.app_context():
        transactions.count_rows()
        counted = db.session.scalars(text("SELECT tbl FROM sqlite_stat1")).all()
    assert "event" in counted
