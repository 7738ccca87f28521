# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Vocabulary of the outbox: the states of a message, when to try again, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

LONGEST = timedelta(
    hours=72
)  # RFC 5321, 4.5.4.1 asks for four to five days; after three a Fachtag has moved on
COPIES = 2  # the first one and one automatic repeat when nobody knows whether it arrived


class State(Enum):
    """Where a message stands. `SENDING` means: the server may have it. Only `UNCLEAR` waits for a person's decision."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    UNCLEAR = "unclear"
    QUARANTINED = "quarantined"


LEASED = frozenset({State.CLAIMED, State.SENDING})
WAITING = frozenset({State.QUEUED, *LEASED})
TROUBLE = frozenset({State.FAILED, State.UNCLEAR, State.QUARANTINED})


def family_of(kind: str) -> str:
    """The part before the first dot. Within a family the newest mail about a thing tells everything."""
    return kind.partition(".")[0]


def last_moment(wish: datetime | None, now: datetime) -> datetime:
    """The end of all attempts: what the use case asks for (often the start of the day), at most 72 hours."""
    return now + LONGEST if wish is None else min(wish, now + LONGEST)


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """Every duration of the delivery. The defaults follow design.md §5 and RFC 5321, 4.5.3.2.

    `sending_lease` is longer than the three waits that follow the marker "DATA started" (DATA, body, final dot),
    so that a slow but living worker never loses its message (F15).
    """

    lease: timedelta = timedelta(minutes=15)
    sending_lease: timedelta = timedelta(minutes=16)
    ladder: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
    pauses: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30))
    claims: int = 3
    connect_seconds: float = 30
    command_seconds: float = 300
    data_seconds: float = 120
    body_seconds: float = 180
    answer_seconds: float = 600
    beat: timedelta = timedelta(seconds=15)

    def next_attempt(self, attempts: int, now: datetime, end: datetime) -> datetime | None:
        """When to try again after the given number of attempts; None when the time is up.

        The last attempt is made one first rung before the end, so that a long rung does not waste the time left.
        """
        last = end - self.ladder[0]
        if now >= last:
            return None
        return min(now + self.ladder[min(attempts, len(self.ladder)) - 1], last)

    def pause(self, failures: int) -> timedelta:
        """How long the queue rests after the given number of failures in a row."""
        return self.pauses[min(failures, len(self.pauses)) - 1]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to handle one message until its lease ends; `token` proves it."""

    id: int
    kind: str
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    """A rendered mail: the bytes of every attempt, and what lists show of it."""

    message_id: str
    recipient: str
    subject: str
    content: bytes
    sequence: int | None
