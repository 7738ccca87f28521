# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whatever is written into the audit log has words on its page, and the page has no words for what nobody writes."""

import ast
from collections.abc import Iterator
from functools import cache
from itertools import product

import pytest

from app.events.facts import DayFacts
from app.organising.log_words import (
    ACTIONS,
    AREAS,
    BEGINNINGS,
    BY_NO_ACCOUNT,
    DETAILS,
    FIELDS,
    REMOVALS,
    THINGS,
    WORDS,
)
from app.registration import person
from app.registration.models import Registration
from app.results.rules import MaterialKind
from tests.house.test_imports import MODULES, name_of, parsed

pytestmark = pytest.mark.sqlite_only

ACTION, SUBJECT, DETAIL = 4, 5, 6  # where `record` takes them
# Parts of an action that are values of an enum.
ENUMS = {"app/results/material_service.py": [one.value for one in MaterialKind]}

Function = ast.FunctionDef


class Source:
    """One module that writes into the log."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name, self.tree = name, tree
        self.functions = {one.name: one for one in ast.walk(tree) if isinstance(one, Function)}

    def calls(self, name: str) -> Iterator[tuple[Function, ast.Call]]:
        for function in self.functions.values():
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                    yield function, node

    def texts(self, node: ast.expr, inside: Function) -> list[str]:
        """Every text that an expression may be; fails where it cannot tell."""
        if isinstance(node, ast.Constant):
            return [str(node.value)]
        if isinstance(node, ast.IfExp):
            return self.texts(node.body, inside) + self.texts(node.orelse, inside)
        if isinstance(node, ast.JoinedStr):
            parts = [
                self.texts(part.value if isinstance(part, ast.FormattedValue) else part, inside)
                for part in node.values
            ]
            return ["".join(one) for one in product(*parts)]
        if isinstance(node, ast.Name):
            return [
                text for value, where in self.values(node.id, inside) for text in self.texts(value, where)
            ]
        if isinstance(node, ast.Attribute) and node.attr == "value":
            return ENUMS[self.name]
        raise AssertionError(f"{self.name}:{node.lineno}: say this action in a way that a test can read")

    def values(self, name: str, inside: Function) -> Iterator[tuple[ast.expr, Function]]:
        """What a name may stand for: what is assigned to it, or what the callers hand in."""
        taken = [one.arg for one in (*inside.args.args, *inside.args.kwonlyargs)]
        if name in taken:
            for caller, call in self.calls(inside.name):
                handed = dict(zip(taken, call.args, strict=False))
                handed |= {one.arg: one.value for one in call.keywords if one.arg}
                if name in handed:
                    yield handed[name], caller
            return
        for node in (*ast.walk(inside), *self.tree.body):
            if isinstance(node, ast.Assign) and name in {
                one.id for one in node.targets if isinstance(one, ast.Name)
            }:
                yield node.value, inside

    def keys(self, node: ast.expr, inside: Function) -> set[str]:
        """The names in a dictionary of details."""
        if isinstance(node, ast.Dict):
            own = {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
            spread = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
            return own.union(*(self.keys(one, inside) for one in spread))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "dict":
                return self.keys(node.args[0], inside)
            returned = (one for one in ast.walk(self.functions[node.func.id]) if isinstance(one, ast.Return))
            return set().union(*(self.keys(one.value, inside) for one in returned if one.value))
        if isinstance(node, ast.Name) and inside.args.kwarg and node.id == inside.args.kwarg.arg:
            named = {one.arg for one in (*inside.args.args, *inside.args.kwonlyargs)}
            return {
                one.arg
                for _, call in self.calls(inside.name)
                for one in call.keywords
                if one.arg and one.arg not in named
            }
        if isinstance(node, ast.Name):
            return set().union(*(self.keys(value, where) for value, where in self.values(node.id, inside)))
        raise AssertionError(f"{self.name}:{node.lineno}: say these details in a way that a test can read")


@cache
def writers() -> list[Source]:
    found = [Source(name_of(path), parsed(path)) for path in MODULES]
    return [one for one in found if one.name != "app/people/audit.py" and any(one.calls("record"))]


def handed_over(index: int, name: str) -> Iterator[tuple[Source, Function, ast.expr]]:
    for source in writers():
        for function, call in source.calls("record"):
            named = [one.value for one in call.keywords if one.arg == name]
            for node in named or call.args[index : index + 1]:
                yield source, function, node


def written() -> set[str]:
    return {
        text for source, inside, node in handed_over(ACTION, "action") for text in source.texts(node, inside)
    }


def test_the_log_is_written_where_we_look() -> None:
    """Nobody writes a line past `record`."""
    made = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AuditEntry"
    }
    assert made == {"app/people/audit.py"}
    assert len(writers()) > 20


def test_verbs_write_their_own_line() -> None:
    """Whoever calls the verb, a page, a command or the demo, cannot leave the line out."""
    assert (
        {one.name for one in writers() if one.name.endswith("views.py")}
        == {
            "app/attendees/organiser_views.py",  # a list is taken out: there is no verb, the page itself is the action
            "app/registration/questions/organiser_views.py",  # the same of the answers
            "app/organising/views.py",  # the outbox stands below the log on the ladder
        }
    )


def test_every_action_has_a_label_and_every_label_an_action() -> None:
    assert written() - set(ACTIONS) == set(), "say it in words: app.organising.log_words.ACTIONS"
    assert set(ACTIONS) - written() == set(), "nobody writes these"
    assert len(set(ACTIONS.values())) == len(ACTIONS), "two actions in the same words"


def test_every_action_can_be_filtered_for() -> None:
    assert {one.partition(".")[0] for one in ACTIONS} == set(AREAS)
    assert set(ACTIONS) >= REMOVALS | BEGINNINGS | set(BY_NO_ACCOUNT)


def test_every_subject_has_a_name() -> None:
    kinds = {
        str(node.values[0].value).partition(" ")[0]  # type: ignore[attr-defined]
        for source, inside, expression in handed_over(SUBJECT, "subject")
        for node in _subjects(source, inside, expression)
    }
    assert kinds == set(THINGS)


def _subjects(source: Source, inside: Function, node: ast.expr) -> Iterator[ast.JoinedStr]:
    if isinstance(node, ast.JoinedStr):
        yield node
    elif isinstance(node, ast.Name):
        for value, where in source.values(node.id, inside):
            yield from _subjects(source, where, value)


def test_every_detail_has_a_label_and_every_label_a_detail() -> None:
    known = {
        key for source, inside, node in handed_over(DETAIL, "detail") for key in source.keys(node, inside)
    }
    # What a merge moved comes from a column of its own.
    known |= {"people", "quotas", "groups", "aliases", "extra"}
    assert known == set(DETAILS)
    assert set(WORDS) <= set(DETAILS)


def test_every_field_that_can_be_changed_has_a_label() -> None:
    of_people = {one.attribute for one in person.FIELDS}
    assert set(FIELDS) == {*DayFacts.__slots__, *of_people}
    assert of_people <= set(Registration.__mapper__.columns.keys())
