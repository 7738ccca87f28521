# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from app import links
from app.clock import now
from app.outbox.models import Message
from app.people import passwords, queries, service
from app.people.mails import KINDS, link_address
from app.people.models import PasswordLink, SignIn
from app.people.rules import IDLE_SIGN_IN, SIGN_INS_PER_ACCOUNT_AND_NETWORK
from app.web.database import db, transaction
from tests.pages import Visitor
from tests.people.helpers import MAIL, PASSWORD, an_event, an_organiser, csrf_token, sign_in, signed_in

ACCOUNT = "/organise/account"
NEW_PASSWORD = "Der Mond steht über Bünde"
LOCKED = "too many attempts"
ENGLISH = {"Accept-Language": "en"}


def living_sign_ins(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(SignIn.id)).where(SignIn.ended_at.is_(None))) or 0


# -- signing in and out


def test_sign_in_and_out(app: Flask, client: FlaskClient) -> None:
    an_organiser(app)
    page = Visitor(client).get("/organise/sign-in")
    assert page.status == 200
    answer = client.post(
        "/organise/sign-in", data={**page.values(page.form()), "email": MAIL.upper(), "password": PASSWORD}
    )
    assert (answer.status_code, answer.location) == (303, "/organise/")
    account = Visitor(client).get(ACCOUNT)
    assert (account.status, MAIL in account.text) == (200, True)
    assert account.response.headers["Cache-Control"] == "no-store"  # T17
    token = csrf_token(client, ACCOUNT)
    out = client.post("/organise/sign-out", data={"csrf_token": token})
    assert (out.status_code, out.location) == (303, "/organise/sign-in")
    assert client.get(ACCOUNT).status_code == 303
    assert living_sign_ins(app) == 0


def test_who_is_signed_in_need_not_sign_in(app: Flask) -> None:
    an_organiser(app)
    client = signed_in(app)
    assert client.get("/organise/sign-in").location == "/organise/"
    assert client.get("/organise/sign-in?next=/organise/account").location == ACCOUNT


def test_outsiders_are_asked_to_sign_in(client: FlaskClient) -> None:
    answer = client.get(f"{ACCOUNT}?tab=a")
    assert (answer.status_code, answer.location) == (303, "/organise/sign-in?next=/organise/account?tab%3Da")
    assert client.get(f"{ACCOUNT}?lang=en").location == (
        "/organise/sign-in?next=/organise/account?lang%3Den&lang=en"
    )
    assert client.post(f"{ACCOUNT}/end-others").status_code == 401
    assert client.post(f"{ACCOUNT}/name").status_code == 401
    assert "Set-Cookie" not in client.get(ACCOUNT).headers


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"email": "", "password": PASSWORD}, "email"),
        ({"email": MAIL, "password": ""}, "password"),
        ({"email": "x" * 300, "password": PASSWORD}, "email"),
        ({"email": MAIL, "password": "x" * 201}, "password"),
        ({"email": "jonas\u202e@example.org", "password": PASSWORD}, "email"),
        ({"email": [MAIL, "b@example.org"], "password": PASSWORD}, "email"),
    ],
)
def test_bad_input_is_told_at_the_field(client: FlaskClient, fields: dict[str, object], named: str) -> None:
    page = Visitor(client, ENGLISH).get("/organise/sign-in").send(**fields)
    assert (page.status, list(page.errors())) == (422, [named])
    assert page.title.startswith("Error: ")


def test_wrong_password_keeps_the_address(app: Flask, client: FlaskClient) -> None:
    an_organiser(app)
    page = sign_in(client, password="not this one")
    values = page.values(page.form())
    assert (page.status, values["email"], values["password"]) == (422, MAIL, "")
    assert client.get(ACCOUNT).status_code == 303


def test_without_csrf_token_nobody_signs_in(app: Flask, client: FlaskClient) -> None:
    """T33: login CSRF; and the form comes back with what was typed."""
    an_organiser(app)
    answer = client.post("/organise/sign-in", data={"email": MAIL, "password": PASSWORD})
    assert 400 <= answer.status_code < 500
    assert living_sign_ins(app) == 0
    foreign = client.post(
        "/organise/sign-in",
        data={"email": MAIL, "password": PASSWORD, "csrf_token": csrf_token(app.test_client())},
    )
    assert 400 <= foreign.status_code < 500
    assert living_sign_ins(app) == 0


def test_sign_out_needs_the_token(app: Flask) -> None:
    """T33"""
    an_organiser(app)
    client = signed_in(app)
    assert client.post("/organise/sign-out").status_code == 400
    assert client.get(ACCOUNT).status_code == 200


def masked(body: str) -> str:
    return re.sub(r'name="csrf_token"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="csrf_token"', "token", body)


def test_known_unknown_and_disabled_look_the_same(app: Flask) -> None:
    """T09: byte for byte, apart from the CSRF token and the address that was typed."""
    an_organiser(app)
    an_organiser(app, "gone@example.org", name="Gone")
    with app.app_context(), transaction() as session:
        gone = queries.find_organiser(session, "gone@example.org")
        assert gone is not None
        service.disable(session, gone, now())
    answers = set()
    for email, password in (
        (MAIL, "wrong password"),
        ("nobody@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
    ):
        page = sign_in(app.test_client(), email, password)
        body = masked(page.response.text).replace(email, "somebody")
        answers.add((page.status, body, str(sorted(page.response.headers.keys()))))
    assert len(answers) == 1
    assert "somebody" in answers.pop()[1]


def test_forgot_password_looks_the_same(app: Flask, client: FlaskClient) -> None:
    """T09"""
    an_organiser(app)
    answers = set()
    for email in (MAIL, "nobody@example.org"):
        page = Visitor(client).get("/organise/forgot-password").send(email=email)
        answers.add((page.status, page.address, masked(page.response.text)))
    assert len(answers) == 1
    assert answers.pop()[0] == 200


def test_an_unknown_address_costs_as_much(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """T09: one comparison of a password with the costs of today, whether there is an account or not."""
    compared: list[str] = []

    class Noting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - named so by argon2
            compared.append(str(hash).rpartition("$")[0].rpartition("$")[0])
            return super().verify(hash, password)

    costs = passwords._hasher
    monkeypatch.setattr(passwords, "_hasher", Noting(costs.time_cost, costs.memory_cost, costs.parallelism))
    an_organiser(app)
    for email in (MAIL, "nobody@example.org"):
        assert sign_in(app.test_client(), email, "wrong password").status == 422
    assert len(compared) == 2
    assert len(set(compared)) == 1


def test_too_many_tries(app: Flask, client: FlaskClient) -> None:
    """T37: 429 with a sentence and the address kept; the right password does not help until the lock ends."""
    an_organiser(app)
    for _ in range(SIGN_INS_PER_ACCOUNT_AND_NETWORK.times):
        assert sign_in(client, password="wrong password").status == 422
    page = Visitor(client, ENGLISH).get("/organise/sign-in").send(email=MAIL, password=PASSWORD)
    assert (page.status, page.values(page.form())["email"]) == (429, MAIL)
    assert LOCKED in page.text
    assert page.response.headers["Retry-After"] == "900"
    unknown = app.test_client()
    statuses = [sign_in(unknown, "nobody@example.org").status for _ in range(11)]
    assert statuses == [422] * 10 + [429]  # T09: an unknown address locks alike


def test_a_claimed_address_of_a_proxy_does_not_help(app: Flask, client: FlaskClient) -> None:
    """T06"""
    an_organiser(app)
    visitor = Visitor(client)
    statuses = []
    for n in range(12):
        visitor.headers["X-Forwarded-For"] = f"203.0.{n}.1"
        statuses.append(visitor.get("/organise/sign-in").send(email=MAIL, password="wrong password").status)
    assert statuses == [422] * 10 + [429] * 2


# -- the session


def test_the_session_is_new_after_signing_in(app: Flask) -> None:
    """T16: a planted cookie is worth nothing afterwards, and nothing in it survives."""
    an_organiser(app)
    victim, thief = app.test_client(), app.test_client()
    with victim.session_transaction() as planted:
        planted["planted"] = "by the thief"
    before = victim.get_cookie("fachtag")
    assert before is not None
    thief.set_cookie("fachtag", before.value)
    sign_in(victim)
    after = victim.get_cookie("fachtag")
    assert after is not None
    assert after.value != before.value
    with victim.session_transaction() as now_held:
        assert "planted" not in now_held
        assert now_held["_user_id"]
    assert thief.get(ACCOUNT).status_code == 303


def test_the_cookie_is_worth_nothing_after_signing_out(app: Flask) -> None:
    """ASVS 7.4.1: ended on the server, not only forgotten by the browser."""
    an_organiser(app)
    client = signed_in(app)
    kept = client.get_cookie("fachtag")
    assert kept is not None
    client.post("/organise/sign-out", data={"csrf_token": csrf_token(client, ACCOUNT)})
    client.set_cookie("fachtag", kept.value)
    assert client.get(ACCOUNT).status_code == 303


def test_a_disabled_account_is_out_with_the_next_request(app: Flask) -> None:
    """T16, ASVS 7.4.2"""
    person = an_organiser(app)
    client = signed_in(app)
    assert client.get(ACCOUNT).status_code == 200
    with app.app_context(), transaction() as session:
        found = queries.find_organiser(session, MAIL)
        assert found is not None
        service.disable(session, found, now())
        assert found.id == person
    assert client.get(ACCOUNT).status_code == 303
    assert client.post(f"{ACCOUNT}/end-others").status_code == 401


@pytest.mark.parametrize(("idle", "status"), [(timedelta(), 303), (-timedelta(minutes=1), 200)])
def test_idle_time(app: Flask, idle: timedelta, status: int) -> None:
    """ASVS 7.3.1, A11Y-09: signed out after 24 hours without a visit, and not before."""
    an_organiser(app)
    client = signed_in(app)
    with client.session_transaction() as held:
        held["seen"] = int((now() - IDLE_SIGN_IN - idle).timestamp())
    assert client.get(ACCOUNT).status_code == status


def test_a_visit_keeps_the_sign_in_alive_without_writing(app: Flask) -> None:
    """T07: the hour of the last visit stands in the cookie; the row is not touched."""
    an_organiser(app)
    client = signed_in(app)
    long_ago = int((now() - timedelta(hours=23)).timestamp())
    with client.session_transaction() as held:
        held["seen"] = long_ago
    assert client.get(ACCOUNT).status_code == 200
    with client.session_transaction() as held:
        assert held["seen"] > long_ago + 22 * 3600
    assert "Set-Cookie" not in client.get(ACCOUNT).headers


def test_a_sign_in_costs_one_query(app: Flask) -> None:
    an_organiser(app)
    client = signed_in(app)
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    client.get(f"{ACCOUNT}/password")
    assert len(statements) == 1, statements


def test_public_pages_of_who_is_signed_in_ask_for_nobody(app: Flask) -> None:
    """T17: no Vary on the cookie, so a cache may keep them."""
    an_organiser(app)
    client = signed_in(app)
    answer = client.get("/organise/forgot-password/sent")
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers


def test_cookie_attributes(app: Flask, client: FlaskClient) -> None:
    """SEC-02"""
    an_organiser(app)
    answer = client.get("/organise/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "remember" not in str(sign_in(client).response.headers)


# -- the account


def test_account_lists_and_ends_other_browsers(app: Flask) -> None:
    """ASVS 7.5.2"""
    an_organiser(app)
    an_organiser(app, "b@example.org", name="B")
    mine, other, stranger = signed_in(app), signed_in(app), signed_in(app, "b@example.org")
    page = Visitor(mine).get(ACCOUNT)
    assert len(page.soup.select("main tbody tr")) == 2
    after = page.send(action=f"{ACCOUNT}/end-others")
    assert (after.status, len(after.soup.select("main tbody tr"))) == (200, 1)
    assert [c.get(ACCOUNT).status_code for c in (mine, other, stranger)] == [200, 303, 200]


def test_change_name(app: Flask) -> None:
    an_organiser(app)
    visitor = Visitor(signed_in(app))
    page = visitor.get(f"{ACCOUNT}/name").send(name="  Jonas   Neu ")
    assert "Jonas Neu" in page.text
    refused = visitor.get(f"{ACCOUNT}/name").send(name=" ")
    assert (refused.status, list(refused.errors())) == (422, ["name"])


def test_change_password(app: Flask) -> None:
    """ASVS 7.4.3, 7.5.1: asks for the old one, ends the others, renews this one."""
    an_organiser(app)
    mine, other = signed_in(app), signed_in(app)
    before = mine.get_cookie("fachtag")
    page = Visitor(mine).get(f"{ACCOUNT}/password").send(old_password=PASSWORD, password=NEW_PASSWORD)
    assert (page.status, page.address) == (200, ACCOUNT)
    assert (mine.get(ACCOUNT).status_code, other.get(ACCOUNT).status_code) == (200, 303)
    thief = app.test_client()
    assert before is not None
    thief.set_cookie("fachtag", before.value)
    assert thief.get(ACCOUNT).status_code == 303
    assert sign_in(app.test_client()).status == 422
    assert app.test_client().get(ACCOUNT).status_code == 303
    newcomer = app.test_client()
    sign_in(newcomer, password=NEW_PASSWORD)
    assert newcomer.get(ACCOUNT).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("not this one", NEW_PASSWORD, "old_password"),
        (PASSWORD, "kurz", "password"),
        (PASSWORD, "Platzhalter12", "password"),
        ("", NEW_PASSWORD, "old_password"),
    ],
)
def test_change_password_refuses(app: Flask, old: str, new: str, named: str) -> None:
    an_organiser(app)
    client = signed_in(app)
    page = Visitor(client).get(f"{ACCOUNT}/password").send(old_password=old, password=new)
    assert (page.status, list(page.errors())) == (422, [named])
    assert client.get(ACCOUNT).status_code == 200


def test_guessing_the_old_password_has_the_same_budget(app: Flask) -> None:
    """T37: an unlocked screen is no way round."""
    an_organiser(app)
    visitor = Visitor(signed_in(app))
    statuses = [
        visitor.get(f"{ACCOUNT}/password").send(old_password="wrong", password=NEW_PASSWORD).status
        for _ in range(11)
    ]
    assert statuses == [422] * 10 + [429]


# -- mailed links


def mailed_link(app: Flask, client: FlaskClient) -> str:
    Visitor(client).get("/organise/forgot-password").send(email=MAIL)
    with app.test_request_context():
        link = db.session.scalars(select(PasswordLink).order_by(PasswordLink.id.desc())).first()
        assert link is not None
        return link_address(link).removeprefix("http://localhost")


def test_forgotten_password(app: Flask, client: FlaskClient) -> None:
    """T07: opening the link changes nothing; the button does, once."""
    an_organiser(app)
    other = signed_in(app)
    address = mailed_link(app, client)
    for _ in range(2):
        assert client.head(address).status_code == 200
        assert client.get(address).status_code == 200
    opened = client.get(address)
    assert (opened.headers["Cache-Control"], opened.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    weak = Visitor(client).get(address).send(password="kurz")
    assert (weak.status, list(weak.errors())) == (422, ["password"])
    values = weak.values(weak.form())
    answer = client.post(address, data={**values, "password": NEW_PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/organise/")
    assert client.get(ACCOUNT).status_code == 200
    assert other.get(ACCOUNT).status_code == 303
    again = Visitor(app.test_client(), ENGLISH).get(address)
    assert (again.status, again.heading) == (410, "This link no longer works")


def test_the_link_leads_past_a_lock(app: Flask, client: FlaskClient) -> None:
    """T37: the real user is never locked out for ever."""
    an_organiser(app)
    for _ in range(11):
        locked = sign_in(client, password="wrong password").status
    assert locked == 429
    address = mailed_link(app, client)
    Visitor(client).get(address)
    page = Visitor(client).get(address)
    client.post(address, data={**page.values(page.form()), "password": NEW_PASSWORD})
    assert client.get(ACCOUNT).status_code == 200
    newcomer = app.test_client()
    sign_in(newcomer, password=NEW_PASSWORD)
    assert newcomer.get(ACCOUNT).status_code == 200


def test_links_are_good_for_one_thing_only(app: Flask, client: FlaskClient) -> None:
    """T03: purpose and signature; each changed sign opens nothing."""
    an_organiser(app)
    address = mailed_link(app, client)
    head, token = address.rsplit("/", 1)
    assert client.get(f"/organise/welcome/{token}").status_code == 404
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        answer = client.get(f"{head}/{changed}")
        # The last sign of a base64 text carries spare bits: the same signature may have two spellings.
        assert answer.status_code == 404 or at == len(token) - 1, at
    with app.test_request_context():
        for purpose in ("register", "personal", "people.welcome", ""):
            foreign = links.sign(purpose, links.Ticket(1, "1"))
            assert client.get(f"{head}/{foreign}").status_code == 404


def test_mails_are_complete_and_stop_when_the_link_is_used(app: Flask, client: FlaskClient) -> None:
    """MAIL-01: plain text complete on its own; a used link is mailed to nobody."""
    an_organiser(app)
    address = mailed_link(app, client)
    with app.test_request_context(headers={"Accept-Language": "de"}):
        message = db.session.scalars(select(Message)).one()
        assert (message.kind, message.recipient) == ("people.password", MAIL)
        for build in KINDS.values():
            mail = build(db.session(), message)
            assert mail is not None
            assert mail.recipient == MAIL
            assert mail.subject
            assert mail.text.count("http://localhost/organise/") == 1
            assert address in mail.text
            assert mail.html is not None
            assert address in mail.html
            assert "Jonas" not in mail.text  # T08
    with app.app_context(), transaction() as session:
        link = session.scalars(select(PasswordLink)).one()
        link.closed_at = now()
    with app.test_request_context():
        assert KINDS[message.kind](db.session(), db.session.scalars(select(Message)).one()) is None


def test_the_admins_own_pages_need_no_event(app: Flask) -> None:
    an_event(app, "probe")
    an_organiser(app, is_admin=True)
    assert Visitor(signed_in(app)).get(ACCOUNT).status == 200
