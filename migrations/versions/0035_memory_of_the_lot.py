# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""what the lot remembers of earlier days of a series, of those who agreed to it"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STANDS = "withdrawn_at IS NULL"
PURPOSES = ("list", "documentation", "press", "next-day")


def allow(purposes: tuple[str, ...]) -> None:
    """SQLite builds the table anew, and a partial index does not come along with its condition."""
    op.drop_index("uq_consent_standing", table_name="consent")
    with op.batch_alter_table("consent") as batch_op:
        batch_op.drop_constraint(op.f("ck_consent_purpose"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_consent_purpose"), f"purpose IN ({', '.join(map(repr, purposes))})"
        )
    op.create_index(
        "uq_consent_standing",
        "consent",
        ["registration_id", "purpose"],
        unique=True,
        sqlite_where=sa.text(STANDS),
        postgresql_where=sa.text(STANDS),
    )


def upgrade() -> None:
    allow((*PURPOSES, "memory"))
    op.create_table(
        "lot_memory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("kept_until", MOMENT, nullable=False),
        sa.CheckConstraint("lost > 0", name=op.f("ck_lot_memory_something_lost")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_lot_memory_series_id_series"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_lot_memory_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_memory")),
        sa.UniqueConstraint("series_id", "address", name=op.f("uq_lot_memory_series_id_address")),
    )
    op.create_index(op.f("ix_lot_memory_event_id"), "lot_memory", ["event_id"])
    with op.batch_alter_table("allocation") as batch_op:
        batch_op.add_column(sa.Column("remembered_at", MOMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("allocation") as batch_op:
        batch_op.drop_column("remembered_at")
    op.drop_table("lot_memory")
    op.execute("DELETE FROM consent WHERE purpose = 'memory'")
    event = sa.table("event", sa.column("id"), sa.column("consents", sa.String))
    connection = op.get_bind()
    for number, consents in connection.execute(
        sa.select(event.c.id, event.c.consents).where(event.c.consents.contains("memory"))
    ).all():
        others = " ".join(one for one in consents.split() if one != "memory")
        connection.execute(sa.update(event).where(event.c.id == number).values(consents=others))
    allow(PURPOSES)
