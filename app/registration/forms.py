# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The participant's forms."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from wtforms import EmailField, Field, HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError

from app.events.models import Event
from app.programme.agenda import RoundView, RunView
from app.registration.abuse_protection_forms import AbuseProtectionMixin
from app.registration.models import Registration
from app.registration.person import FIELDS, WITH_CHAIRS, Kind, Person, PersonField
from app.registration.rules import (
    MOST_ACCOMPANYING,
    PARTICIPATION_LABELS,
    Participation,
    RoundAnswer,
    looks_like_an_address,
)
from app.registration.workshops.places import Choices
from app.texts import gettext, ngettext
from app.web.editing import TOO_LONG, Choice, options
from app.web.forms import REQUIRED, BaseForm, Form, NonceMixin, adds, letters_only, valid_address
from app.web.texts import lazy_gettext as _l

OWN_TOO_LONG = _l("Please use at most %(max)d characters.")
WITHOUT_ADDRESS = [one for one in FIELDS if one.kind is not Kind.ADDRESS]
WITHOUT_ORGANISATION = [one for one in FIELDS if one.kind is not Kind.ORGANISATION]
# Whoever accompanied the one before does not accompany the next.
# Nor does the next choose how to take part: the place is passed on as it is.
OF_SUBSTITUTE = [one for one in FIELDS if one.kind not in WITH_CHAIRS]
SHORT = [one for one in FIELDS if one.required or one.kind is Kind.NAME]


class PersonMixin:
    """Gives what was typed in as a `Person`; the fields come from `asks_own` or `asks`."""

    @property
    def person_fields(self) -> list[Field]:
        """Those of the form that belong to a person, in their order."""
        return [self[one.name] for one in FIELDS if one.name in self]  # type: ignore[index, operator]

    def person(self, organisation: str = "") -> Person:
        """Of what the form does not ask, the address is empty and the `organisation` is the one handed in."""
        typed: dict[str, Any] = {field.short_name: field.data or "" for field in self.person_fields}
        return Person(**{"email": "", "organisation": organisation, **typed, **self._picked()})

    def _picked(self) -> dict[str, Any]:
        return {
            field.short_name: field.value
            for field in self.person_fields
            if isinstance(field, HowMany | WhichWay)
        }


class HowMany(Choice):
    """How many accompany somebody, in words."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        several = (
            (n, ngettext("%(num)d person", "%(num)d people", n)) for n in range(1, MOST_ACCOMPANYING + 1)
        )
        self.offer([("0", gettext("None")), *((str(n), words) for n, words in several)])

    @property
    def value(self) -> int:
        """Asked also before anything was judged."""
        return int(self.data) if any(self.data == choice for choice, *_ in self.iter_choices()) else 0


class WhichWay(RadioField):
    """How somebody takes part: nothing is chosen for them. Who only registers others is not asked."""

    def __init__(self, label: Any, *, unanswered: str, **kwargs: Any) -> None:
        choices = options((one.value, _l(words)) for one, words in PARTICIPATION_LABELS.items())
        super().__init__(label, choices=choices, coerce=_word_of, **kwargs)
        self.flags.required = True
        self._unanswered = unanswered

    def pre_validate(self, form: Any) -> None:
        if "takes_part" in form and not form.takes_part.data:
            return
        if self.data not in {one.value for one in Participation}:
            raise ValidationError(gettext(self._unanswered))

    @property
    def value(self) -> Participation:
        """Asked also before anything was judged."""
        online = self.data == Participation.ONLINE.value
        return Participation.ONLINE if online else Participation.ROOM


def _word_of(value: Any) -> str:
    return value.value if isinstance(value, Participation) else str(value)


def asks(
    fields: Iterable[PersonField] = FIELDS, *, own: bool = False, sent_to_others: bool = False
) -> Callable[[type[Form]], type[Form]]:
    """Adds the fields of a person to a form.

    `own`: browsers offer one's own data, and the sentences speak to the person. `sent_to_others`: the name stands in mails
    to people who did not type it in (T08).
    """
    return adds({one.name: _field(one, own=own, sent_to_others=sent_to_others) for one in fields})


def without_unasked(form: Any, event: Event) -> None:
    """What is not asked on this day is not in the form, unless there is something that can be taken back."""
    if not event.asks_accompanying and form.accompanying.data in {None, "0"}:
        del form.accompanying
    without_ways(form, event)


def without_ways(form: Any, event: Event) -> None:
    """The same of how somebody takes part: the team may note a number on every day."""
    if not event.offers_online and form.participation.data != Participation.ONLINE.value:
        del form.participation


def _field(one: PersonField, *, own: bool, sent_to_others: bool) -> Field:
    if one.kind is Kind.COUNT:
        return HowMany(_l(one.label), description=_l(one.hint) if own else "", default="0")
    if one.kind is Kind.WAY:
        return WhichWay(
            _l(one.own_label if own else one.label),
            unanswered=one.missing,
            description=_l(one.hint) if own else "",
        )
    missing = _l(one.missing) if own and one.missing else REQUIRED
    judges: list[Any] = [
        DataRequired(missing) if one.required else Optional(),
        Length(max=one.longest, message=OWN_TOO_LONG if own else TOO_LONG),
        *_JUDGES.get(one.kind, ()),
    ]
    if one.kind is Kind.NAME and sent_to_others:
        judges.append(_name_only)
    more = _MORE.get(one.kind, {})
    if own:  # with "off" for others, a browser that goes back would drop what was typed
        more = {"autocomplete": one.autocomplete, **more}
    return (EmailField if one.kind is Kind.ADDRESS else StringField)(
        _l(one.own_label if own else one.label),
        judges,
        description=_l(one.hint) if own and one.hint else "",
        render_kw={"maxlength": one.longest, **more},
    )


def _name_only(_form: Any, field: StringField) -> None:
    if looks_like_an_address(field.data or ""):
        raise ValidationError(gettext("Please write only the name here."))


_MORE = {Kind.ORGANISATION: {"list": "organisations"}, Kind.ADDRESS: {"spellcheck": "false"}}
_JUDGES: dict[Kind, list[Any]] = {Kind.NAME: [letters_only], Kind.ADDRESS: [valid_address]}


@asks(own=True)
class PersonForm(PersonMixin, BaseForm):
    """Who takes part, with the address that everything is sent to."""


@asks(own=True, sent_to_others=True)
class ContactForm(PersonMixin, BaseForm):
    """Who registers others, and may take part."""


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
        validators=[Length(max=60, message=OWN_TOO_LONG)],
        description=_l("Only if you were given one."),
        render_kw={"autocapitalize": "none", "spellcheck": "false", "maxlength": 60},
    )

    def typed_code(self) -> str:
        return (self.code.data or "") if "code" in self else ""


class CodeForm(BaseForm):
    """What opens the form of a day whose team set a code."""

    NAME = "form_code"  # by which it is told from the form behind it

    form_code = StringField(
        _l("Code"),
        [DataRequired(REQUIRED), Length(max=60, message=OWN_TOO_LONG)],
        description=_l("Small and capital letters are the same."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "maxlength": 60},
    )


@asks([one for one in FIELDS if one.kind is Kind.ADDRESS], own=True)
class LinkForm(AbuseProtectionMixin, BaseForm):
    """With which address somebody takes part."""


@asks([one for one in FIELDS if one.kind is Kind.ADDRESS], own=True)
class AddressForm(BaseForm):
    """The new address of a registration."""


@asks(WITHOUT_ADDRESS, own=True, sent_to_others=True)
class SharingForm(NonceMixin, PersonMixin, BaseForm):
    """Somebody else, with an address that is known."""


class ChoicesForm(ChoicesMixin, BaseForm):
    """Other workshops, on the personal page."""


@asks(WITHOUT_ADDRESS, own=True)
class DetailsForm(PersonMixin, BaseForm):
    """What a person may correct on the personal page without a new confirmation."""

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
                **{str(run.id): label(run) for run in round_.runs if run.takes_place},
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
    notes = [run.where, *run.room.barriers] if run.room else []
    if run.seats.full or run.waiting:
        waiting = ngettext("full, %(num)d person waiting", "full, %(num)d people waiting", run.waiting)
        notes.append(waiting if run.waiting else gettext("full"))
    elif run.seats.left is not None and run.seats.left <= 5:
        notes.append(ngettext("%(num)d place left", "%(num)d places left", run.seats.left))
    return f"{run.label} {run.title}" + (f" ({', '.join(notes)})" if notes else "")


@asks()
class PersonFields(PersonMixin, BaseForm):
    """Somebody else's data."""


def person_data(registration: Registration) -> dict[str, object]:
    """What a form to correct somebody is filled with."""
    return {**asdict(registration.person), "version": str(registration.version)}


@asks(WITHOUT_ORGANISATION, sent_to_others=True)
class Colleague(PersonMixin, BaseForm):
    """Somebody of the same organisation, which is not asked again."""


class ColleagueForm(NonceMixin, Colleague):
    """One more colleague of a group."""


@asks([one for one in OF_SUBSTITUTE if one in WITHOUT_ORGANISATION], sent_to_others=True)
class OwnSubstituteForm(NonceMixin, PersonMixin, BaseForm):
    """Who comes instead of a person, or of a colleague in a group."""


@asks(OF_SUBSTITUTE)
class SubstituteForm(NonceMixin, PersonMixin, BaseForm):
    """The team may name somebody of another organisation."""
