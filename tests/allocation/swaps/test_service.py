# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Offers of places: proposed when they fit, done when all agree, ended in plain words otherwise."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.allocation.rules import ConditionKind, Mixing
from app.allocation.swaps import service
from app.allocation.swaps.rules import Answer, NoPlaceToGive, NotToBeHad, SwapsOver
from app.events.models import Room
from app.events.rules import EventStatus, Loop
from app.privacy.erasure import forget_person
from app.programme.models import Run
from app.registration.workshops.models import RunStaff, StaffRole
from app.registration.workshops.rules import Need
from tests.allocation.swaps.day import HOUSES, SwapDay, swap_day
from tests.scheduling.steps import change_facts

PROPOSED, ENDED, PLACES = "swap.proposed", "swap_end.told", "places.changed"


@pytest.fixture
def day(app: Flask) -> Iterator[SwapDay]:
    """Anna sits in 1.1, ben in 1.2, cem in 1.3, dora in 1.4: all full."""
    with app.app_context():
        made = swap_day()
        made.seat(anna="1.1", ben="1.2", cem="1.3", dora="1.4")
        made.join("emil")
        made.publish()
        yield made


@pytest.fixture
def pair(day: SwapDay) -> SwapDay:
    """Anna and ben are asked whether they swap."""
    day.offer("anna", "1.2")
    day.offer("ben", "1.1")
    day.settle()
    return day


def test_two_are_asked_and_swap_when_both_agree(day: SwapDay) -> None:
    assert not day.offer("anna", "1.2", "1.3")
    day.offer("ben", "1.1")
    day.settle()
    assert (day.asked("anna"), day.asked("ben")) == ([("1.1", "1.2")], [("1.2", "1.1")])
    assert [day.mails(one) for one in ("anna", "ben", "cem")] == [[PROPOSED], [PROPOSED], []]
    day.forget_mails()
    assert day.agree("anna") is Answer.AGREED
    assert day.sits("anna", "ben") == ["1.1", "1.2"]
    assert day.agree("ben") is Answer.DONE
    assert day.sits("anna", "ben") == ["1.2", "1.1"]
    assert [day.mails(one) for one in ("anna", "ben")] == [[PLACES], [PLACES]]
    assert day.of("anna").feed_changed_at == day.of("ben").feed_changed_at == day.now
    assert (day.chains(), day.offers()) == (0, 0)
    assert day.log() == ["swap.propose", "swap.done"]


def test_three_in_a_circle(day: SwapDay) -> None:
    day.offer("anna", "1.2")
    day.offer("ben", "1.3")
    day.offer("cem", "1.1")
    day.settle()
    day.agree("cem", "anna", "ben")
    assert day.sits("anna", "ben", "cem", "dora") == ["1.2", "1.3", "1.1", "1.4"]


def test_nothing_happens_twice(pair: SwapDay) -> None:
    before = pair.all_mails()
    pair.settle()
    key = pair.swaps("anna").proposals[0].key
    pair.agree("anna")
    assert pair.agree("anna") is Answer.AGREED
    pair.settle()
    assert pair.swaps("anna").proposals[0].key == key
    assert (pair.chains(), pair.all_mails()) == (1, before)


def test_a_decline_ends_it_for_all(day: SwapDay) -> None:
    """Who had agreed is told; who had not, not; and nobody is asked the same again."""
    day.offer("anna", "1.2", "1.4")
    day.offer("ben", "1.3")
    day.offer("cem", "1.1")
    day.settle()
    day.agree("cem")
    day.forget_mails()
    assert day.decline("anna") is Answer.DECLINED
    assert [day.mails(one) for one in ("anna", "ben", "cem")] == [[], [], [ENDED]]
    assert (day.wanted("anna"), day.wanted("ben"), day.wanted("cem")) == ([["1.4"]], [["1.3"]], [["1.1"]])
    day.settle()
    assert (day.chains(), day.log()) == (0, ["swap.propose", "swap.end"])
    day.offer("dora", "1.1")
    day.settle()
    assert (day.asked("anna"), day.asked("dora")) == ([("1.1", "1.4")], [("1.4", "1.1")])


def test_a_decline_frees_the_others_for_other_chains(day: SwapDay) -> None:
    day.set_run("1.1", capacity=2)
    day.choose("emil", "1.1")
    day.offer("anna", "1.2")
    day.offer("emil", "1.2")
    day.offer("ben", "1.1")
    day.settle()
    assert (day.asked("anna"), day.asked("emil")) == ([("1.1", "1.2")], [])
    day.decline("anna")
    day.settle()
    assert (day.offers(), day.asked("emil"), day.asked("ben")) == (2, [("1.1", "1.2")], [("1.2", "1.1")])


def test_who_agreed_may_still_say_no(pair: SwapDay) -> None:
    pair.agree("anna")
    assert pair.decline("anna") is Answer.DECLINED
    assert (pair.chains(), pair.wanted("anna")) == (0, [])


def test_the_end_of_the_time(pair: SwapDay) -> None:
    """Two working days from Monday morning. Who was silent offers nothing any more and reads so."""
    pair.agree("anna")
    pair.forget_mails()
    until = pair.swaps("anna").proposals[0].answer_by
    assert until - pair.now < timedelta(days=2)
    pair.settle(until - timedelta(minutes=1))
    assert pair.chains() == 1
    pair.settle(until)
    assert [pair.mails(one) for one in ("anna", "ben")] == [[ENDED], [ENDED]]
    assert (pair.wanted("anna"), pair.wanted("ben"), pair.chains()) == ([["1.2"]], [], 0)


def test_nobody_agrees_after_the_time(pair: SwapDay) -> None:
    pair.agree("anna")
    until = pair.swaps("ben").proposals[0].answer_by
    assert pair.agree("ben", now=until) is Answer.GONE
    assert pair.sits("anna", "ben") == ["1.1", "1.2"]


def test_the_time_counts_working_hours_and_ends_with_swaps() -> None:
    friday = datetime(2031, 3, 7, 14, 0, tzinfo=UTC)  # three in the afternoon
    assert service.answer_by(friday + timedelta(days=30), friday) == datetime(2031, 3, 11, 14, 0, tzinfo=UTC)
    assert service.answer_by(friday + timedelta(hours=3), friday) == friday + timedelta(hours=3)
    assert service.answer_by(friday + timedelta(hours=1), friday) is None


def test_who_cancels_ends_it(pair: SwapDay) -> None:
    pair.agree("anna")
    pair.forget_mails()
    pair.cancel("ben")
    assert (pair.chains(), pair.offers(), pair.mails("anna")) == (0, 1, [ENDED])
    assert pair.sits("anna") == ["1.1"]


def test_who_is_forgotten_leaves_nothing(pair: SwapDay) -> None:
    pair.agree("anna")
    pair.forget_mails()
    with pair.step() as session:
        forget_person(session, pair.ids["ben"], pair.now)
    assert (pair.chains(), pair.offers(), pair.mails("anna")) == (0, 1, [ENDED])
    with pair.step() as session:
        forget_person(session, pair.ids["anna"], pair.now)
    assert (pair.offers(), pair.mails("anna")) == (0, ["registration.address_left"])


def test_a_substitute_does_not_swap_for_somebody(pair: SwapDay) -> None:
    pair.agree("anna")
    pair.forget_mails()
    pair.substitute("ben", "bruno")
    assert (pair.chains(), pair.offers(), pair.mails("anna")) == (0, 1, [ENDED])
    assert pair.sits("bruno") == ["1.2"]


def test_a_withdrawal_ends_it(pair: SwapDay) -> None:
    pair.agree("ben")
    pair.forget_mails()
    pair.withdraw("anna")
    pair.withdraw("anna")
    assert (pair.chains(), pair.offers()) == (0, 1)
    assert [pair.mails(one) for one in ("anna", "ben")] == [[], [ENDED]]


def test_another_offer_ends_it_and_the_same_one_does_not(pair: SwapDay) -> None:
    pair.agree("ben")
    pair.offer("anna", "1.2")
    assert pair.chains() == 1
    pair.offer("anna", "1.3")
    assert (pair.chains(), pair.wanted("anna")) == (0, [["1.3"]])


def test_a_place_that_goes_takes_the_offer_along(pair: SwapDay) -> None:
    """Whatever takes it: here dora makes anna move up by leaving. Nobody can agree any more, and the worker tells who had."""
    pair.agree("ben")
    pair.choose("anna", "1.4")
    pair.forget_mails()
    pair.choose("emil", "1.1")
    pair.cancel("dora")
    assert (pair.sits("anna", "emil"), pair.swaps("ben").proposals, pair.offers()) == (["1.4", "1.1"], [], 1)
    pair.settle()
    assert (pair.chains(), pair.mails("ben"), pair.sits("ben")) == (0, [ENDED], ["1.2"])


def test_a_free_seat_instead_of_a_swap_is_one_mail(pair: SwapDay) -> None:
    """The chain is broken because anna stays away; what ben hears is that he has her place."""
    pair.agree("ben")
    pair.forget_mails()
    pair.choose("anna", "1:absent")
    pair.settle()
    assert (pair.chains(), pair.mails("ben"), pair.sits("ben")) == (0, [PLACES], ["1.1"])


def test_with_the_last_consent_all_is_looked_at_again(pair: SwapDay) -> None:
    """By then ben cannot do without a lift, and 1.1 has none."""
    pair.agree("ben")
    pair.forget_mails()
    with pair.step() as session:
        session.get_one(Run, pair.runs["1.1"]).room = session.scalars(
            select(Room).where(Room.event_id == pair.event_id, ~Room.step_free)
        ).first()
    pair.needs("ben", Need.STEP_FREE)
    assert pair.agree("anna") is Answer.ENDED
    assert (pair.sits("anna", "ben"), pair.chains()) == (["1.1", "1.2"], 0)
    assert [pair.mails(one) for one in ("anna", "ben")] == [[], [ENDED]]
    pair.settle()
    assert pair.chains() == 0


def test_a_run_that_is_called_off_is_not_given(pair: SwapDay) -> None:
    pair.agree("anna")
    pair.set_run("1.1", takes_place=False)
    assert pair.agree("ben") is Answer.ENDED


def test_a_cap_of_the_team_holds(app: Flask) -> None:
    """At most one of a house in 1.2 and 1.1: anna's house sits in 1.2 already beside ben."""
    with app.app_context():
        day = swap_day()
        day.set_run("1.2", capacity=2)
        HOUSES.update(anna="Kreis Herford (Beispiel)", dora="Kreis Herford (Beispiel)")
        try:
            day.seat(anna="1.1", ben="1.2", dora="1.2", cem="1.3")
        finally:
            HOUSES.clear()
        day.publish(Mixing.STRICT)
        day.condition(ConditionKind.ORGANISATION_CAP, most=1, run_id=day.runs["1.2"])
        day.offer("anna", "1.2")
        day.offer("ben", "1.1")
        day.settle()
        assert day.chains() == 0
        day.offer("dora", "1.1")
        day.settle()
        assert (day.asked("anna"), day.asked("dora"), day.asked("ben")) == (
            [("1.1", "1.2")],
            [("1.2", "1.1")],
            [],
        )


def test_a_free_seat_is_given_at_once(day: SwapDay) -> None:
    day.set_run("1.4", capacity=2)
    assert day.offer("anna", "1.3", "1.4")
    assert (day.sits("anna"), day.offers(), day.mails("anna")) == (["1.4"], 0, [])
    assert day.run("1.1").taken == 0
    assert day.log() == ["swap.free"]


def test_a_seat_that_becomes_free_goes_on(day: SwapDay) -> None:
    """Anna gets cem's, and ben then anna's; both are told, because they did nothing just now."""
    day.offer("ben", "1.1")
    day.offer("anna", "1.3")
    assert not day.due()
    day.cancel("cem")
    day.forget_mails()
    assert day.due()
    day.settle()
    assert day.sits("anna", "ben") == ["1.3", "1.1"]
    assert [day.mails(one) for one in ("anna", "ben")] == [[PLACES], [PLACES]]


def test_who_waits_in_line_comes_before(day: SwapDay) -> None:
    day.choose("dora", "1.3")
    day.offer("anna", "1.3")
    day.cancel("cem")
    day.settle()
    assert day.sits("anna", "dora") == ["1.1", "1.3"]


def test_a_free_seat_against_the_conditions_is_not_given(day: SwapDay) -> None:
    day.set_run("1.4", capacity=2)
    day.condition(ConditionKind.FORBID, first_id=day.ids["anna"], run_id=day.runs["1.4"])
    assert not day.offer("anna", "1.4")
    day.settle()
    assert day.sits("anna") == ["1.1"]


def test_what_cannot_be_offered(day: SwapDay) -> None:
    for labels in ((), ("1.1",), ("2.1",)):
        with pytest.raises(NotToBeHad):
            day.offer("anna", *labels)
    with pytest.raises(NoPlaceToGive):
        day.offer("anna", "2.1", round_=2)
    day.set_run("1.2", takes_place=False)
    with pytest.raises(NotToBeHad):
        day.offer("anna", "1.2")
    assert day.offers() == 0


def test_not_what_one_attends_in_another_round(day: SwapDay) -> None:
    day.choose("anna", "2.2")  # the workshop of 1.2
    with pytest.raises(NotToBeHad):
        day.offer("anna", "1.2", "1.3")


def test_not_what_one_leads(day: SwapDay) -> None:
    with day.step() as session:
        session.add(
            RunStaff(run_id=day.runs["2.2"], registration_id=day.ids["anna"], role=StaffRole.FACILITATOR)
        )
    with pytest.raises(NotToBeHad):
        day.offer("anna", "1.2")


def test_not_without_what_one_needs(day: SwapDay) -> None:
    day.needs("anna", Need.INDUCTION_LOOP)
    with pytest.raises(NotToBeHad):
        day.offer("anna", "1.3")
    with day.step() as session:
        room = Room(event_id=day.event_id, name="Raum mit Schleife", loop=Loop.FIXED, position=9, note="")
        session.get_one(Run, day.runs["1.3"]).room = room
    day.offer("anna", "1.3")
    assert day.wanted("anna") == [["1.3"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"swaps": False},
        {"placed_at": None},
        {"status": EventStatus.DRAFT},
        {"swaps_until": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_where_nobody_swaps(day: SwapDay, changes: dict[str, object]) -> None:
    day.set_event(**changes)
    with pytest.raises(SwapsOver):
        day.offer("anna", "1.2")
    if "placed_at" in changes:
        day.set_event(placed_at=day.now)


def test_the_team_that_switches_it_off_ends_all_in_that_moment(pair: SwapDay) -> None:
    """So that the question before it shows who is told; the worker finds nothing left to end."""
    pair.offer("cem", "1.4")
    pair.forget_mails()
    with pair.step() as session:
        change_facts(session, pair.event_id, pair.now, swaps_until=pair.now)
    assert (pair.chains(), pair.offers()) == (0, 0)
    assert [pair.mails(one) for one in ("anna", "ben", "cem", "dora")] == [[ENDED], [ENDED], [ENDED], []]
    pair.forget_mails()
    pair.settle()
    assert [pair.mails(one) for one in ("anna", "ben", "cem")] == [[], [], []]


def test_switching_it_off_ends_all(pair: SwapDay) -> None:
    """Whoever hoped for a swap reads once that there is none."""
    pair.offer("cem", "1.4")
    pair.agree("anna")
    pair.forget_mails()
    pair.set_event(swaps=False)
    assert pair.due()
    key = pair.swaps("ben").proposals[0].key
    with pair.step() as session:
        assert service.agree(session, pair.ids["ben"], key, pair.now) is Answer.GONE
    pair.settle()
    assert (pair.chains(), pair.offers()) == (0, 0)
    assert [pair.mails(one) for one in ("anna", "ben", "cem", "dora")] == [[ENDED], [ENDED], [ENDED], []]


def test_the_end_of_swaps_bounds_the_time(day: SwapDay) -> None:
    day.set_event(swaps_until=day.now + timedelta(hours=5))
    day.offer("anna", "1.2")
    day.offer("ben", "1.1")
    day.settle()
    assert day.swaps("anna").proposals[0].answer_by == day.event.swaps_until


def test_nobody_is_asked_too_late(day: SwapDay) -> None:
    day.set_event(swaps_until=day.now + timedelta(hours=1))
    day.offer("anna", "1.2")
    day.offer("ben", "1.1")
    assert not day.due()
    day.settle()
    assert day.chains() == 0


def test_nobody_is_asked_more_often_than_three_times_a_day(day: SwapDay) -> None:
    """Anna's partners change their minds; the fourth proposal has to wait until the next day."""
    day.offer("anna", "1.2", "1.3", "1.4")
    for name in ("ben", "cem", "dora"):
        day.offer(name, "1.1")
        day.settle()
        assert day.asked("anna") != []
        day.withdraw(name)
    day.offer("ben", "1.1")
    assert not day.due()
    day.settle()
    assert (day.chains(), day.asked("anna")) == (0, [])
    day.settle(day.now + timedelta(days=1))
    assert day.asked("anna") == [("1.1", "1.2")]


def test_other_peoples_keys_open_nothing(pair: SwapDay) -> None:
    key = pair.swaps("ben").proposals[0].key
    with pair.step() as session:
        assert service.agree(session, pair.ids["anna"], key, pair.now) is Answer.GONE
        assert service.decline(session, pair.ids["cem"], key, pair.now) is Answer.GONE
        assert service.agree(session, pair.ids["anna"], "x", pair.now) is Answer.GONE
    assert not any(one.agreed for name in ("anna", "ben") for one in pair.swaps(name).proposals)


def test_a_line_beside_the_place(day: SwapDay) -> None:
    """Who waits for what the swap brings, waits no longer; who waits for something else still does."""
    day.choose("anna", "1.2")
    day.choose("ben", "1.4")
    day.offer("anna", "1.2")
    day.offer("ben", "1.1")
    day.settle()
    day.agree("anna", "ben")
    assert (day.places("anna"), day.places("ben")) == (
        {"1.2": "place"},
        {"1.1": "place", "1.4": "waiting 1"},
    )
    assert (day.run("1.2").waiting, day.run("1.4").waiting) == (0, 1)


# --- parallel runs -------------------------------------------------------------------------------------------------


@pytest.fixture
def twins(app: Flask) -> Iterator[SwapDay]:
    """The same people; 1.3 and 1.4 are one workshop in two rooms."""
    with app.app_context():
        made = swap_day()
        with made.step() as session:
            first, second = (session.get_one(Run, made.runs[label]) for label in ("1.3", "1.4"))
            second.workshop = first.workshop
        made.seat(anna="1.1", ben="1.2", cem="1.3", dora="1.4")
        made.publish()
        yield made


def test_the_shorter_of_two_ways_through_the_rooms_of_a_workshop(twins: SwapDay) -> None:
    twins.offer("anna", "1.3", "1.4")
    twins.offer("cem", "1.4")
    twins.offer("dora", "1.1")
    twins.settle()
    twins.agree("anna", "dora")
    assert twins.sits("anna", "cem", "dora") == ["1.4", "1.3", "1.1"]


def test_two_change_rooms(twins: SwapDay) -> None:
    twins.offer("cem", "1.4")
    twins.offer("dora", "1.3")
    twins.settle()
    twins.agree("cem", "dora")
    assert twins.sits("cem", "dora") == ["1.4", "1.3"]


def test_who_waits_for_one_room_may_get_the_other(twins: SwapDay) -> None:
    """And has the workshop then: the line for its other room is over."""
    twins.choose("anna", "1.4")
    assert twins.places("anna") == {"1.1": "place", "1.4": "waiting 1"}
    twins.offer("anna", "1.3")
    twins.offer("cem", "1.1")
    twins.settle()
    twins.agree("anna", "cem")
    assert twins.places("anna") == {"1.3": "place"}
    assert twins.run("1.4").waiting == 0


def test_a_free_seat_in_the_other_room_ends_the_line_as_well(twins: SwapDay) -> None:
    twins.choose("anna", "1.4")
    twins.set_run("1.3", capacity=2)
    twins.offer("anna", "1.3")
    assert twins.places("anna") == {"1.3": "place"}
    assert twins.run("1.4").waiting == 0
