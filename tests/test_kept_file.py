# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The SQLite file that all tests of a process share: the next test never meets what the last one did."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from tests.sqlite import KeptFile

BY_SOMEBODY_ELSE = (
    "import sys, pysqlite3 as s; c = s.connect(sys.argv[1]); c.execute('SELECT * FROM event'); c.close()"
)


class Watched:
    """The file, a connection as the application keeps one, and how often everything had to be closed."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.file, self.left = KeptFile(folder / "kept" / "fachtag.sqlite3", template), -1
        self.template = folder / "template.sqlite3"
        shutil.copy(template, self.template)
        self.path = self.file.fresh(self.leave)
        self.connect()

    def leave(self) -> None:
        self.left += 1

    def connect(self) -> None:
        self.connection = sqlite.connect(str(self.path), isolation_level=None)
        self.connection.execute("SELECT count(*) FROM audit_entry").close()

    def rows(self) -> dict[str, list[object]]:
        """Every row of every table, the numbers included that come next."""
        found = {}
        with sqlite.connect(str(self.path)) as connection:
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall():
                found[table] = connection.execute(f'SELECT * FROM "{table}"').fetchall()
        connection.close()
        return found


@pytest.fixture
def watched(tmp_path: Path, sqlite_template: Path) -> Iterator[Watched]:
    one = Watched(tmp_path, sqlite_template)
    yield one
    one.connection.close()
    one.file.close()


def _write(watched: Watched) -> None:
    watched.connection.execute("DELETE FROM organisation_kind WHERE id = 1")
    watched.connection.execute("UPDATE organisation_kind SET name = 'x' WHERE id = 2")
    watched.connection.execute("UPDATE alembic_version SET version_num = 'older'")
    watched.connection.execute("UPDATE sqlite_sequence SET seq = 77")


def test_the_same_file_as_after_the_migrations(watched: Watched) -> None:
    before = watched.rows()
    _write(watched)
    assert watched.rows() != before
    assert watched.file.fresh(watched.leave) == watched.path
    assert watched.rows() == before
    assert watched.left == 0, "it is emptied, not made anew"
    assert not watched.path.with_name("fachtag.sqlite3-wal").read_bytes()


def _another_table(watched: Watched) -> None:
    watched.connection.execute("CREATE TABLE other (id INTEGER)")


def _another_file(watched: Watched) -> None:
    watched.path.unlink()
    shutil.copy(watched.template, watched.path)


def _a_folder_instead(watched: Watched) -> None:
    watched.path.unlink()
    watched.path.mkdir()


def _a_reader(watched: Watched) -> None:
    watched.connection.execute("BEGIN")
    watched.connection.execute("SELECT * FROM organisation_kind").fetchone()


def _a_writer(watched: Watched) -> None:
    watched.connection.execute("BEGIN IMMEDIATE")


def _read_by_python(watched: Watched) -> None:
    """Which costs this process its locks, so another one takes the log away."""
    watched.path.read_bytes()


def _read_and_tidied(watched: Watched) -> None:
    watched.path.read_bytes()
    subprocess.run([sys.executable, "-c", BY_SOMEBODY_ELSE, str(watched.path)], check=True)


def _a_stranger(watched: Watched) -> None:
    watched.path.with_name("copy.sqlite3").touch()


@pytest.mark.parametrize(
    "change",
    [
        _another_table, _another_file, _a_folder_instead, _a_reader, _a_writer, _read_by_python, _read_and_tidied, _a_stranger,
    ],
)  # fmt: skip
def test_made_anew_where_emptying_is_not_enough(watched: Watched, change: Callable[[Watched], None]) -> None:
    before = watched.rows()
    change(watched)
    assert watched.file.fresh(watched.leave) == watched.path
    watched.connection.close()
    watched.connect()
    assert watched.left == 1
    assert watched.rows() == before
    watched.file.fresh(watched.leave)
    assert watched.left == 1
