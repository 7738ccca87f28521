# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""what an option to choose says about needs, so that workshops are given by it"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NEEDS = ("step_free", "interpreting", "induction_loop")
# What the standard set calls them, in the languages it was ever added in.
LABELS = {
    "step_free": ("Access without steps", "Stufenloser Zugang"),
    "interpreting": ("German Sign Language", "Deutsche Gebärdensprache"),
    "induction_loop": ("Induction loop", "Induktionsschleife"),
}


def upgrade() -> None:
    with op.batch_alter_table("question_option") as batch_op:
        batch_op.add_column(
            sa.Column(
                "need",
                sa.Enum(*NEEDS, name="need", native_enum=False, create_constraint=True, length=32),
                nullable=True,
            )
        )
    option = sa.table("question_option", *map(sa.column, ("need", "label", "question_id")))
    question = sa.table("question", *map(sa.column, ("id", "sensitive")))
    sensitive = sa.select(question.c.id).where(question.c.sensitive == sa.true())
    for need, labels in LABELS.items():
        named = sa.update(option).where(option.c.label.in_(labels), option.c.question_id.in_(sensitive))
        op.execute(named.values(need=need))


def downgrade() -> None:
    with op.batch_alter_table("question_option") as batch_op:
        batch_op.drop_constraint(op.f("ck_question_option_need"), type_="check")
        batch_op.drop_column("need")
