# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""a day knows whether it asks questions, and when they changed last"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("questions_version", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE event SET questions_version = 1 WHERE id IN (SELECT event_id FROM question)")
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("questions_version", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("questions_version")
