# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters

from app.people import passwords
from app.people.passwords import _DUMMY, NO_PASSWORD, _hasher, hash_password, renewed, verify
from tests.people.helpers import PASSWORD, password_hash


@pytest.fixture(autouse=True)
def true_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other tests save themselves; both were read before anything was patched."""
    monkeypatch.setattr(passwords, "_hasher", _hasher)
    monkeypatch.setattr(passwords, "_DUMMY", _DUMMY)


def test_it_costs_more_than_the_least_that_is_asked_for() -> None:
    """OWASP's Password Storage Cheat Sheet: Argon2id with 19 MiB, two rounds. Nobody's hash costs as much (T09)."""
    for stored in (hash_password(PASSWORD), _DUMMY):
        costs = extract_parameters(stored)
        assert (costs.memory_cost, costs.time_cost, costs.parallelism) == (19_456, 4, 1)


def test_argon2id_and_salted() -> None:
    """SEC-04"""
    assert password_hash().startswith("$argon2id$")
    assert hash_password(PASSWORD) != password_hash()
    assert len(password_hash()) <= 200


def test_verify() -> None:
    assert verify(password_hash(), PASSWORD) is True
    assert verify(password_hash(), PASSWORD + " ") is False
    assert verify(password_hash(), "") is False
    assert verify(None, PASSWORD) is False
    assert verify(NO_PASSWORD, NO_PASSWORD) is False
    assert verify("", "") is False


def test_composed_and_decomposed_umlauts_are_one_password() -> None:
    stored = hash_password("Grüne Äpfel im Öltuch")
    assert verify(stored, unicodedata.normalize("NFD", "Grüne Äpfel im Öltuch"))


def test_a_broken_hash_is_no_match_and_no_fault() -> None:
    assert verify("$argon2id$nonsense", PASSWORD) is False


def test_outdated_costs_are_renewed() -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert verify(cheap, PASSWORD)
    fresh = renewed(cheap, PASSWORD)
    assert fresh is not None
    assert not _hasher.check_needs_rehash(fresh)
    assert renewed(fresh, PASSWORD) is None
    assert renewed(None, PASSWORD) is None
