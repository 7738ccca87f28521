# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check` and `flask privacy sweep`; and a worker that does not start on weak settings."""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from app.clock import now
from app.organising.sweeping import sweep
from app.organising.weak_settings import refuse_weak
from app.settings import Settings, SettingsError
from app.web.database import db

GUARDED = ("worker", "serve")

privacy = AppGroup("privacy", help="What the law wants forgotten.")


@click.command("check")
@with_appcontext
def check() -> None:
    """Look for weak settings and for data that contradict each other; end with 1 if there are any."""
    from app.organising.checks import every_finding  # a megabyte that no web worker needs

    found = every_finding(db.session(), _settings(), now())
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} finding{'' if len(found) == 1 else 's'}")
    if found:
        raise SystemExit(1)


@privacy.command("sweep")
def sweep_() -> None:
    """Delete and anonymise what the retention periods say."""
    for line in sweep(_settings().data_dir, now()).lines():
        click.echo(line)


def install(app: Flask) -> None:
    app.cli.add_command(check)
    app.cli.add_command(privacy)
    for name in GUARDED:
        if name in app.cli.commands:
            app.cli.add_command(guarded(app.cli.commands[name], app.extensions["fachtag.settings"]))


def guarded(command: click.Command, settings: Settings) -> click.Command:
    """The same command, which first refuses weak settings. A copy, because commands are shared between applications."""
    result = copy(command)
    if command.callback is not None:
        result.callback = _refusing(command.callback, settings)
    return result


def _refusing(inner: Callable[..., Any], settings: Settings) -> Callable[..., Any]:
    @wraps(inner)
    def outer(*args: Any, **kwargs: Any) -> Any:
        try:
            refuse_weak(settings)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        return inner(*args, **kwargs)

    return outer


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fachtag.settings"]
    return settings
