# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of a day's partners."""

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, enum_of, line, pk, random_key
from app.events.partners.rules import PartnerRole


class Partner(Base):
    """Who is named beside the hosts, under the name that is to be printed: no row of `organisation`, whose name may change."""

    __tablename__ = "partner"
    __table_args__ = (
        UniqueConstraint("event_id", "role", "name"),
        CheckConstraint("name <> ''", name="has_name"),
        CheckConstraint("wording = '' OR role = 'funder'", name="wording_of_funder"),
        CheckConstraint("position >= 0", name="position_not_negative"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    role: Mapped[PartnerRole] = mapped_column(enum_of(PartnerRole, "role"))
    name: Mapped[line]
    link: Mapped[str] = mapped_column(String(500), default="")
    wording: Mapped[str] = mapped_column(String(500), default="")
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    logo: Mapped["PartnerLogo | None"] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}


class PartnerLogo(Base):
    """A few kilobytes that live and go with their partner's row; `key` names them in the address and changes with them."""

    __tablename__ = "partner_logo"
    __table_args__ = (
        CheckConstraint("alternative <> ''", name="in_words"),
        CheckConstraint("width > 0 AND height > 0", name="has_size"),
    )

    id: Mapped[pk]
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"), unique=True)
    key: Mapped[random_key] = mapped_column(unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int]
    height: Mapped[int]
    alternative: Mapped[str] = mapped_column(String(300))
