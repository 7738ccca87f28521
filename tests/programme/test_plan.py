# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A programme as a value: differences, JSON, edits laid over what is released. Over generated plans."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.programme.plan import (
    NAMES,
    SAYS,
    TABLES,
    ContributorFacts,
    ItemFacts,
    Plan,
    RoundFacts,
    RunPlan,
    StandFacts,
    SubItemFacts,
    applied,
    differences,
    from_json,
    in_json,
    plan_from_json,
    plan_in_json,
    plan_seen,
    renumbered,
    seen_as,
)
from app.programme.rules import ContributorRole, Thing
from app.programme.working_copy import laid_over, written_edit
from app.programme.workshop_facts import LANGUAGES, WorkshopFacts

pytestmark = pytest.mark.sqlite_only

NINE = datetime(2031, 3, 13, 8, tzinfo=UTC)
words = st.text(max_size=8)
numbers = st.integers(1, 4)
moments = st.integers(0, 600).map(lambda minutes: NINE + timedelta(minutes=minutes))
rooms = st.none() | numbers
FACTS: dict[Thing, st.SearchStrategy[Any]] = {
    Thing.ROUND: st.builds(RoundFacts, numbers, words, moments, moments),
    Thing.WORKSHOP: st.builds(
        WorkshopFacts,
        title=words,
        abstract=words,
        language=st.sampled_from(["", *LANGUAGES]),
        undocumented=st.booleans(),
    ),
    Thing.ITEM: st.builds(
        ItemFacts, st.sampled_from(["break", "keynote"]), words, moments, moments, words, rooms
    ),
    Thing.RUN: st.builds(
        RunPlan,
        words,
        numbers,
        rooms,
        st.none() | st.integers(0, 99),
        numbers,
        numbers,
        st.booleans(),
        numbers,
    ),
    Thing.SUB_ITEM: st.builds(
        SubItemFacts, words, after=st.none() | numbers, minutes=numbers, item_id=numbers
    ),
    Thing.STAND: st.builds(StandFacts, words, needs_power=st.booleans(), item_id=numbers),
    Thing.CONTRIBUTOR: st.builds(
        ContributorFacts,
        words,
        role=st.sampled_from(ContributorRole),
        confirmed=st.booleans(),
        run_id=numbers,
        position=numbers,
    ),
}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    things: dict[Any, Any] = {}
    for thing, facts in FACTS.items():
        for number in draw(st.sets(st.integers(1, 4) | st.integers(-2, -1))):
            things[thing, number] = draw(facts)
    return Plan(things)


@given(plans(), plans())
def test_the_differences_applied_to_the_old_plan_give_the_new_one(old: Plan, new: Plan) -> None:
    changes = differences(old, new)
    assert applied(old, changes) == new
    assert {one.key for one in changes} == {
        key for key in {*old.things, *new.things} if old.things.get(key) != new.things.get(key)
    }
    assert not differences(new, new)


@given(plans())
def test_a_plan_survives_being_written_as_json(plan: Plan) -> None:
    again = plan_from_json(json.loads(json.dumps(plan_in_json(plan))))
    assert again == plan
    assert plan_seen(again) == plan_seen(plan)


@given(plans(), plans(), plans())
def test_edits_laid_over_another_release_keep_what_was_said_and_no_more(
    released: Plan, plan: Plan, meanwhile: Plan
) -> None:
    """What the team did not touch follows the release; what it did stays as it said."""
    released, meanwhile = (
        Plan({key: one for key, one in whole.things.items() if key[1] > 0}) for whole in (released, meanwhile)
    )
    plan = Plan({key: one for key, one in plan.things.items() if key[1] < 0 or key in released.things})
    edits = [(one.key, json.loads(json.dumps(written_edit(one)))) for one in differences(released, plan)]
    whole = laid_over(released, edits)
    assert {key: facts for key, facts in plan.things.items() if _names_all(plan, key)} == {
        key: facts for key, facts in whole.things.items() if _names_all(plan, key)
    }
    later = laid_over(meanwhile, edits)
    touched = dict(edits)
    for key, facts in later.things.items():
        said = touched.get(key) or {}
        for one in fields(facts):
            if one.name in said:
                assert in_json(facts)[one.name] == said[one.name]
            elif key in meanwhile.things:
                assert getattr(facts, one.name) == getattr(meanwhile.things[key], one.name)


def _names_all(plan: Plan, key: tuple[Thing, int]) -> bool:
    """Whether what it names is there, and what that names too."""
    if key not in plan.things:
        return False
    named = [(of, getattr(plan.things[key], name)) for name, of in NAMES.get(key[0], {}).items()]
    return all(number is None or _names_all(plan, (of, number)) for of, number in named)


@given(plans())
def test_without_a_thing_nobody_contributes_to_it(plan: Plan) -> None:
    for number in plan.of(Thing.RUN):
        left = plan.without((Thing.RUN, number))
        assert (Thing.RUN, number) not in left.things
        assert not left.contributors(run_id=number)


def test_every_kind_of_thing_is_a_row_and_a_value() -> None:
    """A fact that no row keeps would be lost with the release."""
    assert set(SAYS) == set(TABLES) == set(Thing)
    for thing, kind in SAYS.items():
        columns = set(TABLES[thing].__table__.columns.keys())
        assert {one.name for one in fields(kind)} <= columns, thing
        assert set(NAMES.get(thing, {})) <= columns


def test_what_names_something_new_names_its_row_afterwards() -> None:
    run = RunPlan("1.1", -1, workshop_id=7)
    assert renumbered(run, Thing.RUN, {(Thing.ROUND, -1): 5}) == RunPlan("1.1", 5, workshop_id=7)


def test_the_order_of_people_is_nothing_that_was_read() -> None:
    one = ContributorFacts("Olga Entwurf", run_id=1, position=1)
    moved = ContributorFacts("Olga Entwurf", run_id=1, position=2)
    assert seen_as(one) == seen_as(moved)
    assert seen_as(one) != seen_as(ContributorFacts("Olga E.", run_id=1, position=1))


def test_what_was_written_before_a_fact_was_asked_has_its_usual_value() -> None:
    written = {key: value for key, value in in_json(RunPlan("1.1", 1)).items() if key != "spans"}
    assert from_json(Thing.RUN, written) == RunPlan("1.1", 1)
