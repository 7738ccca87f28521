# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The public forms against programs: budgets, the honeypot, the moment, codes, and addresses that want no mail."""

import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.clock import now
from app.events.models import Event
from app.events.rules import Aim, QuotaEffect, QuotaTarget
from app.people.models import Budget
from app.people.rules import Limit, network_of, site_of
from app.registration import abuse_protection_forms
from app.registration.history import PARTICIPANT
from app.registration.jobs import expire_holds
from app.registration.models import Registration
from app.registration.quotas.service import QuotaFacts, add_quota
from app.registration.rules import Status
from app.registration.suppression import allow, count_suppressed, suppress
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.mailbox import link_in, mailbox
from tests.pages import Page, Visitor
from tests.people.helpers import an_organiser, signed_in

HOUR = timedelta(hours=1)
REGISTER = "/events/musterfachtag/register"
CONTACT = {"given_name": "Rosa", "family_name": "Muster", "organisation": "Stadt Probeburg"}


@pytest.fixture(autouse=True)
def day(app: Flask) -> Iterator[int]:
    with app.app_context(), transaction() as session:
        return make_event(session, capacity=40).id


def send(client: FlaskClient, name: str, network: str = "192.0.2.7", **changes: str) -> Page:
    client.environ_base["REMOTE_ADDR"] = network
    facts = {**CONTACT, "email": f"{name}@example.org", **changes}
    return Visitor(client).get(REGISTER).send(**facts)


def people(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(Registration.id))) or 0


def at_most(monkeypatch: pytest.MonkeyPatch, name: str, times: int) -> None:
    monkeypatch.setattr(abuse_protection_forms, name, Limit(times, HOUR))


def allow_forms(monkeypatch: pytest.MonkeyPatch, app: Flask, times: int) -> None:
    """As the operator's setting would."""
    settings = replace(app.extensions["fachtag.settings"], forms_per_network=times)
    monkeypatch.setitem(app.extensions, "fachtag.settings", settings)


def test_the_nonce_says_when_the_form_was_opened(app: Flask) -> None:
    """T31: and nobody makes one up."""
    with app.app_context():
        nonce = abuse_protection_forms.nonce_of(NOW)
        assert abuse_protection_forms.opened_at(nonce) == NOW
        assert [
            abuse_protection_forms.opened_at(one) for one in (nonce[1:], nonce[:-1] + "x", "n" * 24, "")
        ] == [None] * 4
        assert len({len(abuse_protection_forms.nonce_of(NOW)) for _ in range(20)}) == 1
        assert len(nonce) <= 64
        alike = {nonce[:-1] + letter for letter in string.ascii_letters + string.digits + "-_"}
        assert [one for one in alike if abuse_protection_forms.opened_at(one)] == [nonce]


def test_a_form_that_is_open_while_the_key_changes_keeps_its_moment(own_app: Flask) -> None:
    with own_app.app_context():
        old = own_app.config["SECRET_KEYS"]
        nonce = abuse_protection_forms.nonce_of(NOW)
        own_app.config["SECRET_KEYS"] = ("another key", *old)
        assert abuse_protection_forms.opened_at(nonce) == NOW
        assert abuse_protection_forms.opened_at(abuse_protection_forms.nonce_of(NOW)) == NOW
        own_app.config["SECRET_KEYS"] = ("another key",)
        assert abuse_protection_forms.opened_at(nonce) is None


def test_one_site_is_one_budget() -> None:
    """T06: 65,536 networks of one customer are one."""
    assert site_of(network_of("192.0.2.7")) == "192.0.2.0/24"
    assert site_of(network_of("2001:db8:7:99::1")) == "2001:db8:7::/48"
    assert site_of(network_of(None)) == "unknown"


def test_a_network_that_sends_too_much_is_told_so_and_others_are_not(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T08, T32: known and unknown addresses are refused alike (T09), and nothing typed is lost."""
    monkeypatch.setattr(abuse_protection_forms, "SHORTEST_TIME", timedelta(0))
    allow_forms(monkeypatch, app, 2)
    for name in ("anna", "bert"):
        assert send(client, name).status == 200
    refused = [send(client, name, "192.0.2.99") for name in ("anna", "carl")]
    assert [page.status for page in refused] == [422, 422]
    assert "sehr viele Anmeldungen" in refused[0].text
    texts = [page.text for page in refused]
    assert texts[0] == texts[1]
    assert refused[1].values(refused[1].form())["email"] == "carl@example.org"
    assert people(app) == 2
    assert send(client, "carl", "198.51.100.7").status == 200


def test_a_fast_form_is_sent_again_and_passes(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a flood of fast forms is asked twice, and the second try always passes."""
    allow_forms(monkeypatch, app, 1)
    assert send(client, "anna").status == 200
    page = send(client, "bert")
    assert page.status == 422
    assert "innerhalb von zwei Sekunden" in page.text
    assert people(app) == 1
    assert page.send().heading == "Bitte per E-Mail bestätigen"
    assert people(app) == 2


def test_a_filled_honeypot_is_emptied_and_costs_nothing_typed(app: Flask, client: FlaskClient) -> None:
    """T08: nobody sees the field; it is no field for screen readers, the keyboard or the browser's memory."""
    page = send(client, "anna", comment_url="https://casino.example")
    assert page.status == 422
    field = page.tree.xpath("//input[@name='comment_url']")[0]
    assert (field.get("tabindex"), field.get("autocomplete"), field.get("value")) == ("-1", "off", "")
    assert field.getparent().get("aria-hidden") == "true"
    assert people(app) == 0
    assert page.send().heading == "Bitte per E-Mail bestätigen"
    assert people(app) == 1


def test_codes_are_not_guessed(
    app: Flask, client: FlaskClient, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T31: right ones cost nothing; when the tries are used up, also a right one is not told from a wrong one."""
    with app.app_context(), transaction() as session:
        facts = QuotaFacts("Gäste", QuotaEffect.RESERVE, Aim(QuotaTarget.CODE, code="Sommer-27"), 9)
        add_quota(session, day, facts, PARTICIPANT, NOW)
    at_most(monkeypatch, "WRONG_CODES_PER_NETWORK", 2)
    for name in ("anna", "bert", "carl"):
        assert send(client, name, code="sommer-27").status == 200
    tries = [send(client, "dora", code=code) for code in ("Winter-27", "Herbst-27", "Sommer-27", "Winter-27")]
    assert [page.status for page in tries] == [422] * 4
    assert ["kennen wir nicht" in page.text for page in tries] == [True, True, False, False]
    assert tries[2].text == tries[3].text.replace("Winter-27", "Sommer-27")
    assert people(app) == 3
    assert send(client, "dora").status == 200
    assert send(client, "emil", "198.51.100.7", code="Sommer-27").status == 200


def test_groups_of_one_network_hold_so_many_seats_of_a_day(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T32"""
    at_most(monkeypatch, "GROUP_SEATS_PER_NETWORK_AND_DAY", 3)

    def group(name: str, rows: int, network: str = "192.0.2.7") -> Page:
        client.environ_base["REMOTE_ADDR"] = network
        facts = {**CONTACT, "email": f"{name}@example.org"}
        for row in range(rows):
            facts |= {f"rows-{row}-given_name": "Gero", f"rows-{row}-family_name": "Muster"}
            facts[f"rows-{row}-email"] = f"{name}-{row}@example.org"
        return Visitor(client).get(f"{REGISTER}/group").send(button="Gruppe anmelden", **facts)

    assert [group("rosa", 2).status, group("ute", 2).status, group("ute", 1).status] == [200, 422, 200]
    assert people(app) == 3
    assert group("vera", 2, "198.51.100.7").status == 200


@pytest.mark.long
def test_a_real_person_gets_a_seat_after_the_hold_time(app: Flask, client: FlaskClient) -> None:
    """T32: junk holds every seat for an hour, then the day is free again."""
    for number in range(42):
        send(client, f"muell{number}", f"10.{number}.0.1")
    assert "Alle Plätze sind vergeben" in Visitor(client).get(REGISTER).text
    with app.app_context():
        expire_holds(now() + HOUR + timedelta(minutes=1))
    assert "Alle Plätze sind vergeben" not in Visitor(client).get(REGISTER).text
    send(client, "anna", "198.51.100.7")
    link = link_in(mailbox(app).newest("anna@example.org"))
    assert Visitor(client).get(link).send(button="Anmeldung bestätigen").heading == "Sie sind angemeldet"


def test_that_was_not_me(app: Flask, client: FlaskClient) -> None:
    """T07, T08, T09: opening the page does nothing; pressing frees the seat, and the address hears nothing more."""
    sent = send(client, "opfer")
    mail = mailbox(app).newest("opfer@example.org")
    assert link_in(mail, "/my/") + "/not-me" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    page = Visitor(client).get(link_in(mail) + "/not-me")
    assert page.heading == "Sie haben sich nicht angemeldet?"
    with app.app_context():
        assert db.session.scalars(select(Registration.status)).all() == [Status.UNCONFIRMED]
    done = page.send()
    assert done.heading == "Sie bekommen keine solche E-Mail mehr"
    assert "opfer" not in done.address + done.response.text
    assert page.send().heading == done.heading
    again = send(client, "opfer", email="OPFER+Gewinn@example.org")
    assert again.response.text.replace("OPFER+Gewinn@", "opfer@") == sent.response.text
    assert len(mailbox(app).deliver()) == 1
    with app.app_context():
        assert db.session.scalars(select(Event.taken)).all() == [1]
        assert count_suppressed(db.session()) == 1
        names = db.session.scalars(select(Budget.bucket).where(Budget.bucket.contains("opfer"))).all()
        assert names == []


def test_that_is_not_my_group(app: Flask, client: FlaskClient) -> None:
    """T08: the seats of all rows are free again."""
    facts = {**CONTACT, "email": "opfer@example.org", "rows-0-given_name": "Gero"}
    facts |= {"rows-0-family_name": "Muster", "rows-0-email": "gero@example.org"}
    Visitor(client).get(f"{REGISTER}/group").send(button="Gruppe anmelden", **facts)
    link = link_in(mailbox(app).newest("opfer@example.org"), "/group/")
    page = Visitor(client).get(link).follow("Das war ich nicht")
    assert page.send().heading == "Sie bekommen keine solche E-Mail mehr"
    with app.app_context():
        assert db.session.scalars(select(Event.taken)).all() == [0]
        assert db.session.scalars(select(Registration.status)).all() == [Status.CANCELLED]
    send(client, "opfer")
    assert len(mailbox(app).deliver()) == 1


def test_who_takes_part_still_gets_the_link(app: Flask, client: FlaskClient) -> None:
    """An address may be silenced because of other people's tries; its own registration is not touched."""
    send(client, "anna")
    link = link_in(mailbox(app).newest("anna@example.org"))
    Visitor(client).get(link).send(button="Anmeldung bestätigen")
    with app.app_context(), transaction() as session:
        suppress(session, "Anna@example.org", None, now())
        suppress(session, "anna@example.org", None, now())
    told = len(mailbox(app).deliver())
    for _ in range(5):
        send(client, "anna")
        mailbox(app).deliver()
    assert len(mailbox(app).deliver()) == told + 3
    assert Visitor(client).get(link + "/not-me").heading == "Sie sind angemeldet"


@pytest.mark.sqlite_only
def test_an_administrator_puts_addresses_on_the_list_and_takes_them_off(
    app: Flask, client: FlaskClient
) -> None:
    an_organiser(app, "leitung@example.org", is_admin=True)
    admin = signed_in(app, "leitung@example.org")
    page = Visitor(admin).get("/organise/").follow("Adressen ohne E-Mails")
    assert "Keine Adresse steht auf der Liste" in page.text
    assert page.send(email="keine").status == 422
    page = page.send(email="Opfer@example.org")
    assert "1 Adresse steht auf der Liste" in page.text
    assert "opfer" not in page.response.text.lower()
    send(client, "opfer")
    assert mailbox(app).deliver() == []
    assert "Keine Adresse steht" in page.send(email="opfer@example.org", wish="allow").text
    send(client, "opfer")
    assert [str(mail["To"]) for mail in mailbox(app).deliver()] == ["opfer@example.org"]
    with app.app_context(), transaction() as session:
        allow(session, "nie@example.org", 1, now())
        assert count_suppressed(session) == 0
