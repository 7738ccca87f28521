# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does for imports."""

from datetime import datetime

from flask import Flask, current_app

from app.attendees.imports import kept
from app.outbox.jobs import register_job

EVERY_SECONDS = 600


def install(_app: Flask) -> None:
    register_job("forget imports", EVERY_SECONDS, forget_imports)


def forget_imports(now: datetime) -> int:
    """Tables that somebody uploaded an hour ago and did not import."""
    return kept.forget_old(current_app.extensions["fachtag.settings"].data_dir, now)
