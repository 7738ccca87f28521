# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Table base: naming of constraints, times in UTC, enums by value. No Flask here."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum as PythonEnum
from typing import Annotated, Any

from sqlalchemy import DateTime, Dialect, Enum, MetaData, String, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment. Stored as UTC on both engines, read back as aware UTC; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_of(kind: type[PythonEnum], name: str) -> Enum:
    """A column type that stores the enum's value as text behind a CHECK called `name`."""
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        name=name,
    )


def insert_of(session: Session) -> Any:
    """An INSERT that knows ON CONFLICT, for the session's engine: each has a construct of its own. A conflict leaves the
    transaction whole."""
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert


@contextmanager
def taken_back(session: Session) -> Iterator[None]:
    """What is written inside is taken back at the end, and nothing else; a refusal ends it all, as anywhere."""
    with session.begin_nested() as savepoint:
        yield
        savepoint.rollback()


def new_link_key() -> str:
    """What a signed link rests on beside its row's number: 128 random bits. A number is unique within one life of the
    database only; after a restore the next row gets it again, and with it whatever was signed for the number alone."""
    return secrets.token_urlsafe(16)


pk = Annotated[int, mapped_column(primary_key=True)]
random_key = Annotated[str, mapped_column(String(22), default=new_link_key)]
line = Annotated[str, mapped_column(String(200))]
text = Annotated[str, mapped_column(Text, default="")]


class Base(DeclarativeBase):
    """Base of all tables. The registry is explicit: the extension cannot copy a base that carries a type map."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime()},
    )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', None)}>"


Json = dict[str, Any]
