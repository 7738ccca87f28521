# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Command line of the outbox: the worker, and what an operator does with mails. Shows ids, never addresses."""

import os
import signal
import threading
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from app.clock import now
from app.outbox import delivery, queries, service
from app.outbox import route as way
from app.outbox.models import Message
from app.outbox.rules import State
from app.outbox.worker import Worker
from app.refusal import Missing, Refusal
from app.web.database import db, transaction

PARENT_SECONDS = 1.0  # between two looks at who has started the worker


@click.command("worker")
@click.option("--once", is_flag=True, help="One pass, then end.")
@click.option("--interval", default=5.0, show_default=True, help="Seconds between two looks at the outbox.")
@click.option("--beside", type=int, help="End with this process, which has started the worker.")
@with_appcontext
def worker(once: bool, interval: float, beside: int | None) -> None:
    """Send mails and run the regular jobs until TERM or INT; the message in hand is finished first."""
    it = Worker(_app())
    if beside is not None:
        threading.Thread(target=_end_with, args=(beside, it.stop), daemon=True).start()

    def stop(_number: int, _frame: FrameType | None) -> None:
        it.stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    it.run(once=once, interval=interval)


def _end_with(parent: int, stop: threading.Event) -> None:
    """A server that is killed cannot stop its worker, and the next one would start a second one. Who loses its parent gets
    another one: asked for on every system alike, and no pipe has to be kept from the server's other children."""
    while os.getppid() == parent:
        if stop.wait(PARENT_SECONDS):
            return
    stop.set()


outbox = AppGroup("outbox", help="What has to leave the house.")


@outbox.command("show")
@click.option(
    "--state", type=click.Choice([state.value for state in State]), help="Only mails in this state."
)
@click.option("--limit", default=20, show_default=True, help="At most so many mails, newest first.")
def show(state: str | None, limit: int) -> None:
    """How many mails stand where, the state of the way out, and the newest mails."""
    session = db.session()
    for one, number in queries.counts(session).items():
        click.echo(f"{one.value:12} {number}")
    stands = queries.queue(session, now())
    route = stands.route
    if route is not None and route.frozen_at is not None:
        click.echo(
            f"held since {route.frozen_at:%Y-%m-%d %H:%M} UTC; 'flask outbox release' lets mails leave"
        )
    if route is not None and route.paused_until is not None:
        click.echo(
            f"paused until {route.paused_until:%Y-%m-%d %H:%M} UTC after {route.failures} failures: {route.reason}"
        )
    if stands.oldest is not None:
        click.echo(f"the oldest due mail is {stands.minutes} minutes old")
    newest = select(Message).order_by(Message.id.desc()).limit(limit)
    if state is not None:
        newest = newest.where(Message.state == State(state))
    for message in session.scalars(newest):
        click.echo(
            f"{message.id:6} {message.state.value:12} {message.kind} {message.subject_id}/{message.revision}"
            f" attempts={message.attempts} copies={message.copies} next={message.next_attempt_at:%Y-%m-%dT%H:%MZ}"
        )


@outbox.command("deliver")
def deliver() -> None:
    """One pass over what may leave now."""
    click.echo(f"{Worker(_app()).deliver()} mails handled")


@outbox.command("retry")
@click.argument("ids", type=int, nargs=-1, required=True)
def retry(ids: tuple[int, ...]) -> None:
    """Send failed, unclear or set-aside mails once more, byte for byte the same."""
    refused = False
    for message_id in ids:
        try:
            with transaction() as session:
                service.retry(session, message_id, now=now())
        except Missing:
            click.echo(f"{message_id}: there is no such mail", err=True)
            refused = True
        except Refusal as refusal:
            click.echo(f"{message_id}: {refusal}", err=True)
            refused = True
        else:
            click.echo(f"{message_id}: queued again")
    if refused:
        raise SystemExit(1)


@outbox.command("freeze")
def freeze() -> None:
    """Let nothing leave: the first step after restoring a backup."""
    with transaction() as session:
        way.hold(session, now=now())
    click.echo("held; nothing leaves until 'flask outbox release'")


@outbox.command("release")
@click.option(
    "--drop", is_flag=True, help="Settle what waits unsent: it left before the backup was restored."
)
def release(drop: bool) -> None:
    """Let mails leave again, pauses included."""
    with transaction() as session:
        dropped = service.drop_waiting(session) if drop else 0
        way.release(session)
    click.echo(f"released; {dropped} mails settled unsent")


def install(app: Flask) -> None:
    delivery.install(app, app.extensions["fachtag.settings"])
    app.cli.add_command(worker)
    app.cli.add_command(outbox)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]
