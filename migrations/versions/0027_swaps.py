# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""offers to swap places in workshops, and the chains they are put together to"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def key_to(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name], [f"{target}.id"], name=op.f(f"fk_{table}_{name}_{target}"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.add_column("event", sa.Column("swaps", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("event", sa.Column("swaps_until", MOMENT, nullable=True))
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("swaps", existing_type=sa.Boolean(), server_default=None)
    op.create_table(
        "swap_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        key_to("swap_offer", "registration_id", "registration"),
        key_to("swap_offer", "place_id", "place"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap_offer")),
        sa.UniqueConstraint("place_id", name=op.f("uq_swap_offer_place_id")),
    )
    op.create_index(op.f("ix_swap_offer_registration_id"), "swap_offer", ["registration_id"])
    op.create_table(
        "swap_wish",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        key_to("swap_wish", "offer_id", "swap_offer"),
        key_to("swap_wish", "run_id", "run"),
        sa.PrimaryKeyConstraint("offer_id", "run_id", name=op.f("pk_swap_wish")),
    )
    op.create_index(op.f("ix_swap_wish_run_id"), "swap_wish", ["run_id"])
    op.create_table(
        "swap_chain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("answer_by", MOMENT, nullable=False),
        sa.CheckConstraint("people >= 2", name=op.f("ck_swap_chain_of_several")),
        key_to("swap_chain", "event_id", "event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap_chain")),
    )
    op.create_index(op.f("ix_swap_chain_event_id"), "swap_chain", ["event_id"])
    op.create_table(
        "swap_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=22), nullable=False),
        sa.Column("agreed_at", MOMENT, nullable=True),
        key_to("swap_share", "chain_id", "swap_chain"),
        key_to("swap_share", "offer_id", "swap_offer"),
        key_to("swap_share", "run_id", "run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap_share")),
        sa.UniqueConstraint("key", name=op.f("uq_swap_share_key")),
        sa.UniqueConstraint("offer_id", name=op.f("uq_swap_share_offer_id")),
    )
    op.create_index(op.f("ix_swap_share_chain_id"), "swap_share", ["chain_id"])
    op.create_index(op.f("ix_swap_share_run_id"), "swap_share", ["run_id"])


def downgrade() -> None:
    for table in ("swap_share", "swap_chain", "swap_wish", "swap_offer"):
        op.drop_table(table)
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("swaps_until")
        batch_op.drop_column("swaps")
