# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of discussion tables: what the team asked for, who is seated, and where."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Json, enum_of, pk
from app.events.models import Event
from app.people.models import Organiser
from app.registration.tables.rules import SeatingState, name_of

_PUBLISHED_SQL = text("published_at IS NOT NULL")


class Seating(Base):
    """One way to seat people at discussion tables: asked for by the team, worked out by the worker under a lease; at most
    one of a day is published.

    `round_names` says what each round is called, one line each. `run_id` None: everybody who takes part in the day, else who
    has a place in that workshop. `found` holds what was counted when it was worked out, and the bounds. `progress` is in
    percent; `claims` counts how often a worker took it in hand. The nonce makes a double press one seating; `version`
    rises with each change by hand.
    """

    __tablename__ = "seating"
    __table_args__ = (
        Index(
            "uq_seating_published",
            "event_id",
            unique=True,
            sqlite_where=_PUBLISHED_SQL,
            postgresql_where=_PUBLISHED_SQL,
        ),
        CheckConstraint("tables >= 1 AND seats >= 1", name="some_seats"),
        CheckConstraint("rounds BETWEEN 1 AND 4", name="one_to_four_rounds"),
        CheckConstraint("(state = 'done') = (found IS NOT NULL)", name="found_iff_done"),
        CheckConstraint("published_at IS NULL OR state = 'done'", name="published_is_done"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease_iff_running"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    tables: Mapped[int]
    seats: Mapped[int]
    rounds: Mapped[int]
    round_names: Mapped[str] = mapped_column(Text)
    seed: Mapped[int]
    nonce: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[SeatingState] = mapped_column(enum_of(SeatingState, "state"), default=SeatingState.QUEUED)
    progress: Mapped[int] = mapped_column(default=0)
    claims: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))
    finished_at: Mapped[datetime | None]
    found: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    published_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    organiser: Mapped[Organiser | None] = relationship()

    @property
    def labels(self) -> list[str]:
        """What the rounds are called, in their order."""
        return [name_of(self.round_names, number) for number in range(1, self.rounds + 1)]


class SeatingGuest(Base):
    """Somebody who is to sit. A host stays at one table, numbered from 1."""

    __tablename__ = "seating_guest"
    __table_args__ = (
        UniqueConstraint("seating_id", "registration_id"),
        CheckConstraint("host_table >= 1", name="table_from_one"),
    )

    id: Mapped[pk]
    seating_id: Mapped[int] = mapped_column(ForeignKey("seating.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    host_table: Mapped[int | None]


class SeatingPlace(Base):
    """The table of a guest in one round, both numbered from 1. Who no longer takes part keeps the row and holds no seat."""

    __tablename__ = "seating_place"
    __table_args__ = (
        CheckConstraint("round_number BETWEEN 1 AND 4", name="round_from_one"),
        CheckConstraint("table_number >= 1", name="table_from_one"),
    )

    guest_id: Mapped[int] = mapped_column(
        ForeignKey("seating_guest.id", ondelete="CASCADE"), primary_key=True
    )
    round_number: Mapped[int] = mapped_column(primary_key=True)
    table_number: Mapped[int]


PUBLISHED = Seating.published_at.is_not(None)
"""The seating that people read; at most one of a day, by its index."""
