# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""questions of the organisers, and the answers to them"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = ("short_text", "long_text", "one_of", "several_of", "yes_no", "number", "date")
BASES = ("public_task", "consent", "explicit_consent")
RETENTIONS = ("14_days", "6_months", "withdrawal")
ANSWERS = ("answer", "sensitive_answer")


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", _words("kind", KINDS), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("hint", sa.String(length=1000), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("organiser_only", sa.Boolean(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("legal_basis", _words("legal_basis", BASES), nullable=False),
        sa.Column("retention", _words("retention", RETENTIONS), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("label <> ''", name=op.f("ck_question_label_given")),
        sa.CheckConstraint("purpose <> ''", name=op.f("ck_question_purpose_given")),
        sa.CheckConstraint(
            "sensitive = (legal_basis = 'explicit_consent')", name=op.f("ck_question_sensitive_by_consent")
        ),
        sa.CheckConstraint(
            "NOT sensitive OR retention = '14_days'", name=op.f("ck_question_sensitive_kept_short")
        ),
        sa.CheckConstraint(
            "retention <> 'withdrawal' OR legal_basis = 'consent'",
            name=op.f("ck_question_withdrawal_of_consent"),
        ),
        sa.CheckConstraint(
            "NOT required OR legal_basis = 'public_task'", name=op.f("ck_question_consent_is_free")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_question_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_question_event_id"), "question", ["event_id"])
    op.create_table(
        "question_option",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("waiting_counter", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_question_option_taken_not_negative")),
        sa.CheckConstraint("extra >= 0", name=op.f("ck_question_option_extra_not_negative")),
        sa.CheckConstraint(
            "capacity IS NULL OR taken <= capacity + extra", name=op.f("ck_question_option_not_oversold")
        ),
        sa.CheckConstraint(
            "waiting >= 0 AND waiting <= waiting_counter", name=op.f("ck_question_option_waiting_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_option_question_id_question"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_option")),
        sa.UniqueConstraint("question_id", "label", name=op.f("uq_question_option_question_id_label")),
    )
    op.create_table(
        "question_condition",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_condition_question_id_question"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["option_id"],
            ["question_option.id"],
            name=op.f("fk_question_condition_option_id_question_option"),
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_condition")),
    )
    op.create_index(op.f("ix_question_condition_option_id"), "question_condition", ["option_id"])
    for table in ANSWERS:
        _create_answers(table)


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _create_answers(table: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=True),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f(f"fk_{table}_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f(f"fk_{table}_question_id_question"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["option_id"],
            ["question_option.id"],
            name=op.f(f"fk_{table}_option_id_question_option"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "registration_id",
            "question_id",
            "number",
            name=op.f(f"uq_{table}_registration_id_question_id_number"),
        ),
    )
    op.create_index(op.f(f"ix_{table}_question_id"), table, ["question_id"])
    op.create_index(op.f(f"ix_{table}_option_id"), table, ["option_id"])


def downgrade() -> None:
    for table in reversed(ANSWERS):
        op.drop_table(table)
    op.drop_table("question_condition")
    op.drop_table("question_option")
    op.drop_table("question")
