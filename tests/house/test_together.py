# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tests that share something dear run in one process, really."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import ROOT
from tests.together import TOGETHER, together

TESTS = """
import os, pathlib, pytest

@pytest.mark.parametrize("number", range(4))
def {name}(number):
    with pathlib.Path("seen").open("a") as seen:
        seen.write(f"{name} {{os.environ['PYTEST_XDIST_WORKER']}}\\n")
"""
CONFTEST = """
from tests import together
from tests.conftest import pytest_xdist_make_scheduler

together.TOGETHER = {"test_it.py::test_shared": "shared"}
"""


@pytest.mark.parametrize("beginning", TOGETHER)
def test_what_is_named_exists(beginning: str) -> None:
    path, _, name = beginning.partition("::")
    assert re.search(
        rf"^(?:class|def) {name or 'test_'}", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE
    )


def test_whoever_uses_a_shared_world_is_named() -> None:
    """Else it is noticed only where two processes happen to build the same world."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for world in {one.arg for one in node.args.args} & {"tried_world", "still_world"}:
                    nodeid = f"{path.relative_to(ROOT).as_posix()}::{node.name}"
                    assert together(nodeid) == world.replace("_", " "), nodeid


def test_all_others_are_dealt_out_one_by_one() -> None:
    alone = "tests/events/test_rules.py::test_a[1]"
    assert together(alone) == alone
    assert together("tests/abuse/test_bodies.py::test_b[1]") == together("tests/abuse/test_bodies.py::test_c")


@pytest.mark.long
def test_one_process_runs_a_group(tmp_path: Path) -> None:
    """The runner asks our scheduler: a marker of xdist's once lost its effect without a word."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    functions = "".join(TESTS.format(name=name) for name in ("test_shared", "test_single"))
    (tmp_path / "test_it.py").write_text(functions, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(ROOT)
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    seen = (tmp_path / "seen").read_text(encoding="utf-8").split("\n")
    of_group = {line.split()[1] for line in seen if line.startswith("test_shared")}
    of_all = {line.split()[1] for line in seen if line}
    assert (len(of_group), len(of_all)) == (1, 2), seen
