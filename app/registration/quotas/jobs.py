# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does for quotas: what was reserved for too long goes to the next in line."""

import logging
from datetime import datetime

from flask import Flask

from app.outbox.jobs import one_by_one, register_job
from app.registration.quotas.service import due_releases, release_reservations
from app.web.database import db

log = logging.getLogger(__name__)

EVERY_SECONDS = 60


def install(_app: Flask) -> None:
    register_job("release reservations", EVERY_SECONDS, release_due)


def release_due(now: datetime) -> int:
    """Release every reservation whose date has come, one day at a time; how many days were looked at.

    Two workers at once do no harm: what is due is asked again under the lock.
    """
    days = due_releases(db.session(), now)
    db.session.rollback()
    one_by_one(days, lambda session, one: release_reservations(session, one, now))
    if days:
        log.info("%d days had reservations to release", len(days))
    return len(days)
