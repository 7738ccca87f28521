# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the outbox."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.db import Base, enum_of, line, pk
from app.outbox.rules import COPIES, State


class Message(Base):
    """The intention to tell one person one thing, and what became of it.

    `kind`, `subject_id` and `revision` together are announced once. `claims` counts claims without a result,
    `attempts` answers that asked for patience, `copies` how often DATA was begun and not refused. `event_id`
    carries no foreign key: the outbox stands below the events and outlives them. `sequence` is the number of the calendar part,
    known when the mail is built, or before.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "revision"),
        Index("ix_message_state_next_attempt_at", "state", "next_attempt_at"),
        Index("ix_message_family_subject_id", "family", "subject_id"),
        Index("ix_message_event_id_state", "event_id", "state"),
        CheckConstraint(
            "(state IN ('claimed', 'sending')) = (lease_until IS NOT NULL)", name="lease_iff_in_hand"
        ),
        CheckConstraint("(lease_until IS NULL) = (lease_token IS NULL)", name="lease_whole"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at_iff_sent"),
        CheckConstraint("(message_id IS NULL) = (frozen_at IS NULL)", name="frozen_whole"),
        CheckConstraint("frozen IS NULL OR message_id IS NOT NULL", name="frozen_has_message_id"),
        CheckConstraint("state <> 'sending' OR frozen IS NOT NULL", name="sending_is_frozen"),
        CheckConstraint("copies >= 0 AND copies <= copy_limit", name="copies_bounded"),
        CheckConstraint("attempts >= 0 AND claims >= 0", name="counts_not_negative"),
    )

    id: Mapped[pk]
    kind: Mapped[str] = mapped_column(String(60))
    family: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int]
    revision: Mapped[int]
    event_id: Mapped[int | None]
    recipient: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[State] = mapped_column(enum_of(State, "state"), default=State.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    claims: Mapped[int] = mapped_column(default=0)
    copies: Mapped[int] = mapped_column(default=0)
    copy_limit: Mapped[int] = mapped_column(default=COPIES)
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    give_up_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(32))
    message_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    frozen_at: Mapped[datetime | None]
    frozen: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    subject_line: Mapped[str] = mapped_column(String(200), default="")
    sequence: Mapped[int | None]
    sent_at: Mapped[datetime | None]
    smtp_answer: Mapped[str] = mapped_column(String(500), default="")


class Route(Base):
    """The way out, one row: resting after failures, or frozen by an operator (a restored system starts frozen)."""

    __tablename__ = "route"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("(failures = 0) = (paused_until IS NULL)", name="paused_iff_failing"),
        CheckConstraint("(failures = 0) = (reason = '')", name="reason_iff_failing"),
    )

    id: Mapped[pk]
    paused_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(300), default="")
    frozen_at: Mapped[datetime | None]


class Heartbeat(Base):
    """When a worker was last seen."""

    __tablename__ = "heartbeat"

    worker: Mapped[str] = mapped_column(String(120), primary_key=True)
    beat_at: Mapped[datetime]


class Sender(Base):
    """Whom mails and invitations come from, where a page says otherwise than FACHTAG_MAIL_FROM: one row, or none."""

    __tablename__ = "sender"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[pk]
    name: Mapped[line]
    email: Mapped[str] = mapped_column(String(254))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
