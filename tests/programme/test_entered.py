# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Programmes of days that took place are entered by the team's own pages, and are the same as by the verbs, thing by thing."""

from contextvars import Context

import pytest
from flask import Flask

from app.events.models import Event
from app.events.queries import rooms_of
from app.people.rules import Role
from app.programme.kinds import kind_of, kinds_for
from app.programme.plan import Plan, read_plan
from app.programme.working_copy import read_working_copy
from app.web.database import db, transaction
from tests.factories.days import make_event
from tests.factories.organising import somebody
from tests.programme import real_programmes
from tests.programme.entering import Entering, Source
from tests.programme.real_programmes import Maker
from tests.programme.said_plan import said_of

SLUG = "von-hand"

# What of these days no field of a programme holds, and where it stands instead.
NOT_OF_THE_PROGRAMME = {
    "two_part_groups": "who takes registrations, and chapters of the documentation: the day's texts, its results",
    "partners_and_repeats": "partners with roles and order: the pages of partners; that one chooses two of five: no rule of a round",
    "groups_on_the_spot": "who is in a group formed there, and what it found: results",
    "short_inputs": "fee and deadline: the day; that a group is full: who holds places in it",
    "two_days_with_market": "bed and meals: questions of the form; never the same workshop twice: choosing sees to it",
    "world_cafe": "dots: results; meetings before and after: the checklist, and the one without a date its words",
    "region_as_host": "the region as host: partners; two counts of who came: figures; mixing by agency: the allocation",
    "barcamp": "who is a member: the note of the item; which sessions were merged: they are taken out",
}


def test_each_says_what_is_not_of_its_programme() -> None:
    assert set(NOT_OF_THE_PROGRAMME) == {make.__name__ for make in real_programmes.ALL}


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(
            one, marks=() if one is real_programmes.region_as_host else pytest.mark.long, id=one.__name__
        )
        for one in real_programmes.ALL
    ],
)
def test_each_is_entered_by_the_pages(app: Flask, make: Maker) -> None:
    Context().run(_entered_by_the_pages, app, make)


def _entered_by_the_pages(app: Flask, make: Maker) -> None:
    with app.app_context():
        with transaction() as session:
            first = make(session)
            again = make_event(session, slug=SLUG, starts_at=first.starts_at, ends_at=first.ends_at)
            number, day = first.id, again.id
        source = _source(number)
    visitor = somebody(app, "lead@example.org", day, Role.LEAD)
    home = f"/organise/events/{SLUG}"

    def read() -> tuple[Plan, dict[str, int], dict[str, str]]:
        with app.app_context():
            event = db.session.get_one(Event, day)
            rooms = {room.name: room.id for room in rooms_of(db.session(), event)}
            kinds = {row.name: row.key for row in kinds_for(db.session(), event)}
            return read_working_copy(db.session(), event).plan, rooms, kinds

    Entering(visitor, home, source, read).enter()
    released = visitor.get(f"{home}/programme/release").send()
    assert "Der Tagesablauf ist jetzt öffentlich." in released.text
    with app.app_context():
        session = db.session()
        event, entered = (session.get_one(Event, one) for one in (number, day))
        assert entered.agenda_released_at is not None
        assert said_of(session, entered) == said_of(session, event)


def _source(number: int) -> Source:
    session = db.session()
    event = session.get_one(Event, number)
    rooms = {room.id: room.facts for room in rooms_of(session, event)}
    kinds = {row.key: kind_of(row) for row in kinds_for(session, event)}
    return Source(read_plan(session, event), rooms, kinds)
