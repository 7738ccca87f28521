# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the organising slice."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, pk, random_key, text
from app.people.models import Organiser


class Life(Base):
    """From the database's beginning, or from a restore, to the next restore; the newest row is the present one.

    `mark` rises while the house is at work, and the data folder remembers the highest: so a database that fell back is
    known. `copied` stands in the copy that a backup made. `raised_by`: how far this life set the counters above what it
    found, 0 for the first.
    """

    __tablename__ = "life"
    __table_args__ = (
        CheckConstraint("mark >= 0", name="mark_not_negative"),
        CheckConstraint("raised_by >= 0", name="raised_not_lowered"),
    )

    id: Mapped[pk]
    token: Mapped[random_key] = mapped_column(unique=True)
    began_at: Mapped[datetime]
    mark: Mapped[int] = mapped_column(default=0)
    marked_at: Mapped[datetime]
    copied: Mapped[bool] = mapped_column(default=False)
    raised_by: Mapped[int] = mapped_column(default=0)


class BarrierReport(Base):
    """What somebody could not read or use, as they told us (A11Y-04). `page` is what they said where it was."""

    __tablename__ = "barrier_report"
    __table_args__ = (
        CheckConstraint("text <> ''", name="has_text"),
        CheckConstraint("answered_by_id IS NULL OR answered_at IS NOT NULL", name="answered_whole"),
    )

    id: Mapped[pk]
    nonce: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    page: Mapped[str] = mapped_column(String(500), default="")
    text: Mapped[text]
    email: Mapped[str] = mapped_column(String(254), default="")
    answered_at: Mapped[datetime | None] = mapped_column(index=True)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))

    answered_by: Mapped[Organiser | None] = relationship()
