# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the legal slice."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, pk, text
from app.people.models import Organiser


class LegalTextVersion(Base):
    """A legal text as somebody saved it; the highest number is what the page says. `page` is a key of `rules.PAGES`.

    An empty one takes the page back to what it said without: the operator's file or ours. Versions are kept for good: what was told to whom, and when, has to be proved.
    """

    __tablename__ = "legal_text_version"
    __table_args__ = (
        UniqueConstraint("page", "language", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("language IN ('de', 'en')", name="language"),
    )

    id: Mapped[pk]
    page: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    number: Mapped[int]
    text: Mapped[text]
    at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))

    organiser: Mapped[Organiser | None] = relationship()


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
