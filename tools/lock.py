# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Lock files: every version and every hash that `make` installs, and no address.

    python -m tools.lock            writes requirements/*.txt and package-lock.json anew (needs uv and npm)
    python -m tools.lock --upgrade  the same, taking newer versions where pyproject.toml allows them
    python -m tools.lock --check    compares the locks with pyproject.toml and package.json, without network

The locks are universal: one file serves every Python from 3.11 on and every platform.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FLAGS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
    "--quiet",
)
# What each lock file is made of; the development lock is a superset of the two others.
SOURCES: dict[str, list[str]] = {
    "requirements/dev.txt": ["pyproject.toml", "--group=dev"],
    "requirements/runtime.txt": ["pyproject.toml", "--constraints=requirements/dev.txt"],
    "requirements/assets.txt": ["--group=assets", "--constraints=requirements/dev.txt"],
}
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)")


def write(upgrade: bool) -> None:
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("lock: uv was not found; it writes the locks (installing from them needs only pip)")
    for target, source in SOURCES.items():
        newer = ["--upgrade"] if upgrade else []
        command = [uv, "pip", "compile", *source, *FLAGS, *newer, f"--output-file={target}"]
        subprocess.run(command, cwd=ROOT, check=True)
    subprocess.run([sys.executable, "-m", "tools.assets", "--lock"], cwd=ROOT, check=True)


def findings() -> list[str]:
    """What is wrong with the lock files, one sentence each; empty if nothing is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = wanted(project["project"]["dependencies"], project)
    assets = wanted(project["dependency-groups"]["assets"], project)
    dev = wanted(project["dependency-groups"]["dev"], project) + runtime
    return [
        *python_findings("requirements/runtime.txt", runtime),
        *python_findings("requirements/assets.txt", assets),
        *python_findings("requirements/dev.txt", dev),
        *disagreements(),
        *npm_findings(),
    ]


def wanted(entries: list[Any], project: dict[str, Any]) -> list[Requirement]:
    """The requirements of a list in pyproject.toml, included groups and all."""
    found: list[Requirement] = []
    for entry in entries:
        if isinstance(entry, dict):
            found += wanted(project["dependency-groups"][entry["include-group"]], project)
        else:
            found.append(Requirement(entry))
    return found


def pins(name: str) -> dict[str, set[str]]:
    """Package to its locked versions: more than one where a marker tells them apart."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := PIN.match(line):
            found.setdefault(canonicalize_name(match[1]), set()).add(match[2])
    return found


def python_findings(name: str, requirements: list[Requirement]) -> list[str]:
    locked = pins(name)
    found = []
    for requirement in requirements:
        versions = locked.get(canonicalize_name(requirement.name))
        if versions is None:
            found.append(f"{name} lacks {requirement.name}, which pyproject.toml names")
        elif not all(requirement.specifier.contains(version) for version in versions):
            found.append(f"{name} holds {requirement.name} {', '.join(versions)}; {requirement} is asked for")
    return found


def disagreements() -> list[str]:
    """A test run proves something about the app only if both use the same versions."""
    dev = pins("requirements/dev.txt")
    return [
        f"{name} holds {package} {', '.join(sorted(versions))}, requirements/dev.txt does not"
        for name in ("requirements/runtime.txt", "requirements/assets.txt")
        for package, versions in pins(name).items()
        if not versions <= dev.get(package, set())
    ]


def npm_findings() -> list[str]:
    manifest = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    root = lock["packages"][""]
    return [
        f"package-lock.json was not written from the {part} of package.json"
        for part in ("dependencies", "devDependencies")
        if manifest.get(part, {}) != root.get(part, {})
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes or checks the lock files.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 on a finding")
    parser.add_argument("--upgrade", action="store_true", help="take newer versions")
    options = parser.parse_args()
    if not options.check:
        write(options.upgrade)
    found = findings()
    for finding in found:
        print(f"lock: {finding}")
    if found:
        print("lock: `make lock` writes the lock files anew")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
