# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""rounds in which nobody chooses beforehand, and tables of a room"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add("round", "booked", sa.Boolean(), sa.true())
    add("run", "station", sa.String(length=60), "")


def add(table: str, column: str, kind: sa.Boolean | sa.String, of_old: object) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(sa.Column(column, kind, nullable=False, server_default=of_old))
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column, existing_type=kind, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("run") as batch_op:
        batch_op.drop_column("station")
    with op.batch_alter_table("round") as batch_op:
        batch_op.drop_column("booked")
