# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms in which one person types in another one's data."""

from wtforms import StringField, ValidationError

from app.registration.forms_organiser import PersonFields
from app.registration.rules import looks_like_an_address
from app.registration.service import Person
from app.web.forms import NonceMixin
from app.web.texts import gettext


class ColleagueForm(NonceMixin, PersonFields):
    """A colleague of the same organisation, which is not asked again."""

    def validate_given_name(self, field: StringField) -> None:
        _refuse_address(field)

    def validate_family_name(self, field: StringField) -> None:
        _refuse_address(field)

    organisation = None  # type: ignore[assignment]  # takes the field away

    def colleague(self, organisation: str) -> Person:
        return Person(
            given_name=self.given_name.data or "",
            family_name=self.family_name.data or "",
            email=self.email.data or "",
            organisation=organisation,
            role_title=self.role_title.data or "",
        )


def _refuse_address(field: StringField) -> None:
    if looks_like_an_address(field.data or ""):
        raise ValidationError(gettext("Please write only the name here."))


class SubstituteForm(NonceMixin, PersonFields):
    """The team may name somebody of another organisation."""
