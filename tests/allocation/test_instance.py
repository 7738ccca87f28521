# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

import json
from dataclasses import replace

import pytest

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    ModelPerson,
    ModelPlace,
    ModelRun,
    OrganisationCap,
    SpreadColleagues,
    Together,
    Wishes,
    as_data,
    close,
    draw_lots,
    fingerprint,
    forbid,
    from_data,
    in_order,
    one_chair_more,
    pin,
    publish,
    refuse_unsound,
)
from app.allocation.rules import Mode, NamedTwice, UnknownThing, Unsound, WishElsewhere
from app.registration.workshops.rules import Need

ANNA = ModelPerson(1, (1, 2), 7, 3, (Wishes(1, (10, 11)), Wishes(2, (20,))), frozenset({Need.STEP_FREE}))
BERND = ModelPerson(2, (1, 2), 7, 3)
RUNS = (
    ModelRun(10, 100, (1,), 2, features=frozenset({Need.STEP_FREE})),
    ModelRun(11, 101, (1,), 2),
    ModelRun(20, 100, (2,), 2, minimum=1, features=frozenset(Need)),
    ModelRun(21, 102, (2,), 2),
)
DAY = Instance((1, 2), (ANNA, BERND), RUNS, (Apart(1, 2), SpreadColleagues()), Mode.GREEDY, 5)


def changed(**values: object) -> Instance:
    return replace(DAY, people=(replace(ANNA, **values), BERND))


@pytest.mark.parametrize(
    ("unsound", "refusal"),
    [
        (replace(DAY, people=(ANNA, ANNA)), NamedTwice),
        (replace(DAY, runs=(RUNS[0], *RUNS)), NamedTwice),
        (replace(DAY, rounds=(1, 2, 2)), NamedTwice),
        (changed(wishes=(Wishes(1, (10, 10)),)), NamedTwice),
        (changed(wishes=(Wishes(1, ((10, 11), 10)),)), NamedTwice),
        (changed(wishes=(Wishes(1, ((10, 20),)),)), WishElsewhere),
        (changed(wishes=(Wishes(1, (10,)), Wishes(1, (11,)))), NamedTwice),
        (changed(wishes=(Wishes(1, (99,)),)), UnknownThing),
        (changed(wishes=(Wishes(1, (20,)),)), WishElsewhere),
        (changed(present=(1, 3)), UnknownThing),
        (changed(fixed=(99,)), UnknownThing),
        (changed(forbidden=(99,)), UnknownThing),
        (replace(DAY, runs=(*RUNS, ModelRun(30, 1, (), 5))), Unsound),
        (replace(DAY, runs=(*RUNS, ModelRun(30, 1, (1,), -1))), Unsound),
        (replace(DAY, runs=(*RUNS, ModelRun(30, 1, (1,), 1, staff=(99,)))), UnknownThing),
        (replace(DAY, rules=(Together(1, 99),)), UnknownThing),
        (replace(DAY, rules=(OrganisationCap(1, runs=(99,)),)), UnknownThing),
        (replace(DAY, rules=(KindBounds(1, -1),)), Unsound),
    ],
)
def test_what_contradicts_itself_is_refused(unsound: Instance, refusal: type[Unsound]) -> None:
    refuse_unsound(DAY)
    with pytest.raises(refusal) as caught:
        refuse_unsound(unsound)
    assert "%" not in str(caught.value)


def test_a_run_that_was_published_and_is_gone_is_no_contradiction() -> None:
    refuse_unsound(changed(published=(99,)))


def test_the_same_question_in_another_order_is_the_same_text() -> None:
    shuffled = replace(DAY, people=(BERND, ANNA), runs=RUNS[::-1], rules=DAY.rules[::-1])
    assert as_data(shuffled) == as_data(DAY)
    assert fingerprint(as_data(shuffled)) == fingerprint(as_data(DAY))


@pytest.mark.parametrize(
    "other",
    [
        replace(DAY, seed=6),
        replace(DAY, mode=Mode.GENEROUS),
        replace(DAY, rules=DAY.rules[:1]),
        changed(wishes=(Wishes(1, (11, 10)), Wishes(2, (20,)))),
        changed(wishes=(Wishes(1, ((10, 11),)), Wishes(2, (20,)))),
        one_chair_more(DAY, 10),
        close(DAY, 10),
        pin(DAY, 1, 10),
        forbid(DAY, 1, 10),
        publish(DAY, [ModelPlace(1, 10)]),
    ],
)
def test_every_difference_changes_the_fingerprint(other: Instance) -> None:
    assert fingerprint(as_data(other)) != fingerprint(as_data(DAY))


def test_the_text_does_not_say_who_needs_what() -> None:
    text = json.dumps(as_data(DAY))
    assert all(need.value not in text for need in Need)
    assert as_data(DAY)["people"][0]["barred"] == [11, 21]


def test_what_is_read_back_is_the_same_question() -> None:
    assert as_data(from_data(json.loads(json.dumps(as_data(DAY))))) == as_data(DAY)
    with pytest.raises(ValueError, match="format"):
        from_data({"format": 99})


def test_parallel_runs_are_one_wish_in_the_text_too() -> None:
    """A list in the list, whatever order they were named in; without any the text is what it was before there were some."""
    tied = changed(wishes=(Wishes(1, ((11, 10),)), Wishes(2, (21, 20))))
    assert as_data(tied)["people"][0]["wishes"] == [[1, [[10, 11]]], [2, [21, 20]]]
    back = from_data(json.loads(json.dumps(as_data(tied))))
    assert back.people[0].wishes == (Wishes(1, ((10, 11),)), Wishes(2, (21, 20)))
    assert in_order(tied).people[0].wishes == back.people[0].wishes
    assert as_data(DAY)["people"][0]["wishes"] == [[1, [10, 11]], [2, [20]]]


def test_lots_are_a_permutation_that_the_seed_decides() -> None:
    people = range(1, 101)
    lots = draw_lots(1, people)
    assert sorted(lots.values()) == list(people)
    assert lots == draw_lots(1, reversed(people))
    assert lots != draw_lots(2, people)


def test_small_changes_by_the_team() -> None:
    assert pin(DAY, 1, 10).people[0].fixed == (10,)
    assert forbid(DAY, 2, 21).people[1].forbidden == (21,)
    closed = close(pin(DAY, 1, 10), 10)
    assert (closed.run(10).closed, closed.people[0].fixed) == (True, ())
    assert one_chair_more(DAY, 11).run(11).capacity == 3
    assert publish(DAY, [ModelPlace(1, 20), ModelPlace(1, 10)]).people[0].published == (10, 20)
    for change in (
        lambda: pin(DAY, 99, 10),
        lambda: forbid(DAY, 99, 10),
        lambda: close(DAY, 99),
        lambda: one_chair_more(DAY, 99),
    ):
        with pytest.raises(UnknownThing):
            change()
