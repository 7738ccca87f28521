# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""aliases of organisations, merges that can be taken back, people who are two"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.create_foreign_key(
            op.f("fk_organisation_merged_into_id_organisation"), "organisation", ["merged_into_id"], ["id"]
        )
        batch_op.create_check_constraint(op.f("ck_organisation_not_into_itself"), "merged_into_id <> id")
        batch_op.create_index(op.f("ix_organisation_merged_into_id"), ["merged_into_id"])
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.alter_column("version", server_default=None)

    op.create_table(
        "organisation_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["organisation.id"], name=op.f("fk_organisation_merge_source_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["organisation.id"], name=op.f("fk_organisation_merge_target_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"],
            ["organiser.id"],
            name=op.f("fk_organisation_merge_organiser_id_organiser"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_merge")),
    )
    op.create_index(op.f("ix_organisation_merge_source_id"), "organisation_merge", ["source_id"])
    op.create_index(op.f("ix_organisation_merge_target_id"), "organisation_merge", ["target_id"])
    op.create_table(
        "merged_registration",
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"],
            ["organisation_merge.id"],
            name=op.f("fk_merged_registration_merge_id_organisation_merge"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_merged_registration_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("merge_id", "registration_id", name=op.f("pk_merged_registration")),
    )
    op.create_index(
        op.f("ix_merged_registration_registration_id"), "merged_registration", ["registration_id"]
    )
    op.create_table(
        "two_people",
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_two_people_in_order")),
        sa.ForeignKeyConstraint(
            ["first_id"],
            ["registration.id"],
            name=op.f("fk_two_people_first_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["registration.id"],
            name=op.f("fk_two_people_second_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"],
            ["organiser.id"],
            name=op.f("fk_two_people_organiser_id_organiser"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_two_people")),
    )
    op.create_index(op.f("ix_two_people_second_id"), "two_people", ["second_id"])


def downgrade() -> None:
    """An alias becomes an organisation without people again."""
    op.drop_index(op.f("ix_two_people_second_id"), table_name="two_people")
    op.drop_table("two_people")
    op.drop_index(op.f("ix_merged_registration_registration_id"), table_name="merged_registration")
    op.drop_table("merged_registration")
    op.drop_index(op.f("ix_organisation_merge_target_id"), table_name="organisation_merge")
    op.drop_index(op.f("ix_organisation_merge_source_id"), table_name="organisation_merge")
    op.drop_table("organisation_merge")
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.drop_index(op.f("ix_organisation_merged_into_id"))
        batch_op.drop_constraint(op.f("ck_organisation_not_into_itself"), type_="check")
        batch_op.drop_constraint(op.f("fk_organisation_merged_into_id_organisation"), type_="foreignkey")
        batch_op.drop_column("version")
        batch_op.drop_column("merged_into_id")
