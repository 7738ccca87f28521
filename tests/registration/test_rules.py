# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Names in order, numbers to read out, and words for every state."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("Weiß", "Änne", "weiss, anne"),
        ("Yılmaz", "Gülşen", "yılmaz, gulsen"),
        ("d’Angelo", "Zoë", "d’angelo, zoe"),
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
