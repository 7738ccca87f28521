# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The changes that `tools.mutations` tries are changes, and programs."""

import ast

import pytest

from tools.mutations import MODULES, ROOT, change, folder_of_tests, mutants

SOURCE = """
def f(a, b):
    if not a == b and a is not None or b in (1, 2):
        print("left out")
    return a + 1 - (True if a < b else False)
"""


def kinds() -> list[str]:
    return [kind for _, kind in mutants(ast.parse(SOURCE))]


def test_every_kind_of_change_is_known() -> None:
    assert set(kinds()) == {
        "the opposite comparison",
        "`and` for `or`, or the other way round",
        "without `not`",
        "the opposite truth",
        "one more",
        "`+` for `-`, or the other way round",
        "the call left out",
    }


@pytest.mark.parametrize("number", range(len(kinds())))
def test_each_gives_another_program(number: int) -> None:
    tree = ast.parse(SOURCE)
    before = ast.unparse(tree)
    node, _ = list(mutants(tree))[number]
    change(node)
    after = ast.unparse(ast.fix_missing_locations(tree))
    assert after != before
    compile(after, "changed", "exec")


@pytest.mark.parametrize(
    "line",
    [
        "c = list(zip(a, b, strict=True))",
        "session.flush()",
        "session.expunge(a)",
        "set_committed_value(a, 'b', b)",
    ],
)
def test_what_means_the_same_is_left_alone(line: str) -> None:
    assert list(mutants(ast.parse(line))) == []


@pytest.mark.parametrize(
    "line",
    [
        "session.expire_all()",  # what was changed past the mapper is read anew
        "queue.flush()",
        "session.add(a)\nsession.flush()",  # the id of what is new
        "session.refresh(a)",
        "run(a, strict=True)",
    ],
)
def test_what_may_be_a_fault_is_not(line: str) -> None:
    tree = ast.parse(line)
    assert tree.body[-1] in [node for node, _ in mutants(tree)]


def test_the_modules_are_there_and_have_tests() -> None:
    for module in MODULES:
        assert (ROOT / module).is_file()
        assert list((ROOT / folder_of_tests(module)).glob("test_*.py")), module
