# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Answers as cells of a file, and how often each was given. Files are German."""

from collections.abc import Iterator, Sequence

from app.registration.questions.answers import date_of, number_of
from app.registration.questions.models import Question
from app.registration.questions.queries import Count
from app.registration.questions.rules import QuestionKind
from app.spreadsheets import Cell
from app.texts import force_locale, gettext


def counts(numbers: Sequence[Count]) -> tuple[list[str], Iterator[list[Cell]]]:
    """How often each answer was given: the first line, and the others."""
    with force_locale("de"):
        head = [gettext("Question"), gettext("Answer"), gettext("Number of people"), gettext("Limit")]
        answered = gettext("answered")
    return head, (
        [
            one.question.label,
            _words(one.question, one.option.label) if one.option else answered,
            one.people,
            one.option.capacity if one.option else None,
        ]
        for one in numbers
    )


def answer_cell(question: Question, texts: Sequence[str]) -> Cell:
    if not texts:
        return ""
    first = texts[0]
    if question.kind is QuestionKind.NUMBER and (number := number_of(first)) is not None:
        return number
    if question.kind is QuestionKind.DATE and (day := date_of(first)) is not None:
        return f"{day:%d.%m.%Y}"
    return "; ".join(_words(question, text) for text in texts)


def _words(question: Question, text: str) -> str:
    if question.kind is not QuestionKind.YES_NO:
        return text
    with force_locale("de"):
        return str(gettext(text))
