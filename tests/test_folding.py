# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Typed text, cleaned; and the folded forms by which it is found, sorted and compared."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.folding import clean_line, clean_text, decomposed, list_key, loose, plain, spelled_out, spellings

FOUND_BY = [
    ("Łukaszewski", ["Lukaszewski", "LUKASZEWSKI"]),
    ("Ødegård", ["Odegard", "ødegard"]),
    ("Müller", ["Mueller", "Muller", "MÜLLER", "Mu\u0308ller", "Mül\u00adler"]),
    ("Mueller", ["Müller", "Mueller"]),
    ("Öztürk", ["Oeztuerk", "Ozturk"]),
    ("Straße", ["Strasse", "STRASSE", "STRAẞE"]),
    ("Đorđević", ["Dordevic"]),
    ("Þór", ["Thor"]),
    ("Yılmaz", ["Yilmaz", "YILMAZ"]),
    ("Çelik", ["Celik"]),
    ("D’Angelo", ["D'Angelo", "D`Angelo"]),
    ("Kadı-Öğüt", ["Kadi‑Oguet", "kadi-ogut"]),
    ("Sæther", ["Saether"]),
]


@pytest.mark.parametrize(("name", "typed"), [(name, one) for name, several in FOUND_BY for one in several])
def test_a_name_is_found_by_what_people_type(name: str, typed: str) -> None:
    assert any(one in plain(name) for one in spellings(typed))
    assert loose(name) == loose(typed)


@pytest.mark.parametrize(("name", "typed"), [("Müller", "Möller"), ("Maier", "Mayer"), ("Kara", "Kora")])
def test_other_names_stay_other_names(name: str, typed: str) -> None:
    assert not any(one in plain(name) for one in spellings(typed))
    assert loose(name) != loose(typed)


@pytest.mark.parametrize("nothing", ["", " ", "\u00ad", "\u200b\u2060", "\u0301"])
def test_nothing_finds_nothing(nothing: str) -> None:
    assert spellings(nothing) == []


def test_order_of_german_readers() -> None:
    """DIN 5007-1, also for letters that stand behind Z in Unicode; numbers count as numbers."""
    in_order = [
        "1.1",
        "1.2",
        "1.10",
        "2",
        "Ärmel",
        "Arndt",
        "Dal",
        "Đorđević",
        "Łukas",
        "Lukasz",
        "Müll",
        "Ødegård",
    ]
    in_order += ["Oder", "Öl", "Straße", "Strasser", "Þór", "Tim", "Zürn"]
    assert sorted(in_order, key=list_key) == in_order
    assert spelled_out("Öffentliche Straße, Łódź") == "oeffentliche strasse, lodz"


@given(st.text(max_size=40))
@example("\ufdfa")
@example("İI\u0307ıŁ")
@example("a\u200d\u200dअ\u200dब")
def test_folding_twice_changes_nothing(text: str) -> None:
    """T44"""
    for fold in (clean_text, clean_line, plain):
        assert fold(fold(text)) == fold(text)
    assert plain(clean_line(text)) == plain(text)


@given(st.text("aAzZ äöüÄÖÜßẞ'`´-\t\n\x1c\x7f.09", max_size=40) | st.text(max_size=20))
def test_the_short_way_of_folding_says_the_same(text: str) -> None:
    assert plain(text) == decomposed(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Mül\u00adler\u200b ", "Müller"),
        ("\ufeffAnna\u2060", "Anna"),
        ("Anna\u00a0Maria", "Anna Maria"),
        ("Anna \u2009 Maria", "Anna Maria"),
        ("Jo\u0308rg", "Jörg"),
        ("Mül\u200dler\u200c", "Müller"),
        ("\u3164\u2800", ""),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("Herzen \u2764\ufe0f", "Herzen \u2764\ufe0f"),
    ],
)
def test_typed_lines_are_cleaned(typed: str, kept: str) -> None:
    """What shows nothing goes, odd blanks become plain ones; what shapes words of other scripts stays."""
    assert clean_line(typed) == kept


def test_paragraphs_keep_their_lines() -> None:
    assert clean_text("z.\u202fB.\r\n  eingerückt  hier\r\u00adEnde ") == "z. B.\n  eingerückt  hier\nEnde"
