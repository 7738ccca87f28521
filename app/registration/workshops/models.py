# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Places in workshop runs, wishes for them, offers to swap them, what people cannot do without, and who leads a run."""

from datetime import datetime
from enum import Enum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, enum_of, pk, random_key
from app.db import text as long_text
from app.events.models import LONGEST_LINK, Room, Series
from app.programme.models import Run
from app.registration.models import Registration
from app.registration.rules import PlaceState
from app.registration.workshops.rules import LONGEST_REASON, Need, PlaceFact, Verdict


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
        Index("ix_place_run_id", "run_id", "registration_id"),
        CheckConstraint("state <> 'waiting' OR waiting_number IS NOT NULL", name="waiting_has_number"),
    )

    id: Mapped[pk]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
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


class LotMemory(Base):
    """How many ranks an address lost at a day, for the lot of the next ones of its series. Only of who agreed to it: see
    `workshops.memory`, which says what `address` is."""

    __tablename__ = "lot_memory"
    __table_args__ = (
        UniqueConstraint("series_id", "address"),
        CheckConstraint("lost > 0", name="something_lost"),
    )

    id: Mapped[pk]
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(64))
    lost: Mapped[int]
    kept_until: Mapped[datetime]

    series: Mapped[Series] = relationship()


class RegistrationNeed(Base):
    """In no list, file, mail, calendar or protocol; deleted 14 days after the day (DP-04)."""

    __tablename__ = "registration_need"

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    need: Mapped[Need] = mapped_column(enum_of(Need, "need"), primary_key=True)


class Exemption(Base):
    """A workshop that somebody cannot take, with the reason in their words. It counts once the team accepted it; deleted 14
    days after the day, as needs are (DP-04)."""

    __tablename__ = "exemption"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason_given"),)

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    workshop_id: Mapped[int] = mapped_column(
        ForeignKey("workshop.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    verdict: Mapped[Verdict] = mapped_column(enum_of(Verdict, "verdict"), default=Verdict.OPEN)


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


class PlaceChange(Base):
    """What changed about a run, or about a room in which they take part, for one person without their doing; mails say it
    (`old` → `new`).

    `old` and `new` are empty for "not" of a yes or no, two ISO moments with a slash for times, "step_free/fixed" for the access
    to a room, else a name or a link.
    """

    __tablename__ = "place_change"
    __table_args__ = (
        Index("ix_place_change_registration_id_at", "registration_id", "at"),
        CheckConstraint("(run_id IS NULL) <> (room_id IS NULL)", name="run_or_room"),
        CheckConstraint("fact <> 'link' OR room_id IS NOT NULL", name="link_of_room"),
    )

    id: Mapped[pk]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    fact: Mapped[PlaceFact] = mapped_column(enum_of(PlaceFact, "fact"))
    old: Mapped[str] = mapped_column(String(LONGEST_LINK), default="")
    new: Mapped[str] = mapped_column(String(LONGEST_LINK), default="")
    note: Mapped[long_text]

    run: Mapped[Run | None] = relationship()
    room: Mapped[Room | None] = relationship()


class SwapOffer(Base):
    """Somebody would give `place` for one in any of the runs it names. It goes with the place, whatever takes that away."""

    __tablename__ = "swap_offer"

    id: Mapped[pk]
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id", ondelete="CASCADE"), unique=True)
    made_at: Mapped[datetime]

    registration: Mapped[Registration] = relationship()
    place: Mapped[Place] = relationship()
    wanted: Mapped[list["SwapWish"]] = relationship(
        order_by="SwapWish.run_id", cascade="all, delete-orphan", passive_deletes=True
    )


class SwapWish(Base):
    """A run that an offer names: any of them will do."""

    __tablename__ = "swap_wish"

    offer_id: Mapped[int] = mapped_column(ForeignKey("swap_offer.id", ondelete="CASCADE"), primary_key=True)
    run_id: Mapped[int] = mapped_column(
        ForeignKey("run.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    run: Mapped[Run] = relationship()


class SwapChain(Base):
    """Offers that give each other what they name, put to all of these `people` until `answer_by`.

    It is here only as long as it is open. With fewer shares than people it is broken, and nobody can agree any more.
    """

    __tablename__ = "swap_chain"
    __table_args__ = (CheckConstraint("people >= 2", name="of_several"),)

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    people: Mapped[int]
    made_at: Mapped[datetime]
    answer_by: Mapped[datetime]


class SwapShare(Base):
    """What one person would get in a chain, and whether they agree. An offer is in one chain at a time. `key` is in the
    address of the answer, so that no answer meets another proposal than the one that was read."""

    __tablename__ = "swap_share"

    id: Mapped[pk]
    chain_id: Mapped[int] = mapped_column(ForeignKey("swap_chain.id", ondelete="CASCADE"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("swap_offer.id", ondelete="CASCADE"), unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    key: Mapped[random_key] = mapped_column(unique=True)
    agreed_at: Mapped[datetime | None]

    chain: Mapped[SwapChain] = relationship()
    offer: Mapped[SwapOffer] = relationship()
    run: Mapped[Run] = relationship()
