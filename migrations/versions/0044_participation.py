# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""whether somebody comes or takes part online, where the day offers both"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

WAYS = ("room", "online")
ACTIVE = "status IN ('unconfirmed', 'pending', 'registered', 'waiting', 'offered')"


def alter_people(work: Callable[[BatchOperations], None]) -> None:
    """SQLite builds the table anew, and a partial index does not come along with its condition."""
    highest = _highest_number()
    op.drop_index("uq_registration_active", table_name="registration")
    with op.batch_alter_table("registration", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        work(batch_op)
    _keep_number(highest)
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
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(
            sa.Column("offers_online", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("offers_online", server_default=None)
    alter_people(_add)
    alter_people(lambda batch_op: batch_op.alter_column("participation", server_default=None))


def _add(batch_op: BatchOperations) -> None:
    kind = sa.Enum(*WAYS, name="participation", native_enum=False, create_constraint=True, length=32)
    batch_op.add_column(sa.Column("participation", kind, nullable=False, server_default="room"))
    batch_op.create_check_constraint(
        op.f("ck_registration_online_alone"), "participation = 'room' OR accompanying = 0"
    )
    batch_op.create_check_constraint(
        op.f("ck_registration_online_never_waits"),
        "participation = 'room' OR has_seat OR status IN ('cancelled', 'expired', 'rejected')",
    )


def downgrade() -> None:
    """Who took part online has a seat beyond those there are; of quotas they have none."""
    online = "SELECT count(*) FROM registration r WHERE r.event_id = event.id AND r.has_seat"
    online += " AND r.participation = 'online'"
    op.execute(f"UPDATE event SET extra = extra + ({online}), taken = taken + ({online})")

    def drop(batch_op: BatchOperations) -> None:
        for name in ("online_never_waits", "online_alone", "participation"):
            batch_op.drop_constraint(op.f(f"ck_registration_{name}"), type_="check")
        batch_op.drop_column("participation")

    alter_people(drop)
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("offers_online")
