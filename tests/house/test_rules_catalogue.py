# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Each rule that somebody names is explained in docs/regeln.md, and each that is explained there is proven by a test.

The catalogue itself and this file do not count as a place where a rule is named.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "docs" / "regeln.md"
SEARCHED = ("app", "templates", "static/css", "static/js", "tests", "migrations", "tools", "docs", "deploy")
FORMATS = {
    ".py",
    ".html",
    ".txt",
    ".css",
    ".js",
    ".cjs",
    ".md",
    ".mako",
    ".conf",
    ".po",
    ".typ",
    ".service",
    ".timer",
}
FAMILIES = ("A11Y", "DP", "WEB", "MAIL", "SEC", "T", "F", "D")
# In front of it no letter, slash or percent sign: "/F12" is a font in a PDF, "%D3" half an address.
ID = re.compile(r"(?<![\w/%#.-])(?:(?:A11Y|DP|WEB|MAIL|SEC)-\d+|[TF]\d{2,3}|D\d{1,2})(?!\w)")
ROW = re.compile(
    r"^\| (?P<id>[A-Z0-9]+-?\d+) \| (?P<what>.+?) \| (?P<source>.+?) \| (?P<open>.*?) ?\|$", re.MULTILINE
)
RANGE = re.compile(rf"{ID.pattern}(?: ?[–-] ?| to | bis )(?:{ID.pattern}|\d)")
IS_TEST = re.compile(r"tests/(?:.*/)?test_\w+\.py$")
PAPER = re.compile(r"[\w./-]*\w\.md\b|\bdesign §")


@dataclass(frozen=True)
class Rule:
    what: str
    source: str
    opened_by: str


@cache
def catalogue() -> dict[str, Rule]:
    text = CATALOGUE.read_text(encoding="utf-8")
    return {row["id"]: Rule(row["what"], row["source"], row["open"]) for row in ROW.finditer(text)}


@cache
def texts() -> dict[str, str]:
    """What is searched, by path."""
    found = (path for folder in SEARCHED for path in (ROOT / folder).rglob("*"))
    own = {CATALOGUE, Path(__file__).resolve()}
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in found
        if path.suffix in FORMATS and path not in own and path.is_file()
    }


@cache
def named() -> dict[str, set[str]]:
    """The ids, and the files that name them."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, text in texts().items():
        for id_ in ID.findall(text):
            found[id_].add(path)
    return found


def proven() -> set[str]:
    """By a test; a help of the tests that names a rule proves nothing."""
    return {id_ for id_, paths in named().items() if any(IS_TEST.match(path) for path in paths)}


def test_every_rule_that_is_named_is_in_the_catalogue() -> None:
    assert len(named()) > 100
    unknown = {id_: sorted(paths) for id_, paths in named().items() if id_ not in catalogue()}
    assert unknown == {}


def test_every_rule_of_the_catalogue_is_named_by_a_test_or_open() -> None:
    opened = {id_ for id_, rule in catalogue().items() if rule.opened_by}
    assert catalogue().keys() - proven() - opened == set(), "no test names them"
    assert opened & proven() == set(), "they are called open, and have a test"
    assert all(catalogue()[id_].opened_by.startswith("kommt mit ") for id_ in opened)


def test_a_rule_stands_once_in_its_family_and_in_order() -> None:
    text = CATALOGUE.read_text(encoding="utf-8")
    ids = [row["id"] for row in ROW.finditer(text)]
    assert len(ids) == len(set(ids))
    assert re.findall(r"^## (\w+):", text, re.MULTILINE) == list(FAMILIES)
    for section in text.split("\n## ")[1:]:
        family = section.partition(":")[0]
        mine = [row["id"] for row in ROW.finditer(section)]
        assert mine, family
        assert {re.match(r"[A-Z]+\d\dY|[A-Z]+", one)[0] for one in mine} == {family}  # type: ignore[index]
        assert mine == sorted(mine, key=lambda one: int(re.search(r"\d+$", one)[0]))  # type: ignore[index]


def test_a_row_is_a_sentence_with_a_source() -> None:
    """And every row of a table was read: none is lost for a sign too many."""
    lines = [line for line in CATALOGUE.read_text(encoding="utf-8").splitlines() if ID.match(line[2:])]
    assert len(lines) == len(catalogue())
    for id_, rule in catalogue().items():
        assert rule.what.endswith("."), id_
        assert rule.source.strip(), id_


def test_no_rule_hides_in_a_range() -> None:
    """ "F03 to F07" names two of five, and nobody finds the others."""
    found = {path: [one[0] for one in RANGE.finditer(text)] for path, text in texts().items()}
    assert {path: ranges for path, ranges in found.items() if ranges} == {}


def test_nothing_points_to_a_paper_that_is_not_here() -> None:
    """Whoever reads the repository has nothing else. A name of a document is that of a file in it."""
    here = {path.name for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]}
    found = {
        path: [one for one in PAPER.findall(text) if Path(one).name not in here]
        for path, text in texts().items()
    }
    assert {path: papers for path, papers in found.items() if papers} == {}


@pytest.mark.parametrize("line", ["(T09)", "T31, F30", "DP-04.", "A11Y-08, 3.3.7", "D2:", '"""F07"""'])
def test_an_id_is_found(line: str) -> None:
    assert ID.search(line)


@pytest.mark.parametrize(
    "line", ["/F12 Tf", "2031-03-13T09:30", "%D3%BC", "UTF8", "T1", "BSI-TR-02102", "x.T10"]
)
def test_what_only_looks_like_one_is_not(line: str) -> None:
    assert ID.search(line) is None
