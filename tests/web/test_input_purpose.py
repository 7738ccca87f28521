# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A field for something of one's own says so to browsers and aids, which then fill or mark it (A11Y-07)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web.database import transaction
from tests.factories.days import make_event
from tests.pages import Visitor

pytestmark = pytest.mark.sqlite_only

# By the page, each field that a person fills in for themselves, with the word of HTML for it (WCAG 2.2, 1.3.5).
PURPOSES = {
    "/events/musterfachtag/register": {
        "given_name": "given-name",
        "family_name": "family-name",
        "email": "email",
        "organisation": "organization",
        "role_title": "organization-title",
    },
    "/events/musterfachtag/register/group": {
        "given_name": "given-name",
        "family_name": "family-name",
        "email": "email",
        "organisation": "organization",
        "role_title": "organization-title",
    },
    "/barriere-melden": {"email": "email"},
    "/organise/sign-in": {"email": "username", "password": "current-password"},
    "/organise/forgot-password": {"email": "username"},
}


@pytest.mark.parametrize("address", PURPOSES)
def test_a_field_says_what_it_is_for(app: Flask, client: FlaskClient, address: str) -> None:
    with app.app_context(), transaction() as session:
        make_event(session)
    form = Visitor(client).get(address).form()
    found = {
        str(one.get("name")): one.get("autocomplete")
        for one in form.iter("input")
        if one.get("name") in PURPOSES[address]
    }
    assert found == PURPOSES[address]
    # What is somebody else's is not offered to fill in: on the form of a group the rows of the colleagues.
    others = [one for one in form.iter("input") if str(one.get("name")).startswith("rows-")]
    assert [one.get("name") for one in others if one.get("autocomplete") in {"email", "given-name"}] == []
