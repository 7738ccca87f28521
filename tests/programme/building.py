# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A programme put together by the verbs, thing by thing.

day = Build(session, make_event(session))
day.room("Saal", 120)
day.item("welcome", "Begrüßung", "9:00", "9:30", "Saal")
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.events.facts import RoomFacts
from app.events.models import Event, Room
from app.events.rules import Loop
from app.programme.models import AgendaItem, Round, Run
from app.programme.plan import ContributorFacts, ItemFacts, RoundFacts, RunPlan, SubItemFacts
from app.programme.rules import ContributorRole, Thing
from app.programme.service import add_room
from app.programme.workshop_facts import WorkshopFacts
from tests.factories.days import DAY, NOW, at
from tests.scheduling.steps import add, add_at, release_now


@dataclass
class Build:
    """A day being put together; `on` is the date that clocks mean."""

    session: Session
    event: Event
    on: date = DAY
    rooms: dict[str, Room] = field(default_factory=dict)

    def room(self, name: str, seats: int | None = None, venue: str = "", **facts_of: Any) -> None:
        facts = replace(RoomFacts(name, seats, True, Loop.NONE, "", venue), **facts_of)
        self.rooms[name] = add_room(self.session, self.event.id, facts, NOW)

    def item(
        self,
        kind: str,
        title: str,
        start: str,
        end: str,
        room: str = "",
        people: Iterable[ContributorFacts] = (),
        **texts: str,
    ) -> AgendaItem:
        facts = ItemFacts(
            kind,
            title,
            self.at(start),
            self.at(end),
            room_id=self._where(room),
            **texts,
        )
        item: AgendaItem = self._add(Thing.ITEM, facts)
        self.inside(f"item-{item.id}", *people)
        return item

    def round(self, number: int, title: str, start: str, end: str, *, booked: bool = True) -> Round:
        round_: Round = self._add(
            Thing.ROUND, RoundFacts(number, title, self.at(start), self.at(end), booked)
        )
        return round_

    def workshop(self, title: str, **about: Any) -> int:
        workshop: int = self._add(Thing.WORKSHOP, WorkshopFacts(title, **about)).id
        return workshop

    def run(
        self,
        workshop: int,
        label: str,
        round_: Round,
        room: str = "",
        capacity: int | None = None,
        people: Iterable[ContributorFacts] = (),
        **plan: Any,
    ) -> Run:
        facts = RunPlan(label, round_.id, self._where(room), capacity, workshop_id=workshop, **plan)
        run: Run = self._add(Thing.RUN, facts)
        self.inside(f"run-{run.id}", *people)
        return run

    def talk(self, key: str, title: str, *times: int, people: Iterable[ContributorFacts] = ()) -> None:
        """`times`: begins so many minutes after what it stands in, and takes so many."""
        (row,) = self.inside(key, SubItemFacts(title, "", *times))
        self.inside(f"sub-{row.id}", *people)

    def moderation(self, name: str, function: str = "", organisation: str = "", about: str = "") -> None:
        """Of the day as a whole."""
        self.inside(
            "day", ContributorFacts(name, function, organisation, ContributorRole.DAY_MODERATION, about)
        )

    def inside(self, key: str, *listed: object) -> list[Any]:
        return [add_at(self.session, self.event.id, key, one, NOW) for one in listed]

    def _add(self, thing: Thing, facts: object) -> Any:
        return add(self.session, self.event.id, thing, facts, NOW)

    def _where(self, room: str) -> int | None:
        return self.rooms[room].id if room else None

    def at(self, clock: str) -> datetime:
        return at(clock, self.on) if clock != "24:00" else at("0:00", self.on + timedelta(days=1))

    def released(self) -> Event:
        release_now(self.session, self.event.id, NOW)
        return self.event
