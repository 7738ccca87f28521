# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The team of a day and its doors."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.clock import now
from app.events import team_service
from app.events.models import TeamMember
from app.outbox.models import Message
from app.people import queries, service
from app.people.audit import entries_of
from app.people.models import Organiser, PasswordLink
from app.people.rules import Role
from app.refusal import Missing, Refusal
from app.web.database import db, transaction
from tests.pages import Visitor
from tests.people.helpers import an_event, an_organiser, csrf_token, signed_in

TEAM = "/organise/events/probe/team"


def roles(app: Flask, event_id: int) -> dict[str, Role]:
    with app.app_context():
        return {
            m.organiser.email.partition("@")[0]: m.role for m in team_service.team_of(db.session(), event_id)
        }


def member_id(app: Flask, event_id: int, local: str) -> int:
    with app.app_context():
        wanted = (
            select(TeamMember.id)
            .join(Organiser)
            .where(TeamMember.event_id == event_id, Organiser.email == f"{local}@example.org")
        )
        return db.session.scalars(wanted).one()


# -- doors


@pytest.mark.parametrize(
    ("who", "status"),
    [("lea", 200), ("otto", 403), ("carla", 403), ("vera", 403), ("fremd", 404), ("admin", 200)],
)
def test_who_may_see_the_team(app: Flask, who: str, status: int) -> None:
    """T01, SEC-05: each role at one's own event, a stranger, and the administrator."""
    an_event(app, lea=Role.LEAD, otto=Role.ORGANISER, carla=Role.CHECK_IN, vera=Role.VIEWER)
    an_event(app, "other", fremd=Role.LEAD)
    an_organiser(app, "admin@example.org", is_admin=True)
    client = signed_in(app, f"{who}@example.org")
    answer = client.get(TEAM)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    sent = client.post(TEAM, data={"csrf_token": csrf_token(client, "/organise/account")})
    assert sent.status_code == {200: 422}.get(status, status)


def test_missing_and_not_mine_are_the_same(app: Flask) -> None:
    """T04: nobody learns which days exist."""
    an_event(app, lea=Role.LEAD)
    an_event(app, "other", fremd=Role.LEAD)
    client = signed_in(app, "fremd@example.org")
    one, other = client.get(TEAM), client.get("/organise/events/gibtsnicht/team")
    assert (one.status_code, one.text.replace("probe", "")) == (404, other.text.replace("gibtsnicht", ""))


def test_nobody_gets_in_unsigned(app: Flask) -> None:
    an_event(app, lea=Role.LEAD)
    client = app.test_client()
    assert client.get(TEAM).status_code == 303
    assert client.post(TEAM).status_code == 401
    assert client.post(f"{TEAM}/1/remove").status_code == 401


def test_a_member_of_another_team_is_missing(app: Flask) -> None:
    """T01: the day in the address and the member have to belong together."""
    an_event(app, lea=Role.LEAD)
    other = an_event(app, "other", fremd=Role.LEAD, zwei=Role.LEAD)
    stranger = member_id(app, other, "fremd")
    client = signed_in(app, "lea@example.org")
    token = csrf_token(client, TEAM)
    assert client.get(f"{TEAM}/{stranger}").status_code == 404
    for path in (f"{TEAM}/{stranger}", f"{TEAM}/{stranger}/remove", f"{TEAM}/{stranger}/welcome"):
        assert client.post(path, data={"csrf_token": token, "role": "viewer"}).status_code == 404
    assert roles(app, other) == {"fremd": Role.LEAD, "zwei": Role.LEAD}


def test_the_doors_cost_two_queries(app: Flask) -> None:
    an_event(app, lea=Role.LEAD)
    client = signed_in(app, "lea@example.org")
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    client.get(TEAM)
    assert len(statements) == 3, statements  # who, which day and role; the team itself


# -- verbs


def test_add_somebody_with_an_account(app: Flask) -> None:
    day = an_event(app, lea=Role.LEAD)
    an_organiser(app, "neu@example.org", name="Neu")
    page = Visitor(signed_in(app, "lea@example.org")).get(TEAM)
    after = page.send(email="NEU@example.org", name="Egal", role="check_in")
    assert (after.status, "Neu" in after.text, "Egal" in after.text) == (200, True, False)
    assert roles(app, day) == {"lea": Role.LEAD, "neu": Role.CHECK_IN}
    with app.app_context():
        assert db.session.scalars(select(Message)).all() == []
        latest = entries_of(db.session(), day)[0]
        assert latest.organiser is not None
        assert (latest.action, latest.organiser.email, latest.detail) == (
            "team.add",
            "lea@example.org",
            {"role": "check_in"},
        )


def test_add_somebody_new(app: Flask) -> None:
    """They get an account without a password, and a mail with the link to set one."""
    from app.people.mails import KINDS, link_address

    day = an_event(app, lea=Role.LEAD)
    Visitor(signed_in(app, "lea@example.org")).get(TEAM).send(
        email="neu@example.org", name="Neu Hier", role="organiser"
    )
    assert roles(app, day) == {"lea": Role.LEAD, "neu": Role.ORGANISER}
    with app.test_request_context():
        message = db.session.scalars(select(Message)).one()
        assert (message.kind, message.recipient, message.event_id) == (
            "people.welcome",
            "neu@example.org",
            day,
        )
        mail = KINDS[message.kind](db.session(), message)
        assert mail is not None
        assert "Lea lädt Sie ins Team des Fachtags „Fachtag probe“ ein." in mail.text
        assert "Lea lädt Sie ins Team des Fachtags „Fachtag probe“ ein." in mail.html
        address = link_address(db.session.scalars(select(PasswordLink)).one()).removeprefix(
            "http://localhost"
        )
    newcomer = app.test_client()
    page = Visitor(newcomer).get(address)
    answer = newcomer.post(
        address, data={**page.values(page.form()), "password": "Der Mond steht über Bünde"}
    )
    assert answer.location == "/organise/"
    assert newcomer.get("/organise/account").status_code == 200


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"email": "keine-adresse", "name": "X", "role": "viewer"}, "email"),
        ({"email": "lea@example.org", "name": "Lea", "role": "viewer"}, "email"),
        ({"email": "weg@example.org", "name": "Weg", "role": "viewer"}, "email"),
        ({"email": "neu@example.org", "name": "", "role": "viewer"}, "name"),
        ({"email": "neu@example.org", "name": "N\u202eeu", "role": "viewer"}, "name"),
        ({"email": "neu@example.org", "name": "🎉", "role": "viewer"}, "name"),
        ({"email": "neu@example.org", "name": "Neu", "role": "king"}, "role"),
        ({"email": "neu@example.org", "name": "Neu", "role": None}, "role"),
    ],
)
def test_add_refuses(app: Flask, fields: dict[str, str], named: str) -> None:
    day = an_event(app, lea=Role.LEAD)
    an_organiser(app, "weg@example.org")
    with app.app_context(), transaction() as session:
        gone = queries.find_organiser(session, "weg@example.org")
        assert gone is not None
        service.disable(session, gone, now())
    page = Visitor(signed_in(app, "lea@example.org")).get(TEAM).send(**fields)
    assert (page.status, set(page.errors())) == (422, {named})
    assert roles(app, day) == {"lea": Role.LEAD}
    with app.app_context():
        assert queries.find_organiser(db.session(), "neu@example.org") is None
        assert db.session.scalars(select(Message)).all() == []


def test_change_role_and_remove(app: Flask) -> None:
    day = an_event(app, lea=Role.LEAD, otto=Role.ORGANISER)
    visitor, otto = Visitor(signed_in(app, "lea@example.org")), member_id(app, day, "otto")
    visitor.get(f"{TEAM}/{otto}").send(action=f"{TEAM}/{otto}", role="viewer")
    assert roles(app, day) == {"lea": Role.LEAD, "otto": Role.VIEWER}
    refused = visitor.get(f"{TEAM}/{otto}").send(action=f"{TEAM}/{otto}", role="king")
    assert refused.status == 422
    visitor.get(f"{TEAM}/{otto}").send(action=f"{TEAM}/{otto}/remove")
    assert roles(app, day) == {"lea": Role.LEAD}
    assert visitor.get(f"{TEAM}/{otto}").status == 404
    with app.app_context():
        found = queries.find_organiser(db.session(), "otto@example.org")
        assert found is not None
        assert found.disabled_at is None
        actions = [entry.action for entry in entries_of(db.session(), day)]
        assert actions == ["team.remove", "team.role", "team.add", "team.add"]


def test_the_last_lead_stays(app: Flask) -> None:
    day = an_event(app, lea=Role.LEAD, otto=Role.ORGANISER)
    visitor, lea = Visitor(signed_in(app, "lea@example.org")), member_id(app, day, "lea")
    page = visitor.get(f"{TEAM}/{lea}")
    token = page.soup.select_one("input[name=csrf_token]")["value"]  # type: ignore[index]
    assert page.soup.select(f"form[action$='{TEAM}/{lea}/remove']") == []  # said before the press
    assert page.soup.select(".kern-alert")
    refused = page.send(action=f"{TEAM}/{lea}", role="organiser")
    assert refused.status == 422
    assert refused.soup.select(".error-summary")
    data = {"csrf_token": str(token)}
    assert visitor.client.post(f"{TEAM}/{lea}/remove", data=data).status_code == 422
    assert roles(app, day) == {"lea": Role.LEAD, "otto": Role.ORGANISER}


def test_who_gives_the_lead_away_is_shown_home(app: Flask) -> None:
    day = an_event(app, lea=Role.LEAD, otto=Role.LEAD)
    client, lea = signed_in(app, "lea@example.org"), member_id(app, day, "lea")
    token = csrf_token(client, TEAM)
    answer = client.post(f"{TEAM}/{lea}", data={"csrf_token": token, "role": "viewer"})
    assert (answer.status_code, answer.location) == (303, "/organise/")
    assert client.get(TEAM).status_code == 403


def test_a_disabled_lead_does_not_count(app: Flask) -> None:
    day = an_event(app, lea=Role.LEAD, weg=Role.LEAD)
    with app.app_context(), transaction() as session:
        gone = queries.find_organiser(session, "weg@example.org")
        lea = queries.find_organiser(session, "lea@example.org")
        assert gone is not None
        assert lea is not None
        service.disable(session, gone, now())
        member = next(m for m in team_service.team_of(session, day) if m.organiser is lea)
        with pytest.raises(Refusal):
            team_service.remove_member(session, day, member.id, by=lea, now=now())
        with pytest.raises(Missing):
            team_service.remove_member(session, day, 10**6, by=lea, now=now())


def test_two_leads_cannot_leave_at_once(app: Flask) -> None:
    """A race: exactly one of them may go."""
    for round_ in range(5):
        slug = f"rennen-{round_}"
        day = an_event(app, slug, lea=Role.LEAD, otto=Role.LEAD)
        ids = [member_id(app, day, local) for local in ("lea", "otto")]
        barrier = Barrier(2)

        def leave(member: int, day: int = day, barrier: Barrier = barrier) -> bool:
            with app.app_context():
                by = db.session.get(TeamMember, member)
                assert by is not None
                person = by.organiser
                barrier.wait()
                try:
                    with transaction() as session:
                        team_service.remove_member(session, day, member, by=person, now=now())
                except Refusal:
                    return False
                return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(leave, ids)) == [False, True]
        assert list(roles(app, day).values()) == [Role.LEAD]


def test_welcome_again_only_until_the_first_sign_in(app: Flask) -> None:
    day = an_event(app, lea=Role.LEAD, neu=Role.VIEWER)
    client, neu = signed_in(app, "lea@example.org"), member_id(app, day, "neu")
    Visitor(client).get(f"{TEAM}/{neu}").send(action=f"{TEAM}/{neu}/welcome")
    signed_in(app, "neu@example.org")
    client.post(f"{TEAM}/{neu}/welcome", data={"csrf_token": csrf_token(client, TEAM)})
    with app.app_context():
        assert [m.kind for m in db.session.scalars(select(Message))] == ["people.welcome"]


def test_welcome_mails_have_a_budget(app: Flask) -> None:
    """T08"""
    day = an_event(app, lea=Role.LEAD, neu=Role.VIEWER)
    client, neu = signed_in(app, "lea@example.org"), member_id(app, day, "neu")
    token = csrf_token(client, TEAM)
    for _ in range(32):
        assert client.post(f"{TEAM}/{neu}/welcome", data={"csrf_token": token}).status_code == 303
    with app.app_context():
        assert len(db.session.scalars(select(Message)).all()) == 30
    page = Visitor(client).get(TEAM).send(email="viele@example.org", name="Viele", role="viewer")
    assert page.status == 422
