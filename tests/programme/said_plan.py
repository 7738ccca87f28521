# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A programme thing by thing, as it is said: what it names by what people call it, so that two days can be compared."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.queries import rooms_of
from app.programme.kinds import kind_of, kinds_for
from app.programme.plan import LISTED, NAMES, Key, Plan
from app.programme.rules import Thing
from app.programme.working_copy import read_working_copy

Said = dict[tuple[Any, ...], dict[str, Any]]


def said_of(session: Session, event: Event) -> Said:
    """Of the working copy: name of a thing, as a path through what it stands in → its facts. Rooms, too."""
    plan = read_working_copy(session, event).plan
    rooms = {room.id: room.facts for room in rooms_of(session, event)}
    kinds = {row.key: kind_of(row) for row in kinds_for(session, event)}
    found: Said = {("room", one.name): asdict(one) for one in rooms.values()}
    for key, facts in plan.things.items():
        said = asdict(facts)
        for name in (*NAMES.get(key[0], {}), "position"):
            said.pop(name, None)
        if "room_id" in said:
            number = said.pop("room_id")
            said["room"] = rooms[number].name if number is not None else ""
        if key[0] is Thing.ITEM:
            kind = asdict(kinds[facts.kind])
            del kind["key"]
            said["kind"] = kind
        if key[0] is Thing.RUN:
            said["workshop"] = plan.get(Thing.WORKSHOP, facts.workshop_id).title
        assert _path(plan, key) not in found
        found[_path(plan, key)] = said
    return found


def _path(plan: Plan, key: Key) -> tuple[Any, ...]:
    """What stands in another thing is named by its place in it."""
    thing, number = key
    facts = plan.things[key]
    if thing in LISTED:
        holders = {name: getattr(facts, name) for name in NAMES[thing]}
        place = list(plan.listed(thing, **holders)).index(number)
        held = next(((NAMES[thing][name], one) for name, one in holders.items() if one is not None), None)
        return (*(_path(plan, held) if held is not None else ()), thing.value, place)
    if thing is Thing.RUN:
        return (thing.value, plan.get(Thing.ROUND, facts.round_id).number, facts.label)
    if thing is Thing.ROUND:
        return (thing.value, facts.number)
    return (thing.value, facts.title, *((facts.starts_at, facts.ends_at) if thing is Thing.ITEM else ()))
