# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the registration slice."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.agencies.models import Organisation
from app.db import Base, enum_of, pk
from app.events.models import Event
from app.people.models import Organiser
from app.programme.models import Run
from app.registration.rules import ACTIVE, Actor, PlaceState, Reason, Status, new_reference

_ACTIVE_SQL = text("status IN ('unconfirmed', 'registered', 'waiting', 'offered')")

# The quotas somebody falls under, by organisation or by the code that was typed in; kept after they left, because who
# confirms late comes back under the same ones.
registration_quota = Table(
    "registration_quota",
    Base.metadata,
    Column("registration_id", ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True),
    Column("quota_id", ForeignKey("quota.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Registration(Base):
    """One person at one day.

    `waiting_number` is drawn once and kept for the file, also after moving up. `held_until` is the end of the time for
    confirming the address, or for answering an offer. `link_version` withdraws the
    personal link, `feed_version` the personal calendar. `invited_sequence` is the event's sequence that the
    person's calendar was last sent, so "holds an outdated invitation" is a query; `calendar_bump` is added to it for
    this person alone, raised by each withdrawal, so that a cancelled entry can come back.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("event_id", "nonce"),
        UniqueConstraint("event_id", "waiting_number"),
        Index(
            "uq_registration_active",
            "event_id",
            "email_key",
            unique=True,
            sqlite_where=_ACTIVE_SQL,
            postgresql_where=_ACTIVE_SQL,
        ),
        Index("ix_registration_event_id_status", "event_id", "status"),
        Index("ix_registration_event_id_sort_key", "event_id", "sort_key"),
        CheckConstraint(
            "(status = 'registered' AND holds_seat) OR status <> 'registered'", name="registered_holds_seat"
        ),
        CheckConstraint(
            "NOT holds_seat OR status IN ('registered', 'unconfirmed', 'offered')",
            name="only_active_hold_seats",
        ),
        CheckConstraint("holds_seat OR status <> 'offered'", name="offered_holds_seat"),
        CheckConstraint(
            "holds_seat OR waiting_number IS NOT NULL OR status NOT IN ('waiting', 'unconfirmed')",
            name="without_seat_waits",
        ),
        CheckConstraint(
            "(status IN ('unconfirmed', 'offered')) = (held_until IS NOT NULL)", name="held_until_iff_held"
        ),
        # An id is never given away again, because signed links carry it (T03).
        {"sqlite_autoincrement": True},
    )

    id: Mapped[pk]
    reference: Mapped[str] = mapped_column(String(9), unique=True, default=new_reference)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    sort_key: Mapped[str] = mapped_column(String(400))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(320))
    role_title: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(2), default="de")
    status: Mapped[Status] = mapped_column(enum_of(Status, "status"))
    holds_seat: Mapped[bool] = mapped_column(default=False)
    waiting_number: Mapped[int | None]
    held_until: Mapped[datetime | None] = mapped_column(index=True)
    nonce: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    link_version: Mapped[int] = mapped_column(default=1)
    feed_version: Mapped[int] = mapped_column(default=1)
    feed_changed_at: Mapped[datetime]
    mail_revision: Mapped[int] = mapped_column(default=0)
    calendar_bump: Mapped[int] = mapped_column(default=0)
    invited_sequence: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def active(self) -> bool:
        return self.status in ACTIVE


class Place(Base):
    """A person's choice of a workshop run. The indexes keep one place per round and one run per workshop."""

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("registration_id", "run_id"),
        Index(
            "uq_place_round",
            "registration_id",
            "round_id",
            unique=True,
            sqlite_where=text("state = 'place'"),
            postgresql_where=text("state = 'place'"),
        ),
        Index(
            "uq_place_workshop",
            "registration_id",
            "workshop_id",
            unique=True,
            sqlite_where=text("state = 'place'"),
            postgresql_where=text("state = 'place'"),
        ),
        UniqueConstraint("run_id", "waiting_number"),
        CheckConstraint("state <> 'waiting' OR waiting_number IS NOT NULL", name="waiting_has_number"),
    )

    id: Mapped[pk]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"))
    state: Mapped[PlaceState] = mapped_column(enum_of(PlaceState, "state"))
    waiting_number: Mapped[int | None]

    registration: Mapped[Registration] = relationship()
    run: Mapped[Run] = relationship()


class RoundAbsence(Base):
    """The person said: not in this round. No row and no place means "still open"."""

    __tablename__ = "round_absence"
    __table_args__ = (UniqueConstraint("registration_id", "round_id"),)

    id: Mapped[pk]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))


class StatusChange(Base):
    """One line of a registration's history, written in the transaction of the change."""

    __tablename__ = "status_change"

    id: Mapped[pk]
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    from_status: Mapped[Status | None] = mapped_column(enum_of(Status, "from_status"))
    to_status: Mapped[Status] = mapped_column(enum_of(Status, "to_status"))
    actor: Mapped[Actor] = mapped_column(enum_of(Actor, "actor"))
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))
    reason: Mapped[Reason] = mapped_column(enum_of(Reason, "reason"))
    note: Mapped[str] = mapped_column(String(500), default="")

    organiser: Mapped[Organiser | None] = relationship()
