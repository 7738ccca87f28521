# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""what people agree to, one by one"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STANDS = "withdrawn_at IS NULL"


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("consents", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("consents", server_default=None)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "list",
                "documentation",
                "press",
                "next-day",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("form", "page", name="source", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= given_at", name=op.f("ck_consent_withdrawn_later")
        ),
        sa.CheckConstraint("words <> ''", name=op.f("ck_consent_words_given")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_consent_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_registration_id"), "consent", ["registration_id"])
    op.create_index(
        "uq_consent_standing",
        "consent",
        ["registration_id", "purpose"],
        unique=True,
        sqlite_where=sa.text(STANDS),
        postgresql_where=sa.text(STANDS),
    )


def downgrade() -> None:
    op.drop_table("consent")
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("consents")
