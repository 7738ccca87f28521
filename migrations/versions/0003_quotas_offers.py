# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""quotas, and offers from the waiting list"""

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EVENT = {
    "ck_event_reserved_not_negative": "reserved >= 0",
    "ck_event_codes_are_quotas": "code_count >= 0 AND code_count <= quota_count",
    "ck_event_offer_hours": "offer_hours IS NULL OR offer_hours > 0",
}
STATUSES = ("unconfirmed", "registered", "waiting", "cancelled", "expired")
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
)
NEW_REASONS = ("offered", "offer_accepted", "offer_declined", "offer_ended", "seats_released")
KINDS = (
    "ki",
    "immigration_office",
    "municipality",
    "state",
    "employment",
    "welfare",
    "migrant_org",
    "education",
    "other",
)
ACTIVE = "status IN ('unconfirmed', 'registered', 'waiting')"
NOW_ACTIVE = "status IN ('unconfirmed', 'registered', 'waiting', 'offered')"


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def registration_checks(*, offers: bool) -> dict[str, str | None]:
    """By name; None takes one away."""
    statuses = ("offered", *STATUSES) if offers else STATUSES
    held = "(status IN ('unconfirmed', 'offered')) = (held_until IS NOT NULL)"
    before = "(status = 'unconfirmed') = (held_until IS NOT NULL)"
    with_seat = "'registered', 'unconfirmed', 'offered'" if offers else "'registered', 'unconfirmed'"
    return {
        "ck_registration_status": one_of("status", statuses),
        "ck_registration_only_active_hold_seats": f"NOT holds_seat OR status IN ({with_seat})",
        "ck_registration_held_until_iff_held": held if offers else None,
        "ck_registration_held_until_iff_unconfirmed": None if offers else before,
        "ck_registration_offered_holds_seat": "holds_seat OR status <> 'offered'" if offers else None,
    }


def change_checks(*, offers: bool) -> dict[str, str | None]:
    statuses = ("offered", *STATUSES) if offers else STATUSES
    return {
        "ck_status_change_from_status": one_of("from_status", statuses),
        "ck_status_change_to_status": one_of("to_status", statuses),
        "ck_status_change_reason": one_of("reason", (*REASONS, *NEW_REASONS) if offers else REASONS),
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


def upgrade() -> None:
    def add_columns(batch_op: BatchOperations) -> None:
        batch_op.add_column(sa.Column("offer_hours", sa.Integer(), nullable=True))
        for name in ("reserved", "quota_count", "code_count"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))

    alter("event", EVENT, add_columns)
    with op.batch_alter_table("event") as batch_op:
        for name in ("reserved", "quota_count", "code_count"):
            batch_op.alter_column(name, server_default=None)

    op.create_table(
        "quota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "effect",
            sa.Enum("reserve", "cap", name="effect", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "target",
            sa.Enum(
                "kind",
                "district",
                "organisation",
                "code",
                name="target",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "agency_kind",
            sa.Enum(*KINDS, name="agency_kind", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("district", sa.String(length=100), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("code_key", sa.String(length=120), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_quota_capacity_not_negative")),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_quota_taken_not_negative")),
        sa.CheckConstraint("extra >= 0", name=op.f("ck_quota_extra_not_negative")),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_quota_waiting_not_negative")),
        sa.CheckConstraint(
            "effect <> 'cap' OR taken <= capacity + extra", name=op.f("ck_quota_not_oversold")
        ),
        sa.CheckConstraint(
            "(target = 'kind') = (agency_kind IS NOT NULL)", name=op.f("ck_quota_kind_iff_target")
        ),
        sa.CheckConstraint(
            "target <> 'district' OR district <> ''", name=op.f("ck_quota_district_if_target")
        ),
        sa.CheckConstraint(
            "(target = 'organisation') = (organisation_id IS NOT NULL)",
            name=op.f("ck_quota_organisation_iff_target"),
        ),
        sa.CheckConstraint(
            "(target = 'code') = (code_key IS NOT NULL)", name=op.f("ck_quota_code_iff_target")
        ),
        sa.CheckConstraint(
            "release_at IS NULL OR effect = 'reserve'", name=op.f("ck_quota_only_reservations_end")
        ),
        sa.CheckConstraint(
            "released_at IS NULL OR release_at IS NOT NULL", name=op.f("ck_quota_released_at_its_date")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_quota_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_quota_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
        sa.UniqueConstraint("event_id", "code_key", name=op.f("uq_quota_event_id_code_key")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_quota_event_id_name")),
    )
    op.create_index(op.f("ix_quota_event_id"), "quota", ["event_id"])
    op.create_index(op.f("ix_quota_release_at"), "quota", ["release_at"])
    op.create_table(
        "registration_quota",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("quota_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["quota_id"],
            ["quota.id"],
            name=op.f("fk_registration_quota_quota_id_quota"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_quota_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", "quota_id", name=op.f("pk_registration_quota")),
    )
    op.create_index(op.f("ix_registration_quota_quota_id"), "registration_quota", ["quota_id"])

    op.create_index("ix_registration_event_id_email_key", "registration", ["event_id", "email_key"])
    op.drop_index("uq_registration_active", table_name="registration")
    alter("registration", registration_checks(offers=True), sqlite_autoincrement=True)
    keep_one_active(NOW_ACTIVE)
    alter("status_change", change_checks(offers=True))


def keep_one_active(condition: str) -> None:
    op.create_index(
        "uq_registration_active",
        "registration",
        ["event_id", "email_key"],
        unique=True,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def downgrade() -> None:
    """An offer becomes a seat that waits for the button; its history is told in the older words."""
    op.execute("UPDATE status_change SET reason = 'moved_up' WHERE reason IN ('offered', 'seats_released')")
    op.execute("UPDATE status_change SET reason = 'address_confirmed' WHERE reason = 'offer_accepted'")
    op.execute("UPDATE status_change SET reason = 'cancelled' WHERE reason = 'offer_declined'")
    op.execute("UPDATE status_change SET reason = 'hold_ended' WHERE reason = 'offer_ended'")
    op.execute("UPDATE status_change SET to_status = 'unconfirmed' WHERE to_status = 'offered'")
    op.execute("UPDATE status_change SET from_status = 'unconfirmed' WHERE from_status = 'offered'")
    op.execute("UPDATE registration SET status = 'unconfirmed' WHERE status = 'offered'")
    op.drop_index("uq_registration_active", table_name="registration")
    op.drop_index("ix_registration_event_id_email_key", table_name="registration")
    alter("status_change", change_checks(offers=False))
    alter("registration", registration_checks(offers=False), sqlite_autoincrement=True)
    keep_one_active(ACTIVE)
    op.drop_index(op.f("ix_registration_quota_quota_id"), table_name="registration_quota")
    op.drop_table("registration_quota")
    op.drop_index(op.f("ix_quota_release_at"), table_name="quota")
    op.drop_index(op.f("ix_quota_event_id"), table_name="quota")
    op.drop_table("quota")

    def drop_columns(batch_op: BatchOperations) -> None:
        for name in ("code_count", "quota_count", "reserved", "offer_hours"):
            batch_op.drop_column(name)

    alter("event", dict.fromkeys(EVENT), drop_columns)
