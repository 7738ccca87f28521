# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The SQLite file of the tests: made from a template, and emptied between tests."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite


class KeptFile:
    """One file for all tests of a process. Who opens a new one reads 200 tables and indexes anew and prepares every
    statement again, which takes longer than most tests."""

    def __init__(self, path: Path, template: Path) -> None:
        self.path, self._template = path, template
        self._connection: Any = None

    def fresh(self, leave: Callable[[], None]) -> Path:
        """The file, when nothing is in it but what the migrations brought, and every number goes on after that.

        Where a test changed the tables, put another file there or still holds a row, `leave` closes whatever is open, and
        the file is made anew.
        """
        try:
            self._empty()
        except (sqlite.Error, OSError):
            leave()
            self.close()
            self._make()
        return self.path

    def close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite.Error):
                self._connection.close()
        self._connection = None

    def _make(self) -> None:
        folder = self.path.parent
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        shutil.copy(self._template, self.path)
        self._connection = sqlite.connect(f"file:{self.path}", uri=True, isolation_level=None, timeout=0.5)
        # Foreign keys are not asked: everything goes. What goes is overwritten, for some tests read the file.
        for pragma in ("synchronous=OFF", "foreign_keys=OFF", "secure_delete=ON"):
            self._execute(f"PRAGMA {pragma}")
        self._execute(f"ATTACH 'file:{self._template}?mode=ro&immutable=1' AS template")
        named = (
            "SELECT name FROM template.sqlite_master WHERE type = 'table' ORDER BY name = 'sqlite_sequence'"
        )
        tables = [f'"{name}"' for (name,) in self._execute(named)]
        filled = [one for one in tables if self._execute(f"SELECT 1 FROM template.{one} LIMIT 1")]
        self._used = " UNION ALL ".join(
            f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM main.{one})" for one in tables
        )
        # The numbers come last, for whoever inserts a row writes one.
        self._bring_back = [
            statement
            for one in filled
            for statement in (
                f"DELETE FROM main.{one}",
                f"INSERT INTO main.{one} SELECT * FROM template.{one}",
            )
        ]
        self._shape = self._look()

    def _empty(self) -> None:
        if self._connection is None or self._look() != self._shape:
            raise sqlite.OperationalError("a test changed the tables, or the file")
        used = [name for (name,) in self._execute(self._used)]
        self._execute("BEGIN IMMEDIATE")
        for one in used:
            self._execute(f"DELETE FROM main.{one}")
        for statement in self._bring_back:
            self._execute(statement)
        self._execute("COMMIT")
        [(somebody_reads, _, _)] = self._execute("PRAGMA main.wal_checkpoint(TRUNCATE)")
        if somebody_reads:
            raise sqlite.OperationalError("a test still reads")

    def _look(self) -> tuple[object, ...]:
        """What stays the same as long as this is the same file with the same tables, and SQLite still holds its locks.

        Who reads the file with Python loses them (as POSIX has it, for the whole process); then another process may tidy
        the log away that our connections are using.
        """
        ours = [self.path.with_name(f"{self.path.name}{end}") for end in ("", "-wal", "-shm", "-journal")]
        present = [(one.name, one.stat().st_ino, one.stat().st_mode) for one in ours if one.exists()]
        strangers = {one.name for one in self.path.parent.iterdir()} - {one.name for one in ours}
        locked = {inode for _, inode, _ in present} & _locked_by_us()
        folder = self.path.parent.stat().st_mode
        return present, strangers, locked, folder, self._execute("PRAGMA main.schema_version")

    def _execute(self, statement: str) -> list[Any]:
        found: list[Any] = self._connection.execute(statement).fetchall()
        return found


def _locked_by_us() -> set[int]:
    """The inodes on which this process holds a lock; nothing where the system does not tell (only Linux does)."""
    try:
        lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    except OSError:
        return set()
    mine = str(os.getpid())
    return {int(line[5].rpartition(":")[2]) for line in lines if len(line) > 5 and line[4] == mine}
