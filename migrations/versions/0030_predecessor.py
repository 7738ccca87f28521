# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""from which day another one was made, and which days are put away"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("predecessor_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_event_predecessor_id_event"), "event", ["predecessor_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(op.f("ix_event_predecessor_id"), ["predecessor_id"])


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_index(op.f("ix_event_predecessor_id"))
        batch_op.drop_constraint(op.f("fk_event_predecessor_id_event"), type_="foreignkey")
        batch_op.drop_column("archived_at")
        batch_op.drop_column("predecessor_id")
