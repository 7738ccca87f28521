# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is cut from a style sheet, and what is not."""

import pytest

from tools.styles import Names, classes, cut, tidy

NAMES = Names(
    [
        '<a class="link link--strong {% if x %}wide{% endif %}">',
        'icon--{{ name }} {{ icon("mail") }} {{ css }}--wrong',
    ]
)


@pytest.mark.parametrize(
    ("styles", "left"),
    [
        (".link{a:b}", ".link{a:b}"),
        (".other{a:b}", ""),
        (".link,.other{a:b}", ".link{a:b}"),
        (".link .other{a:b}", ""),
        (".link:not(.other){a:b}", ".link:not(.other){a:b}"),  # is there whatever becomes of the other
        (":is(.other,body) p{a:b}", ":is(.other,body) p{a:b}"),
        (".icon--mail{a:b}.icon--home{a:b}", ".icon--mail{a:b}"),
        (".link--wrong{a:b}.other--wrong{a:b}", ".link--wrong{a:b}"),
        (".icon--mail--wrong{a:b}", ".icon--mail--wrong{a:b}"),
        ("@media print{.other{a:b}}", ""),
        ("@media print{.other{a:b}.wide{a:b}}", "@media print{.wide{a:b}}"),
        ("p{a:url(data:x;y,z{})}.other{b:c}", "p{a:url(data:x;y,z{})}"),
        ('p{content:"}"}.other{b:c}', 'p{content:"}"}'),
        ('a[title=".other,{"]{b:c}', 'a[title=".other,{"]{b:c}'),
        ('@charset "UTF-8";.other{b:c}', '@charset "UTF-8";'),
        ("@keyframes turn{0%{a:b}to{a:c}}.other{b:c}", "@keyframes turn{0%{a:b}to{a:c}}"),
        ("/* .link{ */.other{b:c}/* } */", ""),
        (":root{--a:1;--b:var(--a);--c:2}.link{d:var(--b)}", ":root{--a:1;--b:var(--a)}.link{d:var(--b)}"),
        (":root{--a:1}.link--strong:hover{d:e}", ".link--strong:hover{d:e}"),
    ],
)
def test_rules_that_no_page_can_meet_are_cut(styles: str, left: str) -> None:
    assert cut(styles, NAMES, beside="").replace("\n", "") == left


def test_values_that_the_other_style_sheet_asks_for_stay() -> None:
    assert cut(":root{--a:1}", NAMES, beside="p{b:var( --a, 2)}") == ":root{--a:1}"


def test_tidy_takes_comments_only() -> None:
    assert tidy("/* why */\np { a: b; }\n\n@page { margin: 1cm; }") == "p{a: b}\n@page{margin: 1cm}"


def test_classes_are_found_inside_of_questions_too() -> None:
    assert classes("@media print{.a:not(.b) > p:has(.c){d:.5rem}}") == {"a", "b", "c"}


@pytest.mark.parametrize("styles", ["p{a:b", "p{a:b}}", "@media print{p{a:b}", "p"])
def test_a_broken_style_sheet_is_an_error(styles: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|middle"):
        tidy(styles)
