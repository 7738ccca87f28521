# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""discussion tables: what is asked for, who is seated, and where"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = ("queued", "running", "done", "failed")


def key_to(table: str, name: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name], [f"{target}.id"], name=op.f(f"fk_{table}_{name}_{target}"), ondelete=ondelete
    )


def must(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("tables_at", MOMENT, nullable=True))
    op.create_table(
        "seating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("tables", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("round_names", sa.Text(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *STATES, name=op.f("ck_seating_state"), native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("lease_token", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        must("seating", "some_seats", "tables >= 1 AND seats >= 1"),
        must("seating", "one_to_four_rounds", "rounds BETWEEN 1 AND 4"),
        must("seating", "found_iff_done", "(state = 'done') = (found IS NOT NULL)"),
        must("seating", "published_is_done", "published_at IS NULL OR state = 'done'"),
        must("seating", "lease_iff_running", "(state = 'running') = (lease_until IS NOT NULL)"),
        key_to("seating", "event_id", "event"),
        key_to("seating", "run_id", "run", "SET NULL"),
        key_to("seating", "organiser_id", "organiser", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seating")),
        sa.UniqueConstraint("nonce", name=op.f("uq_seating_nonce")),
    )
    op.create_index(op.f("ix_seating_event_id"), "seating", ["event_id"])
    op.create_index(op.f("ix_seating_run_id"), "seating", ["run_id"])
    published = sa.text("published_at IS NOT NULL")
    op.create_index(
        "uq_seating_published",
        "seating",
        ["event_id"],
        unique=True,
        sqlite_where=published,
        postgresql_where=published,
    )
    op.create_table(
        "seating_guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seating_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("host_table", sa.Integer(), nullable=True),
        must("seating_guest", "table_from_one", "host_table >= 1"),
        key_to("seating_guest", "seating_id", "seating"),
        key_to("seating_guest", "registration_id", "registration"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seating_guest")),
        sa.UniqueConstraint(
            "seating_id", "registration_id", name=op.f("uq_seating_guest_seating_id_registration_id")
        ),
    )
    op.create_index(op.f("ix_seating_guest_registration_id"), "seating_guest", ["registration_id"])
    op.create_table(
        "seating_place",
        sa.Column("guest_id", sa.Integer(), nullable=False),
        sa.Column("round_number", sa.Integer(), nullable=False),
        sa.Column("table_number", sa.Integer(), nullable=False),
        must("seating_place", "round_from_one", "round_number BETWEEN 1 AND 4"),
        must("seating_place", "table_from_one", "table_number >= 1"),
        key_to("seating_place", "guest_id", "seating_guest"),
        sa.PrimaryKeyConstraint("guest_id", "round_number", name=op.f("pk_seating_place")),
    )


def downgrade() -> None:
    for table in ("seating_place", "seating_guest", "seating"):
        op.drop_table(table)
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("tables_at")
