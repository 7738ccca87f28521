# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The contact person's way: rows without JavaScript, one mail, one button, the own group and nothing else (DP-16, T02)."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.clock import now
from app.outbox.rules import QUIET
from app.outbox.worker import Worker
from app.registration.models import Registration
from app.registration.rules import Status
from app.web.database import db, transaction
from tests.factories.days import make_event
from tests.mailbox import calendar_of, link_in, mailbox, text_of
from tests.pages import Page, Visitor
from tests.people.helpers import an_organiser, signed_in

pytestmark = pytest.mark.sqlite_only

ADDRESS = "/events/musterfachtag/register/group"
CONTACT = {
    "given_name": "Svenja",
    "family_name": "Demohaus",
    "email": "svenja@example.org",
    "organisation": "Kreis Musterstadt",
}


def row(number: int, name: str, **changes: str) -> dict[str, str]:
    typed = {"given_name": name, "family_name": "Muster", "email": f"{name.lower()}@example.org"}
    return {f"rows-{number}-{field}": value for field, value in {**typed, **changes}.items()}


def press(page: Page, button: str, **values: Any) -> Page:
    """One of the buttons that send the form without entering anything."""
    return page.send(**{**values, button: "1"})


@pytest.fixture
def page(app: Flask, client: FlaskClient) -> Page:
    with app.app_context(), transaction() as session:
        make_event(session, capacity=4)
    return (
        Visitor(client).get("/events/musterfachtag/register").follow("Mehrere Personen auf einmal anmelden")
    )


def statuses(app: Flask) -> dict[str, Status]:
    with app.app_context():
        return {one.email: one.status for one in db.session.query(Registration)}


def a_group(app: Flask, page: Page, *names: str) -> Page:
    """The page behind the link, confirmed."""
    rows: dict[str, str] = {}
    for number, name in enumerate(names):
        rows |= row(number, name)
    page.send(**CONTACT, **rows)
    link = link_in(mailbox(app).newest(CONTACT["email"]), "/group/")
    return page.visitor.get(link).send(button="Gruppe bestätigen")


def test_rows_come_and_go_and_nothing_typed_is_lost(page: Page) -> None:
    page = press(page, "add-row", **CONTACT, **row(0, "Anna"), **row(1, "Ben"), takes_part="y")
    assert page.status == 200
    form = page.values(page.form(button="Gruppe anmelden"))
    assert {name: form[name] for name in CONTACT} == CONTACT
    assert (form["rows-1-given_name"], form["rows-2-given_name"], form["takes_part"]) == ("Ben", "", "y")
    form = press(page, "remove-row-0").values(press(page, "remove-row-0").form(button="Gruppe anmelden"))
    assert (form["rows-0-given_name"], form["rows-1-given_name"]) == ("Ben", "")
    assert form["nonce"] == page.values(page.form(button="Gruppe anmelden"))["nonce"]


def test_one_row_is_wrong_at_first(app: Flask, page: Page) -> None:
    """The sentence stands at the field of that row; three colleagues are told after the button, by whom."""
    page = press(page, "add-row")
    page = page.send(**CONTACT, **row(0, "Anna"), **row(1, "Ben", email="ben@"), **row(2, "Cem"))
    assert (page.status, list(page.errors())) == (422, ["rows-1-email"])
    page = page.send(**{"rows-1-email": "anna@example.org"})
    assert page.errors() == {"rows-1-email": "Diese Adresse steht zweimal im Formular."}
    assert (page.status, page.title.startswith("Fehler: ")) == (422, True)
    summary = page.soup.select_one(".error-summary[autofocus] a")
    assert summary is not None
    assert (summary["href"], summary.get_text()) == (
        "#f-rows-1-email",
        "Person 2, E-Mail-Adresse: Diese Adresse steht zweimal im Formular.",
    )
    page = page.send(**{"rows-1-email": "ben@example.org"})
    assert page.heading == "Bitte per E-Mail bestätigen"
    asked = mailbox(app).newest(CONTACT["email"])
    assert not any(
        word in asked["Subject"] + text_of(asked) for word in ("Anna", "Svenja", "Kreis Musterstadt")
    )
    assert set(statuses(app).values()) == {Status.UNCONFIRMED}
    page = page.visitor.get(link_in(asked, "/group/"))
    assert page.heading == "Bitte bestätigen Sie Ihre Gruppe"
    page = page.send(button="Gruppe bestätigen")
    assert (page.heading, set(statuses(app).values())) == ("Ihre Gruppe", {Status.REGISTERED})
    told = mailbox(app).newest("ben@example.org")
    assert "Svenja Demohaus hat Sie zu diesem Tag angemeldet" in text_of(told)
    assert (calendar_of(told) or ("",))[0] == "REQUEST"


def test_an_empty_form_and_too_many_rows(page: Page) -> None:
    assert "mindestens eine Person" in page.send(**CONTACT).text
    many: dict[str, str] = {}
    for number in range(20):
        many |= row(number, f"Name{'abcdefghijklmnopqrst'[number]}")
    page = page.send(**CONTACT, **many, takes_part="y")
    assert page.status == 422
    assert "höchstens 20 Personen" in page.text
    assert "Weitere Person hinzufügen" not in page.text


def test_the_contact_cares_for_the_own_group(app: Flask, page: Page) -> None:
    """No answers, no personal links; cancelling asks first; a colleague gets the link again."""
    group = a_group(app, page, "Anna", "Ben")
    assert "/my/" not in group.response.get_data(as_text=True)
    more = group.follow("Person hinzufügen")
    assert more.send(given_name="Cem", family_name="Muster", email="nichts").status == 422
    group = more.send(given_name="Cem", family_name="Muster", email="cem@example.org")
    assert statuses(app)["cem@example.org"] is Status.REGISTERED
    asked = group.follow("Abmelden: Anna")
    assert asked.heading == "Anna Muster abmelden?"
    group = asked.send()
    assert statuses(app)["anna@example.org"] is Status.CANCELLED
    group = group.follow("Vertretung nennen: Ben").send(
        given_name="Ella", family_name="Muster", email="ella@example.org"
    )
    assert (statuses(app)["ben@example.org"], statuses(app)["ella@example.org"]) == (
        Status.CANCELLED,
        Status.REGISTERED,
    )
    before = len(mailbox(app).deliver())
    action = next(
        one["action"] for one in group.soup.find_all("form") if str(one["action"]).endswith("/link")
    )
    assert group.send(action=str(action)).heading == "Ihre Gruppe"
    assert len(mailbox(app).deliver()) == before + 1


def test_links_open_one_group_and_nothing_else(app: Flask, page: Page) -> None:
    """T03: a personal link opens no group, a group's link no registration; a withdrawn one is gone."""
    group = a_group(app, page, "Anna")
    token = group.address.rpartition("/")[2]
    personal = link_in(mailbox(app).newest("anna@example.org")).rpartition("/")[2]
    get = page.visitor.get
    assert (get(f"/group/{personal}").status, get(f"/my/{token}").status) == (404, 404)
    assert get(f"/group/{token}/AAAA-AAAA/cancel").status == 404
    assert group.send(button="Neuer Link zur Gruppe").heading == "Ihre Gruppe"
    assert get(f"/group/{token}").status == 410


def test_known_and_unknown_addresses_look_the_same(app: Flask, page: Page) -> None:
    """T09: on the page after sending, and in the group."""
    visitor = page.visitor
    single = visitor.get("/events/musterfachtag/register")
    single.send(**{**CONTACT, "email": "xenia@example.org"})
    visitor.get(link_in(mailbox(app).newest("xenia@example.org"))).send(button="Anmeldung bestätigen")
    group = a_group(app, page, "Xenia", "Anna")
    blocks = [one.get_text(" ", strip=True) for one in group.soup.find_all("section", class_="form-group")]
    assert (
        sorted(one.replace("Xenia", "N").replace("Anna", "N") for one in blocks)
        == [blocks[0].replace("Anna", "N")] * 2
    )


def test_the_team_keeps_seats_for_an_organisation(app: Flask, page: Page) -> None:
    an_organiser(app, "lea@example.org", is_admin=True)
    browser = Visitor(signed_in(app, "lea@example.org"))
    form = browser.get("/organise/events/musterfachtag/registrations").follow("Gruppen")
    form = form.follow("Plätze für eine Organisation freihalten")
    refused = form.send(**CONTACT, seats="9", until="2031-03-01")
    assert refused.status == 422
    assert "Jetzt frei: 4." in refused.text
    listing = refused.send(seats="2").send()
    assert "2 von 2" in listing.text
    Worker(app, clock=lambda: now() + QUIET).deliver()
    group = page.visitor.get(link_in(mailbox(app).newest(CONTACT["email"]), "/group/"))
    assert group.text.count("Platz ohne Namen") >= 2
    named = group.follow("Person hinzufügen")
    assert "2 Plätze sind für Sie freigehalten" in named.text
    named.send(given_name="Cem", family_name="Muster", email="cem@example.org")
    people = browser.get("/organise/events/musterfachtag/registrations")
    assert "Gruppe von Svenja Demohaus" in people.text
    person = people.follow("Platz ohne Namen")
    assert person.status == 200
    person.follow("Platz zurückgeben").send(note="")
    assert (
        "Gruppe von" in browser.get("/organise/events/musterfachtag/registrations").follow("Muster, Cem").text
    )
