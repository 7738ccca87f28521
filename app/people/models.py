# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the people slice."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Json, enum_of, line, pk, random_key
from app.people.rules import LinkReason


class Organiser(Base):
    """An account of somebody who organises. A disabled one keeps its history and loses its sessions.

    `creates_days`: it was made by the operator, not by a team that needed help with its own day.
    """

    __tablename__ = "organiser"

    id: Mapped[pk]
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[line]
    password_hash: Mapped[str] = mapped_column(String(200))
    is_admin: Mapped[bool] = mapped_column(default=False)
    creates_days: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class SignIn(Base):
    """One signed-in browser. The cookie carries a random token, the table only its hash; ending it is a row change.

    `ends_at` is the absolute end; how long the browser was idle stands in its signed cookie, so that reading a page
    writes nothing. `browser` is a coarse name ("Firefox, Windows") by which a person knows it again.
    """

    __tablename__ = "sign_in"

    id: Mapped[pk]
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    organiser: Mapped[Organiser] = relationship()


class PasswordLink(Base):
    """One mailed link with which a password is set, once. The link itself is signed and stands in no table.

    `invited_by`: the name of whoever added the person to a team, `invited_to`: the title of its day; the mail says both.
    """

    __tablename__ = "password_link"

    id: Mapped[pk]
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id", ondelete="CASCADE"), index=True)
    reason: Mapped[LinkReason] = mapped_column(enum_of(LinkReason, "reason"))
    link_key: Mapped[random_key]
    invited_by: Mapped[line] = mapped_column(default="")
    invited_to: Mapped[line] = mapped_column(default="")
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    organiser: Mapped[Organiser] = relationship()


class Budget(Base):
    """How often something was tried within a window: sign-ins per account, registrations per network."""

    __tablename__ = "budget"

    id: Mapped[pk]
    bucket: Mapped[str] = mapped_column(String(120), unique=True)
    window_ends_at: Mapped[datetime] = mapped_column(index=True)
    spent: Mapped[int] = mapped_column(default=0)


class AuditEntry(Base):
    """Who did what to what, written in the transaction of the action."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_event_id_at", "event_id", "at"),)

    id: Mapped[pk]
    at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))
    event_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), default="")
    detail: Mapped[Json] = mapped_column(JSON, default=dict)

    organiser: Mapped[Organiser | None] = relationship()
