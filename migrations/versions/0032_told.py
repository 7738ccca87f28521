# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""what is told of a change: the places that became wishes stay with its notice, and the access to a room is a fact"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

FACTS = ("off", "place", "line", "role", "times", "room", "title")


def upgrade() -> None:
    with op.batch_alter_table("notice") as batch_op:
        batch_op.add_column(sa.Column("places", sa.JSON(), server_default="{}", nullable=False))
    with op.batch_alter_table("notice") as batch_op:
        batch_op.alter_column("places", existing_type=sa.JSON(), existing_nullable=False, server_default=None)
    _allow((*FACTS[:6], "access", FACTS[6]))


def downgrade() -> None:
    """What was told of the access to rooms is forgotten."""
    change = sa.table("place_change", sa.column("fact"))
    op.execute(sa.delete(change).where(change.c.fact == "access"))
    _allow(FACTS)
    with op.batch_alter_table("notice") as batch_op:
        batch_op.drop_column("places")


def _allow(facts: Sequence[str]) -> None:
    listed = ", ".join(f"'{one}'" for one in facts)
    with op.batch_alter_table("place_change") as batch_op:
        batch_op.drop_constraint(op.f("ck_place_change_fact"), type_="check")
        batch_op.create_check_constraint(op.f("ck_place_change_fact"), f"fact IN ({listed})")
