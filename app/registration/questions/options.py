# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The options of a question: written, corrected, ended. An option that people have chosen never goes: it ends, and keeps
their answers under its name. Callers hold the event's lock.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.events.rules import refuse_capacity_below_taken
from app.refusal import N_, Missing, Refusal
from app.registration.models import ANSWERS
from app.registration.questions.models import Option, Question
from app.registration.questions.queries import count_choices
from app.registration.questions.rules import WITH_OPTIONS, QuestionKind, Renaming
from app.registration.workshops.rules import Need

MOST_OPTIONS = 40


@dataclass(frozen=True, slots=True)
class OptionFacts:
    """An option as the form says; `id` is None for a new one. Only the standard set gives a new one its `need`. `renaming`
    says what another name means where people have chosen it."""

    label: str
    capacity: int | None = None
    id: int | None = None
    need: Need | None = None
    renaming: Renaming | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The names of those with answers that were corrected, and that ended."""

    corrected: tuple[str, ...]
    ended: tuple[str, ...]


class Undecided(Refusal):
    """An option that was chosen has another name, and nobody said what that means."""

    def __init__(self, option: Option) -> None:
        super().__init__(
            N_("People have chosen “%(option)s”. Please say whether its new name is a correction."),
            field=f"meant-{option.id}",
            option=option.label,
        )


class StillChosen(Refusal):
    """An option that was chosen is to go, and nobody has read what becomes of its answers."""

    def __init__(self, option: Option) -> None:
        super().__init__(
            N_("People have chosen “%(option)s”. Please confirm that it ends, or give it its name back."),
            field=f"ends-{option.id}",
            option=option.label,
        )


def write(
    session: Session,
    known: Sequence[Question],
    question: Question,
    wanted: Sequence[OptionFacts],
    ending: Collection[int] = (),
) -> Decided:
    """Options keep their row when they are corrected, and the answers follow; one that ends keeps its own. A name that
    ended before is taken up again.

    Refuses another name or the end of an option that people have chosen without a decision, one that another question
    hangs on, fewer seats than are taken, and a name that is kept for answers.
    """
    present = {one.id: one for one in question.offered}
    kept = {one.id for one in wanted if one.id is not None}
    if not kept <= present.keys():
        raise Missing
    chosen = count_choices(session, question) if present else {}
    renamed = {
        one.id: one
        for one in wanted
        if one.id is not None and chosen.get(one.id) and one.label != present[one.id].label
    }
    replaced = {key for key, one in renamed.items() if one.renaming is Renaming.ANOTHER}
    for key, one in renamed.items():
        if one.renaming is None:
            raise Undecided(present[key])
    gone = (present.keys() - kept) | replaced
    refuse_needed(known, question, gone)
    for option_id in gone - replaced:
        if chosen.get(option_id) and option_id not in ending:
            raise StillChosen(present[option_id])
    before = [one for one in question.options if one.ended and chosen.get(one.id)]
    ended = [present[one] for one in sorted(gone) if chosen.get(one)]
    options = _in_place(question, wanted, replaced)
    closed = [one for one in (*before, *ended) if one not in options]
    _refuse_kept_names(wanted, closed)
    _name(session, question, options, closed, wanted)
    corrected = {key: one.label for key, one in renamed.items() if key not in replaced}
    for key, label in corrected.items():
        _take_answers_along(session, key, label)
    return Decided(tuple(corrected.values()), tuple(one.label for one in ended))


def refuse_bad(kind: QuestionKind, wanted: Sequence[OptionFacts]) -> None:
    labels = [one.label for one in wanted]
    if kind not in WITH_OPTIONS:
        if labels:
            raise Refusal(N_("Only questions to choose from have options."), field="kind")
        return
    if len(labels) < 1 + (kind is QuestionKind.ONE_OF):
        raise Refusal(
            N_("Please name the options to choose from, at least two for one answer."), field="kind"
        )
    if len(labels) > MOST_OPTIONS:
        raise Refusal(N_("A question has at most %(number)d options."), field="kind", number=MOST_OPTIONS)
    if len(set(labels)) < len(labels) or not all(labels):
        raise Refusal(N_("Each option needs a name of its own."), field="kind")


def refuse_needed(known: Iterable[Question], question: Question, options: Iterable[int]) -> None:
    gone = set(options)
    for one in known:
        if one is not question and one.shown_if in gone:
            raise Refusal(
                N_("“%(label)s” is asked only after this answer. Please change that question first."),
                label=one.label,
            )


def _in_place(question: Question, wanted: Sequence[OptionFacts], replaced: Collection[int]) -> list[Option]:
    """The row of each that is wanted: its own, one of that name that ended before, or a new one."""
    present = {one.id: one for one in question.options}
    ended = {one.label: one for one in question.options if one.ended}
    options = []
    for facts in wanted:
        own = facts.id is not None and facts.id not in replaced
        if own:
            option = present[facts.id or 0]
        else:
            option = ended.get(facts.label) or Option(label=facts.label, need=facts.need)
        if option.taken:
            _refuse_smaller(option, facts)
        options.append(option)
    return options


def _refuse_kept_names(wanted: Sequence[OptionFacts], closed: Sequence[Option]) -> None:
    kept = {one.label for one in closed}
    for facts in wanted:
        if facts.label in kept:
            raise Refusal(
                N_("“%(option)s” has answers under this name. Please choose another name."),
                field=f"option-{facts.id}" if facts.id is not None else "kind",
                option=facts.label,
            )


def _name(
    session: Session,
    question: Question,
    options: Sequence[Option],
    closed: Sequence[Option],
    wanted: Sequence[OptionFacts],
) -> None:
    """Ended ones stand last. Names may change places, and each is unique at any time."""
    for number, option in enumerate(options):
        option.position, option.capacity, option.ended = number, wanted[number].capacity, False
        if option.id is not None and option.label != wanted[number].label:
            option.label = f"#{option.id}"
    for number, option in enumerate(closed, start=len(options)):
        option.position, option.ended = number, True
    question.options = [*options, *closed]
    session.flush()
    for option, facts in zip(options, wanted, strict=True):
        option.label = facts.label
    session.flush()


def _take_answers_along(session: Session, option_id: int, label: str) -> None:
    for table in ANSWERS:
        session.execute(
            update(table)
            .where(table.option_id == option_id)
            .values(text=label)
            .execution_options(synchronize_session=False)
        )


def _refuse_smaller(option: Option, facts: OptionFacts) -> None:
    try:
        refuse_capacity_below_taken(facts.capacity, option.extra, option.taken)
    except Refusal as refusal:
        raise Refusal(refusal.sentence, field=f"limit-{option.id}", **refusal.values) from None
