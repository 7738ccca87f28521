# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Moving what the programme has already: copied, shifted, put into another room or at another time. Verbs as in `editing`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Event
from app.programme.plan import Change, Key, Plan, RunPlan, differences, plan_seen
from app.programme.rules import Thing
from app.programme.working_copy import new_number
from app.refusal import N_, ChangedMeanwhile, Refusal, fingerprint, found
from app.scheduling.editing import copied, edit
from app.scheduling.quick import free_label
from app.texts import local_day

TIMED = (Thing.ITEM, Thing.ROUND)


def next_start(event: Event, plan: Plan) -> datetime:
    """When the next item may begin: at the end of what ends last, or with the day."""
    things = [one for thing in TIMED for one in plan.of(thing).values()]
    return max((one.ends_at for one in things), default=event.starts_at)


# -- the same once more


def duplicate(session: Session, event_id: int, thing: Thing, number: int, now: datetime) -> int:
    """The number of the copy, with the same people and what else stands in it. An item follows itself; a run is in the round after
    those it fills, or, where none follows, once more in its own, without a room: that one is taken. Refuses as `refuse_misfit`."""
    copy = 0

    def step(plan: Plan) -> Plan:
        nonlocal copy
        facts = found(plan.get(thing, number))
        changes = _next_item(facts) if thing is Thing.ITEM else _next_run(plan, facts)
        copy = new_number(plan, thing)
        return copied(plan, thing, number, **changes)

    written = edit(session, event_id, step, now)
    return written.get((thing, copy), copy)


def _next_item(facts: Any) -> dict[str, Any]:
    return {"starts_at": facts.ends_at, "ends_at": facts.ends_at + (facts.ends_at - facts.starts_at)}


def _next_run(plan: Plan, run: Any) -> dict[str, Any]:
    last = plan.get(Thing.ROUND, plan.rounds_filled(run)[-1])
    following = plan.round_numbered(last.number + 1)
    if following is None:
        own = plan.get(Thing.ROUND, run.round_id)
        return {"label": free_label(plan, own.number, run.round_id), "room_id": None}
    label = free_label(plan, last.number + 1, following)
    spans = len(plan.rounds_filled(replace(run, round_id=following)))
    return {"round_id": following, "label": label, "spans": spans}


# -- all that follows, by so many minutes


def shifted(plan: Plan, moment: datetime, minutes: int) -> Plan:
    """Items and rounds that begin at or after the moment on its date, so much later, or earlier below zero."""
    by = timedelta(minutes=minutes)
    for key in _from(plan, moment):
        facts = plan.things[key]
        plan = plan.put(key, replace(facts, starts_at=facts.starts_at + by, ends_at=facts.ends_at + by))
    return plan


def _from(plan: Plan, moment: datetime) -> list[Key]:
    on = local_day(moment)
    return [
        (thing, number)
        for thing in TIMED
        for number, one in plan.of(thing).items()
        if one.starts_at >= moment and local_day(one.starts_at) == on
    ]


def shifts(plan: Plan, moment: datetime, minutes: int) -> list[Change]:
    """What `shifted` would change, in order of time."""
    changes = differences(plan, shifted(plan, moment, minutes))
    return sorted(changes, key=lambda one: one.before.starts_at)


def seen_shifts(changes: Sequence[Change]) -> str:
    return fingerprint([(one.key, one.before, one.after) for one in changes])


def shift(session: Session, event_id: int, moment: datetime, minutes: int, seen: str, now: datetime) -> None:
    """Refuses when something else would move than was looked at (`seen_shifts`), and as `refuse_misfit`."""

    def step(plan: Plan) -> Plan:
        changes = shifts(plan, moment, minutes)
        if seen_shifts(changes) != seen:
            raise ChangedMeanwhile
        if not changes:
            raise Refusal(N_("Nothing begins at this time or after it on that date."))
        return shifted(plan, moment, minutes)

    edit(session, event_id, step, now)


# -- to another place


@dataclass(frozen=True, slots=True)
class Target:
    """Where and when somebody wants it: `ends_at` None keeps its length."""

    starts_at: datetime
    ends_at: datetime | None = None
    room_id: int | None = None


def place(session: Session, event_id: int, key: Key, target: Target, seen: str, now: datetime) -> None:
    """An item at this time, a round, or a workshop in the round at this time; one that runs nowhere yet runs there then. Refuses when
    the programme is another one than was looked at (`plan_seen`), where there is no round, and as `refuse_misfit`."""

    def step(plan: Plan) -> Plan:
        if plan_seen(plan) != seen:
            raise ChangedMeanwhile
        facts = found(plan.things.get(key))
        if key[0] in TIMED:
            return plan.put(key, _at(key, facts, target))
        if target.ends_at is not None:
            raise Refusal(N_("A workshop lasts as long as its round. Please leave this empty."), field="end")
        if key[0] is Thing.RUN:
            return plan.put(key, _in_round(plan, key[1], facts, target))
        return plan.put(
            (Thing.RUN, new_number(plan, Thing.RUN)),
            _in_round(plan, 0, RunPlan("", 0, workshop_id=key[1]), target),
        )

    edit(session, event_id, step, now)


def _at(key: Key, facts: Any, target: Target) -> Any:
    ends_at = target.ends_at or target.starts_at + (facts.ends_at - facts.starts_at)
    moved = replace(facts, starts_at=target.starts_at, ends_at=ends_at)
    if key[0] is Thing.ITEM:
        return replace(moved, room_id=target.room_id)
    if target.room_id is not None:
        raise Refusal(N_("A round has no room of its own: its workshops have."), field="room_id")
    return moved


def _in_round(plan: Plan, number: int, run: RunPlan, target: Target) -> RunPlan:
    """A number that is taken in the new round becomes the next free one."""
    rounds = plan.of(Thing.ROUND).items()
    at = [pair for pair in rounds if pair[1].starts_at <= target.starts_at < pair[1].ends_at]
    if not at:
        raise Refusal(N_("A workshop needs a round, and there is none at this time."), field="start")
    round_id, round_ = at[0]
    beside = {
        one.label for key, one in plan.of(Thing.RUN).items() if one.round_id == round_id and key != number
    }
    label = run.label if run.label and run.label not in beside else free_label(plan, round_.number, round_id)
    return replace(run, round_id=round_id, label=label, room_id=target.room_id)
