# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Answers to the organisers' questions: judged, stored, given back. Callers hold the event's lock.

Options are scarce as seats are: each is counted for the people who hold a seat, by one conditional UPDATE for all
that somebody chose (app/events/seats.py claims one thing at a time, which would be one statement per question).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import ColumnElement, Table, delete, insert, or_, select, union_all, update
from sqlalchemy.orm import Session

from app.events.models import Event
from app.registration.models import ANSWERS, GivenAnswer, Registration
from app.registration.questions.asked import questions_to_judge
from app.registration.questions.models import Answer, Answered, Option, Question, SensitiveAnswer
from app.registration.questions.queries import given_answers, questions_of
from app.registration.questions.rules import (
    CHOOSING,
    LegalBasis,
    NoSuchAnswer,
    OptionFull,
    QuestionKind,
    Unanswered,
)

Given = Mapping[int, "tuple[int, ...] | str"]
"""Question id → ids of the chosen options, or a text: numbers in digits, dates as 2027-03-11."""

LONGEST = {QuestionKind.SHORT_TEXT: 200, QuestionKind.LONG_TEXT: 2000}
HIGHEST_NUMBER = 1_000_000
_options = cast(Table, Option.__table__)


@dataclass(frozen=True, slots=True)
class Part:
    """One answer as it will be stored: an option, or a text."""

    question: Question
    text: str
    option: Option | None = None


def shown_questions(questions: Iterable[Question], chosen: Mapping[int, Collection[int]]) -> list[Question]:
    """Those that are asked of somebody who chose these options (question id → option ids).

    In their order, so that what hangs on a hidden answer is hidden too.
    """
    shown: list[Question] = []
    open_options: set[int] = set()
    for question in questions:
        if question.shown_if is None or question.shown_if in open_options:
            shown.append(question)
            mine = {option.id for option in question.options}
            open_options |= mine.intersection(chosen.get(question.id, ()))
    return shown


def judge(
    questions: Sequence[Question],
    given: Given,
    *,
    asked: Collection[int] | None = None,
    elsewhere: Mapping[int, Collection[int]] | None = None,
    own: Collection[int] = (),
    strict: bool = True,
    limits: bool = True,
) -> list[Part]:
    """What is to be stored of the answers; those to hidden questions are left out.

    `asked` are the questions in the form (all, if None), `elsewhere` the options chosen in those that are not. Refuses
    what is not offered, if `strict` that a required answer is missing, and with `limits` an option that is full; neither
    of those that the person had `own` before.
    """
    chosen = {key: value for key, value in given.items() if isinstance(value, tuple)}
    parts: list[Part] = []
    for question in shown_questions(questions, {**(elsewhere or {}), **chosen}):
        if asked is not None and question.id not in asked:
            continue
        mine = _parts(question, given.get(question.id, ""), own, limits=limits)
        if strict and question.required and not mine:
            raise Unanswered(question.field)
        parts += mine
    return parts


def judge_entry(session: Session, event: Event, given: Given | None) -> list[Part]:
    """What a form that has just been sent answers, asked again inside the transaction; None was not asked."""
    if given is None:
        return []
    return judge(questions_to_judge(session, event), given)


def judge_for_somebody(session: Session, event: Event, given: Given | None) -> list[Part]:
    """What the team notes for a person it adds: all but what is sensitive, and nothing is required."""
    if not given:
        return []
    plain = [one for one in questions_of(session, event.id) if not one.sensitive]
    return judge(plain, given, strict=False)


def store(session: Session, registration: Registration, parts: Sequence[Part]) -> None:
    """Write all parts, one statement per table. Who holds a seat takes the options, or is refused."""
    wanted = [part.option.id for part in parts if part.option is not None]
    taken = claim_options(session, wanted) if registration.has_seat else set()
    numbers: dict[int, int] = {}
    rows: dict[type[GivenAnswer], list[dict[str, object]]] = {table: [] for table in ANSWERS}
    for part in parts:
        question, option = part.question, part.option
        if option is not None and registration.has_seat and option.id not in taken:
            raise OptionFull(question.field, option.label)
        numbers[question.id] = numbers.get(question.id, -1) + 1
        row: dict[str, object] = {
            "registration_id": registration.id,
            "question_id": question.id,
            "number": numbers[question.id],
            "option_id": option.id if option is not None else None,
            "holds": option is not None and option.id in taken,
            "asked": question.label,
            "text": part.text,
        }
        rows[SensitiveAnswer if question.sensitive else Answer].append(row)
    for table, lines in rows.items():
        if lines:
            # Past the mapper, which would make a statement of its own for rows without an option.
            session.execute(insert(cast(Table, table.__table__)), lines)


def replace(
    session: Session,
    registration: Registration,
    questions: Sequence[Question],
    asked: Collection[int],
    given: Given,
    *,
    strict: bool = True,
) -> list[int]:
    """Other answers to those of the day's questions that are `asked`; the ids of those that changed. What is hidden
    from now on is deleted.

    Options given back are free before new ones are claimed; who holds the last seat of one may keep it. Answers that
    did not change are left alone, in the words in which they were given.
    """
    stored = _stored(session, registration)
    elsewhere = {
        key: {one.option_id for one in rows if one.option_id is not None}
        for key, rows in stored.items()
        if key not in asked
    }
    own = {one.option_id for rows in stored.values() for one in rows if one.option_id is not None}
    parts = judge(questions, given, asked=asked, elsewhere=elsewhere, own=own, strict=strict)
    wanted: dict[int, list[Part]] = {}
    for part in parts:
        wanted.setdefault(part.question.id, []).append(part)
    chosen = {**elsewhere, **{key: value for key, value in given.items() if isinstance(value, tuple)}}
    shown = {one.id for one in shown_questions(questions, chosen)}
    changed = [
        one.id
        for one in questions
        if (one.id in asked or (one.id in stored and one.id not in shown))
        and _facts(wanted.get(one.id, [])) != _facts(stored.get(one.id, []))
    ]
    _forget(session, [row for key in changed for row in stored.get(key, [])])
    store(session, registration, [part for part in parts if part.question.id in changed])
    if registration.has_seat:
        take_wanted(session, registration)  # an option that was full when the person moved up may be free now
    return changed


def take_wanted(session: Session, registration: Registration) -> None:
    """The person has a seat now and takes the options chosen, as far as there are any left."""
    ids = [one for one, holds in _options_of(session, registration) if one is not None and not holds]
    taken = claim_options(session, ids) if ids else set()
    for table in ANSWERS if taken else ():
        _hold(session, table, registration, True, taken)


def give_back(session: Session, registration: Registration, *, for_good: bool) -> None:
    """The person leaves: the options are free again. `for_good` deletes what rests on consent, all that is
    sensitive among it, at once (DP-03)."""
    found = _options_of(session, registration)
    own = [one for one, holds in found if one is not None and holds]
    if own:
        _release(session, own)
        for table in ANSWERS:
            _hold(session, table, registration, False, own)
    if found and for_good:
        by_consent = select(Question.id).where(*_rests_on_consent(registration))
        for table in ANSWERS:
            gone = delete(table).where(
                table.registration_id == registration.id, table.question_id.in_(by_consent)
            )
            session.execute(gone.execution_options(synchronize_session=False))


def pass_on(session: Session, old: Registration, new: Registration) -> None:
    """What one person answered becomes another's, with the options they have: only what the organisers need for their
    task. Nobody consents for somebody else, so what rests on consent, all that is sensitive among it, is deleted."""
    by_consent = set(session.scalars(select(Question.id).where(*_rests_on_consent(old))))
    _forget(session, [row for row in given_answers(session, old) if row.question_id in by_consent])
    session.execute(update(Answer).where(Answer.registration_id == old.id).values(registration_id=new.id))


def _rests_on_consent(registration: Registration) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Question.event_id == registration.event_id, Question.legal_basis != LegalBasis.PUBLIC_TASK


def _parts(
    question: Question, answer: "tuple[int, ...] | str", own: Collection[int], *, limits: bool
) -> list[Part]:
    """What is to be stored of one answer."""
    if question.kind not in CHOOSING:
        if not isinstance(answer, str) or not _readable(question.kind, answer):
            raise NoSuchAnswer(question.field)
        return [Part(question, answer)] if answer else []
    offered = {option.id: option for option in question.options if not option.ended or option.id in own}
    several = question.kind is QuestionKind.SEVERAL_OF
    ids = tuple(answer) if isinstance(answer, tuple) else ()
    if (answer and not ids) or not offered.keys() >= set(ids) or (len(ids) > 1 and not several):
        raise NoSuchAnswer(question.field)
    for one in ids:
        if limits and one not in own and offered[one].seats.full:
            raise OptionFull(question.field, offered[one].label)
    return [Part(question, option.label, option) for option in question.options if option.id in ids]


def number_of(text: str) -> int | None:
    """The number that an answer says; None for anything else."""
    readable = text.isascii() and text.isdecimal() and len(text) <= 20 and int(text) <= HIGHEST_NUMBER
    return int(text) if readable else None


def date_of(text: str) -> date | None:
    """The date that an answer says, as 2027-03-11; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text else None


def _readable(kind: QuestionKind, answer: str) -> bool:
    if not answer:
        return True
    if kind is QuestionKind.NUMBER:
        return number_of(answer) is not None
    if kind is QuestionKind.DATE:
        return date_of(answer) is not None
    return len(answer) <= LONGEST[kind]


def _facts(rows: Iterable[Part | Answered]) -> list[tuple[int | None, str]]:
    """What an answer says, whatever the options are called today."""
    facts: list[tuple[int | None, str]] = []
    for row in rows:
        key = row.option_id if isinstance(row, Answered) else row.option.id if row.option else None
        facts.append((key, "" if key is not None else row.text))
    return facts


def _stored(session: Session, registration: Registration) -> dict[int, list[GivenAnswer]]:
    found: dict[int, list[GivenAnswer]] = {}
    for row in given_answers(session, registration):
        found.setdefault(row.question_id, []).append(row)
    return found


def _options_of(session: Session, registration: Registration) -> Sequence[tuple[int | None, bool]]:
    """The option of each answer, and whether its seat is taken: one query for both tables."""
    both = union_all(
        *(
            select(table.option_id, table.holds).where(table.registration_id == registration.id)
            for table in ANSWERS
        )
    )
    return [(one, bool(holds)) for one, holds in session.execute(both)]


def _forget(session: Session, rows: Sequence[GivenAnswer]) -> None:
    own = [row.option_id for row in rows if row.holds and row.option_id is not None]
    if own:
        _release(session, own)
    for row in rows:
        session.delete(row)
    session.flush()


def _hold(
    session: Session,
    table: type[GivenAnswer],
    registration: Registration,
    holds: bool,
    options: Collection[int],
) -> None:
    session.execute(
        update(table)
        .where(table.registration_id == registration.id, table.option_id.in_(options))
        .values(holds=holds)
        .execution_options(synchronize_session=False)
    )


def claim_options(session: Session, ids: Collection[int]) -> set[int]:
    """One seat of each of these options; those that had one."""
    if not ids:
        return set()
    free = or_(_options.c.capacity.is_(None), _options.c.taken < _options.c.capacity + _options.c.extra)
    claimed = (
        update(_options)
        .where(_options.c.id.in_(ids), free)
        .values(taken=_options.c.taken + 1)
        .returning(_options.c.id)
    )
    return set(session.scalars(claimed))


def _release(session: Session, ids: Collection[int]) -> None:
    given_back = (
        update(_options)
        .where(_options.c.id.in_(ids), _options.c.taken > 0)
        .values(taken=_options.c.taken - 1)
        .returning(_options.c.id)
    )
    if set(session.scalars(given_back)) != set(ids):
        raise RuntimeError("an option's seat was given back that nobody held")
