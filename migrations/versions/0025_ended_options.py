# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""options that ended keep the answers of those who chose them; on the way down they are offered again"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

CHOOSING = ("one_of", "several_of")


def upgrade() -> None:
    with op.batch_alter_table("question_option") as batch_op:
        batch_op.add_column(sa.Column("ended", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("question_option") as batch_op:
        batch_op.alter_column("ended", server_default=None)
    for name in ("answer", "sensitive_answer"):
        _bring_back(name)
    _shrink_limits()


def downgrade() -> None:
    with op.batch_alter_table("question_option") as batch_op:
        batch_op.drop_column("ended")


def _bring_back(name: str) -> None:
    """Options that were removed left the words behind, which nothing could count apart."""
    names = ("id", "question_id", "position", "label", "ended", "capacity", "taken", "extra", "waiting")
    option = sa.table("question_option", *map(sa.column, (*names, "waiting_counter")))
    answer = sa.table(
        name, *map(sa.column, ("id", "registration_id", "question_id", "option_id", "text", "holds"))
    )
    question = sa.table("question", *map(sa.column, ("id", "kind")))
    registration = sa.table("registration", *map(sa.column, ("id", "has_seat")))
    choosing = sa.select(question.c.id).where(question.c.kind.in_(CHOOSING))
    lost = sa.and_(answer.c.option_id.is_(None), answer.c.question_id.in_(choosing))
    there = sa.select(option.c.id).where(
        option.c.question_id == answer.c.question_id, option.c.label == answer.c.text
    )
    words = (
        sa.select(answer.c.question_id, sa.literal(1000), answer.c.text, sa.true())
        .where(lost, ~there.exists())
        .distinct()
    )
    zero = [sa.literal(0)] * 4
    counters = ["taken", "extra", "waiting", "waiting_counter"]
    op.execute(
        sa.insert(option).from_select(
            ["question_id", "position", "label", "ended", *counters], words.add_columns(*zero)
        )
    )
    op.execute(sa.update(answer).where(lost).values(option_id=there.scalar_subquery()))
    seated = sa.select(registration.c.id).where(registration.c.has_seat == sa.true())
    unlimited = sa.select(option.c.id).where(option.c.capacity.is_(None))
    held = sa.and_(answer.c.option_id.in_(unlimited), answer.c.registration_id.in_(seated))
    op.execute(sa.update(answer).where(held, answer.c.holds == sa.false()).values(holds=sa.true()))
    holders = sa.select(sa.func.count(answer.c.id)).where(
        answer.c.option_id == option.c.id, answer.c.holds == sa.true()
    )
    mine = sa.select(answer.c.option_id).where(answer.c.option_id.is_not(None))
    op.execute(
        sa.update(option)
        .where(option.c.capacity.is_(None), option.c.id.in_(mine))
        .values(taken=holders.scalar_subquery())
    )


def _shrink_limits() -> None:
    """What a limit has beyond its own figure is what is taken beyond it, no more."""
    quota = sa.table("quota", *map(sa.column, ("effect", "capacity", "taken", "extra")))
    beyond = sa.case((quota.c.taken > quota.c.capacity, quota.c.taken - quota.c.capacity), else_=0)
    op.execute(sa.update(quota).where(quota.c.extra > beyond).values(extra=beyond))
