# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Holidays of the region are said where somebody chooses a date, and forbid nothing."""

from datetime import date

import pytest
from flask import Flask

from app.events.models import Event
from app.organisations.models import Region
from app.organisations.rules import State
from app.web.database import transaction
from tests.factories.days import at
from tests.factories.organising import a_day
from tests.scheduling.test_organiser_views import HOME, lead, seat

pytestmark = pytest.mark.sqlite_only


def in_region(app: Flask, event_id: int, state: State | None) -> None:
    with app.app_context(), transaction() as session:
        if state is not None:
            session.get_one(Event, event_id).region = Region(name="Region", slug="region", state=state)


@pytest.mark.parametrize(
    ("state", "begins", "ends", "said"),
    [
        (State.NW, date(2027, 5, 27), date(2027, 5, 27), ["Donnerstag, 27. Mai 2027 ist in Nordrhein-Westfalen ein Feiertag: Fronleichnam."]),
        (State.TH, date(2027, 5, 27), date(2027, 5, 27), []),
        (State.NW, date(2027, 10, 22), date(2027, 10, 24), ["Samstag, 23. Oktober 2027 liegt in den Schulferien von Nordrhein-Westfalen: Herbstferien."]),
        (State.NW, date(2027, 9, 29), date(2027, 9, 29), []),
        (None, date(2027, 5, 27), date(2027, 5, 27), []),
    ],
)  # fmt: skip
def test_holidays_of_the_region_stand_against_the_date(
    app: Flask, state: State | None, begins: date, ends: date, said: list[str]
) -> None:
    event_id, _ = a_day(app, starts_at=at("9:00", begins), ends_at=at("16:00", ends))
    in_region(app, event_id, state)
    visitor = lead(app, event_id)
    for address in ("/edit", "/programme", "/programme/release"):
        page = visitor.get(HOME + address)
        assert [one for one in said if one not in page.text] == []
        assert ("Was gegen den Termin spricht" in page.text) == bool(said)


def test_who_moves_a_day_to_a_holiday_is_warned_before_it_is_told(app: Flask) -> None:
    event_id, _ = a_day(app)
    in_region(app, event_id, State.NW)
    seat(app, event_id)
    visitor = lead(app, event_id)
    question = visitor.get(f"{HOME}/edit").send(start_date="2031-06-12")
    assert "Fronleichnam" in question.text
    assert "Fronleichnam" not in visitor.get(f"{HOME}/edit").text
