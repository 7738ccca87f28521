# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""how often an allocation was taken in hand"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("allocation") as batch_op:
        batch_op.add_column(sa.Column("claims", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("allocation") as batch_op:
        batch_op.alter_column("claims", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("allocation") as batch_op:
        batch_op.drop_column("claims")
