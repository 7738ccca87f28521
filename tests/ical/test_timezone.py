# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""D1: the constant time zone, interpreted by its own rules, says what the time zone database says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.ical.render import VTIMEZONE
from tests.ical.lint import Component, complaints, parse

BERLIN = ZoneInfo("Europe/Berlin")
YEARS = range(1996, 2041)
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def zone() -> Component:
    (found,) = parse("BEGIN:VCALENDAR\r\n" + VTIMEZONE.decode() + "END:VCALENDAR\r\n").children
    return found


def offset(written: str) -> timedelta:
    size = timedelta(hours=int(written[1:3]), minutes=int(written[3:5]))
    return size if written[0] == "+" else -size


def nth_weekday(year: int, month: int, which: int, weekday: int) -> datetime:
    """The which-th such day of the month at midnight, counted from its end if negative (RFC 5545 3.3.10, BYDAY)."""
    first = datetime(year, month, 1)  # noqa: DTZ001  local time, as the rules speak
    days = [first + timedelta(days=number) for number in range(31)]
    fitting = [day for day in days if day.month == month and day.weekday() == weekday]
    return fitting[which if which < 0 else which - 1]


def onset(half: Component, year: int) -> datetime:
    """When the half of the year begins, in UTC: its rule's local time less the offset that held until then."""
    begins = datetime.strptime(half.value("DTSTART"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  local time
    rule = dict(part.split("=") for part in half.value("RRULE").split(";"))
    assert rule.pop("FREQ") == "YEARLY"
    month, by_day = int(rule.pop("BYMONTH")), rule.pop("BYDAY")
    assert rule == {}
    day = nth_weekday(year, month, int(by_day[:-2]), WEEKDAYS.index(by_day[-2:]))
    local = day.replace(hour=begins.hour, minute=begins.minute, second=begins.second)
    return (local - offset(half.value("TZOFFSETFROM"))).replace(tzinfo=UTC)


def changes_by_rule(year: int) -> list[tuple[datetime, timedelta, str]]:
    return sorted(
        (onset(half, year), offset(half.value("TZOFFSETTO")), half.value("TZNAME"))
        for half in zone().children
    )


def changes_by_database(year: int) -> list[tuple[datetime, timedelta, str]]:
    """Hour by hour through the year: wherever the offset differs from the hour before."""
    found = []
    moment = datetime(year, 1, 1, tzinfo=UTC)
    before = moment.astimezone(BERLIN).utcoffset()
    while moment.year == year:
        local = moment.astimezone(BERLIN)
        if local.utcoffset() != before:
            found.append((moment, local.utcoffset(), local.tzname()))
            before = local.utcoffset()
        moment += timedelta(hours=1)
    return found


@pytest.mark.parametrize("year", YEARS)
def test_changes_when_the_database_changes(year: int) -> None:
    assert changes_by_rule(year) == changes_by_database(year)


def test_each_half_begins_on_a_day_of_its_own_rule() -> None:
    """A DTSTART that is none counts as one more change in some readers (RFC 5545 3.8.5.3)."""
    for half in zone().children:
        begins = datetime.strptime(half.value("DTSTART"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  local time
        assert onset(half, begins.year) + offset(half.value("TZOFFSETFROM")) == begins.replace(tzinfo=UTC)


def test_has_the_form_that_exchange_reads() -> None:
    data = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//DE\r\n" + VTIMEZONE + b"END:VCALENDAR\r\n"
    assert complaints(data) == []
    assert len(VTIMEZONE) < 400
