# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A day of plenary items alone: the team reads nothing of workshops and wishes, but where they would be made."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from app.events.rules import Placement
from app.people.rules import Role
from app.registration.admission import Entry
from app.registration.person import Person
from app.registration.questions.service import add_standard_set
from app.registration.service import confirm, register
from app.web.database import transaction
from tests.factories.days import NOW
from tests.factories.organising import a_day, somebody
from tests.factories.questions import TEAM

pytestmark = pytest.mark.sqlite_only

PAGES = (
    "cancel", "edit/hosts", "partners", "questions", "questions/consents", "questions/answers", "quotas", "quotas/new",
    "groups", "doubles", "figures", "registrations/photos", "registrations/invite", "registrations/import",
    "registrations/{person}", "registrations/{person}/substitute", "registrations/{person}/cancel", "checklist",
    "checklist/new", "tables", "mails",
)  # fmt: skip
OF_WORKSHOPS = re.compile(r".{0,60}(?:[Ww]orkshop|[Ww]unsch|[Ww]ünsch|Zuteilung).{0,60}")
# What a question is asked for is the team's to word.
WORDED_BY_THE_TEAM = "To prepare the talks and workshops."


def test_the_team_reads_of_none(app: Flask) -> None:
    event_id, _ = a_day(app, programme=False, description="", placement=Placement.DIRECT)
    with app.app_context(), transaction() as session:
        add_standard_set(session, event_id, str, TEAM, NOW)
        anna = Person("Anna", "Beispiel", "anna@example.org", "Kreis Musterstadt")
        one = confirm(session, register(session, event_id, Entry(anna, "nonce-anna-0123456789"), NOW).id, NOW)
        reference = one.reference
    visitor = somebody(app, "jonas@example.org", event_id, Role.LEAD)
    for path in PAGES:
        page = visitor.get(f"/organise/events/musterfachtag/{path.format(person=reference)}")
        assert page.status == 200, path
        assert OF_WORKSHOPS.findall(page.text.replace(WORDED_BY_THE_TEAM, "")) == [], path
    assert "die Frist für Wünsche" not in visitor.get("/organise/events/musterfachtag/edit").text


@pytest.mark.parametrize("placement", Placement)
def test_of_nobody_no_number_is_said(app: Flask, placement: Placement) -> None:
    until = NOW + timedelta(days=3) if placement is Placement.WISHES else None
    event_id, _ = a_day(app, placement=placement, wishes_until=until, consents="list press")
    visitor = somebody(app, "jonas@example.org", event_id, Role.LEAD)
    for path in ("", "allocation", "tables", "tables/new", "workshops", *PAGES):
        if "{person}" not in path:
            page = visitor.get(f"/organise/events/musterfachtag/{path}")
            assert re.findall(r".{0,40}\b0 Person(?:en)?\b.{0,40}", page.text) == [], path
