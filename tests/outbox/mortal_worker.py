# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Real workers, each in a process of its own, for tests that kill them.

The application is loaded once; for every line on its input this program forks a worker, prints its process id, waits
for its end and prints its exit code (negative: the signal that killed it). So a kill costs no time for loading.

Arguments: database address, data folder, address of the mail server. `--careless` marks a mail as sent before it is
handed over: the control that shows what the order of the steps is good for. `--strict`: no errand may take a second.
"""

import os
import signal
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from sqlalchemy.orm import Session

from app.clock import now
from app.factory import create_app
from app.outbox import settling
from app.outbox.building import Mail, register
from app.outbox.delivery import FrozenMessage
from app.outbox.models import Message
from app.outbox.rules import Claim, DeliveryPolicy
from app.outbox.worker import Worker
from tests.conftest import settings_for
from tests.outbox.conftest import build_trial

LEASE = timedelta(seconds=1.5)
QUICK = DeliveryPolicy(
    lease=LEASE,
    sending_lease=LEASE,
    ladder=(timedelta(seconds=0.3),),
    pauses=(timedelta(seconds=0.2),),
    connect_seconds=1,
    command_seconds=1,
    data_seconds=1,
    body_seconds=1,
    answer_seconds=1,
)


class CarelessWorker(Worker):
    """Marks first, speaks later."""

    def _wrapped(self, claimed: Claim, content: bytes, recipient: str) -> FrozenMessage:
        message = super()._wrapped(claimed, content, recipient)
        mark = message.before_data

        def mark_as_sent() -> None:
            mark()
            self._write(settling.settle_sent, claimed, "250 surely", now=now())

        message.before_data = mark_as_sent
        return message


def hang(_session: Session, _message: Message) -> Mail:
    time.sleep(600)
    raise AssertionError("the watchdog slept, too")


def kill_oneself(_session: Session, _message: Message) -> Mail:
    os._exit(9)


def main() -> None:
    database_url, data_dir, mail_url, *options = sys.argv[1:]
    app = create_app(settings_for(database_url, Path(data_dir), mail_url=mail_url))
    register("trial.invited", build_trial)
    register("trial.fatal", kill_oneself)
    register("trial.hanging", hang)
    kind = CarelessWorker if "--careless" in options else Worker
    policy = replace(QUICK, longest_errand=timedelta(seconds=1)) if "--strict" in options else QUICK
    # A TERM that comes before a new worker knows what to do with it waits for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            live(kind(app, policy=policy))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def live(worker: Worker) -> NoReturn:
    """The life of one worker; the database has not been touched before, so nothing is shared with the parent."""
    try:
        signal.signal(signal.SIGTERM, lambda *_: worker.stop.set())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        worker.run(interval=0.05)
    except BaseException:
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
