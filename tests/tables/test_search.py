# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The search and its bounds over generated rooms: counted twice, never beaten, the same each time."""

import subprocess
import sys
from itertools import permutations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.refusal import Refusal
from app.settings import ROOT
from app.tables import search
from app.tables.measures import bounds, measure, reached
from app.tables.room import Answer, Guest, Room, levelled, make_room
from app.tables.rules import MoreHostsThanSeats, NoSuchTable, TooFewPeople, TooFewSeats, TooManyPeople
from app.tables.search import Seats, solve, start

DISTRICTS = (None, "Lippe", "Herford")


@st.composite
def rooms(draw: st.DrawFn, most: int = 14, most_tables: int = 4, most_rounds: int = 3) -> Room:
    people = draw(st.integers(2, most))
    tables = draw(st.integers(1, most_tables))
    hosts = draw(st.lists(st.integers(0, tables - 1), max_size=min(people, tables), unique=True))
    organisations = draw(st.lists(st.integers(1, 6), min_size=people, max_size=people))
    guests = [
        Guest(
            10 * number,
            organisation,
            DISTRICTS[organisation % 3],
            hosts[number] if number < len(hosts) else None,
        )
        for number, organisation in enumerate(organisations)
    ]
    seats = -(-people // tables)
    return make_room(guests, tables, seats, draw(st.integers(1, most_rounds)), draw(st.integers(1, 9)))


@pytest.fixture(autouse=True)
def shortened(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """What is tested here holds after a hundred steps as after a million."""
    if "long" not in request.keywords:
        monkeypatch.setattr(search, "STEPS_PER_SEAT", 50)
        monkeypatch.setattr(search, "LEAST_STEPS", 4_000)


def sizes(room: Room, seated: list[int]) -> list[int]:
    return [seated.count(table) for table in range(room.tables)]


@given(rooms())
def test_an_answer_seats_everybody_evenly_and_leaves_hosts_where_they_are(room: Room) -> None:
    answer = solve(room)
    assert len(answer) == room.rounds
    for seated in answer:
        assert sizes(room, seated) == room.sizes
        assert all(one.host in {None, table} for one, table in zip(room.guests, seated, strict=True))


@given(rooms())
def test_no_answer_beats_a_bound(room: Room) -> None:
    found = measure(room, solve(room))
    loose, close = bounds(room, spread=False), bounds(room)
    assert found.colleagues >= loose.colleagues
    assert found.repeats >= loose.repeats
    assert found.organisations <= loose.organisations
    assert found.neighbours <= loose.neighbours
    if found.colleagues == close.colleagues:
        assert found.organisations <= close.organisations <= loose.organisations
        assert found.neighbours <= close.neighbours <= loose.neighbours


@given(rooms(), st.randoms(use_true_random=False))
def test_no_seats_by_chance_beat_a_bound(room: Room, random: Random) -> None:
    """Bounds are about all answers, not only about those that the search finds."""
    answer = start(room, random)
    movable = [guest for guest, one in enumerate(room.guests) if one.host is None]
    for seated in answer:
        tables = [seated[one] for one in movable]
        random.shuffle(tables)
        for one, table in zip(movable, tables, strict=True):
            seated[one] = table
    found, loose, close = measure(room, answer), bounds(room, spread=False), bounds(room)
    assert found.colleagues >= loose.colleagues
    assert found.repeats >= loose.repeats
    assert found.organisations <= loose.organisations
    assert found.neighbours <= loose.neighbours
    if found.colleagues == close.colleagues:
        assert (found.organisations, found.neighbours) <= (close.organisations, loose.neighbours)


@given(rooms(), st.randoms(use_true_random=False))
def test_a_swap_weighs_what_a_recount_says(room: Room, random: Random) -> None:
    seats = Seats(room, start(room, random))
    for _one in range(30):
        round_ = random.randrange(room.rounds)
        one, other = (random.randrange(len(room.guests)) for _two in range(2))
        if seats.at[round_][one] == seats.at[round_][other]:
            continue
        before = measure(room, seats.at)
        assert before.order == seats.order
        change = seats.weigh(round_, one, other)
        seats.swap(round_, one, other)
        after = measure(room, seats.at)
        assert change == (
            after.colleagues - before.colleagues,
            after.repeats - before.repeats,
            after.organisations - before.organisations,
            after.neighbours - before.neighbours,
        )


def every_round(room: Room) -> list[list[int]]:
    """Every way to seat one round, tables as large as they are."""
    chairs = [table for table, size in enumerate(room.sizes) for _one in range(size)]
    return [
        list(one)
        for one in sorted(set(permutations(chairs)))
        if all(guest.host in {None, table} for guest, table in zip(room.guests, one, strict=True))
    ]


@given(rooms(most=6, most_tables=3, most_rounds=2))
def test_on_tiny_rooms_it_is_as_good_as_trying_everything(room: Room) -> None:
    ways = every_round(room)
    best = min(measure(room, list(answer)).order for answer in product(ways, repeat=room.rounds))
    assert measure(room, solve(room)).order == best


@given(rooms(), st.randoms(use_true_random=False))
def test_other_names_and_another_order_change_nothing(room: Room, random: Random) -> None:
    guests = list(room.guests)
    random.shuffle(guests)
    other = {one: 100 + number for number, one in enumerate({one.organisation for one in guests})}
    renamed = [
        Guest(one.id, other[one.organisation], one.district and f"Kreis {one.district}", one.host)
        for one in guests
    ]
    again = make_room(renamed, room.tables, room.seats, room.rounds, room.seed)
    assert solve(again) == solve(room)


SHOWN = """
from app.tables import search
from app.tables.room import Guest, make_room
search.STEPS_PER_SEAT = 50
print(search.solve(make_room([Guest(n, n % 9, "Lippe" if n % 2 else None) for n in range(30)], 5, 6, 3, 7)))
"""


def test_another_process_seats_everybody_alike() -> None:
    answers = {
        subprocess.run(
            (sys.executable, "-c", SHOWN),
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_another_seed_is_another_answer_as_good() -> None:
    guests = [Guest(number, number % 10) for number in range(40)]
    first, second = (solve(make_room(guests, 8, 5, 2, seed)) for seed in (1, 2))
    assert first != second


def of_organisations(sizes: list[int], tables: int, rounds: int = 3) -> Room:
    organisations = [number for number, size in enumerate(sizes) for _one in range(size)]
    guests = [Guest(number, one, f"Kreis {one % 6}") for number, one in enumerate(organisations)]
    return make_room(guests, tables, -(-len(guests) // tables), rounds, 1)


@pytest.mark.long
@pytest.mark.parametrize(
    "sizes_",
    [
        [1] * 100,
        [2] * 50,
        [4] * 25,
        [12, 9, 8, 6, 5, *[3] * 8, *[2] * 10, *[1] * 16],
        [14, *[2] * 23, *[1] * 40],
    ],
)
def test_a_hundred_people_at_twelve_tables_in_three_rounds(sizes_: list[int]) -> None:
    """No colleagues together where that is possible, else the fewest; nobody meets anybody twice."""
    room = of_organisations(sizes_, 12)
    found, bound = measure(room, solve(room)), bounds(room)
    assert found.colleagues == bound.colleagues
    assert (bound.colleagues == 0) == (max(sizes_) <= 12)
    meetings = room.rounds * sum(size * (size - 1) // 2 for size in room.sizes)
    assert meetings - found.repeats >= 0.95 * (meetings - bound.repeats)


def test_what_a_person_gets_out_of_it() -> None:
    room = of_organisations([1, 1, 1, 1], 2, 1)
    assert (reached(room, [[0, 0, 1, 1]]).least, reached(room, [[0, 0, 1, 1]]).average) == (1, 1.0)


def test_levelled_is_as_even_as_it_can_be() -> None:
    assert levelled([0, 0, 0], 7) == [3, 2, 2]
    assert levelled([4, 0, 0], 7) == [4, 2, 1]


@pytest.mark.parametrize(
    ("guests", "tables", "seats", "refusal"),
    [
        ([Guest(1, 1)], 1, 8, TooFewPeople),
        ([Guest(one, 1) for one in range(9)], 2, 4, TooFewSeats),
        ([Guest(one, 1) for one in range(700)], 100, 30, TooManyPeople),
        ([Guest(one, 1, host=0) for one in range(3)], 2, 2, MoreHostsThanSeats),
        ([Guest(1, 1, host=2), Guest(2, 1)], 2, 2, NoSuchTable),
    ],
)
def test_a_room_without_an_answer_is_refused(
    guests: list[Guest], tables: int, seats: int, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        make_room(guests, tables, seats, 2, 1)


def test_tables_that_nobody_sits_at_are_no_fault() -> None:
    room = make_room([Guest(1, 1), Guest(2, 2)], 5, 4, 2, 1)
    answer: Answer = solve(room)
    assert all(len(set(seated)) == 2 for seated in answer)
