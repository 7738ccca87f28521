# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Where the people of a day come from, and how they became so many."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.attendees.figures import Growth, Headcount, curve, growth, origins
from app.events.models import Event
from app.organisations.rules import UsualKind
from app.web.database import db
from tests.factories.organising import Queries
from tests.organising.helpers import a_day, signs_up
from tests.pages import Visitor
from tests.people.helpers import signed_in
from tests.registration.steps import KI, TOWN, add_organisations, open_day


def test_they_are_counted_by_kind_district_and_day(app: Flask) -> None:
    """Days are those of Berlin: half past eleven at night in UTC is the next morning there."""
    with app.app_context():
        add_organisations()
        day = open_day(capacity=3)
        day.join("anna", "ben", organisation=KI)
        day.join("cem", "dora", organisation=TOWN)
        day.register("emil", organisation=KI)
        day.cancel("ben")
        late = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
        for number, name in enumerate(("anna", "cem", "dora", "emil")):
            with day.step():
                day.of(name).created_at = late + timedelta(days=2 * (number > 1))
        event = db.session.get_one(Event, day.event_id)
        with Queries(app) as queries:
            found, grown = origins(db.session(), event), growth(db.session(), event)
        assert len(queries.statements) == 2
        assert {one.name: (one.seated, one.waiting) for one in found.by_kind} == {
            UsualKind.KI: (1, 1),
            UsualKind.MUNICIPALITY: (2, 0),
        }
        assert sum(one.people for one in found.by_district) == 4
        assert grown == [
            Growth(date(2026, 1, 6), 2),
            Growth(date(2026, 1, 7), 2),
            Growth(date(2026, 1, 8), 4),
        ]


def test_the_curve_ends_as_high_as_there_are_people() -> None:
    grown = [Growth(date(2026, 1, 6), 2), Growth(date(2026, 1, 7), 4)]
    assert curve(grown, 8) == "0.00,75.00 100.00,50.00"
    assert curve(grown[:1], 2) == "0.00,0.00 100.00,0.00"
    assert Headcount("Herford", 2, 1).people == 3


@pytest.mark.sqlite_only
def test_each_picture_has_its_table(app: Flask) -> None:
    """A11Y-01: what the picture shows can be read; an empty day says what comes."""
    day = a_day(app, "leer")
    visitor = Visitor(signed_in(app, "vera@example.org"))
    page = visitor.get(f"{day.home}/figures")
    assert (page.heading, "Noch niemand hat sich" in page.text) == ("Auswertung", True)
    signs_up(app, day)
    page = visitor.get(f"{day.home}/figures")
    captions = [one.text_content() for one in page.tree.iter("caption")]
    assert captions == [
        "Personen nach Art der Organisation",
        "Personen nach Kreis",
        "Personen am Ende jedes Tages",
    ]
    cells = [[cell.text_content().strip() for cell in row] for row in page.tree.xpath("//tbody/tr")]
    assert [row[:3] for row in cells[:2]] == [["Sonstige", "1", "0"], ["nicht bekannt", "1", "0"]]
    assert cells[2][1] == "1"
