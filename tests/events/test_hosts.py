# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who invites together says so, and who answers for them, before anybody types in a name (DP-09)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

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
