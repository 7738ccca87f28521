# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2

"""Releases: who is told, of what is brought back, and what two who press at once get. The histories stand in `histories`."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.outbox.building import BUILDERS
from app.outbox.models import Message
from app.outbox.rules import State
from app.programme.agenda import lines_of, read_agenda, read_surroundings
from app.programme.models import AgendaChange
from app.programme.plan import (
    ItemFacts,
    plan_seen,
    read_plan,
    seen_as,
)
from app.programme.rules import Thing
from app.programme.versions import versions_of
from app.programme.working_copy import read_working_copy
from app.refusal import ChangedMeanwhile, Missing, Refusal
from app.registration.queries import get_registration
from app.registration.workshops.news import place_news
from app.registration.workshops.rules import PlaceFact
from app.scheduling import editing
from app.scheduling.releasing import ReleaseNote, bring_back, release, take_back_release
from app.web.database import db
from tests.registration.steps import ORGANISER, Day, open_day
from tests.scheduling.histories import History
from tests.scheduling.steps import release_now


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


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


def in_the_mail(day: Day, name: str, since: datetime) -> list[tuple[PlaceFact, str, str]]:
    registration = get_registration(db.session(), day.ids[name])
    assert registration is not None
    return [(one.fact, one.old, one.new) for one in place_news(db.session(), registration, since).lines]


def run_edited(day: Day, label: str, **facts: Any) -> None:
    with day.step() as session:
        was = read_working_copy(session, day.event).plan.things[Thing.RUN, day.runs[label]]
        planned = replace(was, **facts)
        editing.change(session, day.event_id, Thing.RUN, day.runs[label], planned, seen_as(was), day.now)


def released(day: Day) -> None:
    with day.step() as session:
        release_now(session, day.event_id, day.now)


def test_who_moves_up_into_a_run_is_not_told_what_it_was_before() -> None:
    day = open_day()
    day.set_run("1.1", capacity=1)
    day.join("anna", "ben", labels=("1.1",))
    day.forget_mails()
    since = day.now
    run_edited(day, "1.1", capacity=2, room_id=None)
    released(day)
    assert in_the_mail(day, "anna", since) == [(PlaceFact.ROOM, "Raum Birke", "")]
    assert in_the_mail(day, "ben", since) == [(PlaceFact.PLACE, "", "yes")]


def test_a_run_that_was_called_off_and_is_on_again_is_not_said_to_be_off() -> None:
    day = open_day()
    day.join("anna", labels=("1.1",))
    day.forget_mails()
    since = day.now
    for takes_place in (False, True):
        run_edited(day, "1.1", takes_place=takes_place)
        released(day)
    assert day.places("anna") == {}
    assert in_the_mail(day, "anna", since) == [(PlaceFact.PLACE, "yes", "")]


@pytest.mark.parametrize(
    "facts", [{"subtitle": "Mehr"}, {"description": "Mehr"}, {"track": "Arbeit"}, {"language": "en"}]
)
def test_words_beside_title_time_and_room_are_told_to_nobody(facts: dict[str, Any]) -> None:
    day = open_day()
    day.join("anna")
    day.forget_mails()
    edited(day, lambda item: replace(item, **facts))
    released(day)
    assert day.mails("anna") == []


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
