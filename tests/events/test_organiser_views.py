# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day begins as a draft; who invites."""

import pytest
from flask import Flask

from app.events.models import Event
from app.events.queries import missing_before_publishing
from app.events.rules import EventStatus
from app.events.team_service import find_event_of
from app.folding import slug_of
from app.organisations.models import Region
from app.organisations.service import add_organisation
from app.people.queries import find_organiser
from app.people.rules import Role
from app.web.database import db, transaction
from tests.factories.days import at
from tests.factories.organising import a_day, somebody

NEW = "/organise/events/new"
FACTS = {
    "title": "3. Fachtag für Gütersloh",
    "date": "2031-03-13",
    "start": "9:30",
    "end": "15:45",
    "capacity": "80",
}


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("3. Fachtag für Gütersloh", "3-fachtag-fuer-guetersloh"),
        ("  KIM-Fachtag OWL 2027: Straße & Öffnung  ", "kim-fachtag-owl-2027-strasse-oeffnung"),
        ("Łódź, Ødegård & Þór", "lodz-odegard-thor"),
        ("Çağrı – José", "cagri-jose"),
        ("日本", ""),
        ("Wort " * 30, "-".join(["wort"] * 9)),
        ("x" * 200, "x" * 48),
    ],
)
def test_a_short_name_is_made_from_the_title(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_anybody_signed_in_makes_a_draft_and_leads_it(app: Flask) -> None:
    visitor = somebody(app, "aylin@example.org")
    page = visitor.get(NEW).send(**FACTS)
    assert (page.status, page.address) == (200, "/organise/events/3-fachtag-fuer-guetersloh/edit")
    with app.app_context():
        organiser = find_organiser(db.session(), "aylin@example.org")
        assert organiser is not None
        event, role = find_event_of(db.session(), "3-fachtag-fuer-guetersloh", organiser.id)
        assert event is not None
        assert (event.status, role, event.capacity) == (EventStatus.DRAFT, Role.LEAD, 80)
        assert (event.starts_at, event.ends_at) == (at("9:30"), at("15:45"))
    assert app.test_client().get("/events/3-fachtag-fuer-guetersloh").status_code == 404
    second = visitor.get(NEW).send(**FACTS)
    assert second.address == "/organise/events/3-fachtag-fuer-guetersloh-2/edit"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": ""}, "title"),
        ({"date": "2031-02-30"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"date": "9999-12-31"}, "date"),
        ({"start": "24:00"}, "start"),
        ({"end": "9:30"}, "end"),
        ({"capacity": str(2**63)}, "capacity"),
        ({"capacity": "0"}, "capacity"),
        ({"slug": "new"}, "slug"),
        ({"slug": "Mit Leerzeichen"}, "slug"),
        ({"slug": "../x"}, "slug"),
        ({"slug": "musterfachtag"}, "slug"),
    ],
)
def test_a_refused_beginning_keeps_what_was_typed(app: Flask, typed: dict[str, str], field: str) -> None:
    """A11Y-06"""
    a_day(app, programme=False)
    values = {**FACTS, **typed}
    page = somebody(app, "aylin@example.org").get(NEW).send(**values)
    assert page.status == 422
    assert list(page.errors()) == [field]
    kept = page.values(page.form())
    assert {name: kept[name].lower() for name in values} == {
        name: value.lower() for name, value in values.items()
    }
    with app.app_context():
        assert db.session.query(Event).count() == 1


def test_a_date_may_be_typed_as_people_write_it(app: Flask) -> None:
    typed = {**FACTS, "date": "13.03.2031", "start": "9.30", "end": "15:45 Uhr"}
    assert somebody(app, "aylin@example.org").get(NEW).send(**typed).status == 200
    with app.app_context():
        event = db.session.query(Event).one()
        assert (event.starts_at, event.ends_at) == (at("9:30"), at("15:45"))


def test_hosts_and_region_are_named(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False)
    visitor = somebody(app, "aylin@example.org", event_id, Role.ORGANISER)
    with app.app_context(), transaction() as session:
        region = Region(slug="owl", name="OWL")
        session.add(region)
        a, b, c = (add_organisation(session, f"Zentrum {one}") for one in "ABC")
        add_organisation(session, "Von einer Teilnehmerin getippt", provisional=True)
        session.flush()
        ids = {"region": str(region.id), "a": str(a.id), "b": str(b.id), "c": str(c.id)}
    address = "/organise/events/musterfachtag/edit/hosts"
    page = visitor.get(address)
    assert "getippt" not in page.text
    saved = page.send(
        region_id=ids["region"], lead_host_id=ids["a"], cohost_ids=[ids["a"], ids["b"], ids["c"]]
    )
    assert saved.status == 200
    with app.app_context():
        event = db.session.get_one(Event, event_id)
        assert event.region is not None
        assert event.lead_host is not None
        assert (event.region.slug, event.lead_host.name) == ("owl", "Zentrum A")
        assert [one.name for one in event.cohosts] == ["Zentrum B", "Zentrum C"]
    for typed, field in (
        ({"lead_host_id": str(2**63)}, "lead_host_id"),
        ({"cohost_ids": ["999"]}, "cohost_ids"),
        ({"region_id": "x"}, "region_id"),
    ):
        refused = visitor.get(address).send(**typed)
        assert (refused.status, list(refused.errors())) == (422, [field])


def test_roles_and_strangers(app: Flask) -> None:
    """T01"""
    event_id, _ = a_day(app, programme=False)
    address = "/organise/events/musterfachtag/edit/hosts"
    assert app.test_client().get(NEW).status_code == 303
    assert app.test_client().get(address).status_code == 303
    assert somebody(app, "fremd@example.org").get(address).status == 404
    assert somebody(app, "gast@example.org", event_id, Role.VIEWER).get(address).status == 403


def test_what_is_missing_before_publishing(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False, summary="", venue_city="", capacity=None)
    with app.app_context():
        points = missing_before_publishing(db.session.get_one(Event, event_id))
        assert [(point.field, point.needed) for point in points] == [
            ("summary", True),
            ("venue_city", True),
            ("capacity", False),
        ]
