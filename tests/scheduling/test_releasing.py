# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Releases over generated histories: who is told, of what, and that every place stays valid."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.events.models import Event
from app.outbox.building import BUILDERS
from app.outbox.models import Message
from app.outbox.rules import State
from app.programme.agenda import lines_of, read_agenda, read_surroundings
from app.programme.models import AgendaChange, AgendaItem, Run
from app.programme.news import item_news
from app.programme.plan import (
    ItemFacts,
    Plan,
    applied,
    differences,
    plan_from_json,
    plan_seen,
    read_plan,
    seen_as,
)
from app.programme.rules import ItemKind, Thing
from app.programme.versions import versions_of
from app.programme.working_copy import read_working_copy
from app.refusal import ChangedMeanwhile, Missing, Refusal
from app.registration.queries import get_registration
from app.registration.rules import PlaceState
from app.registration.workshops.models import Place
from app.registration.workshops.news import place_news
from app.scheduling import editing
from app.scheduling.releasing import ReleaseNote, bring_back, release, take_back_release
from app.web.database import db
from tests.factories.days import at
from tests.registration.steps import ORGANISER, Day, open_day
from tests.scheduling.steps import release_now

OwnDay = dict[tuple[str, int], tuple[object, ...]]
NAMES = ("anna", "ben", "cem")


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def own_day(session: Session, event: Event, registration_id: int) -> OwnDay:
    """What somebody goes to: what is for everybody, and their own workshops."""
    items = session.scalars(select(AgendaItem).where(AgendaItem.event_id == event.id))
    found: OwnDay = {
        ("item", one.id): (one.title, one.starts_at, one.ends_at, one.room and one.room.where)
        for one in items
    }
    mine = select(Run).join(Place, Place.run_id == Run.id)
    for run in session.scalars(
        mine.where(Place.registration_id == registration_id, Place.state == PlaceState.PLACE)
    ):
        plan = read_plan(session, event)
        times = plan.parts_of(plan.things[Thing.RUN, run.id])
        found["run", run.id] = run.workshop.title, times, run.room and run.room.where
    return found


@dataclass
class History:
    """Random edits and releases. `known` is what each person knows: what the last mail that left told them."""

    day: Day
    random: Random
    known: dict[str, OwnDay] = field(default_factory=dict)

    def edit(self) -> None:
        with self.day.step() as session:
            plan = read_working_copy(session, self.day.event).plan
            step = self.random.choice(
                (self._item, self._item, self._run, self._round, self._workshop, self._new)
            )
            try:
                step(session, plan)
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
        later = timedelta(minutes=5 * self.random.randint(-2, 2))
        facts = self.random.choice(
            (
                replace(item, starts_at=item.starts_at + later, ends_at=item.ends_at + later),
                replace(item, title=self.random.choice(("Vortrag", "Begrüßung", "Film"))),
                replace(item, room_id=self.random.choice([None, *self._rooms(session)])),
                replace(item, note=str(self.random.random())),
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
                replace(run, capacity=self.random.choice((5, 10, 30))),
                replace(run, label=f"{self.random.randint(1, 9)}.{self.random.randint(1, 9)}"),
                replace(run, takes_place=not run.takes_place),
                replace(run, spans=self.random.choice((1, 2))),
            )
        )
        self._change(session, key, facts)

    def _round(self, session: Session, plan: Plan) -> None:
        key, one = self._one(plan, Thing.ROUND)
        later = timedelta(minutes=5 * self.random.randint(-3, 3))
        facts = self.random.choice(
            (
                replace(one, starts_at=one.starts_at + later, ends_at=one.ends_at + later),
                replace(one, title=f"Runde {self.random.randint(1, 3)}"),
                replace(one, number=self.random.randint(1, 4)),
            )
        )
        self._change(session, key, facts)

    def _workshop(self, session: Session, plan: Plan) -> None:
        key, one = self._one(plan, Thing.WORKSHOP)
        title = self.random.choice(("Haltung", "Recht", one.title))
        self._change(session, key, replace(one, title=title, abstract=str(self.random.random())))

    def _new(self, session: Session, _plan: Plan) -> None:
        facts = ItemFacts(ItemKind.PLENARY, f"Neu {self.random.randint(1, 99)}", at("16:00"), at("16:30"))
        editing.add(session, self.day.event_id, Thing.ITEM, facts, self.day.now)

    def look(self) -> dict[str, OwnDay]:
        event = self.day.event
        return {name: own_day(db.session(), event, self.day.ids[name]) for name in NAMES}

    def release(self) -> None:
        with self.day.step() as session:
            copy = read_working_copy(session, self.day.event)
            if not copy.changes:
                return
            try:
                release_now(session, self.day.event_id, self.day.now, note="Ein Wort")
            except Refusal:
                session.rollback()

    def settle(self) -> None:
        """All mails leave."""
        with self.day.step() as session:
            sent = update(Message).where(Message.state == State.QUEUED)
            left = {"frozen_at": self.day.now, "sent_at": self.day.now, "message_id": Message.id}
            session.execute(sent.values(state=State.SENT, **left))
        self.known = self.look()

    def check(self) -> None:
        """Told if and only if the own day differs from what was told last, and of exactly that."""
        event, session, now = self.day.event, db.session(), self.look()
        for name in NAMES:
            registration = get_registration(session, self.day.ids[name])
            assert registration is not None
            queued = session.scalars(
                select(Message).where(
                    Message.subject_id == registration.id,
                    Message.state == State.QUEUED,
                    Message.kind == "places.changed",
                )
            ).all()
            told = [mail for one in queued if (mail := BUILDERS[one.kind](session, one)) is not None]
            assert bool(told) == (now[name] != self.known[name]), (name, self.known[name], now[name])
            if told:
                self._names_exactly(event, name, now[name], told[-1].text)

    def _names_exactly(self, event: Event, name: str, now: OwnDay, text: str) -> None:
        session, was = db.session(), self.known[name]
        registration = get_registration(session, self.day.ids[name])
        assert registration is not None
        since = session.scalar(
            select(Message.frozen_at)
            .where(
                Message.subject_id == registration.id,
                Message.family == "places",
                Message.state == State.SENT,
            )
            .order_by(Message.frozen_at.desc())
            .limit(1)
        )
        since = since or registration.created_at
        items = item_news(session, event, since).lines
        assert len(items) == sum(_facts_apart(was.get(key), now.get(key)) for key in _keys(was, now, "item"))
        lines = place_news(session, registration, since).lines
        differ = [key for key in _keys(was, now, "run") if was.get(key) != now.get(key)]
        assert bool(lines) == bool(differ)
        for one in items:
            assert one.label in text


def _keys(was: OwnDay, now: OwnDay, kind: str) -> set[tuple[str, int]]:
    return {key for key in {*was, *now} if key[0] == kind}


def _facts_apart(was: tuple[object, ...] | None, now: tuple[object, ...] | None) -> int:
    """How many lines tell it: one for title, times and room each, one for what is new or gone."""
    if was is None or now is None:
        return int(was is not now)
    return (was[0] != now[0]) + (was[1:3] != now[1:3]) + (was[3] != now[3])


@pytest.mark.parametrize("seed", range(12))
def test_people_are_told_of_what_differs_for_them_and_of_nothing_else(seed: int) -> None:
    day, random = open_day(), Random(seed)
    day.join("anna", labels=("1.1", "2.1"))
    day.join("ben", labels=("1.2",))
    day.join("cem")
    history = History(day, random)
    history.settle()
    for _ in range(6):
        for _ in range(random.randint(1, 4)):
            history.edit()
        before = db.session.scalars(select(Message.id)).all()
        assert history.look() == history.look()
        history.release()
        history.check()
        assert len(db.session.scalars(select(Message.id)).all()) >= len(before)
        if random.random() < 0.5:
            history.settle()
    versions = versions_of(db.session(), day.event)
    plans = [plan_from_json(one.plan) for one in versions]
    for new, old in pairwise(plans):
        assert applied(old, differences(old, new)) == new
    if versions:
        assert plans[0] == read_plan(db.session(), day.event)
    day.forget_mails()  # they left without having been put into words


def test_what_the_page_shows_of_a_plan_is_what_everybody_sees_after_its_release() -> None:
    day, random = open_day(), Random(7)
    history = History(day, random)
    for _ in range(10):
        history.edit()
    session, event = db.session(), day.event
    shown = lines_of(read_working_copy(session, event).plan, read_surroundings(session, event))
    history.release()
    seen = read_agenda(db.session(), day.event)
    assert [(one.title, one.starts_at, one.room) for one in shown] == [
        (one.title, one.starts_at, one.room) for one in seen
    ]


def edited(day: Day, change: Callable[[ItemFacts], ItemFacts]) -> None:
    with day.step() as session:
        plan = read_working_copy(session, day.event).plan
        number, item = next(iter(plan.of(Thing.ITEM).items()))
        editing.change(session, day.event_id, Thing.ITEM, number, change(item), seen_as(item), day.now)


def test_what_changes_back_before_it_is_told_is_no_news() -> None:
    day = open_day()
    day.join("anna")
    day.forget_mails()
    title = read_plan(db.session(), day.event).things
    first = next(facts for key, facts in title.items() if key[0] is Thing.ITEM)
    for words in ("Anders", first.title):
        edited(day, partial(replace, title=words))
        with day.step() as session:
            release_now(session, day.event_id, day.now)
    (message,) = db.session.scalars(
        select(Message).where(Message.kind == "places.changed", Message.state == State.QUEUED)
    )
    assert BUILDERS[message.kind](db.session(), message) is None


def test_a_release_once_its_mails_may_have_left_stays() -> None:
    day = open_day()
    day.join("anna")
    edited(day, lambda item: replace(item, title="Anders"))
    with day.step() as session:
        release_now(session, day.event_id, day.now)
    later = day.now + timedelta(minutes=1)
    with pytest.raises(Refusal, match="leaving already"), day.step(later) as session:
        take_back_release(session, day.event_id, 2, ORGANISER, later)
    with pytest.raises(Refusal), day.step(day.now) as session:
        take_back_release(session, day.event_id, 1, ORGANISER, day.now)
    with pytest.raises(Missing), day.step() as session:
        take_back_release(session, day.event_id, 9, ORGANISER, day.now)


def test_the_first_release_is_taken_back_as_well() -> None:
    day = open_day(released=False)
    with day.step() as session:
        release_now(session, day.event_id, day.now)
    assert day.event.agenda_released_at is not None
    with day.step(day.now) as session:
        take_back_release(session, day.event_id, 1, ORGANISER, day.now)
    assert day.event.agenda_released_at is None
    assert not db.session.scalars(select(AgendaChange.id)).all()


def test_two_who_release_at_once_release_once() -> None:
    day = open_day()
    edited(day, lambda item: replace(item, title="Anders"))
    seen = plan_seen(read_working_copy(db.session(), day.event).plan)
    with day.step() as session:
        release(session, day.event_id, ReleaseNote(), seen, ORGANISER, day.now)
    with pytest.raises(Refusal, match="nothing to release"), day.step() as session:
        release(session, day.event_id, ReleaseNote(), seen, ORGANISER, day.now)
    edited(day, lambda item: replace(item, title="Noch anders"))
    with pytest.raises(ChangedMeanwhile), day.step() as session:
        release(session, day.event_id, ReleaseNote(), seen, ORGANISER, day.now)


def test_what_is_brought_back_and_released_is_the_old_agenda_again() -> None:
    """Numbers of rows aside: what was taken out gets new ones."""
    day = open_day()
    history = History(day, Random(3))
    shown = [_as_shown(day)]
    for _ in range(3):
        for _ in range(4):
            history.edit()
        history.release()
        shown.append(_as_shown(day))
    first = min(one.number for one in versions_of(db.session(), day.event))
    with day.step() as session:
        bring_back(session, day.event_id, first, day.now)
    history.release()
    assert _as_shown(day) == shown[0]


def _as_shown(day: Day) -> list[tuple[object, ...]]:
    return [
        (one.title, one.starts_at, one.ends_at, one.room, one.credits, one.round and one.round.number)
        for one in read_agenda(db.session(), day.event)
    ]
