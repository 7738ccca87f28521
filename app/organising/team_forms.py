# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of the team page."""

from wtforms import EmailField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length

from app.events.models import TeamMember
from app.people.rules import ROLE_LABELS, Role
from app.refusal import fingerprint
from app.web.editing import CHOOSE, TOO_LONG, EditingForm
from app.web.forms import REQUIRED, BaseForm, letters_only, valid_address
from app.web.texts import lazy_gettext as _l


def typed(field: StringField) -> str:
    """What was typed into a field."""
    return field.data or ""


def _role_field() -> RadioField:
    choices = [SelectChoice(role.value, _l(ROLE_LABELS[role])) for role in Role]
    return RadioField(_l("Role"), [DataRequired(CHOOSE)], choices=choices, validate_choice=True)


class MemberForm(BaseForm):
    email = EmailField(
        _l("Mail address"),
        [
            DataRequired(REQUIRED),
            Length(max=254, message=TOO_LONG),
            valid_address,
        ],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    name = StringField(
        _l("Name"),
        [DataRequired(REQUIRED), Length(max=200, message=TOO_LONG), letters_only],
        description=_l("Used if there is no account with this address yet."),
        render_kw={"autocomplete": "off"},
    )
    role = _role_field()


class RoleForm(EditingForm):
    role = _role_field()

    @classmethod
    def of(cls, member: TeamMember, *, stored: bool = False) -> "RoleForm":
        """Filled from the member; `stored` leaves aside what was sent."""
        data = {"role": member.role.value, "version": fingerprint(member.role)}
        return cls(formdata=None, data=data) if stored else cls(data=data)
