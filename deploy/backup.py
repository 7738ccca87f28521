# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Backs up a running installation on SQLite: the database and the uploads, consistent, into a folder of its own.

    .venv/bin/python deploy/backup.py DATA_DIR TARGET_DIR [--keep 14]

Uses the application's own SQLite: the `sqlite3` program of many systems is older than 3.51.3 and has a fault in WAL mode
that can corrupt a live database. A copy of the file is no backup, for what was just saved may still be in the `-wal` file
beside it. The database comes first, then the files: what a row names is then there.
"""

import argparse
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

DATABASE = "fachtag.sqlite3"
PREFIX = "fachtag-"
# None belongs into a backup: what belongs to the database is in its copy, a key is kept elsewhere, and `.life` remembers
# how far the living database has come: brought back, it would know no better than the old database.
LEFT_OUT = shutil.ignore_patterns(f"{DATABASE}*", "secret-key", "mail", "bench", ".*")


class BackupError(Exception):
    """There is no trustworthy backup; the message says why."""


def back_up(data_dir: Path, target_dir: Path, moment: datetime) -> Path:
    """Write one backup and return its folder. A folder without the name's last part `.part` is complete."""
    source = data_dir / DATABASE
    if not source.is_file():
        raise BackupError(f"{source} does not exist")
    target_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    finished = target_dir / f"{PREFIX}{moment:%Y-%m-%dT%H-%M-%SZ}"
    unfinished = finished.with_name(f"{finished.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    copy_database(source, unfinished / DATABASE)
    shutil.copytree(data_dir, unfinished, ignore=LEFT_OUT, dirs_exist_ok=True)
    unfinished.chmod(0o700)  # copytree took over the mode of the data directory
    os.sync()
    unfinished.rename(finished)
    return finished


def copy_database(source: Path, target: Path) -> None:
    """A compact copy in one read transaction, proved by SQLite's own examination. It knows that it is a copy, so that the
    application asks for `restored` also on a machine that knows nothing of the life before."""
    connection = sqlite.connect(f"file:{source}?mode=rw", uri=True, timeout=60)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
    copy = sqlite.connect(target)
    try:
        if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'life'").fetchone():
            with copy:
                copy.execute("UPDATE life SET copied = 1")
        faults = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
        faults += [f"foreign key in {row[0]}" for row in copy.execute("PRAGMA foreign_key_check")]
    finally:
        copy.close()
    if faults:
        raise BackupError(f"the copy of {source} is damaged: {'; '.join(faults[:5])}")


def forget_old(target_dir: Path, keep: int) -> None:
    """Keep the newest `keep` backups, and nothing half-done."""
    complete = sorted(
        path for path in target_dir.glob(f"{PREFIX}*") if path.is_dir() and path.suffix != ".part"
    )
    for path in [*complete[:-keep], *target_dir.glob(f"{PREFIX}*.part")]:
        shutil.rmtree(path)


def main() -> int:
    parser = argparse.ArgumentParser(description="Backs up a running installation on SQLite.")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("target_dir", type=Path)
    parser.add_argument("--keep", type=int, default=14, help="how many backups stay (default 14)")
    options = parser.parse_args()
    if options.keep < 1:
        parser.error("--keep is at least 1")
    try:
        finished = back_up(options.data_dir, options.target_dir, datetime.now(UTC))
    except (BackupError, OSError, sqlite.Error) as problem:
        sys.stderr.write(f"backup: {problem}\n")
        return 1
    forget_old(options.target_dir, options.keep)
    sys.stdout.write(f"{finished}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
