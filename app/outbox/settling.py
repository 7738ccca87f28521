# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What became of a message in hand. Every verb names the lease it rests on, so that a worker that was frozen longer
than its lease changes nothing that another one holds (F19)."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from app.outbox.models import Message
from app.outbox.route import pause, recover
from app.outbox.rules import LEASED, Claim, DeliveryPolicy, State
from app.outbox.statements import FREE, OVERTAKEN, REFUSED_COPY, brief, change, claimed_by, done


def settle_sent(session: Session, claimed: Claim, answer: str, *, now: datetime) -> bool:
    """The server said yes. This is a fact also when the lease was lost, unless another copy is on its way."""
    mine = (Message.lease_token == claimed.token) & (Message.state == State.SENDING)
    nobodys = Message.state.in_([State.QUEUED, State.CLAIMED, State.UNCLEAR, State.QUARANTINED])
    settled = change(Message.id == claimed.id, or_(mine, nobodys))
    sent = done(
        session, settled.values(state=State.SENT, sent_at=now, smtp_answer=brief(answer), claims=0, **FREE)
    )
    recover(session)
    return sent


def settle_temporary(
    session: Session, claimed: Claim, answer: str, *, now: datetime, policy: DeliveryPolicy
) -> None:
    """Not now: try again after the next rung, or give up when the time is over."""
    if _try_later(session, claimed, answer, now=now, policy=policy):
        recover(session)


def settle_closed(
    session: Session,
    claimed: Claim,
    answer: str,
    *,
    now: datetime,
    policy: DeliveryPolicy,
    sign_in: bool = False,
) -> datetime | None:
    """The server closed the door while it had this mail in hand: the mail is tried again as after any "not now", and the
    queue rests until the moment that is returned. Not a second time for the same mail (None): then it may be the mail
    itself, and one mail never holds the others."""
    attempts = _try_later(session, claimed, answer, now=now, policy=policy)
    return pause(session, answer, now=now, policy=policy, sign_in=sign_in) if attempts == 1 else None


def _try_later(
    session: Session, claimed: Claim, answer: str, *, now: datetime, policy: DeliveryPolicy
) -> int:
    """How many attempts that makes; 0 if the lease was lost. Whatever goes back to the queue waits and is counted."""
    row = session.execute(
        select(Message.attempts, Message.give_up_at).where(*claimed_by(claimed))
    ).one_or_none()
    if row is None:
        return 0
    attempts: int = row.attempts + 1
    again = policy.next_attempt(attempts, now, row.give_up_at)
    outcome: dict[str, Any] = (
        {"state": State.FAILED} if again is None else {"state": State.QUEUED, "next_attempt_at": again}
    )
    values = {"attempts": attempts, "copies": REFUSED_COPY, "smtp_answer": brief(answer), "claims": 0}
    session.execute(change(*claimed_by(claimed)).values(**values, **outcome, **FREE))
    return attempts


def settle_permanent(session: Session, claimed: Claim, answer: str) -> None:
    """Never: the organiser sees it, the other mails go on (F11)."""
    values = {
        "attempts": Message.attempts + 1,
        "copies": REFUSED_COPY,
        "smtp_answer": brief(answer),
        "claims": 0,
    }
    session.execute(change(*claimed_by(claimed)).values(state=State.FAILED, **values, **FREE))
    recover(session)


def settle_doubtful(
    session: Session, claimed: Claim, answer: str, *, now: datetime, policy: DeliveryPolicy
) -> None:
    """Nobody knows whether it arrived (F06, F14): one repeat after the lease, then a person decides."""
    values = {"smtp_answer": brief(answer), "claims": 0, **FREE}
    at_limit = Message.copies >= Message.copy_limit
    session.execute(change(*claimed_by(claimed), at_limit).values(state=State.UNCLEAR, **values))
    session.execute(
        change(*claimed_by(claimed)).values(state=State.QUEUED, next_attempt_at=now + policy.lease, **values)
    )


def settle_superseded(session: Session, claimed: Claim) -> None:
    """The thing has moved on: nothing is sent."""
    session.execute(
        change(*claimed_by(claimed), Message.state == State.CLAIMED).values(
            state=State.SUPERSEDED, claims=0, **FREE
        )
    )


def set_aside(session: Session, claimed: Claim, reason: str) -> None:
    """This message cannot be built or sent; the queue goes on without it."""
    values = {"state": State.QUARANTINED, "copies": REFUSED_COPY, "smtp_answer": brief(reason), **FREE}
    session.execute(change(*claimed_by(claimed)).values(**values))


def stumble(session: Session, claimed: Claim, reason: str, *, now: datetime, policy: DeliveryPolicy) -> None:
    """A fault of ours while building: again in a moment, and set aside after the third time (F08)."""
    session.execute(
        change(*claimed_by(claimed), Message.claims >= policy.claims).values(
            state=State.QUARANTINED, smtp_answer=brief(reason), **FREE
        )
    )
    session.execute(
        change(*claimed_by(claimed)).values(
            state=State.QUEUED, next_attempt_at=now + policy.ladder[0], smtp_answer=brief(reason), **FREE
        )
    )


def tidy(session: Session, *, now: datetime, policy: DeliveryPolicy) -> None:
    """Settle what nobody holds: expired leases, overtaken mails, mails whose time is over.

    An expired claim is harmless (nothing had left). An expired "sending" is repeated once, then a person decides.
    """
    expired = (Message.state.in_(LEASED), Message.lease_until <= now)
    doubtful = (Message.state == State.SENDING, Message.copies >= Message.copy_limit)
    no_answer = "no answer after the mail was handed over"
    session.execute(change(*expired, *doubtful).values(state=State.UNCLEAR, smtp_answer=no_answer, **FREE))
    crashed = "the worker ended each time it had this mail in hand"
    at_limit = Message.claims >= policy.claims
    session.execute(change(*expired, at_limit).values(state=State.QUARANTINED, smtp_answer=crashed, **FREE))
    session.execute(change(*expired).values(state=State.QUEUED, next_attempt_at=now, **FREE))
    session.execute(change(Message.state == State.QUEUED, OVERTAKEN).values(state=State.SUPERSEDED))
    late = (Message.state == State.QUEUED, Message.give_up_at <= now)
    reason = case((Message.smtp_answer == "", "the time for this mail is over"), else_=Message.smtp_answer)
    session.execute(change(*late).values(state=State.FAILED, smtp_answer=reason))
