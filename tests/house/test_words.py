# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Plain words, and one word for one thing: a seat is reserved until it is confirmed, those of a quota are kept free."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.house.test_imports import MODULES, parsed

pytestmark = pytest.mark.sqlite_only

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "app" / "translations" / "de" / "LC_MESSAGES" / "messages.po"
SAYING = {"gettext", "ngettext", "N_", "_l", "lazy_gettext"}
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


def test_every_sentence_is_in_the_catalogue() -> None:
    """The extraction does not look into f-strings: a sentence that is said there only is English for everybody."""
    with CATALOGUE.open("rb") as file:
        known = {one.id[0] if isinstance(one.id, tuple) else one.id for one in read_po(file, locale="de")}
    said = {
        node.args[0].value
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert len(said) > 1000
    assert said - known == set()


def test_no_fair_rule_is_called_names() -> None:
    guide = (ROOT / "docs" / "zuteilung.md").read_text(encoding="utf-8")
    said = [*(one for one, _ in sentences()), guide]
    assert [one for one in said if any(word in one.lower() for word in JUDGING)] == []


def test_what_quotas_say_is_kept_free_and_not_reserved() -> None:
    of_quotas = [one for one, files in sentences() if any("quotas/" in file for file in files)]
    assert len(of_quotas) > 20
    assert [one for one in of_quotas if "reservier" in one.lower()] == []


ANOTHER_WORD = {
    r"(?<!E-)\bMails?\b|Mailadresse": "E-Mail",
    "Induktionsanlage": "Induktionsschleife",
    "Ansprechperson": "Kontaktperson",
    "Agenda": "Tagesablauf",
    "Screenreader|Bildschirmleser": "Vorleseprogramm",
}


@pytest.mark.parametrize("other", ANOTHER_WORD)
def test_one_thing_has_one_name_in_german(other: str) -> None:
    """Half of the sentences said it this way, half that way."""
    assert [one for one, _ in sentences() if re.search(other, one)] == []
    assert any(ANOTHER_WORD[other] in one for one, _ in sentences())
