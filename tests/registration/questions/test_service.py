# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Putting questions together: what may be asked, in which order, and what stays once somebody has answered (DP-02)."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.models import AuditEntry
from app.refusal import ChangedMeanwhile, Missing, Refusal
from app.registration.models import ANSWERS
from app.registration.questions import service
from app.registration.questions.models import Answer, Condition, Option, Question
from app.registration.questions.options import OptionFacts
from app.registration.questions.queries import answers_of, questions_of
from app.registration.questions.rules import LegalBasis, QuestionKind, Retention
from app.registration.questions.service import QuestionFacts
from app.web.database import db, transaction
from tests.factories.days import NOW, make_event
from tests.factories.questions import SENSITIVE, TEAM, facts, make_questions
from tests.registration.steps import Day, open_day

Form = dict[str, int]


@pytest.fixture
def day(app: Flask) -> Any:
    with app.app_context():
        yield open_day()


@pytest.fixture
def asked(day: Day) -> Form:
    """Ids of the questions by what they ask for."""
    with transaction() as session:
        return {name: one.id for name, one in make_questions(session, day.event_id).items()}


def labels(day: Day) -> list[str]:
    db.session.rollback()
    return [one.label for one in questions_of(db.session(), day.event_id)]


def options_of(question_id: int) -> dict[str, Option]:
    db.session.rollback()
    found = select(Option).where(Option.question_id == question_id).order_by(Option.position)
    return {one.label: one for one in db.session.scalars(found)}


def add(day: Day, new: QuestionFacts) -> int:
    with transaction() as session:
        return service.add_question(session, day.event_id, new, TEAM, NOW).id


def facts_of(session: Session, event_id: int, question_id: int) -> tuple[QuestionFacts, int]:
    """What its form would say, and the version."""
    one = service.get_question(session, event_id, question_id)
    names = [name for name in QuestionFacts.__slots__ if name not in {"options", "shown_if", "ending"}]
    options = (
        tuple(OptionFacts(o.label, o.capacity, o.id) for o in one.offered)
        if one.kind is not QuestionKind.YES_NO
        else ()
    )
    values = {name: getattr(one, name) for name in names}
    return QuestionFacts(**values, options=options, shown_if=one.shown_if), one.version


def change(day: Day, question_id: int, **changes: Any) -> None:
    with transaction() as session:
        now, version = facts_of(session, day.event_id, question_id)
        service.change_question(
            session, day.event_id, question_id, replace(now, **changes), version, TEAM, NOW
        )


TEXT = facts(QuestionKind.SHORT_TEXT, "Etwas")
REFUSED: dict[str, tuple[QuestionFacts, str]] = {
    "no wording": (replace(TEXT, label=""), "label"),
    "no purpose": (replace(TEXT, purpose=""), "purpose"),
    "sensitive on a public task": (replace(TEXT, sensitive=True), "legal_basis"),
    "explicit consent for what is not sensitive": (
        replace(TEXT, legal_basis=LegalBasis.EXPLICIT_CONSENT, retention=Retention.DAYS),
        "legal_basis",
    ),
    "sensitive for half a year": (
        replace(TEXT, **{**SENSITIVE, "retention": Retention.MONTHS}),  # type: ignore[arg-type]
        "retention",
    ),
    "until withdrawn without consent": (replace(TEXT, retention=Retention.WITHDRAWAL), "retention"),
    "required consent": (replace(TEXT, legal_basis=LegalBasis.CONSENT, required=True), "required"),
    "required of people who never see it": (replace(TEXT, organiser_only=True, required=True), "required"),
    "options of a text": (facts(QuestionKind.SHORT_TEXT, "Etwas", "a"), "kind"),
    "nothing to choose": (facts(QuestionKind.SEVERAL_OF, "Etwas"), "kind"),
    "one of one": (facts(QuestionKind.ONE_OF, "Etwas", "a"), "kind"),
    "the same twice": (facts(QuestionKind.ONE_OF, "Etwas", "a", "a"), "kind"),
    "too many": (facts(QuestionKind.ONE_OF, "Etwas", *map(str, range(41))), "kind"),
    "a condition that is not there": (replace(TEXT, shown_if=99_999), "shown_if"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_may_not_be_asked(day: Day, case: str) -> None:
    """DP-02, DP-03, DP-04: purpose, legal basis and retention, or the question cannot be saved."""
    new, field = REFUSED[case]
    with pytest.raises(Refusal) as refused:
        add(day, new)
    assert refused.value.field == field
    assert labels(day) == []


def test_the_database_refuses_it_too(day: Day, asked: Form) -> None:
    """Whatever the code forgets, the table does not hold."""
    from sqlalchemy import update
    from sqlalchemy.exc import IntegrityError

    for values in (
        {"purpose": ""},
        {"label": ""},
        {"sensitive": True},
        {"legal_basis": LegalBasis.EXPLICIT_CONSENT},
        {"retention": Retention.WITHDRAWAL},
        {"required": True, "legal_basis": LegalBasis.CONSENT},
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(update(Question).where(Question.id == asked["badge"]).values(values))
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Question).where(Question.id == asked["needs"]).values(retention="6_months"))


def test_each_kind_keeps_what_was_said_of_it(day: Day, asked: Form) -> None:
    db.session.rollback()
    known = {one.id: one for one in questions_of(db.session(), day.event_id)}
    assert [one.position for one in known.values()] == list(range(9))
    assert {known[asked[name]].kind for name in asked} == set(QuestionKind)
    assert list(options_of(asked["meal"])) == ["alles", "vegetarisch", "vegan", "Sonstiges"]
    assert list(options_of(asked["bus"])) == ["Yes", "No"]
    assert known[asked["diet"]].shown_if == options_of(asked["meal"])["Sonstiges"].id
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.startswith("question."))
    ).all()
    assert actions == ["question.add"] * 9


def test_a_condition_must_stand_before_and_tell_nobody_more(day: Day, asked: Form) -> None:
    """Whether something was asked tells what was answered: who reads the one must be allowed to read the other."""
    needs = options_of(asked["needs"])["ruhiger Raum"].id
    for question, shown_if in (
        ("badge", needs),
        ("meal", needs),
        ("meal", options_of(asked["bus"])["Yes"].id),
    ):
        with pytest.raises(Refusal) as refused:
            change(day, asked[question], shown_if=shown_if)
        assert refused.value.field == "shown_if"
    yes = options_of(asked["bus"])["Yes"].id
    change(day, asked["badge"], shown_if=yes)
    with pytest.raises(Refusal) as refused:
        change(day, asked["bus"], **SENSITIVE)
    assert refused.value.field == "sensitive"
    with pytest.raises(Refusal) as refused:
        change(day, asked["bus"], organiser_only=True)
    assert refused.value.field == "organiser_only"
    change(day, asked["badge"], shown_if=None)
    change(day, asked["bus"], **SENSITIVE)


def test_a_condition_of_another_day_is_none(app: Flask, day: Day, asked: Form) -> None:
    """T02"""
    with transaction() as session:
        other = make_event(session, slug="anderer").id
    foreign = options_of(asked["meal"])["vegan"].id
    with pytest.raises(Refusal), transaction() as session:
        service.add_question(session, other, replace(TEXT, shown_if=foreign), TEAM, NOW)
    with pytest.raises(Missing), transaction() as session:
        service.remove_question(session, other, asked["meal"], TEAM, NOW)


def test_options_change_their_names_and_places(day: Day, asked: Form) -> None:
    before = options_of(asked["meal"])
    swapped = (
        OptionFacts("vegan", 5, before["alles"].id),
        OptionFacts("alles", None, before["vegan"].id),
        OptionFacts("Sonstiges", None, before["Sonstiges"].id),
        OptionFacts("glutenfrei"),
    )
    change(day, asked["meal"], options=swapped)
    after = options_of(asked["meal"])
    assert list(after) == ["vegan", "alles", "Sonstiges", "glutenfrei"]
    assert (after["vegan"].id, after["vegan"].capacity) == (before["alles"].id, 5)
    with pytest.raises(Refusal):  # the sensitive text hangs on it
        change(day, asked["meal"], options=swapped[:2])
    with pytest.raises(Missing):
        change(day, asked["meal"], options=(OptionFacts("a", None, 99_999), *swapped))


def test_the_later_of_two_organisers_is_told(day: Day, asked: Form) -> None:
    """F30"""
    with transaction() as session:
        now, version = facts_of(session, day.event_id, asked["badge"])
    change(day, asked["badge"], hint="Neu")
    with pytest.raises(ChangedMeanwhile), transaction() as session:
        service.change_question(
            session, day.event_id, asked["badge"], replace(now, label="Anders"), version, TEAM, NOW
        )


def test_moving(day: Day, asked: Form) -> None:
    before = labels(day)

    def move(name: str, *, up: bool) -> None:
        with transaction() as session:
            service.move_question(session, day.event_id, asked[name], TEAM, NOW, up=up)

    move("meal", up=True)
    move("note", up=False)
    assert labels(day) == before
    with pytest.raises(Refusal):
        move("diet", up=True)
    with pytest.raises(Refusal):
        move("meal", up=False)
    move("diet", up=False)
    assert labels(day)[:3] == [before[0], before[2], before[1]]
    move("bus", up=True)
    assert labels(day)[1:4] == [before[2], before[3], before[1]]


def test_removing_takes_the_answers_along(day: Day, asked: Form) -> None:
    meal = options_of(asked["meal"])
    given = {asked["meal"]: (meal["Sonstiges"].id,), asked["diet"]: "Nüsse", asked["badge"]: "Anna"}
    day.register("anna", given=given)
    with pytest.raises(Refusal), day.step() as session:
        service.remove_question(session, day.event_id, asked["meal"], TEAM, NOW)
    for name in ("diet", "meal"):
        with day.step() as session:
            service.remove_question(session, day.event_id, asked[name], TEAM, NOW)
    db.session.rollback()
    left = {table.__name__: len(db.session.scalars(select(table)).all()) for table in (*ANSWERS, Condition)}
    assert left == {"Answer": 1, "SensitiveAnswer": 0, "Condition": 0}


def test_what_people_were_told_stays_once_they_have_answered(day: Day, asked: Form) -> None:
    day.register("anna", given={asked["badge"]: "Anna B."})
    frozen: dict[str, dict[str, Any]] = {
        "purpose": {"purpose": "Werbung"},
        "legal_basis": {"legal_basis": LegalBasis.CONSENT},
        "retention": {"retention": Retention.DAYS},
        "kind": {"kind": QuestionKind.LONG_TEXT},
        "organiser_only": {"organiser_only": True},
    }
    for field, changes in frozen.items():
        with pytest.raises(Refusal) as refused:
            change(day, asked["badge"], **changes)
        assert refused.value.field == field
    change(day, asked["badge"], label="Name auf dem Schild?", required=True)


def test_old_answers_stay_readable(day: Day, asked: Form) -> None:
    """The question is asked in other words: who answered before answered what was asked then."""
    meal = options_of(asked["meal"])
    day.register("anna", given={asked["meal"]: (meal["vegan"].id,)})
    change(day, asked["meal"], label="Essen?")
    day.check()
    known = questions_of(db.session(), day.event_id)
    found = [(one.asked, one.texts) for one in answers_of(db.session(), day.of("anna"), known)]
    assert found == [("Verpflegung", ("vegan",))]


def test_a_limit_never_falls_below_what_is_taken(day: Day, asked: Form) -> None:
    meal = options_of(asked["meal"])
    for name in ("anna", "berta"):
        day.register(name, given={asked["meal"]: (meal["vegan"].id,)})
    fewer = tuple(OptionFacts(label, 1 if label == "vegan" else None, one.id) for label, one in meal.items())
    with pytest.raises(Refusal) as refused:
        change(day, asked["meal"], options=fewer)
    assert refused.value.field == f"limit-{meal['vegan'].id}"


# -- copies and the standard set


def test_a_copy_of_another_day(day: Day, asked: Form) -> None:
    """With options, limits and conditions, without answers; what is asked already is not asked twice."""
    day.register("anna", given={asked["badge"]: "Anna B."})
    with transaction() as session:
        other = make_event(session, slug="anderer").id
        service.add_question(
            session, other, facts(QuestionKind.NUMBER, "Frage an die Referierenden"), TEAM, NOW
        )
    for expected in (8, 0):
        with transaction() as session:
            assert len(service.copy_questions(session, other, day.event_id, TEAM, NOW)) == expected
    db.session.rollback()
    copied = {one.label: one for one in questions_of(db.session(), other)}
    assert list(copied)[1:] == [one for one in labels(day) if one != "Frage an die Referierenden"]
    copied = {one.label: one for one in questions_of(db.session(), other)}
    meal, diet = copied["Verpflegung"], copied["Was sollen wir beim Essen beachten?"]
    assert [(one.label, one.capacity, one.taken) for one in meal.options][2:] == [
        ("vegan", 2, 0),
        ("Sonstiges", None, 0),
    ]
    assert (diet.shown_if, diet.sensitive) == (meal.options[3].id, True)
    assert diet.id != asked["diet"]
    assert db.session.scalars(select(Answer.question_id)).all() == [asked["badge"]]


def test_nothing_to_copy(day: Day) -> None:
    with transaction() as session:
        empty = make_event(session, slug="leer").id
    for source in (empty, day.event_id):
        with pytest.raises(Refusal), transaction() as session:
            service.copy_questions(session, day.event_id, source, TEAM, NOW)


def test_the_standard_set(day: Day) -> None:
    """DP-02: these questions and no others, each with purpose, basis and period."""
    for expected in (6, 0):
        with transaction() as session:
            added = service.add_standard_set(session, day.event_id, str, TEAM, NOW)
            assert len(added) == expected
    db.session.rollback()
    known = questions_of(db.session(), day.event_id)
    assert [
        (one.label, one.kind.value, one.sensitive, one.retention.value, one.required) for one in known
    ] == [
        ("Catering", "one_of", False, "14_days", False),
        ("What should we know about your meal?", "short_text", True, "14_days", False),
        ("What do you need to take part well?", "several_of", True, "14_days", False),
        ("What else helps you to take part?", "long_text", True, "14_days", False),
        ("How do you travel?", "one_of", False, "14_days", False),
        ("A question to the speakers", "long_text", False, "6_months", False),
    ]
    assert known[1].shown_if == known[0].options[3].id
    assert len(known[2].options) == 7
