# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The documents can be read by everybody, and what they say of operating the application is so (A11Y-16)."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.people.rules import (
    GRANTS,
    IDLE_SIGN_IN,
    LONGEST_SIGN_IN,
    ROLE_LABELS,
    SHORTEST_PASSWORD,
    Permission,
    Role,
)
from app.texts import gettext
from tests.pages import HELP_LINKS, Visitor, words

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GUIDE = ROOT / "docs" / "organisieren.md"


def barriers(text: str) -> list[str]:
    """What keeps somebody out of a document in Markdown; empty for a good one."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    levels = [len(one) for one in re.findall(r"^(#+) ", text, re.MULTILINE)]
    found = [] if levels[:1] == [1] and levels.count(1) == 1 else ["not exactly one title, first of all"]
    found += [
        f"from a heading of level {one} to {other}" for one, other in pairwise(levels) if other > one + 1
    ]
    found += [f"a picture without words: {one}" for one in re.findall(r"!\[\s*\]\(([^)]*)\)", text)]
    found += [
        f"a link called {one}"
        for one in re.findall(r"(?<!!)\[([^\]]*)\]\(", text)
        if one.strip().lower() in {"", "hier", "here", "link", "klick"}
    ]
    heads = re.findall(r"^\|(.*)\|\n\|(?: *:?-+:? *\|)+$", text, re.MULTILINE)
    found += [f"a table without heads: {one}" for one in heads if not all(map(str.strip, one.split("|")))]
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_document_can_be_read_by_everybody(path: Path) -> None:
    assert barriers(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "barrier"),
    [
        ("Nur Text", "not exactly one title"),
        ("# Eins\n\n# Zwei", "not exactly one title"),
        ("# Eins\n\n### Drei", "from a heading of level 1 to 3"),
        ("# Eins\n\n![](bild.png)", "a picture without words"),
        ("# Eins\n\n[hier](kalender.md)", "a link called hier"),
        ("# Eins\n\n| | Zwei |\n| --- | --- |\n| a | b |", "a table without heads"),
    ],
)
def test_each_barrier_is_found(text: str, barrier: str) -> None:
    assert [one for one in barriers(text) if one.startswith(barrier)]


@pytest.mark.sqlite_only
def test_what_the_guide_says_of_operating_is_so(app: Flask, client: FlaskClient) -> None:
    guide = " ".join(GUIDE.read_text(encoding="utf-8").split())
    a_day, idle = app.config["WTF_CSRF_TIME_LIMIT"] // 3600, IDLE_SIGN_IN.total_seconds() // 3600
    for fact in (
        f"ein Formular länger als {a_day} Stunden offen",
        f"{idle:.0f} Stunden nach dem letzten Aufruf, höchstens {LONGEST_SIGN_IN.days} Tage",
        f"mindestens {SHORTEST_PASSWORD} Zeichen",
    ):
        assert fact in guide, fact
    page = Visitor(client).get("/organise/sign-in")
    first = page.tree.xpath("//a[@href]")[0]
    assert f"„{words(first)}“" in guide
    assert page.tree.get_element_by_id(first.get("href").removeprefix("#")).tag == "main"
    help_ = re.search(r"\*\*Hilfe:\*\* (.*?)\.", guide)
    assert help_ is not None
    assert set(re.findall(r"`(/[^`]*)`", help_[1])) <= set(HELP_LINKS)


# The rows of the guide's table of roles, in its order.
ROWS = (
    Permission.SEE,
    Permission.SEE_PEOPLE,
    Permission.EDIT,
    Permission.EDIT_PEOPLE,
    Permission.EXPORT,
    Permission.SEE_SENSITIVE,
    Permission.LEAD,
)


@pytest.mark.sqlite_only
def test_the_guide_says_what_each_role_may_in_the_words_of_the_pages(app: Flask) -> None:
    """SEC-05: every permission has its row, every role its column."""
    table = re.search(r"^\| Was eine Rolle darf \|.*?\n\n", GUIDE.read_text(encoding="utf-8"), re.M | re.S)
    assert table is not None
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table[0].strip().splitlines()
    ]
    with app.test_request_context("/?lang=de"):
        assert head[1:] == [gettext(ROLE_LABELS[role]) for role in Role]
    said = [[cell == "ja" for cell in row[1:]] for row in rows]
    assert set(ROWS) == set(Permission)
    assert said == [[one in GRANTS[role] for role in Role] for one in ROWS]
