# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Putting the organisers' questions together: add, change, move, remove, copy.

Every verb locks the event first, writes the action into the audit log, flushes, never commits. What people were told
when they answered (kind, purpose, legal basis, retention, who reads it) stays as it is from the first answer on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.service import lock_event
from app.people.audit import record
from app.refusal import N_, ChangedMeanwhile, Missing, Refusal
from app.registration.history import By
from app.registration.models import ANSWERS
from app.registration.questions import options
from app.registration.questions.models import Condition, Question
from app.registration.questions.options import OptionFacts
from app.registration.questions.queries import laws_to_choose, questions_of
from app.registration.questions.rules import (
    WITH_OPTIONS,
    YES_OR_NO,
    LegalBasis,
    QuestionKind,
    Retention,
    refuse_unlawful,
)
from app.registration.workshops.rules import Need

MOST_QUESTIONS = 60


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """What the organiser's form says of a question. `shown_if` is the id of an option of an earlier one, `law` what gives a
    public task."""

    kind: QuestionKind
    label: str
    purpose: str
    legal_basis: LegalBasis
    retention: Retention
    hint: str = ""
    required: bool = False
    organiser_only: bool = False
    sensitive: bool = False
    shown_if: int | None = None
    options: tuple[OptionFacts, ...] = ()
    ending: frozenset[int] = frozenset()  # options with answers that are to be offered no more
    law: str = ""


_NO_COLUMNS = {"shown_if", "options", "ending"}
# From the first answer on they say what people agreed to.
_FROZEN = ("kind", "purpose", "legal_basis", "law", "retention", "sensitive", "organiser_only")


def add_question(session: Session, event_id: int, facts: QuestionFacts, by: By, now: datetime) -> Question:
    """Refuses what may not be asked, a condition that does not stand before it, options without a name or twice."""
    lock_event(session, event_id)
    known = questions_of(session, event_id)
    question = _add(session, event_id, known, facts)
    _record(session, question, by, now, "add")
    return question


def change_question(
    session: Session,
    event_id: int,
    question_id: int,
    facts: QuestionFacts,
    version: int,
    by: By,
    now: datetime,
) -> Question:
    """Refuses a stale version (F30), fewer seats than are taken, to change what people were told when they answered, and
    what nobody has decided of options that were chosen (`options.write`).

    What was answered keeps the words in which it was asked.
    """
    lock_event(session, event_id)
    known = questions_of(session, event_id)
    question = _of(known, question_id)
    if question.version != version:
        raise ChangedMeanwhile
    _refuse_bad(known, facts, question)
    if _has_answers(session, question):
        for name in _FROZEN:
            if getattr(question, name) != getattr(facts, name):
                raise Refusal(
                    N_(
                        "People have answered this question already, so this cannot change any more. Add a new one."
                    ),
                    field=name,
                )
    _write(question, facts)
    decided = options.write(session, known, question, _options(question, facts), facts.ending)
    _write_condition(session, question, facts.shown_if)
    question.version += 1
    session.flush()
    corrected, ended = ", ".join(decided.corrected), ", ".join(decided.ended)
    _record(session, question, by, now, "change", corrected=corrected, ended=ended)
    return question


def move_question(
    session: Session, event_id: int, question_id: int, by: By, now: datetime, *, up: bool
) -> Question:
    """One step up or down. Refuses to put a question before the one it hangs on; at the end nothing happens."""
    lock_event(session, event_id)
    order = questions_of(session, event_id)
    question = _of(order, question_id)
    here = order.index(question)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return question
    first, second = (order[there], question) if up else (question, order[there])
    if second.shown_if in {option.id for option in first.options}:
        raise Refusal(
            N_("“%(label)s” depends on the question before it and has to stay below it."), label=second.label
        )
    order[here], order[there] = order[there], order[here]
    for position, one in enumerate(order):
        one.position = position
    session.flush()
    _record(session, question, by, now, "move")
    return question


def remove_question(session: Session, event_id: int, question_id: int, by: By, now: datetime) -> None:
    """With all its answers. Refuses while another question depends on it."""
    lock_event(session, event_id)
    known = questions_of(session, event_id)
    question = _of(known, question_id)
    refuse_removing(known, question)
    _record(session, question, by, now, "remove")
    session.delete(question)
    session.flush()


def refuse_removing(known: Sequence[Question], question: Question) -> None:
    """One that another question depends on stays."""
    options.refuse_needed(known, question, {option.id for option in question.options})


def copy_questions(session: Session, event_id: int, source_id: int, by: By, now: datetime) -> list[Question]:
    """The questions of another day, with options and limits, behind those that are there. Same wording is not copied
    twice. Callers have asked whether the person works on both days. Refuses when there is nothing to copy."""
    lock_event(session, event_id)
    source = questions_of(session, source_id)
    if event_id == source_id or not source:
        raise Refusal(N_("This day has no questions to copy."), field="source")
    copied = _add_all(session, event_id, [_facts(one, source) for one in source])
    for question in copied:
        _record(session, question, by, now, "copy", source=source_id)
    return copied


def add_standard_set(
    session: Session, event_id: int, translate: Callable[[str], str], by: By, now: datetime
) -> list[Question]:
    """The questions most days need, in the language of `translate`; those that are there stay. The first law that is offered
    gives the public task."""
    lock_event(session, event_id)
    law = next(iter(laws_to_choose(session)), "")
    words = [
        replace(
            facts,
            law=law if facts.legal_basis is LegalBasis.PUBLIC_TASK else "",
            label=translate(facts.label),
            hint=translate(facts.hint) if facts.hint else "",
            purpose=translate(facts.purpose),
            options=tuple(replace(one, label=translate(one.label)) for one in facts.options),
        )
        for facts in STANDARD
    ]
    added = _add_all(session, event_id, list(zip(words, _STANDARD_CONDITIONS, strict=True)))
    for question in added:
        _record(session, question, by, now, "add")
    return added


# A question and, if it hangs on one, the number of the question before it and of that one's option.
_Linked = tuple[QuestionFacts, "tuple[int, int] | None"]


def _add_all(session: Session, event_id: int, wanted: Sequence[_Linked]) -> list[Question]:
    known = questions_of(session, event_id)
    by_label = {one.label: one for one in known}
    standing: list[Question] = []
    added: list[Question] = []
    for facts, link in wanted:
        question = by_label.get(facts.label)
        if question is None:
            shown_if = None
            if link is not None and len(standing[link[0]].offered) > link[1]:
                shown_if = standing[link[0]].offered[link[1]].id
            question = _add(session, event_id, known, replace(facts, shown_if=shown_if))
            known.append(question)
            by_label[question.label] = question
            added.append(question)
        standing.append(question)
    return added


def _facts(question: Question, source: Sequence[Question]) -> _Linked:
    link = None
    for number, one in enumerate(source):
        ids = [option.id for option in one.offered]
        if question.shown_if in ids:
            link = (number, ids.index(question.shown_if))
    facts = QuestionFacts(
        **{name: getattr(question, name) for name in QuestionFacts.__slots__ if name not in _NO_COLUMNS},
        options=tuple(
            OptionFacts(one.label, one.capacity, need=one.need)
            for one in question.offered
            if question.kind in WITH_OPTIONS
        ),
    )
    return facts, link


def _add(session: Session, event_id: int, known: Sequence[Question], facts: QuestionFacts) -> Question:
    if len(known) >= MOST_QUESTIONS:
        raise Refusal(N_("A form has at most %(number)d questions."), number=MOST_QUESTIONS)
    _refuse_bad(known, facts, None)
    position = max((one.position for one in known), default=-1) + 1
    question = Question(event_id=event_id, position=position, kind=facts.kind, options=[])
    _write(question, facts)
    session.add(question)
    options.write(session, known, question, _options(question, facts))
    session.flush()
    _write_condition(session, question, facts.shown_if)
    session.flush()
    return question


def _write(question: Question, facts: QuestionFacts) -> None:
    for name in QuestionFacts.__slots__:
        if name not in _NO_COLUMNS:
            setattr(question, name, getattr(facts, name))


def _options(question: Question, facts: QuestionFacts) -> tuple[OptionFacts, ...]:
    """Those that are wanted; "Yes" and "No" are ours."""
    if facts.kind is not QuestionKind.YES_NO:
        return facts.options
    labels = dict(zip(YES_OR_NO, question.options, strict=False))
    return tuple(
        OptionFacts(label, None, labels[label].id if label in labels else None) for label in YES_OR_NO
    )


def _write_condition(session: Session, question: Question, shown_if: int | None) -> None:
    if question.shown_if == shown_if:
        return
    question.condition = None
    session.flush()
    if shown_if is not None:
        question.condition = Condition(option_id=shown_if)


def _refuse_bad(known: Sequence[Question], facts: QuestionFacts, question: Question | None) -> None:
    if not facts.label:
        raise Refusal(N_("Please fill in this field."), field="label")
    refuse_unlawful(
        facts.purpose, facts.legal_basis, facts.retention, sensitive=facts.sensitive, required=facts.required
    )
    if facts.organiser_only and facts.required:
        raise Refusal(N_("Participants never see this question, so it cannot be required."), field="required")
    mine = {option.id for option in question.options} if question else set()
    for one in known:
        if one.shown_if in mine:
            _refuse_hidden(facts, one, "organiser_only" if facts.organiser_only else "sensitive")
    options.refuse_bad(facts.kind, facts.options)
    if facts.shown_if is not None:
        _refuse_bad_condition(known, facts, question)


def _refuse_bad_condition(known: Sequence[Question], facts: QuestionFacts, question: Question | None) -> None:
    before = [one for one in known if question is None or one.position < question.position]
    owner = next((one for one in before for option in one.options if option.id == facts.shown_if), None)
    if owner is None:
        raise Refusal(
            N_("Please choose an answer of a question that stands before this one."), field="shown_if"
        )
    _refuse_hidden(owner, facts, "shown_if")


def _refuse_hidden(owner: Question | QuestionFacts, depending: Question | QuestionFacts, field: str) -> None:
    """Whether a question was asked tells what was answered before it."""
    if (owner.organiser_only and not depending.organiser_only) or (
        owner.sensitive and not depending.sensitive
    ):
        raise Refusal(
            N_("“%(label)s” depends on an answer that fewer people may read. Please change that first."),
            field=field,
            label=depending.label,
        )


def _has_answers(session: Session, question: Question) -> bool:
    return any(
        session.scalar(select(table.id).where(table.question_id == question.id).limit(1)) is not None
        for table in ANSWERS
    )


def get_question(session: Session, event_id: int, question_id: int) -> Question:
    """The question of this day. Raises `Missing`, also for one of another day (T02)."""
    return _of(questions_of(session, event_id), question_id)


def _of(questions: Sequence[Question], question_id: int) -> Question:
    found = next((one for one in questions if one.id == question_id), None)
    if found is None:
        raise Missing
    return found


def _record(
    session: Session, question: Question, by: By, now: datetime, action: str, **detail: object
) -> None:
    """Into the audit log; and the day says that its questions are others now. Past the mapper: it is no edit of the
    day, so the day's `version` stays."""
    days = cast(Table, Event.__table__)
    asked_anew = update(days).where(days.c.id == question.event_id)
    session.execute(asked_anew.values(questions_version=days.c.questions_version + 1))
    record(
        session,
        now,
        by.organiser_id,
        question.event_id,
        f"question.{action}",
        f"question {question.id}",
        {"label": question.label, **detail},
    )


_MEALS = tuple(
    OptionFacts(label) for label in (N_("Everything"), N_("Vegetarian"), N_("Vegan"), N_("Something else"))
)
_NEEDS = (
    OptionFacts(N_("Access without steps"), need=Need.STEP_FREE),
    OptionFacts(N_("German Sign Language"), need=Need.INTERPRETING),
    OptionFacts(N_("Speech-to-text interpreting")),
    OptionFacts(N_("Induction loop"), need=Need.INDUCTION_LOOP),
    OptionFacts(N_("I bring an assistance dog")),
    OptionFacts(N_("Papers in advance")),
    OptionFacts(N_("A quiet room")),
)
_TRAVEL = tuple(
    OptionFacts(label)
    for label in (
        N_("Train or bus"),
        N_("Car"),
        N_("Bicycle"),
        N_("I offer a lift"),
        N_("I am looking for a lift"),
    )
)
STANDARD = (
    QuestionFacts(
        QuestionKind.ONE_OF,
        N_("Catering"),
        N_("To order the meals."),
        LegalBasis.CONSENT,
        Retention.DAYS,
        options=_MEALS,
    ),
    QuestionFacts(
        QuestionKind.SHORT_TEXT,
        N_("What should we know about your meal?"),
        N_("To order a meal that suits you."),
        LegalBasis.EXPLICIT_CONSENT,
        Retention.DAYS,
        sensitive=True,
    ),
    QuestionFacts(
        QuestionKind.SEVERAL_OF,
        N_("What do you need to take part well?"),
        N_("To arrange what you need on the day."),
        LegalBasis.EXPLICIT_CONSENT,
        Retention.DAYS,
        N_("Everybody is welcome. We ask for the support you need, not for the reason."),
        sensitive=True,
        options=_NEEDS,
    ),
    QuestionFacts(
        QuestionKind.LONG_TEXT,
        N_("What else helps you to take part?"),
        N_("To arrange what you need on the day."),
        LegalBasis.EXPLICIT_CONSENT,
        Retention.DAYS,
        sensitive=True,
    ),
    QuestionFacts(
        QuestionKind.ONE_OF,
        N_("How do you travel?"),
        N_("To plan parking and to bring people together who share a car."),
        LegalBasis.CONSENT,
        Retention.DAYS,
        options=_TRAVEL,
    ),
    QuestionFacts(
        QuestionKind.LONG_TEXT,
        N_("A question to the speakers"),
        N_("To prepare the talks and workshops."),
        LegalBasis.PUBLIC_TASK,
        Retention.MONTHS,
    ),
)
_STANDARD_CONDITIONS = (None, (0, 3), None, None, None, None)
