# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Table of the checklist."""

from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.checklist.rules import FURTHEST
from app.db import Base, line, pk
from app.events.models import Event
from app.people.models import Organiser
from app.texts import local_day


class Task(Base):
    """Something to do until `days_before` the day's first date; below 0 it is after it. So it moves along with the day, and
    comes along to the next one. `done_by` stays empty for an account that is gone."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint(f"days_before BETWEEN -{FURTHEST} AND {FURTHEST}", name="days_in_range"),
        CheckConstraint("text <> ''", name="text_given"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    text: Mapped[line]
    days_before: Mapped[int]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("organiser.id", ondelete="SET NULL"), index=True
    )
    version: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()
    done_by: Mapped[Organiser | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def due(self) -> date:
        """The date until which it is to be done."""
        return local_day(self.event.starts_at) - timedelta(days=self.days_before)

    def is_late(self, today: date) -> bool:
        return self.done_at is None and self.due < today
