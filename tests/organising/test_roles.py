# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Every organisers' endpoint × every role × own and foreign day (T01, SEC-05). The expectation is computed from what
each view declares and from the table of grants, so a new endpoint is in the test before anybody thinks of it."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.routing import Rule

from app.events.models import Event, Room, TeamMember
from app.outbox.models import Message
from app.people.models import Organiser
from app.people.rules import GRANTS, Permission, Role
from app.programme.models import AgendaItem, Workshop
from app.registration.questions.models import Question
from app.web.access import Audience, access_of
from app.web.database import db, transaction
from tests.factories.questions import make_questions
from tests.organising.helpers import ROLES, Day, a_day, signs_up
from tests.pages import Visitor
from tests.people.helpers import an_organiser, signed_in

ORGANISERS = {Audience.ORGANISER, Audience.CREATOR, Audience.SIGNED_IN, Audience.ADMIN}
ALLOWED = {200, 302, 303, 308, 400, 404, 409, 422}  # a POST without a token is 400 or shows its form again


@dataclass(frozen=True)
class Door:
    """One address and one method, and who may pass."""

    endpoint: str
    method: str
    path: str
    audience: Audience
    permission: Permission | None


def ids_of(app: Flask, day: Day, reference: str) -> dict[str, object]:
    """Values for the arguments that occur in organisers' addresses."""
    with app.app_context():
        session = db.session
        return {
            "slug": day.slug,
            "reference": reference,
            "message_id": session.scalars(select(Message.id).where(Message.event_id == day.event_id)).first(),
            "member_id": session.scalars(
                select(TeamMember.id).where(TeamMember.event_id == day.event_id)
            ).first(),
            "room_id": session.scalars(select(Room.id).where(Room.event_id == day.event_id)).first(),
            "kind": "item",
            "number": session.scalars(
                select(AgendaItem.id).where(AgendaItem.event_id == day.event_id)
            ).first(),
            "workshop_id": session.scalars(
                select(Workshop.id).where(Workshop.event_id == day.event_id)
            ).first(),
            "question_id": session.scalars(
                select(Question.id).where(Question.event_id == day.event_id)
            ).first(),
            "state": "done",
            "verdict": "accepted",
            "run_id": next(iter(day.runs.values())),
        }


def doors(app: Flask, values: dict[str, object]) -> list[Door]:
    found = []
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        assert access is not None
        if access.audience in ORGANISERS:
            permission = access.permission if isinstance(access.permission, Permission) else None
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                found.append(Door(rule.endpoint, method, _path(rule, values), access.audience, permission))
    return found


def _path(rule: Rule, values: dict[str, object]) -> str:
    return re.sub(r"<(?:[^:<>]*:)?([a-z_]+)>", lambda match: str(values.get(match[1], 1)), rule.rule)


def answer(client: FlaskClient, door: Door) -> int:
    return client.open(door.path, method=door.method).status_code


def is_allowed(door: Door, role: Role | None, *, admin: bool = False) -> bool:
    if door.audience is Audience.SIGNED_IN or admin:
        return True
    if door.audience is Audience.CREATOR:
        return role is not None and Permission.EDIT in GRANTS[role]
    return door.audience is Audience.ORGANISER and role is not None and door.permission in GRANTS[role]


# What the two narrow roles may open at a day, written down: whoever opens one more door to them does so knowingly.
VIEWER = {
    "contributing.people",
    "inside.sheet",
    "inside.show",
    "programme_organise.kinds",
    "checklist.overview",
    "copying.taken_over",
    "figures.show",
    "organising.dashboard",
    "partners_organise.logo",
    "partners_organise.show",
    "programme_organise.programme",
    "programme_organise.rooms",
    "questions.overview",
    "questions.preview",
    "quotas.show",
    "releasing.version",
    "releasing.versions",
    "results_desk.overview",
    "results_desk.preview",
    "results_materials.file",
}
RECEPTION = VIEWER | {
    "agreed.photos",
    "group_admin.show",
    "participants.people",
    "participants.person",
    "participants.workshop_lists",
    "questions.answers",
}


@pytest.mark.sqlite_only
@pytest.mark.parametrize(("role", "listed"), [(Role.VIEWER, VIEWER), (Role.CHECK_IN, RECEPTION)])
def test_the_doors_of_a_narrow_role_are_these(app: Flask, role: Role, listed: set[str]) -> None:
    opened = {
        (one.endpoint, one.method)
        for one in doors(app, {})
        if one.audience is Audience.ORGANISER and is_allowed(one, role)
    }
    assert opened == {(endpoint, "GET") for endpoint in listed}


@pytest.mark.sqlite_only
def test_whoever_was_asked_to_the_door_begins_no_day_and_reads_no_mail(app: Flask) -> None:
    day = a_day(app)
    reference = signs_up(app, day)
    with app.app_context(), transaction() as session:
        session.execute(update(Organiser).values(creates_days=False))
    for name in ROLES:
        client = signed_in(app, f"{name}@example.org")
        may = name in {"lea", "otto"}
        assert client.get("/organise/events/new").status_code == (200 if may else 403), name
        home = Visitor(client).get("/organise/").links()
        assert ("/organise/events/new" in home, "/organise/organisations" in home) == (may, may), name
        assert any("/mails" in one for one in Visitor(client).get(f"{day.home}/").links()) == may, name
    person = Visitor(signed_in(app, "chris@example.org")).get(f"{day.home}/registrations/{reference}")
    assert person.status == 200
    assert not any("/mails/" in one for one in person.links())


@pytest.fixture
def two_days(app: Flask) -> tuple[Day, Day]:
    """The team knows the first day; the second one has another team."""
    mine, other = a_day(app, "mine"), a_day(app, "other")
    with app.app_context(), transaction() as session:
        session.execute(update(Organiser).values(creates_days=False))  # invited, not made by the operator
        for day in (mine, other):
            make_questions(session, day.event_id)
        for member in session.scalars(select(TeamMember).where(TeamMember.event_id == other.event_id)).all():
            session.delete(member)
    return mine, other


@pytest.mark.sqlite_only
@pytest.mark.long
def test_every_endpoint_for_every_role(app: Flask, two_days: tuple[Day, Day]) -> None:
    mine, other = two_days
    own = doors(app, ids_of(app, mine, signs_up(app, mine)))
    foreign = doors(app, ids_of(app, other, signs_up(app, other)))
    assert len(own) > 40
    wrong = []
    for name, role in ROLES.items():
        client = signed_in(app, f"{name}@example.org")
        for door in own:
            if door.endpoint.endswith("sign_out"):
                continue
            status = answer(client, door)
            right = status in ALLOWED if is_allowed(door, role) else status == 403
            wrong += [] if right else [(name, door, status)]
        for door in foreign:
            if door.audience is Audience.ORGANISER and answer(client, door) != 404:
                wrong.append((name, door, "foreign"))
    assert wrong == []


@pytest.mark.long
@pytest.mark.sqlite_only
def test_pages_of_the_own_day_open(app: Flask, two_days: tuple[Day, Day]) -> None:
    """The other side of the coin: who may, gets the page, not just no refusal."""
    mine, _ = two_days
    reference = signs_up(app, mine)
    ours = ("participants.", "organising.", "questions.", "answers.")
    pages = [
        door
        for door in doors(app, ids_of(app, mine, reference))
        if door.method == "GET" and door.endpoint.startswith(ours)
    ]
    assert len(pages) >= 11
    for name, role in ROLES.items():
        client = signed_in(app, f"{name}@example.org")
        found = {door.path: answer(client, door) for door in pages}
        assert found == {door.path: 200 if is_allowed(door, role) else 403 for door in pages}


@pytest.mark.long
@pytest.mark.sqlite_only
def test_nobody_and_a_stranger(app: Flask, two_days: tuple[Day, Day]) -> None:
    """Without a sign-in every page leads there and every action is 401; who is in no team sees 404 everywhere."""
    mine, _ = two_days
    every = doors(app, ids_of(app, mine, signs_up(app, mine)))
    nobody = app.test_client()
    for door in every:
        status = answer(nobody, door)
        assert status == (303 if door.method == "GET" else 401), door
    an_organiser(app, "fremd@example.org")
    stranger = signed_in(app, "fremd@example.org")
    for door in every:
        if door.audience is Audience.ORGANISER:
            assert answer(stranger, door) == 404, door
        elif door.audience is Audience.ADMIN:
            assert answer(stranger, door) == 403, door


@pytest.mark.sqlite_only
@pytest.mark.long
def test_an_administrator_may_everything(app: Flask, two_days: tuple[Day, Day]) -> None:
    mine, _ = two_days
    an_organiser(app, "admin@example.org", is_admin=True)
    admin = signed_in(app, "admin@example.org")
    for door in doors(app, ids_of(app, mine, signs_up(app, mine))):
        if not door.endpoint.endswith("sign_out"):
            assert answer(admin, door) in ALLOWED, door


@pytest.mark.long
@pytest.mark.sqlite_only
def test_nothing_of_a_foreign_day_leaks(app: Flask, two_days: tuple[Day, Day]) -> None:
    """T04: the 404 of a day that exists is the one of a day that does not; no name or address in any answer."""
    mine, other = two_days
    reference = signs_up(app, other, 7, family_name="Kanarienvogel", email="canary@example.org")
    client = signed_in(app, "lea@example.org")
    assert mine.event_id
    for door in doors(app, ids_of(app, other, reference)):
        if door.audience is Audience.ORGANISER and door.method == "GET":
            there = client.get(door.path).text
            nowhere = client.get(door.path.replace(f"/{other.slug}", "/gibtsnicht", 1)).text
            assert there.replace(other.slug, "") == nowhere.replace("gibtsnicht", ""), door
            assert "Kanarienvogel" not in there
            assert "canary@" not in there


@pytest.mark.sqlite_only
def test_a_demoted_member_is_asked_anew_at_every_request(app: Flask) -> None:
    """The role of the moment counts, not that of the sign-in (T16)."""
    day = a_day(app)
    client = signed_in(app, "otto@example.org")
    assert client.get(f"{day.home}/registrations").status_code == 200
    with app.app_context(), transaction() as session:
        member = session.scalars(
            select(TeamMember).join(Organiser).where(Organiser.email == "otto@example.org")
        ).one()
        member.role = Role.VIEWER
    assert client.get(f"{day.home}/registrations").status_code == 403
    with app.app_context():
        assert db.session.scalars(select(Event.id)).all() == [day.event_id]
