# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Databases on the PostgreSQL server of the tests: made from a template, and emptied between tests."""

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

# These numbers change with every table, column, index, constraint and trigger.
SHAPE = """SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute),
                  (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),
                  (SELECT string_agg(version_num, ' ') FROM alembic_version)"""
TABLES = """SELECT oid::regclass::text FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"""
FROM_ONE = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence"


def administer(server: URL, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def create_database(server: URL, name: str, template: str = "template0") -> URL:
    drop_database(server, name)
    administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return server.set(database=name)


def drop_database(server: URL, name: str) -> None:
    administer(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class KeptDatabase:
    """One database for all tests of a process. A new one takes forty times as long as emptying it."""

    def __init__(self, server: URL, name: str, template: str) -> None:
        self.server, self.name, self.template = server, name, template
        self._make()

    def fresh(self) -> URL:
        """Its address, when nothing is in it and every number begins at one."""
        try:
            self._empty()
        except psycopg.Error:
            self.drop()
            self.name += (
                "x"  # another name: the application that knew the old one has connections that are gone
            )
            self._make()
        return self.server.set(database=self.name)

    def drop(self) -> None:
        self._connection.close()
        drop_database(self.server, self.name)

    def _make(self) -> None:
        url = create_database(self.server, self.name, self.template)
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(plain, autocommit=True)
        # Foreign keys are not asked: everything goes. Whoever still holds a row loses the whole database.
        self._connection.execute("SET session_replication_role = replica; SET lock_timeout = '2s'")
        self._shape = self._connection.execute(SHAPE).fetchone()
        tables = self._connection.execute(TABLES).fetchall()
        self._delete = ";".join(f"DELETE FROM {table}" for (table,) in tables)

    def _empty(self) -> None:
        self._connection.execute(self._delete)
        self._connection.execute(FROM_ONE)
        if self._connection.execute(SHAPE).fetchone() != self._shape:
            raise psycopg.ProgrammingError("a test changed the tables")
