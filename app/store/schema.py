# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Which revision the tables are of, and which the program expects."""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import column, inspect, select, table
from sqlalchemy.orm import Session

from app.settings import ROOT

DIRECTORY = ROOT / "migrations"


STEP = re.compile(r'^(revision|down_revision)[^=\n]*= *"(\w+)"', re.MULTILINE)


def up_to_date(session: Session) -> bool:
    """Whether the tables are those that this program expects."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return False
    return (
        set(session.scalars(select(column("version_num")).select_from(table("alembic_version")))) == newest()
    )


@cache
def newest(directory: Path = DIRECTORY) -> frozenset[str]:
    """The revisions that no other builds upon, read from the files' heads: asked by every look at the health."""
    steps = [STEP.findall(path.read_text("utf-8")) for path in (directory / "versions").glob("*.py")]
    names = [(kind, name) for step in steps for kind, name in step]
    return frozenset(n for k, n in names if k == "revision") - {n for k, n in names if k == "down_revision"}
