# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask check`, `flask privacy sweep`, `flask restored`; and commands that do not start on weak settings or on a database
that fell back."""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from app.clock import now
from app.organising.jobs import demo_mailbox
from app.organising.lives import OlderLife, live_on
from app.organising.restoring import Restored, begin_new_life
from app.organising.sweeping import sweep
from app.organising.weak_settings import refuse_weak
from app.settings import Settings, SettingsError
from app.store.schema import up_to_date
from app.web.database import db

GUARDED = ("worker", "serve")
SENDS = "deliver"  # of the group `outbox`

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
    for line in sweep(_settings().data_dir, now(), mailbox=demo_mailbox()).lines():
        click.echo(line)


@click.command("restored")
@with_appcontext
def restored() -> None:
    """Begin a new life of a database that was restored from a backup, before anything is started again."""
    if not up_to_date(db.session()):
        raise click.ClickException(
            "the tables are not those of this version; run 'flask --app wsgi db upgrade' first"
        )
    for line in _report(begin_new_life(_settings().data_dir, now())):
        click.echo(line)


def _report(done: Restored) -> list[str]:
    """What an operator needs on a bad day: what is safe now, what may be missing, and where to look for it."""
    if done.again:
        return ["This had been done already, and nobody has been at work since; nothing was changed."]
    lost = f"between {done.since:%Y-%m-%d %H:%M} and {done.until:%Y-%m-%d %H:%M} UTC"
    days = [
        f"  {one.slug}: {one.starts_at:%Y-%m-%d}, {one.people} people and {one.unconfirmed} unconfirmed in the backup,"
        f" last change {one.changed_at:%Y-%m-%d %H:%M} UTC"
        for one in done.days
    ]
    return [
        f"A new life has begun. Numbers in calendars, pages and lines go on {done.raised_by} higher; no old link opens"
        " anybody else's page.",
        f"Nothing leaves until 'flask --app wsgi outbox release'. {done.unclear} mails waited in the backup; whether they"
        " left, nobody knows: 'outbox show --state unclear', compare with the mail server's log, then 'outbox retry ID'.",
        f"{done.ended} sign-ins and password links ended; organisers sign in again.",
        "",
        f"What was saved {lost} is lost: registrations, changes, cancellations, deletions, texts of the team.",
        "Days concerned:" if days else "No day was ahead or going on.",
        *days,
        "Whom to write to: every address to which the mail server's log shows a mail from FACHTAG_MAIL_FROM in that time."
        " Their mails are their proof; ask them to register again or to look at their page.",
        "Ask the teams of these days what they changed, and repeat deletions that were asked for in that time.",
    ]


def install(app: Flask) -> None:
    for command in (check, privacy, restored):
        app.cli.add_command(command)
    settings: Settings = app.extensions["fachtag.settings"]
    for name in GUARDED:
        if name in app.cli.commands:
            app.cli.add_command(guarded(in_this_life(app.cli.commands[name], app), settings))
    outbox = copy(app.cli.commands["outbox"])
    if isinstance(outbox, click.Group):
        outbox.commands = {**outbox.commands, SENDS: in_this_life(outbox.commands[SENDS], app)}
        app.cli.add_command(outbox)


def guarded(command: click.Command, settings: Settings) -> click.Command:
    """The same command, which first refuses weak settings."""
    return _after(command, lambda: refuse_weak(settings))


def in_this_life(command: click.Command, app: Flask) -> click.Command:
    """The same command, which first refuses a database that fell back."""

    def go_on() -> None:
        with app.app_context():
            live_on(app.extensions["fachtag.settings"].data_dir, now())

    return _after(command, go_on)


def _after(command: click.Command, first: Callable[[], None]) -> click.Command:
    """A copy, because commands are shared between applications."""
    inner, result = command.callback, copy(command)
    if inner is not None:

        @wraps(inner)
        def outer(*args: Any, **kwargs: Any) -> Any:
            try:
                first()
            except (SettingsError, OlderLife) as error:
                raise click.ClickException(str(error)) from None
            return inner(*args, **kwargs)

        result.callback = outer
    return result


def _settings() -> Settings:
    settings: Settings = current_app.extensions["fachtag.settings"]
    return settings
