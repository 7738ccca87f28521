# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Rules about the tests and tools themselves, which no type checker reads.

A name that moved is noticed by the import that misses it; `module.name` inside a function is noticed when that
function runs, and the longest tests run last.
"""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").rglob("*.py")])


def modules_named(tree: ast.Module) -> dict[str, ModuleType]:
    """Local name → module, for what is imported of the application at the top of a file."""
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


def assigned(tree: ast.Module) -> set[str]:
    """Names that mean something else somewhere in the file: an argument or a variable of that name."""
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    } | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def missing(tree: ast.Module) -> Iterator[str]:
    modules = {name: module for name, module in modules_named(tree).items() if name not in assigned(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            module = modules[node.value.id]
            if not hasattr(module, node.attr):
                yield f"line {node.lineno}: {module.__name__}.{node.attr}"


@pytest.mark.sqlite_only
def test_what_a_test_names_of_a_module_is_there() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): [*missing(ast.parse(path.read_text(encoding="utf-8")))]
        for path in FILES
    }
    assert {path: names for path, names in found.items() if names} == {}


def test_the_search_finds_a_name_that_moved() -> None:
    tree = ast.parse("from app.store import cache\ndef inside():\n    cache.nowhere_to_be_found()\n")
    assert [*missing(tree)] == ["line 3: app.store.cache.nowhere_to_be_found"]
