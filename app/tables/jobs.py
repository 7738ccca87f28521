# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does for discussion tables: a piece of the search at a time, so that no mail waits long for it.

The search is kept between two turns. If the worker ends, the lease does too, and another one begins anew: the same room
gives the same answer. No transaction is open while it searches.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from app.outbox.jobs import register_job
from app.refusal import Refusal
from app.store.leases import Lease
from app.store.transactions import transaction
from app.tables.lease import claim_next, finish, renew
from app.tables.measures import bounds, measure
from app.tables.queries import found_of
from app.tables.search import Search
from app.tables.service import read_room

EVERY_SECONDS = 1.0
TURN = 0.7  # seconds


@dataclass(slots=True)
class Work:
    """What a worker has in hand."""

    lease: Lease
    search: Search
    parts: Iterator[float]
    guests: dict[int, int]


class Bench:
    """The seating that this worker works on, if there is one."""

    def __init__(self) -> None:
        self.work: Work | None = None


BENCH = Bench()


def install(_app: Flask) -> None:
    register_job("work out discussion tables", EVERY_SECONDS, tend)


def tend(now: datetime) -> None:
    """One turn. Two workers at once do no harm: a claim is one update."""
    work = BENCH.work
    if work is None:
        work = _begin(now)
        if work is None:
            return
    BENCH.work = None  # if this turn fails, the lease ends and it is tried again
    ends = time.monotonic() + TURN
    for part in work.parts:
        if time.monotonic() >= ends:
            with transaction() as session:
                kept = renew(session, work.lease, int(100 * part), now)
            BENCH.work = work if kept else None
            return
    _finish(work, now)


def _begin(now: datetime) -> Work | None:
    with transaction() as session:
        lease = claim_next(session, now)
        if lease is None:
            return None
        try:
            room, guests = read_room(session, lease.id)
        except Refusal:  # people cancelled until nobody was left to sit together
            finish(session, lease, None, (), now)
            return None
    search = Search(room)
    return Work(lease, search, search.run(), guests)


def _finish(work: Work, now: datetime) -> None:
    room, answer = work.search.room, work.search.answer
    found = measure(room, answer)
    forced = bounds(room).colleagues
    bound = bounds(room, spread=found.colleagues == forced)
    places = [
        (work.guests[one.id], number, table + 1)
        for number, seated in enumerate(answer, start=1)
        for one, table in zip(room.guests, seated, strict=True)
    ]
    with transaction() as session:
        finish(session, work.lease, found_of(room, found, bound), places, now)
