# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which state the whole database is in: one small read that answers whether anybody has written since."""

from collections.abc import Hashable
from contextlib import suppress
from threading import Lock
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.store.engines import face_of


class StateUnknown(Exception):
    """The database does not say."""


class States:
    """Two equal answers of `now`: nothing was committed in between, by whatever process. Safe between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._watching: Any = None

    def now(self) -> Hashable:
        """Raises `StateUnknown` when the database cannot be asked."""
        try:
            return self._of_file() if self._engine.dialect.name == "sqlite" else self._of_server()
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as e:
            raise StateUnknown from e

    def _of_server(self) -> str:
        """What this moment sees and what it does not: who commits changes it."""
        with face_of(self._engine, writes=False).connect() as connection:
            return str(connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one())

    def _of_file(self) -> int:
        """The number is one connection's own, so it is always the same that is asked, and it never writes itself."""
        with self._lock:
            if self._watching is None:
                fresh = self._engine.raw_connection()
                self._watching = fresh.dbapi_connection
                fresh.detach()
            cursor = self._watching.execute("PRAGMA data_version")
            number: int = cursor.fetchone()[0]
            cursor.close()
            return number

    def close(self) -> None:
        with self._lock, suppress(Exception):
            if self._watching is not None:
                self._watching.close()
            self._watching = None
