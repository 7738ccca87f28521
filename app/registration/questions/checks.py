# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`: questions, answers, and seats of options."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from app.events.models import Event
from app.findings import Check, Fault, built_once, count_of, faulty, listed, together
from app.registration.models import ANSWERS, Registration
from app.registration.questions.models import Answer, Condition, Option, Question, SensitiveAnswer
from app.registration.questions.rules import LegalBasis, Retention


@built_once
def option_counts() -> Check:
    """Options of questions know no line, only seats."""
    counted = [count_of(one.id, one.option_id == Option.id, one.holds.is_(True)) for one in ANSWERS]
    found = select(Option.id, Option.taken, counted[0] + counted[1]).order_by(Option.id)
    oversold = {"more people chose it than its limit": Option.taken > Option.capacity + Option.extra}

    def miscounted(session: Session) -> Fault:
        for row, taken, number in session.execute(found):
            if taken != number:
                yield f"question_option {row}: {taken} seats are taken, {number} are held"

    return together(miscounted, faulty("question_option", Option.id, oversold))


@built_once
def questions() -> Check:
    one, before = Question, aliased(Question)
    misplaced = (
        select(one.id)
        .join(Condition, Condition.question_id == one.id)
        .join(Option, Condition.option_id == Option.id)
        .join(before, Option.question_id == before.id)
        .where(or_(before.event_id != one.event_id, before.position >= one.position))
    )
    unaware = select(Event.id).where(Event.questions_version == 0, Event.id.in_(select(one.event_id)))
    return together(
        _question_faults(),
        listed(misplaced.order_by(one.id), "question %s: hangs on an answer that is not asked before it"),
        listed(
            unaware.order_by(Event.id),
            "event %s: asks questions and does not know of it, so nobody sees them",
        ),
    )


def _question_faults() -> Check:
    one = Question
    faults: dict[str, ColumnElement[bool]] = {
        "says not what it is for": one.purpose == "",
        "is sensitive without explicit consent or kept too long": or_(
            one.sensitive != (one.legal_basis == LegalBasis.EXPLICIT_CONSENT),
            and_(one.sensitive, one.retention != Retention.DAYS),
        ),
        "is required, though its answer rests on consent": and_(
            one.required, one.legal_basis != LegalBasis.PUBLIC_TASK
        ),
        "names a law that gives a task, and rests on consent": and_(
            one.law != "", one.legal_basis != LegalBasis.PUBLIC_TASK
        ),
    }
    return faulty("question", one.id, faults)


@built_once
def answers() -> Check:
    return together(*(_answer_faults(table) for table in ANSWERS))


def _answer_faults(table: type[Answer] | type[SensitiveAnswer]) -> Check:
    faults: dict[str, ColumnElement[bool]] = {
        "is to a question of another day": Question.event_id != Registration.event_id,
        "is in the wrong table": Question.sensitive != (table is SensitiveAnswer),
        "chose an option of another question": select(Option.id)
        .where(Option.id == table.option_id, Option.question_id != table.question_id)
        .exists(),
        "holds an option without a seat at the day": and_(table.holds, ~Registration.has_seat),
        "holds an option that is not there": and_(table.holds, table.option_id.is_(None)),
    }
    of_person = (Registration, table.registration_id == Registration.id)
    to_question = (Question, table.question_id == Question.id)
    return faulty(table.__tablename__, table.id, faults, of_person, to_question)
