# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The same form again: unchanged it is a double click, corrected it is what counts from now on (F02, F31)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.clock import now
from app.organising.checks import data_findings
from app.outbox.models import Message
from app.outbox.rules import State
from app.registration.models import Group, Registration
from app.registration.rules import Status
from app.registration.workshops.models import Place
from app.web.database import db, transaction
from tests.factories.days import make_event, make_programme
from tests.mailbox import link_in, mailbox
from tests.pages import Page, Visitor

REGISTER = "/events/musterfachtag/register"
CORA = {
    "given_name": "Cora",
    "family_name": "Beispiel",
    "email": "cora@exampel.org",
    "organisation": "Stadt Musterstadt",
    "role_title": "Beratung",
}


@pytest.fixture
def runs(app: Flask) -> dict[str, int]:
    """A day with two seats; ids of its runs by label."""
    with app.app_context(), transaction() as session:
        programme = make_programme(session, make_event(session, capacity=2))
        return {label: run.id for label, run in programme.runs.items()} | {
            f"round{one.number}": one.id for one in programme.rounds
        }


def everybody(app: Flask) -> list[tuple[str, Status, bool]]:
    with app.app_context():
        found = db.session.scalars(select(Registration).order_by(Registration.id))
        return [(one.email, one.status, one.has_seat) for one in found]


def form_of(client: FlaskClient) -> Page:
    return Visitor(client).get(REGISTER)


@pytest.mark.usefixtures("runs")
def test_the_same_content_is_a_double_click(app: Flask, client: FlaskClient) -> None:
    form = form_of(client)
    pages = [form.send(**CORA) for _ in range(2)]
    assert [page.heading for page in pages] == ["Bitte per E-Mail bestätigen"] * 2
    assert everybody(app) == [("cora@exampel.org", Status.UNCONFIRMED, True)]


def test_a_corrected_address_gets_the_mail_and_the_seat(
    app: Flask, client: FlaskClient, runs: dict[str, int]
) -> None:
    """Back, correct, send: only the right address is stored, its mail says so, and the stranger's link is gone."""
    form = form_of(client)
    first = {f"round-{runs['round1']}": str(runs["1.1"])}
    page = form.send(**CORA, **first)
    assert "cora@exampel.org" in page.text
    wrong = link_in(mailbox(app).newest("cora@exampel.org"))
    second = {f"round-{runs['round1']}": str(runs["1.2"])}
    page = form.send(**{**CORA, "email": "cora@example.org"}, **second)
    assert (page.heading, "cora@example.org" in page.text) == ("Bitte per E-Mail bestätigen", True)
    assert everybody(app) == [("cora@example.org", Status.UNCONFIRMED, True)]
    right = link_in(mailbox(app).newest("cora@example.org"))
    assert Visitor(client).get(wrong).status == 404
    page = Visitor(client).get(right).send(button="Anmeldung bestätigen")
    assert page.heading == "Sie sind angemeldet"
    with app.app_context():
        assert db.session.scalars(select(Place.run_id)).all() == [runs["1.2"]]
        assert list(data_findings(db.session(), now())) == []


@pytest.mark.usefixtures("runs")
def test_a_mail_that_waits_for_the_wrong_address_does_not_leave(app: Flask, client: FlaskClient) -> None:
    form = form_of(client)
    form.send(**CORA)
    form.send(**{**CORA, "email": "cora@example.org"})
    with app.app_context():
        found = select(Message.recipient, Message.state).order_by(Message.id)
        assert [tuple(one) for one in db.session.execute(found)] == [("cora@example.org", State.QUEUED)]


@pytest.mark.usefixtures("runs")
def test_another_organisation_with_the_same_address_is_stored(app: Flask, client: FlaskClient) -> None:
    form = form_of(client)
    form.send(**CORA)
    form.send(**{**CORA, "organisation": "Kreis Musterau"})
    with app.app_context():
        one = db.session.scalars(select(Registration)).one()
        assert (one.organisation.name, one.status) == ("Kreis Musterau", Status.UNCONFIRMED)


@pytest.mark.usefixtures("runs")
def test_who_waits_keeps_the_number(app: Flask, client: FlaskClient) -> None:
    """A correction is no punishment: not the last place in line, and no seat for who stands behind."""
    forms = []
    for name in ("anna", "ben", "cora", "dora"):
        forms.append(form_of(app.test_client()))
        forms[-1].send(**{**CORA, "email": f"{name}@example.org"})
    forms[0].send(**{**CORA, "email": "anna.neu@example.org"})
    forms[2].send(**{**CORA, "email": "cora.neu@example.org"})
    with app.app_context():
        numbers = {
            one.email.partition("@")[0]: (one.has_seat, one.waiting_number)
            for one in db.session.scalars(select(Registration))
        }
        assert list(data_findings(db.session(), now())) == []
    assert numbers == {
        "anna.neu": (True, None),
        "ben": (True, None),
        "cora.neu": (False, 1),
        "dora": (False, 2),
    }


@pytest.mark.usefixtures("runs")
def test_what_was_confirmed_is_not_touched_any_more(app: Flask, client: FlaskClient) -> None:
    """Then the form is a new one: somebody else registers from the same page."""
    form = form_of(client)
    form.send(**{**CORA, "email": "anna@example.org"})
    link = link_in(mailbox(app).newest("anna@example.org"))
    Visitor(client).get(link).send(button="Anmeldung bestätigen")
    form.send(**{**CORA, "email": "ben@example.org"})
    assert [(email, status.value) for email, status, _ in everybody(app)] == [
        ("anna@example.org", "registered"),
        ("ben@example.org", "unconfirmed"),
    ]


@pytest.mark.usefixtures("runs")
def test_a_correction_to_a_known_address_looks_like_any_other(app: Flask, client: FlaskClient) -> None:
    """T09: the page says the same; the slip is gone, and who is known gets the link."""
    other = app.test_client()
    form_of(other).send(**{**CORA, "email": "anna@example.org"})
    Visitor(other).get(link_in(mailbox(app).newest("anna@example.org"))).send(button="Anmeldung bestätigen")
    form = form_of(client)
    form.send(**CORA)
    known = form.send(**{**CORA, "email": "anna@example.org"})
    form = form_of(client)
    form.send(**CORA)
    new = form.send(**{**CORA, "email": "berta@example.org"})
    assert known.text.replace("anna", "berta") == new.text
    assert [email for email, _, _ in everybody(app)] == ["anna@example.org", "berta@example.org"]


@pytest.mark.usefixtures("runs")
def test_a_seat_that_a_correction_to_a_known_address_frees_goes_on(app: Flask, client: FlaskClient) -> None:
    """Who is known needs none, so the first in line gets it."""
    others = {name: app.test_client() for name in ("anna", "dora")}
    form_of(others["anna"]).send(**{**CORA, "email": "anna@example.org"})
    Visitor(others["anna"]).get(link_in(mailbox(app).newest("anna@example.org"))).send(
        button="Anmeldung bestätigen"
    )
    form = form_of(client)
    form.send(**CORA)
    form_of(others["dora"]).send(**{**CORA, "email": "dora@example.org"})
    Visitor(others["dora"]).get(link_in(mailbox(app).newest("dora@example.org"))).send(
        button="Anmeldung bestätigen"
    )
    assert everybody(app)[-1] == ("dora@example.org", Status.WAITING, False)
    form.send(**{**CORA, "email": "anna@example.org"})
    assert everybody(app) == [
        ("anna@example.org", Status.REGISTERED, True),
        ("dora@example.org", Status.REGISTERED, True),
    ]


@pytest.mark.usefixtures("runs")
def test_the_address_is_said_once(app: Flask, client: FlaskClient) -> None:
    """It stands in no address, and who comes next at this browser does not read it."""
    page = form_of(client).send(**CORA)
    assert ("cora@exampel.org" in page.text, "cora" in page.address) == (True, False)
    assert "cora@exampel.org" not in Visitor(client).get(page.address).text


@pytest.mark.usefixtures("runs")
def test_a_corrected_group_takes_the_place_of_the_first(app: Flask, client: FlaskClient) -> None:
    form = Visitor(client).get(f"{REGISTER}/group")
    rows = {
        "given_name": "Gül",
        "family_name": "Gruppe",
        "organisation": "Stadt Musterstadt",
        "rows-0-given_name": "Anna",
        "rows-0-family_name": "Beispiel",
        "rows-0-email": "anna@example.org",
    }
    form.send(**rows, email="guel@exampel.org")
    page = form.send(**rows, email="guel@example.org")
    assert "guel@example.org" in page.text
    with app.app_context():
        assert db.session.scalars(select(Group.email)).all() == ["guel@example.org"]
        assert list(data_findings(db.session(), now())) == []
    assert everybody(app) == [("anna@example.org", Status.UNCONFIRMED, True)]
