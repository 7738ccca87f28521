# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does for registrations: seats reserved for nobody go to the next in line."""

import logging
from datetime import datetime

from flask import Flask

from app.outbox.jobs import register_job
from app.refusal import Missing
from app.registration.service import expire, overdue_holds
from app.store.transactions import transaction
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
    for registration_id in overdue:
        try:
            with transaction() as session:
                expire(session, registration_id, now)
        except Missing:
            continue  # deleted in the meantime
    if overdue:
        log.info("%d holds were over", len(overdue))
    return len(overdue)
