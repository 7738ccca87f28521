# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the organising slice."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, pk, text
from app.people.models import Organiser


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
