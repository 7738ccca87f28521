# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What is listed at something, in the working copy: who contributes, short talks, stands. Verbs as in `editing`; `key` says where, see
`app.programme.contributors`."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Event
from app.programme.conflicts import refuse_outside_holder
from app.programme.contributors import Place, place_of
from app.programme.plan import Key, Plan, SubItemFacts, seen_as, thing_of
from app.programme.rules import Thing
from app.programme.working_copy import new_number
from app.refusal import ChangedMeanwhile
from app.scheduling.editing import edit


def add_to_place(session: Session, event_id: int, key: str, facts: Any, now: datetime) -> None:
    """Behind the others. Refuses as `refuse_misfit` and `refuse_outside_holder`; raises `Missing` where nothing of the kind can
    stand."""
    thing = thing_of(facts)

    def step(plan: Plan, place: Place) -> Plan:
        last = max((one.position for one in place.listed(plan, thing).values()), default=0)
        return _put(plan, (thing, new_number(plan, thing)), facts, place, last + 1)

    _edit(session, event_id, key, step, now)


def change_at_place(
    session: Session, event_id: int, key: str, number: int, facts: Any, seen: str, now: datetime
) -> None:
    """Refuses when somebody else saved meanwhile (F30), and what `add_to_place` refuses."""
    thing = thing_of(facts)

    def step(plan: Plan, place: Place) -> Plan:
        was = place.get(plan, thing, number)
        if seen_as(was) != seen:
            raise ChangedMeanwhile
        return _put(plan, (thing, number), facts, place, was.position)

    _edit(session, event_id, key, step, now)


def confirm_contributor(session: Session, event_id: int, key: str, number: int, now: datetime) -> None:
    """They said yes."""

    def step(plan: Plan, place: Place) -> Plan:
        one = place.get(plan, Thing.CONTRIBUTOR, number)
        return plan.put((Thing.CONTRIBUTOR, number), replace(one, confirmed=True))

    _edit(session, event_id, key, step, now)


def remove_from_place(
    session: Session, event_id: int, key: str, thing: Thing, number: int, now: datetime
) -> None:
    """Who contributes to a short talk goes with it."""

    def step(plan: Plan, place: Place) -> Plan:
        place.get(plan, thing, number)
        return plan.without((thing, number))

    _edit(session, event_id, key, step, now)


def move_at_place(
    session: Session, event_id: int, key: str, thing: Thing, number: int, now: datetime, *, up: bool
) -> None:
    """One place to the front or to the back; the first and the last stay where they are."""

    def step(plan: Plan, place: Place) -> Plan:
        place.get(plan, thing, number)
        ordered = list(place.listed(plan, thing))
        at = ordered.index(number)
        to = at - 1 if up else at + 1
        if not 0 <= to < len(ordered):
            return plan
        ordered[at], ordered[to] = ordered[to], ordered[at]
        for position, one in enumerate(ordered, start=1):
            plan = plan.put((thing, one), replace(plan.things[thing, one], position=position))
        return plan

    _edit(session, event_id, key, step, now)


def _edit(
    session: Session, event_id: int, key: str, step: Callable[[Plan, Place], Plan], now: datetime
) -> None:
    def placed(plan: Plan) -> Plan:
        return step(plan, place_of(session.get_one(Event, event_id), plan, key))

    edit(session, event_id, placed, now)


def _put(plan: Plan, key: Key, facts: Any, place: Place, position: int) -> Plan:
    asked = {one.name for one in fields(facts)}
    named = {name: number for name, number in place.named.items() if name in asked}
    there = replace(facts, **named, position=position)
    if isinstance(there, SubItemFacts):
        refuse_outside_holder(plan, there)
    return plan.put(key, there)
