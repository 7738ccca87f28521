# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""the working copy of a released agenda, and its versions"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    thing = sa.Enum(
        *("round", "workshop", "item", "run", "sub_item", "stand", "contributor"),
        name=op.f("ck_agenda_edit_thing"),
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    op.create_table(
        "agenda_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("thing", thing, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint("number <> 0", name=op.f("ck_agenda_edit_number_not_zero")),
        sa.CheckConstraint("number > 0 OR facts IS NOT NULL", name=op.f("ck_agenda_edit_new_has_facts")),
        _event("agenda_edit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_edit")),
        sa.UniqueConstraint("event_id", "thing", "number", name=op.f("uq_agenda_edit_event_id_thing_number")),
    )
    op.create_table(
        "agenda_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_agenda_version_number_from_one")),
        _event("agenda_version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_version")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_agenda_version_event_id_number")),
    )


def downgrade() -> None:
    op.drop_table("agenda_version")
    op.drop_table("agenda_edit")


def _event(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["event_id"], ["event.id"], name=op.f(f"fk_{table}_event_id_event"), ondelete="CASCADE"
    )
