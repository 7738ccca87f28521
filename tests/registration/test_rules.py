# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Names in order, numbers to read out, and words for every state."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.rules import Seats
from app.registration.quotas.rules import WHY_LABELS, Availability, Claim, QuotaState, Why, where_in_line
from app.registration.rules import (
    ACTIVE,
    ACTOR_LABELS,
    ENDED,
    REASON_LABELS,
    STATUS_LABELS,
    Actor,
    Reason,
    Status,
    new_reference,
    sort_key,
)


def test_order_of_a_german_register() -> None:
    """DIN 5007-1: ä as a, ß as ss, case ignored, accents dropped; the shorter name first."""
    in_order = [
        ("Ärmel", "Anna"),
        ("Arndt", "Zoe"),
        ("Arnold", "Bea"),
        ("de Vries", "Jan"),
        ("Demir", "Éva"),
        ("Goethe", "J."),
        ("Götz", "Anna"),
        ("Mueller", "Bernd"),
        ("Müller", "Anna"),
        ("MULLER", "Bernd"),
        ("Müller-Lüdenscheidt", "Anna"),
        ("Ößer", "Karl"),
        ("Strasser", "Anton"),
        ("Straßer", "Berta"),
        ("Zöllner", "Uwe"),
    ]
    assert sorted(in_order, key=lambda name: sort_key(*name)) == in_order


@pytest.mark.parametrize(
    ("family", "given_name", "key"),
    [
        ("Müller", "Jürgen", "muller, jurgen"),
        ("Łukaszewski", "Þór", "lukaszewski, thor"),
        ("Ødegård", "Đorđe\u00ad", "odegard, dorde"),
        ("Weiß", "Änne", "weiss, anne"),
        ("Yılmaz", "Gülşen", "yilmaz, gulsen"),
        ("d’Angelo", "Zoë", "d'angelo, zoe"),
        ("Nguye\u0302\u0303n", "Ly", "nguyen, ly"),
    ],
)
def test_keys(family: str, given_name: str, key: str) -> None:
    assert sort_key(family, given_name) == key


@given(st.text(max_size=100), st.text(max_size=100))
def test_key_fits_its_column(family: str, given_name: str) -> None:
    """T43"""
    assert len(sort_key(family, given_name)) <= 400


def test_references_can_be_read_out() -> None:
    references = {new_reference() for _ in range(2000)}
    assert len(references) == 2000
    for reference in references:
        assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", reference), reference
    assert not set("01IO") & set("".join(references))


def test_a_status_is_active_or_ended() -> None:
    assert set(Status) == ACTIVE | ENDED
    assert not ACTIVE & ENDED


def test_every_state_has_words() -> None:
    assert set(STATUS_LABELS) == set(Status)
    assert set(REASON_LABELS) == set(Reason)
    assert set(ACTOR_LABELS) == set(Actor)
    assert set(WHY_LABELS) == set(Why)


DATE = datetime(2027, 1, 7, 8, 0, tzinfo=UTC)
KIS, HERFORD = QuotaState(1, "KIs", False, 2, DATE), QuotaState(2, "Herford", True, 0, None)
NONE: frozenset[int] = frozenset()


@pytest.mark.parametrize(
    ("availability", "mine", "offered", "is_open", "why"),
    [
        (Availability(Seats(9, 9)), NONE, 0, True, Why.EVENT_FULL),
        (Availability(Seats(9, 9)), NONE, 1, True, Why.OFFER),
        (Availability(Seats(9, 9)), NONE, 1, False, Why.CLOSED),
        (Availability(Seats(9, 8)), NONE, 0, True, Why.NEXT),
        (Availability(Seats(9, 7, 0, 2), (KIS,)), NONE, 0, True, Why.RESERVED_UNTIL),
        (Availability(Seats(9, 7, 0, 2), (KIS,)), {1}, 0, True, Why.NEXT),
        (Availability(Seats(9, 9, 0, 2), (KIS,)), {1}, 0, True, Why.EVENT_FULL),
        (Availability(Seats(9, 7, 0, 2), (replace(KIS, release_at=None),)), NONE, 0, True, Why.RESERVED),
        (Availability(Seats(9, 1), (HERFORD,)), {2}, 0, True, Why.QUOTA_FULL),
        (Availability(Seats(9, 9), (HERFORD,)), {2}, 1, True, Why.QUOTA_FULL),
        (Availability(Seats(9, 1), (HERFORD,)), NONE, 0, True, Why.NEXT),
        (Availability(Seats(9, 7, 0, 2), (KIS, HERFORD)), {1, 2}, 0, True, Why.QUOTA_FULL),
        (Availability(Seats(None, 70)), NONE, 0, True, Why.NEXT),
    ],
)
def test_why_somebody_waits(
    availability: Availability, mine: set[int], offered: int, is_open: bool, why: Why
) -> None:
    claim = Claim(frozenset(mine), 1)
    said = where_in_line(availability, claim, 3, offered, is_open=is_open)
    assert (said.before, said.why) == (3, why)
    assert availability.has_seat_for(claim) is (why in {Why.NEXT, Why.CLOSED} and is_open)
    assert (said.until == DATE) is (why is Why.RESERVED_UNTIL)
    assert (said.quota == "Herford") is (why is Why.QUOTA_FULL)


@pytest.mark.parametrize(
    ("seats", "chairs", "why", "said"),
    [
        (Seats(9, 8), 2, Why.ACCOMPANIED, 2),
        (Seats(9, 7), 2, Why.NEXT, 0),
        (Seats(9, 9), 2, Why.EVENT_FULL, 0),
    ],
)
def test_who_does_not_come_alone_reads_how_many_seats_it_takes(
    seats: Seats, chairs: int, why: Why, said: int
) -> None:
    position = where_in_line(Availability(seats), Claim(NONE, chairs), 0, 0, is_open=True)
    assert (position.why, position.seats) == (why, said)


@pytest.mark.parametrize(
    ("availability", "waiting", "helps"),
    [
        (Availability(Seats(9, 8)), 0, False),
        (Availability(Seats(9, 8)), 1, True),
        (Availability(Seats(9, 9)), 5, False),
        (Availability(Seats(9, 7, 0, 2), (KIS,)), 5, False),
        (Availability(Seats(9, 7, 0, 2), (replace(KIS, waiting=1),)), 5, True),
        (Availability(Seats(9, 9, 0, 2), (replace(KIS, waiting=1),)), 5, False),
        (Availability(Seats(9, 1), (replace(HERFORD, waiting=5),)), 5, False),
        (Availability(Seats(9, 1), (replace(HERFORD, waiting=4),)), 5, True),
    ],
)
def test_whether_the_line_has_to_be_walked(availability: Availability, waiting: int, helps: bool) -> None:
    assert availability.may_help(waiting) is helps
