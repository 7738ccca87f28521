# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The versions of the tables. Alembic is loaded by who migrates; in every web worker it would hold 11 MB for nothing."""

import logging
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo

from app.store.schema import DIRECTORY
from app.web.database import db


class Migrating(click.Command):
    """`flask db …`: hands over to Flask-Migrate's commands as soon as somebody calls it."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        assert parent is not None  # noqa: S101 - it is a command of `flask`
        prepare(parent.ensure_object(ScriptInfo).load_app())
        from flask_migrate.cli import db as commands

        context: click.Context = commands.make_context(info_name, args, parent, **extra)
        return context


def install(app: Flask) -> None:
    app.cli.add_command(Migrating("db", help="Bring the tables up to date, and back."))


def upgrade() -> None:
    """Run the migrations that are missing."""
    prepare(current_app)
    from flask_migrate import upgrade as run

    run()


def prepare(app: Flask) -> None:
    """Let Flask-Migrate know this application."""
    if "migrate" in app.extensions:
        return
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # they introduce themselves
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(DIRECTORY), render_as_batch=True, compare_type=True)
