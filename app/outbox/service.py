# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Verbs of the outbox. Every change of state names the lease it rests on, so that a worker that was frozen longer
than its lease changes nothing that another one holds (F19)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from app.ical.text import one_line
from app.outbox.models import Heartbeat, Message, Route
from app.outbox.rules import LEASED, TROUBLE, WAITING, DeliveryPolicy, State, family_of, last_moment
from app.refusal import N_, Missing, Refusal

FORGET_WORKER_AFTER = timedelta(days=1)


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


# --- putting in --------------------------------------------------------------------------------------------------


def enqueue(
    session: Session,
    *,
    kind: str,
    subject_id: int,
    revision: int,
    recipient: str,
    now: datetime,
    event_id: int | None = None,
    give_up_at: datetime | None = None,
    language: str = "de",
) -> int | None:
    """Intend to tell `recipient` about this revision of the thing. Returns None when that was intended before.

    Older mails of the same family about the same thing to the same person that have not left are settled unsent.
    """
    statement = _insert(session, Message).values(
        kind=kind,
        family=family_of(kind),
        subject_id=subject_id,
        revision=revision,
        event_id=event_id,
        recipient=recipient,
        language=language,
        created_at=now,
        next_attempt_at=now,
        give_up_at=last_moment(give_up_at, now),
    )
    unique = ["kind", "subject_id", "revision"]
    new_id: int | None = session.scalar(
        statement.on_conflict_do_nothing(index_elements=unique).returning(Message.id)
    )
    if new_id is not None:
        session.execute(
            _change(
                Message.family == family_of(kind),
                Message.subject_id == subject_id,
                Message.recipient == recipient,
                Message.revision < revision,
                Message.state == State.QUEUED,
            ).values(state=State.SUPERSEDED)
        )
    return new_id


# --- taking out --------------------------------------------------------------------------------------------------


def claim(session: Session, *, now: datetime, policy: DeliveryPolicy) -> Claim | None:
    """Take the message that has waited longest, unless the way out is closed.

    A message waits while an older one about the same thing is in somebody's hands, so that a cancellation is
    never overtaken by an invitation (F20).
    """
    if not route_is_open(session, now):
        return None
    waiting = (
        select(Message.id)
        .where(Message.state == State.QUEUED, Message.next_attempt_at <= now, Message.give_up_at > now)
        .where(~_OLDER_IN_HAND)
        .order_by(Message.next_attempt_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Message)
    )
    lease = {"lease_until": now + policy.lease, "lease_token": secrets.token_hex(16)}
    row = session.execute(
        _change(Message.id == waiting.scalar_subquery())
        .values(state=State.CLAIMED, claims=Message.claims + 1, **lease)
        .returning(Message.id, Message.kind, Message.lease_token, Message.lease_until)
    ).one_or_none()
    return None if row is None else Claim(*row)


def freeze(session: Session, held: Claim, parcel: Parcel, *, now: datetime) -> bool:
    """Keep the rendered mail for every attempt to come. False: the lease is lost."""
    return _done(
        session,
        _change(*_held(held), Message.state == State.CLAIMED, Message.message_id.is_(None)).values(
            message_id=parcel.message_id,
            recipient=parcel.recipient,
            subject_line=parcel.subject,
            frozen=parcel.content,
            frozen_at=now,
            sequence=parcel.sequence,
        ),
    )


def begin_data(session: Session, held: Claim, *, now: datetime, policy: DeliveryPolicy) -> bool:
    """Mark that the server may have the mail from now on. False: the lease is lost, or the mail was overtaken."""
    return _done(
        session,
        _change(*_held(held), Message.state == State.CLAIMED, Message.lease_until > now, ~_OVERTAKEN).values(
            state=State.SENDING, copies=Message.copies + 1, lease_until=now + policy.sending_lease
        ),
    )


# --- settling ----------------------------------------------------------------------------------------------------


def settle_sent(session: Session, held: Claim, answer: str, *, now: datetime) -> bool:
    """The server said yes. This is a fact also when the lease was lost, unless another copy is on its way."""
    mine = (Message.lease_token == held.token) & (Message.state == State.SENDING)
    nobodys = Message.state.in_([State.QUEUED, State.CLAIMED, State.UNCLEAR, State.QUARANTINED])
    change = _change(Message.id == held.id, or_(mine, nobodys))
    sent = _done(
        session, change.values(state=State.SENT, sent_at=now, smtp_answer=_brief(answer), claims=0, **_FREE)
    )
    _recover(session)
    return sent


def settle_temporary(
    session: Session, held: Claim, answer: str, *, now: datetime, policy: DeliveryPolicy
) -> None:
    """Not now: try again after the next rung, or give up when the time is over."""
    row = session.execute(select(Message.attempts, Message.give_up_at).where(*_held(held))).one_or_none()
    if row is None:
        return
    attempts = row.attempts + 1
    again = policy.next_attempt(attempts, now, row.give_up_at)
    outcome: dict[str, Any] = (
        {"state": State.FAILED} if again is None else {"state": State.QUEUED, "next_attempt_at": again}
    )
    values = {"attempts": attempts, "copies": _REFUSED_COPY, "smtp_answer": _brief(answer), "claims": 0}
    session.execute(_change(*_held(held)).values(**values, **outcome, **_FREE))
    _recover(session)


def settle_permanent(session: Session, held: Claim, answer: str) -> None:
    """Never: the organiser sees it, the other mails go on (F11)."""
    values = {
        "attempts": Message.attempts + 1,
        "copies": _REFUSED_COPY,
        "smtp_answer": _brief(answer),
        "claims": 0,
    }
    session.execute(_change(*_held(held)).values(state=State.FAILED, **values, **_FREE))
    _recover(session)


def settle_doubtful(
    session: Session, held: Claim, answer: str, *, now: datetime, policy: DeliveryPolicy
) -> None:
    """Nobody knows whether it arrived (F06, F14): one repeat after the lease, then a person decides."""
    values = {"smtp_answer": _brief(answer), "claims": 0, **_FREE}
    at_limit = Message.copies >= Message.copy_limit
    session.execute(_change(*_held(held), at_limit).values(state=State.UNCLEAR, **values))
    session.execute(
        _change(*_held(held)).values(state=State.QUEUED, next_attempt_at=now + policy.lease, **values)
    )


def settle_superseded(session: Session, held: Claim) -> None:
    """The thing has moved on: nothing is sent."""
    session.execute(
        _change(*_held(held), Message.state == State.CLAIMED).values(
            state=State.SUPERSEDED, claims=0, **_FREE
        )
    )


def set_aside(session: Session, held: Claim, reason: str) -> None:
    """This message cannot be built or sent; the queue goes on without it."""
    values = {"state": State.QUARANTINED, "copies": _REFUSED_COPY, "smtp_answer": _brief(reason), **_FREE}
    session.execute(_change(*_held(held)).values(**values))


def stumble(session: Session, held: Claim, reason: str, *, now: datetime, policy: DeliveryPolicy) -> None:
    """A fault of ours while building: again in a moment, and set aside after the third time (F08)."""
    session.execute(
        _change(*_held(held), Message.claims >= policy.claims).values(
            state=State.QUARANTINED, smtp_answer=_brief(reason), **_FREE
        )
    )
    session.execute(
        _change(*_held(held)).values(
            state=State.QUEUED, next_attempt_at=now + policy.ladder[0], smtp_answer=_brief(reason), **_FREE
        )
    )


def put_back(session: Session, held: Claim) -> None:
    """Not the message's fault: as if it had not been claimed, attempts are not used up (F09)."""
    session.execute(_change(*_held(held)).values(state=State.QUEUED, claims=0, copies=_REFUSED_COPY, **_FREE))


def tidy(session: Session, *, now: datetime, policy: DeliveryPolicy) -> None:
    """Settle what nobody holds: expired leases, overtaken mails, mails whose time is over.

    An expired claim is harmless (nothing had left). An expired "sending" is repeated once, then a person decides.
    """
    expired = (Message.state.in_(LEASED), Message.lease_until <= now)
    doubtful = (Message.state == State.SENDING, Message.copies >= Message.copy_limit)
    silence = "no answer after the mail was handed over"
    session.execute(_change(*expired, *doubtful).values(state=State.UNCLEAR, smtp_answer=silence, **_FREE))
    crashed = "the worker ended each time it had this mail in hand"
    at_limit = Message.claims >= policy.claims
    session.execute(_change(*expired, at_limit).values(state=State.QUARANTINED, smtp_answer=crashed, **_FREE))
    session.execute(_change(*expired).values(state=State.QUEUED, next_attempt_at=now, **_FREE))
    session.execute(_change(Message.state == State.QUEUED, _OVERTAKEN).values(state=State.SUPERSEDED))
    late = (Message.state == State.QUEUED, Message.give_up_at <= now)
    reason = case((Message.smtp_answer == "", "the time for this mail is over"), else_=Message.smtp_answer)
    session.execute(_change(*late).values(state=State.FAILED, smtp_answer=reason))


# --- what people decide ------------------------------------------------------------------------------------------


def retry(session: Session, message_id: int, *, now: datetime) -> None:
    """Send it once more, byte for byte the same. Refuses what is on its way, has arrived or was overtaken."""
    message = session.get(Message, message_id, with_for_update=True)
    if message is None:
        raise Missing
    if message.state not in TROUBLE:
        raise Refusal(N_("Only a mail that has failed, is unclear or was set aside can be sent again."))
    if session.scalar(select(exists().where(Message.id == message_id, _OVERTAKEN))):
        raise Refusal(N_("A newer mail about the same matter exists. This one is not sent any more."))
    message.state = State.QUEUED
    message.attempts = message.claims = 0
    message.copy_limit = max(message.copy_limit, message.copies + 1)
    message.next_attempt_at = now
    message.give_up_at = last_moment(None, now)
    session.flush()


def hold(session: Session, *, now: datetime) -> None:
    """Nothing leaves until `release`: the first step after a restore (F44)."""
    _route(session).frozen_at = now
    session.flush()


def release(session: Session) -> None:
    """Open the way out again, pauses included."""
    route = _route(session)
    route.frozen_at = None
    _clear(route)
    session.flush()


def drop_waiting(session: Session) -> int:
    """After a restore: settle unsent whatever waits, because it left before the restore. Returns how many."""
    result = session.execute(
        _change(Message.state == State.QUEUED).values(state=State.SUPERSEDED).returning(Message.id)
    )
    return len(result.all())


def forget_before(session: Session, moment: datetime) -> int:
    """The retention period is over: settled mails from before that moment are deleted. Returns how many."""
    return _forget(session, Message.created_at < moment, Message.state.not_in(WAITING))


def forget_about(session: Session, family: str, subject_id: int) -> int:
    """The thing itself is being deleted: so is every mail about it, also one that waits. Returns how many."""
    return _forget(session, Message.family == family, Message.subject_id == subject_id)


# --- the way out -------------------------------------------------------------------------------------------------


def route_is_open(session: Session, now: datetime) -> bool:
    route = session.get(Route, 1)
    if route is None:
        return True
    return route.frozen_at is None and (route.paused_until is None or route.paused_until <= now)


def pause(session: Session, reason: str, *, now: datetime, policy: DeliveryPolicy) -> datetime:
    """The mail server cannot be used: let the whole queue rest, longer each time. Returns until when."""
    route = _route(session)
    route.failures += 1
    route.reason = _brief(reason)[:300] or "unknown"
    route.paused_until = now + policy.pause(route.failures)
    session.flush()
    return route.paused_until


def beat(session: Session, worker: str, *, now: datetime) -> None:
    """The worker lives. Names of workers long gone are forgotten."""
    statement = _insert(session, Heartbeat).values(worker=worker, beat_at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["worker"], set_={"beat_at": now}))
    session.execute(delete(Heartbeat).where(Heartbeat.beat_at < now - FORGET_WORKER_AFTER))


# --- helpers -----------------------------------------------------------------------------------------------------

_FREE: dict[str, Any] = {"lease_until": None, "lease_token": None}
# A definite no after DATA means that this copy never existed.
_REFUSED_COPY = case((Message.state == State.SENDING, Message.copies - 1), else_=Message.copies)

# The mails of one family about one thing to one person follow each other.
_other = aliased(Message)
_SAME_THREAD = (
    _other.family == Message.family,
    _other.subject_id == Message.subject_id,
    _other.recipient == Message.recipient,
)
_OVERTAKEN = exists().where(*_SAME_THREAD, _other.revision > Message.revision)
_OLDER_IN_HAND = exists().where(*_SAME_THREAD, _other.revision < Message.revision, _other.state.in_(LEASED))


def _held(held: Claim) -> tuple[ColumnElement[bool], ...]:
    return (Message.id == held.id, Message.lease_token == held.token)


def _change(*conditions: ColumnElement[bool]) -> Any:
    return update(Message).where(*conditions).execution_options(synchronize_session=False)


def _done(session: Session, change: Any) -> bool:
    return session.scalar(change.returning(Message.id)) is not None


def _forget(session: Session, *conditions: ColumnElement[bool]) -> int:
    statement = delete(Message).where(*conditions).returning(Message.id)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())


def _insert(session: Session, table: type[Message] | type[Heartbeat] | type[Route]) -> Any:
    """Both engines know ON CONFLICT, each by its own construct; a conflict leaves the transaction whole."""
    engine = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return engine.insert(table)


def _route(session: Session) -> Route:
    session.execute(_insert(session, Route).values(id=1).on_conflict_do_nothing(index_elements=["id"]))
    return session.get_one(Route, 1, with_for_update=True, populate_existing=True)


def _recover(session: Session) -> None:
    """The server answered: failures before this one no longer count."""
    route = session.get(Route, 1)
    if route is not None and route.failures:
        _clear(_route(session))
        session.flush()


def _clear(route: Route) -> None:
    route.failures = 0
    route.reason = ""
    route.paused_until = None


def _brief(answer: str) -> str:
    return one_line(answer)[:500]
