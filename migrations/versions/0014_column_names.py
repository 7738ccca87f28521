# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""columns are called what the code calls them: no "held" of four meanings, no agency"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ACTIVE = "status IN ('unconfirmed', 'pending', 'registered', 'waiting', 'offered')"
NAMES = {
    "event": {"hold_minutes": "confirm_within_minutes"},
    "run": {"held": "takes_place"},
    "quota": {"agency_kind": "organisation_kind"},
    "allocation_condition": {"agency_kind": "organisation_kind"},
    "registration": {
        "holds_seat": "has_seat",
        "held_until": "reserved_until",
        "calendar_bump": "sequence_offset",
        "passed_on": "handover_nonce",
    },
}
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
OF_KIND = {
    "agency_kind": (
        "organisation_kind",
        f"{{organisation_kind}} IN ({', '.join(repr(one) for one in KINDS)})",
    )
}
Checks = dict[str, tuple[str, str]]
# Table → old name → new name and condition, in which the names of the columns are left open.
CHECKS: dict[str, Checks] = {
    "quota": OF_KIND,
    "allocation_condition": OF_KIND,
    "registration": {
        "registered_holds_seat": (
            "registered_has_seat",
            "(status = 'registered' AND {has_seat}) OR status <> 'registered'",
        ),
        "only_active_hold_seats": (
            "only_active_have_seats",
            "NOT {has_seat} OR status IN ('registered', 'unconfirmed', 'pending', 'offered')",
        ),
        "offered_holds_seat": ("offered_has_seat", "{has_seat} OR status <> 'offered'"),
        "held_until_iff_held": (
            "reserved_until_iff_reserved",
            "(status IN ('unconfirmed', 'offered')) = ({reserved_until} IS NOT NULL)",
        ),
        "passed_on_ends": ("handover_ends", "{handover_nonce} IS NULL OR status = 'cancelled'"),
    },
}


def rename_columns(names: dict[str, dict[str, str]]) -> None:
    """Both engines rewrite indexes and conditions that name the column."""
    for table, columns in names.items():
        for old, new in columns.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")


def rename_checks(table: str, checks: Checks) -> None:
    highest = highest_number(table)
    with op.batch_alter_table(
        table, table_kwargs={"sqlite_autoincrement": table == "registration"}
    ) as batch_op:
        for old, (new, condition) in checks.items():
            batch_op.drop_constraint(op.f(f"ck_{table}_{old}"), type_="check")
            batch_op.create_check_constraint(op.f(f"ck_{table}_{new}"), condition)
    if highest is not None:
        # Built anew, the table counts from its highest row on, and the number of one that is gone would come again.
        for statement in (
            "DELETE FROM sqlite_sequence WHERE name = :name",
            "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :highest)",
        ):
            op.get_bind().execute(sa.text(statement), {"name": table, "highest": highest})


def highest_number(table: str) -> int | None:
    """The highest that SQLite has given to a row of the table, if it counts by itself."""
    if op.get_bind().dialect.name != "sqlite" or table != "registration":
        return None
    asked = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    found: int | None = op.get_bind().execute(asked, {"name": table}).scalar()
    return found


def keep_one_active() -> None:
    """SQLite builds the table anew, and a partial index does not come along with its condition."""
    op.create_index(
        "uq_registration_active",
        "registration",
        ["event_id", "email_key"],
        unique=True,
        sqlite_where=sa.text(ACTIVE),
        postgresql_where=sa.text(ACTIVE),
    )


def upgrade() -> None:
    rename_columns(NAMES)
    same = {new: new for columns in NAMES.values() for new in columns.values()}
    op.drop_index("uq_registration_active", table_name="registration")
    for table, checks in CHECKS.items():
        rename_checks(table, {old: (new, said.format(**same)) for old, (new, said) in checks.items()})
    keep_one_active()
    op.drop_index(op.f("ix_registration_held_until"), table_name="registration")
    op.create_index(op.f("ix_registration_reserved_until"), "registration", ["reserved_until"])
    op.execute("UPDATE agenda_change SET field = 'takes_place' WHERE field = 'held'")


def downgrade() -> None:
    op.execute("UPDATE agenda_change SET field = 'held' WHERE field = 'takes_place'")
    op.drop_index(op.f("ix_registration_reserved_until"), table_name="registration")
    back = {table: {new: old for old, new in columns.items()} for table, columns in NAMES.items()}
    rename_columns(back)
    older = {new: old for columns in back.values() for new, old in columns.items()}
    op.drop_index("uq_registration_active", table_name="registration")
    for table, checks in CHECKS.items():
        rename_checks(table, {new: (old, said.format(**older)) for old, (new, said) in checks.items()})
    keep_one_active()
    op.create_index(op.f("ix_registration_held_until"), "registration", ["held_until"])
