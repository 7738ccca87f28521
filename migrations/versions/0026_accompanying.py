# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""how many people without a name accompany somebody, and whether a day asks for it"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ACTIVE = "status IN ('unconfirmed', 'pending', 'registered', 'waiting', 'offered')"
BY_STATUS = ["event_id", "status", "sort_key", "id", "has_seat", "waiting_number", "organisation_id"]


def alter_people(work: Callable[[BatchOperations], None], by_status: list[str]) -> None:
    """SQLite builds the table anew, and a partial index does not come along with its condition."""
    highest = _highest_number()
    op.drop_index("uq_registration_active", table_name="registration")
    op.drop_index("ix_registration_by_status", table_name="registration")
    with op.batch_alter_table("registration", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        work(batch_op)
    _keep_number(highest)
    op.create_index("ix_registration_by_status", "registration", by_status)
    op.create_index(
        "uq_registration_active",
        "registration",
        ["event_id", "email_key"],
        unique=True,
        sqlite_where=sa.text(ACTIVE),
        postgresql_where=sa.text(ACTIVE),
    )


def _highest_number() -> int | None:
    """The last id that SQLite gave to somebody; a table that is built anew forgets it."""
    if op.get_bind().dialect.name != "sqlite":
        return None
    asked = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'registration'")
    return op.get_bind().scalar(asked)


def _keep_number(highest: int | None) -> None:
    if highest is not None:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'registration'")
        new = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('registration', :highest)")
        op.get_bind().execute(new, {"highest": highest})


def upgrade() -> None:
    def add(batch_op: BatchOperations) -> None:
        batch_op.add_column(
            sa.Column("accompanying", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
        batch_op.create_check_constraint(
            op.f("ck_registration_accompanying_in_range"), "accompanying >= 0 AND accompanying <= 2"
        )

    alter_people(add, [*BY_STATUS, "accompanying"])
    alter_people(
        lambda batch_op: batch_op.alter_column("accompanying", server_default=None),
        [*BY_STATUS, "accompanying"],
    )
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(
            sa.Column("asks_accompanying", sa.Boolean(), nullable=False, server_default=sa.text("true"))
        )
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("asks_accompanying", server_default=None)


def downgrade() -> None:
    """The seats of who accompanied somebody are nobody's any more: they are given back."""
    people = "SELECT COALESCE(SUM(r.accompanying), 0) FROM registration r"
    op.execute(f"UPDATE event SET taken = taken - ({people} WHERE r.event_id = event.id AND r.has_seat)")
    in_run = "JOIN place p ON p.registration_id = r.id WHERE p.run_id = run.id AND p.state = 'place'"
    op.execute(f"UPDATE run SET taken = taken - ({people} {in_run})")

    def remove(batch_op: BatchOperations) -> None:
        batch_op.drop_constraint(op.f("ck_registration_accompanying_in_range"), type_="check")
        batch_op.drop_column("accompanying")

    alter_people(remove, BY_STATUS)
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("asks_accompanying")
