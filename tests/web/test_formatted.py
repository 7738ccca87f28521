# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Formatted text as HTML and in a PDF: elements of ours alone, each closed, and people's signs between them."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from justhtml import JustHTML
from lxml import html as lxml_html

from app import documents
from app.documents import Document, typeset
from app.legal.rules import parse as parse_legal
from app.web.formatted import formatted, formatted_line, laid_out
from tests.pdf import tags_of, text_of
from tests.written import BAITS, HOSTILE, letters, written

WHOLE = (
    "### Anreise\nMit **Bus** und *[Bahn](https://example.org/b?x=1&y=2)*\na@example.org\n\n"
    "- eins\n- zwei\n  1. darin\n  2. auch\n\n##### Tiefer\n1. März"
)
OURS = {"p", "br", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "a"}
DAY = SimpleNamespace(language="en")


def test_each_mark_is_an_element(app: Flask) -> None:
    with app.test_request_context("/"):
        assert formatted(WHOLE, level=4) == (
            "<h4>Anreise</h4>\n"
            '<p>Mit <strong>Bus</strong> und <a href="https://example.org/b?x=1&amp;y=2" rel="noopener"><em>Bahn</em></a><br>'
            '<a href="mailto:a@example.org">a@example.org</a></p>\n'
            "<ul><li>eins</li><li>zwei<ol><li>darin</li><li>auch</li></ol></li></ul>\n"
            "<h5>Tiefer</h5>\n<p>1. März</p>"
        )
        assert formatted_line("- **a**\nb") == "- <strong>a</strong><br>b"
        assert formatted("") == formatted_line("") == ""


def test_a_text_in_another_language_says_so(app: Flask) -> None:
    with app.test_request_context("/"):
        assert formatted("# A\nb\n- c", DAY, 2) == (
            '<h2 lang="en">A</h2>\n<p lang="en">b</p>\n<ul lang="en"><li>c</li></ul>'
        )
        assert formatted_line("a", DAY) == '<span lang="en">a</span>'
    with app.test_request_context("/?lang=en"):
        assert formatted("b", DAY) == "<p>b</p>"


def test_headings_end_with_the_sixth(app: Flask) -> None:
    with app.test_request_context("/"):
        found = re.findall(r"<h(\d)>", formatted("# a\n## b\n### c\n#### d", level=5))
    assert found == ["5", "6", "6", "6"]


def elements(shown: str) -> Iterator[tuple[str, dict[str, str]]]:
    for one in lxml_html.fragment_fromstring(f"<div>{shown}</div>").iterdescendants():
        yield str(one.tag), dict(one.attrib)


def faults_of(shown: str) -> list[str]:
    """What is no element or attribute of ours, or leads elsewhere than an address of a page or of mail."""
    found = [
        str(one)
        for one in JustHTML(f"<div>{shown}</div>", fragment=True, strict=False, collect_errors=True).errors
    ]
    for name, attributes in elements(shown):
        href = attributes.pop("href", "https://")
        if attributes.pop("rel", "noopener") != "noopener" or attributes or name not in OURS:
            found.append(f"{name} {attributes}")
        if not re.match(r"https?://|mailto:[^\s@]+@", href, re.IGNORECASE):
            found.append(href)
    return found


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_makes_nothing_active(app: Flask, typed: str) -> None:
    """T19, T20: no element, attribute or address of anybody else's."""
    with app.test_request_context("/"):
        assert faults_of(formatted(typed)) == []
        assert faults_of(formatted_line(typed)) == []


def test_any_text_is_well_formed_and_whole(app: Flask) -> None:
    @given(written() | st.text(max_size=200).filter(lambda one: "](" not in one))
    def look(typed: str) -> None:
        shown = str(formatted(typed))
        assert faults_of(shown) == []
        seen = "".join(lxml_html.fragment_fromstring(f"<div>{shown}</div>").itertext())
        assert letters(seen) == letters(re.sub("[\ud800-\udfff]", "", typed))

    with app.test_request_context("/"):
        look()


@pytest.mark.long
@pytest.mark.parametrize("bait", BAITS)
def test_a_hundred_thousand_signs_are_shown_as_they_are(app: Flask, bait: str) -> None:
    with app.test_request_context("/"):
        shown = str(formatted(bait))
    assert set(re.findall(r"<([a-z]\w*)", shown)) <= OURS
    assert max((len(lxml_depth) for lxml_depth in re.findall(r"(?:<(?:ul|ol)><li>)+", shown)), default=0) < 60


def test_pages_of_ours_are_linked_in_legal_texts_alone(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert formatted("/impressum") == "<p>/impressum</p>"
        text = parse_legal("# T\nSiehe **/impressum** und [Name der Behörde]", "")
        assert laid_out(text.blocks, 2) == (
            '<p>Siehe <a href="/impressum?lang=en"><strong>Impressum</strong></a> und <mark>[Name der Behörde]</mark></p>'
        )


def test_a_pdf_has_the_same_structure() -> None:
    """A11Y-13: headings, lists and links are tagged; on paper the address stands behind the words of a link."""
    hostile = '#panic("x") $x$ <label> @ref'
    blocks = (
        documents.heading("Punkt"),
        *documents.formatted(f"{WHOLE}\n\n{hostile}"),
        documents.formatted_lines("über **sie**", "Anna Beispiel: "),
        documents.formatted_items(["eins **fett**", hostile]),
    )
    pdf = typeset(Document("Titel", "de", "Fachtag", "Seite", blocks))
    tags, text = tags_of(pdf), " ".join(text_of(pdf).split())
    assert (tags.count("H2"), tags.count("H3"), tags.count("H4"), tags.count("L"), tags.count("LI")) == (
        1,
        1,
        1,
        3,
        6,
    )
    assert (tags.count("Strong"), tags.count("Em")) == (3, 1)
    assert tags.count("Link") >= 2
    assert "Bahn (https://example.org/b?x=1&y=2)" in text
    assert "Anna Beispiel: über sie" in text
    assert text.count(hostile) == 2
    assert "*" not in text


def test_a_pdf_takes_hostile_links_and_letters_without_a_shape() -> None:
    words = (
        "\n".join(HOSTILE)
        + "\n[🎉 Feier](https://example.org/🎉)\n**\ue000**\n"
        + "\n".join(f"{'#' * signs} tief" for signs in range(1, 7))
    )
    assert typeset(Document("T", "de", "f", "s", tuple(documents.formatted(words, 2)))).startswith(b"%PDF")
