# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""long lists of people: an index for each order and filter; messages of the team to many"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BY_NAME = [
    "event_id",
    "sort_key",
    "id",
    "status",
    "holds_seat",
    "organisation_id",
    "email_key",
    "reference",
]
BY_ORGANISATION = ["event_id", "organisation_id", "sort_key", "id", "status"]
BY_STATUS = [
    "event_id",
    "status",
    "sort_key",
    "id",
    "holds_seat",
    "waiting_number",
    "organisation_id",
]
BY_DATE = ["event_id", "created_at", "id", "status", "organisation_id"]
# What found the people of something, and now finds them without reading the row.
WIDER = [
    ("place", "run_id"),
    ("registration_quota", "quota_id"),
    ("answer", "option_id"),
    ("sensitive_answer", "option_id"),
]


def upgrade() -> None:
    op.drop_index("ix_registration_event_id_status", table_name="registration")
    op.drop_index("ix_registration_event_id_sort_key", table_name="registration")
    op.create_index("ix_registration_by_name", "registration", BY_NAME)
    op.create_index("ix_registration_by_organisation", "registration", BY_ORGANISATION)
    op.create_index("ix_registration_by_status", "registration", BY_STATUS)
    op.create_index("ix_registration_by_date", "registration", BY_DATE)
    for table, column in WIDER:
        op.drop_index(f"ix_{table}_{column}", table_name=table)
        op.create_index(f"ix_{table}_{column}", table, [column, "registration_id"])
    op.create_table(
        "circular",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=150), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_circular_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"],
            ["organiser.id"],
            name=op.f("fk_circular_organiser_id_organiser"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular")),
        sa.UniqueConstraint("event_id", "nonce", name=op.f("uq_circular_event_id_nonce")),
    )
    op.create_table(
        "circular_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("circular_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["circular_id"],
            ["circular.id"],
            name=op.f("fk_circular_copy_circular_id_circular"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_circular_copy_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular_copy")),
        sa.UniqueConstraint(
            "circular_id", "registration_id", name=op.f("uq_circular_copy_circular_id_registration_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_circular_copy_registration_id"), "circular_copy", ["registration_id"])


def downgrade() -> None:
    op.execute("DELETE FROM message WHERE family = 'circular'")
    op.drop_index(op.f("ix_circular_copy_registration_id"), table_name="circular_copy")
    op.drop_table("circular_copy")
    op.drop_table("circular")
    for table, column in reversed(WIDER):
        op.drop_index(f"ix_{table}_{column}", table_name=table)
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.drop_index("ix_registration_by_date", table_name="registration")
    op.drop_index("ix_registration_by_status", table_name="registration")
    op.drop_index("ix_registration_by_organisation", table_name="registration")
    op.drop_index("ix_registration_by_name", table_name="registration")
    op.create_index("ix_registration_event_id_sort_key", "registration", ["event_id", "sort_key"])
    op.create_index("ix_registration_event_id_status", "registration", ["event_id", "status"])
