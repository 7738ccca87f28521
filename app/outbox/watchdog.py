# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whether the worker gets on: every step says how long it may take, and a thread beside it looks.

As long as the step in hand is within its time the thread says in the database that the worker lives; a step that is not
ends the process, and whoever started it starts it again. The message in hand is left to its lease.
"""

import faulthandler
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

HANGS = 70  # exit code, EX_SOFTWARE of sysexits.h
LONGEST_LOOK = 1.0  # seconds between two looks


class Watchdog:
    """`beat` is called every so often, in a thread of its own, while the worker gets on."""

    def __init__(self, beat: Callable[[], None], every: timedelta) -> None:
        self._beat, self._every = beat, every.total_seconds()
        self._ends: float | None = None  # of the step in hand, by the monotonic clock; None: the worker rests
        self._over = threading.Event()

    @contextmanager
    def step(self, longest: timedelta) -> Iterator[None]:
        """What happens inside takes no longer than this, or the process ends."""
        before, self._ends = self._ends, time.monotonic() + longest.total_seconds()
        try:
            yield
        finally:
            self._ends = before

    @contextmanager
    def watching(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join(LONGEST_LOOK)

    def _watch(self) -> None:
        next_beat = time.monotonic() + self._every  # the worker itself has just done the first
        while not self._over.wait(min(LONGEST_LOOK, self._every)):
            ends = self._ends
            if ends is not None and time.monotonic() > ends:
                self._end_the_process()
            if time.monotonic() >= next_beat:
                next_beat = time.monotonic() + self._every
                try:
                    self._beat()
                except SQLAlchemyError as e:
                    log.warning("the sign of life could not be written (%s)", type(e).__name__)

    @staticmethod
    def _end_the_process() -> None:
        """Not by an exception: what hangs would not hear it."""
        log.critical("a step of the worker does not end; the process is given up, this is where it stands")
        faulthandler.dump_traceback(all_threads=True)
        os._exit(HANGS)
