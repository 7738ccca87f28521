# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Runs the numbered migrations on SQLite and PostgreSQL, each in a transaction of its own."""

from alembic import context
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection, text

from app.db import UtcDateTime
from app.store.transactions import rewrite_file

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


def heads(connection: Connection) -> tuple[str, ...]:
    found = MigrationContext.configure(connection).get_current_heads()
    connection.rollback()
    return found


def without_foreign_keys(connection: Connection) -> None:
    """SQLite changes a table by copying it; with foreign keys on, dropping the old copy would delete what points there."""
    raw = connection.connection.dbapi_connection
    raw.execute("PRAGMA query_only=OFF").close()
    raw.execute("PRAGMA foreign_keys=OFF").close()
    before = heads(connection)
    try:
        run(connection)
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        connection.rollback()
        if broken:
            raise RuntimeError(f"the migration left {len(broken)} rows that point nowhere")
        if heads(connection) != before:
            rewrite_file(
                raw
            )  # else the old copies of the tables, with people in them, would lie about in the file
    finally:
        raw.execute("PRAGMA foreign_keys=ON").close()


with db.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        without_foreign_keys(connection)
    else:
        run(connection)
