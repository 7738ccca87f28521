# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads for pages, the dashboard and the health check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import quote

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, undefer

from app.outbox.models import Heartbeat, Message, Route, Sender
from app.outbox.route import route_is_open
from app.outbox.rules import LATE, LEASED, TROUBLE, State, family_of
from app.outbox.statements import OVERTAKEN

ALIVE = timedelta(minutes=1)  # four beats
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an organiser should look at: how many mails wait or hang, and the newest of them."""

    waiting: int
    failed: int
    unclear: int
    set_aside: int
    messages: Sequence[Message]

    @property
    def lost(self) -> int:
        """What certainly did not arrive; the unclear ones may have."""
        return self.failed + self.set_aside


@dataclass(frozen=True, slots=True)
class Queue:
    """How the mails that could leave stand at the moment `now`. `oldest`: since when the first of them is due."""

    now: datetime
    oldest: datetime | None
    route: Route | None

    @property
    def frozen(self) -> bool:
        """An operator holds all mails back."""
        return self.route is not None and self.route.frozen_at is not None

    @property
    def paused_until(self) -> datetime | None:
        """When the mail server, which cannot be used, is asked again."""
        return self.route.paused_until if self.route is not None else None

    @property
    def minutes(self) -> int:
        """How long the oldest due mail has waited, in whole minutes."""
        return int((self.now - self.oldest) / timedelta(minutes=1)) if self.oldest is not None else 0

    @property
    def alarm(self) -> bool:
        """Something is due and does not leave: the way out is closed, or it has waited for too long."""
        if self.oldest is None:
            return False
        return self.frozen or self.paused_until is not None or self.now - self.oldest >= LATE


def counts(session: Session, event_id: int | None = None) -> dict[State, int]:
    """How many messages stand in each state, of one event or of all."""
    query = select(Message.state, func.count()).group_by(Message.state)
    if event_id is not None:
        query = query.where(Message.event_id == event_id)
    found = dict(session.execute(query).all())
    return {state: found.get(state, 0) for state in State}


def trouble(session: Session, event_id: int, limit: int = 20) -> Trouble:
    """The event's mails that did not arrive, newest first; two queries."""
    number = counts(session, event_id)
    hanging = (
        select(Message)
        .where(Message.event_id == event_id, Message.state.in_(TROUBLE))
        .order_by(Message.id.desc())
        .limit(limit)
    )
    return Trouble(
        waiting=number[State.QUEUED] + number[State.CLAIMED] + number[State.SENDING],
        failed=number[State.FAILED],
        unclear=number[State.UNCLEAR],
        set_aside=number[State.QUARANTINED],
        messages=session.scalars(hanging).all(),
    )


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(Message.state == State.QUEUED, Message.next_attempt_at <= now, Message.give_up_at > now)


def something_due(session: Session, now: datetime) -> bool:
    """Whether the way out is open and something waits to leave by it."""
    return route_is_open(session, now) and bool(session.scalar(select(exists().where(_due(now), ~OVERTAKEN))))


def queue(session: Session, now: datetime, event_id: int | None = None) -> Queue:
    """How the queue stands, of one event or of all; two queries."""
    oldest = select(func.min(Message.next_attempt_at)).where(_due(now))
    if event_id is not None:
        oldest = oldest.where(Message.event_id == event_id)
    return Queue(now, session.scalar(oldest), route(session))


def something_to_do(session: Session, now: datetime) -> bool:
    """Whether a pass of the worker would change anything; asked before it takes the write lock."""
    waiting = and_(
        Message.state == State.QUEUED, or_(Message.next_attempt_at <= now, Message.give_up_at <= now)
    )
    expired = and_(Message.state.in_(LEASED), Message.lease_until <= now)
    return bool(session.scalar(select(exists().where(or_(waiting, expired)))))


def about(session: Session, family: str, subject_id: int) -> Sequence[Message]:
    """Every mail about one thing, oldest first: the correspondence with a participant."""
    query = (
        select(Message).where(Message.family == family, Message.subject_id == subject_id).order_by(Message.id)
    )
    return session.scalars(query).all()


def get_with_content(session: Session, message_id: int) -> Message | None:
    """One message with its frozen bytes."""
    return session.get(Message, message_id, options=[undefer(Message.frozen)], populate_existing=True)


def first_message_id(session: Session, kind: str, subject_id: int, recipient: str) -> str | None:
    """The Message-ID that later mails of the family refer to, so that a mail program shows one thread."""
    return session.scalar(
        select(Message.message_id)
        .where(
            Message.family == family_of(kind),
            Message.subject_id == subject_id,
            Message.recipient == recipient,
            Message.copies > 0,
        )
        .order_by(Message.revision)
        .limit(1)
    )


def route(session: Session) -> Route | None:
    """The state of the way out; None: never paused, never frozen."""
    return session.get(Route, 1)


def worker_alive(session: Session, now: datetime) -> bool:
    """Whether a worker was seen lately. It beats also while a mail server takes its time; that a message is in somebody's
    hands says nothing, for whoever had it may be gone."""
    return bool(session.scalar(select(exists().where(Heartbeat.beat_at > now - ALIVE))))


def last_told(session: Session, family: str, subject_id: int, since: datetime) -> tuple[bool, datetime]:
    """Whether a mail of this family about the thing has left, and up to when whoever gets them knows how it stands: `since`, if
    none has.

    A mail that left knows what it was made for, and nothing that a later one was made for: else it would have been overtaken. Clocks
    alone cannot tell. A change is dated when its request begins and is seen when it is committed, and hosts have clocks of their own.
    """
    mine = Message.family == family, Message.subject_id == subject_id
    rows = select(Message.revision, Message.created_at, Message.frozen_at).where(*mine)
    left = session.execute(
        rows.where(Message.state == State.SENT).order_by(Message.revision.desc()).limit(1)
    ).one_or_none()
    knows = since if left is None else max(left.frozen_at or left.created_at, left.created_at)
    later = select(func.min(Message.created_at)).where(
        *mine, Message.revision > (0 if left is None else left.revision)
    )
    unread = session.scalar(later)
    return left is not None, knows if unread is None else min(knows, unread - INSTANT)


def sender_of(session: Session, usual: str) -> str:
    """Whom mails come from, as "Name <address>"; `usual` is the operator's setting."""
    chosen = session.get(Sender, 1)
    return f'"{quote(chosen.name)}" <{chosen.email}>' if chosen else usual
