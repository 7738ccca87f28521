# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Dates and numbers as people write them: what Babel says, without its data of whole languages in every worker."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask

from app import texts
from app.clock import BERLIN
from app.settings import ROOT

YEAR = [
    date(2027, 12, 30) + timedelta(days=days) for days in range(370)
]  # over two ends of a year, a leap day
PATTERNS: list[tuple[Callable[[date], str], dict[str, str]]] = [
    (texts.day, {"de": "EEEE, d. MMMM y", "en": "EEEE, d MMMM y"}),
    (texts.short_day, {"de": "dd.MM.y", "en": "d MMM y"}),
    (texts.short_weekday, {"de": "EEE", "en": "EEE"}),
    (texts.month, {"de": "LLLL", "en": "LLLL"}),
]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_dates_and_numbers_are_those_of_babel(app: Flask, language: str) -> None:
    with app.test_request_context(f"/?lang={language}"):
        for write, patterns in PATTERNS:
            for day in YEAR:
                assert write(day) == format_date(day, patterns[language], locale=language)
        for number in (0, 7, 999, 1000, 1_234_567, -1234, 0.5, 2.0, 1234.5, 1.2345, 0.0004, -0.25):
            assert texts.number(number) == format_decimal(number, locale=language)


@pytest.mark.sqlite_only
def test_a_moment_belongs_to_the_day_in_berlin(app: Flask) -> None:
    late = datetime(2027, 3, 11, 0, 30, tzinfo=BERLIN)
    with app.test_request_context("/"):
        for moment in (late, late.astimezone(tz=None)):
            assert texts.local_day(moment) == date(2027, 3, 11)
            assert (texts.day(moment), texts.short_day(moment)) == ("Donnerstag, 11. März 2027", "11.03.2027")


def test_no_template_asks_babel_for_dates() -> None:
    asked = re.compile(
        r"\|\s*(date|time|datetime|timedelta|decimal|number|currency|percent|scientific)format"
    )
    used = {path.name for path in (ROOT / "templates").rglob("*.*") if asked.search(path.read_text("utf-8"))}
    assert used == set()


@pytest.mark.sqlite_only
def test_a_period_over_two_dates_says_both(app: Flask) -> None:
    begins, ends = (datetime(2027, *one, tzinfo=BERLIN) for one in ((11, 29, 9, 30), (11, 30, 16, 0)))
    noon = begins.replace(hour=12, minute=0)
    said = {
        "de": (
            "Montag, 29. November 2027, 9:30 Uhr – Dienstag, 30. November 2027, 16:00 Uhr",
            "Montag, 29. November 2027, 9:30–12:00 Uhr",
            "Montag, 29. November 2027 – Dienstag, 30. November 2027",
            "29.11.2027 – 30.11.2027",
            "Mo. 29.11., 9:30 Uhr – Di. 30.11., 16:00 Uhr",
            "Mo. 29.11., 9:30–12:00 Uhr",
            "9:30–12:00 Uhr",
        ),
        "en": (
            "Monday, 29 November 2027, 9:30 – Tuesday, 30 November 2027, 16:00",
            "Monday, 29 November 2027, 9:30–12:00",
            "Monday, 29 November 2027 – Tuesday, 30 November 2027",
            "29 Nov 2027 – 30 Nov 2027",
            "Mon 29 Nov, 9:30 – Tue 30 Nov, 16:00",
            "Mon 29 Nov, 9:30–12:00",
            "9:30–12:00",
        ),
    }
    for language, expected in said.items():
        with app.test_request_context(f"/?lang={language}"):
            assert expected == (
                texts.span(begins, ends),
                texts.span(begins, noon),
                texts.days(begins, ends),
                texts.short_days(begins, ends),
                texts.times(begins, ends),
                texts.times(begins, noon, dated=True),
                texts.times(begins, noon),
            )
            assert texts.days(begins, noon) == texts.day(begins)
