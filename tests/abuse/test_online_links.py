# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The links by which people take part online: in nothing that everybody can open, in no cache of it, and for none who has no place."""

import io

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.events.models import Event, Room
from app.events.service import mark_changed
from app.registration import notifications
from app.registration.queries import get_registration
from app.registration.rules import Status
from app.web.access import Audience
from app.web.database import db, transaction
from tests.abuse.world import CHECK_IN, LEAD, SLUG, VIEWER, World, ask
from tests.factories.days import FOYER, NOW
from tests.mailbox import mailbox
from tests.people.helpers import signed_in

pytestmark = pytest.mark.sqlite_only

SECRET = "geheimer-raum-7x9"
LINK = f"https://meet.example.org/{SECRET}?pwd=1"
# Where those read it who take part, and where the team does.
OWN = {"registration.my", "my_day.show", "registration.day_file", "calendar.my"}
OF_TEAM = {"programme_organise.rooms", "day.edit_room"}


@pytest.fixture
def online_world(world: World) -> World:
    """The same world in which every room has a link, the foyer nothing else."""
    with world.app.app_context(), transaction() as session:
        session.execute(db.metadata.tables["room"].update().values(online=True, online_link=LINK))
        foyer = session.scalars(select(Room).join(Event, Event.id == Room.event_id).where(Room.name == FOYER))
        for room in foyer:
            room.seats = None
        for day in session.scalars(select(Event)):
            mark_changed(day, NOW, calendar=False)
    return world


def holds(response: TestResponse) -> bool:
    return any(SECRET in words for words in (text_of(response), str(response.headers)))


def text_of(response: TestResponse) -> str:
    content = response.get_data()
    if response.mimetype != "application/pdf":
        return content.decode("utf-8", "replace").replace("\r\n ", "")
    pages = PdfReader(io.BytesIO(content)).pages
    links = [str(one.get_object()) for page in pages for one in page.get("/Annots", [])]
    return "".join("".join(page.extract_text().split()) for page in pages) + "".join(links)


@pytest.mark.long
def test_only_who_takes_part_and_the_team_read_a_link(online_world: World) -> None:
    """Every address of a GET, asked by everybody who may: first by those who may read it, so that a cache would hold it."""
    world = online_world
    browsers = {name: signed_in(world.app, name) for name in (LEAD, VIEWER, CHECK_IN)}
    nobody, read, team = world.app.test_client(), set(), set()
    inside = {Audience.SIGNED_IN, Audience.CREATOR, Audience.ORGANISER, Audience.ADMIN}
    own = {world.personal[Status.REGISTERED], world.feeds[Status.REGISTERED], *world.swapping, *world.wishing}
    order = sorted(world.rules(), key=lambda one: one[1].audience is Audience.PUBLIC)
    for rule, access in order:
        if rule.endpoint == "static" or access.audience is Audience.OPERATOR:
            continue
        for address in world.addresses(rule):
            if access.audience in inside:
                team |= {rule.endpoint for one in browsers.values() if holds(ask(one, address))}
            elif holds(ask(nobody, address)):
                assert any(token in address for token in own), address
                read.add(rule.endpoint)
    assert (read, team) == (OWN, OF_TEAM)


def test_everybody_reads_that_it_is_online(online_world: World) -> None:
    nobody = online_world.app.test_client()
    agenda = f"/events/{SLUG}/agenda"
    for ending in ("", "?view=rooms", ".pdf", ".json", ".xml", ".ics"):
        said = text_of(ask(nobody, f"{agenda}{ending}")).replace(" ", "")
        assert "online" in said or ending == ".xml", ending  # which has a field for a name only
        assert SECRET not in said, ending
    page = text_of(ask(nobody, agenda))
    assert "im Raum oder online" in page
    assert "findet online statt" in page
    assert "MixedEventAttendanceMode" in text_of(ask(nobody, f"/events/{SLUG}"))


def test_mails_carry_it_to_who_has_a_seat_only(online_world: World, app: Flask) -> None:
    mailbox(app).deliver()
    with app.app_context(), transaction() as session:
        people = {name: online_world.personal[name] for name in online_world.personal}
        assert people.keys() == set(Status)
        for row in session.execute(select(db.metadata.tables["registration"])).all():
            one = get_registration(session, row.id)
            if one is not None and one.event.slug == SLUG and one.email and one.active:
                notifications.notify_standing(session, one, NOW)
    told = {}
    for mail in mailbox(app).deliver():
        bodies = [part.get_content() for part in mail.walk() if not part.is_multipart()]
        words = "".join(one if isinstance(one, str) else one.decode() for one in bodies)
        told[str(mail["To"])] = SECRET in words.replace("\r\n ", "").replace("\n ", "")
    assert any(told.values())
    assert not all(told.values())
    with app.app_context():
        seated = {
            one.email
            for one in db.session.execute(select(db.metadata.tables["registration"])).all()
            if one.status is Status.REGISTERED or one.status == Status.REGISTERED.value
        }
    assert {to for to, holds_it in told.items() if holds_it} <= seated
