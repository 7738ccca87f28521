# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What the team says about people of a day: messages to many, and that two are not one."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, pk


class DistinctPair(Base):
    """The team looked at two registrations that seemed to be of one person, and said that they are not."""

    __tablename__ = "two_people"
    __table_args__ = (CheckConstraint("first_id < second_id", name="in_order"),)

    first_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))


class Mailing(Base):
    """One message of the team to many people of a day; the nonce makes a second press land on the first."""

    __tablename__ = "circular"
    __table_args__ = (UniqueConstraint("event_id", "nonce"),)

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    nonce: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(150))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))


class MailingCopy(Base):
    """Who gets it. A mail is about one of these rows, so that no message to many overtakes another one."""

    __tablename__ = "circular_copy"
    __table_args__ = (
        UniqueConstraint("circular_id", "registration_id"),
        # The outbox tells one thing once: an id that came back would not be told.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[pk]
    circular_id: Mapped[int] = mapped_column(ForeignKey("circular.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )

    mailing: Mapped[Mailing] = relationship()
