# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The only place that asks for the time.

Use cases take `now` as a parameter; views and the worker call `now()` once and hand it on.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
END_OF_NIGHT = time(6, 0)  # until then the night belongs to the day before


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


Moment = TypeVar("Moment", datetime, date)


def days_later(moment: Moment, days: int) -> Moment:
    """So many days later; at the same time of day in Berlin, whatever the clocks do in between."""
    if isinstance(moment, datetime):
        return (moment.astimezone(BERLIN) + timedelta(days=days)).astimezone(UTC)
    return moment + timedelta(days=days)
