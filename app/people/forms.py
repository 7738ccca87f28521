# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Forms of the people slice. Pasting a password is welcome, so are spaces in it."""

from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.people.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from app.web.editing import TOO_LONG
from app.web.forms import REQUIRED, BaseForm
from app.web.texts import lazy_gettext as _l


def typed(field: StringField) -> str:
    """What was typed into a field."""
    return field.data or ""


def _mail_field() -> EmailField:
    return EmailField(
        _l("Mail address"),
        [DataRequired(REQUIRED), Length(max=254, message=TOO_LONG)],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )


def _old_password(label: str) -> PasswordField:
    validators = [InputRequired(REQUIRED), Length(max=LONGEST_PASSWORD, message=TOO_LONG)]
    return PasswordField(label, validators, render_kw={"autocomplete": "current-password"})


def _new_password() -> PasswordField:
    return PasswordField(
        _l("New password"),
        [InputRequired(REQUIRED)],
        description=_l(
            "At least %(number)s characters. A sentence is easy to remember.", number=SHORTEST_PASSWORD
        ),
        render_kw={"autocomplete": "new-password"},
    )


class SignInForm(BaseForm):
    email = _mail_field()
    password = _old_password(_l("Password"))


class ForgotPasswordForm(BaseForm):
    email = _mail_field()


class SetPasswordForm(BaseForm):
    password = _new_password()


class ChangePasswordForm(BaseForm):
    old_password = _old_password(_l("Present password"))
    password = _new_password()


class OrganiserNameForm(BaseForm):
    name = StringField(
        _l("Name"),
        [DataRequired(REQUIRED), Length(max=200, message=TOO_LONG)],
        render_kw={"autocomplete": "name"},
    )
