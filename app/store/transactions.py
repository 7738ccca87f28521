# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The one owner of commit.

Whose session and which database that is, the process says once (`draw_from`): a web server by the application that
answers, a test by the one it made. So whoever opens a transaction need know neither.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.refusal import RemovedMeanwhile
from app.store.outages import StoreReadOnly, says_missing_row, says_read_only
from app.store.turns import Turns

log = logging.getLogger(__name__)

POSTGRESQL_WRITERS = 4  # of eight threads; more would only wait for each other at the row of the day
WRITING = "fachtag_writing"


class Source(NamedTuple):
    """Where sessions come from. `refuse` raises where nothing may be written just now."""

    session: Callable[[], Session]
    engine: Callable[[], Engine]
    refuse: Callable[[], None]


_sources: list[Source] = []


def draw_from(source: Source) -> None:
    """Said once in a process, before anything is read."""
    _sources[:] = [source]


def current_session() -> Session:
    """The session of this request or job. It only reads, outside of `transaction()`."""
    return _source().session()


def current_engine() -> Engine:
    return _source().engine()


def _source() -> Source:
    if not _sources:
        raise RuntimeError("no database: nobody has said where sessions come from")
    return _sources[0]


@contextmanager
def transaction() -> Iterator[Session]:
    """One use case: everything inside is committed together, or nothing is.

    What was read before is forgotten at the start, so that no decision rests on a stale row. Raises `StoreBusy` when too
    many wait already, `StoreReadOnly` where the database takes nothing, and `RemovedMeanwhile` where a row would point to
    nothing: what a page offered was removed before it was sent.
    """
    source = _source()
    source.refuse()
    session = source.session()
    session.rollback()
    with _turns(source.engine()).turn():
        session.info[WRITING] = True
        try:
            yield session
            session.commit()
        except BaseException as e:
            session.rollback()
            if isinstance(e, DBAPIError) and says_read_only(e):
                raise StoreReadOnly from e
            if isinstance(e, DBAPIError) and says_missing_row(e):
                log.warning("a row would have pointed to one that is not there", exc_info=e)
                raise RemovedMeanwhile from e
            raise
        finally:
            session.info[WRITING] = False


def reads_only(session: Session) -> bool:
    """Whether the session is outside of `transaction()`: what it sees is committed."""
    return not session.info.get(WRITING)


def _turns(engine: Engine) -> Turns:
    """The line of this process for the database. Other processes are waited for by the database itself."""
    turns: Turns | None = engine.__dict__.get("fachtag_turns")
    if turns is None:
        width = 1 if engine.dialect.name == "sqlite" else POSTGRESQL_WRITERS
        turns = engine.__dict__.setdefault("fachtag_turns", Turns(width))
    return turns


def count_rows() -> None:
    """Let SQLite find out how many rows its indexes hold, where that changed much: it would choose between them blindly.
    PostgreSQL does that by itself."""
    if current_engine().dialect.name == "sqlite":
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
    if current_engine().dialect.name != "sqlite":
        yield None
        return
    connection = current_engine().raw_connection()
    try:
        connection.execute("PRAGMA query_only=OFF").close()
        yield connection.dbapi_connection
    finally:
        connection.close()
