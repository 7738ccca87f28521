# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The organising team's forms around people."""

from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from app.registration.forms import ChoicesMixin, PersonFields
from app.texts import gettext
from app.web.editing import TOO_LONG, EditingForm, formatted_text
from app.web.forms import BaseForm, NonceMixin
from app.web.texts import lazy_gettext as _l

LONGEST_NOTE = 500


def _note(label: Any, description: Any) -> TextAreaField:
    # Without `Optional`: it would end the validation of an empty note before overbooking asks for one.
    return TextAreaField(
        label,
        [Length(max=LONGEST_NOTE, message=TOO_LONG)],
        description=description,
        render_kw={"rows": 2},
    )


def reason_for_the_person() -> TextAreaField:
    """Why somebody is not admitted."""
    return formatted_text(
        _l("Reason"),
        rows=3,
        required=True,
        longest=LONGEST_NOTE,
        description=_l("It stands in the mail to the person, and in the history."),
        render_kw={"maxlength": LONGEST_NOTE},
    )


class AddForm(NonceMixin, ChoicesMixin, PersonFields):
    """Somebody who called or wrote instead of registering."""

    shown_last = ("code", "overbook", "note")

    code = StringField(
        _l("Code"),
        [Length(max=60, message=TOO_LONG)],
        description=_l("Only if the person has one: it opens the seats that are kept for it."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "maxlength": 60},
    )
    overbook = BooleanField(_l("Overbook if the day or a quota is full"))
    note = _note(_l("Note for the history"), _l("For instance who asked for it. Needed if you overbook."))

    def validate_note(self, field: TextAreaField) -> None:
        if self.overbook.data and not field.data:
            raise ValidationError(gettext("Please write down why you overbook."))


class CorrectForm(EditingForm, PersonFields):
    """Correct what somebody typed in."""


class WorkshopsForm(ChoicesMixin, EditingForm):
    """Choose workshops for somebody."""


class RejectForm(BaseForm):
    note = reason_for_the_person()


class CancelForm(BaseForm):
    note = _note(_l("Note for the history"), _l("Only the organising team sees it, not the person."))
