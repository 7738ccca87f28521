# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whether the quick tests of a slice notice a fault in it: single random changes, each tried in a copy of the checkout.

    .venv/bin/python -m tools.mutations [--number 60] [--seed 1] [MODULE …]
    .venv/bin/python -m tools.mutations --all MODULE …

A change that no test of its slice notices is printed with its place: a missing test, or a change that means the same.
Modules are paths such as app/registration/admission.py; without any, those that decide most are taken in turn. The
tests are those under the folder in tests/ that mirrors the module's, SQLite only, without the long ones. `--all` tries
every change of a module, which takes as many runs of its tests.
"""

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
MODULES = (
    "app/registration/admission.py",
    "app/registration/promotion.py",
    "app/registration/service.py",
    "app/registration/quotas/waiting_list.py",
    "app/registration/quotas/rules.py",
    "app/registration/questions/answers.py",
    "app/registration/workshops/places.py",
    "app/registration/groups/service.py",
    "app/attendees/filters.py",
    "app/attendees/manual.py",
    "app/scheduling/service.py",
    "app/scheduling/carrying_out.py",
    "app/privacy/erasure.py",
    "app/outbox/settling.py",
    "app/events/rules.py",
    "app/programme/conflicts.py",
    "app/allocation/publishing.py",
)
LONGEST = 600  # seconds for the tests of one change; longer means that it hangs, and hanging is noticed
OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
# Calls whose loss nothing can show but the number of statements.
ONLY_COST = {
    "flush": "the session flushes by itself before the next statement, and with the commit; a new row has no id before",
    "expunge": "an object that nobody asks again stays in the session",
    "set_committed_value": "what is loaded already would be loaded again",
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Single random changes, and whether quick tests notice them."
    )
    parser.add_argument("modules", nargs="*", default=MODULES)
    parser.add_argument("--number", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    tried, survived, sound = 0, 0, set[str]()
    with tempfile.TemporaryDirectory() as folder:
        copy = _copy(Path(folder))
        for module, which in _wanted(options.modules, None if options.all else options.number, options.seed):
            if folder_of_tests(module) not in sound and _tried(
                copy, module, (copy / module).read_text("utf-8")
            ):
                raise RuntimeError(f"{folder_of_tests(module)} fails without any change")
            sound.add(folder_of_tests(module))
            place, text = _changed(ROOT / module, which)
            noticed = _tried(copy, module, text)
            tried, survived = tried + 1, survived + (not noticed)
            sys.stdout.write(f"{tried:3} {'noticed ' if noticed else 'SURVIVED'} {module}:{place}\n")
            sys.stdout.flush()
    how = "all of them" if options.all else f"seed {options.seed}"
    sys.stdout.write(f"{100 * (tried - survived) / max(tried, 1):.0f} % of {tried} changes noticed, {how}\n")
    return 0


def mutants(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Each node that can be changed, and how the change is called. Docstrings, messages and annotations are left alone, and
    what means the same by construction."""
    same = set(_same_when_changed(tree))
    for node in ast.walk(tree):
        if node in same:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in OPPOSITE:
            yield node, "the opposite comparison"
        elif isinstance(node, ast.BoolOp):
            yield node, "`and` for `or`, or the other way round"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, "without `not`"
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, "the opposite truth"
        elif isinstance(node, ast.Constant) and isinstance(node.value, int):
            yield node, "one more"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            yield node, "`+` for `-`, or the other way round"
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node, "the call left out"


def _same_when_changed(tree: ast.Module) -> Iterator[ast.AST]:
    every = list(ast.walk(tree))
    adds = any(isinstance(one, ast.Attribute) and one.attr in {"add", "add_all"} for one in every)
    for node in every:
        match node:
            case ast.Call(func=ast.Name(id="zip"), keywords=[ast.keyword(arg="strict", value=value)]):
                yield value  # it refuses lists of different lengths, which are of one length wherever it stands
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(ast.Name(id="session"), name) | ast.Name(id=name))
            ) if name in ONLY_COST and not (name == "flush" and adds):
                yield node


def change(node: ast.AST) -> None:
    """Do to the node what `mutants` said."""
    match node:
        case ast.Compare():
            node.ops[0] = OPPOSITE[type(node.ops[0])]()
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp():
            node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
        case ast.Constant():
            node.value = not node.value if isinstance(node.value, bool) else int(str(node.value)) + 1
        case ast.BinOp():
            node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        case ast.Expr():
            node.value = ast.Constant(value=None)


def _wanted(modules: Sequence[str], number: int | None, seed: int) -> Iterator[tuple[str, int]]:
    """Module and number of each change to be tried: so many by chance, the modules in turn, or all of each."""
    count = {module: len(_inside(ast.parse((ROOT / module).read_text("utf-8")))) for module in modules}
    if number is None:
        yield from ((module, which) for module in modules for which in range(count[module]))
        return
    chance = Random(seed)  # noqa: S311 - nothing is guessed with it
    for one in range(number):
        module = modules[one % len(modules)]
        yield module, chance.randrange(count[module])


def _inside(tree: ast.Module) -> list[tuple[ast.AST, str]]:
    """The changes inside of functions: what stands beside them is asked when the module is loaded."""
    return [
        one
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for one in mutants(ast.Module(function.body, []))
    ]


def _changed(path: Path, which: int) -> tuple[str, str]:
    """Line and kind of a change, and the module's text with it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    node, kind = _inside(tree)[which]
    place = f"{getattr(node, 'lineno', 0)}: {kind}"
    change(node)
    return place, ast.unparse(ast.fix_missing_locations(tree))


def _copy(folder: Path) -> Path:
    """The checkout with what `make` made for it, to be changed at will."""
    copy = folder / "checkout"
    left_out = shutil.ignore_patterns(".venv", "node_modules", ".git", "var", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, copy, ignore=left_out)
    for made in (".venv", "node_modules"):
        (copy / made).symlink_to(ROOT / made)
    return copy


def folder_of_tests(module: str) -> str:
    """The folder of tests that mirrors the module's."""
    return str(Path("tests", *Path(module).parts[1:-1]))


def _tried(copy: Path, module: str, text: str) -> bool:
    """Whether a test fails with this text in the module's place."""
    path = copy / module
    before = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    quick = "not postgresql and not browser and not long"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        quick,
        folder_of_tests(module),
    ]
    try:
        done = subprocess.run(command, cwd=copy, capture_output=True, timeout=LONGEST, check=False)
        if done.returncode not in {0, 1, 2}:  # passed, failed, could not be collected
            raise RuntimeError(done.stdout.decode() + done.stderr.decode())
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(before, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
