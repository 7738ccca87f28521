# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which offers make a chain, over values: by the stated rule, always the same, and never against the allocation."""

import random
from collections.abc import Sequence
from itertools import permutations

import pytest

from app.allocation.instance import (
    Apart,
    Instance,
    KindBounds,
    ModelPerson,
    ModelRun,
    OrganisationCap,
    Rule,
    SpreadColleagues,
    Together,
)
from app.allocation.swaps.chains import Board, Chain, Move, Offer, find_chains
from app.registration.workshops.rules import Need

STEP_FREE = frozenset({Need.STEP_FREE})


def anything(_chain: Sequence[Move]) -> bool:
    return True


def people(chains: Sequence[Chain]) -> list[list[int]]:
    return [[one.person for one in chain] for chain in chains]


def offers(*lines: tuple[int, Sequence[int]]) -> list[Offer]:
    """Number n, from 1 on, is the offer of person n."""
    return [Offer(n, n, gives, tuple(wants)) for n, (gives, wants) in enumerate(lines, start=1)]


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (offers((1, [2])), []),
        (offers((1, [2]), (2, [3])), []),
        (offers((1, [2]), (2, [1])), [[1, 2]]),
        (offers((1, [2]), (2, [3]), (3, [1])), [[1, 2, 3]]),
        # the shorter one first, though the longer one is older
        (offers((1, [2]), (2, [3]), (3, [1]), (2, [1])), [[1, 4]]),
        # of two that are as long the older offer, and then what stands first in the programme
        (offers((1, [2]), (2, [1]), (2, [1])), [[1, 2]]),
        (offers((1, [2, 3]), (3, [1]), (2, [1])), [[1, 3]]),
        # nobody is in two; two pairs at once
        (offers((1, [2]), (2, [1]), (1, [2]), (2, [1])), [[1, 2], [3, 4]]),
        (offers((1, [2]), (2, [3]), (3, [4]), (4, [5]), (5, [1])), [[1, 2, 3, 4, 5]]),
        # six are too many
        (offers((1, [2]), (2, [3]), (3, [4]), (4, [5]), (5, [6]), (6, [1])), []),
    ],
)
def test_by_the_rule(offered: list[Offer], expected: list[list[int]]) -> None:
    assert people(find_chains(offered, anything)) == expected
    assert people(find_chains(list(reversed(offered)), anything)) == expected


def test_everybody_gets_what_they_named_and_no_run_changes_its_number() -> None:
    lot = random.Random(7)
    for _ in range(60):
        offered = []
        for number in range(1, lot.randint(2, 25)):
            gives = lot.randint(1, 6)
            wants = lot.sample([one for one in range(1, 7) if one != gives], lot.randint(1, 3))
            offered.append(Offer(number, number, gives, tuple(sorted(wants))))
        known = {one.id: one for one in offered}
        chains = find_chains(offered, anything)
        asked = [one.offer for chain in chains for one in chain]
        assert len(asked) == len(set(asked))
        for chain in chains:
            assert 2 <= len(chain) <= 5
            assert all(
                one.gets in known[one.offer].wants and one.gives == known[one.offer].gives for one in chain
            )
            assert sorted(one.gives for one in chain) == sorted(one.gets for one in chain)
        left = [one for one in offered if one.id not in asked]
        for pair in permutations(left, 2):  # nothing as short as two was overlooked
            assert not (pair[0].gives in pair[1].wants and pair[1].gives in pair[0].wants)


def test_a_chain_that_is_refused_makes_way_for_the_next() -> None:
    offered = offers((1, [2]), (2, [1]), (2, [1]))
    assert people(find_chains(offered, lambda chain: {one.person for one in chain} != {1, 2})) == [[1, 3]]


def test_a_thousand_offers_take_no_minute() -> None:
    """Everybody wants the one run that nobody gives: the search stops by itself."""
    offered = [Offer(n, n, n % 12, (12, (n + 1) % 12, (n + 2) % 12, (n + 3) % 12)) for n in range(1, 1001)]
    assert find_chains(offered, lambda _chain: False) == []


def board(*rules: Rule, **changes: object) -> Board:
    """Runs 1, 2 and 3 in round 1, run 4 in round 2; persons 1 and 2 of one house in run 1, 3 of another one in run 2."""
    runs = {
        1: ModelRun(1, 1, (1,), 2, features=STEP_FREE),
        2: ModelRun(2, 2, (1,), 2),
        3: ModelRun(3, 3, (1,), 1),
        4: ModelRun(4, 2, (2,), 9),
        5: ModelRun(5, 5, (2,), 9),
        6: ModelRun(6, 6, (1, 2), 9),
    }
    persons = {
        1: ModelPerson(1, (1, 2), 7, 1, published=(1, 4)),
        2: ModelPerson(2, (1, 2), 7, 1, published=(1, 5)),
        3: ModelPerson(3, (1, 2), 8, 2, published=(2, 5)),
    }
    for name, value in changes.items():
        kind, number = name.split("_")
        (runs if kind == "run" else persons)[int(number)] = value  # type: ignore[index,assignment]
    return Board(Instance((1, 2), tuple(persons.values()), tuple(runs.values()), rules))


def pair(first: int = 2, second: int = 3) -> list[Move]:
    return [Move(1, first, 1, 2), Move(2, second, 2, 1)]


def test_a_swap_that_breaks_nothing() -> None:
    assert board().allows(pair())


def test_not_the_same_workshop_twice() -> None:
    """Person 1 attends workshop 2 in the second round."""
    assert not board().allows(pair(first=1))


@pytest.mark.parametrize(
    "changed",
    [
        {"person_3": ModelPerson(3, (1, 2), 8, 2, published=(2, 5), needs=frozenset({Need.INDUCTION_LOOP}))},
        {"person_2": ModelPerson(2, (1, 2), 7, 1, published=(1, 5), needs=STEP_FREE)},
        {"person_2": ModelPerson(2, (1, 2), 7, 1, published=(1, 5), forbidden=(2,))},
        {"person_2": ModelPerson(2, (1, 2), 7, 1, published=(1, 5), fixed=(1,))},
        {"run_2": ModelRun(2, 2, (1,), 2, closed=True)},
        {"run_1": ModelRun(1, 1, (1,), 2, features=STEP_FREE, closed=True)},
        {"person_2": ModelPerson(2, (1, 2), 7, 1, published=(3, 5))},  # sits elsewhere by now
    ],
)
def test_what_a_person_cannot_have(changed: dict[str, object]) -> None:
    assert not board(**changed).allows(pair())


def test_not_between_runs_of_other_rounds() -> None:
    assert not board().suits(Move(1, 2, 1, 6))
    assert not board().suits(Move(1, 2, 1, 5))


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (OrganisationCap(1, 8), True),
        (OrganisationCap(1, 7, (2,)), True),
        (OrganisationCap(0, 7, (2,)), False),
        (OrganisationCap(0, 7, (2,), soft=True), False),  # as rarely as possible
        (OrganisationCap(0, 8, (1,)), False),
        (KindBounds(2, 0, 0, (1,)), False),
        (KindBounds(2, 1, None, (2,)), False),
        (KindBounds(1, 0, 1, (2,)), True),
        (Apart(1, 3), False),
        (Apart(1, 2), True),
        (Together(1, 2), False),
        (Together(2, 3), True),  # they are apart already, and do not come together
        (SpreadColleagues(soft=False), True),
    ],
)
def test_the_conditions_of_the_team(rule: Rule, allowed: bool) -> None:
    assert board(rule).allows(pair()) is allowed


def test_what_is_broken_already_forbids_no_other_swap() -> None:
    """The team put two of one house into run 1 by hand; who leaves it may."""
    assert board(OrganisationCap(1)).allows(pair())


def test_only_as_many_chairs_against_as_many() -> None:
    accompanied = ModelPerson(2, (1, 2), 7, 1, published=(1, 5), chairs=2)
    roomy = {"run_1": ModelRun(1, 1, (1,), 9), "run_2": ModelRun(2, 2, (1,), 9), "person_2": accompanied}
    assert not board(**roomy).allows(pair())
    both = ModelPerson(3, (1, 2), 8, 2, published=(2, 5), chairs=2)
    assert board(**roomy, person_3=both).allows(pair())
    assert board(**roomy).allows([Move(1, 2, 1, 2)])  # to free chairs
    assert not board(**{**roomy, "run_2": ModelRun(2, 2, (1,), 2)}).allows([Move(1, 2, 1, 2)])


def test_a_free_seat_must_be_one() -> None:
    assert board().allows([Move(1, 2, 1, 3)])
    assert not board(run_3=ModelRun(3, 3, (1,), 0)).allows([Move(1, 2, 1, 3)])
    assert not board(run_1=ModelRun(1, 1, (1,), 2, minimum=2)).allows([Move(1, 2, 1, 3)])
