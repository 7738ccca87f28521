# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""PDFs: what PDF/UA-1 (ISO 14289-1) asks of one, read back by another program; and text from people stays text (A11Y-13,
A11Y-14)."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from app import documents
from app.documents import Document, NotSet, typeset
from tests.pdf import alternatives_of, beyond_the_margins, lines_by_page, tags_of, text_of
from tests.results.samples import png

HOSTILE = '#panic("x") *fett* $x$ <label> @ref `raw` \\ #read("/etc/passwd") // weg'


def document(*blocks: documents.Block, title: str = "Protokoll", language: str = "de") -> Document:
    return Document(title, language, "Fachtag", "Seite", blocks)


def test_it_is_tagged_and_says_so() -> None:
    pdf = typeset(document(documents.paragraph("Guten Tag.")))
    root = PdfReader(BytesIO(pdf)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "de"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert PdfReader(BytesIO(pdf)).metadata["/Title"] == "Protokoll"  # type: ignore[index]


def test_headings_lists_and_tables_are_what_they_look_like() -> None:
    """A11Y-13: what a page says by its structure, its PDF says, too."""
    blocks = (
        documents.facts([("Anzahl", 3), ("Leer", ""), ("Fehlt", None)]),
        documents.heading("Werte"),
        documents.table("Ziele", [("Ziel", False), ("Wert", True)], [("Erstes", 1), ("Zweites", 2)]),
    )
    tags = tags_of(typeset(document(*blocks)))
    assert (tags.count("H1"), tags.count("H2"), tags.count("LBody")) == (1, 1, 1)
    assert (tags.count("Table"), tags.count("TH"), tags.count("TD"), tags.count("Caption")) == (1, 2, 4, 1)


def test_the_heads_come_again_on_every_page() -> None:
    rows = [(f"Ziel {number}", number) for number in range(90)]
    pdf = typeset(document(documents.table("Ziele", [("Was", False), ("Wert", True)], rows)))
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    assert len(pages) > 1
    assert all("Was Wert" in page for page in pages)
    assert f"Seite 1 / {len(pages)}" in pages[0]
    assert "Ziel 89" in pages[-1]


@pytest.mark.parametrize("language", ["de", "en"])
def test_text_from_people_stays_text(language: str) -> None:
    """T20, T28: nothing in it is a command, wherever it stands."""
    blocks = (
        documents.paragraph(HOSTILE),
        documents.heading(HOSTILE),
        documents.facts([(HOSTILE, HOSTILE)]),
        documents.table(HOSTILE, [(HOSTILE, False)], [(HOSTILE,)]),
        documents.exact(HOSTILE, HOSTILE),
    )
    text = text_of(typeset(document(*blocks, title=HOSTILE, language=language)))
    assert "".join(text.split()).count("".join(HOSTILE.split())) == 10  # lines may break anywhere


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Feier 🎉", "Feier □"),
        ("Prima 👍🏽 👩‍💻", "Prima □ □"),
        ("1️⃣ Beginn", "1 Beginn"),
        ("Q⃣ und \ufeffBeginn", "Q und Beginn"),
        ("a\u20dd\u0f71b", "ab"),
        ("privat \ue000 und \U000f0000", "privat □ und □"),
        ("漢字 und かな", "□□ und □□"),
        ("\x07laut\x00", "laut"),
        ("Ğışİ Đặng Привет →", "Ğışİ Đặng Привет →"),
        ("\\u0007", "\\u0007"),
    ],
)
def test_a_letter_that_no_font_has_is_an_empty_box(typed: str, shown: str) -> None:
    """PDF/UA-1 allows no letter without a shape, and one emoji in a title must not cost everybody the document."""
    assert shown in text_of(typeset(document(documents.paragraph(typed), title=typed)))


def test_lines_and_paragraphs_stay() -> None:
    blocks = list(documents.formatted("eins\r\nzwei\n\n\ndrei\n"))
    assert [len(one["lines"]) for one in blocks] == [2, 1]
    assert "eins\nzwei\ndrei" in text_of(typeset(document(*blocks)))


def test_pictures_come_from_their_folder_with_words(tmp_path: Path) -> None:
    """A11Y-13: the words of a picture come along; without any there is no document."""
    (tmp_path / "tafel.png").write_bytes(png())
    shown = documents.picture("tafel.png", "Eine Tafel mit drei Punkten", "Tafel")
    pdf = typeset(replace(document(shown), pictures=tmp_path))
    assert alternatives_of(pdf) == ["Eine Tafel mit drei Punkten"]
    assert "Tafel" in text_of(pdf)
    within = tmp_path / "within"
    within.mkdir()
    for elsewhere in ("../tafel.png", "/etc/passwd", "nicht-da.png"):
        block = documents.picture(elsewhere, "Worte", "Titel")
        with pytest.raises(NotSet, match="No such file"):
            typeset(replace(document(block), pictures=within))
    silent = documents.picture("tafel.png", "", "Tafel")
    with pytest.raises(NotSet):
        typeset(replace(document(silent), pictures=tmp_path))


def test_a_long_value_is_copied_as_it_is() -> None:
    value = "0123456789abcdef" * 4
    assert value in text_of(typeset(document(documents.exact("Eingabe", value))))


def test_what_cannot_be_set_is_said() -> None:
    with pytest.raises(NotSet, match="unknown"):
        typeset(document({"kind": "unknown"}))


LONG_WORDS = {
    "letters": "w" * 200,
    "a link": "https://fachtag.example.org/" + "protokoll-2031/" * 12,
    "a link without signs": "https://example.org/" + "x" * 200,
    "an address": "vorname.nachname@kommunales-integrationszentrum.kreis-musterland.example.org",
    "a word that is none": "a" * 38,
}


def every_block(words: str) -> tuple[documents.Block, ...]:
    return (
        documents.heading(words),
        documents.heading(words, 3),
        documents.paragraph(words),
        documents.items([words]),
        documents.picture("a.png", words, words),
        documents.facts([(words, words)]),
        documents.table(words, [(words, False), ("Wert", True)], [(words, 1)]),
        documents.table(
            words,
            [(words, False), (words, False), ("Wann", False), (words, False)],
            [(words, words, "11.03.2031", words)],
            (4, 3, 0, 3),
        ),
        documents.exact(words, words),
    )


@pytest.mark.parametrize("words", LONG_WORDS.values(), ids=LONG_WORDS)
@pytest.mark.long
def test_nothing_is_longer_than_its_line(words: str, tmp_path: Path) -> None:
    """What is copied out of it is what was written: nothing invisible holds the pieces apart."""
    (tmp_path / "a.png").write_bytes(png())
    blocks = every_block(words)
    pdf = typeset(replace(document(*blocks, title=words), footer="Fachtag", pictures=tmp_path))
    assert beyond_the_margins(pdf) == []
    written = "".join(text_of(pdf).split())
    assert words in written
    assert not {"\u00ad", "\u200b", "\ufffc"} & set(written)


def test_words_are_hyphenated_as_before() -> None:
    text = text_of(typeset(document(documents.paragraph("Kraftfahrzeughaftpflichtversicherung " * 9))))
    assert text.count("Kraftfahrzeughaftpflichtversicherung") < 9
    assert "\u00ad\n" in text  # a hyphen that goes when it is copied


BELOW = {
    "paragraph": [documents.paragraph("Absatz " * 200)],
    "list": [documents.items(["Punkt " * 60, "Punkt"])],
    "facts": [documents.facts([("Schild", "Wert " * 60)])],
    "table": [documents.table("Kopf", [("Was", False), ("Wert", True)], [("Zeile", 1)] * 6)],
    "long value": [documents.exact("Schild", "0123456789")],
    "heading and table": [
        documents.heading("Kopf", 3),
        documents.table("Kopf", [("Was", False)], [("Zeile",)] * 6),
    ],
    "sentence that belongs to what follows": [
        documents.paragraph("Kopf", sticky=True),
        documents.paragraph("Absatz " * 200),
    ],
}


@pytest.mark.parametrize("below", BELOW.values(), ids=BELOW)
def test_no_heading_is_the_last_on_its_page(below: list[documents.Block]) -> None:
    """Wherever on the page it comes: here it moves down line by line."""
    blocks: list[documents.Block] = []
    for lines in range(28, 60):
        blocks += [documents.paragraph("\n".join(["Zeile"] * lines)), documents.heading("Kopf"), *below]
    pages = lines_by_page(typeset(document(*blocks)))
    assert len(pages) > 20
    last = {page[-2] for page in pages}  # the very last is the footer
    assert "Kopf" not in last
    assert not any(line.startswith("Was") for line in last)
