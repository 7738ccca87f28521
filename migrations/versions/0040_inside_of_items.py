# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""short talks inside of items and runs, and stands of a market"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ONE_OF_THREE = (
    "CASE WHEN event_id IS NULL THEN 0 ELSE 1 END + CASE WHEN item_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN run_id IS NULL THEN 0 ELSE 1 END = 1"
)
ONE_OF_FOUR = (
    "CASE WHEN event_id IS NULL THEN 0 ELSE 1 END + CASE WHEN item_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN run_id IS NULL THEN 0 ELSE 1 END + CASE WHEN sub_item_id IS NULL THEN 0 ELSE 1 END = 1"
)


def upgrade() -> None:
    bring_sub_items()
    bring_stands()
    with op.batch_alter_table("contributor") as batch_op:
        batch_op.drop_constraint(op.f("ck_contributor_one_place"), type_="check")
        batch_op.add_column(sa.Column("sub_item_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_contributor_sub_item_id_sub_item"),
            "sub_item",
            ["sub_item_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.create_index(op.f("ix_contributor_sub_item_id"), ["sub_item_id"])
        batch_op.create_check_constraint(op.f("ck_contributor_one_place"), ONE_OF_FOUR)


def bring_sub_items() -> None:
    op.create_table(
        "sub_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(item_id IS NULL) <> (run_id IS NULL)", name=op.f("ck_sub_item_inside_one")),
        sa.CheckConstraint("(after IS NULL) = (minutes IS NULL)", name=op.f("ck_sub_item_both_times")),
        sa.CheckConstraint("after >= 0 AND minutes > 0", name=op.f("ck_sub_item_times_forward")),
        key_to("sub_item", "item_id", "agenda_item"),
        key_to("sub_item", "run_id", "run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sub_item")),
    )
    for column in ("item_id", "run_id"):
        op.create_index(op.f(f"ix_sub_item_{column}"), "sub_item", [column])


def bring_stands() -> None:
    op.create_table(
        "stand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("table_label", sa.String(length=60), nullable=False),
        sa.Column("needs_power", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        key_to("stand", "item_id", "agenda_item"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand")),
    )
    op.create_index(op.f("ix_stand_item_id"), "stand", ["item_id"])


def key_to(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name], [f"{target}.id"], name=op.f(f"fk_{table}_{name}_{target}"), ondelete="CASCADE"
    )


def downgrade() -> None:
    """Who contributes to a short talk goes with it."""
    contributor = sa.table("contributor", sa.column("sub_item_id"))
    op.execute(contributor.delete().where(contributor.c.sub_item_id.is_not(None)))
    with op.batch_alter_table("contributor") as batch_op:
        batch_op.drop_constraint(op.f("ck_contributor_one_place"), type_="check")
        batch_op.drop_index(op.f("ix_contributor_sub_item_id"))
        batch_op.drop_constraint(op.f("fk_contributor_sub_item_id_sub_item"), type_="foreignkey")
        batch_op.drop_column("sub_item_id")
        batch_op.create_check_constraint(op.f("ck_contributor_one_place"), ONE_OF_THREE)
    for table in ("stand", "sub_item"):
        op.drop_table(table)
