# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""what is said of a workshop, and the short name of its page; partners of a day with their logos; a room's other venue"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

LINES = {
    "track": 60,
    "target_group": 300,
    "prerequisites": 300,
    "method": 200,
    "language": 3,
    "interpreting": 200,
}
TEXTS = ("guiding_questions", "materials")
LANGUAGES = ("", "de", "en", "ar", "bg", "fa", "fr", "it", "ku", "pl", "ro", "ru", "es", "tr", "uk")


def upgrade() -> None:
    with op.batch_alter_table("workshop") as batch_op:
        batch_op.add_column(sa.Column("slug", sa.String(length=60), nullable=False, server_default=""))
        for name, length in LINES.items():
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
        for name in TEXTS:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("undocumented", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    _name_pages()
    with op.batch_alter_table("workshop") as batch_op:
        for name in ("slug", *LINES, *TEXTS, "undocumented"):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_unique_constraint(op.f("uq_workshop_event_id_slug"), ["event_id", "slug"])
        batch_op.create_check_constraint(op.f("ck_workshop_has_slug"), "slug <> ''")
        batch_op.create_check_constraint(
            op.f("ck_workshop_language"), f"language IN ({', '.join(repr(one) for one in LANGUAGES)})"
        )
        batch_op.drop_index(op.f("ix_workshop_event_id"))
    _add_partners()
    with op.batch_alter_table("room") as batch_op:
        batch_op.add_column(sa.Column("venue", sa.String(length=180), nullable=False, server_default=""))
    with op.batch_alter_table("room") as batch_op:
        batch_op.alter_column("venue", server_default=None)


def _add_partners() -> None:
    roles = sa.Enum("host", "cooperation", "funder", "patron", name="role", native_enum=False, length=32)
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("role", roles, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("wording", sa.String(length=500), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('host', 'cooperation', 'funder', 'patron')", name=op.f("ck_partner_role")
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_partner_has_name")),
        sa.CheckConstraint("wording = '' OR role = 'funder'", name=op.f("ck_partner_wording_of_funder")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_partner_position_not_negative")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_partner_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("event_id", "role", "name", name=op.f("uq_partner_event_id_role_name")),
    )
    op.create_table(
        "partner_logo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=22), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alternative", sa.String(length=300), nullable=False),
        sa.CheckConstraint("alternative <> ''", name=op.f("ck_partner_logo_in_words")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_partner_logo_has_size")),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_partner_logo_partner_id_partner"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_logo")),
        sa.UniqueConstraint("partner_id", name=op.f("uq_partner_logo_partner_id")),
        sa.UniqueConstraint("key", name=op.f("uq_partner_logo_key")),
    )


def _name_pages() -> None:
    """Workshops of before get the short name that one of this title gets today."""
    workshop = sa.table("workshop", *(sa.column(name) for name in ("id", "event_id", "title", "slug")))
    taken: dict[int, set[str]] = {}
    rows = op.get_bind().execute(sa.select(workshop).order_by(workshop.c.id)).all()
    for row in rows:
        others = taken.setdefault(row.event_id, set())
        slug = wanted = _slug_of(row.title)
        while slug in others:
            slug = f"{wanted}-{row.id}"
        others.add(slug)
        op.execute(sa.update(workshop).where(workshop.c.id == row.id).values(slug=slug))


def _slug_of(title: str) -> str:
    """As when this migration was written; at most 40 characters leave room for a number."""
    german = unicodedata.normalize("NFC", title).casefold()
    german = german.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    plain = unicodedata.normalize("NFKD", german).encode("ascii", "ignore").decode("ascii")
    words = "-".join(re.findall("[a-z0-9]+", plain))
    return words[:40].rstrip("-") or "workshop"


def downgrade() -> None:
    with op.batch_alter_table("room") as batch_op:
        batch_op.drop_column("venue")
    op.drop_table("partner_logo")
    op.drop_table("partner")
    with op.batch_alter_table("workshop") as batch_op:
        batch_op.create_index(op.f("ix_workshop_event_id"), ["event_id"])
        batch_op.drop_constraint(op.f("ck_workshop_language"), type_="check")
        batch_op.drop_constraint(op.f("ck_workshop_has_slug"), type_="check")
        batch_op.drop_constraint(op.f("uq_workshop_event_id_slug"), type_="unique")
        for name in ("undocumented", *TEXTS, *LINES, "slug"):
            batch_op.drop_column(name)
