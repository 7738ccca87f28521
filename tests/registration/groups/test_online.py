# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""T09: what a contact reads of somebody who takes part online does not tell whether the address is registered."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.refusal import Refusal
from app.registration.groups import service as groups
from app.registration.groups.service import GroupEntry
from app.registration.models import GroupGuest
from app.registration.rules import Participation, Status
from app.web.database import db
from tests.registration.steps import Day, add_organisations, open_day, person

ONLINE = Participation.ONLINE


@pytest.fixture(autouse=True)
def house(app: Flask) -> Iterator[None]:
    with app.app_context():
        add_organisations()
        yield


@pytest.mark.parametrize(
    ("offers", "asks", "given", "field"),
    [
        (True, True, {"participation": ONLINE, "accompanying": 1}, "accompanying"),
        (False, True, {"participation": ONLINE}, "participation"),
        (True, False, {"accompanying": 1}, "accompanying"),
    ],
)
@pytest.mark.parametrize("address", ["known", "unknown"])
@pytest.mark.parametrize("kept", [False, True])
def test_one_more_is_refused_known_or_not(
    offers: bool, asks: bool, given: dict[str, Any], field: str, address: str, kept: bool
) -> None:
    day = open_day(capacity=9, offers_online=True)
    day.join("known")
    if kept:
        group = day.allot("karl", 1)
    else:
        group = day.group("karl", "anna")
        day.confirm_group(group)
    day.set_event(offers_online=offers, asks_accompanying=asks)
    with pytest.raises(Refusal) as refused:
        day.add_colleague(group, address, **given)
    assert refused.value.field == field
    db.session.rollback()
    assert db.session.scalars(select(GroupGuest)).all() == []


def waits(day: Day, rows: list[tuple[str, Participation]], nonce: str) -> dict[str, bool]:
    """Name → whether the contact reads that they wait, in a group that comes only together."""
    people = [person(name, participation=way) for name, way in rows]
    with day.step() as session:
        given = GroupEntry(person("clara"), people, nonce, "de", True)
        group = groups.register_group(session, day.event_id, given, day.now)
        assert group is not None
        day._remember(session, group)
        group_id = group.id
    db.session.rollback()
    guests = db.session.scalars(select(GroupGuest).where(GroupGuest.group_id == group_id)).all()
    read = {one.registration.email.partition("@")[0]: one.waits for one in guests}
    new = [name for name, _ in rows if name not in read]
    return read | {name: not day.of(name).has_seat for name in new}


@pytest.mark.parametrize("address", ["known", "unknown"])
def test_who_comes_online_never_waits_with_the_others(address: str) -> None:
    day = open_day(capacity=2, offers_online=True)
    day.join("known")
    rows = [("anna", Participation.ROOM), ("ben", Participation.ROOM), (address, ONLINE)]
    assert waits(day, rows, "nonce") == {"anna": True, "ben": True, address: False}


@pytest.mark.parametrize("address", ["known", "unknown"])
def test_who_waits_does_so_whoever_comes_online(address: str) -> None:
    day = open_day(capacity=2, offers_online=True)
    day.join("known", "karl")
    assert day.status("karl") is Status.REGISTERED
    rows = [
        ("anna", Participation.ROOM),
        (address, Participation.ROOM),
        ("ben", ONLINE),
    ]
    assert waits(day, rows, "nonce") == {"anna": True, address: True, "ben": False}
