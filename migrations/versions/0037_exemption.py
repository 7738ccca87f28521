# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""workshops that somebody cannot take, and what the team says to it"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    verdict = sa.Enum(
        *("open", "accepted", "set_aside"),
        name=op.f("ck_exemption_verdict"),
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    op.create_table(
        "exemption",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("verdict", verdict, nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_exemption_reason_given")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_exemption_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"],
            ["workshop.id"],
            name=op.f("fk_exemption_workshop_id_workshop"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", "workshop_id", name=op.f("pk_exemption")),
    )
    op.create_index(op.f("ix_exemption_workshop_id"), "exemption", ["workshop_id"])


def downgrade() -> None:
    op.drop_table("exemption")
