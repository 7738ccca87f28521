# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Holidays of the states, read by a child process: their dates, their names, and what happens without an answer."""

import logging
import subprocess
import sys
from datetime import date

import pytest

from app import holidays
from app.holidays import PUBLIC, SCHOOL, holidays_between
from app.organisations.rules import STATE_NAMES, State
from app.registration.working_hours import is_holiday


def dates(state: str, kind: str, year: int) -> list[date]:
    found = holidays_between(state, date(year, 1, 1), date(year, 12, 31))
    return [one.on for one in found if one.kind == kind]


@pytest.mark.parametrize("year", [2026, 2027, 2031])
def test_public_holidays_are_those_that_deadlines_leave_out(year: int) -> None:
    days = [date.fromordinal(date(year, 1, 1).toordinal() + number) for number in range(365)]
    assert dates("NW", PUBLIC, year) == [one for one in days if is_holiday(one)]


def test_states_differ_and_years_meet() -> None:
    assert date(2027, 1, 6) in dates("BY", PUBLIC, 2027)
    assert date(2027, 1, 6) not in dates("NW", PUBLIC, 2027)
    found = holidays_between("NW", date(2027, 12, 31), date(2028, 1, 1))
    assert [(one.on, one.kind, one.name_en) for one in found] == [
        (date(2027, 12, 31), SCHOOL, "Christmas Break"),
        (date(2028, 1, 1), PUBLIC, "New Year's Day"),
        (date(2028, 1, 1), SCHOOL, "Christmas Break"),
    ]
    assert [one.called("de") for one in found][1:] == ["Neujahr", "Weihnachtsferien"]


def test_school_holidays_as_the_state_has_published_them() -> None:
    autumn = holidays_between("NW", date(2027, 10, 22), date(2027, 11, 7))
    school = [one.on for one in autumn if one.kind == SCHOOL]
    assert (school[0], school[-1]) == (date(2027, 10, 23), date(2027, 11, 6))


def test_every_state_has_a_name_and_holidays() -> None:
    assert set(STATE_NAMES) == set(State)
    for state in ("SL", "TH"):
        assert len(dates(state, PUBLIC, 2027)) >= 9


@pytest.mark.parametrize(
    "error", [subprocess.TimeoutExpired("holidays", 20), BlockingIOError()], ids=["slow", "no memory"]
)
def test_no_answer_is_no_holiday_and_stands_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def refused(*_args: object, **_kwargs: object) -> None:
        raise error

    holidays._of_year.cache_clear()
    monkeypatch.setattr(holidays, "_failed", {})
    monkeypatch.setattr(holidays.subprocess, "run", refused)
    with caplog.at_level(logging.WARNING):
        for _again in range(2):  # and nobody waits for it a second time
            assert holidays_between("NW", date(2027, 12, 25), date(2027, 12, 26)) == []
    assert caplog.text.count("could not be read") == 1


def test_the_application_itself_does_not_load_them() -> None:
    """Ten megabytes of every country, for two or three lines on a page of organisers."""
    command = "import sys, app.factory; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
