# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""an installation is set up on its pages: legal texts by version, regions and districts, laws, the office, the sender"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


USUAL_LAW = "§ 3 DSG NRW"
REGION = ("position", "retired", "version")


def upgrade() -> None:
    keep_legal_texts()
    describe_regions()
    list_districts()
    name_laws()
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_office_only_one")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_office_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    op.create_table(
        "sender",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_sender_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender")),
    )
    op.create_table(
        "skipped_step",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_skipped_step")),
    )


def downgrade() -> None:
    for table in ("skipped_step", "sender", "office", "law"):
        op.drop_table(table)
    with op.batch_alter_table("question") as batch_op:
        batch_op.drop_column("law")
    op.drop_table("district")
    with op.batch_alter_table("region") as batch_op:
        for column in REGION:
            batch_op.drop_column(column)
    op.drop_table("legal_text_version")


def describe_regions() -> None:
    """Those that are there are offered, in the order in which they were listed until now."""
    with op.batch_alter_table("region") as batch_op:
        batch_op.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("region") as batch_op:
        for column in REGION:
            batch_op.alter_column(column, server_default=None)
    table = sa.table("region", *map(sa.column, ("id", "name", "position")))
    rows = op.get_bind().execute(sa.select(table.c.id, table.c.name)).all()
    for position, row in enumerate(sorted(rows, key=lambda one: one.name.casefold()), start=1):
        op.execute(table.update().where(table.c.id == row.id).values(position=position))


def list_districts() -> None:
    """Every district that an organisation or a quota names; of several spellings the first."""
    district = op.create_table(
        "district",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=250), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("name_key", name=op.f("uq_district_name_key")),
    )
    named = "SELECT district FROM organisation UNION SELECT district FROM quota"
    names: dict[str, str] = {}
    for name in sorted(op.get_bind().execute(sa.text(named)).scalars()):
        if name:
            names.setdefault(name_key(name), name)
    rows = [
        {"name": names[key], "name_key": key, "position": number, "retired": False, "version": 1}
        for number, key in enumerate(sorted(names), start=1)
    ]
    if rows:
        op.bulk_insert(district, rows)


def name_laws() -> None:
    """Until now every public task was that of § 3 DSG NRW: questions that are there keep it, and it is offered where there
    are any."""
    law = op.create_table(
        "law",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_law")),
    )
    with op.batch_alter_table("question") as batch_op:
        batch_op.add_column(sa.Column("law", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("question") as batch_op:
        batch_op.alter_column("law", server_default=None)
    question = sa.table("question", sa.column("law"), sa.column("legal_basis"))
    if op.get_bind().execute(sa.select(sa.func.count()).select_from(question)).scalar():
        op.bulk_insert(law, [{"name": USUAL_LAW, "position": 1, "retired": False, "version": 1}])
        of_task = question.c.legal_basis == "public_task"
        op.execute(question.update().where(of_task).values(law=USUAL_LAW))


def name_key(name: str) -> str:
    """As `app.organisations.rules` made it when this was written; what is stored was cleaned before."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", name).casefold()).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())[:250].rstrip()


def keep_legal_texts() -> None:
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
