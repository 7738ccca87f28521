# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Hints at one person who is registered twice. Nobody is ever removed by a hint; the team decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, and_, case, func, literal, select, union
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
    named, marked = _namesakes(session, event), _marked(session, event)
    pairs = union(
        _neighbours(named, named.c.name, named.c.organisation_id),
        _neighbours(named, named.c.name),
        _neighbours(marked, marked.c.mailbox),
        _with_and_without_mark(event, marked),
    ).subquery()
    said = and_(DistinctPair.first_id == pairs.c.first_id, DistinctPair.second_id == pairs.c.second_id)
    # Only of those that are shown the rows themselves are read: of a hundred thousand nobody is looked up twice.
    order = "elsewhere", "sort_key", "first_id", "second_id"
    shown = (
        select(pairs)
        .where(~select(DistinctPair.first_id).where(said).exists())
        .order_by(*(pairs.c[name] for name in order))
        .limit(MOST + 1)
        .subquery()
    )
    first, second = aliased(Registration), aliased(Registration)
    office, other_office = aliased(Organisation), aliased(Organisation)
    found = (
        select(first, second)
        .select_from(shown)
        .join(first, first.id == shown.c.first_id)
        .join(second, second.id == shown.c.second_id)
        .join(office, first.organisation.of_type(office))
        .join(other_office, second.organisation.of_type(other_office))
        .options(
            contains_eager(first.organisation.of_type(office)),
            contains_eager(second.organisation.of_type(other_office)),
        )
        .order_by(*(shown.c[name] for name in order))
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


def _namesakes(session: Session, event: Event) -> CTE:
    """Those whose name somebody else has, too: found once, for they are looked at from two sides."""
    one, other = aliased(Registration), aliased(Registration)
    name = _loose(other.sort_key)
    several = select(name).where(*_takes_part(event, other)).group_by(name).having(func.count() > 1)
    return _people(session, event, one).where(_loose(one.sort_key).in_(several)).cte("named")


def _marked(session: Session, event: Event) -> CTE:
    """Those with a "+" in their address, which few have."""
    one = aliased(Registration)
    return _people(session, event, one).where(one.email_key.contains("+")).cte("marked")


def _people(session: Session, event: Event, one: type[Registration]) -> Select[int, str, str, int, str]:
    return select(
        one.id,
        one.sort_key,
        _loose(one.sort_key).label("name"),
        one.organisation_id,
        _mailbox(session, one.email_key).label("mailbox"),
    ).where(*_takes_part(event, one))


def _neighbours(people: CTE, *alike: ColumnElement[Any]) -> Select[Any]:
    """Of several who are alike only the neighbours: who looks at them meets all, and a thousand are a thousand lines."""
    one = people.c

    def before(column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.lag(column).over(partition_by=alike, order_by=one.id)

    elsewhere = and_(before(one.name) == one.name, before(one.organisation_id) != one.organisation_id)
    lines = select(
        before(one.id).label("first_id"),
        one.id.label("second_id"),
        before(one.sort_key).label("sort_key"),
        case((elsewhere, 1), else_=0).label("elsewhere"),
    ).subquery()
    return select(lines).where(lines.c.first_id.is_not(None))


def _with_and_without_mark(event: Event, people: CTE) -> Select[Any]:
    """Of two addresses of one mailbox at least one has a "+" in it."""
    marked, plain = people.c, aliased(Registration)
    marked_first = marked.id < plain.id
    elsewhere = and_(marked.name == _loose(plain.sort_key), marked.organisation_id != plain.organisation_id)
    return (
        select(
            case((marked_first, marked.id), else_=plain.id).label("first_id"),
            case((marked_first, plain.id), else_=marked.id).label("second_id"),
            case((marked_first, marked.sort_key), else_=plain.sort_key).label("sort_key"),
            case((elsewhere, 1), else_=0).label("elsewhere"),
        )
        .select_from(people)
        .join(plain, plain.email_key == marked.mailbox)
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
