# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""substitutes, and groups of colleagues"""

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

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
)
NEW_REASONS = ("substituted", "named", "replaced")
ACTIVE = "status IN ('unconfirmed', 'registered', 'waiting', 'offered')"
REGISTRATION = {"ck_registration_passed_on_ends": "passed_on IS NULL OR status = 'cancelled'"}


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def change_checks(*, groups: bool) -> dict[str, str | None]:
    return {"ck_status_change_reason": one_of("reason", (*REASONS, *NEW_REASONS) if groups else REASONS)}


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


def keep_one_active() -> None:
    """The table is built anew on SQLite, and a partial index does not come along with its condition."""
    op.create_index(
        "uq_registration_active",
        "registration",
        ["event_id", "email_key"],
        unique=True,
        sqlite_where=sa.text(ACTIVE),
        postgresql_where=sa.text(ACTIVE),
    )


def upgrade() -> None:
    def add_columns(batch_op: BatchOperations) -> None:
        batch_op.add_column(sa.Column("predecessor_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("passed_on", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("named_by", sa.String(length=200), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            op.f("fk_registration_predecessor_id_registration"),
            "registration",
            ["predecessor_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_unique_constraint(op.f("uq_registration_predecessor_id"), ["predecessor_id"])

    op.drop_index("uq_registration_active", table_name="registration")
    alter("registration", REGISTRATION, add_columns, sqlite_autoincrement=True)
    with op.batch_alter_table("registration", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("named_by", server_default=None)
    keep_one_active()
    alter("status_change", change_checks(groups=True))


def downgrade() -> None:
    """Who was substituted has cancelled; the history is told in the older words."""
    op.execute("UPDATE status_change SET reason = 'cancelled' WHERE reason IN ('substituted', 'replaced')")
    op.execute("UPDATE status_change SET reason = 'submitted' WHERE reason = 'named'")
    alter("status_change", change_checks(groups=False))

    def drop_columns(batch_op: BatchOperations) -> None:
        batch_op.drop_constraint(op.f("uq_registration_predecessor_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_registration_predecessor_id_registration"), type_="foreignkey")
        for name in ("named_by", "passed_on", "predecessor_id"):
            batch_op.drop_column(name)

    op.drop_index("uq_registration_active", table_name="registration")
    alter("registration", dict.fromkeys(REGISTRATION), drop_columns, sqlite_autoincrement=True)
    keep_one_active()
