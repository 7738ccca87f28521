# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""who contributes to a run, an item or the day, and kinds of items as rows, to which a day adds its own"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ROLES = (
    *("greeting", "talk", "panel", "moderation", "facilitation", "minutes", "table_host"),
    "day_moderation",
)
ONE_PLACE = (
    "CASE WHEN event_id IS NULL THEN 0 ELSE 1 END + CASE WHEN item_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN run_id IS NULL THEN 0 ELSE 1 END = 1"
)
PLACES = {"event_id": "event", "item_id": "agenda_item"}
# What those who stood there already are: named by the team in public, so they had said yes.
FILLED = {
    "role": (sa.String(32), "facilitation"),
    "function": (sa.String(200), ""),
    "organisation": (sa.String(200), ""),
    "about": (sa.Text(), ""),
    "confirmed": (sa.Boolean(), sa.true()),
    "position": (sa.Integer(), "0"),
    "version": (sa.Integer(), "1"),
}

ICONS = (
    *("cup", "door", "speech", "talk", "panel", "circle", "board", "group"),
    *("stall", "network", "chart", "flag", "moon", "music", "star"),
)
# In the order in which forms offer them: key, word, word in English, picture, a break, open beside everything else.
KINDS = (
    ("welcome", "Begrüßung", "Welcome", "door", False, False),
    ("greeting", "Grußwort", "Greeting", "speech", False, False),
    ("keynote", "Vortrag", "Talk", "talk", False, False),
    ("panel", "Podium", "Panel", "panel", False, False),
    ("fishbowl", "Fishbowl", "Fishbowl", "circle", False, False),
    ("discussion", "Diskussionsrunde", "Discussion round", "speech", False, False),
    ("open_space", "Open Space", "Open space", "board", False, False),
    ("world_cafe", "World Café", "World café", "cup", False, False),
    ("plenary", "Plenum", "Plenary", "group", False, False),
    ("interim", "Zwischenpräsentation", "Interim presentation", "chart", False, False),
    ("market", "Markt", "Market", "stall", True, True),
    ("networking", "Vernetzung", "Networking", "network", False, False),
    ("break", "Pause", "Break", "cup", True, False),
    ("closing", "Abschluss", "Closing", "flag", False, False),
    ("evening", "Abendprogramm", "Evening programme", "moon", False, False),
)
# The kinds of before: all that the way down can say.
OLD_KINDS = ("break", "welcome", "keynote", "market", "plenary", "discussion", "closing")


def upgrade() -> None:
    bring_kinds()
    bring_contributors()


def downgrade() -> None:
    drop_contributors()
    drop_kinds()


def bring_kinds() -> None:
    kinds = op.create_table(
        "agenda_kind",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("icon", sa.String(length=32), nullable=False),
        sa.Column("pause", sa.Boolean(), nullable=False),
        sa.Column("beside", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"icon IN ({_listed(ICONS)})", name=op.f("ck_agenda_kind_icon")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_agenda_kind_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_kind")),
        sa.UniqueConstraint("key", name=op.f("uq_agenda_kind_key")),
    )
    with op.batch_alter_table("agenda_kind") as batch_op:
        batch_op.create_index(op.f("ix_agenda_kind_event_id"), ["event_id"])
    # Not by their numbers, so that PostgreSQL goes on counting after them.
    for position, (key, name, name_en, icon, pause, beside) in enumerate(KINDS, start=1):
        row = {"key": key, "name": name, "name_en": name_en, "icon": icon, "pause": pause, "beside": beside}
        op.execute(kinds.insert().values(**row, position=position, version=1))
    with op.batch_alter_table("agenda_item") as batch_op:
        batch_op.drop_constraint(op.f("ck_agenda_item_kind"), type_="check")
        batch_op.alter_column("kind", existing_type=sa.String(32), type_=sa.String(60))
        batch_op.create_foreign_key(op.f("fk_agenda_item_kind_agenda_kind"), "agenda_kind", ["kind"], ["key"])


def drop_kinds() -> None:
    """What has no word in the older kinds becomes a plenary."""
    item = sa.table("agenda_item", sa.column("kind"))
    op.execute(item.update().where(item.c.kind.not_in(OLD_KINDS)).values(kind="plenary"))
    with op.batch_alter_table("agenda_item") as batch_op:
        batch_op.drop_constraint(op.f("fk_agenda_item_kind_agenda_kind"), type_="foreignkey")
        batch_op.alter_column("kind", existing_type=sa.String(60), type_=sa.String(32))
        batch_op.create_check_constraint(op.f("ck_agenda_item_kind"), f"kind IN ({_listed(OLD_KINDS)})")
    op.drop_table("agenda_kind")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def bring_contributors() -> None:
    with op.batch_alter_table("contributor") as batch_op:
        batch_op.alter_column("run_id", existing_type=sa.Integer(), nullable=True)
        for column, table in PLACES.items():
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch_op.create_foreign_key(
                op.f(f"fk_contributor_{column}_{table}"), table, [column], ["id"], ondelete="CASCADE"
            )
            batch_op.create_index(op.f(f"ix_contributor_{column}"), [column])
        for column, (kind, value) in FILLED.items():
            batch_op.add_column(sa.Column(column, kind, nullable=False, server_default=value))
    row = sa.table("contributor", sa.column("id"), sa.column("position"))
    op.execute(row.update().values(position=row.c.id))  # the order in which they were
    with op.batch_alter_table("contributor") as batch_op:
        for column, (kind, _value) in FILLED.items():
            batch_op.alter_column(column, existing_type=kind, server_default=None)
        batch_op.create_check_constraint(op.f("ck_contributor_one_place"), ONE_PLACE)
        batch_op.create_check_constraint(op.f("ck_contributor_role"), f"role IN ({_listed(ROLES)})")
        batch_op.create_check_constraint(
            op.f("ck_contributor_role_of_place"), "(role = 'day_moderation') = (event_id IS NOT NULL)"
        )


def drop_contributors() -> None:
    """A run keeps the names of those who said yes; items and the day name nobody any more."""
    row = sa.table("contributor", sa.column("run_id"), sa.column("confirmed", sa.Boolean()))
    op.execute(row.delete().where(sa.or_(row.c.run_id.is_(None), row.c.confirmed.is_(False))))
    with op.batch_alter_table("contributor") as batch_op:
        for name in ("one_place", "role", "role_of_place"):
            batch_op.drop_constraint(op.f(f"ck_contributor_{name}"), type_="check")
        for column, table in PLACES.items():
            batch_op.drop_index(op.f(f"ix_contributor_{column}"))
            batch_op.drop_constraint(op.f(f"fk_contributor_{column}_{table}"), type_="foreignkey")
    with op.batch_alter_table("contributor") as batch_op:
        for column in (*PLACES, *FILLED):
            batch_op.drop_column(column)
        batch_op.alter_column("run_id", existing_type=sa.Integer(), nullable=False)
