# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""rooms in which one takes part online, and who is told of another link"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

FACTS = ("off", "place", "line", "role", "times", "room", "access", "title")


def upgrade() -> None:
    with op.batch_alter_table("room") as batch_op:
        batch_op.add_column(sa.Column("online", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("online_link", sa.String(500), nullable=False, server_default=""))
        batch_op.create_check_constraint(op.f("ck_room_link_only_online"), "online OR online_link = ''")
    with op.batch_alter_table("room") as batch_op:
        batch_op.alter_column("online", server_default=None)
        batch_op.alter_column("online_link", server_default=None)
    with op.batch_alter_table("place_change") as batch_op:
        batch_op.add_column(sa.Column("room_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_place_change_room_id_room"), "room", ["room_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.alter_column("run_id", existing_type=sa.Integer(), nullable=True)
        for name in ("old", "new"):
            batch_op.alter_column(name, existing_type=sa.String(300), type_=sa.String(500))
        _facts(batch_op, (*FACTS, "link"))
        batch_op.create_check_constraint(
            op.f("ck_place_change_run_or_room"), "(run_id IS NULL) <> (room_id IS NULL)"
        )
        batch_op.create_check_constraint(
            op.f("ck_place_change_link_of_room"), "(fact = 'link') = (room_id IS NOT NULL)"
        )
    op.create_index(op.f("ix_place_change_room_id"), "place_change", ["room_id"])


def downgrade() -> None:
    """A room that was only online is a room without seats again; who was told of a link was told."""
    op.execute("DELETE FROM place_change WHERE fact = 'link'")
    op.drop_index(op.f("ix_place_change_room_id"), "place_change")
    with op.batch_alter_table("place_change") as batch_op:
        batch_op.drop_constraint(op.f("ck_place_change_link_of_room"), type_="check")
        batch_op.drop_constraint(op.f("ck_place_change_run_or_room"), type_="check")
        batch_op.drop_constraint(op.f("fk_place_change_room_id_room"), type_="foreignkey")
        _facts(batch_op, FACTS)
        for name in ("old", "new"):
            batch_op.alter_column(name, existing_type=sa.String(500), type_=sa.String(300))
        batch_op.alter_column("run_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("room_id")
    with op.batch_alter_table("room") as batch_op:
        batch_op.drop_constraint(op.f("ck_room_link_only_online"), type_="check")
        batch_op.drop_column("online_link")
        batch_op.drop_column("online")


def _facts(batch_op: BatchOperations, words: tuple[str, ...]) -> None:
    listed = ", ".join(repr(one) for one in words)
    batch_op.drop_constraint(op.f("ck_place_change_fact"), type_="check")
    batch_op.create_check_constraint(op.f("ck_place_change_fact"), f"fact IN ({listed})")
