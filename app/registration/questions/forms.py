# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The organisers' form for one question, and the one that copies those of another day."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.events.models import Event
from app.registration.questions.answer_forms import option_words
from app.registration.questions.models import Question
from app.registration.questions.rules import (
    LEGAL_BASIS_LABELS,
    QUESTION_KIND_LABELS,
    RETENTION_LABELS,
    WITH_OPTIONS,
    LegalBasis,
    QuestionKind,
    Retention,
)
from app.registration.questions.service import OptionFacts, QuestionFacts
from app.texts import gettext
from app.web.editing import TOO_LONG, Choice, EditingForm, WholeNumber, short_text
from app.web.forms import REQUIRED, BaseForm
from app.web.texts import lazy_gettext as _l

NEW_OPTIONS = 6  # empty lines for options; after saving there are as many again


class QuestionForm(EditingForm):
    """One question; each option has the two fields `option-<id>` and `limit-<id>`, new ones count from n1."""

    option_keys: Sequence[str] = ()
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
                    for option in one.options
                ),
            ]
        )
        return self

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
        )

    def _options(self) -> list[OptionFacts]:
        """An option without a name is left out; one that was there is removed with it."""
        return [
            OptionFacts(
                self[f"option-{key}"].data,
                self[f"limit-{key}"].data,
                None if key.startswith("n") else int(key),
            )
            for key in self.option_keys
            if self[f"option-{key}"].data
        ]


class CopyForm(BaseForm):
    source = Choice(_l("Day to copy from"))

    def offer(self, events: Sequence[Event]) -> "CopyForm":
        self.source.offer((str(event.id), event.title) for event in events)
        return self


def question_form(
    question: Question | None, known: Sequence[Question], laws: Sequence[str], *, stored: bool = False
) -> Any:
    """The form for this question (None: a new one); `stored` leaves aside what was sent."""
    with_options = question is not None and question.kind in WITH_OPTIONS
    present = question.options if question is not None and with_options else []
    keys = [*(str(option.id) for option in present), *(f"n{number + 1}" for number in range(NEW_OPTIONS))]
    fields: dict[str, Any] = {}
    for number, key in enumerate(keys, start=1):
        fields[f"option-{key}"] = short_text(_l("Option %(number)d", number=number))
        fields[f"limit-{key}"] = WholeNumber(
            _l("Limit of option %(number)d", number=number), least=1, most=20_000
        )
    bound: Any = type("QuestionForm", (QuestionForm,), {"option_keys": keys, **fields})
    earlier = [one for one in known if question is None or one.position < question.position]
    # Its own law stays on offer, though it be retired.
    offered = list(dict.fromkeys([*laws, *([question.law] if question is not None and question.law else [])]))
    begin = {"retention": Retention.MONTHS.value, "law": next(iter(laws), "")}
    data = _data(question) if question is not None else begin
    form = bound(formdata=None, data=data) if stored else bound(data=data)
    return form.offer(earlier, offered)


def _data(question: Question) -> dict[str, object]:
    options: dict[str, object] = {}
    for option in question.options:
        options |= {f"option-{option.id}": option.label, f"limit-{option.id}": option.capacity}
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
        **options,
    }
