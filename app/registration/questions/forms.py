# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The organisers' form for one question, and the one that copies those of another day."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.events.models import Event
from app.registration.questions.answer_forms import OneOf, option_words
from app.registration.questions.models import Option, Question
from app.registration.questions.options import OptionFacts, StillChosen, Undecided
from app.registration.questions.rules import (
    LEGAL_BASIS_LABELS,
    QUESTION_KIND_LABELS,
    RETENTION_LABELS,
    WITH_OPTIONS,
    LegalBasis,
    QuestionKind,
    Renaming,
    Retention,
)
from app.registration.questions.service import QuestionFacts
from app.texts import gettext, ngettext, sentence_of
from app.web.editing import TOO_LONG, Choice, EditingForm, WholeNumber, options, short_text
from app.web.forms import REQUIRED, BaseForm
from app.web.texts import lazy_gettext as _l

NEW_OPTIONS = 6  # empty lines for options; after saving there are as many again


class QuestionForm(EditingForm):
    """One question; each option has the two fields `option-<id>` and `limit-<id>`, new ones count from n1.

    Those that were `chosen` have two more, which are asked only when they are needed: `meant-<id>` where the option has
    another name, `ends-<id>` where it has none.
    """

    option_keys: Sequence[str] = ()
    chosen: Mapping[str, Option]
    shown_last = (
        "required",
        "organiser_only",
        "shown_if",
        "purpose",
        "legal_basis",
        "law",
        "retention",
        "sensitive",
    )

    label = short_text(_l("Question"), longest=300, required=True)
    hint = TextAreaField(
        _l("Help text"),
        [Length(max=1000, message=TOO_LONG)],
        description=_l("One or two sentences below the question."),
        render_kw={"rows": 2},
    )
    kind = Choice(_l("Kind"), choices=[(one.value, _l(QUESTION_KIND_LABELS[one])) for one in QuestionKind])
    required = BooleanField(_l("Must be answered"))
    organiser_only = BooleanField(
        _l("For the organising team only"),
        description=_l("Stands on no participant's form; the team fills it in on the person's page."),
    )
    sensitive = BooleanField(
        _l("Sensitive (health, religion, access needs)"),
        description=_l(
            "Only the lead of the team reads the answers by name; files and lists show numbers only."
        ),
    )
    purpose = StringField(
        _l("What do you need the answer for?"),
        [DataRequired(REQUIRED), Length(max=300, message=TOO_LONG)],
        render_kw={"autocomplete": "off"},
    )
    legal_basis = Choice(
        _l("Legal basis"), choices=[(one.value, _l(LEGAL_BASIS_LABELS[one])) for one in LegalBasis]
    )
    law = Choice(
        _l("Law that gives the task"),
        description=_l("Only with the public task. Administrators look after this list."),
    )
    retention = Choice(
        _l("Answers are deleted"), choices=[(one.value, _l(RETENTION_LABELS[one])) for one in Retention]
    )
    shown_if = Choice(_l("Ask only if an earlier answer is"))

    def offer(self, earlier: Sequence[Question], laws: Iterable[str]) -> "QuestionForm":
        self.law.offer([("", gettext("None named")), *((one, one) for one in laws)])
        self.shown_if.offer(
            [
                ("", gettext("Ask always")),
                *(
                    (str(option.id), f"{one.label}: {option_words(one, option)}")
                    for one in earlier
                    for option in one.offered
                ),
            ]
        )
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        for key, option in self.chosen.items() if self.kind.data in _WITH_OPTIONS else ():
            name, meant, ends = (self[f"{field}-{key}"] for field in ("option", "meant", "ends"))
            if name.data and name.data != option.label and not meant.data:
                meant.errors = [sentence_of(Undecided(option))]
            elif not name.data and not ends.data:
                ends.errors = [sentence_of(StillChosen(option))]
            valid = valid and not meant.errors and not ends.errors
        return valid

    def asks(self, field: str, key: str) -> bool:
        """Whether the field of this option is shown: it was asked once, so that what was answered is not lost."""
        name = f"{field}-{key}"
        return name in self and bool(self[name].errors or self[name].data)

    def facts(self) -> QuestionFacts:
        kind, basis = QuestionKind(self.kind.data), LegalBasis(self.legal_basis.data)
        return QuestionFacts(
            kind=kind,
            label=self.label.data or "",
            purpose=self.purpose.data or "",
            legal_basis=basis,
            law=self.law.data if basis is LegalBasis.PUBLIC_TASK else "",
            retention=Retention(self.retention.data),
            hint=self.hint.data or "",
            required=bool(self.required.data),
            organiser_only=bool(self.organiser_only.data),
            sensitive=bool(self.sensitive.data),
            shown_if=int(self.shown_if.data) if self.shown_if.data else None,
            options=tuple(self._options()) if kind is not QuestionKind.YES_NO else (),
            ending=frozenset(int(key) for key in self.chosen if self[f"ends-{key}"].data),
        )

    def _options(self) -> list[OptionFacts]:
        """An option without a name is left out; one that was there is removed with it."""
        return [
            OptionFacts(
                self[f"option-{key}"].data,
                self[f"limit-{key}"].data,
                None if key.startswith("n") else int(key),
                renaming=self._renaming(key),
            )
            for key in self.option_keys
            if self[f"option-{key}"].data
        ]

    def _renaming(self, key: str) -> Renaming | None:
        meant = self[f"meant-{key}"].data if key in self.chosen else ""
        return Renaming(meant) if meant else None


_WITH_OPTIONS = {one.value for one in WITH_OPTIONS}


class CopyForm(BaseForm):
    source = Choice(_l("Day to copy from"))

    def offer(self, events: Sequence[Event]) -> "CopyForm":
        self.source.offer((str(event.id), event.title) for event in events)
        return self


def question_form(
    question: Question | None,
    known: Sequence[Question],
    laws: Sequence[str],
    choices: Mapping[int, int] | None = None,
    *,
    stored: bool = False,
) -> Any:
    """The form for this question (None: a new one); `stored` leaves aside what was sent. `choices`: by how many each option
    was chosen."""
    with_options = question is not None and question.kind in WITH_OPTIONS
    present = question.offered if question is not None and with_options else []
    chosen = {str(option.id): option for option in present if (choices or {}).get(option.id)}
    keys = [*(str(option.id) for option in present), *(f"n{number + 1}" for number in range(NEW_OPTIONS))]
    fields: dict[str, Any] = {}
    for number, key in enumerate(keys, start=1):
        fields[f"option-{key}"] = short_text(_l("Option %(number)d", number=number))
        fields[f"limit-{key}"] = WholeNumber(
            _l("Limit of option %(number)d", number=number), least=1, most=20_000
        )
        if key in chosen and question is not None:
            fields |= _decisions(question, chosen[key], (choices or {})[chosen[key].id])
    bound: Any = type("QuestionForm", (QuestionForm,), {"option_keys": keys, "chosen": chosen, **fields})
    earlier = [one for one in known if question is None or one.position < question.position]
    # Its own law stays on offer, though it be retired.
    offered = list(dict.fromkeys([*laws, *([question.law] if question is not None and question.law else [])]))
    begin = {"retention": Retention.MONTHS.value, "law": next(iter(laws), "")}
    data = _data(question) if question is not None else begin
    form = bound(formdata=None, data=data) if stored else bound(data=data)
    return form.offer(earlier, offered)


def _decisions(question: Question, option: Option, people: int) -> dict[str, Any]:
    """What is asked before an option that was chosen gets another name, or none."""
    follow = ngettext(
        "A correction: it means the same. The answer of %(num)d registration follows.",
        "A correction: it means the same. The answers of %(num)d registrations follow.",
        people,
    )
    apart = ngettext(
        "A new option: “%(option)s” ends and keeps the answer of %(num)d registration. Both are counted apart.",
        "A new option: “%(option)s” ends and keeps the answers of %(num)d registrations. Both are counted apart.",
        people,
        option=option.label,
    )
    stays = ngettext(
        "%(num)d registration has chosen it. The answer stays, and figures and files go on naming it. Nobody else can choose it.",
        "%(num)d registrations have chosen it. The answers stay, and figures and files go on naming it. Nobody else can choose it.",
        people,
    )
    counts = ""
    if question.sensitive and option.need:
        counts = gettext("For these people it goes on counting when places in workshops are given.")
        apart += " " + counts + " " + gettext("The new option does not count there.")
    return {
        f"meant-{option.id}": OneOf(
            gettext("The new name of “%(option)s”", option=option.label),
            choices=options([(Renaming.CORRECTION.value, follow), (Renaming.ANOTHER.value, apart)]),
            default="",
        ),
        f"ends-{option.id}": BooleanField(
            gettext("Offer “%(option)s” no more", option=option.label),
            description=f"{stays} {counts}".strip(),
        ),
    }


def _data(question: Question) -> dict[str, object]:
    values: dict[str, object] = {}
    for option in question.offered:
        values |= {f"option-{option.id}": option.label, f"limit-{option.id}": option.capacity}
    return {
        "label": question.label,
        "hint": question.hint,
        "kind": question.kind.value,
        "required": question.required,
        "organiser_only": question.organiser_only,
        "sensitive": question.sensitive,
        "purpose": question.purpose,
        "legal_basis": question.legal_basis.value,
        "law": question.law,
        "retention": question.retention.value,
        "shown_if": str(question.shown_if or ""),
        "version": str(question.version),
        **values,
    }
