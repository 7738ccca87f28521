# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""long lists of people: an index for each order and filter"""

from alembic import op

revision = "0007"
down_revision = "0004"
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


def downgrade() -> None:
    for table, column in reversed(WIDER):
        op.drop_index(f"ix_{table}_{column}", table_name=table)
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.drop_index("ix_registration_by_date", table_name="registration")
    op.drop_index("ix_registration_by_status", table_name="registration")
    op.drop_index("ix_registration_by_organisation", table_name="registration")
    op.drop_index("ix_registration_by_name", table_name="registration")
    op.create_index("ix_registration_event_id_sort_key", "registration", ["event_id", "sort_key"])
    op.create_index("ix_registration_event_id_status", "registration", ["event_id", "status"])
