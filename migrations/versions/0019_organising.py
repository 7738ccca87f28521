# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""who may begin a day, and who invited a colleague to what"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NARROW = "('check_in', 'viewer')"


def upgrade() -> None:
    add_with_default("organiser", sa.Column("creates_days", sa.Boolean(), nullable=False), sa.true())
    # Who only stands at the door of others loses what nobody meant to give; everybody else keeps it.
    op.execute(
        "UPDATE organiser SET creates_days = false WHERE NOT is_admin"
        " AND id IN (SELECT organiser_id FROM team_member)"
        f" AND id NOT IN (SELECT organiser_id FROM team_member WHERE role NOT IN {NARROW})"
    )
    for name in ("invited_by", "invited_to"):
        add_with_default("password_link", sa.Column(name, sa.String(length=200), nullable=False), "")


def downgrade() -> None:
    for table, names in {
        "password_link": ("invited_by", "invited_to"),
        "organiser": ("creates_days",),
    }.items():
        with op.batch_alter_table(table) as batch_op:
            for name in names:
                batch_op.drop_column(name)


def add_with_default(table: str, column: sa.Column[object], value: object) -> None:
    """For the rows that are there; the table itself knows no default afterwards."""
    column.server_default = sa.DefaultClause(value)  # type: ignore[arg-type]
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(column)
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column.name, server_default=None)
