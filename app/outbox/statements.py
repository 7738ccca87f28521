# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Pieces of SQL that the verbs of the outbox share."""

from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, bindparam, case, exists, update
from sqlalchemy.orm import Session, aliased

from app.db import insert_of
from app.ical.text import one_line
from app.outbox.models import Heartbeat, Message, Route
from app.outbox.rules import LEASED, Claim, State

FREE: dict[str, Any] = {"lease_until": None, "lease_token": None}
# A definite no after DATA means that this copy never existed.
REFUSED_COPY = case((Message.state == State.SENDING, Message.copies - 1), else_=Message.copies)

# The mails of one family about one thing to one person follow each other.
_other = aliased(Message)
_SAME_THREAD = (
    _other.family == Message.family,
    _other.subject_id == Message.subject_id,
    _other.recipient == Message.recipient,
)
OVERTAKEN = exists().where(*_SAME_THREAD, _other.revision > Message.revision)
OLDER_IN_HAND = exists().where(*_SAME_THREAD, _other.revision < Message.revision, _other.state.in_(LEASED))


def claimed_by(claimed: Claim) -> tuple[ColumnElement[bool], ...]:
    return (Message.id == claimed.id, Message.lease_token == claimed.token)


def change(*conditions: ColumnElement[bool]) -> Any:
    return update(Message).where(*conditions).execution_options(synchronize_session=False)


@cache
def intending(insert: Any) -> Any:
    """A message that was not intended before; the statement is made once."""
    unique = ["kind", "subject_id", "revision"]
    table = Message.__table__
    return insert(table).on_conflict_do_nothing(index_elements=unique).returning(table.c.id)


# Older mails of a family about a thing to a person that have not left.
_mails = cast(Table, Message.__table__)  # past the mapper: half the time
SETTLE_OLDER = (
    update(_mails)
    .where(
        _mails.c.family == bindparam("of_family"),
        _mails.c.subject_id == bindparam("of"),
        _mails.c.recipient == bindparam("to"),
        _mails.c.revision < bindparam("than"),
        _mails.c.state == State.QUEUED,
    )
    .values(state=State.SUPERSEDED)
)


def done(session: Session, change: Any) -> bool:
    return session.scalar(change.returning(Message.id)) is not None


def insert_into(session: Session, table: type[Heartbeat] | type[Route]) -> Any:
    return insert_of(session)(table)


def brief(answer: str) -> str:
    return one_line(answer)[:500]
