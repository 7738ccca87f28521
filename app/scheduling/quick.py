# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Several things put into the programme at once, as the rows of a table say them: all of them, or none.

Rows name rooms, rounds and workshops by what people call them, so that a row may use what another row of the same press brings. New
rooms are there before: they are facts of the house.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.events.queries import rooms_of
from app.events.service import lock_event
from app.programme.conflicts import refuse_misfit
from app.programme.contributors import Place
from app.programme.plan import ContributorFacts, ItemFacts, Key, Plan, RoundFacts, RunPlan
from app.programme.rules import Thing
from app.programme.working_copy import new_number
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import N_, Refusal
from app.scheduling.editing import edit
from app.texts import gettext

ROUND = "@round"  # beside the kinds of items; no key of one has such a sign
ITEMS, WORKSHOPS = "items", "workshops"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item for everybody or, of the kind `ROUND`, a workshop round, which has neither room nor people."""

    row: int
    starts_at: datetime
    ends_at: datetime
    kind: str
    title: str
    room: str = ""
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkshopRow:
    """A workshop in the round of this number. A title that is there already is that workshop once more; without a `label` it
    gets the next one that is free."""

    row: int
    round: int
    label: str
    title: str
    room: str = ""
    places: int | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    items: tuple[ItemRow, ...] = ()
    workshops: tuple[WorkshopRow, ...] = ()

    @property
    def number(self) -> int:
        return len(self.items) + len(self.workshops)


class RowsRefused(Refusal):
    """What does not fit, by the part of the page (`ITEMS` or `WORKSHOPS`) and the number of the row, from 0."""

    def __init__(self, rows: Sequence[tuple[str, int, Refusal]]) -> None:
        super().__init__(N_("Nothing is saved yet: please look at the rows that are marked."))
        self.rows = rows


def enter(session: Session, event_id: int, rows: Rows, now: datetime) -> None:
    """Refuses with `RowsRefused` what `refuse_misfit` refuses, and rooms and rounds that nobody knows."""
    event = lock_event(session, event_id)
    rooms = {_same(room.name): room.id for room in rooms_of(session, event)}

    def step(plan: Plan) -> Plan:
        entering = _Entering(event, plan, rooms)
        for item in rows.items:
            entering.put_item(item)
        for workshop in rows.workshops:
            entering.put_workshop(workshop)
        if entering.refused:
            raise RowsRefused(entering.refused)
        return entering.plan

    edit(session, event_id, step, now)


def _same(name: str) -> str:
    return name.casefold()


class _Entering:
    """A plan that grows row by row; each is judged beside those before it."""

    def __init__(self, event: Event, plan: Plan, rooms: dict[str, int]) -> None:
        self.event, self.plan, self.rooms = event, plan, rooms
        self.refused: list[tuple[str, int, Refusal]] = []

    def put_item(self, row: ItemRow) -> None:
        if row.kind == ROUND:
            number = max((one.number for one in self.plan.of(Thing.ROUND).values()), default=0) + 1
            title = row.title or gettext("Workshop round %(number)d", number=number)
            self._put(ITEMS, row.row, Thing.ROUND, RoundFacts(number, title, row.starts_at, row.ends_at))
            if row.room or row.people:
                self._refuse(
                    ITEMS,
                    row.row,
                    N_("A round has neither room nor people of its own: its workshops have."),
                    "room" if row.room else "people",
                )
            return
        room_id = self._room(ITEMS, row)
        facts = ItemFacts(row.kind, row.title, row.starts_at, row.ends_at, room_id=room_id)
        key = self._put(ITEMS, row.row, Thing.ITEM, facts)
        self._put_people(ITEMS, row, Place("", row.title, item_id=key[1]))

    def put_workshop(self, row: WorkshopRow) -> None:
        round_id = self.plan.round_numbered(row.round)
        if round_id is None:
            self._refuse(WORKSHOPS, row.row, N_("There is no round of this number."), "round")
            return
        room_id = self._room(WORKSHOPS, row)
        run = RunPlan(
            label=row.label or free_label(self.plan, row.round, round_id),
            round_id=round_id,
            room_id=room_id,
            capacity=row.places,
            workshop_id=self._workshop(row),
        )
        key = self._put(WORKSHOPS, row.row, Thing.RUN, run)
        self._put_people(WORKSHOPS, row, Place("", row.title, run_id=key[1]))

    def _put_people(self, part: str, row: ItemRow | WorkshopRow, place: Place) -> None:
        for position, name in enumerate(row.people, start=1):
            facts = ContributorFacts(
                name,
                role=place.usual_role,
                item_id=place.item_id,
                run_id=place.run_id,
                position=position,
            )
            self._put(part, row.row, Thing.CONTRIBUTOR, facts)

    def _workshop(self, row: WorkshopRow) -> int:
        there = self.plan.of(Thing.WORKSHOP).items()
        known = next((number for number, one in there if _same(one.title) == _same(row.title)), None)
        if known is not None:
            return known
        return self._put(WORKSHOPS, row.row, Thing.WORKSHOP, WorkshopFacts(row.title))[1]

    def _room(self, part: str, row: ItemRow | WorkshopRow) -> int | None:
        if not row.room:
            return None
        found = self.rooms.get(_same(row.room))
        if found is None:
            self._refuse(
                part,
                row.row,
                N_("There is no room of this name. Please enter it under “New rooms” as well."),
                "room",
            )
        return found

    def _put(self, part: str, row: int, thing: Thing, facts: object) -> Key:
        key = thing, new_number(self.plan, thing)
        self.plan = self.plan.put(key, facts)
        try:
            refuse_misfit(self.event, self.plan, key)
        except Refusal as refusal:
            self.refused.append((part, row, refusal))
        return key

    def _refuse(self, part: str, row: int, sentence: str, field: str) -> None:
        self.refused.append((part, row, Refusal(sentence, field=field)))


def free_label(plan: Plan, round_number: int, round_id: int) -> str:
    """The next number of a workshop in this round, such as 2.4."""
    taken = {run.label for run in plan.of(Thing.RUN).values() if run.round_id == round_id}
    labels = (f"{round_number}.{number}" for number in range(1, len(taken) + 2))
    return next(label for label in labels if label not in taken)
