# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which life of the database this is. A database that fell back behind what mails, calendars and browsers know already
must not go on as if nothing had happened: it begins a new life first (`restoring`).

The data folder remembers the newest life and its highest mark in a small file that no backup takes along. What the file
says is written after the database, so it is never ahead of a database that did not fall back: neither of several
workers, nor of several hosts.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import exists, inspect, select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.organising.models import Life
from app.store.transactions import current_session, transaction

FILE = ".life"
MARKED_EVERY = timedelta(minutes=1)
OLDER = (
    "this database is older than what this house has sent and shown already: it comes from a backup."
    " Run 'flask --app wsgi restored' first (docs/betrieb.md, 6)"
)


class OlderLife(Exception):
    """The database fell back, and nobody has begun a new life yet."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the data folder remembers: the newest life, and its highest mark."""

    token: str
    mark: int


def live_on(data_dir: Path, now: datetime) -> None:
    """Go on with the present life, or begin the first one. Raises `OlderLife`."""
    with transaction() as session:
        if not inspect(session.connection()).has_table(Life.__tablename__):
            return  # a database without tables has no life yet; whoever looks at the health is told
        seen, lives = last_seen(data_dir), lives_of(session, lock=True)  # in this order, see `keep_on`
        if fell_back(lives, seen, grown=has_days(session)):
            raise OlderLife(OLDER)
        life = lives[-1] if lives else Life(began_at=now)
        session.add(life)
        life.mark = (life.mark or 0) + 1
        life.marked_at = now
        session.flush()
        marked = Seen(life.token, life.mark)
    remember(data_dir, marked)


def keep_on(data_dir: Path, now: datetime) -> None:
    """What a running worker asks at each look: marks the life from time to time, and stops at once at another database
    than the one it began with, before anything leaves twice. Raises `OlderLife`."""
    session = current_session()
    # The folder first: a second worker marks the database before the folder, and the other way round its mark looked lost.
    seen, lives = last_seen(data_dir), lives_of(session)
    if fell_back(lives, seen, grown=has_days(session)):
        raise OlderLife(OLDER)
    if not lives or lives[-1].marked_at <= now - MARKED_EVERY:
        live_on(data_dir, now)


def fell_back(lives: list[Life], seen: Seen | None, *, grown: bool) -> bool:
    """Whether the database is older than what was seen. `grown`: it holds days; without any it is a new one.

    A folder that remembers nothing is a new one, and takes what there is. A folder that remembers an earlier life of this
    database belongs to another host, on which nobody had to begin the new one.
    """
    if lives and lives[-1].copied:
        return True
    if seen is None or seen.token in {one.token for one in lives[:-1]}:
        return False
    if lives and lives[-1].token == seen.token:
        return lives[-1].mark < seen.mark
    return grown


def lives_of(session: Session, *, lock: bool = False) -> list[Life]:
    """From the first to the present one."""
    found = select(Life).order_by(Life.id).execution_options(populate_existing=True)
    return list(session.scalars(found.with_for_update() if lock else found))


def has_days(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(Event.id > 0))))


def last_seen(data_dir: Path) -> Seen | None:
    try:
        token, mark = (data_dir / FILE).read_text("ascii").split()
        return Seen(token, int(mark))
    except (OSError, ValueError):
        return None


def remember(data_dir: Path, seen: Seen) -> None:
    """Whole or not at all; of one life never less than before."""
    before = last_seen(data_dir)
    if before is not None and before.token == seen.token and before.mark >= seen.mark:
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    unfinished = data_dir / f"{FILE}.{os.getpid()}"
    with unfinished.open("w", encoding="ascii") as file:
        file.write(f"{seen.token} {seen.mark}\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(data_dir / FILE)
