# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whose turn it is to write. Few may wait when writing does not get on, so that threads stay for those who read."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.store.outages import StoreBusy

PATIENCE_SECONDS = 10.0  # for one's turn; then comes what the database itself waits for a lock
STUCK_SECONDS = 2.5  # a write takes some milliseconds, on a busy machine some hundred; this one waits for somebody outside
FEW = 4  # threads of this process, of eight, that may stand still at once


class Turns:
    """`width` threads of this process write at a time, the others stand in line.

    SQLite has one writer, and whoever finds the file locked sleeps for a while, however soon it is free: with many
    threads at once it mostly stood unused. So they queue here first, and in order. PostgreSQL has many, but a lock that
    somebody holds on to would take up every thread as well.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._lock = threading.Lock()
        self._writing: dict[int, float] = {}  # thread → since when
        self._line: deque[_Waiting] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises `StoreBusy` when it takes too long, or others stand still already."""
        me = threading.get_ident()
        if me in self._writing:
            yield
            return
        self._wait(me)
        try:
            yield
        finally:
            with self._lock:
                del self._writing[me]
                self._call_next()

    def _wait(self, me: int) -> None:
        one = _Waiting(me, threading.Event())
        with self._lock:
            self._line.append(one)
            self._call_next()
        ends = time.monotonic() + PATIENCE_SECONDS
        while not one.called.wait(STUCK_SECONDS / 4):
            with self._lock:
                if not one.called.is_set() and self._is_hopeless(one, ends):
                    self._line.remove(one)
                    raise StoreBusy

    def _call_next(self) -> None:
        """Whoever is called writes from now on, also before the thread has noticed."""
        while self._line and len(self._writing) < self.width:
            one = self._line.popleft()
            self._writing[one.thread] = time.monotonic()
            one.called.set()

    def _is_hopeless(self, one: "_Waiting", ends: float) -> bool:
        now = time.monotonic()
        stuck = any(now - since > STUCK_SECONDS for since in self._writing.values())
        return now >= ends or (stuck and len(self._writing) + self._line.index(one) >= FEW)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    thread: int
    called: threading.Event
