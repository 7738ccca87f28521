# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the programme slice."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.db import Base, Json, enum_of, line, pk, text
from app.events.models import Event, InCalendars, Room, Scarce, scarce_checks
from app.folding import slug_of
from app.programme.rules import ContributorRole, Icon, Thing
from app.programme.workshop_facts import LANGUAGES


class AgendaKind(Base):
    """A kind of item: those that every day begins with (`event_id` None), and those of one day.

    Items and files name it by its `key`, which stays when it is renamed. In a `pause` nobody works; what is open `beside`
    everything else contradicts nothing at the same time.
    """

    __tablename__ = "agenda_kind"

    id: Mapped[pk]
    key: Mapped[str] = mapped_column(String(60), unique=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[line]
    name_en: Mapped[str] = mapped_column(String(200), default="")
    icon: Mapped[Icon] = mapped_column(enum_of(Icon, "icon"))
    pause: Mapped[bool] = mapped_column(default=False)
    beside: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class AgendaItem(Base):
    """A line of the agenda for everybody: a talk, a break, the closing. Workshop rounds are `Round`.

    `track` and `language` are said as of a `Workshop`; the note is short, the description may be long.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint(f"language IN ({', '.join(repr(one) for one in ('', *LANGUAGES))})", name="language"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(60), ForeignKey("agenda_kind.key"))
    title: Mapped[line]
    subtitle: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[text]
    description: Mapped[text]
    track: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(3), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id", ondelete="SET NULL"))
    version: Mapped[int] = mapped_column(default=1)

    room: Mapped[Room | None] = relationship()
    kind_row: Mapped[AgendaKind] = relationship()
    contributors: Mapped[list["Contributor"]] = relationship(
        order_by="(Contributor.position, Contributor.id)", cascade="all, delete-orphan", back_populates="item"
    )

    inside: Mapped[list["SubItem"]] = relationship(
        order_by="(SubItem.position, SubItem.id)", cascade="all, delete-orphan", back_populates="item"
    )
    stands: Mapped[list["Stand"]] = relationship(
        order_by="(Stand.position, Stand.id)", cascade="all, delete-orphan", back_populates="item"
    )

    __mapper_args__ = {"version_id_col": version}


class Round(Base):
    """A workshop round: a stretch of time in which everybody is in one workshop run.

    They choose it beforehand where the round is `booked`; otherwise nobody does: on the day they go where they like, or
    groups are formed.
    """

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    title: Mapped[line]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    booked: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()
    __mapper_args__ = {"version_id_col": version}


def _slug_by_title(context: DefaultExecutionContext) -> str:
    written = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return slug_of(written["title"]) or "workshop"


class Workshop(Base):
    """A subject that is worked on. It may run several times and counts once per person.

    What its team says of it are its `WorkshopFacts`. `slug` stands in the address of its page and stays when the title changes.
    """

    __tablename__ = "workshop"
    __table_args__ = (
        UniqueConstraint("event_id", "slug"),
        CheckConstraint("slug <> ''", name="has_slug"),
        CheckConstraint(f"language IN ({', '.join(repr(one) for one in ('', *LANGUAGES))})", name="language"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(60), default=_slug_by_title)
    title: Mapped[line]
    abstract: Mapped[text]
    track: Mapped[str] = mapped_column(String(60), default="")
    target_group: Mapped[str] = mapped_column(String(300), default="")
    prerequisites: Mapped[str] = mapped_column(String(300), default="")
    method: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(3), default="")
    interpreting: Mapped[str] = mapped_column(String(200), default="")
    guiding_questions: Mapped[text]
    materials: Mapped[text]
    undocumented: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Run(Scarce, InCalendars, Base):
    """One run of a workshop in a round and a room, with seats of its own.

    It fills `spans` rounds, its own and those after it by number. A `station` is a table or corner of the room, which it
    shares with others then. An allocation closes it below `least_people`; `takes_place` says
    whether it was closed.
    """

    __tablename__ = "run"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[CheckConstraint | UniqueConstraint, ...]:
        return (
            *scarce_checks(),
            UniqueConstraint("round_id", "label"),
            CheckConstraint("spans >= 1", name="spans_one"),
            CheckConstraint("least_people >= 0", name="least_people_not_negative"),
        )

    id: Mapped[pk]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id", ondelete="CASCADE"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id", ondelete="SET NULL"))
    label: Mapped[str] = mapped_column(String(10))
    station: Mapped[str] = mapped_column(String(60), default="")
    spans: Mapped[int] = mapped_column(default=1)
    least_people: Mapped[int] = mapped_column(default=0)
    takes_place: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    workshop: Mapped[Workshop] = relationship()
    round: Mapped[Round] = relationship()
    room: Mapped[Room | None] = relationship()
    contributors: Mapped[list["Contributor"]] = relationship(
        order_by="(Contributor.position, Contributor.id)", cascade="all, delete-orphan", back_populates="run"
    )
    inside: Mapped[list["SubItem"]] = relationship(
        order_by="(SubItem.position, SubItem.id)", cascade="all, delete-orphan", back_populates="run"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def where(self) -> str:
        """The room with its house, and the station in it."""
        return place_in_room(self.room, self.station)

    @property
    def in_room_only(self) -> bool:
        """Nobody takes part in it online."""
        return self.room is None or not self.room.online


class SubItem(Base):
    """A short talk inside of an item for everybody, or of a run: exactly one of the two, and nothing stands inside of it.

    It begins `after` so many minutes of what it stands in, and takes so many `minutes`; without both only its order is
    known. So it moves along.
    """

    __tablename__ = "sub_item"
    __table_args__ = (
        CheckConstraint("(item_id IS NULL) <> (run_id IS NULL)", name="inside_one"),
        CheckConstraint("(after IS NULL) = (minutes IS NULL)", name="both_times"),
        CheckConstraint("after >= 0 AND minutes > 0", name="times_forward"),
    )

    id: Mapped[pk]
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    title: Mapped[line]
    note: Mapped[text]
    after: Mapped[int | None]
    minutes: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    item: Mapped[AgendaItem | None] = relationship(back_populates="inside")
    run: Mapped[Run | None] = relationship(back_populates="inside")
    contributors: Mapped[list["Contributor"]] = relationship(
        order_by="(Contributor.position, Contributor.id)",
        cascade="all, delete-orphan",
        back_populates="sub_item",
    )

    __mapper_args__ = {"version_id_col": version}


class Stand(Base):
    """A stand of an item such as a market: whose it is as people read it, and what the house has to put there."""

    __tablename__ = "stand"

    id: Mapped[pk]
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True)
    organisation: Mapped[line]
    table_label: Mapped[str] = mapped_column(String(60), default="")
    needs_power: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(300), default="")
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    item: Mapped[AgendaItem] = relationship(back_populates="stands")

    __mapper_args__ = {"version_id_col": version}


class Contributor(Base):
    """Who contributes to a run, to an item for everybody, to what stands inside of one, or to the day as a whole: exactly one
    of them. No account.

    Until it is `confirmed` only the team sees it.
    """

    __tablename__ = "contributor"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN event_id IS NULL THEN 0 ELSE 1 END + CASE WHEN item_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN run_id IS NULL THEN 0 ELSE 1 END + CASE WHEN sub_item_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_place",
        ),
        CheckConstraint("(role = 'day_moderation') = (event_id IS NOT NULL)", name="role_of_place"),
    )

    id: Mapped[pk]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    sub_item_id: Mapped[int | None] = mapped_column(ForeignKey("sub_item.id", ondelete="CASCADE"), index=True)
    role: Mapped[ContributorRole] = mapped_column(
        enum_of(ContributorRole, "role"), default=ContributorRole.FACILITATION
    )
    name: Mapped[line]
    function: Mapped[str] = mapped_column(String(200), default="")
    organisation: Mapped[str] = mapped_column(String(200), default="")
    about: Mapped[text]
    confirmed: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    item: Mapped[AgendaItem | None] = relationship(back_populates="contributors")
    run: Mapped[Run | None] = relationship(back_populates="contributors")
    sub_item: Mapped[SubItem | None] = relationship(back_populates="contributors")

    __mapper_args__ = {"version_id_col": version}


def place_in_room(room: Room | None, station: str) -> str:
    return ", ".join(one for one in (room.where if room is not None else "", station) if one)


class AgendaEdit(Base):
    """What the working copy says of one thing otherwise than the released agenda: `facts` that differ, all of a thing that is new
    (`number` below zero), None of one that is to go. See `app.programme.plan`."""

    __tablename__ = "agenda_edit"
    __table_args__ = (
        UniqueConstraint("event_id", "thing", "number"),
        CheckConstraint("number <> 0", name="number_not_zero"),
        CheckConstraint("number > 0 OR facts IS NOT NULL", name="new_has_facts"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    thing: Mapped[Thing] = mapped_column(enum_of(Thing, "thing"))
    number: Mapped[int]
    facts: Mapped[Json | None] = mapped_column(JSON(none_as_null=True))


class AgendaVersion(Base):
    """The agenda as it was released, counted from 1. `note` is what the team told people with it.

    `places` are those that people lost by it, as long as it can be taken back (`app.registration.workshops.wishes`).
    """

    __tablename__ = "agenda_version"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[text]
    plan: Mapped[Json] = mapped_column(JSON)
    places: Mapped[Json] = mapped_column(JSON, default=dict)


class AgendaChange(Base):
    """One line of the public change log: what moved after the agenda was released.

    Facts, not a sentence: the page says them in the reader's language.
    """

    __tablename__ = "agenda_change"

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    title: Mapped[line]
    field: Mapped[str] = mapped_column(String(40))
    old: Mapped[str] = mapped_column(String(500), default="")
    new: Mapped[str] = mapped_column(String(500), default="")
