# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the operators' guide says of settings, commands and services is what application, units and image do."""

import re
import shlex
from pathlib import Path

import click
import pytest
from flask import Flask

from tests.house.test_imports import ROOT

pytestmark = pytest.mark.sqlite_only

GUIDE = (ROOT / "docs" / "betrieb.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "deploy" / "fachtag.env.example").read_text(encoding="utf-8")
IMAGE = (ROOT / "Containerfile").read_text(encoding="utf-8")
UNITS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "deploy" / "systemd").iterdir()}
# Said by one process to a child of its own, never by an operator.
BETWEEN_PROCESSES = {"FACHTAG_LEASE"}
NAME = re.compile(r"\b(?:FACHTAG_[A-Z_]+[A-Z]|HOST|PORT)\b")
LAUNCHER = re.compile(r"-m flask --app wsgi (.+)")


def asked_for() -> set[str]:
    """Every variable that the application or a script of `deploy/` reads."""
    sources = [*(ROOT / "app").rglob("*.py"), *(ROOT / "deploy").glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    named = re.findall(r'(?:envvar=|env\.get\(|environ\.get\()"([A-Z_]+)"', text)
    settings = re.findall(r'\bvalue\("([A-Z_]+)"', text)
    ours = {one for one in named if NAME.fullmatch(one)} | {f"FACHTAG_{one}" for one in settings}
    return ours - BETWEEN_PROCESSES


def test_the_guide_explains_every_setting_and_no_other() -> None:
    rows = re.findall(
        r"^\| (`[A-Z_`, ]+`) \|", GUIDE.split("## 2.")[1].split("### PostgreSQL")[0], re.MULTILINE
    )
    explained = {one for row in rows for one in NAME.findall(row)}
    assert explained == asked_for()


def test_the_example_file_offers_every_setting_and_no_other() -> None:
    offered = {
        line.lstrip("#").partition("=")[0] for line in EXAMPLE.splitlines() if re.match(r"#?[A-Z_]+=", line)
    }
    assert offered == asked_for()


@pytest.mark.parametrize("name", ["guide", "image", *UNITS])
def test_nobody_names_a_setting_that_does_not_exist(name: str) -> None:
    text = {"guide": GUIDE, "image": IMAGE, **UNITS}[name]
    named = {one for one in NAME.findall(text) if one.startswith("FACHTAG_")}
    assert named <= asked_for()


def told() -> list[tuple[str, list[str]]]:
    """Where a command is told, and its words behind `flask --app wsgi`."""
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    found = [("guide", line.removeprefix("fachtag ")) for line in lines if line.startswith("fachtag ")]
    found += [("guide", one) for one in re.findall(r"`fachtag ([^`]+)`", GUIDE)]
    for line in lines:
        if line.startswith("podman run"):
            found.append(("guide, container", re.split(r" fachtag(?: |$)", line)[-1] or "serve"))
    for name, text in UNITS.items():
        found += [(name, one) for one in LAUNCHER.findall(text)]
    found += [
        ("image", " ".join(re.findall(r'"([^"]+)"', one)))
        for one in re.findall(r"^CMD (.+)$", IMAGE, re.MULTILINE)
    ]
    return [(where, shlex.split(words)) for where, words in found]


def wrong_in(app: Flask, words: list[str]) -> str:
    """Why the command line would not take these words; "" if it would."""
    command: click.Command = app.cli
    context = click.Context(command)
    while isinstance(command, click.Group):
        known = command.get_command(context, words[0]) if words else None
        if known is None:
            return f"no command {' '.join(words)!r}"
        command, words = known, words[1:]
        context = click.Context(command, parent=context)
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return ", ".join(
        f"no option {one}" for one in words if one.startswith("--") and one.split("=")[0] not in options
    )


def test_every_command_that_is_told_exists(app: Flask) -> None:
    commands = told()
    assert {where for where, _ in commands} >= {"guide", "guide, container", "image", "fachtag-web.service"}
    assert len(commands) > 15
    assert {f"{where}: {wrong}" for where, words in commands if (wrong := wrong_in(app, words))} == set()


@pytest.mark.parametrize(
    ("words", "wrong"),
    [("serv", "no command"), ("outbox shwo", "no command"), ("outbox show --stat x", "no option --stat")],
)
def test_what_does_not_exist_is_found(app: Flask, words: str, wrong: str) -> None:
    assert wrong_in(app, words.split()).startswith(wrong)


def test_every_unit_that_is_told_is_there_and_keeps_its_data_where_the_guide_says() -> None:
    named = set(re.findall(r"\bfachtag-(?:web|worker|sweep|backup)(?:\.timer)?\b", GUIDE))
    there = {name.removesuffix(".service") for name in UNITS}
    assert named <= there
    folder = re.search(r"^FACHTAG_DATA_DIR=(.+)$", EXAMPLE, re.MULTILINE)
    assert folder is not None
    assert folder[1] == "/var/lib/fachtag"
    for name, text in UNITS.items():
        if name.endswith(".service"):
            assert "StateDirectory=fachtag\n" in text, name
            assert "EnvironmentFile=/etc/fachtag/fachtag.env\n" in text, name


def test_guide_and_units_name_files_that_exist() -> None:
    for where, text in {"guide": GUIDE, **UNITS}.items():
        for path in re.findall(r"(?:/opt/fachtag/|\b)(deploy/[\w./-]*\w)", text):
            assert (ROOT / Path(path)).exists(), f"{where}: {path}"
