# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The words of discussion tables that the personal page needs, too."""

from enum import Enum


class SeatingState(Enum):
    """Where a seating stands; the worker takes what is queued in hand."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def name_of(round_names: str, number: int) -> str:
    """What a round, numbered from 1, is called in these lines; one without a line has no name."""
    lines = round_names.split("\n")
    return lines[number - 1] if number <= len(lines) else ""
