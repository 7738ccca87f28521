# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is asked of a person, and where it is stored."""

from dataclasses import replace

import pytest
from flask import Flask
from wtforms.validators import DataRequired

from app.attendees.imports.forms import LookForm
from app.attendees.imports.headings import PERSON, guess
from app.registration.forms import (
    Colleague,
    DetailsForm,
    OwnSubstituteForm,
    PersonFields,
    PersonForm,
    SubstituteForm,
)
from app.registration.models import Registration
from app.registration.person import FIELDS, LISTED, NOBODY, STORED, WITH_CHAIRS, Kind, Person, columns_of
from app.web.forms import BaseForm

pytestmark = pytest.mark.sqlite_only

MIA = Person("Mia", "Öztürk", "Mia@Example.org", "Amt", "Beratung", 1)


def test_every_field_has_its_column() -> None:
    columns = Registration.__table__.columns
    assert {one.attribute for one in FIELDS} <= set(columns.keys())
    assert {name: columns[name].type.length for name in STORED} == {
        one.name: one.longest for one in FIELDS if one.kind not in {Kind.ORGANISATION, *WITH_CHAIRS}
    }


def test_what_is_stored_and_what_is_derived() -> None:
    stored = columns_of(MIA)
    assert {name: stored[name] for name in STORED} == {name: getattr(MIA, name) for name in STORED}
    assert (stored["sort_key"], stored["email_key"]) == ("ozturk, mia", "mia@example.org")
    assert not {"organisation", "accompanying"} & set(stored)
    assert set(columns_of(NOBODY).values()) == {""}


@pytest.mark.parametrize(
    ("form_class", "left_out"),
    [
        (PersonForm, set()),
        (PersonFields, set()),
        (DetailsForm, {"email"}),
        (Colleague, {"organisation"}),
        (SubstituteForm, {"accompanying", "participation"}),
        (OwnSubstituteForm, {"organisation", "accompanying", "participation"}),
        (LookForm, set()),
    ],
)
def test_forms_ask_all_of_it_but_what_they_leave_out(
    app: Flask, form_class: type[BaseForm], left_out: set[str]
) -> None:
    with app.test_request_context():
        form = form_class()
    asked = [one for one in FIELDS if one.name in form]
    assert {one.name for one in FIELDS} - {one.name for one in asked} == left_out
    if form_class is not LookForm:
        required = [any(isinstance(v, DataRequired) for v in form[one.name].validators) for one in asked]
        assert required == [one.required for one in asked]


def test_what_a_form_does_not_ask_is_handed_in(app: Flask) -> None:
    typed = {name: getattr(MIA, name) for name in (*STORED, "accompanying")}
    with app.test_request_context():
        assert Colleague(data=typed).person("Schule") == replace(MIA, organisation="Schule")
        assert DetailsForm(data={**typed, "organisation": "Amt"}).person() == replace(MIA, email="")


def test_headings_name_one_field_each() -> None:
    words = [word for one in FIELDS for word in one.headings]
    assert len(words) == len(set(words))
    assert guess([one.headings[0].upper() for one in LISTED], PERSON) == {
        "full_name": None,
        **{one.name: place for place, one in enumerate(LISTED)},
    }
