# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Deadlines count the hours in which people are at work, by the calendar of North Rhine-Westphalia."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.clock import BERLIN
from app.registration.working_hours import after_working_hours, is_holiday, is_working_day

# As the ministry of the interior lists them.
HOLIDAYS = {
    2026: ["01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "06-04", "10-03", "11-01", "12-25", "12-26"],
    2027: ["01-01", "03-26", "03-29", "05-01", "05-06", "05-17", "05-27", "10-03", "11-01", "12-25", "12-26"],
    2031: ["01-01", "04-11", "04-14", "05-01", "05-22", "06-02", "06-12", "10-03", "11-01", "12-25", "12-26"],
}


@pytest.mark.parametrize("year", HOLIDAYS)
def test_the_holidays_of_a_year(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    assert [f"{day:%m-%d}" for day in days if is_holiday(day)] == HOLIDAYS[year]


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        ("2026-11-23 09:00", 4, "2026-11-23 13:00"),
        ("2026-11-23 17:00", 4, "2026-11-24 11:00"),  # overnight
        ("2026-11-27 17:30", 24, "2026-12-02 11:30"),  # Friday evening
        ("2026-11-27 21:00", 1, "2026-11-30 09:00"),
        ("2026-11-28 12:00", 10, "2026-11-30 18:00"),  # the whole of Monday
        ("2026-04-02 16:00", 4, "2026-04-07 10:00"),  # Easter, and the clocks were changed the week before
        ("2026-03-27 17:00", 2, "2026-03-30 09:00"),  # over the night in which they are
        ("2026-12-24 16:00", 4, "2026-12-28 10:00"),
        ("2026-06-03 17:00", 1, "2026-06-03 18:00"),
        ("2026-06-03 18:00", 1, "2026-06-05 09:00"),  # Corpus Christi
    ],
)
def test_nights_weekends_and_holidays_do_not_count(begin: str, hours: int, end: str) -> None:
    start = datetime.fromisoformat(begin).replace(tzinfo=BERLIN).astimezone(UTC)
    found = after_working_hours(start, hours)
    assert found.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M") == end
    assert found.tzinfo is UTC


def test_every_end_is_in_working_hours_and_later_the_later_one_begins() -> None:
    """Of 2,000 beginnings, 37 minutes apart."""
    start, before = datetime(2026, 3, 20, tzinfo=UTC), None
    for number in range(2_000):
        end = after_working_hours(start + number * timedelta(minutes=37), 11)
        here = end.astimezone(BERLIN)
        assert is_working_day(here.date())
        assert 8 <= here.hour <= 18
        assert before is None or end >= before
        before = end
