# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A protocol holds; and whatever is changed in it by hand is seen."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.allocation.instance import fingerprint
from app.allocation.protocol import (
    differences,
    read_instance,
    read_places,
    read_stages,
    result_fingerprint,
    verify,
    write_protocol,
)
from app.allocation.rules import Goal
from app.allocation.solving import solve
from app.registration.workshops.rules import Need
from tools.instances import Description, invent

INSTANCE = invent(
    Description(30, 2, 5, mixing="loose", needs=0.05, staff=True, published=True, pairs=2, long=1), 2
)
ALLOCATION = solve(INSTANCE)
PROTOCOL: dict[str, Any] = json.loads(json.dumps(write_protocol(INSTANCE, ALLOCATION)))


def test_it_holds_and_is_about_this() -> None:
    assert verify(PROTOCOL) == []
    assert verify(PROTOCOL, INSTANCE, ALLOCATION.places) == []
    assert read_places(PROTOCOL) == ALLOCATION.places
    assert read_stages(PROTOCOL) == ALLOCATION.stages
    assert all(need.value not in json.dumps(PROTOCOL) for need in Need)


def test_solving_the_protocol_again_gives_the_same() -> None:
    again = solve(read_instance(PROTOCOL))
    assert differences(PROTOCOL, again) == []
    assert again.places == ALLOCATION.places
    other = write_protocol(read_instance(PROTOCOL), again)
    assert other["result_fingerprint"] == PROTOCOL["result_fingerprint"]


def signed_again(protocol: dict[str, Any]) -> None:
    """A forger who knows how fingerprints are made."""
    protocol["instance_fingerprint"] = fingerprint(protocol["instance"])
    protocol["result_fingerprint"] = result_fingerprint(
        protocol["instance_fingerprint"], protocol["places"], protocol["stages"]
    )


def swap_two(protocol: dict[str, Any]) -> None:
    places = protocol["places"]
    other = next(one for one in places if one[0] != places[0][0] and one[1] != places[0][1])
    places[0][1], other[1] = other[1], places[0][1]


def better_value(protocol: dict[str, Any]) -> None:
    protocol["stages"][-1]["value"] -= 1
    protocol["stages"][-1]["bound"] -= 1


def bound_above_value(protocol: dict[str, Any]) -> None:
    protocol["stages"][-1]["bound"] += 1


def bound_below_value(protocol: dict[str, Any]) -> None:
    protocol["stages"][-1]["bound"] -= 1


CHANGES: list[Callable[[dict[str, Any]], None]] = [
    swap_two,
    better_value,
    bound_above_value,
    bound_below_value,
    lambda protocol: protocol["places"].pop(),
    lambda protocol: protocol["stages"].pop(),
    lambda protocol: protocol["instance"]["runs"][0].update(capacity=0),
    lambda protocol: protocol.update(proof="feasible"),
    lambda protocol: protocol["instance"]["rules"].clear(),
    lambda protocol: protocol.update(seed=77),
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_seen(change: Callable[[dict[str, Any]], None]) -> None:
    changed = copy.deepcopy(PROTOCOL)
    change(changed)
    assert verify(changed) != []
    for finding in verify(changed):
        assert "%(" not in str(finding)


@pytest.mark.parametrize("change", CHANGES)
def test_even_if_the_fingerprints_were_made_anew(change: Callable[[dict[str, Any]], None]) -> None:
    forged = copy.deepcopy(PROTOCOL)
    change(forged)
    signed_again(forged)
    assert verify(forged) != []


def test_a_protocol_about_something_else() -> None:
    other = replace(INSTANCE, seed=99)
    assert [str(one) for one in verify(PROTOCOL, other)] == ["The protocol is about another input."]
    found = verify(PROTOCOL, INSTANCE, ALLOCATION.places[1:])
    assert [str(one) for one in found] == ["The protocol is about other places."]


@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"kind": "fachtag-allocation", "format": 1}', '{"kind": 5, "format": 2}']
)
def test_what_is_no_protocol(text: str) -> None:
    (finding,) = verify(json.loads(text))
    assert str(finding).startswith("This is no protocol")


def test_a_proof_that_does_not_hold_is_seen_by_solving_again() -> None:
    """Bounds rest on the solver, so a forged pair of value and bound needs it to be found out."""
    worse = copy.deepcopy(PROTOCOL)
    worse["stages"][0]["value"] += 1
    assert [one.values["number"] for one in differences(worse, ALLOCATION)] == [1]


def test_other_places_of_the_same_worth_are_seen_by_solving_again() -> None:
    elsewhere = copy.deepcopy(PROTOCOL)
    elsewhere["places"] = elsewhere["places"][1:]
    (found,) = differences(elsewhere, ALLOCATION)
    assert "places are others" in str(found)
    elsewhere["solver"]["version"] = "0.1"  # another version may choose among equals
    assert differences(elsewhere, ALLOCATION) == []


def test_an_older_protocol_can_be_read_and_says_that_its_goals_are_others() -> None:
    older = copy.deepcopy(PROTOCOL)
    older["format"] = older["instance"]["format"] = 1
    older["stages"][0] |= {"goal": "nobody_without", "rank": None}
    older["stages"][1] |= {"goal": "outside", "rank": None}
    signed_again(older)
    assert [one.goal for one in read_stages(older)][:2] == [Goal.NOBODY_WITHOUT, Goal.OUTSIDE]
    (found,) = verify(older)
    assert "earlier version" in str(found)


def test_chairs_stand_in_it_where_somebody_does_not_come_alone() -> None:
    first, *others = INSTANCE.people
    runs = tuple(replace(run, capacity=run.capacity + 2) for run in INSTANCE.runs)
    instance = replace(INSTANCE, people=(replace(first, chairs=3), *others), runs=runs)
    protocol = json.loads(json.dumps(write_protocol(instance, solve(instance))))
    assert [one.get("chairs") for one in protocol["instance"]["people"]] == [3, *[None] * len(others)]
    assert [one.chairs for one in read_instance(protocol).people] == [3, *[1] * len(others)]
    assert verify(protocol, instance) == []
