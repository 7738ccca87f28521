# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Databases on the PostgreSQL server of the tests: made from a template, and emptied between tests."""

import json

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

# These numbers change with every table, column, index, constraint and trigger.
SHAPE = """SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute),
                  (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),
                  (SELECT string_agg(version_num, ' ') FROM alembic_version)"""
TABLES = """SELECT oid::regclass::text FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"""
NUMBERS = """SELECT format('SELECT setval(%L::regclass, %s, %L)', seqrelid::regclass,
                           coalesce(last_value, seqstart), last_value IS NOT NULL)
               FROM pg_sequence JOIN pg_sequences ON seqrelid = format('%I.%I', schemaname, sequencename)::regclass"""


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
        """Its address, when nothing is in it but what the migrations brought, and every number goes on after that."""
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
        tables = [table for (table,) in self._connection.execute(TABLES).fetchall()]
        self._used = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables
        )
        begin = [one for table in tables for one in self._rows_of(table)]
        begin += [number for (number,) in self._connection.execute(NUMBERS).fetchall()]
        self._begin_anew = ";".join(begin)

    def _rows_of(self, table: str) -> list[str]:
        """What brings back the rows that the migrations brought."""
        found = self._connection.execute(f"SELECT json_agg(one) FROM {table} one").fetchone()
        if found is None or found[0] is None:
            return []
        rows = sql.Literal(json.dumps(found[0])).as_string(self._connection)
        return [f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, {rows})"]

    def _empty(self) -> None:
        used = self._connection.execute(self._used, prepare=True).fetchall()
        self._connection.execute(";".join([*(f"DELETE FROM {table}" for (table,) in used), self._begin_anew]))
        if self._connection.execute(SHAPE).fetchone() != self._shape:
            raise psycopg.ProgrammingError("a test changed the tables")
