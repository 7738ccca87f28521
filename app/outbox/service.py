# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Use cases of the outbox: intend to tell somebody something, take a message in hand, send one again."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, insert, literal, select
from sqlalchemy.orm import Session

from app.db import UtcDateTime, insert_of
from app.outbox.models import Heartbeat, Message
from app.outbox.route import route_is_open
from app.outbox.rules import (
    LEASED,
    TROUBLE,
    WAITING,
    Claim,
    DeliveryPolicy,
    RenderedMail,
    Start,
    State,
    family_of,
    last_moment,
)
from app.outbox.settling import settle_superseded
from app.outbox.statements import (
    FREE,
    OLDER_IN_HAND,
    OVERTAKEN,
    SETTLE_OLDER,
    change,
    claimed_by,
    done,
    insert_into,
    intending,
)
from app.refusal import N_, Missing, Refusal

FORGET_WORKER_AFTER = timedelta(days=1)


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
    settle: bool = True,
    sequence: int | None = None,
) -> int | None:
    """Intend to tell `recipient` about this revision of the thing. Returns None when that was intended before.

    Older mails of the same family about the same thing to the same person that have not left are settled unsent: at once, or
    without `settle` by the worker, before it sends anything. `sequence` numbers a calendar part whose number the thing itself will
    not tell any more when the mail is built.
    """
    values = {
        "kind": kind,
        "family": family_of(kind),
        "subject_id": subject_id,
        "revision": revision,
        "event_id": event_id,
        "recipient": recipient,
        "language": language,
        "created_at": now,
        "next_attempt_at": now,
        "give_up_at": last_moment(give_up_at, now),
        "sequence": sequence,
    }
    new_id: int | None = session.scalar(intending(insert_of(session)), values)
    if settle and new_id is not None and revision > 1:  # nothing is older than the first
        this = {"of_family": values["family"], "of": subject_id, "to": recipient, "than": revision}
        session.execute(SETTLE_OLDER, this)
    return new_id


def enqueue_all(
    session: Session,
    *,
    kind: str,
    subjects: Select[int, str, str] | Select[int, str, str, int],
    now: datetime,
    event_id: int | None = None,
    give_up_at: datetime | None = None,
) -> None:
    """Intend to tell something to many: subject id, recipient and language come from `subjects`, in one statement.

    A fourth column is the revision. Without it nobody has been told before; with it, older mails of the same family
    about the same things that have not left are settled unsent.
    """
    whom = subjects.subquery()
    again = len(whom.c) > 3
    values = {
        "kind": literal(kind),
        "family": literal(family_of(kind)),
        "subject_id": whom.c[0],
        "revision": whom.c[3] if again else literal(1),
        "event_id": literal(event_id),
        "recipient": whom.c[1],
        "language": whom.c[2],
        "created_at": literal(now, UtcDateTime()),
        "next_attempt_at": literal(now, UtcDateTime()),
        "give_up_at": literal(last_moment(give_up_at, now), UtcDateTime()),
    }
    statement = insert(Message).from_select(list(values), select(*values.values()))
    session.execute(statement.execution_options(synchronize_session=False))
    if again:
        newer = exists().where(
            whom.c[0] == Message.subject_id, whom.c[1] == Message.recipient, whom.c[3] > Message.revision
        )
        older = change(Message.family == family_of(kind), Message.state == State.QUEUED, newer)
        session.execute(older.values(state=State.SUPERSEDED))


def claim(session: Session, *, now: datetime, policy: DeliveryPolicy) -> Claim | None:
    """Take the message that has waited longest, unless the way out is closed.

    A message waits while an older one about the same thing is in somebody's hands, so that a cancellation is
    never overtaken by an invitation (F20). An overtaken one is nobody's: `tidy` settles it.
    """
    if not route_is_open(session, now):
        return None
    waiting = (
        select(Message.id)
        .where(Message.state == State.QUEUED, Message.next_attempt_at <= now, Message.give_up_at > now)
        .where(~OLDER_IN_HAND, ~OVERTAKEN)
        .order_by(Message.next_attempt_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Message)
    )
    lease = {"lease_until": now + policy.lease, "lease_token": secrets.token_hex(16)}
    row = session.execute(
        change(Message.id == waiting.scalar_subquery())
        .values(state=State.CLAIMED, claims=Message.claims + 1, **lease)
        .returning(Message.id, Message.kind, Message.lease_token, Message.lease_until)
    ).one_or_none()
    return None if row is None else Claim(*row)


def freeze(session: Session, claimed: Claim, rendered: RenderedMail, *, now: datetime) -> bool:
    """Keep the rendered mail for every attempt to come. False: the lease is lost."""
    return done(
        session,
        change(*claimed_by(claimed), Message.state == State.CLAIMED, Message.message_id.is_(None)).values(
            message_id=rendered.message_id,
            recipient=rendered.recipient,
            subject_line=rendered.subject,
            frozen=rendered.content,
            frozen_at=now,
            sequence=rendered.sequence,
        ),
    )


def begin_data(session: Session, claimed: Claim, *, now: datetime, policy: DeliveryPolicy) -> Start:
    """Mark that the server may have the mail from now on; settle it unsent if it was overtaken meanwhile."""
    begun = change(
        *claimed_by(claimed), Message.state == State.CLAIMED, Message.lease_until > now, ~OVERTAKEN
    )
    marks = {
        "state": State.SENDING,
        "copies": Message.copies + 1,
        "lease_until": now + policy.sending_lease,
    }
    if done(session, begun.values(**marks)):
        return Start.BEGUN
    if session.scalar(select(Message.id).where(*claimed_by(claimed), OVERTAKEN)) is None:
        return Start.LOST
    settle_superseded(session, claimed)
    return Start.OVERTAKEN


def retry(session: Session, message_id: int, *, now: datetime) -> None:
    """Send it once more, byte for byte the same. Refuses what is on its way, has arrived or was overtaken."""
    message = session.get(Message, message_id, with_for_update=True)
    if message is None:
        raise Missing
    if message.state not in TROUBLE:
        raise Refusal(N_("Only a mail that has failed, is unclear or was set aside can be sent again."))
    if session.scalar(select(exists().where(Message.id == message_id, OVERTAKEN))):
        raise Refusal(N_("A newer mail about the same matter exists. This one is not sent any more."))
    message.state = State.QUEUED
    message.attempts = message.claims = 0
    message.copy_limit = max(message.copy_limit, message.copies + 1)
    message.next_attempt_at = now
    message.give_up_at = last_moment(None, now)
    session.flush()


def forget_wording(session: Session, families: Collection[str], subject_ids: Collection[int]) -> None:
    """Mails about these that have left are kept without their words; the others are worded anew when they leave."""
    of_them = Message.family.in_(families), Message.subject_id.in_(subject_ids)
    gone = {"frozen": None, "subject_line": ""}
    session.execute(change(*of_them, Message.state == State.SENT).values(**gone))
    anew = {**gone, "message_id": None, "frozen_at": None, "copies": 0}
    session.execute(change(*of_them, Message.state.not_in([State.SENT, *LEASED])).values(**anew))


def settle_unsent(session: Session, families: Collection[str], subject_id: int, recipient: str) -> None:
    """The address is nobody's any more: what has not left for it never will, also if somebody presses "send again"."""
    never_left = Message.state.in_([State.QUEUED, State.FAILED, State.QUARANTINED]), Message.copies == 0
    mine = Message.family.in_(families), Message.subject_id == subject_id, Message.recipient == recipient
    session.execute(change(*mine, *never_left).values(state=State.SUPERSEDED))


def kept_in_words(session: Session) -> set[str]:
    """Message-IDs of all mails whose words are still there."""
    found = select(Message.message_id).where(Message.frozen.is_not(None), Message.message_id.is_not(None))
    return {one for one in session.scalars(found) if one}


def withdraw(session: Session, family: str, subject_id: int) -> None:
    """The thing is gone as if it had never been: so are its mails, those that have not left above all."""
    mine = delete(Message).where(Message.family == family, Message.subject_id == subject_id)
    session.execute(mine.execution_options(synchronize_session=False))


def drop_waiting(session: Session) -> int:
    """After a restore: settle unsent whatever waits, because it left before the restore. Returns how many."""
    result = session.execute(
        change(Message.state == State.QUEUED).values(state=State.SUPERSEDED).returning(Message.id)
    )
    return len(result.all())


def doubt_waiting(session: Session) -> int:
    """After a restore: whether what waits left before it, nobody knows, so a person decides about each. How many."""
    result = session.execute(
        change(Message.state.in_(WAITING))
        .values(state=State.UNCLEAR, smtp_answer="restored from a backup", **FREE)
        .returning(Message.id)
    )
    return len(result.all())


def beat(session: Session, worker: str, *, now: datetime) -> None:
    """The worker lives. Names of workers long gone are forgotten."""
    statement = insert_into(session, Heartbeat).values(worker=worker, beat_at=now)
    session.execute(statement.on_conflict_do_update(index_elements=["worker"], set_={"beat_at": now}))
    session.execute(delete(Heartbeat).where(Heartbeat.beat_at < now - FORGET_WORKER_AFTER))
