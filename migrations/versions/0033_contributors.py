# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""who contributes to a run, an item or the day: function, organisation, role, whether they said yes"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ROLES = (
    *("greeting", "talk", "panel", "moderation", "facilitation", "minutes", "table_host"),
    "day_moderation",
)
ONE_PLACE = (
    "CASE WHEN event_id IS NULL THEN 0 ELSE 1 END + CASE WHEN item_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN run_id IS NULL THEN 0 ELSE 1 END = 1"
)
PLACES = {"event_id": "event", "item_id": "agenda_item"}
# What those who stood there already are: named by the team in public, so they had said yes.
FILLED = {
    "role": (sa.String(32), "facilitation"),
    "function": (sa.String(200), ""),
    "organisation": (sa.String(200), ""),
    "about": (sa.Text(), ""),
    "confirmed": (sa.Boolean(), sa.true()),
    "position": (sa.Integer(), "0"),
    "version": (sa.Integer(), "1"),
}


def upgrade() -> None:
    with op.batch_alter_table("contributor") as batch_op:
        batch_op.alter_column("run_id", existing_type=sa.Integer(), nullable=True)
        for column, table in PLACES.items():
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch_op.create_foreign_key(
                op.f(f"fk_contributor_{column}_{table}"), table, [column], ["id"], ondelete="CASCADE"
            )
            batch_op.create_index(op.f(f"ix_contributor_{column}"), [column])
        for column, (kind, value) in FILLED.items():
            batch_op.add_column(sa.Column(column, kind, nullable=False, server_default=value))
    row = sa.table("contributor", sa.column("id"), sa.column("position"))
    op.execute(row.update().values(position=row.c.id))  # the order in which they were
    with op.batch_alter_table("contributor") as batch_op:
        for column, (kind, _value) in FILLED.items():
            batch_op.alter_column(column, existing_type=kind, server_default=None)
        batch_op.create_check_constraint(op.f("ck_contributor_one_place"), ONE_PLACE)
        batch_op.create_check_constraint(
            op.f("ck_contributor_role"), f"role IN ({', '.join(repr(role) for role in ROLES)})"
        )
        batch_op.create_check_constraint(
            op.f("ck_contributor_role_of_place"), "(role = 'day_moderation') = (event_id IS NOT NULL)"
        )


def downgrade() -> None:
    """A run keeps the names of those who said yes; items and the day name nobody any more."""
    row = sa.table("contributor", sa.column("run_id"), sa.column("confirmed", sa.Boolean()))
    op.execute(row.delete().where(sa.or_(row.c.run_id.is_(None), row.c.confirmed.is_(False))))
    with op.batch_alter_table("contributor") as batch_op:
        for name in ("one_place", "role", "role_of_place"):
            batch_op.drop_constraint(op.f(f"ck_contributor_{name}"), type_="check")
        for column, table in PLACES.items():
            batch_op.drop_index(op.f(f"ix_contributor_{column}"))
            batch_op.drop_constraint(op.f(f"fk_contributor_{column}_{table}"), type_="foreignkey")
    with op.batch_alter_table("contributor") as batch_op:
        for column in (*PLACES, *FILLED):
            batch_op.drop_column(column)
        batch_op.alter_column("run_id", existing_type=sa.Integer(), nullable=False)
