# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Two people on one form whose row has no version of its own: who saves second gets 409, reads what the other one wrote, and
overwrites it only by saving once more (F30)."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.models import Event, Room, TeamMember
from app.organisations.service import accept_organisation
from app.people.models import Organiser
from app.web.database import db, transaction
from tests.organising.helpers import Day, a_day
from tests.pages import Visitor
from tests.people.helpers import an_organiser, signed_in

pytestmark = pytest.mark.sqlite_only


def address_of(app: Flask, day: Day, which: str) -> str:
    with app.app_context():
        found = {
            "room": select(Room.id).where(Room.event_id == day.event_id).order_by(Room.id),
            "member": select(TeamMember.id)
            .join(TeamMember.organiser)
            .where(TeamMember.event_id == day.event_id, Organiser.email == "chris@example.org"),
        }
        room, member = (db.session.scalars(found[one]).first() for one in ("room", "member"))
    return {
        "room": f"{day.home}/programme/rooms/{room}",
        "team": f"{day.home}/team/{member}",
        "hosts": f"{day.home}/edit/hosts",
        "consents": f"{day.home}/questions/consents",
        "office": "/organise/setup/office",
    }[which]


@pytest.mark.parametrize(
    ("which", "theirs", "mine", "read"),
    [
        (
            "room",
            {"room_note": "Zwei Stufen"},
            {"room_note": "Aufzug links"},
            ["Zwei Stufen", "Aufzug links"],
        ),
        ("team", {"role": "lead"}, {"role": "viewer"}, ["Leitung", "Nur ansehen"]),
        (
            "hosts",
            {"new_host": "Stadt Probeburg"},
            {"lead_host_id": "1"},
            ["Stadt Probeburg", "Kreis Musterau"],
        ),
        ("consents", {"consent-list": True}, {"consent-press": True}, ["ja", "nein"]),
        (
            "office",
            {"name": "Kreis Musterau"},
            {"name": "Kreis Probeburg"},
            ["Kreis Musterau", "Kreis Probeburg"],
        ),
    ],
)
def test_who_saves_second_sees_both_and_may_overwrite(
    app: Flask, which: str, theirs: dict[str, str], mine: dict[str, str], read: list[str]
) -> None:
    day = a_day(app)
    an_organiser(app, "admin@example.org", is_admin=True)
    with app.app_context(), transaction() as session:
        accept_organisation(session, "Kreis Musterau")
    address = address_of(app, day, which)
    first, second = (Visitor(signed_in(app, "admin@example.org")).get(address) for _ in range(2))
    assert first.send(action=address, **theirs).status == 200
    refused = second.send(action=address, **mine)
    assert refused.status == 409
    cells = [one.get_text(strip=True) for one in refused.soup.select("main table tbody tr")[0].select("td")]
    assert cells == read
    assert refused.send(action=address).status == 200
    again = Visitor(signed_in(app, "admin@example.org")).get(address)
    assert {name: again.values(again.form(action=address))[name] for name in mine} == {
        name: "y" if value is True else value for name, value in mine.items()
    }
    with app.app_context():
        assert db.session.get(Event, day.event_id) is not None
