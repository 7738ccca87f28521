# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisers' page of seats and quotas, and where the line is explained to them."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.events.models import Event, Quota
from app.events.rules import QuotaEffect, QuotaTarget
from app.people.models import AuditEntry
from app.people.rules import Role
from app.registration.history import PARTICIPANT
from app.registration.models import Registration
from app.registration.rules import Status
from app.registration.service import cancel, confirm, register
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.factories.organising import a_day, somebody
from tests.pages import Page, Visitor
from tests.registration.steps import KI, OFFICE, Entry, add_organisations, person

HOME = "/organise/events/musterfachtag"
QUOTAS = f"{HOME}/quotas"
FILLED = {
    "name": "Aus den KIs",
    "effect": "reserve",
    "target": "kind",
    "organisation_kind": "ki",
    "seats": "2",
}


def lead(app: Flask, event_id: int, role: Role = Role.LEAD) -> Visitor:
    with app.app_context():
        add_organisations()
    return somebody(app, "aylin@example.org", event_id, role)


def joins(app: Flask, event_id: int, name: str, organisation: str = "Stadt Musterstadt") -> None:
    with app.app_context(), transaction() as session:
        entry = Entry(person(name, organisation=organisation), f"nonce-{name}-0123456789")
        confirm(session, register(session, event_id, entry, NOW).id, NOW)


def statuses(app: Flask) -> dict[str, str]:
    with app.app_context():
        found = db.session.scalars(select(Registration).order_by(Registration.id))
        return {one.given_name: one.status.value for one in found}


def quota(app: Flask) -> Quota:
    with app.app_context():
        found = db.session.scalars(select(Quota)).one()
        db.session.expunge(found)
        return found


def table(page: Page) -> list[list[str]]:
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in page.soup.select("tbody tr")
    ]


@pytest.mark.parametrize("page", ["quotas", "groups", "doubles", "figures", "workshops", "registrations/new"])
def test_pages_about_people_belong_to_the_tab_of_the_registrations(app: Flask, page: str) -> None:
    visitor = lead(app, a_day(app)[0])
    marked = visitor.get(f"{HOME}/{page}").soup.select("nav.tabs a[aria-current]")
    assert [one.get_text(strip=True) for one in marked] == ["Anmeldungen"]


def test_a_quota_is_added_changed_and_removed_with_a_question(app: Flask) -> None:
    event_id, _ = a_day(app, capacity=3)
    visitor = lead(app, event_id)
    page = visitor.get(QUOTAS)
    assert "Es gibt noch keine Kontingente" in page.text
    page = page.follow("Kontingent hinzufügen").send(
        **FILLED, release_date="01.02.2031", release_time="12:00"
    )
    assert (page.status, page.address) == (200, QUOTAS)
    assert table(page) == [
        [
            "Aus den KIs Kommunales Integrationszentrum",
            "Plätze dafür freihalten",
            "2",
            "0",
            "0",
            "01.02.2031, 12:00 Uhr",
        ]
    ]
    made = quota(app)
    assert (made.effect, made.target, made.code_key) == (QuotaEffect.RESERVE, QuotaTarget.KIND, None)
    page = page.follow("Aus den KIs").send(seats="3", release_date="", release_time="")
    assert [row[2:] for row in table(page)] == [["3", "0", "0", "nie"]]
    page = page.follow("Aus den KIs").follow("Dieses Kontingent entfernen")
    assert page.heading == "„Aus den KIs“ entfernen?"
    assert quota(app).capacity == 3
    page = page.send()
    assert "Es gibt noch keine Kontingente" in page.text
    with app.app_context():
        actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert list(actions)[-3:] == ["quota.add", "quota.change", "quota.remove"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"seats": ""}, "seats"),
        ({"seats": str(2**63)}, "seats"),
        ({"organisation_kind": ""}, "organisation_kind"),
        ({"target": "district"}, "district"),
        ({"target": "organisation"}, "organisation_id"),
        ({"target": "organisation", "organisation_id": "9999"}, "organisation_id"),
        ({"target": "code"}, "code"),
        ({"target": "code", "code": "kurz"}, "code"),
        ({"target": "code", "code": "mit Leerzeichen"}, "code"),
        ({"target": "alle"}, "target"),
        ({"effect": "both"}, "effect"),
        ({"effect": "cap", "release_date": "2031-02-01"}, "release_date"),
        ({"release_time": "12:00"}, "release_date"),
        ({"release_date": "31.02.2031"}, "release_date"),
    ],
)
def test_a_refused_quota_keeps_what_was_typed(app: Flask, typed: dict[str, str], field: str) -> None:
    """A11Y-06"""
    event_id, _ = a_day(app)
    page = lead(app, event_id).get(f"{QUOTAS}/new").send(**{**FILLED, "name": "Bleibt stehen", **typed})
    assert page.status == 422
    assert list(page.errors()) == [field]
    kept = page.values(page.form())
    assert kept["name"] == typed.get("name", "Bleibt stehen")
    with app.app_context():
        assert db.session.scalars(select(Quota)).all() == []


def test_every_target_can_be_chosen(app: Flask) -> None:
    event_id, _ = a_day(app)
    visitor = lead(app, event_id)
    with app.app_context():
        from app.organisations.service import find_organisation

        house = find_organisation(db.session(), OFFICE)
        assert house is not None
        house_id = str(house.id)
    for name, typed in {
        "Art": {"target": "kind"},
        "Kreis": {"target": "district", "district": "Kreis Musterau"},
        "Haus": {"target": "organisation", "organisation_id": house_id},
        "Code": {"target": "code", "code": "Sommer-27"},
    }.items():
        page = visitor.get(f"{QUOTAS}/new").send(**{**FILLED, "effect": "cap", "name": name, **typed})
        assert page.address == QUOTAS, page.errors()
    assert [row[0] for row in table(page)] == [
        "Art Kommunales Integrationszentrum",
        "Code Code: Sommer-27",
        f"Haus {OFFICE}",
        "Kreis Kreis: Kreis Musterau",
    ]
    page = visitor.get("/events/musterfachtag/register")
    assert "code" in page.values(page.form())


def test_the_code_is_a_secret_of_those_who_edit(app: Flask) -> None:
    event_id, _ = a_day(app)
    lead(app, event_id).get(f"{QUOTAS}/new").send(**{**FILLED, "target": "code", "code": "Sommer-27"})
    page = somebody(app, "vera@example.org", event_id, Role.VIEWER).get(QUOTAS)
    assert page.status == 200
    assert "Sommer-27" not in page.response.get_data(as_text=True)


def test_fewer_than_are_taken_are_refused_with_the_number(app: Flask) -> None:
    event_id, _ = a_day(app, capacity=5)
    visitor = lead(app, event_id)
    visitor.get(f"{QUOTAS}/new").send(**{**FILLED, "effect": "cap"})
    for name in ("kim", "kai", "kit"):
        joins(app, event_id, name, KI)
    assert statuses(app) == {"Kim": "registered", "Kai": "registered", "Kit": "waiting"}
    page = visitor.get(QUOTAS).follow("Aus den KIs").send(seats="1")
    assert page.status == 422
    assert "Es sind schon 2 Plätze vergeben" in page.errors()["seats"]
    question = page.send(seats="3")
    assert "1 Person bekommt eine E-Mail." in question.text
    assert statuses(app)["Kit"] == "waiting"
    page = question.send()
    assert [row[2:5] for row in table(page)] == [["3", "3", "0"]]
    assert statuses(app)["Kit"] == "registered"


def test_two_on_one_quota_are_told(app: Flask) -> None:
    """F30"""
    event_id, _ = a_day(app)
    visitor = lead(app, event_id)
    visitor.get(f"{QUOTAS}/new").send(**FILLED)
    first, second = (visitor.get(QUOTAS).follow("Aus den KIs") for _ in range(2))
    first.send(seats="4")
    page = second.send(seats="5")
    assert page.status == 409
    assert "4" in page.text
    assert quota(app).capacity == 4
    page.send()
    assert quota(app).capacity == 5


def test_the_team_reads_why_somebody_waits(app: Flask) -> None:
    event_id, _ = a_day(app, capacity=4)
    visitor = lead(app, event_id)
    visitor.get(f"{QUOTAS}/new").send(**{**FILLED, "effect": "cap", "seats": "1"})
    for name, house in (("kim", KI), ("kai", KI), ("ben", "Amt"), ("kit", KI)):
        joins(app, event_id, name, house)
    page = visitor.get(f"{HOME}/registrations")
    assert "Niemand davor. Die Plätze für „Aus den KIs“ sind alle vergeben." in page.text
    assert "1 Person davor. Die Plätze für „Aus den KIs“ sind alle vergeben." in page.text
    page = page.follow("Beispiel, Kit")
    assert "1 Person davor. Die Plätze für „Aus den KIs“" in page.text
    assert "Aus den KIs" in page.text


def test_the_question_before_cancelling_names_who_really_moves_up(app: Flask) -> None:
    event_id, _ = a_day(app, capacity=2)
    visitor = lead(app, event_id)
    visitor.get(f"{QUOTAS}/new").send(**{**FILLED, "effect": "cap", "seats": "1"})
    for name, house in (("kim", KI), ("ben", "Amt"), ("kai", KI), ("cem", "Amt")):
        joins(app, event_id, name, house)
    people = visitor.get(f"{HOME}/registrations")
    assert "Cem Beispiel rückt" in people.follow("Beispiel, Ben").follow("Anmeldung aufheben").text
    assert "Kai Beispiel rückt" in people.follow("Beispiel, Kim").follow("Anmeldung aufheben").text


def test_a_seat_that_is_offered_is_said_so_to_the_team(app: Flask) -> None:
    event_id, _ = a_day(app, capacity=1)
    visitor = lead(app, event_id)
    page = visitor.get(f"{HOME}/edit").send(offer_hours="48")
    assert page.values(page.form())["offer_hours"] == "48"
    for name in ("ben", "cem"):
        joins(app, event_id, name)
    page = (
        visitor.get(f"{HOME}/registrations")
        .follow("Beispiel, Ben")
        .follow("Anmeldung aufheben")
        .send(button="Anmeldung aufheben")
    )
    assert "Der Platz ist Cem Beispiel angeboten." in page.text
    assert statuses(app) == {"Ben": "cancelled", "Cem": "offered"}
    assert "Platz angeboten" in visitor.get(f"{HOME}/registrations?status=offered").text


def test_quotas_of_another_day_are_not_there(app: Flask) -> None:
    """T02"""
    event_id, _ = a_day(app)
    visitor = lead(app, event_id)
    visitor.get(f"{QUOTAS}/new").send(**FILLED)
    with app.app_context(), transaction() as session:
        make_event(session, slug="other")
        other = session.scalars(select(Event.id).where(Event.slug == "other")).one()
    stranger = somebody(app, "nora@example.org", other, Role.LEAD)
    number = quota(app).id
    for address in (QUOTAS, f"{QUOTAS}/{number}", f"/organise/events/other/quotas/{number}"):
        assert stranger.get(address).status == 404
    assert visitor.get(f"{QUOTAS}/{number + 1}/remove").status == 404


def test_who_only_looks_changes_nothing(app: Flask) -> None:
    event_id, _ = a_day(app)
    lead(app, event_id).get(f"{QUOTAS}/new").send(**FILLED)
    viewer = somebody(app, "vera@example.org", event_id, Role.VIEWER)
    assert viewer.get(f"{QUOTAS}/new").status == 403
    assert viewer.get(f"{QUOTAS}/{quota(app).id}").status == 403
    assert "Kontingent hinzufügen" not in viewer.get(QUOTAS).text


def test_more_reserved_than_free_is_said(app: Flask) -> None:
    event_id, _ = a_day(app, capacity=2)
    visitor = lead(app, event_id)
    joins(app, event_id, "ben")
    page = visitor.get(f"{QUOTAS}/new").send(**FILLED)
    assert "Es sollen mehr Plätze freigehalten werden, als frei sind" in page.text
    joins(app, event_id, "cem")
    assert statuses(app)["Cem"] == Status.WAITING.value
    with app.app_context(), transaction() as session:
        first = session.scalars(select(Registration).order_by(Registration.id)).first()
        assert first is not None
        cancel(session, first.id, PARTICIPANT, NOW)
    assert statuses(app)["Cem"] == Status.WAITING.value
