# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""the lives of the database, from one restore to the next"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "life",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=22), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("copied", sa.Boolean(), nullable=False),
        sa.Column("raised_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("mark >= 0", name=op.f("ck_life_mark_not_negative")),
        sa.CheckConstraint("raised_by >= 0", name=op.f("ck_life_raised_not_lowered")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life")),
        sa.UniqueConstraint("token", name=op.f("uq_life_token")),
    )


def downgrade() -> None:
    op.drop_table("life")
