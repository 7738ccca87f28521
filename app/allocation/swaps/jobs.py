# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does for swaps: looks whether something came up, and only then takes its turn to write."""

import logging
from datetime import datetime

from flask import Flask

from app.allocation.swaps.queries import days_with_swaps
from app.allocation.swaps.service import is_due, settle_day
from app.events.models import Event
from app.outbox.jobs import one_by_one, register_job
from app.web.database import db

log = logging.getLogger(__name__)

EVERY_SECONDS = 60


def install(_app: Flask) -> None:
    register_job("settle swaps", EVERY_SECONDS, settle)


def settle(now: datetime) -> int:
    """One transaction for each day on which something is to be done; how many those were.

    Two workers at once do no harm: what is due is asked again under the lock.
    """
    days = [
        one
        for one in days_with_swaps(db.session())
        if (event := db.session.get(Event, one)) is not None and is_due(db.session(), event, now)
    ]
    db.session.rollback()
    one_by_one(days, lambda session, one: settle_day(session, one, now))
    if days:
        log.info("%d days had swaps to settle", len(days))
    return len(days)
