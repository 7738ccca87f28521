# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Each kind of mail that is enqueued anywhere has a builder, a text and an HTML template; and none is left over."""

import ast
import importlib
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, cast

import pytest
from flask import Flask

from app.organising.rules import MAIL_LABELS
from app.outbox.building import BUILDERS
from app.outbox.rules import family_of
from tests.house.test_imports import APP, MODULES, dotted, parsed

pytestmark = pytest.mark.sqlite_only

# Mails that belong to no event stand in no organiser's list.
OF_NO_EVENT = {"people.password", "setup.test"}
EMAILS = APP.parent / "templates" / "emails"


def module_of(path: Path) -> ModuleType:
    return importlib.import_module(".".join(path.relative_to(APP.parent).with_suffix("").parts))


def meant(node: ast.expr, module: ModuleType) -> set[str]:
    """Every value the expression can have: a constant, a name, one of two, an entry of a table."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return meant(node.body, module) | meant(node.orelse, module)
    if isinstance(node, ast.Subscript):
        return {str(one) for one in _named(node.value, module).values()}
    value = _named(node, module)
    return {str(value.value if isinstance(value, Enum) else value)}


def _named(node: ast.expr, module: ModuleType) -> Any:
    found: Any = module
    for part in dotted(node).split("."):
        found = getattr(found, part)
    return found


def kind_argument(call: ast.Call, position: int | None) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == "kind":
            return keyword.value
    return call.args[position] if position is not None and len(call.args) > position else None


def wrappers(tree: ast.Module) -> dict[str, int]:
    """Functions that hand their own parameter `kind` on to `enqueue`, with its position."""
    found = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            names = [argument.arg for argument in function.args.args]
            if "kind" in names and any(
                isinstance(one, ast.Call) and is_enqueue(one) for one in ast.walk(function)
            ):
                found[function.name] = names.index("kind")
    return found


def is_enqueue(call: ast.Call) -> bool:
    return dotted(call.func).split(".")[-1] in {"enqueue", "enqueue_all"}


def enqueued() -> Iterator[str]:
    for path in MODULES:
        if path.parent.name == "outbox":
            continue
        tree = parsed(path)
        own = wrappers(tree)
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            argument = None
            if is_enqueue(call):
                argument = kind_argument(call, None)
                assert argument is not None, f"{path}: enqueue without a kind"
                if isinstance(argument, ast.Name) and argument.id == "kind":
                    continue  # a wrapper; its callers say which
            elif dotted(call.func) in own:
                argument = kind_argument(call, own[dotted(call.func)])
            if argument is not None:
                yield from meant(argument, module_of(path))


def template_of(builder: Callable[..., object]) -> str:
    """A row of the table in app/registration/mails.py names its template; `build_mailing` in app/attendees/mails.py
    writes emails/attendees/mailing."""
    maker = builder if isinstance(builder, FunctionType) else type(builder)
    slice_, file = maker.__module__.split(".")[1:]
    assert file == "mails", f"{maker.__qualname__} stands in {maker.__module__}"
    if isinstance(builder, FunctionType):
        return f"{slice_}/{builder.__name__.removeprefix('build_')}"
    return f"{slice_}/{cast(Any, builder).template}"


def test_what_is_enqueued_has_a_builder_and_the_other_way_round(app: Flask) -> None:
    del app  # wiring the application registers the builders
    kinds = set(enqueued())
    assert len(kinds) >= 10
    assert kinds == set(BUILDERS)


def test_a_row_is_registered_under_its_own_kind_and_no_two_share_a_template(app: Flask) -> None:
    del app
    rows = {kind: builder for kind, builder in BUILDERS.items() if not isinstance(builder, FunctionType)}
    assert len(rows) >= 10
    assert {kind: cast(Any, row).kind for kind, row in rows.items()} == {kind: kind for kind in rows}
    assert len({template_of(builder) for builder in BUILDERS.values()}) == len(BUILDERS)


def test_every_builder_has_a_text_and_an_html_template_and_none_is_left_over(app: Flask) -> None:
    del app
    written = {template_of(builder) for builder in BUILDERS.values()}
    for suffix in (".txt", ".html"):
        there = {
            path.relative_to(EMAILS).with_suffix("").as_posix()
            for path in EMAILS.rglob(f"*{suffix}")
            if not path.name.startswith("_")
        }
        assert there == written


def test_every_kind_has_a_name_for_organisers(app: Flask) -> None:
    del app
    assert set(MAIL_LABELS) == set(BUILDERS) - OF_NO_EVENT


def test_kinds_are_named_after_their_family(app: Flask) -> None:
    """What stands before the dot decides which mail settles which."""
    del app
    assert {family_of(kind) for kind in BUILDERS} == {
        "registration",
        "accompanying",
        "places",
        "link",
        "group",
        "circular",
        "people",
        "setup",
        "swap",
        "swap_end",
    }
    assert all(len(kind) <= 60 and kind.count(".") == 1 for kind in BUILDERS)


def test_the_search_for_kinds_finds_what_is_there() -> None:
    tree = ast.parse(
        "def _tell(session, kind, row): enqueue(session, kind=kind)\n"
        "_tell(s, 'a.b' if x else 'a.c', row)\n"
        "enqueue(s, kind='a.d')\n"
    )
    assert wrappers(tree) == {"_tell": 1}
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and dotted(one.func) == "_tell"]
    argument = kind_argument(calls[0], 1)
    assert argument is not None
    assert meant(argument, importlib.import_module("app")) == {"a.b", "a.c"}
