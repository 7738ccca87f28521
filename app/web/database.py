# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Engine, session and the one owner of commit.

Outside `transaction()` both engines refuse whatever a session tries to write: a GET, a mail scanner or a careless helper
*cannot* write. Inside, SQLite takes the write lock at BEGIN (BEGIN IMMEDIATE), so no read is ever upgraded to a write.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf.csrf import CSRFError
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session

from app.db import Base
from app.settings import Settings
from app.web.access import SAFE_METHODS
from app.web.forms import csrf_holds

SQLITE_FLOOR = (3, 51, 3)  # older ones have a race in WAL mode that can corrupt the file
BUSY_SECONDS = 15
IDLE_SECONDS = 0.5
WRITING = "fachtag_writing"
_WRITERS = RLock()

Bind = Engine | Connection


class HouseSession(FlaskSession):
    """A session that reads by default; `transaction()` switches it to writing for one use case."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Bind:
        engine = super().get_bind(*args, **kwargs)
        if not isinstance(engine, Engine):
            return engine
        mode = "writing" if self.info.get(WRITING) else "reading"
        bind: Engine = _bind_of(engine, mode)
        return bind


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": HouseSession})


def _bind_of(engine: Engine, mode: str) -> Engine:
    """The engine's reading or writing face: the same pool, other options. Made once, kept on the engine."""
    faces: dict[str, Engine] = engine.__dict__.setdefault("fachtag_faces", {})
    if mode not in faces:
        options: dict[str, Any] = {WRITING: mode == "writing"}
        if engine.dialect.name == "postgresql" and mode == "reading":
            # Each statement by itself: READ COMMITTED shows each the latest state anyhow, and this spares two errands.
            options["isolation_level"] = "AUTOCOMMIT"
        faces[mode] = engine.execution_options(**options)
    return faces[mode]


@contextmanager
def transaction() -> Iterator[Session]:
    """One use case: everything inside is committed together, or nothing is.

    What was read before is forgotten at the start, so that no decision rests on a stale row.
    """
    _refuse_unsafe_request()
    session = db.session()
    session.rollback()
    session.info[WRITING] = True
    with _in_turn(session):
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info[WRITING] = False


@contextmanager
def _in_turn(session: Session) -> Iterator[None]:
    """SQLite has one writer, and whoever finds the file locked sleeps for a while, however soon it is free: with many
    threads at once it mostly stood unused. So the threads of a process queue here first; other processes are waited for
    by SQLite as before, and so is a thread that holds on for too long."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    mine = _WRITERS.acquire(timeout=BUSY_SECONDS)
    try:
        yield
    finally:
        if mine:
            _WRITERS.release()


def count_rows() -> None:
    """Let SQLite find out how many rows its indexes hold, where that changed much: it would choose between them blindly.
    PostgreSQL does that by itself."""
    if db.engine.dialect.name == "sqlite":
        with transaction() as session:
            session.execute(
                text("PRAGMA optimize=0x10002")
            )  # all tables, not only those this connection asked


def reads_only(session: Session) -> bool:
    """Whether the session is outside of `transaction()`: what it sees is committed."""
    return not session.info.get(WRITING)


def _refuse_unsafe_request() -> None:
    """A GET never writes, and nothing writes without a CSRF token: asked where every write passes (T07, T33)."""
    if not has_request_context():
        return
    if request.method in SAFE_METHODS:
        raise RuntimeError(f"{request.endpoint} tried to write in a {request.method} request")
    if not csrf_holds():
        raise CSRFError("missing or stale token")


def configure(app: Flask, settings: Settings) -> None:
    """Set the engine up as the house needs it and bind it to the application."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings.database_url)
    if settings.database_url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _set_up_sqlite(db.engine)
        else:
            _set_up_postgresql(db.engine)
            _ask_after_idling(db.engine)


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        import pysqlite3.dbapi2 as sqlite  # a megabyte that a worker with PostgreSQL need not hold

        return {
            "module": sqlite,
            "hide_parameters": True,
            "connect_args": {"timeout": BUSY_SECONDS},
            "pool_recycle": 3600,  # a new one reads what `count_rows` found out
            "pool_size": 8,
            "max_overflow": 8,
        }
    return {
        "hide_parameters": True,  # a failed statement is logged, the names and addresses in it are not (T36)
        "pool_recycle": 1800,
        "connect_args": {
            "connect_timeout": 10,
            "options": "-c lock_timeout=10s -c statement_timeout=30s"
            " -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
            " -c default_transaction_read_only=on",
        },
    }


def _set_up_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.read_only = False  # a transaction that is begun may write; what stands alone reads


def _ask_after_idling(engine: Engine) -> None:
    """Ask a connection that lay idle whether it is alive, so that a restart of the server costs nobody a request (F25).
    Within a request, which takes one several times, that would be a question each time for nothing."""

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: object) -> None:
        idle = time.monotonic() - record.info.get("idle_since", 0.0)
        if idle > IDLE_SECONDS and not _is_alive(engine, connection):
            raise DisconnectionError


def _is_alive(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False


def _set_up_sqlite(engine: Engine) -> None:
    version = engine.dialect.dbapi.sqlite_version_info  # type: ignore[union-attr]
    journal = "WAL" if version >= SQLITE_FLOOR else "PERSIST"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin or commit by itself
        for pragma in (
            f"journal_mode={journal}",
            "synchronous=FULL",  # with NORMAL nothing is flushed before the reply
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Plain engine use (migrations) writes; sessions say which of the two they want.
        raw: Any = connection.connection.dbapi_connection
        if connection.get_execution_options().get(WRITING, True):
            raw.execute("PRAGMA query_only=OFF").close()
            raw.execute("BEGIN IMMEDIATE").close()
        else:
            raw.execute("PRAGMA query_only=ON").close()
            raw.execute("BEGIN").close()
