# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""What becomes of a file, put into the plan of the day: one plan in, another one out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from itertools import count
from typing import Any

from app.programme.plan import SAYS, ContributorFacts, Key, Plan
from app.programme.rules import ContributorRole, Thing
from app.programme.working_copy import new_number
from app.scheduling.imports.plans import Outcome, PlannedItem, PlannedRun
from app.scheduling.imports.values import Entry, Person

Planned = PlannedItem | PlannedRun


def merged(
    outcome: Outcome, plan: Plan, rooms: Mapping[str, int], kinds: Mapping[str, str]
) -> tuple[Plan, Mapping[Key, Planned]]:
    """The new plan, and which of its things is which entry. `rooms`: name → id; `kinds`: word → key, of those that were made."""
    merger = _Merger(outcome, plan, rooms, kinds)
    merger.merge()
    return Plan(merger.things), merger.entries


class _Merger:
    def __init__(
        self, outcome: Outcome, plan: Plan, rooms: Mapping[str, int], kinds: Mapping[str, str]
    ) -> None:
        self._outcome, self._plan, self._rooms, self._kinds = outcome, plan, rooms, kinds
        self.things: dict[Key, Any] = dict(plan.things)
        self.entries: dict[Key, Planned] = {}
        self._numbers = {thing: count(new_number(plan, thing), -1) for thing in Thing}
        self._contributors = _by_place(plan)

    def merge(self) -> None:
        rounds: dict[int, int] = {}
        for one in self._outcome.rounds:
            if one.said or one.known is not None or any(run.round is one for run in self._outcome.runs):
                rounds[one.number] = self._put(
                    Thing.ROUND,
                    one.known.id if one.known is not None else None,
                    {
                        **{name: getattr(one, name) for name in ("number", "title", "starts_at", "ends_at")},
                        **({} if one.booked is None else {"booked": one.booked}),
                    },
                )
        workshops: dict[int, int] = {}
        for place in dict.fromkeys(run.workshop for run in self._outcome.runs):
            each = self._outcome.workshops[place]
            known = each.known.workshop_id if each.known is not None else None
            workshops[place] = self._put(Thing.WORKSHOP, known, asdict(each.facts))
        for item in self._outcome.items:
            self._item(item)
        for run in self._outcome.runs:
            self._run(run, rounds[run.round.number], workshops[run.workshop])
        if self._outcome.moderation is not None:
            self._people(self._outcome.moderation, ContributorRole.DAY_MODERATION)

    def _put(self, thing: Thing, known: int | None, said: Mapping[str, Any]) -> int:
        """The number of the thing, which has one already where it is known. What is not said of it stays."""
        number = next(self._numbers[thing]) if known is None else known
        before = self.things.get((thing, number))
        self.things[thing, number] = SAYS[thing](**said) if before is None else replace(before, **said)
        return number

    def _item(self, one: PlannedItem) -> None:
        said = {
            "kind": self._kinds.get(one.kind, one.kind),
            "title": one.entry.title,
            "starts_at": one.entry.starts_at,
            "ends_at": one.entry.ends_at,
            **one.said,
            "room_id": self._rooms.get(one.room),
        }
        known = int(one.known.key.removeprefix("item-")) if one.known is not None else None
        number = self._put(Thing.ITEM, known, said)
        self.entries[Thing.ITEM, number] = one
        self._people(one.people, ContributorRole.TALK, item_id=number)
        self._inside(one.entry, one.entry.starts_at, item_id=number)
        self._stands(one.entry, number)

    def _run(self, one: PlannedRun, round_id: int, workshop_id: int) -> None:
        said = {
            "label": one.label,
            "round_id": round_id,
            "room_id": self._rooms.get(one.room),
            "capacity": one.capacity,
            "spans": one.spans,
            "takes_place": one.takes_place,
            "workshop_id": workshop_id,
            **({"least_people": one.least_people} if one.least_people else {}),
            **({} if one.station is None else {"station": one.station}),
        }
        number = self._put(Thing.RUN, one.known.run.id if one.known is not None else None, said)
        self.entries[Thing.RUN, number] = one
        self._people(one.people, ContributorRole.FACILITATION, run_id=number)
        self._inside(one.entry, one.entry.every_part[0][0], run_id=number)

    def _inside(self, entry: Entry, begins: datetime, **place: int | None) -> None:
        """Its short talks are these, in this order, as far as the file says; each is known again by its title. `place` as in
        `Plan.listed`."""
        if entry.inside is None:
            return
        left = self._plan.listed(Thing.SUB_ITEM, **place)
        for position, one in enumerate(entry.inside, start=1):
            times: dict[str, int | None] = {"after": None, "minutes": None}
            if one.starts_at is not None and one.ends_at is not None:
                times = {
                    "after": _minutes(begins, one.starts_at),
                    "minutes": _minutes(one.starts_at, one.ends_at),
                }
            known = next((number for number, facts in left.items() if facts.title == one.title), None)
            if known is not None:
                del left[known]
            said = {"title": one.title, "note": one.note, "position": position, **times, **place}
            number = self._put(Thing.SUB_ITEM, known, said)
            self._people(one.people, ContributorRole.TALK, sub_item_id=number)
        self._drop(Thing.SUB_ITEM, left)

    def _stands(self, entry: Entry, item_id: int) -> None:
        """In the same way; each is known again by whose it is."""
        if entry.stands is None:
            return
        left = self._plan.listed(Thing.STAND, item_id=item_id)
        for position, one in enumerate(entry.stands, start=1):
            known = next(
                (number for number, facts in left.items() if facts.organisation == one.organisation), None
            )
            if known is not None:
                del left[known]
            self._put(Thing.STAND, known, {**asdict(one), "item_id": item_id, "position": position})
        self._drop(Thing.STAND, left)

    def _drop(self, thing: Thing, numbers: Iterable[int]) -> None:
        for number in numbers:
            self.things = dict(Plan(self.things).without((thing, number)).things)

    def _people(
        self,
        people: Sequence[Person],
        usual: ContributorRole,
        *,
        item_id: int | None = None,
        run_id: int | None = None,
        sub_item_id: int | None = None,
    ) -> None:
        """Those who said yes are these, in this order; who was only asked stays behind them."""
        there = self._contributors[item_id, run_id, sub_item_id]
        wanted = [
            replace(
                self._facts(one, there.values(), usual),
                item_id=item_id,
                run_id=run_id,
                sub_item_id=sub_item_id,
            )
            for one in people
        ]
        before = [replace(one, position=0) for one in there.values() if one.confirmed]
        if wanted == before:
            return
        numbers = {(one.name, one.role): number for number, one in there.items()}
        for number, one in there.items():
            if one.confirmed:
                del self.things[Thing.CONTRIBUTOR, number]
        for position, facts in enumerate(wanted, start=1):
            number = numbers.get((facts.name, facts.role)) or next(self._numbers[Thing.CONTRIBUTOR])
            self.things[Thing.CONTRIBUTOR, number] = replace(facts, position=position)
        for number, one in there.items():
            if not one.confirmed and (one.name, one.role) not in {(each.name, each.role) for each in wanted}:
                self.things[Thing.CONTRIBUTOR, number] = replace(one, position=len(wanted) + one.position)

    @staticmethod
    def _facts(one: Person, there: Iterable[ContributorFacts], usual: ContributorRole) -> ContributorFacts:
        """With name, function and organisation apart where the file has them in one text that stands there already."""
        role = one.role or usual
        if not one.function and not one.organisation:
            for before in there:
                if _who(before) == one.name and before.role is role:
                    return replace(before, about=one.about or before.about, confirmed=True, position=0)
        return ContributorFacts(one.name, one.function, one.organisation, role, one.about)


def _who(one: ContributorFacts) -> str:
    return Person(one.name, one.function, one.organisation).who


def _minutes(one: datetime, other: datetime) -> int:
    return int((other - one).total_seconds()) // 60


Holder = tuple[int | None, int | None, int | None]


def _by_place(plan: Plan) -> Mapping[Holder, dict[int, ContributorFacts]]:
    """Who contributes to the day, an item, a run or a short talk, in their order."""
    found = defaultdict[Holder, dict[int, ContributorFacts]](dict)
    for number, one in sorted(plan.of(Thing.CONTRIBUTOR).items(), key=lambda pair: pair[1].position):
        found[one.item_id, one.run_id, one.sub_item_id][number] = one
    return found
