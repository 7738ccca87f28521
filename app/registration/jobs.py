# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does for registrations: seats reserved for nobody go to the next in line."""

import logging
from datetime import datetime

from flask import Flask

from app.outbox.jobs import one_by_one, register_job
from app.registration.service import expire, overdue_holds
from app.web.database import db

log = logging.getLogger(__name__)

EVERY_SECONDS = 60


def install(_app: Flask) -> None:
    register_job("expire holds", EVERY_SECONDS, expire_holds)


def expire_holds(now: datetime) -> int:
    """Give back every seat whose hold or offer is over, one transaction each; how many were looked at.

    Two workers at once do no harm: `expire` asks again under the lock.
    """
    overdue = overdue_holds(db.session(), now)
    db.session.rollback()
    one_by_one(overdue, lambda session, one: expire(session, one, now))
    if overdue:
        log.info("%d holds were over", len(overdue))
    return len(overdue)
