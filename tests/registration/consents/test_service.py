# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Consents are asked one by one, unticked, in words that are kept, and withdrawn with one press (DP-03, DP-08)."""

import sqlite3
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, select

from app.clock import now
from app.refusal import fingerprint
from app.registration.consents.models import Consent, ConsentSource, Purpose
from app.registration.consents.records import consents_of, count_consents, write_down
from app.registration.consents.service import ask_for
from app.registration.models import Registration
from app.store.engines import face_of
from app.web.database import db, transaction
from tests.factories.consents import EVERYWHERE
from tests.factories.days import make_event, make_programme
from tests.mailbox import link_in, mailbox
from tests.organising.helpers import a_day, signs_up
from tests.pages import Page, Visitor
from tests.people.helpers import signed_in
from tests.registration.steps import ORGANISER, open_day

DAY = "/events/musterfachtag"
PERSON = {
    "given_name": "Ella",
    "family_name": "Muster",
    "email": "ella@example.org",
    "organisation": "Stadt Musterstadt",
}


@pytest.fixture
def asks(app: Flask) -> int:
    """A day that asks for two of the four."""
    with app.app_context(), transaction() as session:
        event = make_event(session)
        make_programme(session, event)
        ask_for(
            session, event.id, {Purpose.LIST, Purpose.PRESS}, fingerprint(event.consents), ORGANISER, now()
        )
        return event.id


def confirmed(app: Flask, client: FlaskClient, **ticked: str) -> Page:
    Visitor(client).get(f"{DAY}/register").send(**PERSON, **ticked)
    link = link_in(mailbox(app).newest("ella@example.org"))
    return Visitor(client).get(link).send(button="Anmeldung bestätigen")


def _token(page: Page) -> str:
    return str(page.soup.select_one("input[name=csrf_token]")["value"])


def stored(app: Flask) -> list[tuple[Purpose, ConsentSource, bool]]:
    with app.app_context():
        found = db.session.scalars(select(Consent).order_by(Consent.id)).all()
        return [(one.purpose, one.source, one.withdrawn_at is None) for one in found]


def test_the_boxes_are_there_unticked_and_registering_depends_on_none(
    app: Flask, client: FlaskClient, asks: int
) -> None:
    form = Visitor(client).get(f"{DAY}/register")
    boxes = [one for one in form.soup.select("input[type=checkbox]") if one["name"].startswith("consent-")]
    assert [(one["name"], one.has_attr("checked"), one.has_attr("required")) for one in boxes] == [
        ("consent-list", False, False),
        ("consent-press", False, False),
    ]
    page = confirmed(app, client)
    assert page.heading == "Sie sind angemeldet"
    assert page.text.count("Sie haben nicht eingewilligt.") == 2
    assert stored(app) == []


def test_given_in_the_form_withdrawn_and_given_again_on_the_page(
    app: Flask, client: FlaskClient, asks: int
) -> None:
    page = confirmed(app, client, **{"consent-list": "y", "consent-next-day": "y"})
    assert stored(app) == [(Purpose.LIST, ConsentSource.FORM, True)]  # what nobody asked for is not taken
    with app.app_context():
        one = db.session.scalars(select(Consent)).one()
        assert one.words.startswith("Mein Name und meine Organisation dürfen in der Liste stehen")
        assert (one.text_version, count_consents(db.session(), asks)) == (1, {Purpose.LIST: 1})
    page = page.send(button="Widerrufen")
    assert stored(app) == [(Purpose.LIST, ConsentSource.FORM, False)]
    client.post(f"{page.address}/consents/list/agree", data={"csrf_token": _token(page)})
    page = Visitor(client).get(page.address)
    assert stored(app) == [
        (Purpose.LIST, ConsentSource.FORM, False),
        (Purpose.LIST, ConsentSource.PAGE, True),
    ]
    data = page.follow("Meine Daten")
    assert data.text.count("Sie haben eingewilligt in") == 2


def test_a_form_that_comes_back_keeps_the_tick(client: FlaskClient, asks: int) -> None:
    form = Visitor(client).get(f"{DAY}/register")
    again = form.send(**{**PERSON, "email": "keine-adresse", "consent-press": "y"})
    assert again.status == 422
    assert again.soup.select_one("input[name=consent-press]").has_attr("checked")
    assert not again.soup.select_one("input[name=consent-list]").has_attr("checked")


def test_only_what_is_asked_can_be_agreed_to_and_only_by_the_person(
    app: Flask, client: FlaskClient, asks: int
) -> None:
    page = confirmed(app, client)
    token = _token(page)
    for address in ("next-day/agree", "nichts/agree", "list/vielleicht"):
        answer = client.post(f"{page.address}/consents/{address}", data={"csrf_token": token})
        assert answer.status_code == 404, address
    assert client.post("/my/falsch/consents/list/agree", data={"csrf_token": token}).status_code == 404
    assert stored(app) == []


@pytest.mark.sqlite_only
def test_who_leaves_between_reading_and_writing_is_told_so(
    app: Flask, client: FlaskClient, asks: int
) -> None:
    """Another tab cancels just before this one's transaction begins: a sentence, and no fault of ours."""
    page = confirmed(app, client)
    with app.app_context():
        writing = face_of(db.engine, writes=True)

    def leave(_connection: Connection) -> None:
        with closing(sqlite3.connect(str(writing.url.database), isolation_level=None)) as other:
            other.execute("UPDATE registration SET status = 'cancelled', has_seat = 0")

    event.listen(writing, "begin", leave, insert=True)
    try:
        answer = client.post(f"{page.address}/consents/list/agree", data={"csrf_token": _token(page)})
    finally:
        event.remove(writing, "begin", leave)
    assert answer.status_code == 409
    assert "Diese Anmeldung ist bereits aufgehoben." in answer.text
    assert stored(app) == []


def test_who_leaves_agrees_to_nothing_any_more(app: Flask) -> None:
    with app.app_context():
        day = open_day()
        day.join("anna")
        with day.step() as session:
            ask_for(session, day.event_id, EVERYWHERE, fingerprint(""), ORGANISER, day.now)
            anna = session.get_one(Registration, day.ids["anna"])
            session.add(
                Consent(
                    registration_id=anna.id,
                    purpose=Purpose.LIST,
                    words="Ja",
                    text_version=1,
                    source=ConsentSource.PAGE,
                    given_at=day.now,
                )
            )
        day.substitute("anna", "berta")
        assert consents_of(db.session(), day.ids["anna"]) == []
        assert consents_of(db.session(), day.ids["berta"]) == []


def test_who_leaves_agrees_to_nothing_even_if_it_is_not_asked_any_more(app: Flask) -> None:
    with app.app_context():
        day = open_day()
        day.join("anna")
        with day.step() as session:
            ask_for(session, day.event_id, {Purpose.PRESS}, fingerprint(""), ORGANISER, day.now)
            anna = session.get_one(Registration, day.ids["anna"])
            write_down(session, anna, {Purpose.PRESS: "Ja."}, ConsentSource.PAGE, day.now)
            ask_for(session, day.event_id, set(), fingerprint("press"), ORGANISER, day.now)
        assert len(consents_of(db.session(), day.ids["anna"])) == 1
        day.cancel("anna")
        assert consents_of(db.session(), day.ids["anna"]) == []


def test_the_team_chooses_what_is_asked(app: Flask) -> None:
    day = a_day(app)
    otto = Visitor(signed_in(app, "otto@example.org"))
    overview = otto.get(f"{day.home}/questions")
    assert "Das Formular fragt noch nach keiner Einwilligung" in overview.text
    page = otto.get(f"{day.home}/questions/consents").send(**{"consent-documentation": "y"})
    assert "Fotos für die Dokumentation" in page.text
    signs_up(app, day)
    public = app.test_client().get(f"/events/{day.slug}/register").get_data(as_text=True)
    assert 'name="consent-documentation"' in public
    assert 'name="consent-list"' not in public
    vera = Visitor(signed_in(app, "vera@example.org"))
    assert vera.get(f"{day.home}/questions/consents").status == 403
