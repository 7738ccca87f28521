# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The organisers' questions and what was answered."""

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.db import Base, enum_of, pk
from app.events.models import Scarce, scarce_checks
from app.organisations.models import MasterData
from app.registration.questions.rules import LEGAL_BASIS_LABELS, LegalBasis, QuestionKind, Retention
from app.registration.workshops.rules import Need
from app.texts import gettext


class Law(MasterData, Base):
    """A law that gives the public task on which questions rest, such as § 3 DSG NRW. A question keeps the words it was
    asked with."""

    __tablename__ = "law"


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
    law: Mapped[str] = mapped_column(String(200), default="")
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
    def basis(self) -> str:
        """The legal basis in words, with the law that gives the task where one is named."""
        if self.law:
            return gettext("Public task (Art. 6 (1) e GDPR, %(law)s)", law=self.law)
        return gettext(LEGAL_BASIS_LABELS[self.legal_basis])

    @property
    def withdrawable(self) -> bool:
        """Whether its answers rest on consent, so that one press takes them back (DP-03)."""
        return self.legal_basis is not LegalBasis.PUBLIC_TASK

    @property
    def offered(self) -> list["Option"]:
        """The options that can be chosen; an ended one only by whoever had chosen it before."""
        return [one for one in self.options if not one.ended]

    @property
    def shown_if(self) -> int | None:
        """The option of an earlier question that must have been chosen."""
        return self.condition.option_id if self.condition else None


class Option(Scarce, Base):
    """One answer to choose. `capacity` is its limit; `taken` counts the people with a seat who chose it. Whoever chose one
    with a `need` gets only workshops where it is met. One that `ended` stays for the answers that name it.
    """

    __tablename__ = "question_option"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Constraint, ...]:
        return (UniqueConstraint("question_id", "label"), *scarce_checks())

    id: Mapped[pk]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(200))
    ended: Mapped[bool] = mapped_column(default=False)
    need: Mapped[Need | None] = mapped_column(enum_of(Need, "need"))


class Condition(Base):
    """The question is asked only if this option was chosen; an option that others hang on cannot be deleted."""

    __tablename__ = "question_condition"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("question_option.id"), index=True)


class Answered:
    """An answer, or one chosen option of several. `asked` and `text` are the question and the answer in the words of
    that moment, so that they stay readable when the organisers change theirs; a corrected option takes its `text` along.
    `holds` says that the option's seat is taken for this person.
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
