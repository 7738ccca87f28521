# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which state the whole database is in: one small read that answers whether anybody has written since."""

from collections.abc import Hashable
from contextlib import suppress
from threading import Lock
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError


class StateUnknown(Exception):
    """The database does not say."""


class States:
    """Two equal answers of `now`: nothing was committed in between, by whatever process. Safe between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._watching: Any = None
        self._spare: list[Any] = []

    def now(self) -> Hashable:
        """Raises `StateUnknown` when the database cannot be asked."""
        try:
            return self._of_file() if self._engine.dialect.name == "sqlite" else self._of_server()
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as e:
            raise StateUnknown from e

    def _of_server(self) -> str:
        """What this moment sees and what it does not: who commits changes it. Asked of libpq itself, on connections that do
        nothing else: what engine and driver do around so small a question costs ten times the question."""
        try:
            asking = self._spare.pop()  # a list is safe between threads
        except IndexError:
            asking = self._connected()
        found = asking.pgconn.exec_(b"SELECT pg_current_snapshot()::text")
        if found.ntuples != 1:
            asking.close()
            raise StateUnknown
        self._spare.append(asking)
        return str(found.get_value(0, 0), "ascii")

    def _connected(self) -> Any:
        """A connection of our own, which the engine's pool forgets."""
        fresh = self._engine.raw_connection()
        connection = fresh.dbapi_connection
        fresh.detach()
        return connection

    def _of_file(self) -> int:
        """The number is one connection's own, so it is always the same that is asked, and it never writes itself."""
        with self._lock:
            if self._watching is None:
                self._watching = self._connected()
            cursor = self._watching.execute("PRAGMA data_version")
            number: int = cursor.fetchone()[0]
            cursor.close()
            return number

    def close(self) -> None:
        with self._lock, suppress(Exception):
            for one in (self._watching, *self._spare):
                if one is not None:
                    one.close()
            self._watching, self._spare = None, []
