# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads around the organisers' questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import (
    Row,
    Select,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import Session, joinedload

from app.registration.models import ANSWERS, GivenAnswer, Registration
from app.registration.questions.models import Answer, Answered, Law, Option, Question, SensitiveAnswer
from app.registration.questions.rules import CHOOSING, LEGAL_BASIS_LABELS, LegalBasis, QuestionKind
from app.texts import gettext

Given = TypeVar("Given", bound=Answered)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What somebody answered to one question, in the words of that moment. `without_place` names the chosen options
    that were full when the person got a seat."""

    question_id: int
    asked: str
    kind: QuestionKind
    texts: tuple[str, ...]
    withdrawable: bool
    without_place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How many people with a place in the day gave an answer; `option` is None for what is not chosen from a list."""

    question: Question
    option: Option | None
    people: int


def questions_of(session: Session, event_id: int) -> list[Question]:
    """The organisers' questions with their options, in their order."""
    found = (
        select(Question)
        .where(Question.event_id == event_id)
        .options(joinedload(Question.options))
        .order_by(Question.position, Question.id)
        .execution_options(populate_existing=True)  # seats are counted past the mapper
    )
    return list(session.scalars(found).unique())


def answers_of(
    session: Session, registration: Registration, questions: Sequence[Question]
) -> list[AnswerView]:
    """The person's answers to these questions, in their order. Asks nothing where there are no questions."""
    tables = {SensitiveAnswer if one.sensitive else Answer for one in questions}
    rows: dict[int, list[Row[int, int, str, str, int | None, bool]]] = {}
    for row in (
        session.execute(union_all(*(_words_in(table, registration) for table in tables))) if tables else ()
    ):
        rows.setdefault(row.question_id, []).append(row)
    for given in rows.values():
        given.sort(key=lambda row: row.number)
    return [
        AnswerView(
            one.id,
            rows[one.id][0].asked,
            one.kind,
            tuple(row.text for row in rows[one.id]),
            one.withdrawable,
            tuple(
                row.text
                for row in rows[one.id]
                if row.option_id is not None and not row.holds and registration.has_seat
            ),
        )
        for one in questions
        if one.id in rows
    ]


def _words_in(
    table: type[GivenAnswer], registration: Registration
) -> Select[int, int, str, str, int | None, bool]:
    mine = table.registration_id == registration.id
    return select(
        table.question_id, table.number, table.asked, table.text, table.option_id, table.holds
    ).where(mine)


def given_answers(session: Session, registration: Registration) -> list[GivenAnswer]:
    """Every answer of the person as it is stored, the sensitive ones included."""
    return [*_given(session, Answer, registration), *_given(session, SensitiveAnswer, registration)]


def _given(session: Session, table: type[Given], registration: Registration) -> Sequence[Given]:
    mine = select(table).where(table.registration_id == registration.id)
    return session.scalars(mine.order_by(table.number)).all()


def given_before(
    session: Session, registration: Registration, questions: Sequence[Question]
) -> tuple[dict[int, list[int]], dict[int, str], set[int]]:
    """What fills a form: chosen options and texts by question, and the options of which the person holds a seat."""
    chosen: dict[int, list[int]] = {}
    texts: dict[int, str] = {}
    own: set[int] = set()
    kinds = {one.id: one.kind for one in questions}
    for row in given_answers(session, registration) if questions else ():
        if row.option_id is not None:
            chosen.setdefault(row.question_id, []).append(row.option_id)
            own |= {row.option_id} if row.holds else set()
        elif kinds.get(row.question_id, QuestionKind.ONE_OF) not in CHOOSING:
            texts[row.question_id] = row.text
    return chosen, texts, own


def said_in(table: type[GivenAnswer]) -> Select[int, int, int | None, str, int]:
    """Who said what to which question, as lists, files, filters and figures read it: an option by the name it has today,
    so that what is one in one of them is one in all."""
    words = func.coalesce(Option.label, table.text)
    return select(
        table.registration_id, table.question_id, table.option_id, words.label("words"), table.number
    ).outerjoin(Option, table.option_id == Option.id)


def count_answers(session: Session, questions: Sequence[Question]) -> list[Count]:
    """Answers as numbers, the only form in which sensitive ones leave the house (DP-04). Two queries."""
    people: dict[tuple[int, int | None], int] = {}
    for table in ANSWERS:
        said = said_in(table).subquery()
        counted = (
            select(said.c.question_id, said.c.option_id, func.count(func.distinct(said.c.registration_id)))
            .join(Registration, said.c.registration_id == Registration.id)
            .where(Registration.has_seat, said.c.question_id.in_([one.id for one in questions] or [0]))
            .group_by(said.c.question_id, said.c.option_id)
        )
        for question_id, option_id, number in session.execute(counted):
            people[question_id, option_id] = number
    counts: list[Count] = []
    for one in questions:
        counts += [Count(one, option, people.get((one.id, option.id), 0)) for option in one.options]
        if one.kind not in CHOOSING:
            counts.append(Count(one, None, people.get((one.id, None), 0)))
    return counts


def count_choices(session: Session, question: Question) -> dict[int, int]:
    """Option id → how many registrations have chosen it, those that ended included."""
    found: dict[int, int] = {}
    for table in ANSWERS:
        counted = (
            select(table.option_id, func.count(func.distinct(table.registration_id)))
            .where(table.question_id == question.id, table.option_id.is_not(None))
            .group_by(table.option_id)
        )
        found |= {int(row[0] or 0): int(row[1]) for row in session.execute(counted)}
    return found


def days_with_questions(session: Session) -> set[int]:
    return set(session.scalars(select(Question.event_id).distinct()))


def answered_questions(session: Session, event_id: int) -> dict[int, int]:
    """Question id → how many registrations answered it."""
    found: dict[int, int] = {}
    for table in ANSWERS:
        counted = (
            select(table.question_id, func.count(func.distinct(table.registration_id)))
            .join(Question, table.question_id == Question.id)
            .where(Question.event_id == event_id)
            .group_by(table.question_id)
        )
        found |= {int(row[0]): int(row[1]) for row in session.execute(counted)}
    return found


def public_task(session: Session) -> str:
    """The basis on which people are registered, with the laws that this installation names (DP-01)."""
    if laws := laws_to_choose(session):
        return gettext("Public task (Art. 6 (1) e GDPR, %(law)s)", law="; ".join(laws))
    return gettext(LEGAL_BASIS_LABELS[LegalBasis.PUBLIC_TASK])


def laws_to_choose(session: Session) -> Sequence[str]:
    """Those that are offered, in the team's order."""
    offered = select(Law.name).where(~Law.retired).order_by(Law.position, Law.id)
    return session.scalars(offered).all()
