# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of wishes for workshops, of what people cannot do without, and of who leads a run."""

from enum import Enum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, enum_of, pk
from app.programme.models import Run
from app.registration.models import Registration
from app.registration.workshops.rules import Need


class StaffRole(Enum):
    FACILITATOR = "facilitator"
    NOTE_TAKER = "note_taker"


class Wish(Base):
    """A run that somebody would like, number `rank` in its round; 1 is the dearest. Nobody has to have one."""

    __tablename__ = "wish"
    __table_args__ = (
        UniqueConstraint("registration_id", "round_id", "rank"),
        UniqueConstraint("registration_id", "run_id"),
        CheckConstraint("rank >= 1", name="rank_from_one"),
    )

    id: Mapped[pk]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int]


class RegistrationNeed(Base):
    """In no list, file, mail, calendar or protocol; deleted 14 days after the day (DP-04)."""

    __tablename__ = "registration_need"

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    need: Mapped[Need] = mapped_column(enum_of(Need, "need"), primary_key=True)


class RunStaff(Base):
    """Somebody registered who leads a run or takes the minutes: in it without taking a seat of it."""

    __tablename__ = "run_staff"
    __table_args__ = (UniqueConstraint("run_id", "registration_id"),)

    id: Mapped[pk]
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    role: Mapped[StaffRole] = mapped_column(enum_of(StaffRole, "role"))

    run: Mapped[Run] = relationship()
    registration: Mapped[Registration] = relationship()
