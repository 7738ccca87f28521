# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is free, for whom, as tables of cases."""

from datetime import timedelta

import pytest

from app.events.rules import Seats
from app.registration.quotas.rules import Availability, Claim, Position, QuotaState, Why, where_in_line
from tests.factories.days import NOW

NOBODY: frozenset[int] = frozenset()
CAPPED, KEPT = frozenset({1}), frozenset({2})


def cap(left: int, waiting: int = 0) -> QuotaState:
    return QuotaState(1, "Verbände", left <= 0, 0, None, waiting, left)


def kept(seats: int, waiting: int = 0) -> QuotaState:
    return QuotaState(2, "KIs", full=False, held_back=seats, release_at=None, waiting=waiting)


def day(capacity: int | None, taken: int, *quotas: QuotaState) -> Availability:
    return Availability(Seats(capacity, taken, 0, sum(one.held_back for one in quotas)), quotas)


@pytest.mark.parametrize(("left", "then", "full"), [(3, 2, False), (2, 1, False), (1, 0, True)])
def test_a_limit_fills_with_its_last_seat(left: int, then: int, full: bool) -> None:
    after = cap(left).after_one()
    assert (after.left, after.full) == (then, full)


@pytest.mark.parametrize(("held_back", "then"), [(2, 1), (1, 0), (0, 0)])
def test_a_reservation_never_fills(held_back: int, then: int) -> None:
    after = kept(held_back).after_one()
    assert (after.held_back, after.full, after.left) == (then, False, None)


@pytest.mark.parametrize(
    ("state", "under", "free"),
    [
        (day(3, 2), NOBODY, True),
        (day(3, 3), NOBODY, False),
        (day(None, 900), NOBODY, True),
        (day(3, 2, kept(1)), NOBODY, False),
        (day(3, 2, kept(1)), KEPT, True),
        (day(3, 3, kept(1)), KEPT, False),
        (day(9, 2, cap(1)), CAPPED, True),
        (day(9, 2, cap(0)), CAPPED, False),
        (day(9, 2, cap(0)), NOBODY, True),
        (day(9, 2, cap(0), kept(1)), CAPPED | KEPT, False),
    ],
)
def test_who_finds_a_seat(state: Availability, under: frozenset[int], free: bool) -> None:
    assert state.has_seat_for(Claim(under, 1)) is free
    assert state.has_seats_for([Claim(under, 1)]) is free


@pytest.mark.parametrize(
    ("state", "people", "fit"),
    [
        (day(3, 1), [NOBODY] * 2, True),
        (day(3, 1), [NOBODY] * 3, False),
        (day(9, 0, cap(2)), [CAPPED] * 2, True),
        (day(9, 0, cap(2)), [CAPPED] * 3, False),
        (day(9, 0, cap(2)), [CAPPED, NOBODY, CAPPED], True),
        (day(3, 0, kept(2)), [KEPT, KEPT, NOBODY], True),
        (day(3, 0, kept(2)), [NOBODY, NOBODY], False),
        (day(3, 0, kept(1)), [KEPT, NOBODY, NOBODY], True),
        (day(3, 0, kept(1)), [KEPT, KEPT, KEPT], True),
        (day(3, 0, kept(1)), [KEPT, KEPT, KEPT, KEPT], False),
    ],
)
def test_who_fits_together(state: Availability, people: list[frozenset[int]], fit: bool) -> None:
    assert state.has_seats_for([Claim(under, 1) for under in people]) is fit


@pytest.mark.parametrize(
    ("state", "under", "chairs", "free"),
    [
        (day(3, 1), NOBODY, 2, True),
        (day(3, 2), NOBODY, 2, False),
        (day(4, 1), NOBODY, 3, True),
        (day(None, 900), NOBODY, 3, True),
        (day(4, 2, kept(1)), NOBODY, 2, False),
        (day(4, 2, kept(1)), KEPT, 2, True),  # one that is kept, and one for everybody
        (day(3, 2, kept(1)), KEPT, 2, False),  # the second chair is not of the reservation
        (day(4, 2, kept(2)), KEPT, 2, False),
        (day(9, 2, cap(1)), CAPPED, 3, True),  # a limit counts people
        (day(9, 2, cap(0)), CAPPED, 2, False),
    ],
)
def test_who_does_not_come_alone_needs_as_many_chairs(
    state: Availability, under: frozenset[int], chairs: int, free: bool
) -> None:
    assert state.has_seat_for(Claim(under, chairs)) is free


@pytest.mark.parametrize(
    ("state", "first", "behind", "free"),
    [
        (day(3, 2), Claim(NOBODY, 2), Claim(NOBODY, 1), False),
        (day(5, 3), Claim(NOBODY, 3), Claim(NOBODY, 1), False),
        (day(4, 2, kept(1)), Claim(NOBODY, 2), Claim(NOBODY, 1), False),
        (day(4, 2, kept(1)), Claim(NOBODY, 2), Claim(KEPT, 1), True),  # a seat the first one could not have
        (day(3, 2, kept(1)), Claim(KEPT, 2), Claim(KEPT, 1), False),
        (day(4, 2, kept(2)), Claim(KEPT, 2), Claim(KEPT, 1), True),
        (day(9, 2, cap(1)), Claim(CAPPED, 9), Claim(CAPPED, 1), False),
    ],
)
def test_nobody_overtakes_who_does_not_come_alone(
    state: Availability, first: Claim, behind: Claim, free: bool
) -> None:
    assert not state.has_seat_for(first)
    assert state.kept_for(first).has_seat_for(behind) is free


@pytest.mark.parametrize(
    ("state", "waiting", "may"),
    [
        (day(3, 3), 1, False),
        (day(3, 2), 1, True),
        (day(3, 2, kept(1)), 1, False),  # nobody of those for whom it is kept
        (day(3, 2, kept(1, waiting=1)), 1, True),
        (day(9, 2, cap(0, waiting=2)), 2, False),  # all who wait fall under the limit that is reached
        (day(9, 2, cap(0, waiting=2)), 3, True),
        (day(9, 2, cap(1, waiting=2)), 2, True),
    ],
)
def test_whether_a_walk_along_the_line_may_help(state: Availability, waiting: int, may: bool) -> None:
    assert state.may_help(waiting) is may


@pytest.mark.parametrize(
    ("state", "open_for"),
    [
        (day(3, 2, kept(1)), KEPT),
        (day(3, 2, kept(0)), NOBODY),
        (day(3, 3, kept(1)), NOBODY),  # the house is full: nothing is left to be kept
        (day(3, 4, kept(1)), NOBODY),
        (day(None, 900, kept(1)), KEPT),
    ],
)
def test_a_reservation_is_open_while_there_are_chairs(state: Availability, open_for: frozenset[int]) -> None:
    assert state.open_reservations == open_for


def test_a_reservation_that_is_used_up_opens_no_seat_of_another_one() -> None:
    press = QuotaState(3, "Presse", full=False, held_back=1, release_at=None)
    assert not day(3, 2, kept(0), press).has_seat_for(Claim(KEPT, 1))


@pytest.mark.parametrize(
    ("state", "group", "told"),
    [
        (day(9, 2), [1, 1], Position(5, Why.NEXT)),
        (day(3, 2), [1, 1], Position(5, Why.TOGETHER, seats=2)),
        (day(5, 2), [1, 1, 2], Position(5, Why.TOGETHER, seats=4)),
        (day(3, 3), [1], Position(5, Why.EVENT_FULL)),  # who is left of a group waits as anybody
        (day(3, 3), [], Position(5, Why.EVENT_FULL)),
    ],
)
def test_who_comes_only_together_waits_for_seats_for_all(
    state: Availability, group: list[int], told: Position
) -> None:
    claims = [Claim(NOBODY, chairs) for chairs in group]
    assert where_in_line(state, Claim(NOBODY, 1), 5, 0, is_open=True, group=claims) == told


def test_seats_kept_for_others_are_told_with_the_first_date_on_which_any_come_free() -> None:
    """A reservation that holds nothing back, or is never released, is no date to wait for."""
    early, late = NOW, NOW + timedelta(days=7)
    states = (
        QuotaState(2, "KIs", full=False, held_back=1, release_at=late),
        QuotaState(3, "Vereine", full=False, held_back=0, release_at=early),
        QuotaState(4, "Presse", full=False, held_back=1, release_at=None),
    )
    told = where_in_line(day(3, 1, *states), Claim(NOBODY, 1), 5, 0, is_open=True)
    assert told == Position(5, Why.RESERVED_UNTIL, until=late)
    told = where_in_line(day(3, 2, *states[1:]), Claim(NOBODY, 1), 5, 0, is_open=True)
    assert told == Position(5, Why.RESERVED)
