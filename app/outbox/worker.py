# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The worker: looks for messages, renders, hands over, writes down what became of it; and runs the regular jobs.

No database transaction is open while a server is talked to. A kill at any point loses nothing: what was not marked
"DATA started" is sent again, what was marked is repeated once (F04, F06, F07).
"""

import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from app.clock import now as clock_now
from app.outbox import queries, route, service, settling
from app.outbox.building import BUILDERS
from app.outbox.delivery import FrozenMessage, mail
from app.outbox.errors import DeliveryError, Doubtful, Never, NotBegun, NotNow, RouteDown, SignInRefused
from app.outbox.jobs import JOBS
from app.outbox.mime import Unsendable, pack
from app.outbox.models import Message
from app.outbox.queries import sender_of
from app.outbox.rules import Claim, DeliveryPolicy, RenderedMail, Start
from app.outbox.watchdog import Watchdog
from app.store.outages import outage_of
from app.store.transactions import transaction
from app.texts import force_locale
from app.web.database import db

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # between two tries to write down what became of a mail


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
        self._next_tidy: datetime | None = None
        self._job_due: dict[str, float] = {}
        self._watchdog = Watchdog(self._beat, self.policy.beat)

    def run(self, *, once: bool = False, interval: float = 5) -> None:
        """Work until stopped. A database that is away for a while is waited for."""
        if once:
            self._beat()
            self._look_round()
            return
        with self._watchdog.watching():
            beaten = False
            while not self.stop.is_set():
                try:
                    if not beaten:
                        self._beat()
                        beaten = True
                    self._look_round()
                except Exception as e:
                    # Whatever it was, the next look is a new chance; what was in hand is left to its lease.
                    if outage_of(e) is not None:
                        log.warning("the database cannot be used at the moment (%s)", type(e).__name__)
                    else:
                        log.error("a look at the outbox: %s\n%s", type(e).__name__, _places(e))
                self.stop.wait(interval)

    def deliver(self) -> int:
        """One pass: everything that may leave now. Returns how many messages were handled."""
        handled = 0
        self._next_tidy = None
        try:
            while not self.stop.is_set() and self._may_go_on():
                claimed = self._claim()
                if claimed is None:
                    break
                self._handle(claimed)
                handled += 1
        finally:
            self._hang_up()
        return handled

    # --- steps of a pass -------------------------------------------------------------------------------------

    def _look_round(self) -> None:
        self._run_jobs()
        self.deliver()

    def _may_go_on(self) -> bool:
        """Whether something is due and the mail server is there. A long pass tidies up in between: what is overtaken
        meanwhile, or whose lease ends, must not wait for its end."""
        moment = self.clock()
        with self._watchdog.step(self.policy.longest_errand), self.app.app_context():
            if self._next_tidy is None or moment >= self._next_tidy:
                self._next_tidy = moment + self.policy.tidy
                if queries.something_to_do(db.session(), moment):
                    with transaction() as session:
                        settling.tidy(session, now=moment, policy=self.policy)
            if not queries.something_due(db.session(), moment):
                return False
        return self._connect()

    def _connect(self) -> bool:
        """Asked before a message is claimed: a server that is away costs none of them anything (F09)."""
        try:
            with self._watchdog.step(self.policy.longest_dialogue), self.app.app_context():
                if self._connection is None:
                    self._connection = mail.connect(self.policy).__enter__()
                self._connection.ready(self.app.config["MAIL_DEFAULT_SENDER"])
        except RouteDown as e:
            with self._errand() as session:
                sign_in = isinstance(e, SignInRefused)
                until = route.pause(session, str(e), now=self.clock(), policy=self.policy, sign_in=sign_in)
            log.error("the way out is closed until %s (%s)", until, _sign(e))
            return False
        return True

    def _claim(self) -> Claim | None:
        with self._errand() as session:
            return service.claim(session, now=self.clock(), policy=self.policy)

    def _handle(self, claimed: Claim) -> None:
        """Whatever is wrong with this message, the next one has its turn."""
        try:
            with self._watchdog.step(self.policy.longest_errand):
                message = self._frozen(claimed)
            if message is not None:
                self._hand_over(claimed, message)
        except Exception as e:
            if outage_of(e) is not None:
                raise
            # Left to its lease: whether it had left decides the marker; after three times it is set aside.
            log.error("message %d: %s while sending\n%s", claimed.id, type(e).__name__, _places(e))
            self._hang_up()

    def _hand_over(self, claimed: Claim, message: FrozenMessage) -> None:
        policy = self.policy
        try:
            with self._watchdog.step(policy.longest_dialogue), self.app.app_context():
                self._connection.send(message)
        except NotBegun:
            log.info("message %d: not sent, the lease was lost or a newer mail exists", claimed.id)
        except DeliveryError as error:
            log.warning("message %d: %s (%s)", claimed.id, _MEANINGS[type(error)], _sign(error))
            self._settle(claimed, partial(_settle_error, claimed=claimed, error=error, policy=policy))
        else:
            sent = partial(settling.settle_sent, claimed=claimed, answer=message.answer)
            if not self._settle(claimed, sent):
                log.warning("message %d: sent, but another worker has it too", claimed.id)

    def _frozen(self, claimed: Claim) -> FrozenMessage | None:
        """The message with its frozen bytes, rendered now if this is its first time; None when it is settled."""
        with self.app.app_context():
            row = queries.get_with_content(db.session(), claimed.id)
            if row is not None and row.frozen is not None:
                return self._wrapped(claimed, row.frozen, row.recipient)
        try:
            rendered = self._render(claimed)
        except Unsendable as e:
            log.error("message %d (%s): set aside, %s", claimed.id, claimed.kind, e)
            self._write(settling.set_aside, claimed, str(e))
            return None
        except Exception as e:
            if outage_of(e) is not None:
                raise  # no fault of the mail
            log.error(
                "message %d (%s): %s while building\n%s",
                claimed.id,
                claimed.kind,
                type(e).__name__,
                _places(e),
            )
            reason = f"{type(e).__name__} while building"
            self._write(settling.stumble, claimed, reason, now=self.clock(), policy=self.policy)
            return None
        if rendered is None:
            self._write(settling.settle_superseded, claimed)
            return None
        if not self._write(service.freeze, claimed, rendered, now=self.clock()):
            log.warning("message %d: not sent, the lease was lost", claimed.id)
            return None
        return self._wrapped(claimed, rendered.content, rendered.recipient)

    def _render(self, claimed: Claim) -> RenderedMail | None:
        """Read-only and in the recipient's language; a request's context, so that builders can build addresses. It gets a
        session of its own, which ends with it: else the command's would show for ever what it read at the first mail."""
        builder = BUILDERS.get(claimed.kind)
        if builder is None:
            raise Unsendable("nobody builds mails of this kind")
        request = self.app.test_request_context("/", base_url=self.app.config["BASE_URL"])
        with self.app.app_context(), request:
            session: Session = db.session()
            message = session.get_one(Message, claimed.id)
            language = message.language
            with force_locale(language):
                built = builder(session, message)
            if built is None:
                return None
            sender = sender_of(session, self.app.config["MAIL_DEFAULT_SENDER"])
            return pack(built, sender=sender, language=language, now=self.clock())

    def _wrapped(self, claimed: Claim, content: bytes, recipient: str) -> FrozenMessage:
        def mark() -> None:
            start = self._write(service.begin_data, claimed, now=self.clock(), policy=self.policy)
            if start is not Start.BEGUN:
                raise NotBegun(start.value)

        sender = self.app.config["MAIL_DEFAULT_SENDER"]
        return FrozenMessage(content, recipient=recipient, sender=sender, before_data=mark)

    def _hang_up(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.hang_up()

    # --- writing ---------------------------------------------------------------------------------------------

    @contextmanager
    def _errand(self) -> Iterator[Session]:
        """One transaction, which does not take long."""
        with (
            self._watchdog.step(self.policy.longest_errand),
            self.app.app_context(),
            transaction() as session,
        ):
            yield session

    def _write(self, verb: Callable[..., Any], claimed: Claim, *args: Any, **kwargs: Any) -> Any:
        """One verb of the service in a transaction of its own."""
        with self._errand() as session:
            return verb(session, claimed, *args, **kwargs)

    def _settle(self, claimed: Claim, verb: Callable[..., Any]) -> Any:
        """Write down what the server said. A database that is away at this very moment is waited for as long as the lease
        holds: what is not written down is sent again."""
        while True:
            moment = self.clock()
            try:
                with self._errand() as session:
                    return verb(session, now=moment)
            except Exception as e:
                if outage_of(e) is None or self.stop.is_set() or moment >= claimed.expires_at:
                    raise
                log.warning("message %d: what became of it cannot be written down yet", claimed.id)
                self.stop.wait(RETRY_SECONDS)

    def _beat(self) -> None:
        with self.app.app_context(), transaction() as session:
            service.beat(session, self.name, now=self.clock())

    def _run_jobs(self) -> None:
        for job in tuple(JOBS.values()):
            if self.stop.is_set() or time.monotonic() < self._job_due.get(job.name, 0):
                continue
            self._job_due[job.name] = time.monotonic() + job.every_seconds
            try:
                with self._watchdog.step(self.policy.longest_job), self.app.app_context():
                    job.function(self.clock())
            except Exception as e:
                if outage_of(e) is not None:
                    raise
                log.error("job %s: %s\n%s", job.name, type(e).__name__, _places(e))


_MEANINGS: dict[type[DeliveryError], str] = {
    RouteDown: "the mail server closed the way out",
    SignInRefused: "the mail server wants us to sign in",
    Never: "refused for good",
    NotNow: "to be tried again",
    Doubtful: "handed over without an answer",
}


def _settle_error(
    session: Session, *, claimed: Claim, error: DeliveryError, now: datetime, policy: DeliveryPolicy
) -> None:
    words = str(error)
    match error:
        case RouteDown():
            sign_in = isinstance(error, SignInRefused)
            settling.settle_closed(session, claimed, words, now=now, policy=policy, sign_in=sign_in)
        case Never():
            settling.settle_permanent(session, claimed, words)
        case NotNow():
            settling.settle_temporary(session, claimed, words, now=now, policy=policy)
        case _:
            settling.settle_doubtful(session, claimed, words, now=now, policy=policy)


def _sign(error: DeliveryError) -> str:
    """What a log may keep of a server's answer: its code, or the kind of fault, never an address in it (T36)."""
    words = str(error).split(maxsplit=1)
    return words[0].rstrip(":") if words else type(error).__name__


def _places(error: Exception) -> str:
    """Where it happened, without the text of the exception: that may carry a person's data."""
    return "".join(traceback.format_tb(error.__traceback__))
