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


# Between what a team sends and its first mail: in it the change can be taken back.
QUIET = timedelta(minutes=1)


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


class Start(Enum):
    """What became of a message that was about to be handed over. Only `BEGUN` may leave; `OVERTAKEN` is settled unsent,
    and a `LOST` lease changes nothing, because somebody else has the message in hand."""

    BEGUN = "begun"
    OVERTAKEN = "overtaken"
    LOST = "lost"


LEASED = frozenset({State.CLAIMED, State.SENDING})
WAITING = frozenset({State.QUEUED, *LEASED})
MAY_HAVE_LEFT = frozenset({*LEASED, State.SENT, State.UNCLEAR})
TROUBLE = frozenset({State.FAILED, State.UNCLEAR, State.QUARANTINED})
LATE = timedelta(
    minutes=5
)  # a mailing to some hundred people takes as long; what waits longer, waits for something


def family_of(kind: str) -> str:
    """The part before the first dot. Within a family the newest mail about a thing tells everything."""
    return kind.partition(".")[0]


def last_moment(wish: datetime | None, now: datetime) -> datetime:
    """The end of all attempts: what the use case asks for (often the start of the day), at most 72 hours."""
    return now + LONGEST if wish is None else min(wish, now + LONGEST)


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """Every duration of the delivery. The defaults follow RFC 5321, 4.5.3.2.

    `sending_lease` is longer than the three waits that follow the marker "DATA started" (DATA, body, final dot),
    so that a slow but living worker never loses its message (F15). A server that cannot be reached is asked again soon,
    for that costs no message anything; one that refuses our password is left alone for longer (F17). The last three are
    what one step of the worker may take before the watchdog ends it: an errand to the database, a dialogue with the mail
    server with all its waits, a regular job.
    """

    lease: timedelta = timedelta(minutes=15)
    sending_lease: timedelta = timedelta(minutes=16)
    ladder: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
    pauses: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in (0.5, 1, 2, 5))
    sign_in_pauses: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60))
    claims: int = 3
    connect_seconds: float = 30
    command_seconds: float = 300
    data_seconds: float = 120
    body_seconds: float = 180
    answer_seconds: float = 600
    beat: timedelta = timedelta(seconds=15)
    tidy: timedelta = timedelta(seconds=30)
    longest_errand: timedelta = timedelta(minutes=2)
    longest_dialogue: timedelta = timedelta(minutes=45)
    longest_job: timedelta = timedelta(minutes=15)

    def next_attempt(self, attempts: int, now: datetime, end: datetime) -> datetime | None:
        """When to try again after the given number of attempts; None when the time is up.

        The last attempt is made one first rung before the end, so that a long rung does not waste the time left.
        """
        last = end - self.ladder[0]
        if now >= last:
            return None
        return min(now + self.ladder[min(attempts, len(self.ladder)) - 1], last)

    def pause(self, failures: int, *, sign_in: bool = False) -> timedelta:
        """How long the queue rests after the given number of failures in a row."""
        pauses = self.sign_in_pauses if sign_in else self.pauses
        return pauses[min(failures, len(pauses)) - 1]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to handle one message until its lease ends; `token` proves it."""

    id: int
    kind: str
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A rendered mail: the bytes of every attempt, and what lists show of it, the address as people write it."""

    message_id: str
    recipient: str
    subject: str
    content: bytes
    sequence: int | None
