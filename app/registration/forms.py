# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The participant's forms."""

from collections.abc import Callable
from typing import Any, cast

from wtforms import (
    EmailField,
    HiddenField,
    RadioField,
    StringField,
)
from wtforms.validators import DataRequired, Length, Regexp, ValidationError

from app.programme.agenda import RoundView, RunView
from app.registration.abuse_protection_forms import AbuseProtectionMixin
from app.registration.admission import Person
from app.registration.models import Registration
from app.registration.rules import RoundAnswer, looks_like_an_address
from app.registration.workshops.places import Choices
from app.texts import gettext, ngettext
from app.web.editing import TOO_LONG, short_text
from app.web.forms import REQUIRED, BaseForm, NonceMixin, letters_only, valid_address
from app.web.texts import lazy_gettext as _l


def _too_long(limit: int) -> Length:
    return Length(max=limit, message=_l("Please use at most %(max)d characters."))


class NameForm(BaseForm):
    """Who takes part, without the address: what a person may correct without a new confirmation."""

    given_name = StringField(
        _l("Given name"),
        validators=[DataRequired(_l("Please enter your given name.")), _too_long(100), letters_only],
        render_kw={"autocomplete": "given-name", "maxlength": 100},
    )
    family_name = StringField(
        _l("Family name"),
        validators=[DataRequired(_l("Please enter your family name.")), _too_long(100), letters_only],
        render_kw={"autocomplete": "family-name", "maxlength": 100},
    )
    organisation = StringField(
        _l("Organisation"),
        validators=[DataRequired(_l("Please enter the organisation you work for.")), _too_long(200)],
        description=_l("Choose from the suggestions or type in the name."),
        render_kw={"autocomplete": "organization", "maxlength": 200, "list": "organisations"},
    )
    role_title = StringField(
        _l("Function or field of work"),
        validators=[_too_long(200)],
        render_kw={"autocomplete": "organization-title", "maxlength": 200},
    )

    def person(self) -> Person:
        return Person(
            given_name=cast(str, self.given_name.data),
            family_name=cast(str, self.family_name.data),
            email=self.address(),
            organisation=cast(str, self.organisation.data),
            role_title=self.role_title.data or "",
        )

    def address(self) -> str:
        return ""


class PersonForm(NameForm):
    """Who takes part, with the address that everything is sent to."""

    email = EmailField(
        _l("Work mail address"),
        validators=[DataRequired(_l("Please enter your mail address.")), _too_long(254), valid_address],
        description=_l("We send the confirmation and your personal link there."),
        render_kw={"autocomplete": "email", "maxlength": 254},
    )

    def address(self) -> str:
        return self.email.data or ""


class RoundField(RadioField):
    """One answer per workshop round; saying nothing means "still open"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.flags.required = True

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            self.data = RoundAnswer.OPEN.value
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise ValidationError(gettext("Please choose one of the workshops of this round.")) from error


class ChoicesMixin:
    """Adds a field `round-<id>` per round to a form class."""

    rounds: list[RoundView]

    def choices(self) -> Choices:
        found: dict[int, int | RoundAnswer] = {}
        for round_ in self.rounds:
            answer = self[f"round-{round_.id}"].data  # type: ignore[index]
            found[round_.id] = int(answer) if answer.isdecimal() else RoundAnswer(answer)
        return found


class RegisterForm(AbuseProtectionMixin, ChoicesMixin, PersonForm):
    """The form at /events/<slug>/register. `code` is asked only on days that have codes."""

    code = StringField(
        _l("Code"),
        validators=[_too_long(60)],
        description=_l("Only if you were given one."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "maxlength": 60},
    )

    def typed_code(self) -> str:
        return (self.code.data or "") if "code" in self else ""


class ChoicesForm(ChoicesMixin, BaseForm):
    """Other workshops, on the personal page."""


class DetailsForm(NameForm):
    """What a person may correct on the personal page."""

    version = HiddenField(validators=[DataRequired(), Regexp(r"\A[0-9]{1,9}\Z")])


def with_rounds(form_class: type[BaseForm], rounds: list[RoundView], **kwargs: Any) -> Any:
    """The form with a field per round, built for the rounds of this day."""
    return taking_rounds(form_class, rounds, run_label)(**kwargs)


def taking_rounds(
    form_class: type[BaseForm], rounds: list[RoundView], label: Callable[[RunView], str]
) -> type[BaseForm]:
    """The form class with a field per round."""
    fields = {
        f"round-{round_.id}": RoundField(
            round_.title,
            choices={
                **{str(run.id): label(run) for run in round_.runs if run.held},
                RoundAnswer.OPEN.value: gettext("I do not know yet"),
                RoundAnswer.ABSENT.value: gettext("I do not take part in this round"),
            },
            default=RoundAnswer.OPEN.value,
        )
        for round_ in rounds
    }
    return type(form_class.__name__, (form_class,), {"rounds": rounds, **fields})


def run_label(run: RunView) -> str:
    """Everything one needs to choose, in one line a screen reader reads out."""
    notes = [run.room.name] if run.room else []
    if run.room and not run.room.step_free:
        notes.append(gettext("not step-free"))
    if run.seats.full or run.waiting:
        notes.append(ngettext("full, %(num)d person waiting", "full, %(num)d people waiting", run.waiting))
    elif run.seats.left is not None and run.seats.left <= 5:
        notes.append(ngettext("%(num)d place left", "%(num)d places left", run.seats.left))
    return f"{run.label} {run.title}" + (f" ({', '.join(notes)})" if notes else "")


def _name(label: Any) -> StringField:
    return StringField(
        label,
        [DataRequired(REQUIRED), Length(max=100, message=TOO_LONG), letters_only],
        render_kw={"autocomplete": "off", "maxlength": 100},
    )


class PersonFields(BaseForm):
    """Somebody else's data, so browsers do not offer one's own."""

    given_name = _name(_l("Given name"))
    family_name = _name(_l("Family name"))
    email = EmailField(
        _l("Mail address"),
        [DataRequired(REQUIRED), Length(max=254, message=TOO_LONG), valid_address],
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": 254},
    )
    organisation = StringField(
        _l("Organisation"),
        [DataRequired(REQUIRED), Length(max=200, message=TOO_LONG)],
        render_kw={"autocomplete": "off", "maxlength": 200, "list": "organisations"},
    )
    role_title = short_text(_l("Function or field of work"))

    def person(self) -> Person:
        return Person(
            given_name=cast(str, self.given_name.data),
            family_name=cast(str, self.family_name.data),
            email=cast(str, self.email.data),
            organisation=cast(str, self.organisation.data),
            role_title=self.role_title.data or "",
        )


def person_data(registration: Registration) -> dict[str, object]:
    """What a `CorrectForm` is filled with."""
    return {
        "given_name": registration.given_name,
        "family_name": registration.family_name,
        "email": registration.email,
        "organisation": registration.organisation.name,
        "role_title": registration.role_title,
        "version": registration.version,
    }


class Colleague(PersonFields):
    """Somebody of the same organisation, which is not asked again."""

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


class ColleagueForm(NonceMixin, Colleague):
    """One colleague: a substitute, or one more of a group."""


class SubstituteForm(NonceMixin, PersonFields):
    """The team may name somebody of another organisation."""
