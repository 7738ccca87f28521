# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people write in paragraphs: which signs are marks, and that all others stay the letters that were typed."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.formatting import (
    DEEPEST_LIST,
    Block,
    Piece,
    addresses,
    lines_of,
    parse,
    parse_lines,
    plain,
    plain_line,
    tree_of,
    words_of,
)
from tests.written import BAITS, HOSTILE, letters, written


def text(*lines: str) -> Block:
    return Block("text", tuple((Piece(line),) for line in lines))


def entries(*entries: str) -> tuple[tuple[Block, ...], ...]:
    return tuple((text(one),) for one in entries)


AS_TYPED = [
    "13. März 2027 in Herford",
    "1. April: Anmeldeschluss\n2. April: Zuteilung",
    "1. Preis",
    "1. eins\nund dann\n2. zwei",
    "2. zwei\n3. drei",
    "2023 - 2024",
    "9.30 – 12.30 Uhr",
    "+49 5221 123456",
    "+ 49 5221 123456",
    "-ohne Leerzeichen",
    "--",
    "- ",
    "- - -",
    "***",
    "* nur mit Anmeldung",
    "* * *",
    "• Punkt aus einem anderen Programm",
    "– Goethe",
    "#Hashtag",
    "# #",
    "Raum # 3",
    "  # eingerückt ist keine Überschrift",
    "####### sieben",
    "Teilnehmer*innen, Kolleg*innen und Freund*innen",
    "Liebe Kolleg(*innen), liebe Freund(*innen)",
    "Kaffee* und Kuchen* (*solange der Vorrat reicht)",
    "5 * 3 * 2 und 2*3*4",
    "____",
    "_Vorlage_ und __init__.py in a_b_c",
    "Arbeit_an_Tischen.pdf",
    "`code` und ```mehr```",
    "<b>fett</b> &amp; &lt; <!-- weg -->",
    "![Bild](bild.png)",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "> zitiert",
    "Titel\n=====",
    "Titel\n---",
    "[1]: https",
    "[Name der Behörde]",
    "[leer]()",
    "[ohne Ziel](seite.html)",
    "[nirgendwohin](/impressum)",
    "[weg](javascript:alert(1))",
    "[weg](JaVaScRiPt:alert(1))",
    "[weg](data:text/html,x)",
    "[weg](vbscript:x)",
    "[weg](file:///etc/passwd)",
    "[weg](java\tscript:alert)",
    "[weg](mailto:niemand)",
    "C:\\Ordner\\*.docx",
    "\\*nicht\\*",
    "~~weg~~ ==da== ^hoch^",
    "a@b",
    "http://",
]


@pytest.mark.parametrize("typed", AS_TYPED)
def test_what_is_no_mark_stays_as_it_was_typed(typed: str) -> None:
    lines = [words_of(line) for line in lines_of(parse(typed))]
    assert [one.kind for one in parse(typed)] == ["text"]
    assert lines == [line.expandtabs(4).strip() for line in typed.split("\n")]
    assert all(piece == Piece(piece.text) for line in lines_of(parse(typed)) for piece in line)


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("", ()),
        (" \n\t\n", ()),
        ("eins\r\nzwei\n\n\ndrei", (text("eins", "zwei"), text("drei"))),
        ("- eins\n- zwei", (Block("items", entries=entries("eins", "zwei")),)),
        ("- einer", (Block("items", entries=entries("einer")),)),
        ("* eins\n* zwei", (Block("items", entries=entries("eins", "zwei")),)),
        ("1. eins\n2. zwei\n3. drei", (Block("numbered", entries=entries("eins", "zwei", "drei")),)),
        ("1) eins\n2) zwei", (Block("numbered", entries=entries("eins", "zwei")),)),
        ("1. eins\n\n2. zwei", (Block("numbered", entries=entries("eins", "zwei")),)),
        (
            "Es gibt:\n- eins\n- zwei\nUnd weiter.",
            (text("Es gibt:"), Block("items", entries=entries("eins", "zwei")), text("Und weiter.")),
        ),
        (
            "1. eins\n2. zwei\n13. März 2027",
            (Block("numbered", entries=entries("eins", "zwei")), text("13. März 2027")),
        ),
        (
            "1. eins\n2. zwei\n4. vier",
            (Block("numbered", entries=entries("eins", "zwei")), text("4. vier")),
        ),
        ("- eins\n  noch eins", (Block("items", entries=((text("eins", "noch eins"),),)),)),
        (
            "- eins\n  - darin\n\n  danach\n- zwei",
            (
                Block(
                    "items",
                    entries=(
                        (text("eins"), Block("items", entries=entries("darin")), text("danach")),
                        (text("zwei"),),
                    ),
                ),
            ),
        ),
        (
            "1. eins\n   - darin\n2. zwei",
            (
                Block(
                    "numbered",
                    entries=((text("eins"), Block("items", entries=entries("darin"))), (text("zwei"),)),
                ),
            ),
        ),
        ("1. eins\n   - darin", (text("1. eins"), Block("items", entries=entries("darin")))),
    ],
)
def test_paragraphs_and_lists(typed: str, tree: tuple[Block, ...]) -> None:
    assert parse(typed) == tree


def test_no_level_of_a_heading_is_left_out() -> None:
    tree = parse("## A\n#### B\n###### C\n### D\n# E\n## F")
    assert [(one.depth, words_of(one.lines[0])) for one in tree] == [
        (0, "A"),
        (1, "B"),
        (2, "C"),
        (1, "D"),
        (0, "E"),
        (1, "F"),
    ]


def test_lists_are_no_deeper_than_they_may_be() -> None:
    def deepest(blocks: tuple[Block, ...]) -> int:
        return max((1 + deepest(entry) for one in blocks for entry in one.entries), default=0)

    typed = "\n".join(f"{' ' * 2 * level}- Stufe {level}" for level in range(10))
    assert deepest(parse(typed)) == DEEPEST_LIST
    assert letters(plain(typed)) == letters(typed)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("**fett** bleibt", (Piece("fett", strong=True), Piece(" bleibt"))),
        ("*betont*", (Piece("betont", emphasised=True),)),
        ("***beides***", (Piece("beides", strong=True, emphasised=True),)),
        ("**Teilnehmer*innen** kommen", (Piece("Teilnehmer*innen", strong=True), Piece(" kommen"))),
        ("**offen", (Piece("**offen"),)),
        ("ein **Wort**teil", (Piece("ein **Wort**teil"),)),
        (
            "Siehe https://example.org/a?b=1.",
            (Piece("Siehe "), Piece("https://example.org/a?b=1", "https://example.org/a?b=1"), Piece(".")),
        ),
        (
            "(https://example.org/a)",
            (Piece("("), Piece("https://example.org/a", "https://example.org/a"), Piece(")")),
        ),
        (
            "<https://example.org/>",
            (Piece("<"), Piece("https://example.org/", "https://example.org/"), Piece(">")),
        ),
        ("https://example.org/Ort_(Stadt)", (Piece(*["https://example.org/Ort_(Stadt)"] * 2),)),
        ("https://example.org/*a*", (Piece(*["https://example.org/*a"] * 2), Piece("*"))),
        ("**https://example.org**", (Piece(*["https://example.org"] * 2, strong=True),)),
        ("a_b@example.org", (Piece("a_b@example.org", "mailto:a_b@example.org"),)),
        ("[Leitfaden](https://example.org/a)", (Piece("Leitfaden", "https://example.org/a"),)),
        ("[schreiben](mailto:a@example.org)", (Piece("schreiben", "mailto:a@example.org"),)),
        (
            "[**ganz** da](https://example.org/(a))",
            (
                Piece("ganz", "https://example.org/(a)", strong=True),
                Piece(" da", "https://example.org/(a)"),
            ),
        ),
        (
            "[https://example.org](https://example.org/b)",
            (Piece("https://example.org", "https://example.org/b"),),
        ),
        ("[a@example.org](https://example.org/b)", (Piece("a@example.org", "https://example.org/b"),)),
        (
            "https://bank.example@evil.example/",
            (Piece("https://"), *addresses("bank.example@evil.example"), Piece("/")),
        ),
    ],
)
def test_within_a_line(typed: str, line: tuple[Piece, ...]) -> None:
    (block,) = parse(typed)
    assert _joined(block.lines[0]) == _joined(line)
    assert _joined(parse_lines(typed)[0]) == _joined(line)


def _joined(line: tuple[Piece, ...]) -> list[Piece]:
    """Neighbours that differ in nothing but their letters are one."""
    found = list[Piece]()
    for one in line:
        if found and (same := found[-1]) == Piece(
            same.text, one.href, one.strong, one.emphasised, one.missing
        ):
            found[-1] = Piece(same.text + one.text, one.href, one.strong, one.emphasised, one.missing)
        else:
            found.append(one)
    return found


def test_bold_holds_across_the_end_of_a_line() -> None:
    (block,) = parse("**eins\nzwei** drei")
    assert block.lines == ((Piece("eins", strong=True),), (Piece("zwei", strong=True), Piece(" drei")))


def test_as_plain_text_with_the_addresses_in_sight() -> None:
    """Of a mail and of a calendar: no marks, every address."""
    typed = (
        "## Anreise\nMit **Bus** und [Bahn](https://example.org/b), https://example.org/c, a@example.org\n\n"
        "1. eins\n2. zwei\n   - darin\n     weiter\n\n[schreiben](mailto:a@example.org)"
    )
    assert plain(typed) == (
        "Anreise\n\nMit Bus und Bahn (https://example.org/b), https://example.org/c, a@example.org\n\n"
        "1. eins\n2. zwei\n   - darin\n     weiter\n\nschreiben (a@example.org)"
    )
    assert plain_line("**a**\n\n- b\n- c") == "a - b - c"


def test_what_shows_nothing_and_ends_lines_elsewhere_is_gone() -> None:
    assert plain("a\x00b\x1b[31mc\u2028d\x85e\ud800f\x0bg\rh") == "ab[31mc\nd\nefgh"


@pytest.mark.long
@pytest.mark.parametrize("bait", BAITS)
def test_a_long_hostile_text_is_read_in_linear_time(bait: str) -> None:
    """T45: eight times the text takes about eight times as long, not sixty."""

    def seconds(typed: str) -> float:
        started = time.process_time()
        tree_of(typed, addresses)
        return time.process_time() - started

    assert len(bait) >= 100_000
    assert seconds(bait) < 0.2 + 24 * seconds(bait[: len(bait) // 8])


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_hostile_becomes_a_link_or_is_lost(typed: str) -> None:
    for line in lines_of(parse(typed)):
        for piece in line:
            assert not piece.href or re.match(r"(https?://[^\s@]|mailto:[^\s]+@)", piece.href, re.IGNORECASE)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", plain(typed))


@given(written())
@example("1. a\n   1. b\n  2. c\n- d\n # e")
def test_every_letter_is_there_in_its_order(typed: str) -> None:
    """Without links, whose addresses stand behind them, marks are all that goes."""
    assert letters("\n".join(words_of(line) for line in lines_of(parse(typed)))) == letters(typed)
    assert letters("\n".join(words_of(line) for line in parse_lines(typed))) == letters(typed)
    assert letters(plain(typed)) == letters(typed)


@given(written())
def test_numbers_are_those_that_were_typed(typed: str) -> None:
    """In plain text digits are letters, too: no number is lost, none is made."""
    assert re.findall(r"[0-9]+", plain(typed)) == re.findall(r"[0-9]+", typed)


@given(st.text(max_size=300))
def test_any_text_is_read(typed: str) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", plain(typed))
    assert plain_line(typed).count("\n") == 0
