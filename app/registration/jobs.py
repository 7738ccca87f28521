# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does for registrations: seats held for nobody, or reserved for too long, go to the next in line."""

import logging
from datetime import datetime

from flask import Flask, current_app

from app.outbox.jobs import register_job
from app.refusal import Missing
from app.registration import importing
from app.registration.quotas import due_releases, release_reservations
from app.registration.service import expire, overdue_holds
from app.web.database import db, transaction

log = logging.getLogger(__name__)

EVERY_SECONDS = 60


def install(_app: Flask) -> None:
    register_job("expire holds", EVERY_SECONDS, expire_holds)
    register_job("forget imports", 10 * EVERY_SECONDS, forget_imports)
    register_job("release reservations", EVERY_SECONDS, release_due)


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


def forget_imports(now: datetime) -> int:
    """Tables that somebody uploaded an hour ago and did not import."""
    return importing.forget_old(current_app.extensions["fachtag.settings"].data_dir, now)


def release_due(now: datetime) -> int:
    """Release every reservation whose date has come, one day at a time; how many days were looked at.

    Two workers at once do no harm: what is due is asked again under the lock.
    """
    days = due_releases(db.session(), now)
    db.session.rollback()
    for event_id in days:
        try:
            with transaction() as session:
                release_reservations(session, event_id, now)
        except Missing:
            continue  # deleted in the meantime
    if days:
        log.info("%d days had reservations to release", len(days))
    return len(days)
