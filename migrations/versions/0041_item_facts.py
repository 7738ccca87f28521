# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""what files of other programs say of an item: subtitle, description, track, language"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

LANGUAGES = ("", "de", "en", "ar", "bg", "fa", "fr", "it", "ku", "pl", "ro", "ru", "es", "tr", "uk")
COLUMNS = {
    "subtitle": sa.String(200),
    "description": sa.Text(),
    "track": sa.String(60),
    "language": sa.String(3),
}


def upgrade() -> None:
    listed = ", ".join(repr(one) for one in LANGUAGES)
    with op.batch_alter_table("agenda_item") as batch_op:
        for name, kind in COLUMNS.items():
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=""))
        batch_op.create_check_constraint(op.f("ck_agenda_item_language"), f"language IN ({listed})")
    with op.batch_alter_table("agenda_item") as batch_op:
        for name in COLUMNS:
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    """The words move into the note: nothing that somebody wrote is lost."""
    said = " || char_ || ".join(("subtitle", "note", "description", "track"))
    moved = f"trim({said}, char_)".replace("char_", "'\n'")
    op.execute(
        f"UPDATE agenda_item SET note = {moved} WHERE subtitle <> '' OR description <> '' OR track <> ''"
    )
    with op.batch_alter_table("agenda_item") as batch_op:
        batch_op.drop_constraint(op.f("ck_agenda_item_language"), type_="check")
        for name in reversed(COLUMNS):
            batch_op.drop_column(name)
