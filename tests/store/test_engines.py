# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What connections remember: prepared statements, and what a driver says of columns."""

from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from app.store.engines import face_of
from app.store.postgresql import PlainCursor
from app.web.database import db, transaction
from tests.postgresql import KeptDatabase


def raw_of(writes: bool) -> Any:
    with face_of(db.engine, writes=writes).connect() as connection:
        return connection.connection.dbapi_connection


@pytest.mark.sqlite_only
def test_who_reads_and_who_writes_is_told_once(own_app: Flask) -> None:
    """To be told anew makes a connection of SQLite prepare every statement again."""
    with own_app.app_context():
        reader, writer = raw_of(writes=False), raw_of(writes=True)
        assert reader is not writer
        told: list[str] = []
        for one in (reader, writer):
            one.set_trace_callback(told.append)
        for _ in range(2):
            with transaction() as session:
                session.execute(text("UPDATE event SET version = version"))
            db.session.execute(text("SELECT 1"))
            db.session.rollback()
        assert (raw_of(writes=False), raw_of(writes=True)) == (reader, writer)
    assert (told.count("BEGIN"), told.count("BEGIN IMMEDIATE")) == (2, 2)
    assert [one for one in told if "query_only" in one] == ["PRAGMA query_only=OFF", "PRAGMA query_only=ON"]


@pytest.mark.sqlite_only
def test_both_let_go_of_a_file_that_is_replaced(own_app: Flask) -> None:
    with own_app.app_context():
        before = raw_of(writes=False), raw_of(writes=True)
        db.engine.dispose()
        assert raw_of(writes=False) is not before[0]
        assert raw_of(writes=True) is not before[1]
        for one in before:
            with pytest.raises(Exception, match="closed database"):
                one.execute("SELECT 1")


@pytest.mark.postgresql
def test_columns_have_the_names_and_types_that_the_driver_says(postgresql_database: KeptDatabase) -> None:
    url = postgresql_database.fresh().set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        ours, its_own = PlainCursor(connection), psycopg.Cursor(connection)
        for one in (ours, its_own):
            assert one.description is None
            one.execute("SELECT id, title AS named, starts_at FROM event")
        assert ours.description == [(one.name, one.type_code) for one in its_own.description or ()]
        assert [name for name, _type in ours.description] == ["id", "named", "starts_at"]
        ours.execute("SET lock_timeout = '5s'")
        assert ours.description is None
