# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask allocation verify` and `solve`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.allocation.rules import AllocationState
from tests.allocation.day import a_wish_day, allocation_run, asks, set_run, solved

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def protocol(app: Flask) -> dict[str, Any]:
    made = a_wish_day(app, 6)
    set_run(app, made, "1.1", capacity=2)
    found = allocation_run(app, solved(app, made)).protocol
    assert found is not None
    return found


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["allocation", *arguments])
    return result.exit_code, result.output


def stored(tmp_path: Path, content: object) -> str:
    path = tmp_path / "protocol.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def test_a_protocol_holds(app: Flask, protocol: dict[str, Any], tmp_path: Path) -> None:
    for more in ([], ["--again"]):
        code, output = run(app, "verify", stored(tmp_path, protocol), *more)
        assert code == 0, output
        assert output.splitlines() == [
            f"input  {protocol['instance_fingerprint']}",
            f"result {protocol['result_fingerprint']}",
            "0 findings",
        ]


def move_somebody(protocol: dict[str, Any]) -> None:
    protocol["places"][0][1] = protocol["places"][2][1]


def boast(protocol: dict[str, Any]) -> None:
    protocol["stages"][0]["value"] -= 1


def other_seed(protocol: dict[str, Any]) -> None:
    protocol["seed"] += 1


def more_seats(protocol: dict[str, Any]) -> None:
    protocol["instance"]["runs"][0]["capacity"] += 10


@pytest.mark.parametrize("change", [move_somebody, boast, other_seed, more_seats])
def test_a_protocol_that_was_changed_does_not(
    app: Flask, protocol: dict[str, Any], tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    change(protocol)
    code, output = run(app, "verify", stored(tmp_path, protocol))
    assert code == 1
    assert not output.endswith("\n0 findings\n")
    assert output.splitlines()[-1].split()[1].startswith("finding")


@pytest.mark.parametrize(
    "content", ["", "no JSON", "[]", "[" * 100_000, "{}", '{"kind": "fachtag-allocation"}']
)
def test_what_is_no_protocol(app: Flask, tmp_path: Path, content: str) -> None:
    code, output = run(app, "verify", stored(tmp_path, content))
    assert code == 1
    assert "Traceback" not in output


def test_solve_by_hand(app: Flask) -> None:
    number = asks(app, a_wish_day(app, 2))
    assert run(app, "solve", str(number)) == (0, f"allocation {number}: done\n")
    assert allocation_run(app, number).state is AllocationState.DONE
    code, output = run(app, "solve", str(number))
    assert code == 1
    assert "nothing to do" in output
