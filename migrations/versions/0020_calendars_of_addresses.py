# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""above which number a day's entry begins for an address of which no row tells any more what it was sent"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("lowest_offset", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("lowest_offset", server_default=None)
    # Who was forgotten before is named nowhere, and may register again.
    op.execute(
        "UPDATE event SET lowest_offset = 1 + (SELECT max(sequence_offset) FROM registration"
        " WHERE registration.event_id = event.id) WHERE EXISTS (SELECT 1 FROM registration"
        " WHERE registration.event_id = event.id AND registration.email = '' AND invited_sequence IS NOT NULL)"
    )


def downgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("lowest_offset")
