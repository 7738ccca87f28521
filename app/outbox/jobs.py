# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the worker does regularly besides sending: slices register their sweeps here.

Several workers may run the same job at once, so a job is written so that this does no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


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
