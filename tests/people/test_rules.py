# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from app.people import rules
from app.people.rules import (
    GRANTS,
    Permission,
    Role,
    browser_name,
    bucket,
    may,
    network_of,
    refuse_weak_password,
)
from app.refusal import Refusal

# The written role matrix (SEC-05, ASVS 8.1): what each role may do.
MATRIX = {
    Role.LEAD: {"SEE", "SEE_PEOPLE", "EDIT", "EDIT_PEOPLE", "SEE_SENSITIVE", "EXPORT", "LEAD"},
    Role.ORGANISER: {"SEE", "SEE_PEOPLE", "EDIT", "EDIT_PEOPLE", "EXPORT"},
    Role.CHECK_IN: {"SEE", "SEE_PEOPLE"},
    Role.VIEWER: {"SEE"},
}


@pytest.mark.parametrize("role", list(Role))
def test_role_matrix(role: Role) -> None:
    """SEC-05"""
    assert {permission.name for permission in Permission if may(role, permission)} == MATRIX[role]
    assert set(GRANTS) == set(Role)


def test_nobody_may_anything() -> None:
    assert [permission for permission in Permission if may(None, permission)] == []


@pytest.mark.parametrize(
    "password",
    [
        "kurz",
        "elf Zeichen",
        "x" * 201,
        "aaaaaaaaaaaa",
        "passwort1234",
        "Passwort2026!",
        "Fachtag2027!!",
        "123456789012",
        "qwertzuiop12",
        "abcdefghijklm",
        "sommersommer",
        "Sommer1Sommer1",
        "zuiop12345hallo",
        "HerfordHerford",
        "platzhalter1!",
        "Jonas12345678",
        "jonas.platzhalter",
        "Kreis-Herford1",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    """SEC-04, ASVS 6.2.4 and 6.2.11"""
    with pytest.raises(Refusal) as refused:
        refuse_weak_password(
            password, *rules.personal_words("Jonas Platzhalter", "jonas.platzhalter@kreis-herford.example")
        )
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "zwölf Zeiche",
        "Ein Stuhl steht im Flur",
        "korrekt pferd batterie heftklammer",
        "nur kleine buchstaben",
        "74610385526194",
        "  Leerzeichen vorn und hinten  ",
        "ÄÖÜß sind auch Zeichen",
        "x7#Kq" * 3 + "anders als vorn",
        "Ж" + "абвгдежзийклмн",
        "w" + "örterbuchgerüst" * 4 + "." * 3,
        "a1B2c3D4e5F6g7H8" * 2 + "ein langes Ende, vierundsechzig Zeichen und mehr",
    ],
)
def test_good_passwords_pass(password: str) -> None:
    """SEC-04: no composition rules; umlauts, spaces and 64 characters and more are welcome."""
    refuse_weak_password(
        password, *rules.personal_words("Jonas Platzhalter", "jonas.platzhalter@example.org")
    )


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("192.0.2.1", "192.0.2.0/24"),
        ("192.0.3.1", "192.0.3.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        (None, "unknown"),
        ("nonsense", "unknown"),
        ("192.0.2.77, 10.0.0.1", "unknown"),
    ],
)
def test_network_of(address: str | None, network: str) -> None:
    """DP-18: budgets know networks, not people."""
    assert network_of(address) == network


def test_bucket_names_tell_nothing() -> None:
    name = bucket("sign-in", "jonas@example.org", "key")
    assert name == bucket("sign-in", "jonas@example.org", "key")
    others = {
        bucket("sign-in", "jonas@example.org", "other key"),
        bucket("password", "jonas@example.org", "key"),
        bucket("sign-in", "jonas@example.com", "key"),
    }
    assert name not in others
    assert len(others) == 3
    assert "jonas" not in name
    assert len(name) <= 120


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19.0 Safari/605.1.15", "Safari, macOS"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_browser_name(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jonas@Example.ORG", "jonas@example.org"),
        (" jonas@example.org ", "jonas@example.org"),
        ("jonas@köln.example", "jonas@xn--kln-sna.example"),
        ("ｊonas@example.org", "jonas@example.org"),
    ],
)
def test_spellings_of_one_address(one: str, other: str) -> None:
    """T44"""
    assert rules.address_key(one) == rules.address_key(other)
    assert rules.address_key(rules.address_key(one)) == rules.address_key(one)


def test_one_network_cannot_use_an_account_up() -> None:
    """T37: what one network may spend on an account in an hour is less than what the account has."""
    here, everywhere = rules.SIGN_INS_PER_ACCOUNT_AND_NETWORK, rules.SIGN_INS_PER_ACCOUNT
    assert here.times * (everywhere.window / here.window) < everywhere.times
