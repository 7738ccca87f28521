# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Plain words, and one word for one thing: a seat is reserved until it is confirmed, those of a quota are kept free."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

pytestmark = pytest.mark.sqlite_only

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "app" / "translations" / "de" / "LC_MESSAGES" / "messages.po"
JUDGING = ("gierig", "großzügig")  # of two fair rules neither is


def sentences() -> list[tuple[str, list[str]]]:
    """Each German sentence, and the files that say it."""
    with CATALOGUE.open("rb") as file:
        found = [one for one in read_po(file, locale="de") if one.id]
    return [
        (
            " ".join(one.string) if isinstance(one.string, tuple) else one.string,
            [at for at, _ in one.locations],
        )
        for one in found
    ]


def test_no_fair_rule_is_called_names() -> None:
    guide = (ROOT / "docs" / "zuteilung.md").read_text(encoding="utf-8")
    said = [*(one for one, _ in sentences()), guide]
    assert [one for one in said if any(word in one.lower() for word in JUDGING)] == []


def test_what_quotas_say_is_kept_free_and_not_reserved() -> None:
    of_quotas = [one for one, files in sentences() if any("quotas/" in file for file in files)]
    assert len(of_quotas) > 20
    assert [one for one in of_quotas if "reservier" in one.lower()] == []
