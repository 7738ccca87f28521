# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does for the house: the retention periods, also where nobody set up a timer, and what keeps it quick."""

import logging
from datetime import datetime
from pathlib import Path

from flask import Flask, current_app

from app.organising.lives import OlderLife, keep_on
from app.organising.sweeping import Swept, sweep
from app.outbox.jobs import register_job
from app.store.transactions import count_rows

log = logging.getLogger(__name__)

EVERY_SECONDS = 6 * 3600
ONE_HOUR = 3600
AT_EACH_LOOK = 0


def install(_app: Flask) -> None:
    register_job("life", AT_EACH_LOOK, stay_in_this_life)
    register_job("retention", EVERY_SECONDS, apply_retention)
    register_job("count rows", ONE_HOUR, look_at_indexes)


def stay_in_this_life(now: datetime) -> None:
    """Somebody brought an old database back under a worker that was not stopped: it ends before it sends anything again."""
    try:
        keep_on(current_app.extensions["fachtag.settings"].data_dir, now)
    except OlderLife as error:
        raise SystemExit(str(error)) from None


def apply_retention(now: datetime) -> Swept:
    swept = sweep(current_app.extensions["fachtag.settings"].data_dir, now, mailbox=demo_mailbox())
    log.info("retention: %s", ", ".join(swept.lines()))
    return swept


def demo_mailbox() -> Path | None:
    """Where the demo puts its mails; elsewhere they are nobody's to sweep."""
    folder: str | None = current_app.config["MAIL_MAILDIR"]
    return Path(folder) if folder and current_app.config["DEMO"] else None


def look_at_indexes(_now: datetime) -> None:
    count_rows()
