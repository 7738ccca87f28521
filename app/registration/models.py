# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Tables of the registration slice."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Constraint,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.db import Base, Json, enum_of, line, pk, random_key
from app.events.models import Event, Scarce, scarce_checks
from app.organisations.models import Organisation
from app.people.models import Organiser
from app.programme.models import Run
from app.registration.rules import (
    ACTIVE,
    Actor,
    LegalBasis,
    PlaceState,
    QuestionKind,
    Reason,
    Retention,
    Status,
    new_reference,
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


class Group(Base):
    """Colleagues whom one contact person registers, or seats that the team keeps for an agency.

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
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
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

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class Registration(Base):
    """One person at one day.

    `waiting_number` is drawn once and kept for the file, also after moving up. `held_until` is the end of the time for
    confirming the address, or for answering an offer. Another `link_key` withdraws the
    personal link, another `feed_key` the personal calendar. `invited_sequence` is the event's sequence that the
    person's calendar was last sent, so "holds an outdated invitation" is a query; `calendar_bump` is added to it for
    this person alone, raised by each withdrawal, so that a cancelled entry can come back. Who comes in somebody's place
    points to that `predecessor`, who keeps the nonce of the form that `passed_on` the place; `named_by` says who
    typed in a person's data, if it was not the person.
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
            "holds_seat",
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
            "holds_seat",
            "waiting_number",
            "organisation_id",
        ),
        Index("ix_registration_by_date", "event_id", "created_at", "id", "status", "organisation_id"),
        Index("ix_registration_event_id_email_key", "event_id", "email_key"),
        CheckConstraint(
            "(status = 'registered' AND holds_seat) OR status <> 'registered'", name="registered_holds_seat"
        ),
        CheckConstraint(
            "NOT holds_seat OR status IN ('registered', 'unconfirmed', 'pending', 'offered')",
            name="only_active_hold_seats",
        ),
        CheckConstraint("holds_seat OR status <> 'offered'", name="offered_holds_seat"),
        CheckConstraint(
            "holds_seat OR waiting_number IS NOT NULL OR status NOT IN ('waiting', 'unconfirmed', 'pending')",
            name="without_seat_waits",
        ),
        CheckConstraint(
            "(status IN ('unconfirmed', 'offered')) = (held_until IS NOT NULL)", name="held_until_iff_held"
        ),
        CheckConstraint("passed_on IS NULL OR status = 'cancelled'", name="passed_on_ends"),
        # An id is never given away again: mails, the audit and people's notes name it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[pk]
    reference: Mapped[str] = mapped_column(String(9), unique=True, default=new_reference)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    sort_key: Mapped[str] = mapped_column(String(400))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(320))
    role_title: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(2), default="de")
    status: Mapped[Status] = mapped_column(enum_of(Status, "status"))
    holds_seat: Mapped[bool] = mapped_column(default=False)
    waiting_number: Mapped[int | None]
    held_until: Mapped[datetime | None] = mapped_column(index=True)
    nonce: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    link_key: Mapped[random_key]
    feed_key: Mapped[random_key]
    feed_changed_at: Mapped[datetime]
    mail_revision: Mapped[int] = mapped_column(default=0)
    calendar_bump: Mapped[int] = mapped_column(default=0)
    invited_sequence: Mapped[int | None]
    predecessor_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration.id", ondelete="SET NULL"), unique=True
    )
    passed_on: Mapped[str | None] = mapped_column(String(64))
    named_by: Mapped[str] = mapped_column(String(200), default="")
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("registration_group.id", ondelete="SET NULL"), index=True
    )
    version: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation] = relationship()
    group: Mapped[Group | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_draft(self) -> bool:
        """A single form that was sent, and nobody has confirmed the address in it."""
        return self.status is Status.UNCONFIRMED and self.confirmed_at is None and self.group_id is None

    @property
    def unnamed(self) -> bool:
        """A seat of a group for which nobody is named yet."""
        return self.group_id is not None and not self.email

    @property
    def named_by_others(self) -> bool:
        """Whether somebody else typed in the person's data, so that the person has to be told (Art. 14 GDPR)."""
        return bool(self.named_by) or self.predecessor_id is not None


class GroupGuest(Base):
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
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    waits: Mapped[bool] = mapped_column(default=False)
    ended: Mapped[bool] = mapped_column(default=False)

    registration: Mapped[Registration] = relationship()


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
    lists of ids, "extra" the seats by which full quotas had to grow, by the quota's id.
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


class TwoPeople(Base):
    """The team looked at two registrations that seemed to be of one person, and said that they are not."""

    __tablename__ = "two_people"
    __table_args__ = (CheckConstraint("first_id < second_id", name="in_order"),)

    first_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))


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


class Circular(Base):
    """One message of the team to many people of a day; the nonce makes a second press land on the first."""

    __tablename__ = "circular"
    __table_args__ = (UniqueConstraint("event_id", "nonce"),)

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    nonce: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(150))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id", ondelete="SET NULL"))


class CircularCopy(Base):
    """Who gets it. A mail is about one of these rows, so that no message to many overtakes another one."""

    __tablename__ = "circular_copy"
    __table_args__ = (
        UniqueConstraint("circular_id", "registration_id"),
        # The outbox tells one thing once: an id that came back would not be told.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[pk]
    circular_id: Mapped[int] = mapped_column(ForeignKey("circular.id", ondelete="CASCADE"))
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )

    circular: Mapped[Circular] = relationship()


class Question(Base):
    """A question of the organisers, beside the standard fields of the form. Only those marked `sensitive` rest on
    Art. 9, and nothing that rests on consent is required. Positions say the order; `version` guards against lost updates.
    """

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("label <> ''", name="label_given"),
        CheckConstraint("purpose <> ''", name="purpose_given"),
        CheckConstraint("sensitive = (legal_basis = 'explicit_consent')", name="sensitive_by_consent"),
        CheckConstraint("NOT sensitive OR retention = '14_days'", name="sensitive_kept_short"),
        CheckConstraint("retention <> 'withdrawal' OR legal_basis = 'consent'", name="withdrawal_of_consent"),
        CheckConstraint("NOT required OR legal_basis = 'public_task'", name="consent_is_free"),
        # A form that is open while a question is removed must not answer the next one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[pk]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(enum_of(QuestionKind, "kind"))
    label: Mapped[str] = mapped_column(String(300))
    hint: Mapped[str] = mapped_column(String(1000), default="")
    required: Mapped[bool] = mapped_column(default=False)
    organiser_only: Mapped[bool] = mapped_column(default=False)
    sensitive: Mapped[bool] = mapped_column(default=False)
    purpose: Mapped[str] = mapped_column(String(300))
    legal_basis: Mapped[LegalBasis] = mapped_column(enum_of(LegalBasis, "legal_basis"))
    retention: Mapped[Retention] = mapped_column(enum_of(Retention, "retention"))
    version: Mapped[int] = mapped_column(default=1)

    options: Mapped[list["Option"]] = relationship(
        order_by="Option.position", cascade="all, delete-orphan", passive_deletes=True
    )
    condition: Mapped["Condition | None"] = relationship(
        lazy="joined", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def field(self) -> str:
        """The name of the form's field."""
        return f"q-{self.id}"

    @property
    def withdrawable(self) -> bool:
        """Whether its answers rest on consent, so that one press takes them back (DP-03)."""
        return self.legal_basis is not LegalBasis.PUBLIC_TASK

    @property
    def shown_if(self) -> int | None:
        """The option of an earlier question that must have been chosen."""
        return self.condition.option_id if self.condition else None


class Option(Scarce, Base):
    """One answer to choose. `capacity` is its limit; `taken` counts the people with a seat who chose it."""

    __tablename__ = "question_option"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Constraint, ...]:
        return (UniqueConstraint("question_id", "label"), *scarce_checks())

    id: Mapped[pk]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(200))


class Condition(Base):
    """The question is asked only if this option was chosen; an option that others hang on cannot be deleted."""

    __tablename__ = "question_condition"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("question_option.id"), index=True)


class Answered:
    """An answer, or one chosen option of several. `asked` and `text` are the question and the answer in the words of
    that moment, so that they stay readable when the organisers change theirs. `holds` says that the option's seat is
    taken for this person.
    """

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Constraint | Index, ...]:
        name: str = cls.__tablename__  # type: ignore[attr-defined]
        return (
            UniqueConstraint("registration_id", "question_id", "number"),
            Index(f"ix_{name}_option_id", "option_id", "registration_id"),
        )

    id: Mapped[pk]
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    option_id: Mapped[int | None] = mapped_column(ForeignKey("question_option.id", ondelete="SET NULL"))
    holds: Mapped[bool] = mapped_column(default=False)
    asked: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)


class Answer(Answered, Base):
    """An answer that lists and files may show."""

    __tablename__ = "answer"


class SensitiveAnswer(Answered, Base):
    """What is nobody's business but the few who arrange it (DP-04): in no list, file, mail or calendar."""

    __tablename__ = "sensitive_answer"


GivenAnswer = Answer | SensitiveAnswer
ANSWERS: tuple[type[GivenAnswer], ...] = (Answer, SensitiveAnswer)
