# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the organising slice."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, pk, random_key


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


class SkippedStep(Base):
    """A step of setting up that somebody left for later; `name` is one of `setup.STEPS`."""

    __tablename__ = "skipped_step"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
