# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Organisations that were merged, so that it can be taken back."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Table,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Json, line, pk
from app.people.models import Organiser

# Whom a merge of organisations moved.
merged_registration = Table(
    "merged_registration",
    Base.metadata,
    Column("merge_id", ForeignKey("organisation_merge.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "registration_id",
        ForeignKey("registration.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
)


class OrganisationMerge(Base):
    """One organisation became another spelling of a second one; kept so that it can be taken back.

    `name` is what the first one was called. `moved` holds what moved beside people: "quotas", "groups" and "aliases" are
    lists of ids; older rows say "extra" as well, by how much full quotas grew.
    """

    __tablename__ = "organisation_merge"

    id: Mapped[pk]
    source_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[line]
    at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))
    moved: Mapped[Json] = mapped_column(JSON, default=dict)
    undone_at: Mapped[datetime | None]

    organiser: Mapped[Organiser | None] = relationship()
