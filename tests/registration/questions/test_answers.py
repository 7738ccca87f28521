# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Answers: what is stored, what is refused at which field, and how options with a limit are taken and given back."""

import re
import threading
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.people.models import AuditEntry
from app.privacy.erasure import delete_answers
from app.refusal import ChangedMeanwhile, Missing, Refusal
from app.registration.admission import Entry
from app.registration.models import ANSWERS
from app.registration.questions import answering, answers
from app.registration.questions.answers import Given
from app.registration.questions.models import Answer, Option, Question, SensitiveAnswer
from app.registration.questions.options import OptionFacts
from app.registration.questions.queries import answers_of, count_answers, questions_of
from app.registration.questions.rules import QuestionKind
from app.registration.questions.service import add_question
from app.registration.rules import AlreadyEnded, Closed
from app.registration.service import register
from app.web.database import db, transaction
from tests.factories.days import NOW, at
from tests.factories.organising import Queries
from tests.factories.questions import SENSITIVE, TEAM, facts, make_questions
from tests.registration.steps import CLOSED, HOUR, OPENED, Day, open_day, person

END = at("15:45")


class Form:
    """The questions of a day by what they ask for, and answers by the words of their options."""

    def __init__(self, day: Day) -> None:
        self.day = day
        with transaction() as session:
            asked = make_questions(session, day.event_id)
            self.ids = {name: one.id for name, one in asked.items()}
            self.options = {
                name: {option.label: option.id for option in one.options} for name, one in asked.items()
            }

    def given(self, **said: str | tuple[str, ...]) -> Given:
        """given(meal="vegan", needs=("ruhiger Raum",), badge="Anna")"""
        found: dict[int, tuple[int, ...] | str] = {}
        for name, words in said.items():
            chosen = words if isinstance(words, tuple) else (words,)
            options = self.options[name]
            found[self.ids[name]] = tuple(options[one] for one in chosen) if options else chosen[0]
        return found

    def of(self, person: str) -> dict[str, tuple[str, ...]]:
        """What is stored of somebody, read in their language-free words."""
        registration = self.day.of(person)
        names = {number: name for name, number in self.ids.items()}
        known = questions_of(db.session(), self.day.event_id)
        return {names[one.question_id]: one.texts for one in answers_of(db.session(), registration, known)}

    def taken(self, name: str, option: str) -> int:
        db.session.rollback()
        return db.session.get_one(Option, self.options[name][option], populate_existing=True).taken

    def change(self, person: str, *, by: str = "person", **said: str | tuple[str, ...]) -> None:
        registration = self.day.of(person)
        number, version = registration.id, registration.version
        with self.day.step() as session:
            if by == "person":
                answering.change_answers(session, number, self.given(**said), version, self.day.now)
            else:
                answering.answer_for(
                    session,
                    number,
                    self.given(**said),
                    version,
                    TEAM,
                    self.day.now,
                    sensitive=by == "lead",
                )


@pytest.fixture
def form(app: Flask) -> Any:
    with app.app_context():
        yield Form(open_day(capacity=2))


def require(form: Form, *names: str) -> None:
    with transaction() as session:
        for name in names:
            session.get_one(Question, form.ids[name]).required = True


def test_every_kind_is_stored_in_its_table(form: Form) -> None:
    """DP-04: what is sensitive lies in a table of its own."""
    said: dict[str, str | tuple[str, ...]] = {
        "meal": "Sonstiges",
        "diet": "keine Nüsse",
        "needs": ("Gebärdensprache", "ruhiger Raum"),
        "bus": "Yes",
        "nights": "2",
        "arrival": "2031-03-12",
        "badge": "Anna B.",
        "wish": "Wie geht das?",
    }
    form.day.register("anna", given=form.given(**said))
    assert form.of("anna") == {
        name: words if isinstance(words, tuple) else (words,) for name, words in said.items()
    }
    db.session.rollback()
    secret = db.session.scalars(select(SensitiveAnswer.text).order_by(SensitiveAnswer.id)).all()
    assert secret == ["keine Nüsse", "Gebärdensprache", "ruhiger Raum"]
    assert not set(secret) & set(db.session.scalars(select(Answer.text)))


BAD: dict[str, tuple[str, "tuple[int, ...] | str"]] = {
    "an option of another question": ("meal", (5,)),
    "an option that is not there": ("needs", (99_999,)),
    "two of one": ("meal", (1, 2)),
    "text for a choice": ("meal", "vegan"),
    "a choice for a text": ("badge", (1,)),
    "no number": ("nights", "-1"),
    "other digits": ("nights", "٣"),
    "too large": ("nights", "1000001"),
    "no date": ("arrival", "2031-02-30"),
    "a date in words": ("arrival", "morgen"),
    "too long": ("badge", "x" * 201),
    "much too long": ("wish", "x" * 2001),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_offered_is_refused_at_its_question(form: Form, case: str) -> None:
    name, answer = BAD[case]
    with pytest.raises(Refusal) as refused:
        form.day.register("anna", given={form.ids[name]: answer})
    assert refused.value.field == f"q-{form.ids[name]}"
    assert form.day.seats() == (0, 0)


@pytest.mark.parametrize(
    ("name", "answer"),
    [("nights", "1000000"), ("badge", "x" * 200), ("wish", "x" * 2000)],
)
def test_the_most_that_may_be_said_is_taken(form: Form, name: str, answer: str) -> None:
    form.day.register("anna", given={form.ids[name]: answer})
    assert form.of("anna") == {name: (answer,)}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("0" * 19 + "7", 7),
        ("0" * 20 + "7", None),
        ("9" * 5000, None),  # more digits than Python converts: no number, and no exception
        ("", None),
    ],
)
def test_a_number_has_at_most_twenty_digits(text: str, number: int | None) -> None:
    assert answers.number_of(text) == number


def test_several_answers_to_one_question_are_numbered_from_nought(form: Form) -> None:
    form.day.register("anna", given=form.given(needs=("Gebärdensprache", "ruhiger Raum"), badge="Anna"))
    db.session.rollback()
    for table, numbers in ((SensitiveAnswer, [0, 1]), (Answer, [0])):
        assert db.session.scalars(select(table.number).order_by(table.number)).all() == numbers


def test_what_is_required_is_asked_again_inside(form: Form) -> None:
    """T31: the question became required while the form was open."""
    require(form, "badge")
    for given in ({}, {form.ids["badge"]: ""}):
        with pytest.raises(Refusal) as refused:
            form.day.register("anna", given=given)
        assert refused.value.field == f"q-{form.ids['badge']}"
    form.day.register("anna", given=form.given(badge="Anna"))
    form.day.register("berta")  # added without the form: nothing was asked


def test_a_hidden_answer_is_neither_asked_nor_stored(form: Form) -> None:
    """Also down a chain, and whatever stands in the hidden field."""
    with transaction() as session:
        yes_or_no = facts(
            QuestionKind.YES_NO, "Ganz sicher?", shown_if=form.options["meal"]["vegan"], required=True
        )
        sure = add_question(session, form.day.event_id, yes_or_no, TEAM, NOW)
        why = facts(QuestionKind.SHORT_TEXT, "Warum?", shown_if=sure.options[0].id, required=True)
        last = add_question(session, form.day.event_id, why, TEAM, NOW)
        form.ids |= {"sure": sure.id, "why": last.id}
        form.options |= {"sure": {one.label: one.id for one in sure.options}, "why": {}}
    form.day.register(
        "anna", given=form.given(meal="alles", diet="x" * 999, sure="Yes", why="Darum", badge="Anna")
    )
    assert form.of("anna") == {"meal": ("alles",), "badge": ("Anna",)}
    with pytest.raises(Refusal) as refused:
        form.day.register("berta", given=form.given(meal="vegan"))
    assert refused.value.field == f"q-{form.ids['sure']}"
    with pytest.raises(Refusal) as refused:
        form.day.register("berta", given=form.given(meal="vegan", sure="Yes"))
    assert refused.value.field == f"q-{form.ids['why']}"
    form.day.register("berta", given=form.given(meal="vegan", sure="No", why="Darum"))
    assert form.of("berta") == {"meal": ("vegan",), "sure": ("No",)}


def test_an_organisers_question_is_not_the_participants(form: Form) -> None:
    form.day.register("anna", given=form.given(note="Ich bin wichtig", badge="Anna"))
    assert form.of("anna") == {"badge": ("Anna",)}
    form.change("anna", by="team", note="VIP", badge="Anna")
    form.change("anna", badge="Anna B.")
    assert form.of("anna") == {"badge": ("Anna B.",), "note": ("VIP",)}


# -- limits


def test_a_full_option_is_refused_with_its_name(form: Form) -> None:
    for name in ("anna", "berta"):
        form.day.register(name, given=form.given(meal="vegan"))
    form.day.set_event(capacity=5)
    with pytest.raises(Refusal) as refused:
        form.day.register("carla", given=form.given(meal="vegan"))
    assert (refused.value.field, refused.value.values) == (f"q-{form.ids['meal']}", {"option": "vegan"})
    assert form.day.seats() == (2, 0)
    form.day.cancel("anna")
    form.day.register("carla", given=form.given(meal="vegan"))
    assert form.taken("meal", "vegan") == 2


def test_a_full_option_tells_nothing_about_an_address(form: Form) -> None:
    """T09: somebody who is registered already gets the refusal that a stranger would get."""
    for name in ("anna", "berta"):
        form.day.register(name, given=form.given(meal="vegan"))
    with pytest.raises(Refusal) as refused:
        form.day.register("anna", nonce="another-nonce", given=form.given(meal="vegan"))
    assert refused.value.field == f"q-{form.ids['meal']}"


def test_sent_twice_is_taken_once(form: Form) -> None:
    """F31"""
    for _ in range(2):
        form.day.register("anna", given=form.given(meal="vegan"))
    assert form.taken("meal", "vegan") == 1


def test_options_follow_the_seat(form: Form) -> None:
    """Held by confirmed and unconfirmed with a seat; who waits takes them when moving up; cancelled and expired give back."""
    form.day.register("anna", given=form.given(meal="vegan", needs=("ruhiger Raum",)))
    form.day.register("berta", given=form.given(meal="vegan"))
    form.day.confirm("berta")
    assert (form.taken("meal", "vegan"), form.taken("needs", "ruhiger Raum")) == (2, 1)
    form.day.register("carla", given=form.given(meal="alles", needs=("ruhiger Raum",), bus="Yes"))
    form.day.confirm("carla")
    assert (form.taken("meal", "alles"), form.taken("needs", "ruhiger Raum")) == (0, 1)
    form.day.expire("anna")
    assert form.of("anna") == {"meal": ("vegan",), "needs": ("ruhiger Raum",)}  # may still confirm
    assert (
        form.taken("meal", "vegan"),
        form.taken("meal", "alles"),
        form.taken("needs", "ruhiger Raum"),
    ) == (
        1,
        1,
        1,
    )
    form.day.cancel("berta")
    form.day.confirm("anna")
    assert form.taken("meal", "vegan") == 1
    form.day.cancel("carla")
    assert form.of("carla") == {"meal": ("alles",)}  # what rests on consent is gone at once
    assert form.taken("needs", "ruhiger Raum") == 1


def test_who_moves_up_too_late_for_an_option_is_told(form: Form) -> None:
    """The seat at the day counts more: the answer stays, marked as without a place, and nobody is oversold."""
    form.day.join("anna", "berta")
    form.day.register("carla", given=form.given(meal="vegan"))
    form.day.confirm("carla")
    for name in ("anna", "berta"):
        form.change(name, meal="vegan")
    form.day.set_event(capacity=3)
    form.day.register("dora")
    form.day.confirm("dora")  # Carla moves up
    registration = form.day.of("carla")
    known = questions_of(db.session(), form.day.event_id)
    found = answers_of(db.session(), registration, known)
    assert registration.has_seat
    assert [(one.texts, one.without_place) for one in found] == [(("vegan",), ("vegan",))]
    assert form.taken("meal", "vegan") == 2
    form.change("carla", meal="vegan", badge="Carla")  # what is full may stay as it is
    assert form.taken("meal", "vegan") == 2
    form.day.cancel("anna")
    form.change("carla", meal="vegan", badge="Carla C.")
    assert form.taken("meal", "vegan") == 2
    form.change("carla", meal="alles")
    assert (form.taken("meal", "alles"), form.taken("meal", "vegan")) == (1, 1)


def test_who_waits_gives_back_nothing_of_what_others_took(form: Form) -> None:
    """An answer of somebody without a seat holds no place of its option, whether it is changed or goes with them."""
    form.day.join("anna", "berta")
    form.change("anna", meal="vegan")
    for name in ("carla", "dora"):
        form.day.register(name, given=form.given(meal="vegan"))
        form.day.confirm(name)
    form.change("carla", meal="alles")
    form.day.cancel("dora")
    assert (form.of("carla"), form.of("dora")) == ({"meal": ("alles",)}, {"meal": ("vegan",)})
    assert (form.taken("meal", "vegan"), form.taken("meal", "alles")) == (1, 0)


def test_places_that_were_added_to_an_option_can_be_taken(form: Form) -> None:
    form.day.set_event(capacity=9)
    with transaction() as session:
        session.get_one(Option, form.options["meal"]["vegan"]).extra = 1
    for name in ("anna", "berta", "carla"):
        form.day.register(name, given=form.given(meal="vegan"))
    assert form.taken("meal", "vegan") == 3
    with pytest.raises(Refusal):
        form.day.register("dora", given=form.given(meal="vegan"))


def test_a_place_of_an_option_that_nobody_counted_is_not_given_back(form: Form) -> None:
    """The counter and its rows say different things: that is a fault to be seen, not to be counted on from."""
    form.day.register("anna", given=form.given(meal="vegan"))
    with transaction() as session:
        session.get_one(Option, form.options["meal"]["vegan"]).taken = 0
    with pytest.raises(RuntimeError):
        form.day.cancel("anna")
    OPENED.remove(form.day)  # counters without people


def test_claims_race_for_the_last_place_of_an_option(app: Flask, form: Form) -> None:
    """T30: one conditional UPDATE, also where nobody holds the event's lock: exactly two of eight get in."""
    option = form.options["meal"]["vegan"]
    won: list[bool] = []
    start = threading.Barrier(8)

    def claim() -> None:
        with app.app_context():
            start.wait(30)
            with transaction() as session:
                won.append(bool(answers.claim_options(session, [option])))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(won) == [False] * 6 + [True] * 2
    assert form.taken("meal", "vegan") == 2
    OPENED.remove(form.day)  # counters without people


# -- changing


def test_the_person_changes_answers_while_registration_is_open(form: Form) -> None:
    form.day.register("anna", given=form.given(meal="Sonstiges", diet="Nüsse", badge="Anna"))
    form.day.confirm("anna")
    form.change("anna", meal="vegan", diet="Nüsse", badge="Anna B.", needs=("ruhiger Raum",))
    assert form.of("anna") == {"meal": ("vegan",), "badge": ("Anna B.",), "needs": ("ruhiger Raum",)}
    assert (form.taken("meal", "vegan"), form.taken("meal", "Sonstiges")) == (1, 0)
    form.day.now = CLOSED
    with pytest.raises(Closed):
        form.change("anna", meal="alles")
    assert form.of("anna")["meal"] == ("vegan",)


def test_the_last_place_of_an_option_is_kept(form: Form) -> None:
    for name in ("anna", "berta"):
        form.day.register(name, given=form.given(meal="vegan"))
    form.change("anna", meal="vegan", badge="Anna")
    form.change("anna", meal="alles", badge="Anna")
    assert (form.taken("meal", "vegan"), form.taken("meal", "alles")) == (1, 1)
    assert form.of("anna") == {"meal": ("alles",), "badge": ("Anna",)}


def test_nobody_changes_a_stale_form_or_a_cancelled_registration(form: Form) -> None:
    """F30"""
    form.day.register("anna", given=form.given(badge="Anna"))
    number, version = form.day.of("anna").id, form.day.of("anna").version
    form.change("anna", badge="Anna B.")
    with pytest.raises(ChangedMeanwhile), transaction() as session:
        answering.change_answers(session, number, form.given(badge="X"), version, form.day.now)
    form.day.cancel("anna")
    with pytest.raises(AlreadyEnded):
        form.change("anna", badge="X")


def test_a_refused_change_leaves_everything(form: Form) -> None:
    form.day.register("anna", given=form.given(meal="vegan", badge="Anna"))
    form.day.register("berta", given=form.given(meal="vegan"))
    before = form.of("anna")
    require(form, "badge")
    with pytest.raises(Refusal):
        form.change("anna", meal="alles")
    assert form.of("anna") == before
    assert form.taken("meal", "vegan") == 2


def test_consent_is_withdrawn_by_one_press_at_any_time(form: Form) -> None:
    """DP-03: also after registration has closed; what rests on a public task is corrected, not withdrawn."""
    form.day.register("anna", given=form.given(needs=("ruhiger Raum",), bus="Yes", badge="Anna"))
    number = form.day.of("anna").id
    for name in ("needs", "bus", "bus"):
        with form.day.step(CLOSED) as session:
            answering.withdraw_answer(session, number, form.ids[name], CLOSED)
    assert form.of("anna") == {"badge": ("Anna",)}
    for name in ("badge", "note"):
        with pytest.raises(Missing), form.day.step() as session:
            answering.withdraw_answer(session, number, form.ids[name], CLOSED)


def test_withdrawing_takes_along_what_hangs_on_it(form: Form) -> None:
    with transaction() as session:
        seat = facts(QuestionKind.NUMBER, "Wie viele Taschen?", shown_if=form.options["bus"]["Yes"])
        form.ids["bags"] = add_question(session, form.day.event_id, seat, TEAM, NOW).id
        form.options["bags"] = {}
    form.day.register("anna", given=form.given(bus="Yes", bags="2"))
    with form.day.step() as session:
        answering.withdraw_answer(session, form.day.ids["anna"], form.ids["bus"], form.day.now)
    assert form.of("anna") == {}


def test_the_team_notes_answers_of_one_kind_only(form: Form) -> None:
    """What the team may not see it cannot change by accident; what no longer applies goes all the same."""
    form.day.register("anna", given=form.given(meal="Sonstiges", diet="Nüsse", needs=("ruhiger Raum",)))
    form.change("anna", by="team", meal="Sonstiges", badge="Anna", note="VIP", diet="überschrieben")
    assert form.of("anna")["diet"] == ("Nüsse",)
    form.change("anna", by="lead", diet="Erdnüsse", badge="überschrieben")
    assert form.of("anna") == {
        "meal": ("Sonstiges",),
        "diet": ("Erdnüsse",),
        "badge": ("Anna",),
        "note": ("VIP",),
    }
    form.change("anna", by="team", meal="alles")
    assert form.of("anna") == {"meal": ("alles",)}


def test_the_audit_log_says_which_question_never_what(form: Form) -> None:
    """DP-04, DP-12"""
    form.day.register("anna", given=form.given(needs=("ruhiger Raum",)))
    form.change("anna", by="lead", diet="", needs=("Gebärdensprache",))
    form.change("anna", by="team", badge="Schildtext")
    with form.day.step() as session:
        answering.look_at_sensitive(session, form.day.ids["anna"], TEAM, form.day.now)
    db.session.rollback()
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("registration.")).order_by(AuditEntry.id)
    ).all()
    assert [(one.action, one.detail) for one in entries] == [
        ("registration.answers", {"questions": [form.ids["needs"]]}),
        ("registration.answers", {"questions": [form.ids["badge"]]}),
        ("registration.sensitive", {}),
    ]


# -- numbers, and forgetting


def test_counts_are_of_people_with_a_seat(form: Form) -> None:
    form.day.register("anna", given=form.given(meal="vegan", needs=("ruhiger Raum", "Gebärdensprache")))
    form.day.register("berta", given=form.given(meal="Sonstiges", diet="Nüsse"))
    form.day.register("carla", given=form.given(meal="alles"))  # waits
    db.session.rollback()
    known = questions_of(db.session(), form.day.event_id)
    found = {
        (one.question.label, one.option.label if one.option else ""): one.people
        for one in count_answers(db.session(), known)
    }
    assert {key: number for key, number in found.items() if number} == {
        ("Verpflegung", "vegan"): 1,
        ("Verpflegung", "Sonstiges"): 1,
        ("Was sollen wir beim Essen beachten?", ""): 1,
        ("Was brauchen Sie?", "ruhiger Raum"): 1,
        ("Was brauchen Sie?", "Gebärdensprache"): 1,
    }
    assert ("Verpflegung", "alles") in found


def test_each_answer_is_forgotten_in_its_time(form: Form) -> None:
    """DP-04, DP-07: fourteen days after the end for what is sensitive or says so, half a year for the rest."""
    form.day.register(
        "anna",
        given=form.given(meal="Sonstiges", diet="Nüsse", needs=("ruhiger Raum",), bus="Yes", badge="A"),
    )
    form.day.confirm("anna")

    def sweep(after: timedelta) -> int:
        form.day.now = END + after
        with form.day.step(form.day.now) as session:
            return delete_answers(session, form.day.event_id, form.day.now)

    assert sweep(timedelta(days=14) - HOUR) == 0
    assert sweep(timedelta(days=14)) == 3
    assert form.of("anna") == {"meal": ("Sonstiges",), "badge": ("A",)}
    assert form.taken("needs", "ruhiger Raum") == 0
    assert sweep(timedelta(days=183) - HOUR) == 0
    assert sweep(timedelta(days=183)) == 2
    assert sweep(timedelta(days=183)) == 0
    db.session.rollback()
    assert [db.session.scalars(select(table)).all() for table in ANSWERS] == [[], []]


def test_statements_do_not_grow_with_the_questions(app: Flask, form: Form) -> None:
    """Reading is one statement, writing one per table and one for all options."""

    def cost(name: str, given: Given | None) -> int:
        entry = Entry(person(name), f"nonce-{name}", "de", {}, given)
        with Queries(app) as queries, transaction() as session:
            register(session, form.day.event_id, entry, form.day.now)
        return len(
            [
                one
                for one in queries.statements
                if re.search(r"\b(question|question_option|answer|sensitive_answer)\b", one)
            ]
        )

    assert cost("anna", None) == 0
    assert cost("berta", form.given(meal="Sonstiges", needs=("ruhiger Raum",))) == 4
    form.day.set_event(capacity=9)
    many = form.given(
        meal="Sonstiges", diet="x", needs=("ruhiger Raum", "Gebärdensprache"), bus="No", badge="C", wish="w"
    )
    assert cost("carla", many) == 4


def test_limits_may_be_on_sensitive_options_too(form: Form) -> None:
    with transaction() as session:
        loops = facts(QuestionKind.ONE_OF, "Hörschleife", OptionFacts("ja", 1), "nein", **SENSITIVE)
        one = add_question(session, form.day.event_id, loops, TEAM, NOW)
        form.ids["loop"], form.options["loop"] = one.id, {option.label: option.id for option in one.options}
    form.day.register("anna", given=form.given(loop="ja"))
    with pytest.raises(Refusal) as refused:
        form.day.register("berta", given=form.given(loop="ja"))
    assert refused.value.field == f"q-{form.ids['loop']}"
    form.day.cancel("anna")
    form.day.register("berta", given=form.given(loop="ja"))


@pytest.mark.long
@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_options_are_counted_right(form: Form, seed: int) -> None:
    """After every step the taken seats of each option are those that people with a seat hold (`Day.check`)."""
    dice = Random(seed)
    names: list[str] = []

    def said() -> Given:
        some = {"meal": dice.choice(["vegan", "alles", "Sonstiges"]), "badge": dice.choice(["A", "B"])}
        needs = tuple(dice.sample(["ruhiger Raum", "Gebärdensprache"], dice.randint(0, 2)))
        return form.given(**some, needs=needs) if needs else form.given(**some)

    def register() -> None:
        name = f"p{len(names)}"
        form.day.register(name, given=said())
        names.append(name)

    def change() -> None:
        registration = form.day.of(dice.choice(names))
        number, version = registration.id, registration.version
        with form.day.step() as session:
            answering.change_answers(session, number, said(), version, form.day.now)

    def change_limit() -> None:
        vegan = form.options["meal"]["vegan"]
        taken = form.taken("meal", "vegan")
        with form.day.step() as session:
            session.get_one(Option, vegan).capacity = dice.choice([None, taken, taken + 1])

    def seats() -> None:
        form.day.set_event(capacity=max(form.day.seats()[0], dice.randint(1, 5)))

    steps = [
        register,
        register,
        change,
        change,
        lambda: form.day.confirm(dice.choice(names)),
        lambda: form.day.confirm(dice.choice(names)),
        lambda: form.day.cancel(dice.choice(names)),
        lambda: form.day.expire(dice.choice(names), now=form.day.now + HOUR),
        change_limit,
        seats,
    ]
    register()
    refused = 0
    for _ in range(60):
        try:
            dice.choice(steps)()
        except Refusal:
            refused += 1
        form.day.check()
    assert 0 < refused < 55
    assert len(names) > 5


def test_what_the_team_notes_for_somebody_it_adds(form: Form) -> None:
    """Nothing is required, nothing that is sensitive is stored, and an option that is full stays full."""
    require(form, "badge")

    def noted(given: Given | None) -> list[tuple[int, str]]:
        event = form.day.event
        parts = answers.judge_for_somebody(db.session(), event, given)
        return [(part.question.id, part.text) for part in parts]

    assert noted(None) == []
    assert noted({}) == []
    said = form.given(meal="Sonstiges", diet="Nüsse", needs=("ruhiger Raum",), note="VIP")
    assert noted(said) == [(form.ids["meal"], "Sonstiges"), (form.ids["note"], "VIP")]
    for name in ("anna", "berta"):
        form.day.register(name, given=form.given(meal="vegan", badge=name))
    with pytest.raises(Refusal):
        noted(form.given(meal="vegan"))


def test_who_comes_instead_gets_the_answers_that_the_day_needs(form: Form) -> None:
    """Nobody consents for somebody else, and nobody else's answers are touched."""
    said = {"meal": "Sonstiges", "diet": "Nüsse", "bus": "Yes", "badge": "A"}
    form.day.join("anna", given=form.given(**said, needs=("ruhiger Raum",)))
    form.day.join("berta", given=form.given(**said, needs=("ruhiger Raum",)))
    form.day.substitute("anna", "ella")
    assert (form.of("anna"), form.of("ella")) == ({}, {"meal": ("Sonstiges",), "badge": ("A",)})
    assert form.of("berta").keys() == {*said, "needs"}
    assert (form.taken("meal", "Sonstiges"), form.taken("needs", "ruhiger Raum")) == (2, 1)
