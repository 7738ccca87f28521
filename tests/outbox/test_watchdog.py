# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Who watches over the worker's steps. That it ends the process is seen in test_kills."""

import threading
import time
from datetime import timedelta

from sqlalchemy.exc import OperationalError

from app.outbox.watchdog import Watchdog

QUICKLY = timedelta(seconds=0.02)


class Beats:
    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.number, self.enough = fault, 0, threading.Event()

    def __call__(self) -> None:
        self.number += 1
        if self.number >= 3:
            self.enough.set()
        if self.fault is not None:
            raise self.fault


def test_it_beats_while_a_step_takes_its_time() -> None:
    """A mail server may take ten minutes to answer: the worker lives all the same."""
    beats = Beats()
    watchdog = Watchdog(beats, QUICKLY)
    with watchdog.watching(), watchdog.step(timedelta(minutes=1)):
        assert beats.enough.wait(10)
    number = beats.number
    time.sleep(0.1)
    assert beats.number == number


def test_a_beat_that_cannot_be_written_ends_nothing() -> None:
    beats = Beats(OperationalError("UPDATE", {}, Exception("away")))
    with Watchdog(beats, QUICKLY).watching():
        assert beats.enough.wait(10)


def test_steps_lie_within_each_other() -> None:
    """An errand inside a dialogue is shorter, and gives the dialogue its time back."""
    watchdog = Watchdog(Beats(), QUICKLY)
    with watchdog.step(timedelta(minutes=30)):
        outer = watchdog._ends
        with watchdog.step(timedelta(minutes=2)):
            assert outer is not None
            assert watchdog._ends is not None
            assert watchdog._ends < outer
        assert watchdog._ends == outer
    assert watchdog._ends is None
