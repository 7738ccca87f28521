# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""substitutes, and groups of colleagues"""

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0005"
down_revision = "0004"
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
NEW_REASONS = (
    "substituted",
    "named",
    "replaced",
    "seat_allotted",
    "seat_not_named",
    "group_confirmed",
)
ACTORS = ("participant", "organiser", "system")
EVENT = {"ck_event_together_not_negative": "together_count >= 0"}
ACTIVE = "status IN ('unconfirmed', 'registered', 'waiting', 'offered')"
REGISTRATION = {"ck_registration_passed_on_ends": "passed_on IS NULL OR status = 'cancelled'"}


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def change_checks(*, groups: bool) -> dict[str, str | None]:
    return {
        "ck_status_change_reason": one_of("reason", (*REASONS, *NEW_REASONS) if groups else REASONS),
        "ck_status_change_actor": one_of("actor", (*ACTORS, "contact") if groups else ACTORS),
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
    def add_count(batch_op: BatchOperations) -> None:
        batch_op.add_column(sa.Column("together_count", sa.Integer(), nullable=False, server_default="0"))

    alter("event", EVENT, add_count)
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("together_count", server_default=None)
    create_group()

    def add_columns(batch_op: BatchOperations) -> None:
        batch_op.add_column(sa.Column("predecessor_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("passed_on", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("named_by", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_registration_group_id_registration_group"),
            "registration_group",
            ["group_id"],
            ["id"],
            ondelete="SET NULL",
        )
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
    op.create_index(op.f("ix_registration_group_id"), "registration", ["group_id"])
    create_guests()
    alter("status_change", change_checks(groups=True))


def create_group() -> None:
    op.create_table(
        "registration_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("given_name", sa.String(length=100), nullable=False),
        sa.Column("family_name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("allotted", sa.Integer(), nullable=False),
        sa.Column("name_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("mail_revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("email <> ''", name=op.f("ck_registration_group_contact_given")),
        sa.CheckConstraint("allotted >= 0", name=op.f("ck_registration_group_allotted_not_negative")),
        sa.CheckConstraint(
            "(allotted > 0) = (name_until IS NOT NULL)", name=op.f("ck_registration_group_date_iff_allotted")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_registration_group_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_registration_group_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_group")),
        sa.UniqueConstraint("event_id", "nonce", name=op.f("uq_registration_group_event_id_nonce")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_registration_group_organisation_id"), "registration_group", ["organisation_id"])


def create_guests() -> None:
    op.create_table(
        "group_guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=9), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("given_name", sa.String(length=100), nullable=False),
        sa.Column("family_name", sa.String(length=100), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["registration_group.id"],
            name=op.f("fk_group_guest_group_id_registration_group"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_group_guest_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_guest")),
        sa.UniqueConstraint("reference", name=op.f("uq_group_guest_reference")),
        sa.UniqueConstraint(
            "group_id", "registration_id", name=op.f("uq_group_guest_group_id_registration_id")
        ),
    )
    op.create_index(op.f("ix_group_guest_registration_id"), "group_guest", ["registration_id"])


def downgrade() -> None:
    """Who was substituted has cancelled; the history is told in the older words."""
    op.execute("UPDATE status_change SET reason = 'cancelled' WHERE reason IN ('substituted', 'replaced')")
    op.execute("UPDATE status_change SET reason = 'submitted' WHERE reason = 'named'")
    op.execute("UPDATE status_change SET reason = 'added_by_hand' WHERE reason = 'seat_allotted'")
    op.execute("UPDATE status_change SET reason = 'hold_ended' WHERE reason = 'seat_not_named'")
    op.execute("UPDATE status_change SET reason = 'address_confirmed' WHERE reason = 'group_confirmed'")
    op.execute("UPDATE status_change SET actor = 'participant' WHERE actor = 'contact'")
    op.execute("UPDATE message SET state = 'superseded' WHERE family = 'group' AND state = 'queued'")
    alter("status_change", change_checks(groups=False))

    def drop_columns(batch_op: BatchOperations) -> None:
        batch_op.drop_constraint(op.f("uq_registration_predecessor_id"), type_="unique")
        batch_op.drop_constraint(op.f("fk_registration_predecessor_id_registration"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_registration_group_id_registration_group"), type_="foreignkey")
        for name in ("group_id", "named_by", "passed_on", "predecessor_id"):
            batch_op.drop_column(name)

    op.drop_index(op.f("ix_group_guest_registration_id"), table_name="group_guest")
    op.drop_table("group_guest")
    op.drop_index(op.f("ix_registration_group_id"), table_name="registration")
    op.drop_index("uq_registration_active", table_name="registration")
    alter("registration", dict.fromkeys(REGISTRATION), drop_columns, sqlite_autoincrement=True)
    keep_one_active()
    op.drop_index(op.f("ix_registration_group_organisation_id"), table_name="registration_group")
    op.drop_table("registration_group")
    alter("event", dict.fromkeys(EVENT), lambda batch_op: batch_op.drop_column("together_count"))
