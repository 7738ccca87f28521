# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the registration slice."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    case,
    func,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, enum_of, pk, random_key
from app.events.models import Event
from app.organisations.models import Organisation
from app.people.models import Organiser
from app.registration.person import LONGEST, STORED, Person, columns_of
from app.registration.questions.models import Answer, SensitiveAnswer
from app.registration.rules import (
    ACTIVE,
    CONFIRMED,
    MOST_ACCOMPANYING,
    Actor,
    Participation,
    Reason,
    Status,
    address_of,
    in_register,
    new_reference,
    status_label,
)

_ACTIVE_SQL = text("status IN ('unconfirmed', 'pending', 'registered', 'waiting', 'offered')")

# The quotas somebody falls under, by organisation or by the code that was typed in; kept after they left, because who
# confirms late comes back under the same ones.
registration_quota = Table(
    "registration_quota",
    Base.metadata,
    Column("registration_id", ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True),
    Column("quota_id", ForeignKey("quota.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_registration_quota_quota_id", "quota_id", "registration_id"),
)


class Named:
    """A row with the name of somebody."""

    given_name: Mapped[str] = mapped_column(String(LONGEST["given_name"]))
    family_name: Mapped[str] = mapped_column(String(LONGEST["family_name"]))

    @hybrid_property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @full_name.inplace.expression
    @classmethod
    def _full_name(cls) -> ColumnElement[str]:
        return func.trim(cls.given_name + " " + cls.family_name, type_=String)

    @property
    def listed_name(self) -> str:
        return in_register(self.family_name, self.given_name)

    def take_name(self, person: Person) -> None:
        self.given_name, self.family_name = person.given_name, person.family_name


class Group(Named, Base):
    """Colleagues whom one contact person registers, or seats that the team keeps for an organisation.

    Its rows are registrations; a seat without a name is one without a mail address. `allotted` is what the team gave,
    to be named until `name_until`. `together`: all get seats, or all wait. Another `link_key` withdraws the contact's link.
    """

    __tablename__ = "registration_group"
    __table_args__ = (
        UniqueConstraint("event_id", "nonce"),
        CheckConstraint("email <> ''", name="contact_given"),
        CheckConstraint("allotted >= 0", name="allotted_not_negative"),
        CheckConstraint("(allotted > 0) = (name_until IS NOT NULL)", name="date_iff_allotted"),
        # As with registrations: a number in somebody's notes means this one for ever.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    email: Mapped[str] = mapped_column(String(LONGEST["email"]))
    language: Mapped[str] = mapped_column(String(2), default="de")
    together: Mapped[bool] = mapped_column(default=False)
    allotted: Mapped[int] = mapped_column(default=0)
    name_until: Mapped[datetime | None]
    nonce: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    link_key: Mapped[random_key]
    mail_revision: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation] = relationship()


class Registration(Named, Base):
    """One person at one day.

    `waiting_number` is drawn once and kept for the file, also after moving up. `reserved_until` is the end of the time for
    confirming the address, or for answering an offer. Another `link_key` withdraws the
    personal link, another `feed_key` the personal calendar. `invited_sequence` is the event's sequence that the
    person's calendar was last sent, so "holds an outdated invitation" is a query; `sequence_offset` is added to it for
    this person alone, raised by each withdrawal, so that a cancelled entry can come back. Who comes in somebody's place
    points to that `predecessor`, who keeps the nonce of the form that passed on the place (`handover_nonce`); `named_by` says who
    typed in a person's data, if it was not the person. `accompanying` are people without a name who come along. How many
    `chairs` a registration takes at the day, and how many `places` in each workshop, says nothing else anywhere: who takes part
    online has a seat (`has_seat`: takes part for certain) of no chair.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("event_id", "nonce"),
        UniqueConstraint("event_id", "waiting_number"),
        Index(
            "uq_registration_active",
            "event_id",
            "email_key",
            unique=True,
            sqlite_where=_ACTIVE_SQL,
            postgresql_where=_ACTIVE_SQL,
        ),
        # One for each order of the organisers' list; what stands behind the id is what filters ask for, so that no
        # filter reads the table itself.
        Index(
            "ix_registration_by_name",
            "event_id",
            "sort_key",
            "id",
            "status",
            "has_seat",
            "organisation_id",
            "email_key",
            "reference",
        ),
        Index("ix_registration_by_organisation", "event_id", "organisation_id", "sort_key", "id", "status"),
        Index(
            "ix_registration_by_status",
            "event_id",
            "status",
            "sort_key",
            "id",
            "has_seat",
            "waiting_number",
            "organisation_id",
            "accompanying",
        ),
        Index("ix_registration_by_date", "event_id", "created_at", "id", "status", "organisation_id"),
        Index("ix_registration_event_id_email_key", "event_id", "email_key"),
        CheckConstraint(
            "(status = 'registered' AND has_seat) OR status <> 'registered'", name="registered_has_seat"
        ),
        CheckConstraint(
            "NOT has_seat OR status IN ('registered', 'unconfirmed', 'pending', 'offered')",
            name="only_active_have_seats",
        ),
        CheckConstraint("has_seat OR status <> 'offered'", name="offered_has_seat"),
        CheckConstraint(
            "has_seat OR waiting_number IS NOT NULL OR status NOT IN ('waiting', 'unconfirmed', 'pending')",
            name="without_seat_waits",
        ),
        CheckConstraint(
            "(status IN ('unconfirmed', 'offered')) = (reserved_until IS NOT NULL)",
            name="reserved_until_iff_reserved",
        ),
        CheckConstraint("handover_nonce IS NULL OR status = 'cancelled'", name="handover_ends"),
        CheckConstraint(
            f"accompanying >= 0 AND accompanying <= {MOST_ACCOMPANYING}", name="accompanying_in_range"
        ),
        CheckConstraint("participation = 'room' OR accompanying = 0", name="online_alone"),
        CheckConstraint(
            "participation = 'room' OR has_seat OR status IN ('cancelled', 'expired', 'rejected')",
            name="online_never_waits",
        ),
        # An id is never given away again: mails, the audit and people's notes name it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[pk]
    reference: Mapped[str] = mapped_column(String(9), unique=True, default=new_reference)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    sort_key: Mapped[str] = mapped_column(String(400))
    email: Mapped[str] = mapped_column(String(LONGEST["email"]))
    email_key: Mapped[str] = mapped_column(String(320))
    role_title: Mapped[str] = mapped_column(String(LONGEST["role_title"]), default="")
    accompanying: Mapped[int] = mapped_column(default=0)
    participation: Mapped[Participation] = mapped_column(
        enum_of(Participation, "participation"), default=Participation.ROOM
    )
    language: Mapped[str] = mapped_column(String(2), default="de")
    status: Mapped[Status] = mapped_column(enum_of(Status, "status"))
    has_seat: Mapped[bool] = mapped_column(default=False)
    waiting_number: Mapped[int | None]
    reserved_until: Mapped[datetime | None] = mapped_column(index=True)
    nonce: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    link_key: Mapped[random_key]
    feed_key: Mapped[random_key]
    feed_changed_at: Mapped[datetime]
    mail_revision: Mapped[int] = mapped_column(default=0)
    sequence_offset: Mapped[int] = mapped_column(default=0)
    invited_sequence: Mapped[int | None]
    predecessor_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration.id", ondelete="SET NULL"), unique=True
    )
    handover_nonce: Mapped[str | None] = mapped_column(String(64))
    named_by: Mapped[str] = mapped_column(String(200), default="")
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration_group.id", ondelete="SET NULL"), index=True
    )
    version: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation] = relationship()
    group: Mapped[Group | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @hybrid_property
    def places(self) -> int:
        """In a workshop: of the person and of who comes along."""
        return 1 + self.accompanying

    @hybrid_property
    def chairs(self) -> int:
        """In the house; online none."""
        return 1 + self.accompanying if self.participation is Participation.ROOM else 0

    @chairs.inplace.expression
    @classmethod
    def _chairs(cls) -> ColumnElement[int]:
        return case((cls.participation == Participation.ONLINE, 0), else_=1 + cls.accompanying)

    @property
    def is_online(self) -> bool:
        return self.participation is Participation.ONLINE

    @property
    def person(self) -> Person:
        """Who takes part, as forms ask it."""
        typed = {name: getattr(self, name) for name in STORED}
        return Person(
            organisation=self.organisation.name,
            accompanying=self.accompanying,
            participation=self.participation,
            **typed,
        )

    def take_person(self, person: Person) -> None:
        """Write down what was typed in, but for the organisation, which is a row of its own, and for the number that
        comes with chairs."""
        key = self.email_key
        for name, value in columns_of(person).items():
            setattr(self, name, value)
        if self.email_key == address_of(key or ""):
            self.email_key = key  # who shares an address still does

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    def may_leave(self, now: datetime) -> bool:
        """Whether the person, or who registered them, can cancel."""
        return self.active and not self.event.is_over(now)

    def may_be_substituted(self, now: datetime) -> bool:
        return self.status in CONFIRMED and not self.event.has_begun(now)

    def may_be_readdressed(self, now: datetime) -> bool:
        """Whether the person can name another mail address."""
        return self.status in CONFIRMED and not self.event.is_over(now)

    @property
    def is_draft(self) -> bool:
        """A single form that was sent, and nobody has confirmed the address in it."""
        return self.status is Status.UNCONFIRMED and self.confirmed_at is None and self.group_id is None

    @property
    def unnamed(self) -> bool:
        """A seat of a group for which nobody is named yet."""
        return self.group_id is not None and not self.email

    @property
    def status_label(self) -> str:
        """As a source string."""
        return status_label(self.status, unnamed=self.unnamed)

    @property
    def named_by_others(self) -> bool:
        """Whether somebody else typed in the person's data, so that the person has to be told (Art. 14 GDPR)."""
        return bool(self.named_by) or self.predecessor_id is not None


class GroupGuest(Named, Base):
    """Somebody whom a contact person named and who was registered already. That registration is not the group's: the
    contact sees what was typed in, may change nothing, and cannot tell it from a new one (T09). `waits` is what
    somebody new would have got at that moment.
    """

    __tablename__ = "group_guest"
    __table_args__ = (UniqueConstraint("group_id", "registration_id"),)

    id: Mapped[pk]
    group_id: Mapped[int] = mapped_column(ForeignKey("registration_group.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    reference: Mapped[str] = mapped_column(String(9), unique=True, default=new_reference)
    nonce: Mapped[str] = mapped_column(String(64))
    waits: Mapped[bool] = mapped_column(default=False)
    ended: Mapped[bool] = mapped_column(default=False)

    registration: Mapped[Registration] = relationship()


class StatusChange(Base):
    """One line of a registration's history, written in the transaction of the change."""

    __tablename__ = "status_change"

    id: Mapped[pk]
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    from_status: Mapped[Status | None] = mapped_column(enum_of(Status, "from_status"))
    to_status: Mapped[Status] = mapped_column(enum_of(Status, "to_status"))
    actor: Mapped[Actor] = mapped_column(enum_of(Actor, "actor"))
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))
    reason: Mapped[Reason] = mapped_column(enum_of(Reason, "reason"))
    note: Mapped[str] = mapped_column(String(500), default="")

    organiser: Mapped[Organiser | None] = relationship()


GivenAnswer = Answer | SensitiveAnswer
ANSWERS: tuple[type[GivenAnswer], ...] = (Answer, SensitiveAnswer)
