# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Generated histories of a day over two dates: the team edits and releases, people choose, wait, move up, swap and leave; and what each
of them has to know."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import permutations
from random import Random
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.allocation.swaps.service import offer_place
from app.attendees.staff.service import name_staff, staff_of, take_off
from app.events.models import Event
from app.outbox.building import BUILDERS
from app.outbox.models import Message
from app.outbox.queries import last_told
from app.outbox.rules import State
from app.programme.agenda import read_surroundings
from app.programme.models import AgendaItem, Run, place_in_room
from app.programme.news import item_news
from app.programme.plan import ItemFacts, Plan, RoundFacts, RunPlan, read_plan, seen_as
from app.programme.rules import ItemKind, Thing
from app.programme.working_copy import read_working_copy
from app.programme.workshop_facts import WorkshopFacts
from app.refusal import Refusal
from app.registration.correcting import change_choices
from app.registration.models import Registration
from app.registration.queries import get_registration
from app.registration.rules import PlaceState, RoundAnswer
from app.registration.workshops.models import Place, RunStaff, StaffRole
from app.registration.workshops.news import RunNews, place_news
from app.registration.workshops.rules import PlaceFact
from app.scheduling import editing
from app.web.database import db
from tests.allocation.swaps.day import SwapDay
from tests.factories.days import DAY, at
from tests.registration.steps import ORGANISER, Day, open_day
from tests.scheduling.steps import release_now

Key = tuple[str, int]
OwnDay = dict[Key, tuple[object, ...]]
NAMES = ("anna", "ben", "cem", "dora")
CROWD = ("fatma", "georg", "hanna")  # who come and go, so that somebody moves up
NEXT_DAY = DAY + timedelta(days=1)


def two_dates(random: Random, slug: str) -> SwapDay:
    """Rounds 1 and 2 on the first date, 3 and 4 on the second; most runs are full, some with a line; one is in two parts, one over
    both dates. Whose mails of before left."""
    made = open_day(slug=slug, ends_at=at("15:45", NEXT_DAY))
    day = SwapDay(made.event_id, made.runs, made.rounds, made.now)
    with day.step() as session:
        editing.edit(session, day.event_id, _with_more, day.now)
        release_now(session, day.event_id, day.now)
        plan = read_plan(session, session.get_one(Event, day.event_id))
        day.rounds = {one.number: number for number, one in plan.of(Thing.ROUND).items()}
        day.runs = {one.label: number for number, one in plan.of(Thing.RUN).items()}
    for label in ("1.1", "1.2", "2.1", "2.2"):
        day.set_run(label, capacity=random.choice((1, 2)))
    return day


def _with_more(plan: Plan) -> Plan:
    things: dict[tuple[Thing, int], Any] = dict(plan.things)
    for place, title in enumerate(("Teilhabe", "Sprache", "Arbeit", "Wohnen", "Netz"), start=1):
        things[Thing.WORKSHOP, -place] = WorkshopFacts(title)
    for number, start, end in ((3, "9:30", "11:00"), (4, "11:30", "13:00")):
        facts = RoundFacts(number, f"Runde {number}", at(start, NEXT_DAY), at(end, NEXT_DAY))
        things[Thing.ROUND, -number] = facts
    for place, (label, workshop, spans) in enumerate(
        (("1.3", 1, 2), ("2.3", 2, 2), ("3.1", 3, 1), ("3.2", 4, 2), ("4.1", 5, 1), ("4.2", 3, 1)), start=1
    ):
        first = plan.round_numbered(int(label[0])) or -int(label[0])
        things[Thing.RUN, -place] = RunPlan(label, first, None, 2, spans, workshop_id=-workshop)
    last = ItemFacts(ItemKind.PLENARY, "Auswertung", at("13:30", NEXT_DAY), at("14:00", NEXT_DAY))
    return Plan({**things, (Thing.ITEM, -1): last})


def own_day(session: Session, event: Event, registration_id: int) -> OwnDay:
    """What somebody goes to: what is for everybody, their own workshops and those that they lead; and for which they wait."""
    items = session.scalars(select(AgendaItem).where(AgendaItem.event_id == event.id))
    found: OwnDay = {
        ("item", one.id): (one.title, (one.starts_at, one.ends_at), one.room and one.room.where)
        for one in items
    }
    plan = read_plan(session, event)
    mine = select(Place).where(Place.registration_id == registration_id)
    for place in session.scalars(mine):
        run = place.run
        if place.state is PlaceState.PLACE:
            times = plan.parts_of(plan.things[Thing.RUN, run.id])
            found["run", run.id] = run.workshop.title, times, place_in_room(run.room, run.station)
        elif place.state is PlaceState.WAITING:
            found["line", run.id] = ()
    for staff in session.scalars(select(RunStaff).where(RunStaff.registration_id == registration_id)):
        if (run := staff.run).takes_place:
            times = plan.parts_of(plan.things[Thing.RUN, run.id])
            found["led", run.id] = run.workshop.title, times, place_in_room(run.room, run.station)
    return found


@dataclass
class History:
    """Random steps. `known` is what each person knows: what the last mail that left told them, and what they did themselves."""

    day: Day
    random: Random
    known: dict[str, OwnDay] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)  # what came about, so that a test can ask for it

    # -- the team

    def edit(self) -> None:
        with self.day.step() as session:
            plan = read_working_copy(session, self.day.event).plan
            steps = (self._item, self._item, self._run, self._run, self._round, self._workshop, self._new)
            try:
                self.random.choice(steps)(session, plan)
            except Refusal:
                session.rollback()

    def _change(self, session: Session, key: tuple[Thing, int], facts: Any) -> None:
        plan = read_working_copy(session, self.day.event).plan
        editing.change(session, self.day.event_id, *key, facts, seen_as(plan.things[key]), self.day.now)

    def _one(self, plan: Plan, thing: Thing) -> tuple[tuple[Thing, int], Any]:
        number = self.random.choice(list(plan.of(thing)))
        return (thing, number), plan.things[thing, number]

    def _item(self, session: Session, plan: Plan) -> None:
        key, item = self._one(plan, Thing.ITEM)
        later = self.random.choice(
            (*(timedelta(minutes=5 * one) for one in range(-2, 3)), timedelta(days=1), -timedelta(days=1))
        )
        word = str(self.random.random())
        facts = self.random.choice(
            (
                replace(item, starts_at=item.starts_at + later, ends_at=item.ends_at + later),
                replace(item, title=self.random.choice(("Vortrag", "Begrüßung", "Film"))),
                replace(item, room_id=self.random.choice([None, *self._rooms(session)])),
                replace(item, note=word),
                replace(item, subtitle=word, description=word, track="Arbeit", language="en"),
                None,
            )
        )
        if facts is None and len(plan.of(Thing.ITEM)) > 2:
            editing.take_out(session, self.day.event_id, *key, self.day.now)
        elif facts is not None:
            self._change(session, key, facts)

    def _rooms(self, session: Session) -> list[int]:
        return list(read_surroundings(session, self.day.event).rooms)

    def _run(self, session: Session, plan: Plan) -> None:
        key, run = self._one(plan, Thing.RUN)
        facts = self.random.choice(
            (
                replace(run, room_id=self.random.choice([None, *self._rooms(session)])),
                replace(run, station=self.random.choice(("", "Tisch 1", "Tisch 2"))),
                replace(run, capacity=self.random.choice((1, 2, 3, 5))),
                replace(run, capacity=(run.capacity or 0) + 1),
                replace(run, label=f"{self.random.randint(1, 9)}.{self.random.randint(1, 9)}"),
                replace(run, takes_place=not run.takes_place),
                replace(run, spans=self.random.choice((1, 2, 3))),
            )
        )
        self._change(session, key, facts)

    def _round(self, session: Session, plan: Plan) -> None:
        key, one = self._one(plan, Thing.ROUND)
        later = self.random.choice(
            (
                *(timedelta(minutes=5 * number) for number in range(-3, 4)),
                timedelta(days=1),
                -timedelta(days=1),
            )
        )
        facts = self.random.choice(
            (
                replace(one, starts_at=one.starts_at + later, ends_at=one.ends_at + later),
                replace(one, title=f"Runde {self.random.randint(1, 3)}"),
                replace(one, number=self.random.randint(1, 5)),
            )
        )
        self._change(session, key, facts)

    def _workshop(self, session: Session, plan: Plan) -> None:
        key, one = self._one(plan, Thing.WORKSHOP)
        title = self.random.choice(("Haltung", "Recht", one.title))
        self._change(session, key, replace(one, title=title, abstract=str(self.random.random())))

    def _new(self, session: Session, _plan: Plan) -> None:
        on = self.random.choice((DAY, NEXT_DAY))
        title = f"Neu {self.random.randint(1, 99)}"
        facts = ItemFacts(ItemKind.PLENARY, title, at("16:00", on), at("16:30", on))
        editing.add(session, self.day.event_id, Thing.ITEM, facts, self.day.now)

    def release(self) -> None:
        with self.day.step() as session:
            copy = read_working_copy(session, self.day.event)
            if not copy.changes:
                return
            try:
                release_now(session, self.day.event_id, self.day.now, note="Ein Wort")
            except Refusal:
                session.rollback()

    def staff(self) -> None:
        """Somebody leads a run from now on, or no longer."""
        name, label = self.random.choice(NAMES), self.random.choice(list(self.day.runs))
        run, person = self.day.run(label), self.day.ids[name]
        if not run.takes_place:
            return
        with self.day.step() as session:
            found = [one.id for one in staff_of(session, run.id) if one.registration_id == person]
            try:
                if found:
                    take_off(session, self.day.event_id, run.id, found[0], ORGANISER, self.day.now)
                else:
                    role = self.random.choice(list(StaffRole))
                    name_staff(session, self.day.event_id, run.id, person, role, ORGANISER, self.day.now)
            except Refusal:
                session.rollback()

    # -- people

    def act(self) -> None:
        """Somebody does something of their own. What they ask for they know; what becomes of others by it these are told."""
        steps = (self._choose, self._choose, self._leave, self._come_and_go, self._exchange, self._swap)
        self.random.choice(steps)()

    def _choose(self) -> None:
        name, label = self.random.choice(NAMES), self.random.choice(list(self.day.runs))
        run = self.day.run(label)
        self._by_themselves(name, {run.round_id: run.id})

    def _leave(self) -> None:
        name = self.random.choice(NAMES)
        self._by_themselves(name, {self.random.choice(list(self.day.rounds.values())): RoundAnswer.OPEN})

    def _by_themselves(self, name: str, choices: dict[int, int | RoundAnswer]) -> None:
        before = self.look()
        if before[name] != self.known[name]:
            return  # a mail is on its way to them
        told = self._queued(name)
        with self.day.step() as session:
            try:
                change_choices(session, self.day.ids[name], choices, self.day.now)
            except Refusal:
                session.rollback()
                return
        if len(self._queued(name)) == len(told):
            self.known[name] = self.look()[name]
            self.seen["chosen"] += 1
        else:  # they wait for each other's places, so what was asked for came about by a swap
            self.seen["swapped at once"] += 1

    def _exchange(self) -> None:
        """Two who sit in different runs of a round would like each other's."""
        before, session = self.look(), db.session()
        sitting = [
            (name, session.get_one(Run, number))
            for name in NAMES
            for kind, number in before[name]
            if kind == "run"
        ]
        pairs = [
            (one, other)
            for one, other in permutations(sitting, 2)
            if one[0] != other[0] and one[1].round_id == other[1].round_id and one[1] is not other[1]
        ]
        if not pairs:
            return
        wanted = [(name, run.round_id, run.id) for name, run in self.random.choice(pairs)]
        (one, round_id, first), (other, _, second) = wanted
        if isinstance(self.day, SwapDay) and self.day.event.takes_swaps(self.day.now):
            self._offer(one, round_id, [second])
            self._offer(other, round_id, [first])
            self._settle_swaps()
            for name in (one, other):
                if self.day.swaps(name).proposals:
                    self.day.agree(name)
            self._settle_swaps()
        else:
            self._by_themselves(one, {round_id: second})
            self._by_themselves(other, {round_id: first})
        after = self.look()
        self.seen["swapped"] += all(("run", run) not in after[name] for name, _round, run in wanted)

    def _come_and_go(self) -> None:
        name, label = self.random.choice(CROWD), self.random.choice(list(self.day.runs))
        try:
            if name in self.day.ids:
                self.day.cancel(name)
                del self.day.ids[name]
            else:
                run = self.day.run(label)
                self.day.register(name, nonce=f"{name}-{self.day.now}")
                self.day.confirm(name)
                with self.day.step() as session:
                    change_choices(session, self.day.ids[name], {run.round_id: run.id}, self.day.now)
        except Refusal:
            db.session.rollback()

    def _swap(self) -> None:
        """Offer a place for any run of the same round, agree or decline; only after places were given by wishes."""
        day, name = self.day, self.random.choice(NAMES)
        if not isinstance(day, SwapDay) or not day.event.takes_swaps(day.now):
            return
        places = [number for kind, number in self.look()[name] if kind == "run"]
        if day.swaps(name).proposals and self.random.random() < 0.9:
            day.agree(name) if self.random.random() < 0.85 else day.decline(name)
        elif places:
            mine = db.session.get_one(Run, self.random.choice(places))
            there = (db.session.get_one(Run, number) for number in day.runs.values())
            others = [one.id for one in there if one.id != mine.id and one.round_id == mine.round_id]
            self._offer(name, mine.round_id, others)
        self._settle_swaps()

    def _offer(self, name: str, round_id: int, runs: Sequence[int]) -> None:
        if self.look()[name] != self.known[name]:
            return  # a mail is on its way to them
        with self.day.step() as session:
            try:
                free = offer_place(session, self.day.ids[name], round_id, runs, self.day.now)
            except Refusal:
                session.rollback()
                return
        if free:
            self.known[name] = self.look()[name]  # a seat was free, and the page says so
            self.seen["free seat"] += 1

    def _settle_swaps(self) -> None:
        if isinstance(self.day, SwapDay):
            self.day.settle()

    # -- what is so, and what is known

    def look(self) -> dict[str, OwnDay]:
        event = self.day.event
        return {name: own_day(db.session(), event, self.day.ids[name]) for name in NAMES}

    def settle(self) -> None:
        """All mails leave."""
        with self.day.step() as session:
            sent = update(Message).where(Message.state == State.QUEUED)
            left = {"frozen_at": self.day.now, "sent_at": self.day.now, "message_id": Message.id}
            session.execute(sent.values(state=State.SENT, **left))
        self.known = self.look()

    def _queued(self, name: str) -> Sequence[Message]:
        return (
            db.session()
            .scalars(
                select(Message).where(
                    Message.subject_id == self.day.ids[name],
                    Message.kind == "places.changed",
                )
            )
            .all()
        )

    def check(self) -> None:
        """Told if and only if the own day differs from what was told last, and of exactly that."""
        event, session, now = self.day.event, db.session(), self.look()
        for name in NAMES:
            registration = get_registration(session, self.day.ids[name])
            assert registration is not None
            queued = [one for one in self._queued(name) if one.state is State.QUEUED]
            told = [mail for one in queued if (mail := BUILDERS[one.kind](session, one)) is not None]
            differ = {
                key
                for key in {*now[name], *self.known[name]}
                if now[name].get(key) != self.known[name].get(key)
            }
            assert bool(told) == bool(differ), (
                name,
                [(self.known[name].get(key), now[name].get(key), key) for key in differ],
            )
            if told:
                self._names_exactly(event, registration, self.known[name], now[name], told[-1].text)

    def _names_exactly(
        self, event: Event, registration: Registration, was: OwnDay, now: OwnDay, text: str
    ) -> None:
        session = db.session()
        _told, since = last_told(session, "places", registration.id, registration.created_at)
        items = item_news(session, event, since).lines
        assert len(items) == sum(_facts_apart(was.get(key), now.get(key)) for key in _keys(was, now, "item"))
        lines = place_news(session, registration, since).lines
        assert Counter(_line(one) for one in lines) == Counter(_expected(session, was, now))
        for label in (*(one.title for one in items), *(one.run for one in lines)):
            assert label in text
        for one in lines:
            self.seen[one.fact.value] += 1
            self.seen["gained"] += one.fact is PlaceFact.PLACE and bool(one.new)
            self.seen["of who leads"] += one.fact in _ABOUT and one.run in _names(session, now, "led")
            self.seen["in parts"] += one.fact is PlaceFact.TIMES and one.new.count("–") > 1


_ABOUT = frozenset((PlaceFact.TIMES, PlaceFact.ROOM, PlaceFact.TITLE))


def _names(session: Session, day: OwnDay, kind: str) -> set[str]:
    runs = [session.get_one(Run, number) for of, number in day if of == kind]
    return {f"{run.label} {run.workshop.title}" for run in runs}


def _line(one: RunNews) -> tuple[str, str]:
    """A place that is gone is gone, whether the run is called off or was given to somebody else."""
    gone = one.fact is PlaceFact.OFF or (one.fact in {PlaceFact.PLACE, PlaceFact.LINE} and not one.new)
    if one.fact is PlaceFact.OFF and not one.new:
        return one.run, "led"
    if one.fact is PlaceFact.ROLE:
        return one.run, "led" if one.new else "gone"
    return one.run, "gone" if gone else one.fact.value


def _expected(session: Session, was: OwnDay, now: OwnDay) -> list[tuple[str, str]]:
    """Run and fact of each line that the mail is to have."""
    found = []
    for number in {key[1] for key in {*was, *now} if key[0] in {"run", "line", "led"}}:
        run = session.get_one(Run, number)
        name = f"{run.label} {run.workshop.title}"
        before, after = was.get(("run", number)), now.get(("run", number))
        led_before, leads = was.get(("led", number)), now.get(("led", number))
        if before is not None and after is not None:
            found += _facts_that_differ(name, before, after)
        elif after is not None:
            found.append((name, "place"))
        elif before is not None or (("line", number) in was and ("line", number) not in now):
            found.append((name, "gone"))
        elif ("line", number) in now and ("line", number) not in was:
            found.append((name, "line"))
        if led_before is not None and leads is not None:
            found += _facts_that_differ(name, led_before, leads)
        elif led_before is not leads:
            found.append((name, "led" if leads is not None else "gone"))
    return found


def _facts_that_differ(
    name: str, before: tuple[object, ...], after: tuple[object, ...]
) -> list[tuple[str, str]]:
    facts = zip(("title", "times", "room"), before, after, strict=True)
    return [(name, fact) for fact, one, other in facts if one != other]


def _keys(was: OwnDay, now: OwnDay, kind: str) -> set[Key]:
    return {key for key in {*was, *now} if key[0] == kind}


def _facts_apart(was: tuple[object, ...] | None, now: tuple[object, ...] | None) -> int:
    """How many lines tell it: one for title, times and room each, one for what is new or gone."""
    if was is None or now is None:
        return int(was is not now)
    return sum(one != other for one, other in zip(was, now, strict=True))


def begun(seed: int, *, wishes: bool) -> History:
    """Four people with places and in lines; where they wished, as after the allocation was published."""
    random = Random(seed)
    day = two_dates(random, f"verlauf-{seed}")
    for name, labels in (
        ("anna", ("1.1", "2.1", "3.1")),
        ("ben", ("1.2", "2.1", "4.1")),
        ("cem", ("1.3", "3.2")),
        ("dora", ("1.1", "2.2", "3.1")),
    ):
        day.join(name, labels=labels, organisation="Stadt Musterstadt")
    if wishes:
        day.publish()
    history = History(day, random)
    history.settle()
    return history
