# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The fields built from the organisers' questions, and answers in words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, Length

from app.events.rules import Seats
from app.refusal import Refusal
from app.registration.questions.answers import (
    HIGHEST_NUMBER,
    LONGEST,
    Given,
    date_of,
    judge,
    number_of,
    shown_questions,
)
from app.registration.questions.models import Option, Question
from app.registration.questions.queries import AnswerView
from app.registration.questions.rules import CHOOSING, RETENTION_LABELS, QuestionKind
from app.texts import gettext, ngettext, sentence_of, short_day
from app.web.editing import TOO_LONG, Day, EditingForm, SeveralOf, WholeNumber, refuse_unknown
from app.web.forms import REQUIRED, BaseForm

FEW_LEFT = 5

OptionWords = Callable[[Question, Option], str]
"""What a form says beside an option."""


class OneOf(RadioField):
    """One answer; the empty value says nothing."""

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            self.data = ""
        if self.data:
            refuse_unknown(super().pre_validate, form)


class AnswersMixin:
    """Adds a field `q-<id>` per question to a form class.

    `questions` are all of the day, `asked` those in this form; `elsewhere` are the options chosen in the others. A hidden
    question is neither judged nor stored. Whether an option is full is asked by the service only, which knows a form
    that was sent twice (F31).
    """

    questions: Sequence[Question]
    asked: Sequence[Question]
    elsewhere: Mapping[int, Collection[int]]
    before: Collection[int]
    strict: bool

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)  # type: ignore[misc]
        chosen = self._chosen()
        given: Given = {**chosen, **self._texts()}
        elsewhere = {**self.elsewhere, **chosen}
        shown = shown_questions(self.questions, elsewhere)
        for question in self.asked:
            field = self[question.field]  # type: ignore[index]
            if question not in shown:
                field.errors = []
            elif not field.errors:
                try:
                    self._judge(question, given, elsewhere)
                except Refusal as refusal:
                    field.errors = [sentence_of(refusal)]
        return not self.errors  # type: ignore[attr-defined]

    def notice(self) -> list[tuple[str, str]]:
        """What each answer is used for, on which basis, and until when (DP-05)."""
        return [
            (
                one.label,
                gettext(
                    "%(purpose)s Legal basis: %(basis)s. Deleted: %(retention)s.",
                    purpose=one.purpose,
                    basis=one.basis,
                    retention=gettext(RETENTION_LABELS[one.retention]),
                ),
            )
            for one in self.asked
        ]

    def given(self) -> Given:
        """What was answered, for the service."""
        return {**self._chosen(), **self._texts()}

    def _judge(self, question: Question, given: Given, elsewhere: Mapping[int, Collection[int]]) -> None:
        judge(
            self.questions,
            given,
            asked=[question.id],
            elsewhere=elsewhere,
            own=self.before,
            strict=self.strict,
            limits=False,
        )

    def _chosen(self) -> dict[int, tuple[int, ...]]:
        """Question id → option ids; what is no number is no answer, and refused at its field."""
        found = {}
        for question in self.asked:
            if question.kind in CHOOSING:
                data = self[question.field].data or ()  # type: ignore[index]
                values = [data] if isinstance(data, str) else data
                offered = {str(option.id): option.id for option in question.options}
                ids = tuple(offered[value] for value in values if value in offered)
                if ids:
                    found[question.id] = ids
        return found

    def _texts(self) -> dict[int, str]:
        found = {}
        for question in self.asked:
            if question.kind not in CHOOSING:
                data = self[question.field].data  # type: ignore[index]
                text = data.isoformat() if isinstance(data, date) else "" if data is None else str(data)
                if text:
                    found[question.id] = text
        return found


class OwnAnswersForm(EditingForm):
    """Other answers: on the personal page, or noted by the team."""


def asking(
    form_class: type[BaseForm],
    questions: Sequence[Question],
    *,
    asked: Sequence[Question] | None = None,
    elsewhere: Mapping[int, Collection[int]] | None = None,
    own: Collection[int] = (),
    before: Mapping[int, Sequence[int]] | None = None,
    strict: bool = True,
    words: OptionWords | None = None,
) -> type[BaseForm]:
    """The form class with a field for each question asked (all of them, if None).

    What hangs on an answer that is not in this form is asked only if that answer was given `elsewhere`. `words` says
    what stands beside an option; without it its name and the seats left, those `own` by the person not counted. What the
    person had chosen `before` can be kept, though it be offered no more.
    """
    known = questions if asked is None else asked
    possible = {option.id for one in known for option in one.options}.union(*(elsewhere or {}).values())
    mine = [one for one in known if one.shown_if is None or one.shown_if in possible]

    kept = {option_id for ids in (before or {}).values() for option_id in ids}

    def with_its_seats(question: Question, option: Option) -> str:
        return with_seats(question, option, option.seats, option.id in own)

    fields = {one.field: _field_of(one, questions, strict, words or with_its_seats, kept) for one in mine}
    context = {
        "questions": questions,
        "asked": mine,
        "elsewhere": elsewhere or {},
        "before": kept,
        "strict": strict,
    }
    return type(form_class.__name__, (AnswersMixin, form_class), {**context, **fields})


def answers_data(
    questions: Sequence[Question], chosen: Mapping[int, Sequence[int]], texts: Mapping[int, str]
) -> dict[str, object]:
    """What the fields are filled with."""
    data: dict[str, object] = {}
    for question in questions:
        ids = [str(one) for one in chosen.get(question.id, ())]
        text = texts.get(question.id, "")
        if question.kind is QuestionKind.SEVERAL_OF:
            data[question.field] = ids
        elif question.kind in CHOOSING:
            data[question.field] = ids[0] if ids else ""
        elif question.kind is QuestionKind.NUMBER:
            data[question.field] = number_of(text)
        elif question.kind is QuestionKind.DATE:
            data[question.field] = date_of(text)
        else:
            data[question.field] = text
    return data


def answer_words(kind: QuestionKind, texts: Sequence[str]) -> str:
    """One answer, to be read by people."""
    if kind is QuestionKind.YES_NO:
        return ", ".join(gettext(text) for text in texts)
    if kind is QuestionKind.DATE:
        days = [(text, date_of(text)) for text in texts]
        return ", ".join(short_day(day) if day else text for text, day in days)
    return ", ".join(texts)


def answer_facts(answers: Sequence[AnswerView]) -> list[tuple[str, str]]:
    """Question and answer for a page; says where an option was full."""
    facts = []
    for one in answers:
        words = answer_words(one.kind, one.texts)
        if one.without_place:
            full = ", ".join(one.without_place)
            words += " – " + gettext("fully booked, no place: %(options)s", options=full)
        facts.append((one.asked, words))
    return facts


def option_words(question: Question, option: Option) -> str:
    """The option's name; "Yes" and "No" are ours to translate."""
    if option.ended:
        return str(gettext("%(option)s (no longer offered)", option=option.label))
    return str(gettext(option.label)) if question.kind is QuestionKind.YES_NO else option.label


def condition_words(question: Question, questions: Sequence[Question]) -> str:
    """The sentence that says of whom the question is asked; empty for everybody."""
    for one in questions:
        for option in one.options:
            if option.id == question.shown_if:
                return str(
                    gettext(
                        "Only if you chose “%(option)s” at “%(label)s” above.",
                        option=option_words(one, option),
                        label=one.label,
                    )
                )
    return ""


def _field_of(
    question: Question,
    questions: Sequence[Question],
    strict: bool,
    words: OptionWords,
    kept: Collection[int],
) -> Any:
    hints = [condition_words(question, questions), question.hint]
    if question.sensitive:
        hints.append(
            gettext("Voluntary. Only the lead of the team reads it; it is deleted 14 days after the day.")
        )
    common: dict[str, Any] = {"description": " ".join(hint for hint in hints if hint)}
    choices = [
        SelectChoice(str(option.id), words(question, option))
        for option in question.options
        if not option.ended or option.id in kept
    ]
    # A hidden question is not asked after all: its errors are taken back (`AnswersMixin.validate`).
    needed = question.required and strict
    validators: list[Any] = [DataRequired(REQUIRED)] if needed else []
    if question.kind is QuestionKind.SEVERAL_OF:
        return SeveralOf(question.label, validators, choices=choices, default=[], **common)
    if question.kind in CHOOSING:
        nothing = [] if needed else [SelectChoice("", gettext("No answer"))]
        return OneOf(question.label, validators, choices=[*choices, *nothing], default="", **common)
    if question.kind is QuestionKind.NUMBER:
        return WholeNumber(question.label, most=HIGHEST_NUMBER, required=needed, **common)
    if question.kind is QuestionKind.DATE:
        return Day(question.label, required=needed, **common)
    longest = LONGEST[question.kind]
    validators.append(Length(max=longest, message=TOO_LONG))
    if question.kind is QuestionKind.LONG_TEXT:
        return TextAreaField(
            question.label, validators, render_kw={"rows": 4, "maxlength": longest}, **common
        )
    return StringField(question.label, validators, render_kw={"maxlength": longest}, **common)


def with_seats(question: Question, option: Option, seats: Seats, mine: bool = False) -> str:
    words = option_words(question, option)
    left = seats.left
    if left is None or mine or left > FEW_LEFT:
        return words
    note = ngettext("%(num)d place left", "%(num)d places left", left) if left else gettext("fully booked")
    return f"{words} ({note})"
