# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The only place that asks for the time.

Use cases take `now` as a parameter; views and the worker call `now()` once and hand it on.
"""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
END_OF_NIGHT = time(6, 0)  # until then the night belongs to the day before


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
