# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""After a restore: a new life of the database, in which nothing is given out a second time.

What was lost stands in nobody's database any more, but in calendars, mailboxes, browsers and notes. So every number
that those compare goes beyond what they can have seen, what may have left stays here, and who was signed in is not.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    MetaData,
    Table,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import Base, UtcDateTime, new_link_key
from app.events.models import Event
from app.organising.lives import Seen, last_seen, lives_of, remember
from app.organising.models import Life
from app.outbox import route
from app.outbox.models import Heartbeat
from app.outbox.service import doubt_waiting
from app.people.audit import record
from app.people.service import end_everything
from app.programme.models import Run
from app.registration.models import Registration
from app.registration.rules import RESERVED, Status
from app.store.transactions import transaction

FASTEST = 100
"""Rises of one counter in a second, lasting. Each is one person's change behind the lock of one day, and takes the server
some 10 ms (`make bench`); what a file of people brings at once is within the shortest step."""

SHORTEST = timedelta(
    hours=1
)  # 360,000: also for a clock that was set, and for a dozen files of 20,000 people
HIGHEST = 2**28
"""A month at that rate. Seven such steps fit into what calendars and PostgreSQL can count (2³¹)."""

# What people and programs outside compare with what they saw before. The `version` of every table goes up, too.
COUNTERS: dict[InstrumentedAttribute[Any], str] = {
    Event.sequence: "calendars take a change only with a higher number",
    Event.revision: "tags of pages and printed files, and numbers in personal calendars",
    Event.waiting_counter: "people know their number in line",
    Run.sequence: "calendars, as of days",
    Run.waiting_counter: "people know their number in line",
    Registration.invited_sequence: "goes with the day's sequence: what a mail says that is written again",
}
STAMPS: tuple[InstrumentedAttribute[Any], ...] = (
    Event.changed_at,
    Event.modified_at,
    Run.modified_at,
    Registration.feed_changed_at,
)


@dataclass(frozen=True, slots=True)
class Affected:
    """A day that was not over when the backup was made."""

    slug: str
    title: str
    starts_at: datetime
    people: int
    unconfirmed: int
    changed_at: datetime


@dataclass(slots=True)
class Restored:
    """What was done, and between which moments something may be lost. `again`: it had been done before."""

    since: datetime
    until: datetime
    raised_by: int
    again: bool = False
    unclear: int = 0
    ended: int = 0
    days: list[Affected] = field(default_factory=list)


def begin_new_life(data_dir: Path, now: datetime) -> Restored:
    """Hold the outbox, leave every mail that waited to a person's decision, raise what must not come again, sign
    everybody out, and begin a life that the data folder knows. A second time before anybody is at work again changes
    nothing."""
    seen = last_seen(data_dir)
    with transaction() as session:
        lives = lives_of(session, lock=True)
        present = lives[-1] if lives else None
        if present is not None and present.raised_by and not present.mark and not present.copied:
            done = _looked_back(session, present.marked_at, present.began_at, present.raised_by)
            done.again = True
            life = present
        else:
            since = _last_trace(session, present, now)
            done = _looked_back(session, since, now, step_between(since, now))
            life = _new_life(session, lives, seen, done)
            _raise(session, done.raised_by, now)
            route.hold(session, now=now)
            done.unclear = doubt_waiting(session)
            done.ended = end_everything(session, now)
            trace = {"since": since.isoformat(), "raised_by": done.raised_by, "unclear": done.unclear}
            record(session, now, None, None, "database.restored", f"life {life.id}", trace)
        token = life.token
    remember(data_dir, Seen(token, 0))
    return done


def step_between(since: datetime, now: datetime) -> int:
    """More than any counter can have risen since the restored database was last alive: as long as that is ago, at the
    fastest rate at which one can rise. After more than a month the rate is what fits, still eight a second after a year."""
    seconds = max(now - since, SHORTEST).total_seconds()
    return min(int(seconds * FASTEST), HIGHEST)


def versions() -> list[ColumnElement[Any]]:
    """What guards forms that are open in a browser against overwriting somebody else's change, in whichever table."""
    return [table.c.version for table in Base.metadata.sorted_tables if "version" in table.c]


def _last_trace(session: Session, present: Life | None, now: datetime) -> datetime:
    """When the restored database was alive for certain; the later, the fewer can have happened since."""
    traces = [
        present.marked_at if present else None,
        session.scalar(select(func.max(Heartbeat.beat_at))),
        session.scalar(select(func.max(Registration.changed_at))),
        session.scalar(select(func.max(Event.changed_at))),
    ]
    return max((one for one in traces if one is not None and one <= now), default=now - timedelta(days=30))


def _new_life(session: Session, lives: list[Life], seen: Seen | None, done: Restored) -> Life:
    """The one that was lost is written down before it: other hosts may remember that one."""
    for one in lives:
        one.copied = False
    session.flush()
    if seen is not None and seen.token not in {one.token for one in lives}:
        session.add(
            Life(token=seen.token, began_at=done.since, mark=seen.mark, marked_at=done.since, raised_by=0)
        )
        session.flush()
    life = Life(
        token=new_link_key(), began_at=done.until, mark=0, marked_at=done.since, raised_by=done.raised_by
    )
    session.add(life)
    session.flush()
    return life


def _raise(session: Session, step: int, now: datetime) -> None:
    session.flush()
    for column in (*(one.property.columns[0] for one in COUNTERS), *versions()):
        session.execute(update(column.table).values({column: column + step}))
    moment = literal(now.replace(microsecond=0), UtcDateTime())
    for attribute in STAMPS:
        stamp = attribute.property.columns[0]
        session.execute(update(stamp.table).values({stamp: case((stamp < moment, moment), else_=stamp)}))
    _raise_numbers(session, step)
    session.expire_all()


def _raise_numbers(session: Session, step: int) -> None:
    """Row numbers stand in notes, in open pages and in the list of what was deleted: none comes again where the engine
    counts them by itself."""
    if session.get_bind().dialect.name == "postgresql":
        for table in Base.metadata.sorted_tables:
            if "id" in table.columns:
                sequence = cast(func.pg_get_serial_sequence(table.name, "id"), REGCLASS)
                last = func.coalesce(func.pg_sequence_last_value(sequence), 0)
                session.execute(select(func.setval(sequence, last + step)))
        return
    counted = Table("sqlite_sequence", MetaData(), autoload_with=session.connection())
    session.execute(update(counted).values(seq=counted.c.seq + step))
    for table in Base.metadata.sorted_tables:
        if table.dialect_options["sqlite"]["autoincrement"]:
            missing = select(literal(table.name), literal(step)).where(
                ~exists().where(counted.c.name == table.name)
            )
            session.execute(insert(counted).from_select(["name", "seq"], missing))


def _looked_back(session: Session, since: datetime, until: datetime, step: int) -> Restored:
    """The days that were not over then; who is missing from them stands nowhere in here."""
    is_here = Registration.status.in_((Status.REGISTERED, Status.WAITING, Status.PENDING, Status.OFFERED))
    people = func.count(Registration.id).filter(is_here)
    unconfirmed = func.count(Registration.id).filter(
        Registration.status.in_(RESERVED), Registration.confirmed_at.is_(None)
    )
    found = (
        select(
            Event.slug, Event.title, Event.starts_at, people, unconfirmed, func.max(Registration.changed_at)
        )
        .outerjoin(Registration, Registration.event_id == Event.id)
        .where(Event.ends_at > since)
        .group_by(Event.id, Event.slug, Event.title, Event.starts_at)
        .order_by(Event.starts_at, Event.id)
    )
    days = [
        Affected(slug, title, starts, here, open_, last or since)
        for slug, title, starts, here, open_, last in session.execute(found)
    ]
    return Restored(since, until, step, days=days)
