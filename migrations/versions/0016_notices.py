# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""what people are told of a change: notices of a day, changes of a run for a person, why a day is called off"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FACTS = ("off", "place", "line", "role", "times", "room", "title")


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("calls_off_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("off_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("off_instead", sa.Text(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_event_calls_off_at"), ["calls_off_at"])
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("off_reason", server_default=None)
        batch_op.alter_column("off_instead", server_default=None)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_notice_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_event_id_at", "notice", ["event_id", "at"])
    op.create_table(
        "place_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "fact",
            sa.Enum(*FACTS, name="fact", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("old", sa.String(length=300), nullable=False),
        sa.Column("new", sa.String(length=300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_place_change_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_place_change_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_change")),
    )
    op.create_index("ix_place_change_registration_id_at", "place_change", ["registration_id", "at"])
    op.create_index(op.f("ix_place_change_run_id"), "place_change", ["run_id"])


def downgrade() -> None:
    op.drop_table("place_change")
    op.drop_table("notice")
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_calls_off_at"))
        batch_op.drop_column("off_instead")
        batch_op.drop_column("off_reason")
        batch_op.drop_column("calls_off_at")
