# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""A programme entered by the pages that a team has for it: the bulk in the quick table, the rest in the form of each thing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import groupby
from typing import Any

from app.clock import BERLIN
from app.events.facts import RoomFacts
from app.programme.conflicts import times_after
from app.programme.kinds import Kind
from app.programme.plan import (
    ContributorFacts,
    Plan,
    RunPlan,
    StandFacts,
    SubItemFacts,
)
from app.programme.rules import Thing
from app.programme.workshop_facts import WorkshopFacts
from app.scheduling.quick import ROUND
from app.scheduling.quick_forms import ROWS
from tests.pages import Page, Visitor

ADD = "Alle Zeilen"


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be entered; `kinds` by key, as the source day has them."""

    plan: Plan
    rooms: dict[int, RoomFacts]
    kinds: dict[str, Kind]

    def room(self, number: int | None) -> str:
        return self.rooms[number].name if number is not None else ""


@dataclass
class Entering:
    """`read` gives the plan, the ids of rooms by name and the keys of kinds by name of the day that is being filled."""

    visitor: Visitor
    home: str
    source: Source
    read: Callable[[], tuple[Plan, dict[str, int], dict[str, str]]]

    def enter(self) -> None:
        self._rooms_and_kinds()
        self._rows()
        self._workshops()
        self._runs()
        self._items()
        self._people("day")

    # -- pages

    def _open(self, address: str) -> Page:
        page = self.visitor.get(f"{self.home}/programme/{address}")
        assert page.status == 200, (address, page.status)
        return page

    def _sent(self, page: Page, *, button: str | None = None, **typed: Any) -> Page:
        """Fill in and save; a field that the form does not have is a fault of the form."""
        asked = {str(one) for one in page.form(button=button).xpath(".//@name")}
        typed = {name: value for name, value in typed.items() if name != "date" or name in asked}
        assert set(typed) <= asked, set(typed) - asked
        done = page.send(button=button, **{name: _typed(value) for name, value in typed.items()})
        assert (done.status, done.errors()) == (200, {}), (page.address, done.text[:600])
        return done

    def _edit(self, address: str, **typed: Any) -> None:
        """As far as anything differs from what the page shows."""
        page = self._open(address)
        shown = page.values(page.form())
        wanted = {name: _typed(value) for name, value in typed.items()}
        if any(
            shown.get(name) != value and not (value == "" and name not in shown)
            for name, value in wanted.items()
        ):
            self._sent(page, **typed)

    # -- what is there before the programme

    def _rooms_and_kinds(self) -> None:
        used = {item.kind for item in self.source.plan.of(Thing.ITEM).values()}
        known = self.read()[2]
        for kind in (self.source.kinds[key] for key in sorted(used)):
            if kind.name not in known:
                said: dict[str, Any] = {"icon": kind.icon, "pause": kind.pause, "beside": kind.beside}
                self._sent(self._open("kinds/new"), name=kind.name, name_en=kind.name_en, **said)
        rooms = list(self.source.rooms.values())
        lines = "\n".join(f"{one.name}; {one.seats}" if one.seats else one.name for one in rooms)
        self._sent(self._open("quick"), button=ADD, rooms=lines)
        ids = self.read()[1]
        for one in rooms:
            if not one.step_free or one.note or one.venue or one.loop.value != "none":
                self._sent(
                    self._open(f"rooms/{ids[one.name]}"),
                    venue=one.venue, step_free=one.step_free, loop=one.loop.value, room_note=one.note,
                )  # fmt: skip

    # -- the table

    def _rows(self) -> None:
        plan, keys = self.source.plan, self.read()[2]
        rounds = sorted(plan.of(Thing.ROUND).values(), key=lambda one: one.number)
        rows = [(one.starts_at, one.ends_at, ROUND, one.title, "", "") for one in rounds]
        for number, item in sorted(plan.of(Thing.ITEM).items(), key=lambda pair: pair[1].starts_at):
            kind = keys[self.source.kinds[item.kind].name]
            people = "; ".join(one.name for one in plan.contributors(item_id=number).values())
            rows.append(
                (item.starts_at, item.ends_at, kind, item.title, self.source.room(item.room_id), people)
            )
        for on, listed in _by_date(rows):
            names = ("start", "end", "kind", "title", "room", "people")
            for some in _pages([(_clock(row[0]), _end(row[0], row[1]), *row[2:]) for row in listed]):
                self._sent(
                    self._open("quick"), button=ADD, date=on.isoformat(), **_cells("items", names, some)
                )
        for one in rounds:
            if not one.booked:
                self._edit(f"rounds/{self._round(one.number)}", booked=False)
        runs = []
        for number, run in plan.of(Thing.RUN).items():
            title, first = (
                plan.things[Thing.WORKSHOP, run.workshop_id].title,
                plan.things[Thing.ROUND, run.round_id],
            )
            people = "; ".join(one.name for one in plan.contributors(run_id=number).values())
            runs.append(
                (first.number, run.label, title, self.source.room(run.room_id), run.capacity or "", people)
            )
        for some in _pages(runs):
            names = ("round", "label", "title", "room", "places", "people")
            self._sent(self._open("quick"), button=ADD, **_cells("workshops", names, some))

    # -- the forms

    def _workshops(self) -> None:
        ids = {one.title: number for number, one in self.read()[0].of(Thing.WORKSHOP).items()}
        for facts in self.source.plan.of(Thing.WORKSHOP).values():
            if facts != WorkshopFacts(facts.title):
                self._edit(f"workshops/{ids[facts.title]}", **_all_of(facts))

    def _runs(self) -> None:
        plan, there = self.source.plan, self.read()[0]
        ids = {(one.round_id, one.label): number for number, one in there.of(Thing.RUN).items()}
        for number, run in plan.of(Thing.RUN).items():
            round_number = plan.things[Thing.ROUND, run.round_id].number
            mine = ids[there.round_numbered(round_number) or 0, run.label]
            usual = RunPlan("", 0)
            more = ("spans", "station", "takes_place", "least_people")
            if any(getattr(run, name) != getattr(usual, name) for name in more):
                self._edit(
                    f"runs/{mine}", station=run.station, takes_place=run.takes_place, spans=run.spans,
                    least_people=run.least_people or "",
                )  # fmt: skip
            self._inside(f"run-{mine}", run_id=number)
            self._people(f"run-{mine}", run_id=number)

    def _items(self) -> None:
        plan, there = self.source.plan, self.read()[0]
        ids = {(one.title, one.times): number for number, one in there.of(Thing.ITEM).items()}
        for number, item in plan.of(Thing.ITEM).items():
            mine = ids[item.title, item.times]
            texts = {
                name: getattr(item, name) for name in ("subtitle", "note", "description", "track", "language")
            }
            if any(texts.values()):
                self._edit(f"items/{mine}", **texts)
            self._inside(f"item-{mine}", item_id=number)
            self._people(f"item-{mine}", item_id=number)

    def _inside(self, key: str, **place: int | None) -> None:
        plan = self.source.plan
        item, run = place.get("item_id"), place.get("run_id") or 0
        begins = (
            plan.things[Thing.ITEM, item].starts_at
            if item
            else plan.parts_of(plan.things[Thing.RUN, run])[0][0]
        )
        for number, talk in plan.listed(Thing.SUB_ITEM, **place).items():
            self._sent(self._open(f"inside/{key}/new/talk"), **_talk(talk, begins))
            listed = self.read()[0].listed(
                Thing.SUB_ITEM, **{one: int(key.rpartition("-")[2]) for one in place}
            )
            self._people(f"sub-{list(listed)[-1]}", sub_item_id=number)
        for stand in plan.listed(Thing.STAND, item_id=item).values() if item else ():
            self._sent(
                self._open(f"inside/{key}/new/stand"), **_all_of(stand, besides=("item_id", "position"))
            )

    def _people(self, key: str, **place: int | None) -> None:
        """Whom the table named by their names alone stand there already."""
        target = {name: int(key.rpartition("-")[2]) for name in place}
        there = list(self.read()[0].contributors(**target))
        for position, one in enumerate(self.source.plan.contributors(**place).values()):
            said = _all_of(one, besides=("item_id", "run_id", "sub_item_id", "position"))
            if position < len(there):
                self._edit(f"people/{key}/{there[position]}", **said)
            else:
                self._sent(self._open(f"people/{key}/new"), **said)

    def _round(self, number: int) -> int:
        found = self.read()[0].round_numbered(number)
        assert found is not None
        return found


def _typed(value: Any) -> Any:
    """As a browser sends it; a box without a mark is not sent."""
    if isinstance(value, bool):
        return "y" if value else None
    return str(getattr(value, "value", value))


def _all_of(
    facts: WorkshopFacts | StandFacts | ContributorFacts, besides: Iterable[str] = ()
) -> dict[str, Any]:
    return {one.name: getattr(facts, one.name) for one in fields(facts) if one.name not in besides}


def _talk(talk: SubItemFacts, begins: datetime) -> dict[str, Any]:
    starts_at, ends_at = times_after(begins, talk.after, talk.minutes)
    times = {"start": _clock(starts_at), "end": _clock(ends_at)} if starts_at and ends_at else {}
    return {"title": talk.title, "note": talk.note, **times}


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(BERLIN):%H:%M}"


def _end(starts_at: datetime, ends_at: datetime) -> str:
    return "24:00" if _clock(ends_at) == "00:00" and starts_at < ends_at else _clock(ends_at)


def _by_date(rows: Iterable[Any]) -> Iterable[tuple[date, list[Any]]]:
    """In their order: a round gets the number that follows."""
    return ((on, list(listed)) for on, listed in groupby(rows, key=lambda row: _date(row[0])))


def _date(moment: datetime) -> date:
    return moment.astimezone(BERLIN).date()


def _pages(rows: list[Any]) -> Iterable[list[Any]]:
    return (rows[begin : begin + ROWS] for begin in range(0, len(rows), ROWS))


def _cells(part: str, names: Iterable[str], rows: Iterable[Any]) -> dict[str, str]:
    return {
        f"{part}-{number}-{name}": str(cell)
        for number, row in enumerate(rows)
        for name, cell in zip(names, row, strict=True)
    }
