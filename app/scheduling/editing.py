# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Editing the programme: the one door to its working copy. Before the first release that is the agenda itself.

Every verb locks the event first and flushes, never commits. Things are named by kind and number, as in a plan; a round or a room
of another day does not exist (T02).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.queries import rooms_of
from app.events.service import lock_event
from app.programme.conflicts import refuse_misfit, refuse_taking_out
from app.programme.kinds import get_kind
from app.programme.plan import (
    NAMES,
    Change,
    ContributorFacts,
    Key,
    Plan,
    RunPlan,
    differences,
    seen_as,
)
from app.programme.rules import Thing
from app.programme.working_copy import WorkingCopy, keep_edits, new_number, read_working_copy
from app.refusal import ChangedMeanwhile, Missing, found
from app.scheduling.carrying_out import carry_out, refuse_closing, refuse_for_people


def add(session: Session, event_id: int, thing: Thing, facts: Any, now: datetime) -> int:
    """The number of the new thing; below zero until it is released. Refuses as `refuse_misfit`."""
    number = 0

    def step(plan: Plan) -> Plan:
        nonlocal number
        number = new_number(plan, thing)
        return plan.put((thing, number), facts)

    written = edit(session, event_id, step, now)
    return written.get((thing, number), number)


def add_run(session: Session, event_id: int, run: RunPlan, names: Sequence[str], now: datetime) -> int:
    """Put a workshop into a round, with those who facilitate it. As `add`."""
    number = 0

    def step(plan: Plan) -> Plan:
        nonlocal number
        number = new_number(plan, Thing.RUN)
        plan = plan.put((Thing.RUN, number), run)
        for position, name in enumerate(names, start=1):
            one = ContributorFacts(name, run_id=number, position=position)
            plan = plan.put((Thing.CONTRIBUTOR, new_number(plan, Thing.CONTRIBUTOR)), one)
        return plan

    written = edit(session, event_id, step, now)
    return written.get((Thing.RUN, number), number)


def change(
    session: Session,
    event_id: int,
    thing: Thing,
    number: int,
    facts: Any,
    seen: str,
    now: datetime,
    *,
    closing: bool = False,
) -> None:
    """Refuses when somebody else saved since the facts were read whose fingerprint is `seen` (F30), as `refuse_misfit`, and what
    would take a place from somebody. `closing`: yes, whoever sits in a run that is called off loses the place; a release asks that
    itself."""

    def step(plan: Plan) -> Plan:
        key = thing, number
        if seen_as(found(plan.things.get(key))) != seen:
            raise ChangedMeanwhile
        return plan.put(key, facts)

    edit(session, event_id, step, now, closing=closing)


def take_out(session: Session, event_id: int, thing: Thing, number: int, now: datetime) -> None:
    """Refuses as `refuse_taking_out`, and a run that anybody has chosen."""

    def step(plan: Plan) -> Plan:
        key = thing, number
        found(plan.things.get(key))
        refuse_taking_out(plan, key)
        return plan.without(key)

    edit(session, event_id, step, now)


def take_back(session: Session, event_id: int, thing: Thing, number: int, now: datetime) -> None:
    """The thing is in the working copy as it is released; who contributes to it as well. Refuses as `refuse_misfit`."""
    event = lock_event(session, event_id)
    copy = read_working_copy(session, event)
    own = [one for one in copy.changes if one.key == (thing, number) or _contributes(one, thing, number)]
    if not own:
        raise Missing
    plan = copy.plan
    for one in own:
        plan = plan.put(one.key, one.before) if one.before is not None else plan.without(one.key)
    _keep(session, event, copy, plan, now, closing=True)


def edit(
    session: Session,
    event_id: int,
    step: Callable[[Plan], Plan],
    now: datetime,
    *,
    closing: bool = False,
) -> dict[Key, int]:
    """Make one plan of another. The numbers that new things have by now come back, where they have them."""
    event = lock_event(session, event_id)
    copy = read_working_copy(session, event)
    return _keep(session, event, copy, step(copy.plan), now, closing=closing)


def refuse_plan(session: Session, event: Event, old: Plan, plan: Plan) -> None:
    """What of the plan does not fit, or names what is not there."""
    changes = differences(old, plan)
    rooms = {room.id for room in rooms_of(session, event)}
    for one in changes:
        if one.after is not None:
            _refuse_strangers(session, event, plan, one, rooms)
            refuse_misfit(event, plan, one.key)
    for one in changes:
        if one.after is None:
            refuse_taking_out(replace(plan, things={**plan.things, one.key: one.before}), one.key)


def _keep(
    session: Session, event: Event, copy: WorkingCopy, plan: Plan, now: datetime, *, closing: bool
) -> dict[Key, int]:
    refuse_plan(session, event, copy.plan, plan)
    if event.agenda_released_at is None:
        if not closing:
            for one in differences(copy.plan, plan):
                refuse_closing(session, one)
        return carry_out(session, event, plan, now)
    for one in differences(copy.released, plan):
        refuse_for_people(session, one)
    keep_edits(session, event, copy.released, plan)
    return {}


def _refuse_strangers(session: Session, event: Event, plan: Plan, change: Change, rooms: set[int]) -> None:
    """Raises `Missing` for what is not of this day (T02)."""
    facts = change.after
    for name, thing in NAMES.get(change.key[0], {}).items():
        number = getattr(facts, name)
        if number is not None and (thing, number) not in plan.things:
            raise Missing
    if getattr(facts, "room_id", None) not in {None, *rooms}:
        raise Missing
    if change.key[0] is Thing.ITEM:
        get_kind(session, event, facts.kind)


def _contributes(change: Change, thing: Thing, number: int) -> bool:
    facts = change.after or change.before
    if change.key[0] is not Thing.CONTRIBUTOR:
        return False
    name = {Thing.ITEM: "item_id", Thing.RUN: "run_id"}.get(thing)
    return name is not None and getattr(facts, name) == number
