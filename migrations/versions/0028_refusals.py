# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""what stood against each wish that an allocation refused"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("allocation") as batch_op:
        batch_op.add_column(sa.Column("refusals", sa.JSON(), nullable=True))
    # Nobody goes back to work out those of before.
    allocation = sa.table("allocation", sa.column("state"), sa.column("refusals", sa.JSON()))
    op.execute(sa.update(allocation).where(allocation.c.state == "done").values(refusals=[]))


def downgrade() -> None:
    with op.batch_alter_table("allocation") as batch_op:
        batch_op.drop_column("refusals")
