# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What keeps us from storing or reading for a while, told from faults of our own (F23, F25, F26, F27, F28, F29)."""

import errno
from enum import Enum

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class StoreBusy(Exception):
    """Others write, and it does not get on: nothing of this request was stored."""


class StoreReadOnly(Exception):
    """The database takes nothing at the moment, as after a fail-over: nothing of this request was stored."""


class Outage(Enum):
    """Why a request cannot be answered now: somebody holds on to a lock, the database cannot be used, the disk is full."""

    BUSY = "busy"
    AWAY = "away"
    FULL = "full"


# Result codes of SQLite without their extensions (sqlite.org/rescode.html): BUSY, LOCKED; FULL; NOMEM, INTERRUPT, IOERR,
# CANTOPEN, PROTOCOL. The others, ERROR and CORRUPT above all, do not pass by themselves.
_SQLITE = {
    5: Outage.BUSY,
    6: Outage.BUSY,
    13: Outage.FULL,
    **dict.fromkeys((7, 9, 10, 14, 15), Outage.AWAY),
}
# SQLSTATE of PostgreSQL, whole or its class: lock not available, serialization failure, deadlock, statement timeout;
# disk full; connection, resources, operator intervention (a restart), input or output.
_POSTGRESQL = {
    **dict.fromkeys(("55P03", "40001", "40P01", "57014"), Outage.BUSY),
    "53100": Outage.FULL,
    **dict.fromkeys(("08", "53", "57", "58030"), Outage.AWAY),
}
_SYSTEM = {
    errno.ENOSPC: Outage.FULL,
    errno.EDQUOT: Outage.FULL,
    errno.EROFS: Outage.AWAY,
    errno.EIO: Outage.AWAY,
}


def outage_of(error: BaseException) -> Outage | None:
    """None: a fault of our own."""
    if isinstance(error, StoreBusy | PoolTimeout):
        return Outage.BUSY
    if isinstance(error, StoreReadOnly):
        return Outage.AWAY
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0)
    return None


def says_read_only(error: DBAPIError) -> bool:
    """READONLY of SQLite, read_only_sql_transaction of PostgreSQL. Within a transaction of ours that is an outage; outside
    it is our own fault, for there nothing may write."""
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return getattr(error.orig, "sqlstate", None) == "25006" or (code is not None and code & 0xFF == 8)


def says_missing_row(error: DBAPIError) -> bool:
    """foreign_key_violation of PostgreSQL, and of SQLite, whose driver gives no code for it: a row would point to one that is
    not there."""
    return (
        getattr(error.orig, "sqlstate", None) == "23503" or str(error.orig) == "FOREIGN KEY constraint failed"
    )


def _of_database(error: DBAPIError) -> Outage | None:
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL.get(state, _POSTGRESQL.get(state[:2]))
    # The driver speaks for itself where no server answered.
    return Outage.AWAY if error.connection_invalidated or type(error.orig).__name__ in _SILENT else None


_SILENT = frozenset({"OperationalError", "ConnectionTimeout", "ConnectionFailure"})
