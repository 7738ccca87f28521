# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whether something fits into a plan: on the dates of the day, beside its rounds, with what it names."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.events.models import Event
from app.programme.conflicts import (
    END_OF_NIGHT,
    refuse_misfit,
    refuse_outside_day,
    refuse_room_in_plan,
    refuse_taking_out,
)
from app.programme.plan import ContributorFacts, ItemFacts, Plan, RoundFacts, RunPlan
from app.programme.rules import MOST_CONTRIBUTORS, ContributorRole, ItemKind, Thing
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import Refusal
from tests.factories.days import at

DAY = Event(starts_at=at("9:30"), ends_at=at("15:45"))
ONE = timedelta(days=1)
ROUND, RUN, ITEM = Thing.ROUND, Thing.RUN, Thing.ITEM
PLAN = Plan(
    {
        (ROUND, 1): RoundFacts(1, "Runde 1", at("11:00"), at("12:15")),
        (ROUND, 2): RoundFacts(2, "Runde 2", at("13:30"), at("14:45")),
        (Thing.WORKSHOP, 1): WorkshopFacts("Beraten"),
        (Thing.WORKSHOP, 2): WorkshopFacts("Ohne Termin"),
        (ITEM, 1): ItemFacts(ItemKind.KEYNOTE, "Vortrag", at("10:00"), at("10:45"), room_id=4),
        (RUN, 1): RunPlan("1.1", 1, room_id=3, capacity=10, workshop_id=1),
        (RUN, 2): RunPlan("1.2", 1, capacity=10, workshop_id=1),
        (RUN, 3): RunPlan("2.1", 2, takes_place=False, workshop_id=1),
        (Thing.CONTRIBUTOR, 1): ContributorFacts("Aylin Beispiel", run_id=1),
    }
)


def put(thing: Thing, number: int, /, **facts: Any) -> tuple[str, str | None]:
    """What is said against the thing with these facts otherwise, and its field; two empty words if it fits."""
    plan = PLAN.put((thing, number), replace(PLAN.things[thing, number], **facts))
    return said(plan, thing, number)


def said(plan: Plan, thing: Thing, number: int) -> tuple[str, str | None]:
    try:
        refuse_misfit(DAY, plan, (thing, number))
    except Refusal as refusal:
        return str(refusal), refusal.field
    return "", ""


def test_what_is_there_fits() -> None:
    assert {said(PLAN, *key) for key in PLAN.things} == {("", "")}


# -- times


def test_the_agenda_lies_on_the_dates_of_the_day() -> None:
    event = Event(starts_at=at("9:30"), ends_at=at("15:45") + ONE)
    for starts, ends in (("7:00", "9:00"), ("16:00", "23:00")):
        refuse_outside_day(event, "Ankommen", at(starts), at(ends))
        refuse_outside_day(event, "Abreise", at(starts) + ONE, at(ends) + ONE)
    for early in (at("9:00") - ONE, at("9:00") + 2 * ONE):
        with pytest.raises(Refusal):
            refuse_outside_day(event, "Daneben", early, early + timedelta(hours=1))


def test_the_night_after_the_last_date_belongs_to_it() -> None:
    morning = at(f"{END_OF_NIGHT:%H:%M}") + ONE
    refuse_outside_day(DAY, "Fest", at("20:00"), morning)
    for later in (timedelta(microseconds=1), ONE):
        with pytest.raises(Refusal):
            refuse_outside_day(DAY, "Fest", at("20:00"), morning + later)


@pytest.mark.parametrize(("thing", "number"), [(ITEM, 1), (ROUND, 1)])
def test_items_and_rounds_have_times_of_the_day(thing: Thing, number: int) -> None:
    assert put(thing, number, starts_at=at("9:00") + ONE, ends_at=at("9:30") + ONE) == (
        "This lies outside of the day, which begins on 2031-03-13 and ends on 2031-03-13.",
        "date",
    )
    assert put(thing, number, starts_at=at("11:00"), ends_at=at("11:00")) == (
        "The end must be after the beginning.",
        "end",
    )


def test_a_room_that_is_in_use_is_in_nobodys_way() -> None:
    """That it is said is tested with the contradictions."""
    assert put(ITEM, 1, starts_at=at("11:00"), ends_at=at("12:00"), room_id=3) == ("", "")
    assert put(RUN, 2, room_id=3) == ("", "")


# -- rounds


def test_rounds_have_numbers_of_their_own_and_are_not_at_once() -> None:
    assert put(ROUND, 1, number=2)[1] == "number"
    assert put(ROUND, 1, starts_at=at("13:00"), ends_at=at("14:00")) == (
        "“Runde 2” takes place at the same time (13:30–14:45).",
        "start",
    )
    new = PLAN.put((ROUND, -1), RoundFacts(2, "Noch eine", at("16:00"), at("17:00")))
    assert said(new, ROUND, -1)[1] == "number"


def test_what_ends_when_the_other_begins_is_not_in_its_way() -> None:
    assert put(ROUND, 1, ends_at=at("13:30")) == ("", "")
    assert put(ROUND, 1, ends_at=at("13:31"))[1] == "start"


def test_a_run_over_two_rounds_finds_both_of_them() -> None:
    """Other numbers are fine as long as they follow one another."""
    longer = PLAN.put((RUN, 1), replace(PLAN.things[RUN, 1], spans=2))
    for number in (1, 2):
        alone = longer.put((ROUND, number), replace(longer.things[ROUND, number], number=9))
        assert said(alone, ROUND, number) == (
            "“1.1 Beraten” goes on over this round. Please let it fill one round only first.",
            "number",
        )
        with pytest.raises(Refusal, match=r"goes on over this round|Workshops run in this round"):
            refuse_taking_out(longer, (ROUND, number))
    both = longer
    for number in (1, 2):
        both = both.put((ROUND, number), replace(both.things[ROUND, number], number=number + 7))
    assert {said(both, ROUND, number) for number in (1, 2)} == {("", "")}


# -- runs


@pytest.mark.parametrize(
    "facts", [{"least_people": 10}, {"capacity": None, "room_id": None}, {"spans": 2}, {"capacity": 500}]
)
def test_what_a_run_may_ask_for(facts: dict[str, Any]) -> None:
    assert put(RUN, 1, **facts) == ("", "")


@pytest.mark.parametrize(("field", "odd"), [("least_people", 11), ("spans", 3), ("label", "1.2")])
def test_what_a_run_asks_for_must_be_there(field: str, odd: object) -> None:
    """No more people than it has places, and no more rounds than follow."""
    assert put(RUN, 1, **{field: odd})[1] == field


def test_a_label_is_taken_in_its_round_only() -> None:
    assert put(RUN, 1, label="2.1") == ("", "")
    assert put(RUN, 1, label="2.1", round_id=2)[1] == "label"


def test_the_same_rounds_are_the_same_beginning_and_the_same_length() -> None:
    one = RunPlan("1.1", 1)
    assert one.same_rounds(RunPlan("1.2", 1, capacity=5))
    assert not one.same_rounds(RunPlan("1.1", 2))
    assert not one.same_rounds(RunPlan("1.1", 1, spans=2))


# -- who contributes


def test_who_contributes_has_a_role_that_fits_and_stands_there_once() -> None:
    def named(number: int, **facts: Any) -> tuple[str, str | None]:
        one = ContributorFacts(**{"name": "Aylin Beispiel", "run_id": 1, **facts})
        return said(PLAN.put((Thing.CONTRIBUTOR, number), one), Thing.CONTRIBUTOR, number)

    assert named(1, about="Sie selbst.") == ("", "")
    assert named(-1)[1] == "name"
    assert named(-1, role=ContributorRole.MINUTES) == ("", "")
    assert named(-1, role=ContributorRole.DAY_MODERATION)[1] == "role"
    assert named(-1, run_id=None)[1] == "role"
    assert named(-1, run_id=None, role=ContributorRole.DAY_MODERATION) == ("", "")


def test_nobody_lists_everybody() -> None:
    plan = PLAN
    for number in range(2, MOST_CONTRIBUTORS + 1):
        plan = plan.put((Thing.CONTRIBUTOR, number), ContributorFacts(str(number), run_id=1))
        assert said(plan, Thing.CONTRIBUTOR, number) == ("", "")
    plan = plan.put((Thing.CONTRIBUTOR, -1), ContributorFacts("Einer zu viel", run_id=1))
    assert said(plan, Thing.CONTRIBUTOR, -1) == ("Please name at most 20 people.", "name")


# -- taking out


@pytest.mark.parametrize("key", [(ROUND, 1), (ROUND, 2), (Thing.WORKSHOP, 1)])
def test_what_is_in_use_stays(key: tuple[Thing, int]) -> None:
    """A run that does not take place uses its round, too."""
    with pytest.raises(Refusal):
        refuse_taking_out(PLAN, key)


@pytest.mark.parametrize("key", [(ITEM, 1), (RUN, 1), (Thing.WORKSHOP, 2), (Thing.CONTRIBUTOR, 1)])
def test_what_nothing_names_goes(key: tuple[Thing, int]) -> None:
    refuse_taking_out(PLAN, key)


def test_a_round_goes_with_its_last_run() -> None:
    without = PLAN.without((RUN, 3))
    refuse_taking_out(without, (ROUND, 2))
    longer = without.put((RUN, 1), replace(PLAN.things[RUN, 1], spans=2))
    with pytest.raises(Refusal, match="goes on over this round"):
        refuse_taking_out(longer, (ROUND, 2))


@pytest.mark.parametrize(("room", "title"), [(3, "1.1 Beraten"), (4, "Vortrag")])
def test_a_room_stays_while_the_agenda_uses_it(room: int, title: str) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_room_in_plan(PLAN, room)
    assert title in str(refused.value)
    refuse_room_in_plan(PLAN, 5)
