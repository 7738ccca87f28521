# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Serving: the one place that chooses the WSGI server (docs/decisions/0006).

Waitress where the app stands alone: it reads a request completely before a thread sees it, so slow clients cost
nothing (F40). Granian with several processes behind a proxy that buffers. At TERM or INT both stop listening, finish
the requests in flight and end; so does the worker process, if one was started along.
"""

import ctypes
import errno
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any
from wsgiref.types import WSGIApplication

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.settings import ROOT

log = logging.getLogger(__name__)

THREADS = 8
CONNECTIONS = (
    2000  # 400 slow clients took none of the speed from the others; the default of 100 shuts everybody out
)
GRACE_SECONDS = (
    20.0  # for requests in flight; below the 30 s after which systemd and container runtimes lose patience
)
LARGEST_BODY = 25_000_000  # bytes; an upload may have 20 MB, the app itself limits each form
LARGEST_HEADER = 32_768  # bytes
SILENT_SECONDS = 60  # a connection on which nothing moves for so long is closed
M_ARENA_MAX = -8  # its number in malloc.h
WATCHED = frozenset({"/healthz", "/readyz"})
RESTART_SECONDS = 5.0  # before a worker that died is started again

Tick = Callable[[], None]


class PortTaken(Exception):
    """Somebody else listens at this address."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that queues visitors from now on, also before the server runs. Port 0: any free one.

    Raises `PortTaken`, or `OSError` for an address this machine does not have.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as e:
        if e.errno == errno.EADDRINUSE:
            raise PortTaken from e
        raise


def serve_alone(
    application: WSGIApplication,
    listening: socket.socket,
    *,
    tick: Tick | None = None,
    grace_seconds: float = GRACE_SECONDS,
) -> None:
    """Waitress until TERM or INT. `tick` is called about once a second."""
    from waitress import wasyncore
    from waitress.server import create_server

    _allow_many_connections()
    sockets: dict[int, Any] = {}
    server = create_server(
        application,
        map=sockets,
        sockets=[listening],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # select() knows no more than 1024 connections
        channel_timeout=SILENT_SECONDS,
        cleanup_interval=10,
        max_request_body_size=LARGEST_BODY,
        max_request_header_size=LARGEST_HEADER,
        # The application itself decides how many proxies it trusts (FACHTAG_TRUSTED_PROXIES).
        clear_untrusted_proxy_headers=False,
        ident=None,
    )
    server.channel_class = patient_channel()
    server.task_dispatcher = lanes(server.task_dispatcher)
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        server.pull_trigger()

    _on_signals(stop)
    next_tick = 0.0
    while not stopping.is_set():
        wasyncore.loop(timeout=1, use_poll=True, map=sockets, count=1)
        if tick is not None and time.monotonic() >= next_tick:
            tick()
            next_tick = time.monotonic() + 1
    listening.close()  # the server works with a duplicate of it
    _finish(server, sockets, grace_seconds)


def patient_channel() -> type[Any]:
    """A connection of Waitress that waits where Waitress asks again and again whether a thread is through with sending.

    That asking keeps Python's lock from the very thread. When 300 people sent a form at once, the server spent 20 s on it
    and 3 s on their answers.
    """
    from waitress.channel import HTTPChannel

    class PatientChannel(HTTPChannel):  # type: ignore[misc]
        def handle_write(self) -> None:
            # Never held for long: sending does not block, and who waits for the client lets go.
            with self.outbuf_lock:
                super().handle_write()

    return PatientChannel


def lanes(usual: Any) -> Any:
    """A thread of its own for what the machine asks that watches the service: it is answered also while all the others
    wait for something."""
    from waitress.task import ThreadedTaskDispatcher

    class Lanes:
        def __init__(self) -> None:
            self.watch = ThreadedTaskDispatcher()
            self.watch.set_thread_count(1)

        def add_task(self, channel: Any) -> None:
            """The channel's first request is the one that is served."""
            path = getattr(channel.requests[0], "path", "") if channel.requests else ""
            (self.watch if path in WATCHED else usual).add_task(channel)

        def shutdown(self, **options: Any) -> None:
            usual.shutdown(**options)
            self.watch.shutdown(**options)

    return Lanes()


def _finish(server: Any, sockets: dict[int, Any], grace_seconds: float) -> None:
    """Stop listening, let what has begun come to its end, then leave. Waitress alone would cut it off."""
    from waitress import wasyncore

    wasyncore.dispatcher.close(server)  # the listening socket only; its threads go on
    ends = time.monotonic() + grace_seconds
    while time.monotonic() < ends:
        for channel in list(server.active_channels.values()):
            if not _is_busy(channel):
                channel.handle_close()
        if not server.active_channels:
            break
        wasyncore.loop(timeout=0.2, use_poll=True, map=sockets, count=1)
    else:
        log.warning("%d requests were cut off after %d s", len(server.active_channels), grace_seconds)
    server.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(sockets)


def _is_busy(channel: Any) -> bool:
    """A request is being read, answered, or its answer is on the way. The lock orders us with the thread's last step."""
    with channel.requests_lock:
        return bool(channel.requests or channel.request is not None or channel.total_outbufs_len)


def serve_many(target: str, host: str, port: int, workers: int) -> None:
    """Granian: `workers` processes, each with its own import of `target` ("module:application"), until TERM or INT."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=int(GRACE_SECONDS),
    ).serve()


class WorkerProcess:
    """`flask worker` beside the web server: started, started again when it dies, stopped with it."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        beside = ("worker", "--beside", str(os.getpid()))  # it ends with us, also when we are killed
        self.command = command or (sys.executable, "-m", "flask", "--app", "wsgi", *beside)
        self.process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0

    def tend(self) -> None:
        """See to it that it runs."""
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            log.error("the worker ended (%s) and is started again", self.process.returncode)
            self.process, self._not_before = None, time.monotonic() + RESTART_SECONDS
        if time.monotonic() >= self._not_before:
            self.process = subprocess.Popen(self.command, cwd=ROOT)  # noqa: S603 - our own command line

    def stop(self) -> None:
        """It finishes the mail in hand first."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@click.command("serve")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", envvar="PORT", default=8000, show_default=True, help="Port to listen at; 0: any.")
@click.option(
    "--server",
    envvar="FACHTAG_SERVER",
    type=click.Choice(["waitress", "granian"]),
    default="waitress",
    show_default=True,
)
@click.option(
    "--workers",
    envvar="FACHTAG_SERVER_PROCESSES",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Processes of granian.",
)
@click.option("--with-worker", is_flag=True, help="Run the worker along, for a small machine.")
@with_appcontext
def serve(host: str, port: int, server: str, workers: int, with_worker: bool) -> None:
    """Serve the application until TERM or INT; requests in flight are finished first."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    _share_heaps()
    listening = listen_or_exit(host, port)
    worker = WorkerProcess() if with_worker else None
    if server == "waitress":
        click.echo(f"listening at {address_of(listening)}")
        run_alone(app, listening, worker)
        return
    port = listening.getsockname()[1]
    listening.close()  # each of granian's processes listens by itself
    _forget_connections(app)
    if worker is not None:
        worker.tend()
    try:
        serve_many("wsgi:served", host, port, workers)
    finally:
        if worker is not None:
            worker.stop()


def run_alone(app: Flask, listening: socket.socket, worker: WorkerProcess | None) -> None:
    """Waitress, and the worker beside it; the worker starts when visitors are answered already."""
    from app.web.front import Front

    try:
        serve_alone(Front(app), listening, tick=worker.tend if worker is not None else None)
    finally:
        if worker is not None:
            worker.stop()


def listen_or_exit(host: str, port: int) -> socket.socket:
    """`listen`, for commands: one sentence and exit code 1 instead of a traceback."""
    try:
        return listen(host, port)
    except PortTaken:
        raise click.ClickException(
            f"port {port} of {host} is in use by another program; choose another one, for instance PORT={port + 1}"
        ) from None
    except OSError as e:
        raise click.ClickException(f"cannot listen at {host}:{port}: {e.strerror or e}") from None


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def install(app: Flask) -> None:
    app.cli.add_command(serve)


def _on_signals(stop: Callable[[int, FrameType | None], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _share_heaps() -> None:
    """glibc gives every thread a heap of its own, of which most stays empty: two for all of them save 2 MB."""
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # for granian's processes
    with suppress(AttributeError, OSError):  # not every C library has it
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def _allow_many_connections() -> None:
    """Many systems let a process open 1024 files only, although it may raise that by itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS * 2 if hard == resource.RLIM_INFINITY else min(CONNECTIONS * 2, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _forget_connections(app: Flask) -> None:
    """No database connection may live on in a process that is made by forking."""
    from app.web.database import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()
