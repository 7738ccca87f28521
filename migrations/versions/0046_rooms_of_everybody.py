# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""who is told of a room in which something is for everybody"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

NAME = "ck_place_change_link_of_room"
BEFORE, AFTER = "(fact = 'link') = (room_id IS NOT NULL)", "fact <> 'link' OR room_id IS NOT NULL"


def _check(condition: str) -> None:
    with op.batch_alter_table("place_change") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), condition)


def upgrade() -> None:
    _check(AFTER)


def downgrade() -> None:
    """Who was told of a room was told."""
    op.execute("DELETE FROM place_change WHERE room_id IS NOT NULL AND fact <> 'link'")
    _check(BEFORE)
