# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Whose turn it is to write: in order, and few wait when it does not get on (F22, F23)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.store import turns
from app.store.outages import StoreBusy
from app.store.turns import FEW, Turns


@contextmanager
def somebody_writing(line: Turns) -> Iterator[None]:
    """A thread that holds on to its turn."""
    begun, enough = threading.Event(), threading.Event()

    def write() -> None:
        with line.turn():
            begun.set()
            enough.wait(30)

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(10)
    try:
        yield
    finally:
        enough.set()
        thread.join()


def ask(line: Turns, number: int, said: list[object]) -> threading.Thread:
    """Another thread that wants to write; it says its number, or that it was sent away."""

    def write() -> None:
        try:
            with line.turn():
                said.append(number)
        except StoreBusy:
            said.append("busy")

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def test_in_the_order_in_which_they_came() -> None:
    line, said, threads = Turns(1), [], []  # type: ignore[var-annotated]
    with somebody_writing(line):
        for number in range(3):
            threads.append(ask(line, number, said))
            while len(line._line) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert said == [0, 1, 2]
    assert not line._writing


def test_several_at_once_where_the_database_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(turns, "STUCK_SECONDS", 0.1)
    line, said = Turns(2), []  # type: ignore[var-annotated]
    with somebody_writing(line):
        ask(line, 1, said).join()
        with somebody_writing(line):
            ask(line, 2, said).join()
    assert said == [1, "busy"]


def test_few_wait_for_a_write_that_does_not_get_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the threads stay for those who read; who stood in line first may hope."""
    monkeypatch.setattr(turns, "STUCK_SECONDS", 0.1)
    line, said = Turns(1), []  # type: ignore[var-annotated]
    with somebody_writing(line):
        threads = [ask(line, number, said) for number in range(12)]
        ends = time.monotonic() + 10
        while len(said) < 12 - (FEW - 1) and time.monotonic() < ends:
            time.sleep(0.01)
        assert said == ["busy"] * (12 - (FEW - 1))
    for thread in threads:
        thread.join()
    assert sum(one != "busy" for one in said) == FEW - 1


def test_who_has_the_turn_may_ask_again() -> None:
    line = Turns(1)
    with line.turn(), line.turn():
        assert len(line._writing) == 1
    assert not line._writing


def test_a_turn_ends_with_an_error_too() -> None:
    line = Turns(1)
    with pytest.raises(ValueError, match="broken"), line.turn():
        raise ValueError("broken")
    with line.turn():
        pass
