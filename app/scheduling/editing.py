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
    LISTED,
    NAMES,
    Change,
    ContributorFacts,
    Key,
    Plan,
    RoundFacts,
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


def copy_round(session: Session, event_id: int, round_id: int, facts: RoundFacts, now: datetime) -> None:
    """The round once more at another time, with the runs that take place in it, who contributes and what stands inside of them;
    nobody's place comes along. What goes on in another round fills only this one here. Refuses as `add`."""

    def step(plan: Plan) -> Plan:
        source = found(plan.get(Thing.ROUND, round_id))
        number = new_number(plan, Thing.ROUND)
        runs = {one: run for one, run in plan.of(Thing.RUN).items() if run.round_id == round_id}
        plan = plan.put((Thing.ROUND, number), facts)
        for one, run in runs.items():
            if run.takes_place:
                label = _relabelled(run.label, source.number, facts.number)
                plan = copied(plan, Thing.RUN, one, round_id=number, label=label, spans=1)
        return plan

    edit(session, event_id, step, now)


def _relabelled(label: str, old: int, new: int) -> str:
    """1.3 of round 1 is 2.3 in round 2; a number of another form stays."""
    return f"{new}{label[len(str(old)) :]}"[:10] if label.startswith(f"{old}.") else label


def copied(plan: Plan, thing: Thing, number: int, **changes: Any) -> Plan:
    """With the thing once more, but for what is said of it otherwise, and with what stands in it."""
    new = new_number(plan, thing)
    copy = plan.put((thing, new), replace(plan.things[thing, number], **changes))
    for (kind, one), facts in plan.things.items():
        for name, of in NAMES[kind].items() if kind in LISTED else ():
            if (of, getattr(facts, name)) == (thing, number):
                copy = copied(copy, kind, one, **{name: new})
    return copy


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
    whole = copy.released.without((thing, number)), copy.plan.without((thing, number))
    inside = {
        key
        for plan, left in zip((copy.released, copy.plan), whole, strict=True)
        for key in plan.things.keys() - left.things.keys()
    }
    own = [one for one in copy.changes if one.key in inside]
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
