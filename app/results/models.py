# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the results slice. A missing workshop means the plenary."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, enum_of, line, pk, text
from app.programme.models import Workshop
from app.results.rules import AgreementStatus, Level, MaterialKind

_PLENARY = sql("workshop_id IS NULL")


def is_documented(table: "type[WorkshopResult | Agreement | Material]") -> ColumnElement[bool]:
    """What may be shown: all but what belongs to a workshop that takes no documentation."""
    of_it = select(Workshop.id).where(Workshop.id == table.workshop_id, Workshop.undocumented)
    return ~of_it.exists()


class Documentation(Base):
    """What frames the results of a day. Its publication is `Event.documentation_released_at`.

    `version` also guards the figures of attendance, which are edited on the same page.
    """

    __tablename__ = "documentation"

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    intro: Mapped[text]
    next_host: Mapped[text]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class AttendanceFigure(Base):
    """How many people of one kind of organisation were there. A figure, no list: it outlives the registrations."""

    __tablename__ = "attendance_figure"
    __table_args__ = (
        UniqueConstraint("event_id", "kind"),
        CheckConstraint("count > 0", name="count_positive"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60), ForeignKey("organisation_kind.key"))
    count: Mapped[int]


class WorkshopResult(Base):
    """What one workshop, or the plenary, found out. `findings` carries one finding per line."""

    __tablename__ = "workshop_result"
    __table_args__ = (
        UniqueConstraint("event_id", "workshop_id"),
        # NULLs are distinct to a unique constraint, so the plenary has an index of its own.
        Index(
            "uq_workshop_result_plenary",
            "event_id",
            unique=True,
            sqlite_where=_PLENARY,
            postgresql_where=_PLENARY,
        ),
        CheckConstraint("attended IS NULL OR attended >= 0", name="attended_not_negative"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    workshop_id: Mapped[int | None] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"), index=True)
    findings: Mapped[text]
    summary: Mapped[text]
    attended: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Agreement(Base):
    """Who does what until when. Whether it is overdue is decided when it is shown."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("event_id", "nonce"),
        CheckConstraint("text <> ''", name="has_text"),
        CheckConstraint("owner <> ''", name="has_owner"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    workshop_id: Mapped[int | None] = mapped_column(
        ForeignKey("workshop.id", ondelete="SET NULL"), index=True
    )
    text: Mapped[text]
    owner: Mapped[line]
    due: Mapped[date]
    status: Mapped[AgreementStatus] = mapped_column(
        enum_of(AgreementStatus, "status"), default=AgreementStatus.OPEN
    )
    level: Mapped[Level] = mapped_column(enum_of(Level, "level"))
    note: Mapped[str] = mapped_column(String(500), default="")
    nonce: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Material(Base):
    """A photo or a document. The bytes lie under a random name in the data folder; the typed name is only shown.

    The database itself refuses a photo without words (A11Y-12), a picture of recognisable people without a word on
    their consent (DP-14), and an inaccessible document without a summary (A11Y-15).
    """

    __tablename__ = "material"
    __table_args__ = (
        UniqueConstraint("event_id", "nonce"),
        CheckConstraint("kind <> 'photo' OR decorative OR alt_text <> ''", name="photo_in_words"),
        CheckConstraint("NOT recognisable_people OR consent_note <> ''", name="people_consented"),
        CheckConstraint("kind <> 'document' OR accessible OR summary <> ''", name="document_in_words"),
        CheckConstraint("(kind = 'photo') = (width IS NOT NULL)", name="photo_has_width"),
        CheckConstraint("(width IS NULL) = (height IS NULL)", name="width_with_height"),
        CheckConstraint("size > 0", name="size_positive"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    workshop_id: Mapped[int | None] = mapped_column(
        ForeignKey("workshop.id", ondelete="SET NULL"), index=True
    )
    kind: Mapped[MaterialKind] = mapped_column(enum_of(MaterialKind, "kind"))
    title: Mapped[line]
    alt_text: Mapped[text]
    decorative: Mapped[bool] = mapped_column(default=False)
    accessible: Mapped[bool] = mapped_column(default=False)
    summary: Mapped[text]
    recognisable_people: Mapped[bool] = mapped_column(default=False)
    consent_note: Mapped[str] = mapped_column(String(500), default="")
    stored_name: Mapped[str] = mapped_column(String(60), unique=True)
    original_name: Mapped[line]
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    added_at: Mapped[datetime]
    nonce: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
