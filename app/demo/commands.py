# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask demo …`: load the sample data, and run the whole house in one terminal (`make run`)."""

import logging
import os
import secrets
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import inspect

from app.clock import now
from app.organising.lives import OlderLife, live_on
from app.people.passwords import hash_password, verify
from app.people.queries import credentials
from app.refusal import Refusal
from app.serving import WorkerProcess, address_of, listen_or_exit, run_alone
from app.settings import Settings
from app.web.database import db, transaction
from app.web.migrations import upgrade

log = logging.getLogger(__name__)

group = AppGroup("demo", help="Sample data with invented people.")
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


def install(app: Flask) -> None:
    app.cli.add_command(group)


@group.command("load")
def load_command() -> None:
    """Load the sample data into an empty database."""
    _refuse_outside_demo()
    try:
        password = _load()
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"loaded; sign in as {_organiser()} with the password {password}")


@group.command("run")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", envvar="PORT", default=8000, show_default=True, help="Port to listen at.")
def run(host: str, port: int) -> None:
    """Upgrade the database, load the sample data if it is empty, serve the app and run the worker until Ctrl-C."""
    from app.demo.loading import is_empty

    _refuse_outside_demo()
    app = _app()
    listening = listen_or_exit(host, port)  # first of all: nothing is done for a port that is taken
    _upgrade()
    _live_on()
    if is_empty(db.session()):
        click.echo("Die Beispieldaten werden geladen …")
        _load()
    click.echo(_welcome(address_of(listening), port))
    db.session.remove()
    for name in ("waitress.queue", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    run_alone(app, listening, WorkerProcess())
    click.echo("Beendet. Alle Eingaben bleiben erhalten.")


def password_file(settings: Settings) -> Path:
    return settings.data_dir / "demo-organiser.txt"


def _load() -> str:
    """The organiser's new password. It is written down before anything is committed, so it can never be lost."""
    from app.demo.loading import NotEmpty, is_empty, load  # 2 MB that no web worker needs

    settings = _settings()
    if not is_empty(db.session()):
        raise NotEmpty
    _live_on()  # a new database begins its life before it holds anything
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3))
    hashed = hash_password(password)
    _write_down(settings, password)
    with transaction() as session:
        load(session, settings.data_dir, hashed, now())
    return password


def _write_down(settings: Settings, password: str) -> None:
    path = password_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{_organiser()}\n{password}\n")


def _organiser() -> str:
    from app.demo.people import ORGANISER

    return ORGANISER[0]


def _known_password() -> str:
    """What to print: the password while it is still the one that was made at loading."""
    try:
        password = password_file(_settings()).read_text("utf-8").splitlines()[1]
    except (OSError, IndexError):
        password = ""
    if password and verify(credentials(db.session(), _organiser()).password_hash, password):
        return password
    return "von Ihnen geändert (neu setzen: flask --app wsgi organiser reset-password ADRESSE)"


def _welcome(address: str, port: int) -> str:
    settings = _settings()
    mails = (
        f"{settings.base_url}/demo/mailbox"
        if settings.mail_url.startswith("maildir:")
        else "echter Mailserver"
    )
    lines = [
        "",
        "  Fachtag läuft.",
        "",
        f"  Öffnen        {settings.base_url}/",
        f"  Organisation  {settings.base_url}/organise/",
        f"                {_organiser()}",
        f"                Passwort: {_known_password()}",
        f"  Mails         {mails}",
        f"  Daten         {settings.data_dir}",
        "",
    ]
    if not settings.base_url.endswith(f":{port}") or address != settings.base_url:
        lines.insert(-1, f"  Lauscht an    {address} (beantwortet wird nur {settings.base_url})")
    return "\n".join([*lines, "  Beenden mit Strg-C.", ""])


def _live_on() -> None:
    try:
        live_on(_settings().data_dir, now())
    except OlderLife as error:
        raise click.ClickException(str(error)) from None


def _upgrade() -> None:
    """Run the migrations; silent when there is nothing to do."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()
    db.session.rollback()
    if not inspect(db.engine).has_table("event"):
        click.echo("the database has no tables and there is no migration to make them", err=True)
        sys.exit(1)


def _refuse_outside_demo() -> None:
    if not _settings().demo:
        raise click.ClickException("sample data belongs into a demo: set FACHTAG_MODE=demo")


def _settings() -> Settings:
    settings: Settings = _app().extensions["fachtag.settings"]
    return settings


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]
