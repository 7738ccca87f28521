# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""When two spellings mean the same organisation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.organisations.rules import (
    LONGEST_KEY,
    MOST_LIKELY,
    Namesakes,
    name_key,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Stadt Gütersloh", "stadt gütersloh"),
        ("Stadt Gütersloh", "Stadt Gu\u0308tersloh"),
        ("Kreis  Paderborn ", "Kreis Paderborn"),
        ("Kreis\u00a0Paderborn", "Kreis Paderborn"),
        ("Kreis Pader\u00adborn\u200b", "Kreis Paderborn"),
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


KNOWN = [
    "Kommunales Integrationszentrum Kreis Herford",
    "Kommunales Integrationszentrum Kreis Gütersloh",
    "Kreis Herford, Ausländerbehörde",
    "Stadt Bielefeld, Ausländerbehörde",
    "Stadt Löhne, Integration",
    "Jobcenter Herford",
    "AWO Fachdienste Migration",
]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("KI Herford", 0),
        ("ki kreis guetersloh", 1),
        ("Kommunales Integrations-Zentrum Kreis Herford", 0),
        ("ABH Bielefeld", 3),
        ("Stadt Loehne", 4),
        ("Stadt Lohne", 4),
        ("AWO", 6),
        ("Jobcenter Herfrod", 5),
        ("Meine private Anschrift", None),
        ("", None),
        ("---", None),
    ],
)
def test_names_that_may_mean_one(typed: str, first: int | None) -> None:
    likely = Namesakes(dict(enumerate(KNOWN))).likely(typed)
    assert (likely[0] if likely else None) == first
    assert len(likely) <= MOST_LIKELY


def test_nothing_is_like_nothing() -> None:
    assert Namesakes({}).likely("KI Herford") == []
