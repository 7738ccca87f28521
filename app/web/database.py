# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Engine, session and the one owner of commit.

Outside `transaction()` both engines refuse whatever a session tries to write: a GET, a mail scanner or a careless helper
*cannot* write. Inside, SQLite takes the write lock at BEGIN (BEGIN IMMEDIATE), so no read is ever upgraded to a write.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf.csrf import CSRFError
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session

from app.db import Base
from app.settings import Settings
from app.web.access import SAFE_METHODS
from app.web.forms import csrf_holds
from app.web.outages import StoreReadOnly, says_read_only
from app.web.turns import Turns

SQLITE_FLOOR = (3, 51, 3)  # older ones have a race in WAL mode that can corrupt the file
BUSY_SECONDS = 10
POOL_SECONDS = 5
POSTGRESQL_WRITERS = 4  # of eight threads; more would only wait for each other at the row of the day
IDLE_SECONDS = 0.5
WRITING = "fachtag_writing"
# A server that vanished without a word is noticed within some five seconds, whether we wait for its answer (keepalive) or
# it for our question (user timeout). The system's own patience is a quarter of an hour.
PATIENCE = {
    "connect_timeout": 3,
    "tcp_user_timeout": 5000,  # milliseconds
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}
AWAY_SECONDS = 2.0  # after a connection that failed, others fail at once for so long

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

    What was read before is forgotten at the start, so that no decision rests on a stale row. Raises `StoreBusy` when too
    many wait already, and `StoreReadOnly` where the database takes nothing.
    """
    _refuse_unsafe_request()
    session = db.session()
    session.rollback()
    with _turns().turn():
        session.info[WRITING] = True
        try:
            yield session
            session.commit()
        except BaseException as e:
            session.rollback()
            if isinstance(e, DBAPIError) and says_read_only(e):
                raise StoreReadOnly from e
            raise
        finally:
            session.info[WRITING] = False


def _turns() -> Turns:
    """The line of this process for the application's database. Other processes are waited for by the database itself."""
    engine = db.engine
    turns: Turns | None = engine.__dict__.get("fachtag_turns")
    if turns is None:
        width = 1 if engine.dialect.name == "sqlite" else POSTGRESQL_WRITERS
        turns = engine.__dict__.setdefault("fachtag_turns", Turns(width))
    return turns


def count_rows() -> None:
    """Let SQLite find out how many rows its indexes hold, where that changed much: it would choose between them blindly.
    PostgreSQL does that by itself."""
    if db.engine.dialect.name == "sqlite":
        with transaction() as session:
            session.execute(
                text("PRAGMA optimize=0x10002")
            )  # all tables, not only those this connection asked


def rewrite_file(raw: Any) -> None:
    """Write SQLite's file anew from what is in it, and empty the log beside it. What is deleted is overwritten at once
    (`secure_delete`), but where rows move between pages, a copy of one may stay behind until then."""
    raw.execute("VACUUM").close()
    empty_log(raw)


def empty_log(raw: Any) -> None:
    """Pages of before stand on in SQLite's log until it is emptied. Where somebody reads at this moment, it waits for the
    next time."""
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


@contextmanager
def sqlite_itself() -> Iterator[Any]:
    """SQLite's own connection, for what goes in no transaction; None on PostgreSQL, which cleans up by itself."""
    if db.engine.dialect.name != "sqlite":
        yield None
        return
    connection = db.engine.raw_connection()
    try:
        connection.execute("PRAGMA query_only=OFF").close()
        yield connection.dbapi_connection
    finally:
        connection.close()


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
            _fail_at_once(db.engine)
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
            "pool_timeout": POOL_SECONDS,
        }
    return {
        "hide_parameters": True,  # a failed statement is logged, the names and addresses in it are not (T36)
        "pool_recycle": 1800,
        "pool_timeout": POOL_SECONDS,
        "connect_args": {
            **PATIENCE,
            "options": "-c lock_timeout=5s -c statement_timeout=30s"
            " -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
            " -c default_transaction_read_only=on",
        },
    }


def _set_up_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.read_only = False  # a transaction that is begun may write; what stands alone reads


def _fail_at_once(engine: Engine) -> None:
    """While the server is away one at a time finds that out, and the others need not wait for the same answer."""
    connecting = Lock()
    away_until = 0.0

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: object, arguments: Any, named: Any) -> Any:
        nonlocal away_until
        with connecting:
            if time.monotonic() < away_until:
                raise engine.dialect.loaded_dbapi.OperationalError("the server was not there a moment ago")
            try:
                return dialect.connect(*arguments, **named)
            except engine.dialect.loaded_dbapi.OperationalError:
                away_until = time.monotonic() + AWAY_SECONDS
                raise


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
            raise InvalidatePoolError  # the others, as old as this one, are not asked each by itself


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
            "secure_delete=ON",  # else what was deleted stands in the file until something else needs the place
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Plain engine use (migrations) writes; sessions say which of the two they want.
        raw: Any = connection.connection.dbapi_connection
        writing = connection.get_execution_options().get(WRITING, True)
        statement = "BEGIN IMMEDIATE" if writing else "BEGIN"
        try:
            raw.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}").close()
            raw.execute(statement).close()
        except engine.dialect.loaded_dbapi.Error as e:
            # Past SQLAlchemy, which would have put it into its own words.
            raise OperationalError(statement, None, e, hide_parameters=True) from e
