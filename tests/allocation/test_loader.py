# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The question as it is read from the database."""

from flask import Flask
from sqlalchemy import select

from app.allocation.instance import Apart, Instance, OrganisationCap, SpreadColleagues, Together, Wishes
from app.allocation.loader import Terms, read_question
from app.allocation.models import PlacingCondition
from app.allocation.rules import ConditionKind, Mixing
from app.events.models import Event
from app.organisations.models import OrganisationKind
from app.organisations.rules import UsualKind
from app.registration.accompanying import take_number
from app.registration.history import PARTICIPANT, By
from app.registration.questions.models import SensitiveAnswer
from app.registration.questions.service import add_standard_set
from app.registration.rules import Actor
from app.registration.service import cancel, lock_registration
from app.registration.workshops.models import RoundAbsence
from app.registration.workshops.rules import Need
from app.web.database import db, transaction
from tests.allocation.day import (
    WishDay,
    a_wish_day,
    leads,
    needs_step_free,
    publishes,
    set_run,
    solved,
)
from tests.factories.days import NOW
from tests.organising.helpers import queries, signs_up_in


def question(app: Flask, made: WishDay, mixing: Mixing = Mixing.NONE) -> Instance:
    with app.app_context():
        event = db.session.get_one(Event, made.event_id)
        return read_question(db.session(), event, Terms(mixing=mixing, seed=3, seconds=9))


def test_people_with_their_wishes_and_where_they_come_from(app: Flask) -> None:
    made = a_wish_day(app, 3)
    found = question(app, made)
    assert [one.id for one in found.people] == [made.people[number] for number in (1, 2, 3)]
    runs = made.day.runs
    first = found.people[0]
    assert first.wishes == (
        Wishes(made.day.rounds[0], (runs["1.1"], runs["1.2"])),
        Wishes(made.day.rounds[1], (runs["2.1"],)),
    )
    assert first.present == tuple(made.day.rounds) == found.rounds
    assert first.kind == [*UsualKind].index(UsualKind.MUNICIPALITY) + 1
    assert len({one.organisation for one in found.people}) == 3
    assert (found.seed, found.time_limit) == (3, 9.0)


def test_only_who_has_a_seat_and_a_confirmed_address(app: Flask) -> None:
    made = a_wish_day(app, 2)
    with app.app_context(), transaction() as session:
        signs_up_in(session, made.day, 8, confirmed=False)
    with app.app_context(), transaction() as session:
        cancel(session, made.people[2], PARTICIPANT, NOW)
    assert [one.id for one in question(app, made).people] == [made.people[1]]


def test_runs_with_seats_rooms_and_what_they_offer(app: Flask) -> None:
    made = a_wish_day(app, 3)
    set_run(app, made, "1.1", capacity=None, least_people=2)
    set_run(app, made, "1.2", capacity=40, takes_place=False)  # the room has 18
    set_run(app, made, "2.1", room_id=None, capacity=None)
    with app.app_context(), transaction() as session:
        leads(session, made, 3, "2.2")
    found = question(app, made)
    first, second, third, fourth = (found.run(made.day.runs[one]) for one in ("1.1", "1.2", "2.1", "2.2"))
    assert (first.capacity, first.minimum, first.closed) == (3, 2, False) or first.capacity == 26
    assert first.features == {Need.STEP_FREE, Need.INTERPRETING, Need.INDUCTION_LOOP}
    assert (second.capacity, second.closed, second.features) == (18, True, {Need.INTERPRETING})
    assert (third.capacity, third.features) == (3, {Need.INTERPRETING})
    assert fourth.staff == (made.people[3],)


def test_a_long_run_fills_the_rounds_after_it(app: Flask) -> None:
    made = a_wish_day(app, 1)
    set_run(app, made, "1.1", spans=2)
    assert question(app, made).run(made.day.runs["1.1"]).rounds == tuple(made.day.rounds)


def test_absences_and_needs(app: Flask) -> None:
    """A11Y-18: nobody is placed where their need is not met; which rooms meet it is said above."""
    made = a_wish_day(app, 2)
    with app.app_context(), transaction() as session:
        session.add(RoundAbsence(registration_id=made.people[1], round_id=made.day.rounds[1]))
        needs_step_free(session, made, 2)
    first, second = question(app, made).people
    assert (first.present, first.needs) == ((made.day.rounds[0],), frozenset())
    assert second.needs == {Need.STEP_FREE}


def test_what_was_answered_to_the_standard_question_counts(app: Flask) -> None:
    """Asked once, before there were wishes or with them, and read here (A11Y-18)."""
    made = a_wish_day(app, 2)
    with app.app_context(), transaction() as session:
        asked = add_standard_set(session, made.event_id, str, By(Actor.ORGANISER), NOW)
        support = next(one for one in asked if any(option.need for option in one.options))
        loop = next(one for one in support.options if one.need is Need.INDUCTION_LOOP)
        quiet = support.options[-1]
        session.add_all(
            SensitiveAnswer(
                registration_id=made.people[1],
                question_id=support.id,
                number=number,
                option_id=one.id,
                asked=support.label,
                text=one.label,
            )
            for number, one in enumerate((loop, quiet))
        )
        needs_step_free(session, made, 2)
    assert [one.needs for one in question(app, made).people] == [{Need.INDUCTION_LOOP}, {Need.STEP_FREE}]


def test_conditions(app: Flask) -> None:
    """Rules for mixing as the allocation takes them; pairs by themselves; nothing about who is not there any more."""
    made = a_wish_day(app, 3)
    one, two, three = (made.people[number] for number in (1, 2, 3))
    run = made.day.runs["1.1"]
    with app.app_context(), transaction() as session:
        for values in (
            {"kind": ConditionKind.PIN, "first_id": one, "run_id": run},
            {"kind": ConditionKind.FORBID, "first_id": two, "run_id": run},
            {"kind": ConditionKind.TOGETHER, "first_id": one, "second_id": two, "soft": True},
            {"kind": ConditionKind.APART, "first_id": one, "second_id": three},
            {"kind": ConditionKind.ORGANISATION_CAP, "most": 2, "run_id": run},
            {"kind": ConditionKind.SPREAD},
        ):
            session.add(PlacingCondition(event_id=made.event_id, **values))
    found = question(app, made)
    assert (found.people[0].fixed, found.people[1].forbidden) == ((run,), (run,))
    pairs = (Together(one, two, soft=True), Apart(one, three))
    assert found.rules == pairs
    for mixing, soft in ((Mixing.LOOSE, True), (Mixing.STRICT, False)):
        rules = question(app, made, mixing).rules
        assert rules == (*pairs, OrganisationCap(2, None, (run,), soft), SpreadColleagues(soft))
    with app.app_context(), transaction() as session:
        cancel(session, three, PARTICIPANT, NOW)
    assert question(app, made).rules == pairs[:1]


def test_a_pin_in_a_closed_run_does_not_count(app: Flask) -> None:
    made = a_wish_day(app, 1)
    run = made.day.runs["1.1"]
    with app.app_context(), transaction() as session:
        session.add(
            PlacingCondition(
                event_id=made.event_id, kind=ConditionKind.PIN, first_id=made.people[1], run_id=run
            )
        )
    set_run(app, made, "1.1", takes_place=False)
    assert question(app, made).people[0].fixed == ()


def test_after_publication_it_knows_what_people_were_told(app: Flask) -> None:
    made = a_wish_day(app, 2)
    with app.app_context(), transaction() as session:
        leads(session, made, 2, "1.1")
    assert {one.published for one in question(app, made).people} == {()}
    publishes(app, made, solved(app, made))
    told = {one.id: one.published for one in question(app, made).people}
    runs = made.day.runs
    assert told == {
        made.people[1]: (runs["1.1"], runs["2.1"]),
        made.people[2]: (runs["1.1"], runs["2.1"]),
    }


def test_it_costs_the_same_with_many_people(app: Flask) -> None:
    few, many = a_wish_day(app, 1), a_wish_day(app, 12, slug="viele")
    counts = []
    for made in (few, many):
        with app.app_context():
            event = db.session.get_one(Event, made.event_id)
            with queries(app) as sent:
                read_question(db.session(), event, Terms())
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 10


def test_kinds_keep_their_numbers(app: Flask) -> None:
    """Stored protocols name them, by the order in which they were listed before they were rows."""
    with app.app_context():
        found = db.session.execute(
            select(OrganisationKind.id, OrganisationKind.key).order_by(OrganisationKind.id)
        )
        by_number = dict(found.all())
    assert list(by_number) == list(range(1, 10))
    assert list(by_number.values()) == [
        "ki",
        "immigration_office",
        "municipality",
        "state",
        "employment",
        "welfare",
        "migrant_org",
        "education",
        "other",
    ]


def test_who_does_not_come_alone_needs_as_many_chairs(app: Flask) -> None:
    """A run without a limit has chairs for all of them, and whoever is not placed keeps theirs."""
    made = a_wish_day(app, 3)
    with app.app_context(), transaction() as session:
        take_number(session, lock_registration(session, made.people[2]), 2, NOW)
    for label in made.day.runs:
        set_run(app, made, label, capacity=None)
    found = question(app, made)
    assert [one.chairs for one in found.people] == [1, 3, 1]
    assert {run.capacity for run in found.runs} == {5}
