# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Rules about the tests and tools themselves, which no type checker reads.

A name that moved is noticed by the import that misses it; `module.name` inside a function is noticed when that
function runs, and the longest tests run last.
"""

import ast
import importlib
from itertools import pairwise
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").rglob("*.py")])


def modules_named(tree: ast.Module) -> dict[str, ModuleType]:
    """Local name → module, for what is imported of ours at the top of a file."""
    found: dict[str, ModuleType] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {
            "app",
            "tests",
            "tools",
        }:
            for alias in node.names:
                value = getattr(importlib.import_module(node.module or ""), alias.name, None)
                if isinstance(value, ModuleType):
                    found[alias.asname or alias.name] = value
    return found


def missing(tree: ast.Module) -> list[str]:
    """A name that is an argument or a variable anywhere in the file means something else, and is not looked at."""
    modules = modules_named(tree)
    if not modules:
        return []
    asked: list[tuple[str, ast.Attribute]] = []
    taken: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            asked.append((node.value.id, node))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            taken.add(node.id)
        elif isinstance(node, ast.arg):
            taken.add(node.arg)
    return [
        f"line {node.lineno}: {modules[name].__name__}.{node.attr}"
        for name, node in asked
        if name in modules and name not in taken and not hasattr(modules[name], node.attr)
    ]


def test_what_a_test_names_of_a_module_is_there() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): missing(ast.parse(path.read_text(encoding="utf-8")))
        for path in FILES
    }
    assert {path: names for path, names in found.items() if names} == {}


def test_the_search_finds_a_name_that_moved() -> None:
    tree = ast.parse("from app.store import cache\ndef inside():\n    cache.nowhere_to_be_found()\n")
    assert missing(tree) == ["line 3: app.store.cache.nowhere_to_be_found"]


def leaving_too_early(tree: ast.Module) -> list[str]:
    """A press that may send a form, and the next statement already goes elsewhere: what was sent is given up with the page.

    Playwright's click does not wait for the answer. In between stands an `expect`, or the press stands in a `with` that waits.
    """

    def call(statement: ast.stmt) -> str:
        return (
            statement.value.func.attr
            if isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and isinstance(statement.value.func, ast.Attribute)
            else ""
        )

    blocks = [getattr(node, "body", None) for node in ast.walk(tree)]
    return [
        f"line {one.lineno}"
        for block in blocks
        if isinstance(block, list)
        for one, following in pairwise(block)
        if call(one) in {"click", "press"} and call(following) in {"goto", "reload", "go_back", "go_forward"}
    ]


def test_a_journey_waits_for_the_answer_before_it_goes_on() -> None:
    hasty = "page.click('button')\npage.goto('/')\n"
    assert leaving_too_early(ast.parse(hasty)) == ["line 1"]
    found = {
        path.name: leaving_too_early(ast.parse(path.read_text(encoding="utf-8")))
        for path in (ROOT / "tests" / "journeys").glob("*.py")
    }
    assert {name: lines for name, lines in found.items() if lines} == {}
