# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Options that people have chosen get another name, or go: what becomes of the answers, and that figures, file and filter
say one thing of it."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.attendees import columns, exports, lists
from app.attendees.filters import Wanted
from app.events.models import Event
from app.refusal import Missing, Refusal
from app.registration.questions import service
from app.registration.questions.answering import change_answers
from app.registration.questions.exports import counts
from app.registration.questions.models import Option
from app.registration.questions.options import OptionFacts, StillChosen, Undecided
from app.registration.questions.queries import answers_of, count_answers, questions_of
from app.registration.questions.rules import NoSuchAnswer, QuestionKind, Renaming
from app.web.database import db, transaction
from tests.factories.days import NOW
from tests.factories.questions import SENSITIVE, TEAM, facts
from tests.registration.questions.test_service import add, change, facts_of, options_of
from tests.registration.steps import Day, open_day

KINDS = {"one": QuestionKind.ONE_OF, "several": QuestionKind.SEVERAL_OF}


@pytest.fixture
def day(app: Flask) -> Any:
    with app.app_context():
        yield open_day(capacity=20)


@pytest.fixture
def meal(day: Day) -> int:
    """A question that three people have answered: "vegan" twice, "alles" once."""
    number = add(day, facts(QuestionKind.ONE_OF, "Essen", "alles", "vegan", OptionFacts("Suppe", 5)))
    known = options_of(number)
    for name, chosen in (("anna", "vegan"), ("berta", "vegan"), ("carla", "alles")):
        day.register(name, given={number: (known[chosen].id,)})
    return number


def rename(
    day: Day,
    number: int,
    renaming: Renaming | None = None,
    ending: frozenset[int] = frozenset(),
    **names: str,
) -> None:
    """Options by their names of today; one with an empty name goes."""
    with transaction() as session:
        now, version = facts_of(session, day.event_id, number)
        wanted = [
            replace(
                one, label=names.get(one.label, one.label), renaming=renaming if one.label in names else None
            )
            for one in now.options
        ]
        wanted += [OptionFacts(name) for old, name in names.items() if old.startswith("neu")]
        kept = tuple(one for one in wanted if one.label)
        changed = replace(now, options=kept, ending=ending)
        service.change_question(session, day.event_id, number, changed, version, TEAM, NOW)


def figures(day: Day) -> dict[str, int]:
    """What the page and the file of figures say."""
    db.session.rollback()
    _head, rows = counts(count_answers(db.session(), questions_of(db.session(), day.event_id)))
    return {str(row[1]): int(str(row[2])) for row in rows if row[2]}


def in_file(day: Day) -> dict[str, int]:
    """How often each answer stands in the file of everybody."""
    db.session.rollback()
    session, event = db.session(), db.session.get_one(Event, day.event_id)
    every = columns.all_of_a_file(questions_of(session, day.event_id), ())
    rows = exports.cells(
        lists.every_person(session, event, Wanted(), every), every, lists.rounds_of(session, event)
    )
    return dict(Counter(word for row in rows for word in str(row[-1]).split("; ") if word))


def filtered(day: Day) -> dict[str, int]:
    """How many the list shows for each answer it offers."""
    db.session.rollback()
    session, event = db.session(), db.session.get_one(Event, day.event_id)
    found = {
        option.label: lists.count_people(session, event, Wanted(option_id=option.id))
        for question in questions_of(session, day.event_id)
        for option in question.options
    }
    return {label: people for label, people in found.items() if people}


def says(day: Day, name: str) -> list[str]:
    db.session.rollback()
    known = questions_of(db.session(), day.event_id)
    return [text for one in answers_of(db.session(), day.of(name), known) for text in one.texts]


def test_nothing_is_renamed_or_ended_unasked(day: Day, meal: int) -> None:
    vegan = options_of(meal)["vegan"].id
    with pytest.raises(Undecided) as unsaid:
        rename(day, meal, vegan="pflanzlich")
    assert unsaid.value.field == f"meant-{vegan}"
    with pytest.raises(StillChosen) as unread:
        rename(day, meal, vegan="")
    assert unread.value.field == f"ends-{vegan}"
    rename(day, meal, Suppe="Eintopf")  # nobody has chosen it
    assert list(options_of(meal)) == ["alles", "vegan", "Eintopf"]
    rename(day, meal, Eintopf="")
    assert list(options_of(meal)) == ["alles", "vegan"]


def test_a_correction_takes_the_answers_along(day: Day, meal: int) -> None:
    before = options_of(meal)["vegan"].id
    rename(day, meal, Renaming.CORRECTION, vegan="pflanzlich")
    after = options_of(meal)["pflanzlich"]
    assert (after.id, after.taken, after.ended) == (before, 2, False)
    assert says(day, "anna") == ["pflanzlich"]
    assert figures(day) == in_file(day) == filtered(day) == {"pflanzlich": 2, "alles": 1}


def test_names_that_change_places_take_their_answers_along(day: Day, meal: int) -> None:
    rename(day, meal, Renaming.CORRECTION, vegan="alles", alles="vegan")
    assert says(day, "anna") == ["alles"]
    assert figures(day) == in_file(day) == filtered(day) == {"alles": 2, "vegan": 1}


def test_a_new_option_leaves_the_old_one_its_answers(day: Day, meal: int) -> None:
    rename(day, meal, Renaming.ANOTHER, vegan="vegan ohne Soja")
    known = options_of(meal)
    assert [(one.label, one.taken, one.ended) for one in known.values()] == [
        ("alles", 1, False),
        ("vegan ohne Soja", 0, False),
        ("Suppe", 0, False),
        ("vegan", 2, True),
    ]
    day.register("doro", given={meal: (known["vegan ohne Soja"].id,)})
    day.check()
    assert says(day, "anna") == ["vegan"]
    assert figures(day) == in_file(day) == filtered(day) == {"alles": 1, "vegan ohne Soja": 1, "vegan": 2}


def test_an_ended_option_keeps_its_answers_and_takes_no_new_ones(day: Day, meal: int) -> None:
    vegan = options_of(meal)["vegan"].id
    rename(day, meal, ending=frozenset({vegan}), vegan="")
    assert options_of(meal)["vegan"].ended
    with pytest.raises(NoSuchAnswer):
        day.register("doro", given={meal: (vegan,)})
    anna = day.of("anna")
    with transaction() as session:  # who had it keeps it, also when the form is sent again
        change_answers(session, anna.id, {meal: (vegan,)}, anna.version, NOW)
    carla = day.of("carla")
    with pytest.raises(NoSuchAnswer), transaction() as session:
        change_answers(session, carla.id, {meal: (vegan,)}, carla.version, NOW)
    day.check()
    assert figures(day) == in_file(day) == filtered(day) == {"alles": 1, "vegan": 2}


def test_a_name_that_ended_is_taken_up_again(day: Day, meal: int) -> None:
    vegan = options_of(meal)["vegan"].id
    rename(day, meal, ending=frozenset({vegan}), vegan="")
    rename(day, meal, neu="vegan")
    assert [(one.id, one.taken, one.ended) for one in options_of(meal).values() if one.label == "vegan"] == [
        (vegan, 2, False)
    ]
    assert figures(day) == in_file(day) == filtered(day) == {"alles": 1, "vegan": 2}


def test_a_name_with_answers_is_nobody_elses(day: Day, meal: int) -> None:
    """A correction to it would make two answers one, and nothing could part them again."""
    known = options_of(meal)
    rename(day, meal, ending=frozenset({known["vegan"].id}), vegan="")
    with pytest.raises(Refusal) as refused:
        rename(day, meal, Renaming.CORRECTION, alles="vegan")
    assert refused.value.field == f"option-{known['alles'].id}"
    with pytest.raises(Missing):  # a form that was open since before it ended
        change(day, meal, options=tuple(OptionFacts(one.label, None, one.id) for one in known.values()))


def test_an_ended_option_goes_with_its_last_answer(day: Day, meal: int) -> None:
    known = options_of(meal)
    rename(day, meal, ending=frozenset({known["alles"].id}), alles="")
    carla = day.of("carla")
    with transaction() as session:
        change_answers(session, carla.id, {meal: (known["vegan"].id,)}, carla.version, NOW)
    rename(day, meal, Suppe="Eintopf")
    assert list(options_of(meal)) == ["vegan", "Eintopf"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_sensitive_is_corrected_too(day: Day, kind: QuestionKind) -> None:
    number = add(day, facts(kind, "Bedarf", "Lupe", "Ruhe", **SENSITIVE))
    day.register("anna", given={number: (options_of(number)["Ruhe"].id,)})
    rename(day, number, Renaming.CORRECTION, Ruhe="ruhiger Raum")
    assert says(day, "anna") == ["ruhiger Raum"]
    assert figures(day) == {"ruhiger Raum": 1}


def test_an_option_that_another_question_hangs_on_stays(day: Day, meal: int) -> None:
    vegan = options_of(meal)["vegan"].id
    add(day, facts(QuestionKind.SHORT_TEXT, "Seit wann?", shown_if=vegan))
    for renaming, name in ((Renaming.ANOTHER, "pflanzlich"), (None, "")):
        with pytest.raises(Refusal, match="asked only after"):
            rename(day, meal, renaming, frozenset({vegan}), vegan=name)
    rename(day, meal, Renaming.CORRECTION, vegan="pflanzlich")


def test_a_copy_has_what_is_offered(day: Day, meal: int, app: Flask) -> None:
    from tests.factories.days import make_event

    rename(day, meal, Renaming.ANOTHER, vegan="vegan ohne Soja")
    with transaction() as session:
        other = make_event(session, slug="anderer").id
        service.copy_questions(session, other, day.event_id, TEAM, NOW)
    db.session.rollback()
    [copied] = questions_of(db.session(), other)
    assert [(one.label, one.ended) for one in copied.options] == [
        ("alles", False),
        ("vegan ohne Soja", False),
        ("Suppe", False),
    ]
    assert db.session.scalars(select(Option.id).where(Option.ended)).all() != []
