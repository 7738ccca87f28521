# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What people agreed to, and what they may be asked to agree to (Art. 7 GDPR, DP-03)."""

from datetime import datetime
from enum import Enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, enum_of, pk
from app.events.models import Event
from app.events.rules import Placement
from app.refusal import N_

_STANDS = text("withdrawn_at IS NULL")


class Purpose(Enum):
    """One consent each: nobody has to take one with the other, and registering depends on none."""

    LIST = "list"
    DOCUMENTATION = "documentation"
    PRESS = "press"
    NEXT_DAY = "next-day"
    MEMORY = "memory"


class ConsentSource(Enum):
    """Where somebody agreed."""

    FORM = "form"
    PAGE = "page"


# Who changes a sentence raises the version: what people agreed to stays written down in the words of that moment.
TEXT_VERSION = 1
CONSENT_TEXTS = {
    Purpose.LIST: N_("My name and my organisation may stand in the list that the participants get."),
    Purpose.DOCUMENTATION: N_(
        "Photos in which I can be recognised may be used in the documentation of this day."
    ),
    Purpose.PRESS: N_("Photos in which I can be recognised may be given to the press."),
    Purpose.NEXT_DAY: N_("You may invite me by mail to the next specialist day."),
    Purpose.MEMORY: N_(
        "You may remember for the next days of this series, as one number, how many ranks I lost when places in workshops were"
        " given. Who lost more then draws the better lot. The number is kept with a fingerprint of my mail address, not with"
        " the reason; in the protocol of the next allocation it stands without my name. It is deleted after two more days of"
        " the series, after three years at the latest, and at once when I withdraw this."
    ),
}
PURPOSE_LABELS = {
    Purpose.LIST: N_("List of participants"),
    Purpose.DOCUMENTATION: N_("Photos for the documentation"),
    Purpose.PRESS: N_("Photos for the press"),
    Purpose.NEXT_DAY: N_("Invitation to the next day"),
    Purpose.MEMORY: N_("Memory of the lot"),
}


def asked_consents(event: Event) -> tuple[Purpose, ...]:
    """What the day asks for, in our order."""
    named = event.consents.split()
    return tuple(
        one for one in Purpose if one.value in named and (one is not Purpose.MEMORY or may_remember(event))
    )


def may_remember(event: Event) -> bool:
    """There is something to remember, and a day for which."""
    return event.series_id is not None and event.placement is Placement.WISHES


class Consent(Base):
    """Given, and perhaps withdrawn: a line is never changed but for its end. `words` is what stood beside the box."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_standing",
            "registration_id",
            "purpose",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= given_at", name="withdrawn_later"),
        CheckConstraint("words <> ''", name="words_given"),
    )

    id: Mapped[pk]
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[Purpose] = mapped_column(enum_of(Purpose, "purpose"))
    words: Mapped[str] = mapped_column(Text)
    text_version: Mapped[int]
    source: Mapped[ConsentSource] = mapped_column(enum_of(ConsentSource, "source"))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
