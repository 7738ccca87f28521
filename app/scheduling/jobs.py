# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does for days: those whose quiet minute is over are called off."""

import logging
from datetime import datetime

from flask import Flask

from app.outbox.jobs import register_job
from app.registration.history import SYSTEM
from app.scheduling.service import cancel_day, due_for_calling_off
from app.web.database import db
from app.web.doing import did_for_each

log = logging.getLogger(__name__)

EVERY_SECONDS = 10


def install(_app: Flask) -> None:
    register_job("call days off", EVERY_SECONDS, call_off)


def call_off(now: datetime) -> int:
    """Call off every day whose quiet minute is over, one transaction each; how many.

    Two workers at once do no harm: `cancel_day` asks again under the lock.
    """
    due = due_for_calling_off(db.session(), now)
    db.session.rollback()
    done = did_for_each(due, lambda session, event_id: cancel_day(session, event_id, SYSTEM, now))
    if done.number:
        log.info("%d days were called off", done.number)
    return done.number
