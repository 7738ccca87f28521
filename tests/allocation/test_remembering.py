# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who lost most last time draws before others next time: only the lot changes, and only for who agreed (DP-03, DP-07)."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.allocation.instance import (
    Instance,
    ModelPerson,
    ModelRun,
    Wishes,
    as_data,
    draw_lots,
    from_data,
    lots_of,
)
from app.allocation.loader import Terms, read_question
from app.allocation.models import AllocationRun
from app.allocation.protocol import differences, read_instance, read_places, verify, write_protocol
from app.allocation.remembering import days_to_remember, ranks_lost, remember_day
from app.allocation.rules import Goal, Proof
from app.allocation.solving import solve
from app.events.models import Event, Series
from app.events.rules import EventStatus, Placement
from app.privacy.erasure import forget_person
from app.privacy.own_data import as_json, own_data
from app.refusal import fingerprint
from app.registration.addresses import take_address
from app.registration.consents.models import ConsentSource, Purpose, asked_consents
from app.registration.consents.records import write_down
from app.registration.consents.service import NothingToRemember, ask_for, withdraw
from app.registration.correcting import change_person
from app.registration.links import personal_token
from app.registration.models import Registration
from app.registration.queries import find_earlier
from app.registration.workshops.memory import LONGEST_KEPT, hashed, sweep_memory
from app.registration.workshops.models import LotMemory
from app.web.database import db, transaction
from tests.allocation.asking import ask_the_other, many, varied
from tests.allocation.day import LATER, TEAM, WishDay, a_wish_day, publishes, set_run, solved
from tests.factories.days import NOW
from tests.pages import Visitor

# --- the question ------------------------------------------------------------------------------------------------


def remembering(instance: Instance, number: int) -> Instance:
    chance = random.Random(f"memory {number}")
    people = tuple(replace(one, remembered=chance.choice((0, 0, 1, 2, 5))) for one in instance.people)
    return replace(instance, people=people)


@pytest.mark.parametrize("number", many(40, 300))
def test_it_changes_no_goal(number: int) -> None:
    """Whatever is remembered, every goal before the lot is worth the same, proven."""
    instance = varied(number * 7 + 2, 24)
    plain, with_memory = solve(instance), solve(remembering(instance, number))
    assert plain.proof is with_memory.proof
    assert [one for one in map(_said, with_memory.stages) if one[0] is not Goal.LOT] == [
        one for one in map(_said, plain.stages) if one[0] is not Goal.LOT
    ]


def _said(stage: object) -> tuple[object, ...]:
    return tuple(getattr(stage, name) for name in ("goal", "rank", "value", "bound"))


@pytest.mark.long
def test_a_second_solver_finds_the_same() -> None:
    instances = [remembering(varied(number * 7 + 2, 16), number) for number in many(12, 60)]
    for instance, values in zip(instances, ask_the_other(instances), strict=True):
        found = solve(instance)
        assert ([one.value for one in found.stages] or None) == values


def test_without_a_memory_nothing_is_different() -> None:
    """Not even the text that is fingerprinted, nor a lot."""
    instance = varied(9, 20)
    assert "remembered" not in str(as_data(instance))
    assert lots_of(instance) == draw_lots(instance.seed, [one.id for one in instance.people])
    assert from_data(as_data(instance)) == from_data(as_data(replace(instance)))


def test_who_lost_more_draws_first_and_wins_between_equals() -> None:
    wishes = (Wishes(1, (10, 11)),)
    people = (ModelPerson(1, (1,), wishes=wishes, remembered=1), ModelPerson(2, (1,), wishes=wishes))
    runs = (ModelRun(10, 100, (1,), 1), ModelRun(11, 101, (1,), 1))
    for seed in range(20):
        instance = Instance((1,), people, runs, seed=seed)
        assert lots_of(instance) == {1: 1, 2: 2}
        found = solve(instance)
        assert {place.person: place.run for place in found.places} == {1: 10, 2: 11}


def test_it_stands_in_the_protocol_and_can_be_solved_again() -> None:
    instance = remembering(varied(9, 20), 1)
    found = solve(instance)
    assert found.proof is Proof.OPTIMAL
    protocol = write_protocol(instance, found)
    assert verify(protocol, instance) == []
    again = from_data(protocol["instance"])
    assert [one.remembered for one in again.people] == [one.remembered for one in instance.people]
    assert differences(protocol, solve(again)) == []
    forgotten = replace(instance, people=tuple(replace(one, remembered=0) for one in instance.people))
    assert verify(protocol, forgotten) != []


# --- days of a series --------------------------------------------------------------------------------------------


def series_of_days(app: Flask, *slugs: str, many_people: int = 4) -> list[WishDay]:
    """Days by wishes, half a year apart; the first seat of 1.1 is the only one of the first day."""
    made = [a_wish_day(app, many_people, slug=slug) for slug in slugs]
    with app.app_context(), transaction() as session:
        series = Series(name="Fachtage Musterau")
        session.add(series)
        session.flush()
        for position, one in enumerate(made):
            event = session.get_one(Event, one.event_id)
            event.series_id = series.id
            event.starts_at += timedelta(days=180 * position)
            event.ends_at += timedelta(days=180 * position)
    for one in made:
        asks_for_memory(app, one)
    return made


def asks_for_memory(app: Flask, made: WishDay) -> None:
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, made.event_id)
        ask_for(session, event.id, {Purpose.MEMORY}, fingerprint(event.consents), TEAM, NOW)


def agrees(app: Flask, made: WishDay, *numbers: int) -> None:
    with app.app_context(), transaction() as session:
        for number in numbers:
            one = session.get_one(Registration, made.people[number])
            write_down(session, one, {Purpose.MEMORY: "Ja."}, ConsentSource.PAGE, NOW)


def over(app: Flask, made: WishDay) -> datetime:
    with app.app_context():
        return db.session.get_one(Event, made.event_id).ends_at + timedelta(hours=1)


def places_given(app: Flask, made: WishDay) -> None:
    """All four wish for 1.1 first, which has one seat."""
    publishes(app, made, solved(app, made, f"nonce-{made.day.slug}-0123456789abcdef"))


def swept(app: Flask, now: datetime) -> int:
    with app.app_context(), transaction() as session:
        found = sum(remember_day(session, one, now) for one in days_to_remember(session, now))
        sweep_memory(session, now)
        return found


def memories(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {one.address: one.lost for one in db.session.scalars(select(LotMemory))}


def address(app: Flask, made: WishDay, number: int) -> str:
    with app.app_context():
        return hashed(db.session.get_one(Registration, made.people[number]).email_key)


def lost_by(app: Flask, made: WishDay) -> dict[int, int]:
    with app.app_context():
        protocol = db.session.scalars(
            select(AllocationRun.protocol).where(AllocationRun.event_id == made.event_id)
        ).one()
        assert protocol is not None
        lost = ranks_lost(read_instance(protocol), read_places(protocol))
    return {number: lost[one] for number, one in made.people.items()}


@pytest.fixture
def days(app: Flask) -> list[WishDay]:
    """Two days; on the first, two seats of 1.1 and 1.2 each are wanted by three: one person loses a rank."""
    made = series_of_days(app, "erster", "zweiter")
    set_run(app, made[0], "1.1", capacity=1)
    places_given(app, made[0])
    return made


def loser(app: Flask, made: WishDay) -> int:
    return next(number for number, lost in lost_by(app, made).items() if lost)


def test_one_number_of_who_agreed_and_for_the_next_day(
    app: Flask, client: FlaskClient, days: list[WishDay]
) -> None:
    first, second = days
    number = loser(app, first)
    agrees(app, first, *first.people)
    assert swept(app, LATER) == 0  # not over
    moment = over(app, first)
    assert swept(app, moment) == 1
    assert memories(app) == {address(app, first, number): lost_by(app, first)[number]}
    assert swept(app, moment) == 0
    with app.app_context():
        event = db.session.get_one(Event, second.event_id)
        question = read_question(db.session(), event, Terms(seed=3))
        assert {one.id for one in question.people if one.remembered} == {second.people[number]}
        assert lots_of(question)[second.people[number]] == 1
        mine = db.session.get_one(Registration, second.people[number])
        told = as_json(own_data(db.session(), mine), "")["remembered"]
        assert (told["series"], told["ranks_lost"]) == ("Fachtage Musterau", 1)
        token = personal_token(mine)
    page = Visitor(client).get(f"/my/{token}")
    assert "Was wir uns gemerkt haben" in page.text
    assert "„Fachtage Musterau“ haben Sie 1 Rang verloren" in page.text
    assert "Verlorene Ränge 1" in Visitor(client).get(f"/my/{token}/data").text
    page = page.send(button="Löschen")
    assert "Was wir uns gemerkt haben" not in Visitor(client).get(f"/my/{token}").text
    assert memories(app) == {}
    assert swept(app, moment) == 0  # never brought back


def test_nothing_of_who_did_not_agree_or_withdrew(app: Flask, days: list[WishDay]) -> None:
    first, _second = days
    number = loser(app, first)
    agrees(app, first, number)
    with app.app_context(), transaction() as session:
        withdraw(session, first.people[number], Purpose.MEMORY, NOW + timedelta(hours=1))
    assert swept(app, over(app, first)) == 0
    assert memories(app) == {}


def readdressed(app: Flask, made: WishDay, number: int, email: str, *, by_team: bool) -> None:
    """As the person asks for it, or as the team corrects it."""
    with app.app_context(), transaction() as session:
        one = session.get_one(Registration, made.people[number])
        if by_team:
            person = replace(one.person, email=email)
            change_person(session, one.id, person, one.version, LATER, with_email=True, by_team=True)
        else:
            take_address(
                session, one, email, find_earlier(session, made.event_id, email), LATER, tell_old=True
            )


@pytest.mark.parametrize(
    ("day", "by_team", "goes_along"), [(1, False, True), (1, True, False), (0, False, True), (0, True, True)]
)
def test_it_follows_the_person_to_another_address(
    app: Flask, days: list[WishDay], day: int, by_team: bool, goes_along: bool
) -> None:
    """So that a withdrawal there deletes it. What stems from another day stays with an address that the team corrects: it may
    have been a stranger's."""
    number = loser(app, days[0])
    agrees(app, days[0], number)
    agrees(app, days[1], number)
    swept(app, over(app, days[0]))
    before = memories(app)
    readdressed(app, days[day], number, "neu@example.org", by_team=by_team)
    after = memories(app)
    assert after == ({hashed("neu@example.org"): 1} if goes_along else before)
    with app.app_context(), transaction() as session:
        withdraw(session, days[day].people[number], Purpose.MEMORY, LATER)
    assert memories(app) == ({} if goes_along else before)


def test_an_address_that_has_a_memory_of_its_own_keeps_it(app: Flask, days: list[WishDay]) -> None:
    number = loser(app, days[0])
    agrees(app, days[0], number)
    swept(app, over(app, days[0]))
    with app.app_context(), transaction() as session:
        one = session.scalars(select(LotMemory)).one()
        given = {"series_id": one.series_id, "event_id": one.event_id, "kept_until": one.kept_until}
        session.add(LotMemory(address=hashed("neu@example.org"), lost=4, **given))
    readdressed(app, days[1], number, "neu@example.org", by_team=False)
    assert memories(app) == {hashed("neu@example.org"): 4}


def test_a_day_that_was_called_off_cost_nobody_anything(app: Flask, days: list[WishDay]) -> None:
    first, _second = days
    agrees(app, first, loser(app, first))
    with app.app_context(), transaction() as session:
        session.get_one(Event, first.event_id).status = EventStatus.CANCELLED
    assert swept(app, over(app, first)) == 0
    assert memories(app) == {}


def test_the_last_day_counts_and_who_lost_nothing_there_is_not_remembered(
    app: Flask, days: list[WishDay]
) -> None:
    first, second = days
    number = loser(app, first)
    for one in days:
        agrees(app, one, number)
    swept(app, over(app, first))
    assert memories(app)
    publishes(app, second, solved(app, second, "nonce-second-0123456789abcdef"))
    assert lost_by(app, second)[number] == 0
    swept(app, over(app, second))
    assert memories(app) == {}


def test_it_is_gone_after_two_days_of_the_series_or_three_years(app: Flask, days: list[WishDay]) -> None:
    first, second = days
    agrees(app, first, loser(app, first))
    swept(app, over(app, first))
    (third,) = [a_wish_day(app, 1, slug="dritter")]
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, third.event_id)
        event.series_id = session.get_one(Event, first.event_id).series_id
        event.starts_at += timedelta(days=300)
        event.ends_at += timedelta(days=300)
    swept(app, over(app, second))
    assert memories(app)
    with app.app_context(), transaction() as session:
        session.get_one(Event, third.event_id).status = EventStatus.DRAFT
    swept(app, over(app, third))
    assert memories(app)  # a day that was never held is none
    with app.app_context(), transaction() as session:
        session.get_one(Event, third.event_id).status = EventStatus.PUBLISHED
    swept(app, over(app, third))
    assert memories(app) == {}


def test_a_series_that_does_not_go_on_forgets(app: Flask, days: list[WishDay]) -> None:
    first, _second = days
    agrees(app, first, loser(app, first))
    moment = over(app, first)
    swept(app, moment)
    with app.app_context(), transaction() as session:  # the second day alone is not enough
        assert sweep_memory(session, moment + LONGEST_KEPT - timedelta(days=1)) == 0
        assert sweep_memory(session, moment + LONGEST_KEPT) == 1
    assert memories(app) == {}


def test_who_asks_to_be_forgotten_is(app: Flask, days: list[WishDay]) -> None:
    first, second = days
    number = loser(app, first)
    agrees(app, first, number)
    moment = over(app, first)
    swept(app, moment)
    with app.app_context(), transaction() as session:
        forget_person(session, second.people[number], moment)
    assert memories(app) == {}


def test_a_day_of_no_series_or_without_wishes_does_not_ask(app: Flask) -> None:
    made = a_wish_day(app, 1)
    with app.app_context(), pytest.raises(NothingToRemember), transaction() as session:
        ask_for(session, made.event_id, {Purpose.MEMORY}, fingerprint(""), TEAM, NOW)
    (one,) = series_of_days(app, "erster", many_people=1)
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, one.event_id)
        assert asked_consents(event) == (Purpose.MEMORY,)
        event.placement, event.wishes_until = Placement.DIRECT, None
        session.flush()
        assert asked_consents(event) == ()


def test_a_memory_is_of_no_use_to_a_day_that_does_not_ask(app: Flask, days: list[WishDay]) -> None:
    first, second = days
    agrees(app, first, loser(app, first))
    swept(app, over(app, first))
    with app.app_context(), transaction() as session:
        event = session.get_one(Event, second.event_id)
        ask_for(session, event.id, set(), fingerprint(event.consents), TEAM, NOW)
        question = read_question(session, event, Terms(seed=3))
        assert not any(one.remembered for one in question.people)


def test_the_explanation_says_who_drew_first_only_where_that_is_so(
    app: Flask, client: FlaskClient, days: list[WishDay]
) -> None:
    """On the second day those who wish for the same seat have lost differently before."""
    first, second = days
    number = loser(app, first)
    agrees(app, first, number)
    swept(app, over(app, first))
    set_run(app, second, "1.1", capacity=1)
    set_run(app, second, "1.2", capacity=9)
    publishes(app, second, solved(app, second, "nonce-second-0123456789abcdef"))
    rival = next(one for one in second.people if one != number and one % 2 == number % 2)
    with app.app_context():
        tokens = {
            one: personal_token(db.session.get_one(Registration, second.people[one])) for one in second.people
        }
    says = Visitor(client).get(f"/my/{tokens[rival]}/places").text
    assert "Wer letztes Mal mehr verloren hatte, zog zuerst." in says
    assert "zog vor Ihnen" in says
    mine = Visitor(client).get(f"/my/{tokens[number]}/places").text
    assert "Sie hatten an einem früheren Fachtag 1 Rang verloren" in mine
    assert "zog vor Ihnen" not in mine
