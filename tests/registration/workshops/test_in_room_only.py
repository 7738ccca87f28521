# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who takes part online, and what they hold is moved into a room: their other rounds stay open to them."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.models import Room
from app.events.rules import Placement
from app.registration.models import Registration
from app.registration.rules import Participation
from app.registration.workshops.wishes import InRoomOnly, Wished, replace_wishes, wishes_of
from app.web.database import db, transaction
from tests.factories.days import BIRCH, MAPLE
from tests.registration.steps import Day, add_organisations, open_day


@pytest.fixture
def day(app: Flask) -> Iterator[Day]:
    with app.app_context():
        add_organisations()
        day = open_day(capacity=5, offers_online=True)
        put_online(day, BIRCH, True)
        put_online(day, MAPLE, True)
        yield day


def put_online(day: Day, name: str, online: bool) -> None:
    with transaction() as session:
        room = session.scalars(select(Room).where(Room.event_id == day.event_id, Room.name == name)).one()
        room.online = online


def test_another_round_can_be_changed(day: Day) -> None:
    day.join("anna", labels=("1.1", "2.1"), participation=Participation.ONLINE)
    put_online(day, BIRCH, False)
    with pytest.raises(InRoomOnly):  # newly chosen there
        day.join("ben", labels=("1.1",), participation=Participation.ONLINE)
    day.choose("anna", "1.1", "2.2")
    assert day.places("anna") == {"1.1": "place", "2.2": "place"}
    with pytest.raises(InRoomOnly):
        day.choose("anna", "1.1", "2.1")
    day.choose("anna", "1.2", "2:open")
    with pytest.raises(InRoomOnly):  # left, so it is gone
        day.choose("anna", "1.1")
    day.check()


def test_a_wish_that_stood_before_stays(day: Day) -> None:
    day.set_event(placement=Placement.WISHES, wishes_until=day.event.starts_at)
    day.join("anna", participation=Participation.ONLINE)
    first, second = day.rounds[1], day.rounds[2]

    def wish(runs: dict[int, list[int]]) -> None:
        with day.step() as session:
            one = session.get_one(Registration, day.ids["anna"])
            replace_wishes(session, one.event, one, Wished(runs))

    wish({first: [day.runs["1.1"]]})
    put_online(day, BIRCH, False)
    wish({first: [day.runs["1.1"]], second: [day.runs["2.2"]]})
    assert wishes_of(db.session(), day.ids["anna"]).runs == {
        first: [day.runs["1.1"]],
        second: [day.runs["2.2"]],
    }
    with pytest.raises(InRoomOnly):
        wish({first: [day.runs["1.1"]], second: [day.runs["2.1"]]})
