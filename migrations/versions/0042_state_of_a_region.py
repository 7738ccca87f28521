# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""whose holidays count in a region; so far those of North Rhine-Westphalia did everywhere"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

STATES = ("BW", "BY", "BE", "BB", "HB", "HH", "HE", "NI", "MV", "NW", "RP", "SL", "SN", "ST", "SH", "TH")


def upgrade() -> None:
    kind = sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=32)
    with op.batch_alter_table("region") as batch_op:
        batch_op.add_column(sa.Column("state", kind, nullable=False, server_default="NW"))
    with op.batch_alter_table("region") as batch_op:
        batch_op.alter_column("state", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("region") as batch_op:
        batch_op.drop_constraint(op.f("ck_region_state"), type_="check")
        batch_op.drop_column("state")
