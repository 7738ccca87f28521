# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""what a day's team says about registering, and the code that opens its form"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TEXTS = ("text_before", "text_open", "text_after")


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        for name in TEXTS:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("form_code", sa.String(length=60), nullable=False, server_default=""))
    with op.batch_alter_table("event") as batch_op:
        for name in (*TEXTS, "form_code"):
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        for name in ("form_code", *TEXTS):
            batch_op.drop_column(name)
