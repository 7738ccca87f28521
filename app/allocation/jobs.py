# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does for allocations: it starts one after the other in a child process and looks after it.

The solver may take minutes and a lot of memory, or crash; mails must not wait for it or end with it. A child that dies
leaves an allocation that failed; one whose worker died, too, is taken over when its lease ends. A child goes on by
itself when the worker is stopped: it has a lease of its own.
"""

import logging
import os
import subprocess
import sys
import time
from datetime import datetime

from flask import Flask, current_app

from app.allocation.lease import DIED, LEASES, LeaseOutcome, claim, finish
from app.allocation.models import AllocationRun
from app.allocation.rules import AllocationState
from app.outbox.jobs import register_job
from app.refusal import N_
from app.settings import ROOT, Settings
from app.store.leases import Lease
from app.store.transactions import transaction
from app.web.database import db

log = logging.getLogger(__name__)

EVERY_SECONDS = 2
SLACK = 300.0  # seconds; a child that needs that much more than it was given hangs
HANGS = N_("The program that works it out did not come to an end and was stopped. Please try again.")


class Child:
    """The process that works on an allocation, if there is one; a worker has one at a time."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.lease: Lease | None = None
        self.ends = 0.0  # by the monotonic clock
        self.hung = False

    def start(self, lease: Lease, settings: Settings, seconds: float) -> None:
        """`seconds` is what it may take for the places, once more for why wishes were refused, and once more for what one
        chair more would do."""
        command = (sys.executable, "-m", "flask", "--app", "wsgi", "allocation", "solve", str(lease.id))
        environment = {**os.environ, **environment_of(settings), "FACHTAG_LEASE": lease.token}
        self.lease, self.hung = lease, False
        self.ends = time.monotonic() + 3 * seconds + SLACK
        self.process = subprocess.Popen(  # noqa: S603 - our own command line
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL
        )

    def give_up_if_it_hangs(self) -> None:
        """Else nobody would ever work on the next one."""
        if self.process is not None and time.monotonic() > self.ends:
            self.hung = True
            self.process.kill()
            self.process.wait()

    def ended(self) -> tuple[Lease, int] | None:
        """What it had in hand and how it ended, once."""
        if self.process is None or self.lease is None or self.process.poll() is None:
            return None
        found = (self.lease, self.process.returncode)
        self.process = self.lease = None
        return found


CHILD = Child()


def install(_app: Flask) -> None:
    register_job("work out allocations", EVERY_SECONDS, tend)


def tend(now: datetime) -> None:
    """Look after the child, and start the next one. Never waits. Two workers at once do no harm: a claim is one update."""
    CHILD.give_up_if_it_hangs()
    ended = CHILD.ended()
    if ended is not None and ended[1] != 0:
        log.error("the process that worked on allocation %d ended with %d", ended[0].id, ended[1])
        died = LeaseOutcome(
            AllocationState.FAILED, reasons=[{"sentence": HANGS if CHILD.hung else DIED, "values": {}}]
        )
        with transaction() as session:
            finish(session, ended[0], died, now)
    if CHILD.process is not None:
        return
    waiting = LEASES.next(db.session(), now)
    db.session.rollback()
    if waiting is None:
        return
    with transaction() as session:
        lease = claim(session, waiting, now)
        seconds = session.get_one(AllocationRun, waiting).seconds
    if lease is not None:
        CHILD.start(lease, current_app.extensions["fachtag.settings"], seconds)


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the variables they are read from."""
    return {
        "FACHTAG_MODE": settings.mode.value,
        "FACHTAG_SECRET_KEY": ",".join(settings.secret_keys),
        "FACHTAG_DATABASE_URL": settings.database_url,
        "FACHTAG_DATA_DIR": str(settings.data_dir),
        "FACHTAG_BASE_URL": settings.base_url,
        "FACHTAG_MAIL_URL": settings.mail_url,
        "FACHTAG_MAIL_FROM": settings.mail_from,
        "FACHTAG_TRUSTED_PROXIES": str(settings.trusted_proxies),
        "FACHTAG_FORMS_PER_NETWORK": str(settings.forms_per_network),
    }
