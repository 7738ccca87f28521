# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""signed links rest on a random key of their row"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ACTIVE = "status IN ('unconfirmed', 'pending', 'registered', 'waiting', 'offered')"
KEYS = {
    "registration": {"link_version": "link_key", "feed_version": "feed_key"},
    "registration_group": {"link_version": "link_key"},
}


def alter_people(table: str, work: Callable[[BatchOperations], None]) -> None:
    """SQLite builds the table anew, and a partial index does not come along with its condition."""
    if table == "registration":
        op.drop_index("uq_registration_active", table_name=table)
    with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        work(batch_op)
    if table == "registration":
        op.create_index(
            "uq_registration_active",
            table,
            ["event_id", "email_key"],
            unique=True,
            sqlite_where=sa.text(ACTIVE),
            postgresql_where=sa.text(ACTIVE),
        )


def upgrade() -> None:
    """The number of the link's version is the key of rows from before: what was mailed for them goes on working, and no
    new row ever gets such a key."""
    for table, columns in KEYS.items():

        def to_keys(batch_op: BatchOperations, columns: dict[str, str] = columns) -> None:
            for version, key in columns.items():
                batch_op.alter_column(
                    version,
                    new_column_name=key,
                    type_=sa.String(length=22),
                    existing_type=sa.Integer(),
                    existing_nullable=False,
                    postgresql_using=f"{version}::varchar",
                )

        alter_people(table, to_keys)
    with op.batch_alter_table("password_link") as batch_op:
        batch_op.add_column(
            sa.Column("link_key", sa.String(length=22), nullable=False, server_default=sa.text("'1'"))
        )
    with op.batch_alter_table("password_link") as batch_op:
        batch_op.alter_column("link_key", server_default=None)


def downgrade() -> None:
    """A random key becomes a version that no link of the old form was ever made for."""
    for table, columns in KEYS.items():
        for key in columns.values():
            keys = sa.table(table, sa.column("id", sa.Integer), sa.column(key, sa.String))
            found = op.get_bind().execute(sa.select(keys.c.id).where(sa.func.length(keys.c[key]) > 9))
            for (number,) in found.fetchall():
                version = str(1_000_000_000 + int(number))
                op.execute(sa.update(keys).where(keys.c.id == number).values({key: version}))

        def to_versions(batch_op: BatchOperations, columns: dict[str, str] = columns) -> None:
            for version, key in columns.items():
                batch_op.alter_column(
                    key,
                    new_column_name=version,
                    type_=sa.Integer(),
                    existing_type=sa.String(length=22),
                    existing_nullable=False,
                    postgresql_using=f"{key}::integer",
                )

        alter_people(table, to_versions)
    with op.batch_alter_table("password_link") as batch_op:
        batch_op.drop_column("link_key")
