# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Runs the numbered migrations on SQLite and PostgreSQL, each in a transaction of its own."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from app.db import UtcDateTime

db = current_app.extensions["migrate"].db


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """A migration stands for itself: it names no type of the application, which may change later."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transactional_ddl=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def without_foreign_keys(connection: Connection) -> None:
    """SQLite changes a table by copying it; with foreign keys on, dropping the old copy would delete what points there."""
    raw = connection.connection.dbapi_connection
    raw.execute("PRAGMA query_only=OFF").close()
    raw.execute("PRAGMA foreign_keys=OFF").close()
    try:
        run(connection)
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        connection.rollback()
        if broken:
            raise RuntimeError(f"the migration left {len(broken)} rows that point nowhere")
    finally:
        raw.execute("PRAGMA foreign_keys=ON").close()


with db.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        without_foreign_keys(connection)
    else:
        run(connection)
