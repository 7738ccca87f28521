# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""kinds of organisation are rows that an installation looks after; whoever names one, names a row"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# In the order in which they were listed until now: protocols of allocations keep their numbers.
KINDS = (
    ("ki", "Kommunales Integrationszentrum", "Municipal integration centre"),
    ("immigration_office", "Ausländer- oder Einbürgerungsbehörde", "Immigration or naturalisation office"),
    ("municipality", "Stadt oder Gemeinde", "Town or municipality"),
    ("state", "Land", "State"),
    ("employment", "Arbeitsverwaltung", "Employment services"),
    ("welfare", "Wohlfahrtsverband", "Welfare association"),
    ("migrant_org", "Migrantenselbstorganisation", "Migrants' organisation"),
    ("education", "Bildung und Forschung", "Education and research"),
    ("other", "Sonstige", "Other"),
)
KEYS = [key for key, _name, _name_en in KINDS]
OTHER = "other"
# Who names one: table → column, which is also the name of the condition that listed the keys.
NAMED = {
    "organisation": "kind",
    "quota": "organisation_kind",
    "allocation_condition": "organisation_kind",
    "attendance_figure": "kind",
}


def upgrade() -> None:
    kinds = op.create_table(
        "organisation_kind",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"key <> '{OTHER}' OR NOT retired", name=op.f("ck_organisation_kind_usual_stays")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_kind")),
        sa.UniqueConstraint("key", name=op.f("uq_organisation_kind_key")),
        sqlite_autoincrement=True,
    )
    # Not by their numbers, so that PostgreSQL goes on counting after them.
    for position, (key, name, name_en) in enumerate(KINDS, start=1):
        row = {"key": key, "name": name, "name_en": name_en, "position": position}
        op.execute(kinds.insert().values(**row, retired=False, version=1))
    for table, column in NAMED.items():
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")
            batch_op.alter_column(column, existing_type=sa.String(32), type_=sa.String(60))
            batch_op.create_foreign_key(
                op.f(f"fk_{table}_{column}_organisation_kind"), "organisation_kind", [column], ["key"]
            )


def downgrade() -> None:
    """Kinds of this installation's own become "other"."""
    sum_figures_up()
    listed = ", ".join(f"'{key}'" for key in KEYS)
    for table, column in NAMED.items():
        named = sa.table(table, sa.column(column))
        own = named.c[column].not_in(KEYS)
        op.execute(named.update().where(own).values({column: OTHER}))
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"fk_{table}_{column}_organisation_kind"), type_="foreignkey")
            batch_op.alter_column(column, existing_type=sa.String(60), type_=sa.String(32))
            batch_op.create_check_constraint(op.f(f"ck_{table}_{column}"), f"{column} IN ({listed})")
    op.drop_table("organisation_kind")


def sum_figures_up() -> None:
    """A day counts each kind once, so figures of own kinds go into that of "other"."""
    figure = sa.table("attendance_figure", *map(sa.column, ("id", "event_id", "kind", "count")))
    bind = op.get_bind()
    own = sa.select(figure.c.id, figure.c.event_id, figure.c["count"]).where(figure.c.kind.not_in(KEYS))
    for row in bind.execute(own.order_by(figure.c.id)).all():
        other = bind.execute(
            sa.select(figure.c.id).where(figure.c.event_id == row.event_id, figure.c.kind == OTHER)
        ).scalar()
        mine = figure.c.id == row.id
        if other is None:
            bind.execute(figure.update().where(mine).values(kind=OTHER))
        else:
            more = figure.update().where(figure.c.id == other)
            bind.execute(more.values({figure.c["count"]: figure.c["count"] + row[2]}))
            bind.execute(figure.delete().where(mine))
