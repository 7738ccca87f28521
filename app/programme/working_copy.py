# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The working copy: what the team plans, beside what is released. Before the first release they are the same.

Kept as edits laid over the released agenda, so that what changes that agenda meanwhile (an allocation that closes a run) is in the
working copy too, unless the team says otherwise there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.clock import days_later
from app.db import Json
from app.events.models import Event
from app.programme.models import AgendaEdit
from app.programme.plan import NAMES, Change, Key, Plan, differences, from_json, in_json, read_plan
from app.programme.rules import Thing


@dataclass(frozen=True)
class WorkingCopy:
    released: Plan
    plan: Plan

    @cached_property
    def changes(self) -> list[Change]:
        """What a release would change."""
        return differences(self.released, self.plan)


def read_working_copy(session: Session, event: Event) -> WorkingCopy:
    released = read_plan(session, event)
    if event.agenda_released_at is None:
        return WorkingCopy(released, released)
    edits = [((one.thing, one.number), one.facts) for one in _edits(session, event)]
    return WorkingCopy(released, laid_over(released, edits))


def keep_edits(session: Session, event: Event, released: Plan, plan: Plan) -> None:
    """Nobody but the team sees them before the release, so nothing public changes by it. Callers hold the event's lock."""
    rows = {(one.thing, one.number): one for one in _edits(session, event)}
    wanted = {one.key: written_edit(one) for one in differences(released, plan)}
    for key, row in rows.items():
        if key not in wanted:
            session.delete(row)
        elif row.facts != wanted[key]:
            row.facts = wanted[key]
    for key, facts in wanted.items():
        if key not in rows:
            session.add(AgendaEdit(event_id=event.id, thing=key[0], number=key[1], facts=facts))
    session.flush()


def drop_edits(session: Session, event: Event) -> None:
    session.execute(delete(AgendaEdit).where(AgendaEdit.event_id == event.id))


def move_edits(session: Session, event: Event, days: int) -> None:
    """The day has other dates: what is planned moves along."""
    for row in _edits(session, event):
        facts = dict(row.facts or {})
        for name in ("starts_at", "ends_at"):
            if name in facts:
                facts[name] = days_later(datetime.fromisoformat(facts[name]), days).isoformat()
        if row.facts is not None:
            row.facts = facts
    session.flush()


def new_number(plan: Plan, thing: Thing) -> int:
    """For a thing that is not released yet."""
    return min([0, *(number for kind, number in plan.things if kind is thing)]) - 1


def _edits(session: Session, event: Event) -> Sequence[AgendaEdit]:
    return session.scalars(
        select(AgendaEdit).where(AgendaEdit.event_id == event.id).order_by(AgendaEdit.id)
    ).all()


def written_edit(change: Change) -> Json | None:
    """What of the thing differs."""
    if change.after is None:
        return None
    written = in_json(change.after)
    if change.before is None:
        return written
    return {
        one.name: written[one.name]
        for one in fields(change.after)
        if getattr(change.before, one.name) != getattr(change.after, one.name)
    }


def laid_over(released: Plan, edits: Iterable[tuple[Key, Json | None]]) -> Plan:
    """The released agenda with what the team says otherwise; without edits of what is gone since."""
    things = dict(released.things)
    for key, facts in edits:
        if facts is None:
            things.pop(key, None)
        elif key in things:
            things[key] = from_json(key[0], {**in_json(things[key]), **facts})
        elif key[1] < 0:
            things[key] = from_json(key[0], facts)
    return _without_lost(Plan(things))


def _without_lost(plan: Plan) -> Plan:
    """Nothing in it names what is gone."""
    lost = [
        key
        for key, facts in plan.things.items()
        for name, thing in NAMES.get(key[0], {}).items()
        if (number := getattr(facts, name)) is not None and (thing, number) not in plan.things
    ]
    return _without_lost(Plan({k: v for k, v in plan.things.items() if k not in lost})) if lost else plan
