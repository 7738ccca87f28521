# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""`flask organiser …`: accounts from the command line. There is no default account (ASVS 6.3.2)."""

import sys

import click
from flask import Flask
from flask.cli import AppGroup

from app.address import NoAddress, read_address
from app.clock import now
from app.folding import clean_line
from app.people import queries, service
from app.people.models import Organiser
from app.people.passwords import hash_password
from app.people.rules import address_key, personal_words, refuse_weak_password
from app.refusal import Refusal
from app.web.database import db, transaction

group = AppGroup("organiser", help="Accounts of organisers.")
password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


def install(app: Flask) -> None:
    app.cli.add_command(group)


@group.command("create")
@click.argument("email")
@click.option("--name", default="", help="Name; without it, what stands before the @.")
@click.option("--admin", is_flag=True, help="May do everything in this installation.")
@password_stdin
def create(email: str, name: str, admin: bool, password_stdin: bool) -> None:
    """Create an account."""
    try:
        email = read_address(email.strip())
    except NoAddress as refusal:
        raise click.ClickException(f"{email!r}: {refusal}") from None
    name = clean_line(name) or email.partition("@")[0]
    with_password = _ask_password(name, email, password_stdin)
    try:
        with transaction() as session:
            service.create_organiser(session, email, name, with_password, now(), is_admin=admin)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"created {address_key(email)}{' (administrator)' if admin else ''}")


@group.command("list")
def list_() -> None:
    """List the accounts."""
    for organiser in queries.organisers(db.session()):
        marks = [
            mark
            for mark, holds in (
                ("administrator", organiser.is_admin),
                ("creates days", organiser.creates_days and not organiser.is_admin),
                ("disabled", organiser.disabled_at),
            )
            if holds
        ]
        last = f"{organiser.signed_in_at:%Y-%m-%d}" if organiser.signed_in_at else "never"
        click.echo(
            "\t".join((organiser.email, organiser.name, f"last sign-in {last}", ", ".join(marks))).rstrip()
        )


@group.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Take an account's access away, at once and in every browser."""
    organiser = _existing(email)
    try:
        with transaction() as session:
            service.disable(session, organiser, now())
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"disabled {address_key(email)}")


@group.command("reset-password")
@click.argument("email")
@password_stdin
def reset_password(email: str, password_stdin: bool) -> None:
    """Set a new password and sign every browser of this account out."""
    organiser = _existing(email)
    new_hash = _ask_password(organiser.name, organiser.email, password_stdin)
    with transaction() as session:
        service.reset_password(session, organiser, new_hash, now())
    click.echo(f"new password for {address_key(email)}; all browsers are signed out")


def _existing(email: str) -> Organiser:
    organiser = queries.find_organiser(db.session(), email)
    if organiser is None:
        raise click.ClickException(f"no account {email!r}")
    return organiser


def _ask_password(name: str, email: str, from_stdin: bool) -> str:
    """A hash of what was typed twice, or of the first line of standard input."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        refuse_weak_password(password, *personal_words(name, email))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    return hash_password(password)
