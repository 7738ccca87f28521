# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Each page and each job from which a mail can leave, and what asks before it: found by what intends mails, so that a new
one cannot be forgotten."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.house.test_imports import MODULES, name_of, parsed

pytestmark = pytest.mark.sqlite_only

Name = tuple[str, str]  # module, function or class

INTENDING = {("app.outbox.service", "enqueue"), ("app.outbox.service", "enqueue_all")}
ASKING = ("app.web.asking", "asked")


@cache
def _known() -> dict[Name, set[Name]]:
    """Every function and class of the application → what it names of the application."""
    found: dict[Name, set[Name]] = {}
    trees = {name_of(path).removesuffix(".py").replace("/", "."): parsed(path) for path in MODULES}
    trees = {name.removesuffix(".__init__"): tree for name, tree in trees.items()}
    for module, tree in trees.items():
        names = dict(_imported(tree))
        own = {one.name for one in tree.body if isinstance(one, (ast.FunctionDef, ast.ClassDef))}
        names |= {one: (module, one) for one in own}
        for one in tree.body:
            if isinstance(one, (ast.FunctionDef, ast.ClassDef)):
                found[module, one.name] = set(_named(one, names, set(trees)))
    return found


def _imported(tree: ast.Module) -> Iterator[tuple[str, Name]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app"):
            for alias in node.names:
                yield alias.asname or alias.name, (node.module or "", alias.name)


def _named(node: ast.AST, names: dict[str, Name], modules: set[str]) -> Iterator[Name]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id in names:
            yield names[one.id]
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in names:
            package, name = names[one.value.id]
            if f"{package}.{name}" in modules:
                yield f"{package}.{name}", one.attr


def _reached(start: Name) -> set[Name]:
    known, seen, left = _known(), set[Name](), [start]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left += known.get(one, ())
    return seen
