# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""days that follow one another"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_event_series_id_series"), "series", ["series_id"], ["id"])
        batch_op.create_index(op.f("ix_event_series_id"), ["series_id"])


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_index(op.f("ix_event_series_id"))
        batch_op.drop_constraint(op.f("fk_event_series_id_series"), type_="foreignkey")
        batch_op.drop_column("series_id")
    op.drop_table("series")
