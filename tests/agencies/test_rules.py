# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""When two spellings mean the same organisation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agencies.rules import KIND_LABELS, LONGEST_KEY, AgencyKind, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stadt Gütersloh", "stadt gütersloh"),
        ("Stadt Gütersloh", "Stadt Gu\u0308tersloh"),
        ("Kreis  Paderborn ", "Kreis Paderborn"),
        ("Kreis\u00a0Paderborn", "Kreis Paderborn"),
        ("Große Straße", "GROSSE STRASSE"),
        ("Caf\u00e9 \uff21", "CAFÉ A"),
    ],
)
def test_spellings_that_meet(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Stadt Gütersloh", "Stadt Gutersloh"), ("Amt 50", "Amt 51")])
def test_names_that_differ(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text(max_size=40))
def test_key_is_idempotent(name: str) -> None:
    """T44"""
    assert name_key(name_key(name)) == name_key(name)


def test_key_fits_its_column() -> None:
    """T43: PostgreSQL refuses what is too long where SQLite stores it; one letter may unfold to eighteen."""
    key = name_key("\ufdfa" * 200)
    assert len(key) <= LONGEST_KEY
    assert name_key(key) == key


def test_every_kind_has_a_label() -> None:
    assert set(KIND_LABELS) == set(AgencyKind)
