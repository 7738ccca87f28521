# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Reads of the audit log, with what its lines speak of. Four queries, however many lines there are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from app.allocation.models import AllocationRun, PlacingCondition
from app.attendees.lists import PAGE_LENGTH, Page
from app.events.models import Event, Quota, TeamMember
from app.events.partners.models import Partner
from app.folding import list_key
from app.organisations.models import Organisation
from app.organising.log_words import BEGINNINGS, REMOVALS, pointed_at, subject_of
from app.outbox.models import Message
from app.people.models import AuditEntry, Organiser
from app.programme.models import Run, Workshop
from app.registration.models import Group, Registration
from app.registration.questions.models import Question
from app.registration.tables.models import Seating
from app.results.models import Agreement, Material

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines: of a day (None: of none), by whom, and the first word of the action."""

    event_id: int | None
    organiser_id: int | None = None
    area: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """What a line speaks of, as it is called now; `reference` of a registration."""

    name: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """A page of lines, what they speak of, and at which lines a thing had gone: its number may be another one's now."""

    listing: Page[AuditEntry]
    things: Mapping[Key, Thing]
    removed: Mapping[str, int]
    begun: Mapping[str, int]

    def thing(self, entry: AuditEntry) -> Thing | None:
        """What the line is about, if it still exists."""
        key = subject_of(entry.subject)
        gone = self.removed.get(entry.subject, 0) >= entry.id or self.begun.get(entry.subject, 0) > entry.id
        return None if key is None or gone else self.things.get(key)


def read_log(session: Session, wanted: LogFilter, number: int) -> Log:
    """The newest lines first."""
    conditions = _conditions(wanted)
    total = session.scalar(select(func.count(AuditEntry.id)).where(*conditions)) or 0
    number = min(max(number, 1), max(-(-total // PAGE_LENGTH), 1))
    found = (
        select(AuditEntry)
        .where(*conditions)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .options(joinedload(AuditEntry.organiser))
        .limit(PAGE_LENGTH)
        .offset((number - 1) * PAGE_LENGTH)
    )
    entries = session.scalars(found).all()
    removed, begun = _ends(session, wanted.event_id, {one.subject for one in entries})
    things = _things(session, wanted.event_id, _keys(entries))
    return Log(Page(entries, total, number), things, removed, begun)


def people_of(session: Session, event_id: int | None) -> Sequence[Organiser]:
    """Who may be asked for: the team, and whoever did something once."""
    mine = select(AuditEntry.organiser_id).where(_of(event_id), AuditEntry.organiser_id.is_not(None))
    team = select(TeamMember.organiser_id).where(TeamMember.event_id == event_id)
    found = select(Organiser).where(or_(Organiser.id.in_(mine), Organiser.id.in_(team)))
    return sorted(session.scalars(found.order_by(Organiser.id)), key=lambda one: list_key(one.name))


def _conditions(wanted: LogFilter) -> list[ColumnElement[bool]]:
    conditions = [_of(wanted.event_id)]
    if wanted.organiser_id is not None:
        conditions.append(AuditEntry.organiser_id == wanted.organiser_id)
    if wanted.area:
        conditions.append(AuditEntry.action.startswith(f"{wanted.area}.", autoescape=True))
    return conditions


def _of(event_id: int | None) -> ColumnElement[bool]:
    return AuditEntry.event_id.is_(None) if event_id is None else AuditEntry.event_id == event_id


def _keys(entries: Iterable[AuditEntry]) -> set[Key]:
    subjects = {key for one in entries if (key := subject_of(one.subject)) is not None}
    details = {
        key
        for one in entries
        for name, value in one.detail.items()
        for key in pointed_at(one.action, name, value)
    }
    return subjects | details


def _ends(
    session: Session, event_id: int | None, subjects: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """For each subject, the last line that removed it and the last that began it. SQLite gives numbers out again."""
    last = [
        func.max(case((AuditEntry.action.in_(kinds), AuditEntry.id))).label(name)
        for name, kinds in (("removed", REMOVALS), ("begun", BEGINNINGS))
    ]
    found = (
        select(AuditEntry.subject, *last)
        .where(_of(event_id), AuditEntry.subject.in_(subjects), AuditEntry.action.in_(REMOVALS | BEGINNINGS))
        .group_by(AuditEntry.subject)
    )
    rows = session.execute(found).all()
    return {one[0]: one[1] for one in rows if one[1]}, {one[0]: one[2] for one in rows if one[2]}


def _things(session: Session, event_id: int | None, keys: Collection[Key]) -> dict[Key, Thing]:
    """One statement for things of every kind. Those of another day stay unnamed (T02)."""
    ids = {kind: [key[1] for key in of_kind] for kind, of_kind in groupby(sorted(keys), lambda key: key[0])}
    found = union_all(*(one.where(id_.in_(ids.get(kind, ()))) for kind, id_, one in _kinds(event_id)))
    return {
        (kind, number): Thing(name, reference) for kind, number, name, reference in session.execute(found)
    }


def _kinds(event_id: int | None) -> list[tuple[str, ColumnElement[int], Select]]:  # type: ignore[type-arg]
    """Kind of thing, its key, and the question for its name."""
    run = Run.label + " " + Workshop.title
    of_day: list[tuple[Any, Any, Any]] = [
        (Event, Event.title, Event.id == event_id),
        (Registration, Registration.full_name, Registration.event_id == event_id),
        (Question, Question.label, Question.event_id == event_id),
        (Quota, Quota.name, Quota.event_id == event_id),
        (Run, run, and_(Run.workshop_id == Workshop.id, Workshop.event_id == event_id)),
        (
            Group,
            Organisation.name,
            and_(Group.organisation_id == Organisation.id, Group.event_id == event_id),
        ),
        (AllocationRun, AllocationRun.name, AllocationRun.event_id == event_id),
        (PlacingCondition, literal(""), PlacingCondition.event_id == event_id),
        (Partner, Partner.name, Partner.event_id == event_id),
        (Seating, Seating.name, Seating.event_id == event_id),
        (Agreement, Agreement.text, Agreement.event_id == event_id),
        (Material, Material.title, Material.event_id == event_id),
        (Message, literal(""), Message.event_id == event_id),
        (Organiser, Organiser.name, Organiser.id > 0),
        (Organisation, Organisation.name, Organisation.id > 0),
    ]
    names = {"registration_group": "group", "allocation_condition": "condition"}
    kinds = []
    for table, name, mine in of_day:
        kind = names.get(table.__tablename__, table.__tablename__)
        reference = Registration.reference if table is Registration else literal("")
        kinds.append((kind, table.id, select(literal(kind), table.id, name, reference).where(mine)))
    return kinds
