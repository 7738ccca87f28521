# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does regularly besides sending: slices register their sweeps here.

Several workers may run the same job at once, so a job is written so that this does no harm.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.refusal import Missing
from app.store.transactions import transaction


@dataclass(frozen=True, slots=True)
class Job:
    """A sweep; `function` opens its own transaction."""

    name: str
    every_seconds: float
    function: Callable[[datetime], object]


JOBS: dict[str, Job] = {}


def register_job(name: str, every_seconds: float, function: Callable[[datetime], object]) -> None:
    """Have the worker call `function(now)` every so many seconds; a name has one function."""
    if name in JOBS and JOBS[name].function is not function:
        raise ValueError(f"a job called {name} exists already")
    JOBS[name] = Job(name, every_seconds, function)


def one_by_one(ids: Iterable[int], verb: Callable[[Session, int], object]) -> None:
    """Do it for each, in a transaction of its own; whatever was deleted in the meantime is passed over.

    A fault with one is raised when all others had their turn: else those behind it would wait until it is mended.
    """
    fault: Exception | None = None
    for one in ids:
        try:
            with transaction() as session:
                verb(session, one)
        except Missing:
            continue
        except Exception as e:
            fault = fault or e
    if fault is not None:
        raise fault
