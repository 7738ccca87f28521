# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Templates that were compiled beforehand, so that a web worker neither takes the time nor keeps the memory for it.

`make setup` compiles them into a folder of the installation, which the running application only reads: nothing that
comes in at run time is ever taken for a program. What is missing there, or older than its template, is compiled as usual.
"""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from jinja2.bccache import Bucket

from app.settings import ROOT

FOLDER = ROOT / ".templates"
PATTERN = "%s.bin"


class CompiledBefore(BytecodeCache):
    """Reads only. Jinja itself looks whether an entry belongs to the template as it is now and to this Python."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            with (FOLDER / (PATTERN % bucket.key)).open("rb") as file:
                bucket.load_bytecode(file)
        except OSError:
            return

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Written by the command alone."""


@click.command("compile-templates")
@with_appcontext
def compile_templates() -> None:
    """Compile all templates, so that web workers need not (done by `make`)."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob(PATTERN % "*"):
        old.unlink()
    environment = current_app.jinja_env
    environment.bytecode_cache = FileSystemBytecodeCache(str(FOLDER), PATTERN)
    names = environment.list_templates()
    for name in names:
        environment.get_template(name)
    click.echo(f"{len(names)} templates")


def install(app: Flask) -> None:
    app.jinja_env.bytecode_cache = CompiledBefore()
    app.cli.add_command(compile_templates)
