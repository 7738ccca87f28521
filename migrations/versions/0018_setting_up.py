# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""legal texts are written on a page, each version kept"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_text_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_legal_text_version_number_positive")),
        sa.CheckConstraint("language IN ('de', 'en')", name=op.f("ck_legal_text_version_language")),
        sa.ForeignKeyConstraint(
            ["organiser_id"],
            ["organiser.id"],
            name=op.f("fk_legal_text_version_organiser_id_organiser"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_text_version")),
        sa.UniqueConstraint(
            "page", "language", "number", name=op.f("uq_legal_text_version_page_language_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("legal_text_version")
