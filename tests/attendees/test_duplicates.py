# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Hints at somebody who is registered twice."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.attendees import duplicates as module
from app.attendees.duplicates import duplicates, say_two_people
from app.refusal import Missing
from app.web.database import db
from tests.factories.organising import Queries
from tests.registration.steps import ORGANISER, Day, open_day


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def found(day: Day) -> list[tuple[str, str, bool, bool, bool]]:
    names = {registration_id: name for name, registration_id in day.ids.items()}
    pairs, _ = duplicates(db.session(), day.event)
    return [
        (names[one.first.id], names[one.second.id], one.same_name, one.same_organisation, one.same_mailbox)
        for one in pairs
    ]


def named(**changes: str) -> dict[str, str]:
    return {"given_name": "Aylin", "family_name": "Übelmann", **changes}


def test_one_name_or_one_mailbox_is_a_hint(app: Flask) -> None:
    """T44: the stronger hints first; who left, another day, and who only shares a surname are none."""
    day, other = open_day(), open_day(slug="zweiter-tag")
    day.join("ben")
    day.join("a1", **named(organisation="Kreis Musterau"))
    day.join("a2", **named(family_name="übelmann", organisation="Stadt Probeburg"))
    day.join("a3", **named(given_name="AYLIN", organisation="Kreis Musterau"))
    day.join("gone", **named())
    day.cancel("gone")
    other.join("a4", **named())
    day.join("plus", email="ben+fachtag@example.org", family_name="Anders")
    day.register("plus2", email="BEN+zwei@example.org", family_name="Noch")
    day.join("ben2", email="ben+x@example.com")
    expected = [
        ("plus", "plus2", False, True, True),
        ("ben", "plus", False, True, True),
        ("ben", "plus2", False, True, True),
        ("a1", "a3", True, True, False),
        ("a1", "a2", True, False, False),
        ("a2", "a3", True, False, False),
    ]
    assert sorted(found(day)) == sorted(expected)
    assert [one[3] or one[4] for one in found(day)] == [True] * 4 + [False] * 2
    event = day.event
    with Queries(app) as queries:
        duplicates(db.session(), event)
    assert queries.count == 1


def test_two_people_stay_two() -> None:
    """T02: who says so names two people of this day."""
    day, other = open_day(), open_day(slug="zweiter-tag")
    day.join("a1", "a2", **named())  # one address each
    other.join("a3", **named())
    first, second, foreign = day.of("a1").reference, day.of("a2").reference, other.of("a3").reference
    for one, two in ((first, foreign), (first, first), (first, "0000-0000")):
        with pytest.raises(Missing), day.step() as session:
            say_two_people(session, day.event_id, one, two, ORGANISER, day.now)
    assert len(found(day)) == 1
    for one, two in ((second, first), (first, second)):
        with day.step() as session:
            say_two_people(session, day.event_id, one, two, ORGANISER, day.now)
    assert found(day) == []
    day.join("a4", **named())
    assert [pair[:2] for pair in found(day)] == [("a2", "a4")]  # neighbours; Aylin the first has been met
    day.cancel("a2")
    assert [pair[:2] for pair in found(day)] == [("a1", "a4")]


def test_many_doubles_are_shown_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    day = open_day()
    day.join("a1", "a2", "a3", "a4", **named())
    monkeypatch.setattr(module, "MOST", 2)
    pairs, more = duplicates(db.session(), day.event)
    assert (len(pairs), more) == (2, True)
    day.cancel("a4")
    pairs, more = duplicates(db.session(), day.event)
    assert (len(pairs), more) == (2, False)
