# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""The programme of a day as a value: every thing in it by its key, with what the team says of it.

Working copy, release and versions are said in it. Things that are not released yet have numbers below zero, so that a plan can
name what no row holds.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import Enum
from typing import Any, get_args, get_type_hints

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.db import Json
from app.events.models import Event
from app.programme.models import AgendaItem, Contributor, Round, Run, Stand, SubItem, Workshop
from app.programme.rounds import Parts, Times, parts_of
from app.programme.rules import ContributorRole, Thing
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import fingerprint


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the organiser's form says of an item for everybody; `kind` is the key of one. `language` as in `WorkshopFacts`."""

    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    note: str = ""
    room_id: int | None = None
    subtitle: str = ""
    description: str = ""
    track: str = ""
    language: str = ""

    @property
    def times(self) -> Times:
        return self.starts_at, self.ends_at


@dataclass(frozen=True, slots=True)
class RoundFacts:
    number: int
    title: str
    starts_at: datetime
    ends_at: datetime
    booked: bool = True

    @property
    def times(self) -> Times:
        return self.starts_at, self.ends_at


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A workshop in a round: where it is, how many it takes and needs, how many rounds it fills."""

    label: str
    round_id: int
    room_id: int | None = None
    capacity: int | None = None
    spans: int = 1
    least_people: int = 0
    takes_place: bool = True
    station: str = ""
    workshop_id: int = 0  # which one, where that is not said beside it

    def same_rounds(self, other: "RunPlan") -> bool:
        return self.round_id == other.round_id and self.spans == other.spans


@dataclass(frozen=True, slots=True)
class ContributorFacts:
    """What the team says of somebody; `confirmed` is that they said yes, `about` a short text for the agenda.

    Of the day as a whole where neither an item nor a run is named.
    """

    name: str
    function: str = ""
    organisation: str = ""
    role: ContributorRole = ContributorRole.FACILITATION
    about: str = ""
    confirmed: bool = True
    item_id: int | None = None
    run_id: int | None = None
    sub_item_id: int | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class SubItemFacts:
    """What the team says of a short talk; `after` and `minutes` as in `SubItem`."""

    title: str
    note: str = ""
    after: int | None = None
    minutes: int | None = None
    item_id: int | None = None
    run_id: int | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class StandFacts:
    """What the team says of a stand. Whether it `needs_power` is told to the house only."""

    organisation: str
    table_label: str = ""
    needs_power: bool = False
    note: str = ""
    item_id: int = 0  # of which item, where that is not said beside it
    position: int = 0


Facts = ItemFacts | RoundFacts | WorkshopFacts | RunPlan | SubItemFacts | StandFacts | ContributorFacts
Key = tuple[Thing, int]

SAYS: Mapping[Thing, type[Any]] = {
    Thing.ROUND: RoundFacts,
    Thing.WORKSHOP: WorkshopFacts,
    Thing.ITEM: ItemFacts,
    Thing.RUN: RunPlan,
    Thing.SUB_ITEM: SubItemFacts,
    Thing.STAND: StandFacts,
    Thing.CONTRIBUTOR: ContributorFacts,
}
TABLES: Mapping[Thing, type[Any]] = {
    Thing.ROUND: Round,
    Thing.WORKSHOP: Workshop,
    Thing.ITEM: AgendaItem,
    Thing.RUN: Run,
    Thing.SUB_ITEM: SubItem,
    Thing.STAND: Stand,
    Thing.CONTRIBUTOR: Contributor,
}
# Which of the facts of a thing name another thing.
NAMES: Mapping[Thing, Mapping[str, Thing]] = {
    Thing.RUN: {"workshop_id": Thing.WORKSHOP, "round_id": Thing.ROUND},
    Thing.SUB_ITEM: {"item_id": Thing.ITEM, "run_id": Thing.RUN},
    Thing.STAND: {"item_id": Thing.ITEM},
    Thing.CONTRIBUTOR: {"item_id": Thing.ITEM, "run_id": Thing.RUN, "sub_item_id": Thing.SUB_ITEM},
}
# What goes with the thing that it names, and has a place among its like there.
LISTED = frozenset({Thing.SUB_ITEM, Thing.STAND, Thing.CONTRIBUTOR})


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that is new (`before` None), other, or gone (`after` None)."""

    key: Key
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every thing of a programme. Two of the same things are the same plan, in whatever order they were put into it."""

    things: Mapping[Key, Any] = field(default_factory=dict)

    def get(self, thing: Thing, number: int | None) -> Any:
        """Its facts, or None."""
        return self.things.get((thing, number)) if number is not None else None

    def of(self, thing: Thing) -> dict[int, Any]:
        """Number → facts, in the order of numbers; what is new comes last."""
        found = sorted((number for kind, number in self.things if kind is thing), key=_new_last)
        return {number: self.things[thing, number] for number in found}

    def put(self, key: Key, facts: Any) -> "Plan":
        return Plan({**self.things, key: facts})

    def without(self, key: Key) -> "Plan":
        """Without the thing and what stands in it, who contributes included."""
        gone, more = set[Key](), {key}
        while more:
            gone |= more
            more = {
                one for one, facts in self.things.items() if one not in gone and _belongs(one, facts, gone)
            }
        return Plan({one: facts for one, facts in self.things.items() if one not in gone})

    def listed(self, thing: Thing, **where: int | None) -> dict[int, Any]:
        """What stands in an item, a run or a short talk (`where` names it by its fact), or, of contributors without any, in the
        day as a whole; in order."""
        names = NAMES[thing]
        wanted = {name: where.get(name) for name in names}
        found = [
            (number, one)
            for number, one in self.of(thing).items()
            if all(getattr(one, name) == wanted[name] for name in names)
        ]
        return dict(sorted(found, key=lambda pair: pair[1].position))

    def contributors(self, **where: int | None) -> dict[int, Any]:
        return self.listed(Thing.CONTRIBUTOR, **where)

    def round_numbered(self, number: int) -> int | None:
        """The id of the round of this number."""
        return next((key for key, one in self.of(Thing.ROUND).items() if one.number == number), None)

    def rounds_filled(self, run: RunPlan) -> list[int]:
        """The ids of the rounds that the run fills, in order; fewer than it spans if there are not so many."""
        first = self.get(Thing.ROUND, run.round_id)
        if first is None:
            return []
        numbers = range(first.number, first.number + run.spans)
        return [one for number in numbers if (one := self.round_numbered(number)) is not None]

    def parts_of(self, run: RunPlan) -> Parts:
        """When it is: what touches is one part."""
        if run.spans == 1:
            return (self.things[Thing.ROUND, run.round_id].times,)
        return parts_of(self.get(Thing.ROUND, one).times for one in self.rounds_filled(run))

    def name_of(self, run: RunPlan) -> str:
        return f"{run.label} {self.get(Thing.WORKSHOP, run.workshop_id).title}"


def _new_last(number: int) -> tuple[bool, int]:
    return number < 0, abs(number)


def _belongs(key: Key, facts: Any, others: Collection[Key]) -> bool:
    """Whether it goes when these do."""
    return key[0] in LISTED and any(
        (thing, getattr(facts, name)) in others for name, thing in NAMES[key[0]].items()
    )


def differences(old: Plan, new: Plan) -> list[Change]:
    """In the order in which they can be written: first what others name."""
    keys = sorted({*old.things, *new.things}, key=lambda key: (list(Thing).index(key[0]), _new_last(key[1])))
    return [
        Change(key, old.things.get(key), new.things.get(key))
        for key in keys
        if old.things.get(key) != new.things.get(key)
    ]


def applied(plan: Plan, changes: Sequence[Change]) -> Plan:
    """The plan with these changes: `applied(a, differences(a, b)) == b`."""
    things = dict(plan.things)
    for one in changes:
        if one.after is None:
            things.pop(one.key, None)
        else:
            things[one.key] = one.after
    return Plan(things)


def renumbered(facts: Any, thing: Thing, numbers: Mapping[Key, int]) -> Any:
    """The facts with the numbers that things have now instead of those they had in the plan."""
    named = {name: (of, getattr(facts, name)) for name, of in NAMES.get(thing, {}).items()}
    return replace(facts, **{name: numbers[key] for name, key in named.items() if key in numbers})


def seen_as(facts: Any) -> str:
    """The fingerprint by which a page knows again what it was filled with (F30). To move somebody in a list changes nothing of what
    is said of them."""
    return fingerprint(replace(facts, position=0) if hasattr(facts, "position") else facts)


def plan_seen(plan: Plan) -> str:
    """The same of a whole plan."""
    return fingerprint(plan_in_json(plan))


# -- rows


def facts_of(thing: Thing, row: Any) -> Any:
    """What a row says."""
    kind = SAYS[thing]
    return kind(**{one.name: getattr(row, one.name) for one in fields(kind)})


def numbered(rows: Iterable[Contributor]) -> list[tuple[int, ContributorFacts]]:
    return [(row.id, facts_of(Thing.CONTRIBUTOR, row)) for row in rows]


def write_to(row: Any, facts: Any) -> None:
    """Make a row say this."""
    for one in fields(facts):
        setattr(row, one.name, getattr(facts, one.name))


def read_plan(session: Session, event: Event) -> Plan:
    """What is released, or, before the first release, what the team has entered."""
    return plan_of_rows(read_rows(session, event))


def read_rows(session: Session, event: Event) -> dict[Key, Any]:
    """One query for each kind of thing. Read anew, whatever the session has read before: verbs ask it behind the lock (F30)."""
    return {
        (thing, row.id): row
        for thing in Thing
        for row in session.scalars(
            select(TABLES[thing]).where(_of_event(thing, event)).execution_options(populate_existing=True)
        )
    }


def plan_of_rows(rows: Mapping[Key, Any]) -> Plan:
    return Plan({key: facts_of(key[0], row) for key, row in rows.items()})


def _of_event(thing: Thing, event: Event) -> ColumnElement[bool]:
    if thing is Thing.RUN:
        return Run.round_id.in_(select(Round.id).where(Round.event_id == event.id))
    runs = select(Run.id).join(Run.round).where(Round.event_id == event.id)
    items = select(AgendaItem.id).where(AgendaItem.event_id == event.id)
    inside = or_(SubItem.item_id.in_(items), SubItem.run_id.in_(runs))
    if thing is Thing.SUB_ITEM:
        return inside
    if thing is Thing.STAND:
        return Stand.item_id.in_(items)
    if thing is Thing.CONTRIBUTOR:
        return or_(
            Contributor.event_id == event.id,
            Contributor.item_id.in_(items),
            Contributor.run_id.in_(runs),
            Contributor.sub_item_id.in_(select(SubItem.id).where(inside)),
        )
    table: Any = TABLES[thing]
    mine: ColumnElement[bool] = table.event_id == event.id
    return mine


def thing_of(facts: Any) -> Thing:
    return next(thing for thing, kind in SAYS.items() if isinstance(facts, kind))


# -- JSON


def in_json(facts: Any) -> Json:
    """Facts as JSON can write them: moments as ISO 8601, a choice as its value."""
    return {one.name: _written(getattr(facts, one.name)) for one in fields(facts)}


def from_json(thing: Thing, written: Json) -> Any:
    """The opposite. What was written before a fact was asked has its usual value."""
    kind = SAYS[thing]
    hints = get_type_hints(kind)
    return kind(
        **{one.name: _read(hints[one.name], written[one.name]) for one in fields(kind) if one.name in written}
    )


def plan_in_json(plan: Plan) -> Json:
    """{"round": {"5": {…}}, …}"""
    return {
        thing.value: {str(number): in_json(facts) for number, facts in plan.of(thing).items()}
        for thing in Thing
    }


def plan_from_json(written: Json) -> Plan:
    return Plan(dict(_entries(written)))


def _entries(written: Json) -> Iterator[tuple[Key, Any]]:
    for thing in Thing:
        for number, facts in written.get(thing.value, {}).items():
            yield (thing, int(number)), from_json(thing, facts)


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _read(kind: Any, value: Any) -> Any:
    kinds = get_args(kind) or (kind,)
    if value is None:
        return None
    for one in kinds:
        if one is datetime:
            return datetime.fromisoformat(value)
        if isinstance(one, type) and issubclass(one, Enum):
            return one(value)
    return value
