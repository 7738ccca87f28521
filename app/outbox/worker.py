# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The worker: looks for messages, renders, hands over, writes down what became of it; and runs the regular jobs.

No database transaction is open while a server is talked to. A kill at any point loses nothing: what was not marked
"DATA started" is sent again, what was marked is repeated once (threats-and-faults.md §4.1).
"""

import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.clock import now as clock_now
from app.outbox import queries, route, service, settling
from app.outbox.building import BUILDERS
from app.outbox.delivery import (
    Doubtful,
    FrozenMessage,
    LeaseLost,
    Never,
    NotNow,
    RouteDown,
    Setback,
    Stale,
    mail,
)
from app.outbox.jobs import JOBS
from app.outbox.mime import Unsendable, pack
from app.outbox.models import Message
from app.outbox.rules import Claim, DeliveryPolicy, Parcel
from app.web.database import db, transaction
from app.web.texts import force_locale

log = logging.getLogger(__name__)


class Worker:
    """One worker. `stop` may be set from a signal handler: the message in hand is finished, then it ends."""

    def __init__(
        self,
        app: Flask,
        *,
        policy: DeliveryPolicy | None = None,
        clock: Callable[[], datetime] = clock_now,
        name: str | None = None,
    ) -> None:
        self.app = app
        self.policy = policy or DeliveryPolicy()
        self.clock = clock
        self.name = name or f"{socket.gethostname()[:90]}:{os.getpid()}"
        self.stop = threading.Event()
        self._connection: Any = None
        self._last_beat: datetime | None = None
        self._job_due: dict[str, float] = {}

    def run(self, *, once: bool = False, interval: float = 5) -> None:
        """Work until stopped. A database that is away for a while is waited for."""
        while not self.stop.is_set():
            try:
                self._beat()
                self._run_jobs()
                self.deliver()
            except OperationalError as e:
                if once:
                    raise
                log.warning("the database cannot be used at the moment (%s)", type(e.orig).__name__)
            if once:
                return
            self.stop.wait(interval)

    def deliver(self) -> int:
        """One pass: everything that may leave now. Returns how many messages were handled."""
        handled = 0
        try:
            while not self.stop.is_set():
                held = self._claim(first=handled == 0)
                if held is None:
                    break
                self._beat()
                self._handle(held)
                handled += 1
        finally:
            self._hang_up()
        return handled

    # --- steps of a pass -------------------------------------------------------------------------------------

    def _claim(self, *, first: bool) -> Claim | None:
        with self.app.app_context():
            moment = self.clock()
            if first:
                if not queries.something_to_do(db.session(), moment):
                    return None
                with transaction() as session:
                    settling.tidy(session, now=moment, policy=self.policy)
            with transaction() as session:
                return service.claim(session, now=moment, policy=self.policy)

    def _handle(self, held: Claim) -> None:
        message = self._frozen(held)
        if message is None:
            return
        try:
            self._send(message)
        except LeaseLost:
            log.warning("message %d: not sent, the lease was lost or a newer mail exists", held.id)
            self._write(settling.put_back, held)
        except RouteDown as e:
            until = self._write_pause(held, str(e))
            log.error("the way out is closed until %s; message %d waits (%s)", until, held.id, _sign(e))
        except Never as e:
            log.warning("message %d: refused for good (%s)", held.id, _sign(e))
            self._write(settling.settle_permanent, held, str(e))
        except NotNow as e:
            log.info("message %d: to be tried again (%s)", held.id, _sign(e))
            self._write(settling.settle_temporary, held, str(e), now=self.clock(), policy=self.policy)
        except Doubtful as e:
            log.warning("message %d: handed over without an answer (%s)", held.id, _sign(e))
            self._write(settling.settle_doubtful, held, str(e), now=self.clock(), policy=self.policy)
        except OperationalError:
            raise
        except Exception as e:
            # Left to its lease: whether it had left decides the marker; after three times it is set aside.
            log.error("message %d: %s while sending\n%s", held.id, type(e).__name__, _places(e))
            self._hang_up()
        else:
            if not self._write(settling.settle_sent, held, message.answer, now=self.clock()):
                log.warning("message %d: sent, but another worker has it too", held.id)

    def _frozen(self, held: Claim) -> FrozenMessage | None:
        """The message with its frozen bytes, rendered now if this is its first time; None when it is settled."""
        with self.app.app_context():
            row = queries.get_with_content(db.session(), held.id)
            if row is not None and row.frozen is not None:
                return self._wrapped(held, row.frozen, row.recipient)
        try:
            parcel = self._render(held)
        except Unsendable as e:
            log.error("message %d (%s): set aside, %s", held.id, held.kind, e)
            self._write(settling.set_aside, held, str(e))
            return None
        except Exception as e:
            log.error(
                "message %d (%s): %s while building\n%s", held.id, held.kind, type(e).__name__, _places(e)
            )
            reason = f"{type(e).__name__} while building"
            self._write(settling.stumble, held, reason, now=self.clock(), policy=self.policy)
            return None
        if parcel is None:
            self._write(settling.settle_superseded, held)
            return None
        if not self._write(service.freeze, held, parcel, now=self.clock()):
            log.warning("message %d: not sent, the lease was lost", held.id)
            return None
        return self._wrapped(held, parcel.content, parcel.recipient)

    def _render(self, held: Claim) -> Parcel | None:
        """Read-only and in the recipient's language; a request's context, so that builders can build addresses. It gets a
        session of its own, which ends with it: else the command's would show for ever what it read at the first mail."""
        builder = BUILDERS.get(held.kind)
        if builder is None:
            raise Unsendable("nobody builds mails of this kind")
        request = self.app.test_request_context("/", base_url=self.app.config["BASE_URL"])
        with self.app.app_context(), request:
            session: Session = db.session()
            message = session.get_one(Message, held.id)
            language = message.language
            with force_locale(language):
                built = builder(session, message)
            if built is None:
                return None
            return pack(
                built, sender=self.app.config["MAIL_DEFAULT_SENDER"], language=language, now=self.clock()
            )

    def _wrapped(self, held: Claim, content: bytes, recipient: str) -> FrozenMessage:
        def mark() -> None:
            if not self._write(service.begin_data, held, now=self.clock(), policy=self.policy):
                raise LeaseLost

        sender = self.app.config["MAIL_DEFAULT_SENDER"]
        return FrozenMessage(content, recipient=recipient, sender=sender, before_data=mark)

    def _send(self, message: FrozenMessage) -> None:
        with self.app.app_context():
            for last in (False, True):
                try:
                    if self._connection is None:
                        self._connection = mail.connect(self.policy).__enter__()
                    self._connection.send(message)
                except Stale as e:
                    self._hang_up()
                    if last:
                        raise RouteDown(str(e)) from e
                else:
                    return

    def _hang_up(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.hang_up()

    # --- writing ---------------------------------------------------------------------------------------------

    def _write(self, verb: Callable[..., Any], held: Claim, *args: Any, **kwargs: Any) -> Any:
        """One verb of the service in a transaction of its own."""
        with self.app.app_context(), transaction() as session:
            return verb(session, held, *args, **kwargs)

    def _write_pause(self, held: Claim, reason: str) -> datetime:
        with self.app.app_context(), transaction() as session:
            settling.put_back(session, held)
            return route.pause(session, reason, now=self.clock(), policy=self.policy)

    def _beat(self) -> None:
        moment = self.clock()
        if self._last_beat is not None and moment - self._last_beat < self.policy.beat:
            return
        with self.app.app_context(), transaction() as session:
            service.beat(session, self.name, now=moment)
        self._last_beat = moment

    def _run_jobs(self) -> None:
        for job in tuple(JOBS.values()):
            if self.stop.is_set() or time.monotonic() < self._job_due.get(job.name, 0):
                continue
            self._job_due[job.name] = time.monotonic() + job.every_seconds
            try:
                with self.app.app_context():
                    job.function(self.clock())
            except OperationalError:
                raise
            except Exception as e:
                log.error("job %s: %s\n%s", job.name, type(e).__name__, _places(e))


def _sign(setback: Setback) -> str:
    """What a log may keep of a server's answer: its code, or the kind of fault, never an address in it (T36)."""
    words = str(setback).split(maxsplit=1)
    return words[0].rstrip(":") if words else type(setback).__name__


def _places(error: Exception) -> str:
    """Where it happened, without the text of the exception: that may carry a person's data."""
    return "".join(traceback.format_tb(error.__traceback__))
