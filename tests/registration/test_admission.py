# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whoever comes in: what a corrected form keeps, a file of people at once, and who is given a seat out of turn."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.attendees import manual
from app.events.models import Event
from app.events.rules import QuotaEffect
from app.registration.admission import admit_many
from app.registration.models import Group, Registration, StatusChange
from app.registration.queries import FORM_KEY
from app.registration.rules import Reason, Status
from app.registration.service import overdue_holds
from app.web.database import db, transaction
from tests.registration.steps import HOUR, KI, OF_KI, ORGANISER, Day, add_organisations, open_day, person

TEAM_NOTE = "am Telefon"


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        add_organisations()
        yield


def admit(day: Day, *names: str, invited: bool = True, **one: dict[str, object]) -> list[bool]:
    """Add these at once, as from a file; `one` says more of somebody. Whether each got a seat."""
    people = [person(name, **one.get(name, {})) for name in names]
    with day.step() as session:
        event = session.get_one(Event, day.event_id)
        got = admit_many(session, event, people, ORGANISER, day.now, invited=invited)
        day.ids |= dict(zip(names, (number for number, _ in got), strict=True))
        return [seat for _, seat in got]


def form(said: str) -> str:
    """The key of one form, which says this."""
    return said.rjust(FORM_KEY, "0")


@pytest.mark.parametrize(
    ("chairs", "organisation", "standing"),
    [
        (1, "Stadt Musterstadt", [Status.UNCONFIRMED, Status.WAITING]),
        (2, "Stadt Musterstadt", [Status.UNCONFIRMED, Status.REGISTERED]),
        (1, KI, [Status.UNCONFIRMED, Status.REGISTERED]),
    ],
    ids=["as many chairs", "more chairs", "under another quota"],
)
def test_a_corrected_form_keeps_the_seat_that_it_had_and_no_other(
    chairs: int, organisation: str, standing: list[Status]
) -> None:
    """Ben is first in line and needs two chairs, one is free: more than they had is not given to who stands behind."""
    day = open_day(capacity=3)
    day.add_quota("KIs", 3, QuotaEffect.CAP, OF_KI)
    day.join("karl")
    day.register("anna", nonce=form("1"))
    day.join("ben", accompanying=1)
    day.register("anna", nonce=form("2"), accompanying=chairs - 1, organisation=organisation)
    assert [day.status(name) for name in ("anna", "ben")] == standing
    assert day.of("anna").has_seat is (standing[1] is Status.WAITING)


def test_a_file_of_people_is_seated_in_its_order() -> None:
    """Chairs, numbers, quotas, history and calendar as for one after the other."""
    day = open_day(capacity=3)
    quota = day.add_quota("KIs", 1, QuotaEffect.CAP, OF_KI)
    of_ki: dict[str, object] = {"organisation": KI}
    got = admit(day, "anna", "ben", "cem", "dora", anna={"accompanying": 1}, ben=of_ki, cem=of_ki)
    assert got == [True, True, False, False]
    assert (day.seats(), day.quota(quota)) == ((3, 2), (1, 1))
    people = [day.of(name) for name in day.ids]
    assert [one.given_name for one in people] == ["Anna", "Ben", "Cem", "Dora"]
    assert [one.waiting_number for one in people] == [None, None, 1, 2]
    assert [one.sequence_offset for one in people] == [0] * 4
    sequence = day.event.sequence
    assert [one.invited_sequence for one in people] == [sequence, sequence, None, None]
    found = select(StatusChange).order_by(StatusChange.registration_id)
    history = [
        (one.registration_id, one.to_status, one.reason, one.note) for one in db.session.scalars(found)
    ]
    seated, waits = Status.REGISTERED, Status.WAITING
    assert history == [
        (day.ids[name], status, Reason.ADDED_BY_HAND, TEAM_NOTE)
        for name, status in (("anna", seated), ("ben", seated), ("cem", waits), ("dora", waits))
    ]


def test_whom_the_team_enters_reads_the_language_of_the_day() -> None:
    day = open_day(language="en")
    admit(day, "anna")
    assert day.of("anna").language == "en"
    group = day.allot("kontakt", 1)
    assert db.session.get_one(Group, group).language == "en"


def test_a_file_whose_people_are_told_nothing_invites_nobody() -> None:
    day = open_day()
    admit(day, "anna", invited=False)
    assert day.of("anna").invited_sequence is None


def test_who_comes_back_with_a_file_is_told_more_than_the_calendar_was_told() -> None:
    """By what they had at this day: another one has an entry of its own."""
    day, other = open_day(), open_day(slug="anderer-tag")
    for one, offset in ((day, 2), (other, 7)):
        one.join("anna")
        with transaction() as session:
            session.get_one(Registration, one.ids["anna"]).sequence_offset = offset
        one.cancel("anna")
    with transaction() as session:
        session.get_one(Event, day.event_id).sequence = 4
    last = day.of("anna").sequence_offset
    admit(day, "anna", "ben")
    anna, ben = day.of("anna"), day.of("ben")
    assert (anna.sequence_offset, ben.sequence_offset) == (last + 1, 0)
    assert (anna.invited_sequence, ben.invited_sequence) == (4 + last + 1, 4)


def test_who_is_given_a_seat_out_of_turn_gets_the_workshop_that_was_wished_for() -> None:
    day = open_day(capacity=1)
    day.join("karl")
    day.join("anna", labels=("1.1",))
    assert day.places("anna") == {"1.1": "wanted"}
    with day.step() as session:
        manual.move_up(session, day.ids["anna"], ORGANISER, day.now, extra_seat=True)
    assert day.places("anna") == {"1.1": "place"}


def test_a_hold_is_over_at_its_end() -> None:
    day = open_day()
    day.register("anna")
    until = day.of("anna").reserved_until
    assert until is not None
    assert overdue_holds(db.session(), until) == [day.ids["anna"]]
    assert overdue_holds(db.session(), until - HOUR) == []
