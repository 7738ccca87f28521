# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""one folding: ł, ø and đ sort and are found as l, o and d; organisations sort and are found by such a key, too"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

AT_ONCE = 1000
LONGEST_ORGANISATION, LONGEST_PERSON = 250, 400

# The folding as it was when this migration was written.
# They show nothing and join nothing: soft hyphen, zero widths, fillers, marks of old encodings, tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)
# Joiners shape Arabic and Indic words and join emoji; beside other letters they show nothing.
_JOINED = "\u0530-\u1dff\u2070-\ufefe\uff00-\U0010ffff"
_STRAY_JOINER = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])")
_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")
_BLANKS = re.compile(" {2,}")
# What no decomposition takes apart. Casefolding has made "ß" to "ss" before.
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("đðɖ", "d"),
        **dict.fromkeys("ıɨ", "i"),
        **dict.fromkeys("ʼʻ’‘´`′", "'"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        "æ": "ae",
        "ə": "e",
        "ħ": "h",
        "ł": "l",
        "ŋ": "n",
        "ø": "o",
        "œ": "oe",
        "þ": "th",
        "ŧ": "t",
    }
)


def upgrade() -> None:
    op.add_column("organisation", sa.Column("sort_key", sa.String(length=250), nullable=True))
    fold_organisations()
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.alter_column("sort_key", existing_type=sa.String(length=250), nullable=False)
        batch_op.create_index(batch_op.f("ix_organisation_sort_key"), ["sort_key"])
    fold_people()


def downgrade() -> None:
    """The keys of people and names stay: the older application sorts by them as well."""
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_sort_key"))
        batch_op.drop_column("sort_key")


def fold_organisations() -> None:
    """Two names that differ in nothing one can see get a number: the team merges them, with the people of both."""
    table = sa.table("organisation", *map(sa.column, ("id", "name", "name_key", "sort_key")))
    rows = rows_of(table)
    taken = {row["name_key"] for row in rows if name_key(row["name"]) == row["name_key"]}
    update = table.update().where(table.c.id == sa.bindparam("one"))
    for row in rows:
        values = {"sort_key": plain(row["name"])[:LONGEST_ORGANISATION].rstrip()}
        if name_key(row["name"]) != row["name_key"]:
            values = renamed(row["name"], taken)
            taken.add(values["name_key"])
        op.get_bind().execute(update.values(**values), {"one": row["id"]})


def renamed(name: str, taken: set[str]) -> dict[str, str]:
    shown, number = clean_line(name), 1
    while name_key(shown) in taken:
        number += 1
        shown = f"{clean_line(name)[:190]} ({number})"
    sort_key = plain(shown)[:LONGEST_ORGANISATION].rstrip()
    return {"name": shown, "name_key": name_key(shown), "sort_key": sort_key}


def fold_people() -> None:
    """Whose name was deleted has no key."""
    table = sa.table("registration", *map(sa.column, ("id", "family_name", "given_name", "sort_key")))
    keys = (
        (row, plain(f"{row['family_name']}, {row['given_name']}")[:LONGEST_PERSON].rstrip())
        for row in rows_of(table, table.c.sort_key != "")
    )
    changed = [{"one": row["id"], "key": key} for row, key in keys if key != row["sort_key"]]
    update = table.update().where(table.c.id == sa.bindparam("one")).values(sort_key=sa.bindparam("key"))
    for start in range(0, len(changed), AT_ONCE):
        op.get_bind().execute(update, changed[start : start + AT_ONCE])


def rows_of(table: Any, *conditions: Any) -> Sequence[Any]:
    return op.get_bind().execute(sa.select(table).where(*conditions).order_by(table.c.id)).mappings().all()


def name_key(name: str) -> str:
    parted = unicodedata.normalize("NFKD", clean_line(name)).casefold()
    folded = unicodedata.normalize("NFKC", parted).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())[:LONGEST_ORGANISATION].rstrip()


def clean_line(typed: str) -> str:
    lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    shown = _STRAY_JOINER.sub("", _INVISIBLE.sub("", lines))
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", _BLANK.sub(" ", shown)).strip())


def plain(text: str) -> str:
    parted = unicodedata.normalize("NFKD", text.translate(_LETTERS).casefold()).casefold()
    folded = unicodedata.normalize("NFKD", parted.translate(_LETTERS))
    return " ".join("".join(one for one in folded if not _shows_nothing(one)).split())


def _shows_nothing(character: str) -> bool:
    if unicodedata.combining(character) or "\ufe00" <= character <= "\ufe0f":
        return True
    return _INVISIBLE.match(character) is not None or unicodedata.category(character) == "Cf"
