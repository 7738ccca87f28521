# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the agencies slice."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.agencies.rules import AgencyKind
from app.db import Base, enum_of, line, pk


class Region(Base):
    """A region with a feed of its own, for instance OWL."""

    __tablename__ = "region"

    id: Mapped[pk]
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[line]


class Organisation(Base):
    """An agency people come from. A provisional one was typed in by a participant and waits for an organiser's eye."""

    __tablename__ = "organisation"

    id: Mapped[pk]
    name: Mapped[line]
    name_key: Mapped[str] = mapped_column(String(250), unique=True)
    kind: Mapped[AgencyKind] = mapped_column(enum_of(AgencyKind, "kind"), default=AgencyKind.OTHER)
    district: Mapped[str] = mapped_column(String(100), default="")
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    provisional: Mapped[bool] = mapped_column(default=False)

    region: Mapped[Region | None] = relationship()
