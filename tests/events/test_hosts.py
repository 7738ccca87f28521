# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who invites together says so, and who answers for them, before anybody types in a name (DP-09)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.events.models import Event
from app.events.rules import EventStatus
from app.events.service import accept_series
from app.legal import queries, rules
from app.organisations.service import add_organisation
from app.web.database import transaction
from tests.factories.days import make_event
from tests.pages import Visitor, words

pytestmark = pytest.mark.sqlite_only

LEAD, FIRST, SECOND = "Kreis Musterstadt", "Jobcenter Musterstadt", "Stadt Probehausen"


@pytest.fixture(autouse=True)
def day(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        lead, *others = (add_organisation(session, name) for name in (LEAD, FIRST, SECOND))
        event = make_event(session)
        event.lead_host, event.cohosts = lead, others


def test_the_page_of_the_day_names_the_hosts_and_who_answers(client: FlaskClient) -> None:
    page = Visitor(client).get("/events/musterfachtag")
    facts = {
        words(one.find("dt")): words(one.find("dd")) for one in page.tree.xpath("//main//dl/div[dt and dd]")
    }
    assert facts["Veranstalterin"] == LEAD
    assert set(facts["Gemeinsam mit"].split("; ")) == {FIRST, SECOND}
    assert "mailto:team@example.org" in page.links()


def test_the_notice_leads_there(client: FlaskClient) -> None:
    """Art. 26 (2) GDPR: what of it the operator must not forget stands in our text, and where the hosts are named."""
    notice = Visitor(client).get("/datenschutz").text
    for told in (
        "Auf der Seite des Fachtags steht, welche Stelle einlädt",
        "nach Artikel 26 DSGVO vereinbart",
    ):
        assert told in notice
    assert any("Stelle, die die Anwendung technisch betreibt" in one for one in _open_places())


def _open_places() -> tuple[str, ...]:
    return rules.parse((queries.BUILT_IN / "datenschutz.txt").read_text("utf-8"), "").placeholders


def test_a_day_of_a_series_leads_to_the_others(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction() as session:
        series = accept_series(session, "Fachtage Musterstadt")
        other = make_event(session, slug="voriger")
        make_event(session, slug="fremder", title="Ein anderer Fachtag")
        other.title, other.series = "Der vorige Fachtag", series
        number = series.id
        session.scalars(select(Event).where(Event.slug == "musterfachtag")).one().series = series
    page = Visitor(client).get("/events/musterfachtag")
    assert f"/?series={number}" in page.links()
    listed = Visitor(client).get(f"/?series={number}")
    assert "Fachtage Musterstadt" in words(listed.tree.find(".//h1"))
    assert {"/events/musterfachtag", "/events/voriger"} <= set(listed.links())
    assert "/events/fremder" not in listed.links()


@pytest.mark.parametrize("written", ["0", "99", "x", "", "1' or 1=1", "9" * 40, "²"])
def test_a_series_that_nobody_knows_is_not_found(client: FlaskClient, written: str) -> None:
    assert client.get("/", query_string={"series": written}).status_code == 404


def test_a_series_without_a_public_day_is_not_known_outside(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction() as session:
        series = accept_series(session, "Noch geheim")
        draft = make_event(session, slug="entwurf", status=EventStatus.DRAFT)
        draft.series = series
        number = series.id
    assert client.get(f"/?series={number}").status_code == 404


def test_one_name_is_one_series(app: Flask) -> None:
    """However it is written, and though it had been retired."""
    with app.app_context(), transaction() as session:
        series = accept_series(session, "Fachtage  Musterstadt")
        series.retired = True
        assert accept_series(session, "fachtage musterstadt") is series
        assert not series.retired
        assert series.name == "Fachtage Musterstadt"
