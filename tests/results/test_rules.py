# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Decisions over plain values."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.refusal import Refusal
from app.results.rules import (
    AgreementStatus,
    MaterialFacts,
    MaterialKind,
    finding_lines,
    overdue,
    refuse_unwritten,
    refuse_without_words,
    shown_name,
)

TODAY = date(2031, 3, 20)


@pytest.mark.parametrize(
    ("status", "due", "late"),
    [
        (AgreementStatus.OPEN, date(2031, 3, 19), True),
        (AgreementStatus.IN_PROGRESS, date(2031, 3, 19), True),
        (AgreementStatus.OPEN, date(2031, 3, 20), False),
        (AgreementStatus.OPEN, date(2031, 3, 21), False),
        (AgreementStatus.DONE, date(2020, 1, 1), False),
        (AgreementStatus.HANDED_OVER, date(2020, 1, 1), False),
        (AgreementStatus.REJECTED, date(2020, 1, 1), False),
    ],
)
def test_overdue_is_what_is_unsettled_after_its_day(status: AgreementStatus, due: date, late: bool) -> None:
    assert overdue(status, due, TODAY) is late


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("", ()),
        ("Eins\nZwei", ("Eins", "Zwei")),
        ("- Eins\n\n  • Zwei  \n–\n", ("Eins", "Zwei")),
        ("2-seitige Liste", ("2-seitige Liste",)),
    ],
)
def test_findings_stand_one_per_line(typed: str, lines: tuple[str, ...]) -> None:
    assert finding_lines(typed) == lines


def test_nothing_written_is_not_published() -> None:
    refuse_unwritten(1)
    with pytest.raises(Refusal):
        refuse_unwritten(0)


@pytest.mark.parametrize(
    ("kind", "facts", "accessible", "field"),
    [
        (MaterialKind.PHOTO, {}, False, "alt_text"),
        (MaterialKind.PHOTO, {"alt_text": "Ein Saal"}, False, None),
        (MaterialKind.PHOTO, {"decorative": True}, False, None),
        (MaterialKind.PHOTO, {"decorative": True, "alt_text": "Ein Saal"}, False, "decorative"),
        (
            MaterialKind.PHOTO,
            {"alt_text": "Zwei Personen", "recognisable_people": True},
            False,
            "consent_note",
        ),
        (MaterialKind.PHOTO, {"decorative": True, "recognisable_people": True}, False, "consent_note"),
        (
            MaterialKind.PHOTO,
            {"alt_text": "Zwei Personen", "recognisable_people": True, "consent_note": "Akte 7"},
            False,
            None,
        ),
        (MaterialKind.DOCUMENT, {}, True, None),
        (MaterialKind.DOCUMENT, {}, False, "summary"),
        (MaterialKind.DOCUMENT, {"summary": "Es geht um …"}, False, None),
    ],
)
def test_each_material_has_words(
    kind: MaterialKind, facts: dict[str, object], accessible: bool, field: str | None
) -> None:
    """A11Y-12, A11Y-15, DP-14."""
    words = MaterialFacts(workshop_id=None, title="T", **facts)  # type: ignore[arg-type]
    if field is None:
        refuse_without_words(kind, words, accessible)
        return
    with pytest.raises(Refusal) as caught:
        refuse_without_words(kind, words, accessible)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("original", "shown"),
    [
        ("Folien.pdf", "Folien.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\boot.ini.pdf", "boot.ini.pdf"),
        ("C:\\Nutzer\\Größe & Maß.pdf", "Größe & Maß.pdf"),
        ("a\0b\r\nSet-Cookie: x=1.pdf", "ab Set-Cookie x=1.pdf"),
        ("gnp\u202efdp.exe", "gnpfdp.pdf"),
        ("CON.pdf", "material CON.pdf"),
        ("lpt1.txt.pdf", "material lpt1.txt.pdf"),
        (".pdf", "pdf.pdf"),
        ("...", "material.pdf"),
        ("", "material.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_downloads_get_a_harmless_name(original: str, shown: str) -> None:
    """T23: folders, NUL, direction marks, device names, 300 characters."""
    assert shown_name(original, ".pdf") == shown


@pytest.mark.long
@given(some.text(max_size=400))
def test_no_name_leads_anywhere_else(original: str) -> None:
    """T23."""
    name = shown_name(original, ".png")
    assert name.endswith(".png")
    assert 5 <= len(name) <= 120
    assert not set(name) & set('/\\:*?"<>|%')
    assert not name.startswith(".")
    assert all(unicodedata.category(sign)[0] != "C" for sign in name)
