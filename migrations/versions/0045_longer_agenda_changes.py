# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""room for where something takes place, with house, way of taking part and table"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

SHORT, LONG = 300, 500


def _widen(before: int, after: int) -> None:
    with op.batch_alter_table("agenda_change") as batch_op:
        for name in ("old", "new"):
            batch_op.alter_column(
                name, existing_type=sa.String(before), type_=sa.String(after), existing_nullable=False
            )


def upgrade() -> None:
    _widen(SHORT, LONG)


def downgrade() -> None:
    for name in ("old", "new"):
        op.execute(f"UPDATE agenda_change SET {name} = substr({name}, 1, {SHORT})")
    _widen(LONG, SHORT)
