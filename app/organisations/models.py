# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the organisations slice."""

from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, String, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.db import Base, enum_of, line, pk
from app.organisations.rules import State, UsualKind


class MasterData:
    """A word of this installation that forms offer, in the order of `position`. A retired one is offered no more, and stays
    where it was chosen. `version` guards against lost updates."""

    id: Mapped[pk]
    name: Mapped[line]
    position: Mapped[int] = mapped_column(default=0)
    retired: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Region(MasterData, Base):
    """A region with a feed of its own, for instance OWL. Its address, `slug`, stays when it is renamed. `state` is whose
    holidays count there."""

    __tablename__ = "region"

    slug: Mapped[str] = mapped_column(String(60), unique=True)
    state: Mapped[State] = mapped_column(enum_of(State, "state"), default=State.NW)


class District(MasterData, Base):
    """A district or an independent town. Organisations and quotas say its name; `name_key` is what they are compared by."""

    __tablename__ = "district"

    name_key: Mapped[str] = mapped_column(String(250), unique=True)


class OrganisationKind(MasterData, Base):
    """A kind of organisation. Its `key` is what rows, addresses and forms say; it stays when the kind is renamed. `name` is
    what German readers see. Organisations that somebody typed in are of the kind "other" until somebody looks, so that one
    is always offered. Protocols of allocations keep the `id`, which therefore never comes again."""

    __tablename__ = "organisation_kind"
    __table_args__ = (
        CheckConstraint("key <> 'other' OR NOT retired", name="usual_stays"),
        {"sqlite_autoincrement": True},
    )

    key: Mapped[str] = mapped_column(String(60), unique=True)
    name_en: Mapped[line]


class Organisation(Base):
    """Where people come from. A provisional one was typed in by a participant and waits for an organiser's eye.

    One that was merged into another is only a spelling of that one from then on: an alias. It keeps its row and its
    key, so that one unique index watches names and aliases alike, and so that the merge can be taken back. An alias
    never points at an alias. `version` guards against lost updates.
    """

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("merged_into_id <> id", name="not_into_itself"),)

    id: Mapped[pk]
    name: Mapped[line]
    name_key: Mapped[str] = mapped_column(String(250), unique=True)
    sort_key: Mapped[str] = mapped_column(String(250), index=True)
    kind: Mapped[str] = mapped_column(
        String(60), ForeignKey("organisation_kind.key"), default=UsualKind.OTHER.value
    )
    district: Mapped[str] = mapped_column(String(100), default="")
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    provisional: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    region: Mapped[Region | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @hybrid_property
    def is_alias(self) -> bool:
        return self.merged_into_id is not None

    @is_alias.inplace.expression
    @classmethod
    def _is_alias(cls) -> ColumnElement[bool]:
        return cls.merged_into_id.is_not(None)

    @hybrid_property
    def known(self) -> bool:
        """Seen by an organiser, and no alias: may be suggested to others."""
        return not self.provisional and self.merged_into_id is None

    @known.inplace.expression
    @classmethod
    def _known(cls) -> ColumnElement[bool]:
        return and_(~cls.provisional, cls.merged_into_id.is_(None))


class Office(Base):
    """The organisation that runs this installation and hosts its days unless somebody says otherwise: one row, or none."""

    __tablename__ = "office"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
