# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Hints at one person who is registered twice. Nobody is ever removed by a hint; the team decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, and_, case, func, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager

from app.agencies.models import Organisation
from app.events.models import Event
from app.events.service import lock_event
from app.people.audit import record
from app.refusal import Missing
from app.registration.lists import get_by_reference
from app.registration.models import Registration, TwoPeople
from app.registration.rules import ACTIVE, mailbox
from app.registration.service import By

MOST = 50  # on one page; the next ones follow when these are decided


@dataclass(frozen=True, slots=True)
class Double:
    """Two registrations that may be of one person, and why."""

    first: Registration
    second: Registration

    @property
    def same_name(self) -> bool:
        return self.first.sort_key == self.second.sort_key

    @property
    def same_organisation(self) -> bool:
        return self.first.organisation_id == self.second.organisation_id

    @property
    def same_mailbox(self) -> bool:
        return mailbox(self.first.email_key) == mailbox(self.second.email_key)


def doubles(session: Session, event: Event) -> tuple[Sequence[Double], bool]:
    """Active people of one name or one mailbox, unless the team said that they are two; whether there are more.

    One query. The same name counts in any organisation; those of one organisation, and of one mailbox, come first.
    """
    first, second = aliased(Registration), aliased(Registration)
    office, other_office = aliased(Organisation), aliased(Organisation)
    pairs = union(_of_one_name(event), _of_one_mailbox(session, event)).subquery()
    said = and_(TwoPeople.first_id == first.id, TwoPeople.second_id == second.id)
    elsewhere = and_(first.sort_key == second.sort_key, first.organisation_id != second.organisation_id)
    found = (
        select(first, second)
        .select_from(pairs)
        .join(first, first.id == pairs.c.first_id)
        .join(second, second.id == pairs.c.second_id)
        .join(office, first.organisation.of_type(office))
        .join(other_office, second.organisation.of_type(other_office))
        .where(~select(TwoPeople.first_id).where(said).exists())
        .options(
            contains_eager(first.organisation.of_type(office)),
            contains_eager(second.organisation.of_type(other_office)),
        )
        .order_by(case((elsewhere, 1), else_=0), first.sort_key, first.id, second.id)
        .limit(MOST + 1)
    )
    rows = [Double(one, two) for one, two in session.execute(found)]
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
    if session.get(TwoPeople, (first, second)) is None:
        session.add(TwoPeople(first_id=first, second_id=second, at=now, organiser_id=by.organiser_id))
        session.flush()
        subject = f"registration {first}"
        record(session, now, by.organiser_id, event.id, "registration.two_people", subject, {"other": second})


def _of_one_name(event: Event) -> Select[int, int]:
    one, two = aliased(Registration), aliased(Registration)
    return (
        select(one.id.label("first_id"), two.id.label("second_id"))
        .join(two, and_(two.event_id == one.event_id, two.sort_key == one.sort_key, one.id < two.id))
        .where(*_takes_part(event, one), *_takes_part(event, two))
    )


def _of_one_mailbox(session: Session, event: Event) -> Select[int, int]:
    """Of two addresses of one mailbox at least one has a "+" in it, which few have."""
    marked, other = aliased(Registration), aliased(Registration)
    everybody = (
        select(other.id, _mailbox(session, other.email_key).label("mailbox"))
        .where(*_takes_part(event, other))
        .cte("everybody")
    )
    smaller = case((marked.id < everybody.c.id, marked.id), else_=everybody.c.id)
    larger = case((marked.id < everybody.c.id, everybody.c.id), else_=marked.id)
    return (
        select(smaller.label("first_id"), larger.label("second_id"))
        .join(everybody, everybody.c.mailbox == _mailbox(session, marked.email_key))
        .where(*_takes_part(event, marked), marked.email_key.contains("+"), marked.id != everybody.c.id)
    )


def _takes_part(event: Event, one: type[Registration]) -> tuple[ColumnElement[bool], ...]:
    return one.event_id == event.id, one.status.in_(ACTIVE), one.email != ""


def _mailbox(session: Session, key: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    """`rules.mailbox` in SQL."""
    position = func.strpos if session.connection().dialect.name == "postgresql" else func.instr
    plus, at = position(key, "+"), position(key, "@")
    return case(
        (and_(plus > 0, plus < at), func.substr(key, 1, plus - 1) + func.substr(key, at, type_=String)),
        else_=key,
    )
