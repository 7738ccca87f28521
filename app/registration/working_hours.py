# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Hours in which people are at work: whoever is offered a seat reads the mail at the office, so a deadline counts these alone.

Monday to Friday from eight to six by the clock of Berlin, without the public holidays of North Rhine-Westphalia.
"""

from datetime import date, datetime, time, timedelta

from dateutil.easter import easter

from app.clock import BERLIN

OPENS, CLOSES = time(8), time(18)
SATURDAY = 5
ONE_DAY = timedelta(days=1)
# Month and day; and days after Easter Sunday: Good Friday, Easter Monday, Ascension, Whit Monday, Corpus Christi.
_EVERY_YEAR = frozenset({(1, 1), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26)})
_AFTER_EASTER = frozenset({-2, 1, 39, 50, 60})


def is_holiday(day: date) -> bool:
    """Whether it is a public holiday in North Rhine-Westphalia (§ 2 Feiertagsgesetz NW)."""
    return (day.month, day.day) in _EVERY_YEAR or (day - easter(day.year)).days in _AFTER_EASTER


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY and not is_holiday(day)


def after_working_hours(begin: datetime, hours: int) -> datetime:
    """The moment at which so many working hours have passed since `begin`; both aware, the answer in the zone of `begin`."""
    left, day = timedelta(hours=hours), begin.astimezone(BERLIN).date()
    while True:
        if is_working_day(day):
            opens, closes = (datetime.combine(day, clock, BERLIN) for clock in (OPENS, CLOSES))
            starts = max(opens, begin).astimezone(begin.tzinfo)
            room = max(closes - starts, timedelta())
            if left <= room:
                return starts + left
            left -= room
        day += ONE_DAY
