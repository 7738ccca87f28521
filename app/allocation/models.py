# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the allocation slice: what the team asks for, and what the solver found."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, and_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.allocation.rules import AllocationState, ConditionKind, Mixing, Mode
from app.db import Base, Json, enum_of, pk
from app.events.models import Event
from app.people.models import Organiser

_PUBLISHED_SQL = text("published_at IS NOT NULL AND superseded_at IS NULL")


class PlacingCondition(Base):
    """What the team asks for beside seats and wishes, in every allocation of the day. Which columns it fills says its
    kind; `run_id` None: every run.

    The rules for mixing (cap, bounds, spread) are left out, soft or hard as the allocation's `mixing` says; pairs are
    `soft` or not by themselves.
    """

    __tablename__ = "allocation_condition"
    __table_args__ = (
        CheckConstraint(
            "kind NOT IN ('pin', 'forbid') OR (first_id IS NOT NULL AND run_id IS NOT NULL)",
            name="person_and_run",
        ),
        CheckConstraint(
            "kind NOT IN ('together', 'apart') OR (first_id IS NOT NULL AND second_id IS NOT NULL)",
            name="two_people",
        ),
        CheckConstraint("first_id <> second_id", name="two_different"),
        CheckConstraint("kind <> 'organisation_cap' OR most >= 1", name="cap_given"),
        CheckConstraint("kind <> 'kind_bounds' OR organisation_kind IS NOT NULL", name="kind_given"),
        CheckConstraint("least >= 0 AND (most IS NULL OR most >= least)", name="bounds_in_order"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ConditionKind] = mapped_column(enum_of(ConditionKind, "kind"))
    first_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    second_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    organisation_kind: Mapped[str | None] = mapped_column(String(60), ForeignKey("organisation_kind.key"))
    least: Mapped[int] = mapped_column(default=0)
    most: Mapped[int | None]
    soft: Mapped[bool] = mapped_column(default=False)


class AllocationRun(Base):
    """One allocation: asked for by the team, solved by the worker under a lease, kept beside the others; at most one of
    a day is published and not superseded.

    `protocol` holds the question without any need, the result and its proof (`allocation.protocol`); `reasons` say
    why there is none; `chairs` what one chair more would do per run, `refusals` what stood against each wish
    that was refused (None: not worked out yet). `progress` is "stage/stages"; `claims` counts how
    often a worker took it in hand. `remembered_at`: what the lot remembers of it was noted, once, when the day was over. The nonce makes a double press one allocation.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        Index(
            "uq_allocation_published",
            "event_id",
            unique=True,
            sqlite_where=_PUBLISHED_SQL,
            postgresql_where=_PUBLISHED_SQL,
        ),
        CheckConstraint("(state = 'done') = (protocol IS NOT NULL)", name="protocol_iff_done"),
        CheckConstraint("published_at IS NULL OR state = 'done'", name="published_is_done"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease_iff_running"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    mode: Mapped[Mode] = mapped_column(enum_of(Mode, "mode"))
    mixing: Mapped[Mixing] = mapped_column(enum_of(Mixing, "mixing"))
    seed: Mapped[int]
    seconds: Mapped[int] = mapped_column(default=60)
    nonce: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[AllocationState] = mapped_column(
        enum_of(AllocationState, "state"), default=AllocationState.QUEUED
    )
    progress: Mapped[str] = mapped_column(String(20), default="")
    stop_asked: Mapped[bool] = mapped_column(default=False)
    claims: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))
    finished_at: Mapped[datetime | None]
    protocol: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))
    reasons: Mapped[list[Json]] = mapped_column(JSON, default=list)
    chairs: Mapped[list[Json]] = mapped_column(JSON, default=list)
    refusals: Mapped[list[Json] | None] = mapped_column(JSON(none_as_null=True))
    published_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    remembered_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    organiser: Mapped[Organiser | None] = relationship()


HOLDS = and_(AllocationRun.published_at.is_not(None), AllocationRun.superseded_at.is_(None))
"""The allocation that holds; at most one of a day, by its index."""
