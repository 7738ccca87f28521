# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A room that somebody cannot get into is said where rooms are chosen and before a release: that, never who."""

from flask import Flask
from sqlalchemy import select

from app.events.models import Event, Room
from app.people.rules import Role
from app.programme.agenda import lines_of, read_surroundings
from app.programme.models import AgendaItem
from app.programme.working_copy import read_working_copy
from app.registration.models import Registration
from app.registration.rules import Participation
from app.registration.workshops.models import RegistrationNeed
from app.registration.workshops.rules import Need
from app.scheduling.unfit_rooms import unfit_rooms
from app.web.database import db, transaction
from tests.factories.organising import Queries, a_day, somebody
from tests.scheduling.test_organiser_views import HOME, lead, seat

STEPS = "Raum Birke ist nicht stufenlos erreichbar. Jemand, der zu „1.1 "
TIMETABLE = f"{HOME}/programme/timetable"


def needs(app: Flask, name: str, need: Need) -> None:
    with app.app_context(), transaction() as session:
        person = session.scalars(select(Registration.id).where(Registration.given_name == name)).one()
        session.add(RegistrationNeed(registration_id=person, need=need))


def change_room(app: Flask, name: str, **facts: object) -> None:
    with app.app_context(), transaction() as session:
        room = session.scalars(select(Room).where(Room.name == name)).one()
        for fact, value in facts.items():
            setattr(room, fact, value)


def test_it_counts_who_has_a_place_in_it(app: Flask) -> None:
    event_id, ids = a_day(app)
    change_room(app, "Raum Birke", step_free=False)
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    seat(app, event_id, "Bert")
    visitor = lead(app, event_id)
    needs(app, "Bert", Need.STEP_FREE)  # who has no place there
    assert STEPS not in visitor.get(TIMETABLE).text
    needs(app, "Anna", Need.STEP_FREE)
    for address in ("timetable", "release", f"runs/{ids['1.1']}", f"rounds/{ids['round-1']}"):
        assert STEPS in visitor.get(f"{HOME}/programme/{address}").text, address
    assert STEPS not in visitor.get(f"{HOME}/programme/runs/{ids['2.1']}").text


def test_items_are_for_everybody_who_comes(app: Flask) -> None:
    event_id, ids = a_day(app)
    with app.app_context(), transaction() as session:
        session.get_one(AgendaItem, ids["item-2"]).room_id = ids["Foyer"]
    seat(app, event_id, "Anna")
    visitor = lead(app, event_id)
    assert "Induktionsschleife." not in visitor.get(TIMETABLE).text
    needs(app, "Anna", Need.INDUCTION_LOOP)
    page = visitor.get(TIMETABLE)
    assert "Foyer hat keine Induktionsschleife. Jemand, der zu „Begrüßung" in page.text
    assert page.text.count("keine Induktionsschleife. Jemand") == 1  # in a break nobody speaks to all
    assert "Anna" not in page.text


def test_nobody_asks_for_the_way_into_a_room_of_no_house(app: Flask) -> None:
    event_id, ids = a_day(app)
    change_room(app, "Raum Birke", step_free=False, online=True, seats=None)
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    needs(app, "Anna", Need.STEP_FREE)
    assert STEPS not in lead(app, event_id).get(TIMETABLE).text


def test_who_takes_part_online_is_in_no_room(app: Flask) -> None:
    event_id, ids = a_day(app)
    change_room(app, "Raum Birke", step_free=False, online=True)
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    needs(app, "Anna", Need.STEP_FREE)
    visitor = lead(app, event_id)
    assert STEPS in visitor.get(TIMETABLE).text
    with app.app_context(), transaction() as session:
        session.scalars(select(Registration)).one().participation = Participation.ONLINE
    assert STEPS not in visitor.get(TIMETABLE).text


def test_of_a_workshop_reads_who_may_read_what_people_need(app: Flask) -> None:
    """Its list of names is one click away, and may hold one name; nobody tries it out by unticking "step-free" either."""
    event_id, ids = a_day(app)
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    needs(app, "Anna", Need.STEP_FREE)
    visitor = somebody(app, "olga@example.org", event_id, Role.ORGANISER)
    room = f"{HOME}/programme/rooms/{ids['Raum Birke']}"
    assert "darauf angewiesen" not in visitor.get(room).send(step_free=None).text
    change_room(app, "Raum Birke", step_free=False)
    for address in ("timetable", f"runs/{ids['1.1']}", f"rounds/{ids['round-1']}"):
        assert "darauf angewiesen" not in visitor.get(f"{HOME}/programme/{address}").text, address


def test_who_only_looks_learns_nothing_of_it(app: Flask) -> None:
    event_id, ids = a_day(app)
    change_room(app, "Raum Birke", step_free=False)
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    needs(app, "Anna", Need.STEP_FREE)
    visitor = somebody(app, "vera@example.org", event_id, Role.VIEWER)
    assert "darauf angewiesen" not in visitor.get(f"{HOME}/programme").text


def test_it_costs_two_queries(app: Flask) -> None:
    event_id, ids = a_day(app)
    seat(app, event_id, "Anna", **{f"r{ids['round-1']}": ids["1.1"]})
    needs(app, "Anna", Need.STEP_FREE)
    with app.app_context():
        session = db.session()
        event = session.get_one(Event, event_id)
        lines = lines_of(read_working_copy(session, event).plan, read_surroundings(session, event))
        with Queries(app) as queries:
            list(unfit_rooms(session, event, lines, of_runs=True))
    assert queries.count == 2
