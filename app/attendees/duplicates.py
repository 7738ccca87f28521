# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Hints at one person who is registered twice. Nobody is ever removed by a hint; the team decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, func, literal, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager

from app.attendees.models import DistinctPair
from app.attendees.queries import get_by_reference
from app.events.models import Event
from app.events.service import lock_event
from app.folding import UMLAUTS, loose
from app.organisations.models import Organisation
from app.people.audit import record
from app.refusal import Missing
from app.registration.history import By
from app.registration.models import Registration
from app.registration.rules import ACTIVE, mailbox

MOST = 50  # on one page; the next ones follow when these are decided


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two registrations that may be of one person, and why."""

    first: Registration
    second: Registration

    @property
    def same_name(self) -> bool:
        return loose(self.first.sort_key) == loose(self.second.sort_key)

    @property
    def same_organisation(self) -> bool:
        return self.first.organisation_id == self.second.organisation_id

    @property
    def same_mailbox(self) -> bool:
        return mailbox(self.first.email_key) == mailbox(self.second.email_key)


def duplicates(session: Session, event: Event) -> tuple[Sequence[Duplicate], bool]:
    """Active people of one name or one mailbox, unless the team said that they are two; whether there are more.

    One query. The same name counts in any organisation; those of one organisation, and of one mailbox, come first.
    """
    first, second = aliased(Registration), aliased(Registration)
    office, other_office = aliased(Organisation), aliased(Organisation)
    namesakes = partial(_has_namesake, event)
    pairs = union(
        _neighbours(event, namesakes, lambda one: (_loose(one.sort_key), one.organisation_id)),
        _neighbours(event, namesakes, lambda one: (_loose(one.sort_key),)),
        _neighbours(event, _is_marked, lambda one: (_mailbox(session, one.email_key),)),
        _with_and_without_mark(session, event),
    ).subquery()
    said = and_(DistinctPair.first_id == first.id, DistinctPair.second_id == second.id)
    elsewhere = and_(
        _loose(first.sort_key) == _loose(second.sort_key), first.organisation_id != second.organisation_id
    )
    found = (
        select(first, second)
        .select_from(pairs)
        .join(first, first.id == pairs.c.first_id)
        .join(second, second.id == pairs.c.second_id)
        .join(office, first.organisation.of_type(office))
        .join(other_office, second.organisation.of_type(other_office))
        .where(~select(DistinctPair.first_id).where(said).exists())
        .options(
            contains_eager(first.organisation.of_type(office)),
            contains_eager(second.organisation.of_type(other_office)),
        )
        .order_by(case((elsewhere, 1), else_=0), first.sort_key, first.id, second.id)
        .limit(MOST + 1)
    )
    rows = [Duplicate(one, two) for one, two in session.execute(found)]
    return rows[:MOST], len(rows) > MOST


def say_two_people(
    session: Session, event_id: int, reference: str, other: str, by: By, now: datetime
) -> None:
    """They are two, and stay two: the hint does not come back. A second press changes nothing.

    Raises `Missing` for somebody of another day (T02), and for one and the same.
    """
    event = lock_event(session, event_id)
    first, second = sorted(get_by_reference(session, event, one).id for one in (reference, other))
    if first == second:
        raise Missing
    if session.get(DistinctPair, (first, second)) is None:
        session.add(DistinctPair(first_id=first, second_id=second, at=now, organiser_id=by.organiser_id))
        session.flush()
        subject = f"registration {first}"
        record(session, now, by.organiser_id, event.id, "registration.two_people", subject, {"other": second})


def _neighbours(
    event: Event,
    among: Callable[[type[Registration]], ColumnElement[bool]],
    alike: Callable[[type[Registration]], tuple[Any, ...]],
) -> Select[int, int]:
    """Of several who are alike only the neighbours: who looks at them meets all, and a thousand are a thousand lines.

    `among` leaves few to compare.
    """
    one = aliased(Registration)
    before = func.lag(one.id).over(partition_by=alike(one), order_by=one.id)
    lines = (
        select(before.label("first_id"), one.id.label("second_id"))
        .where(*_takes_part(event, one), among(one))
        .subquery()
    )
    return select(lines.c.first_id, lines.c.second_id).where(lines.c.first_id.is_not(None))


def _has_namesake(event: Event, one: type[Registration]) -> ColumnElement[bool]:
    other = aliased(Registration)
    name = _loose(other.sort_key)
    several = select(name).where(other.event_id == event.id).group_by(name)
    return _loose(one.sort_key).in_(several.having(func.count(other.id) > 1))


def _is_marked(one: type[Registration]) -> ColumnElement[bool]:
    return one.email_key.contains("+")


def _with_and_without_mark(session: Session, event: Event) -> Select[int, int]:
    """Of two addresses of one mailbox at least one has a "+" in it, which few have."""
    marked, plain = aliased(Registration), aliased(Registration)
    smaller = case((marked.id < plain.id, marked.id), else_=plain.id)
    larger = case((marked.id < plain.id, plain.id), else_=marked.id)
    return (
        select(smaller.label("first_id"), larger.label("second_id"))
        .join(plain, plain.email_key == _mailbox(session, marked.email_key))
        .where(*_takes_part(event, marked), _is_marked(marked))
        .where(*_takes_part(event, plain), marked.id != plain.id)
    )


def _takes_part(event: Event, one: type[Registration]) -> tuple[ColumnElement[bool], ...]:
    return one.event_id == event.id, one.status.in_(ACTIVE), one.email != ""


def _loose(name: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """`folding.loose` in SQL, of a name that is folded already."""
    folded: ColumnElement[str] = name.expression
    for two, one in UMLAUTS:
        # Written out, for PostgreSQL groups by an expression only if it knows that it is the same one.
        spelled = (literal(letters, literal_execute=True) for letters in (two, one))
        folded = func.replace(folded, *spelled, type_=String)
    return folded


def _mailbox(session: Session, key: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    """`rules.mailbox` in SQL."""
    position = func.strpos if session.connection().dialect.name == "postgresql" else func.instr
    plus, at = position(key, "+"), position(key, "@")
    return case(
        (and_(plus > 0, plus < at), func.substr(key, 1, plus - 1) + func.substr(key, at, type_=String)),
        else_=key,
    )
