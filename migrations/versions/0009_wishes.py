# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""wishes for workshops, and allocations"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PUBLISHED = "published_at IS NOT NULL AND superseded_at IS NULL"
PLACEMENT = sa.Enum(
    "direct", "wishes", name="placement", native_enum=False, create_constraint=True, length=32
)
WISHES_END = "placement = 'direct' OR wishes_until IS NOT NULL"
PLACED = "placed_at IS NULL OR placement = 'wishes'"


def upgrade() -> None:
    with op.batch_alter_table("event") as batch_op:
        batch_op.add_column(sa.Column("placement", PLACEMENT, nullable=False, server_default="direct"))
        batch_op.add_column(sa.Column("wishes_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f("ck_event_wishes_end"), WISHES_END)
        batch_op.create_check_constraint(op.f("ck_event_placed_by_wishes"), PLACED)
    with op.batch_alter_table("event") as batch_op:
        batch_op.alter_column("placement", server_default=None)
    with op.batch_alter_table("run") as batch_op:
        batch_op.add_column(sa.Column("spans", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("least_people", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.create_check_constraint(op.f("ck_run_spans_one"), "spans >= 1")
        batch_op.create_check_constraint(op.f("ck_run_least_people_not_negative"), "least_people >= 0")
    with op.batch_alter_table("run") as batch_op:
        batch_op.alter_column("spans", server_default=None)
        batch_op.alter_column("least_people", server_default=None)
        batch_op.alter_column("held", server_default=None)
    create_tables()


def create_tables() -> None:
    op.create_table(
        "allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("generous", "greedy", name="mode", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "mixing",
            sa.Enum(
                "none", "loose", "strict", name="mixing", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "impossible",
                "stopped",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.String(length=20), nullable=False),
        sa.Column("stop_asked", sa.Boolean(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("protocol", sa.JSON(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("chairs", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (protocol IS NOT NULL)", name=op.f("ck_allocation_protocol_iff_done")
        ),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)", name=op.f("ck_allocation_lease_iff_running")
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR state = 'done'", name=op.f("ck_allocation_published_is_done")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_allocation_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"],
            ["organiser.id"],
            name=op.f("fk_allocation_organiser_id_organiser"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("nonce", name=op.f("uq_allocation_nonce")),
    )
    op.create_index(op.f("ix_allocation_event_id"), "allocation", ["event_id"])
    op.create_index(
        "uq_allocation_published",
        "allocation",
        ["event_id"],
        unique=True,
        sqlite_where=sa.text(PUBLISHED),
        postgresql_where=sa.text(PUBLISHED),
    )

    op.create_table(
        "allocation_condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pin",
                "forbid",
                "together",
                "apart",
                "organisation_cap",
                "kind_bounds",
                "spread",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("first_id", sa.Integer(), nullable=True),
        sa.Column("second_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column(
            "agency_kind",
            sa.Enum(
                "ki",
                "immigration_office",
                "municipality",
                "state",
                "employment",
                "welfare",
                "migrant_org",
                "education",
                "other",
                name="agency_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("soft", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'kind_bounds' OR agency_kind IS NOT NULL",
            name=op.f("ck_allocation_condition_kind_given"),
        ),
        sa.CheckConstraint(
            "kind <> 'organisation_cap' OR most >= 1", name=op.f("ck_allocation_condition_cap_given")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('pin', 'forbid') OR (first_id IS NOT NULL AND run_id IS NOT NULL)",
            name=op.f("ck_allocation_condition_person_and_run"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('together', 'apart') OR (first_id IS NOT NULL AND second_id IS NOT NULL)",
            name=op.f("ck_allocation_condition_two_people"),
        ),
        sa.CheckConstraint("first_id <> second_id", name=op.f("ck_allocation_condition_two_different")),
        sa.CheckConstraint(
            "least >= 0 AND (most IS NULL OR most >= least)",
            name=op.f("ck_allocation_condition_bounds_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_allocation_condition_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["first_id"],
            ["registration.id"],
            name=op.f("fk_allocation_condition_first_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_allocation_condition_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_allocation_condition_run_id_run"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["registration.id"],
            name=op.f("fk_allocation_condition_second_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_condition")),
    )
    op.create_index(op.f("ix_allocation_condition_event_id"), "allocation_condition", ["event_id"])
    op.create_index(op.f("ix_allocation_condition_first_id"), "allocation_condition", ["first_id"])
    op.create_index(
        op.f("ix_allocation_condition_organisation_id"), "allocation_condition", ["organisation_id"]
    )
    op.create_index(op.f("ix_allocation_condition_run_id"), "allocation_condition", ["run_id"])
    op.create_index(op.f("ix_allocation_condition_second_id"), "allocation_condition", ["second_id"])

    op.create_table(
        "registration_need",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column(
            "need",
            sa.Enum(
                "step_free",
                "interpreting",
                "induction_loop",
                name="need",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_need_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", "need", name=op.f("pk_registration_need")),
    )
    op.create_table(
        "run_staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "facilitator", "note_taker", name="role", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_run_staff_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk_run_staff_run_id_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_staff")),
        sa.UniqueConstraint("run_id", "registration_id", name=op.f("uq_run_staff_run_id_registration_id")),
    )
    op.create_index(op.f("ix_run_staff_registration_id"), "run_staff", ["registration_id"])

    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_wish_rank_from_one")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_wish_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_wish_round_id_round"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_wish_run_id_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint(
            "registration_id", "round_id", "rank", name=op.f("uq_wish_registration_id_round_id_rank")
        ),
        sa.UniqueConstraint("registration_id", "run_id", name=op.f("uq_wish_registration_id_run_id")),
    )
    op.create_index(op.f("ix_wish_round_id"), "wish", ["round_id"])
    op.create_index(op.f("ix_wish_run_id"), "wish", ["run_id"])


def downgrade() -> None:
    """Wishes are lost; places that were given stay."""
    for table in ("wish", "run_staff", "registration_need", "allocation_condition", "allocation"):
        op.drop_table(table)
    with op.batch_alter_table("run") as batch_op:
        batch_op.drop_constraint(op.f("ck_run_least_people_not_negative"), type_="check")
        batch_op.drop_constraint(op.f("ck_run_spans_one"), type_="check")
        for name in ("held", "least_people", "spans"):
            batch_op.drop_column(name)
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_constraint(op.f("ck_event_placed_by_wishes"), type_="check")
        batch_op.drop_constraint(op.f("ck_event_wishes_end"), type_="check")
        batch_op.drop_constraint(op.f("ck_event_placement"), type_="check")
        for name in ("placed_at", "wishes_until", "placement"):
            batch_op.drop_column(name)
