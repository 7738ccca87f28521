# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""the team decides who is admitted"""

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATUSES = ("unconfirmed", "registered", "waiting", "offered", "cancelled", "expired")
NEW_STATUSES = ("pending", "rejected")
REASONS = (
    "submitted",
    "added_by_hand",
    "address_confirmed",
    "cancelled",
    "hold_ended",
    "moved_up",
    "capacity_raised",
    "returned",
    "event_cancelled",
    "offered",
    "offer_accepted",
    "offer_declined",
    "offer_ended",
    "seats_released",
    "substituted",
    "named",
    "replaced",
    "seat_allotted",
    "seat_not_named",
    "group_confirmed",
)
NEW_REASONS = ("approved", "rejected")
ACTIVE = "status IN ('unconfirmed', 'registered', 'waiting', 'offered')"
NOW_ACTIVE = "status IN ('unconfirmed', 'pending', 'registered', 'waiting', 'offered')"


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def registration_checks(*, approval: bool) -> dict[str, str | None]:
    pending = ", 'pending'" if approval else ""
    return {
        "ck_registration_status": one_of("status", (*STATUSES, *NEW_STATUSES) if approval else STATUSES),
        "ck_registration_only_active_hold_seats": "NOT holds_seat OR status IN"
        f" ('registered', 'unconfirmed', 'offered'{pending})",
        "ck_registration_without_seat_waits": "holds_seat OR waiting_number IS NOT NULL OR status NOT IN"
        f" ('waiting', 'unconfirmed'{pending})",
    }


def change_checks(*, approval: bool) -> dict[str, str | None]:
    statuses = (*STATUSES, *NEW_STATUSES) if approval else STATUSES
    return {
        "ck_status_change_from_status": one_of("from_status", statuses),
        "ck_status_change_to_status": one_of("to_status", statuses),
        "ck_status_change_reason": one_of("reason", (*REASONS, *NEW_REASONS) if approval else REASONS),
    }


def alter(
    table: str,
    checks: Mapping[str, str | None],
    work: Callable[[BatchOperations], None] | None = None,
    **kwargs: object,
) -> None:
    """Change a table and its CHECKs, by name; SQLite builds it anew."""
    present = {one["name"] for one in sa.inspect(op.get_bind()).get_check_constraints(table)}
    with op.batch_alter_table(table, table_kwargs=kwargs) as batch_op:
        for name in checks:
            if name in present:
                batch_op.drop_constraint(op.f(name), type_="check")
        if work is not None:
            work(batch_op)
        for name, condition in checks.items():
            if condition is not None:
                batch_op.create_check_constraint(op.f(name), condition)


def keep_one_active(condition: str) -> None:
    """The table is built anew on SQLite, and a partial index does not come along with its condition."""
    op.create_index(
        "uq_registration_active",
        "registration",
        ["event_id", "email_key"],
        unique=True,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("approval", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("approval", server_default=None)
    op.drop_index("uq_registration_active", table_name="registration")
    alter("registration", registration_checks(approval=True), sqlite_autoincrement=True)
    keep_one_active(NOW_ACTIVE)
    alter("status_change", change_checks(approval=True))


def downgrade() -> None:
    """Who waited for a decision is admitted, who was turned down has cancelled; the history says it in older words."""
    admitted = "CASE WHEN holds_seat THEN 'registered' ELSE 'waiting' END"
    op.execute(f"UPDATE registration SET status = {admitted} WHERE status = 'pending'")
    op.execute("UPDATE registration SET status = 'cancelled' WHERE status = 'rejected'")
    for column in ("from_status", "to_status"):
        op.execute(f"UPDATE status_change SET {column} = 'registered' WHERE {column} = 'pending'")
        op.execute(f"UPDATE status_change SET {column} = 'cancelled' WHERE {column} = 'rejected'")
    op.execute("UPDATE status_change SET reason = 'address_confirmed' WHERE reason = 'approved'")
    op.execute("UPDATE status_change SET reason = 'cancelled' WHERE reason = 'rejected'")
    op.execute(
        "UPDATE message SET state = 'superseded' WHERE state = 'queued'"
        " AND kind IN ('registration.pending', 'registration.rejected')"
    )
    alter("status_change", change_checks(approval=False))
    op.drop_index("uq_registration_active", table_name="registration")
    alter("registration", registration_checks(approval=False), sqlite_autoincrement=True)
    keep_one_active(ACTIVE)
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("approval")
