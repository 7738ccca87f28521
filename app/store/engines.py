# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""How both engines are set up, so that what is not in a transaction of ours *cannot* write.

Outside `transaction()` both refuse whatever a session tries to write: a GET, a mail scanner or a careless helper cannot.
Inside, SQLite takes the write lock at BEGIN (BEGIN IMMEDIATE), so no read is ever upgraded to a write.
"""

import time
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.exc import InvalidatePoolError, OperationalError

from app.store.transactions import WRITING

SQLITE_FLOOR = (3, 51, 3)  # older ones have a race in WAL mode that can corrupt the file
BUSY_SECONDS = 10
POOL_SECONDS = 5
IDLE_SECONDS = 0.5
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


class _ReaderOfFile(OptionEngine):
    """SQLite's reading face, with connections of its own. Whenever one is told anew whether it may write, it forgets all
    statements that it has prepared, and preparing them again was a tenth of what a registration costs."""

    pool: Any = None

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, {WRITING: False})
        self.pool = engine.pool.recreate()

        @event.listens_for(engine, "engine_disposed")
        def dispose(_engine: Engine) -> None:
            self.pool.dispose()
            self.pool = self.pool.recreate()


def face_of(engine: Engine, *, writes: bool) -> Engine:
    """The engine's reading or writing face: the same database, other options. Made once, kept on the engine."""
    faces: dict[bool, Engine] = engine.__dict__.setdefault("fachtag_faces", {})
    if writes not in faces:
        made = engine.execution_options(**{WRITING: True}) if writes else _reader(engine)
        faces.setdefault(writes, made)  # another thread may have been quicker
    return faces[writes]


def _reader(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        return _ReaderOfFile(engine)
    # Each statement by itself: READ COMMITTED shows each the latest state anyhow, and this spares two errands.
    return engine.execution_options(**{WRITING: False, "isolation_level": "AUTOCOMMIT"})


def set_up(engine: Engine) -> None:
    """What every connection of this engine is told."""
    if engine.dialect.name == "sqlite":
        _set_up_sqlite(engine)
    else:
        _set_up_postgresql(engine)
        _fail_at_once(engine)
        _ask_after_idling(engine)


def engine_options(url: str) -> dict[str, Any]:
    """For `create_engine`."""
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
    from app.store.postgresql import PlainCursor  # nor does one with SQLite hold psycopg

    return {
        "hide_parameters": True,  # a failed statement is logged, the names and addresses in it are not (T36)
        "pool_recycle": 1800,
        "pool_timeout": POOL_SECONDS,
        "connect_args": {
            **PATIENCE,
            "cursor_factory": PlainCursor,
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
            if connection.info.get(WRITING) is not writing:
                raw.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}").close()
                connection.info[WRITING] = writing
            raw.execute(statement).close()
        except engine.dialect.loaded_dbapi.Error as e:
            # Past SQLAlchemy, which would have put it into its own words.
            raise OperationalError(statement, None, e, hide_parameters=True) from e
